//! The schemas of records, and those that all operations share.
use super::super::crud::Has;
use super::super::problem::Problem;
use super::super::reading::MAX_PAGE;
use super::parts::{limit, text, words};
use domain::core::resource::Spec;
use domain::core::schema::{Face, of_record};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

/// The name of a record's page.
pub fn page_name(spec: &Spec) -> String {
    format!("{}Page", spec.schema)
}

/// The name of what a search for such records takes.
pub fn search_name(spec: &Spec) -> String {
    format!("Search{}", spec.schema)
}

/// Some of these names, separated by commas, each after an optional sign.
fn names<'a>(some: impl Iterator<Item = &'a str>, sign: &str, most: usize) -> String {
    let one = some.collect::<Vec<_>>().join("|");
    format!("^{sign}({one})(,{sign}({one})){{0,{}}}$", most - 1)
}

/// Members of a record, by name.
pub fn field_names(spec: &Spec) -> ObjectBuilder {
    text(2000).pattern(Some(names(spec.fields.iter().map(|f| f.name), "", 61)))
}

/// What a list of such records is sorted by.
pub fn sorts(spec: &Spec) -> ObjectBuilder {
    let sortable = spec.fields.iter().filter(|f| f.sortable).map(|f| f.name);
    text(200).pattern(Some(names(sortable, "-?", 3)))
}

/// The schemas of a record.
pub fn schemas(spec: &'static Spec, has: Has, out: &mut Vec<(String, RefOr<Schema>)>) {
    out.push((spec.schema.to_owned(), of_record(spec, Face::Output)));
    if has.creates() {
        out.push((format!("Create{}", spec.schema), of_record(spec, Face::Create)));
    }
    if has.writes() {
        out.push((format!("Patch{}", spec.schema), of_record(spec, Face::Patch)));
    }
    for collect in spec.fields.iter().filter_map(|f| f.schemas) {
        collect(out);
    }
    let data = ArrayBuilder::new()
        .items(Ref::from_schema_name(spec.schema))
        .max_items(Some(MAX_PAGE));
    let page = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(format!("A page of {}.", spec.object.replace('_', " "))))
        .property("data", data)
        .required("data")
        .property("page", Ref::from_schema_name("Page"))
        .required("page");
    out.push((page_name(spec), page.into()));
    let search = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("What to search for; each as the parameter of the list of the same name."))
        .property("filter", Ref::from_schema_name("Condition"))
        .property("q", words())
        .property("sort", sorts(spec))
        .property("fields", field_names(spec))
        .property("expand", text(300))
        .property("limit", limit())
        .property("cursor", text(4096))
        .property("count", text(10).enum_values(Some(["exact", "estimated"])))
        .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)));
    out.push((search_name(spec), search.into()));
    shared(out);
}

/// The schemas that every record's operations use.
pub fn shared(out: &mut Vec<(String, RefOr<Schema>)>) {
    use utoipa::{PartialSchema, ToSchema};
    let nullable = utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]);
    let cursor = ObjectBuilder::new()
        .schema_type(nullable)
        .max_length(Some(4096))
        .description(Some("Give it as `cursor` for the next page; null at the end."));
    let page = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Where a page stands in its list."))
        .property("next_cursor", cursor)
        .required("next_cursor")
        .property("has_more", ObjectBuilder::new().schema_type(Type::Boolean))
        .required("has_more")
        .property(
            "count",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .minimum(Some(0.0))
                .maximum(Some(10_000.0)),
        )
        .property("count_capped", ObjectBuilder::new().schema_type(Type::Boolean));
    out.push(("Page".to_owned(), page.into()));
    out.push(("Condition".to_owned(), domain::core::condition::Condition::schema()));
    domain::core::condition::Condition::schemas(out);
    out.push(("Problem".to_owned(), Problem::schema()));
    Problem::schemas(out);
}
