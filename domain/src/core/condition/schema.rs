//! The contract of the JSON form: components that refer to each other, since OpenAPI has no other way to say recursion.
use std::borrow::Cow;

use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Ref, Schema, SchemaType, Type};
use utoipa::openapi::{RefOr, schema::Array};
use utoipa::{PartialSchema, ToSchema};

use super::{Condition, MAX_PATH, MAX_TERMS, MAX_TEXT, MAX_VALUES, Op};

const PATH: &str = r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$";
const NO_NUL: &str = r"^[^\u0000]*$";

impl PartialSchema for Condition {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(Ref::from_schema_name("ConditionAll"))
            .item(Ref::from_schema_name("ConditionAny"))
            .item(Ref::from_schema_name("ConditionNot"))
            .item(Ref::from_schema_name("ConditionTerm"))
            .description(Some(
                "What must be true of a record: all of some conditions, any of them, the negation of one, or one comparison of a \
                 field. At most 8 levels, 50 comparisons and 4096 bytes of text form.",
            ))
            .examples([serde_json::json!({"field": "city", "op": "=", "value": "یزد"})])
            .into()
    }
}

impl ToSchema for Condition {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Condition")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let parts = || list(Ref::from_schema_name("Condition"), MAX_TERMS);
        let scalar = || Ref::from_schema_name("ConditionValue");
        let term = object("Compares one field.")
            .property(
                "field",
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(PATH))
                    .min_length(Some(1))
                    .max_length(Some(MAX_PATH))
                    .description(Some("The field, or the path to it: `city`, `amount.amount`, `custom.size`."))
                    .examples(["city"]),
            )
            .required("field")
            .property(
                "op",
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(Op::ALL.map(Op::as_str).into_iter().chain(["in", "has"])))
                    .description(Some(
                        "`in` takes a list. `has` asks whether a list of texts has this one, or a text contains it in any case and \
                         letter form. Only `=`, `!=` and `in` go with null.",
                    )),
            )
            .required("op")
            .property("value", OneOfBuilder::new().item(scalar()).item(list(scalar(), MAX_VALUES)))
            .required("value");
        let value = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Number, Type::Boolean, Type::Null]))
            .max_length(Some(MAX_TEXT))
            .pattern(Some(NO_NUL))
            .description(Some(
                "A value of the field's type: text; a number, or a decimal of more than 15 digits as a string; a date; an instant; an \
                 id; a boolean; null.",
            ));
        let components: [(&str, Schema); 5] = [
            (
                "ConditionAll",
                object("True if all parts are.").property("all", parts()).required("all").into(),
            ),
            (
                "ConditionAny",
                object("True if any part is.").property("any", parts()).required("any").into(),
            ),
            (
                "ConditionNot",
                object("True if the part is not.")
                    .property("not", Ref::from_schema_name("Condition"))
                    .required("not")
                    .into(),
            ),
            ("ConditionTerm", term.into()),
            ("ConditionValue", value.into()),
        ];
        schemas.extend(components.map(|(name, schema)| (name.to_owned(), RefOr::T(schema))));
    }
}

fn object(doc: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .description(Some(doc))
}

fn list(of: Ref, max: usize) -> Array {
    ArrayBuilder::new().items(of).min_items(Some(1)).max_items(Some(max)).build()
}
