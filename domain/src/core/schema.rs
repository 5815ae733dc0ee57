//! The contract's schemas, written from the field table, so that the contract cannot disagree with what is read and written.
use super::field::{Access, Field, Kind};
use super::resource::Spec;
use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};

/// The schema of a plain kind.
pub fn of_kind(kind: &Kind) -> RefOr<Schema> {
    plain(&Field::new("", kind.clone(), ""), false).into()
}

/// Free JSON below named members: custom fields.
pub fn anything() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .into()
}

/// Names to texts: external ids.
pub fn texts() -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(types(Type::String, true)).max_length(Some(255));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(RefOr::<Schema>::from(text)))
        .into()
}

/// A list of a named schema.
pub fn list_of(name: &str, max: u32) -> RefOr<Schema> {
    ArrayBuilder::new()
        .items(Ref::from_schema_name(name))
        .max_items(Some(max as usize))
        .into()
}

fn types(t: Type, nullable: bool) -> SchemaType {
    if nullable {
        SchemaType::from_iter([t, Type::Null])
    } else {
        t.into()
    }
}

fn plain(field: &Field, nullable: bool) -> Schema {
    let Field {
        kind,
        min,
        max_items,
        range,
        ..
    } = field;
    let (min, max_items) = (*min, *max_items);
    let known = |f| Some(SchemaFormat::KnownFormat(f));
    let text = |max: u32| {
        let b = ObjectBuilder::new()
            .schema_type(types(Type::String, nullable))
            .max_length(Some(max as usize));
        if min > 0 { b.min_length(Some(min as usize)) } else { b }
    };
    match kind {
        Kind::Text(max) => text(*max).into(),
        Kind::Choice(words) => {
            let longest = words.iter().map(|w| w.len()).max().unwrap_or(0);
            let mut values: Vec<Value> = words.iter().map(|w| w.as_ref().into()).collect();
            if nullable {
                values.push(Value::Null);
            }
            text(longest as u32).enum_values(Some(values)).into()
        }
        Kind::Texts => {
            let item = ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(100));
            ArrayBuilder::new().items(item).max_items(Some(max_items as usize)).into()
        }
        Kind::References(_) => {
            let item = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(known(KnownFormat::Uuid))
                .max_length(Some(36));
            ArrayBuilder::new().items(item).max_items(Some(max_items as usize)).into()
        }
        Kind::Boolean => ObjectBuilder::new().schema_type(types(Type::Boolean, nullable)).into(),
        Kind::Integer => {
            let b = ObjectBuilder::new()
                .schema_type(types(Type::Integer, nullable))
                .format(known(KnownFormat::Int64));
            b.minimum(Some(*range.start() as f64)).maximum(Some(*range.end() as f64)).into()
        }
        Kind::Decimal => text(24).pattern(Some(r"^-?\d{1,15}(\.\d{1,6})?$")).into(),
        Kind::Date => text(10).format(known(KnownFormat::Date)).into(),
        Kind::Instant => text(40).format(known(KnownFormat::DateTime)).into(),
        Kind::Reference(_) => text(36).format(known(KnownFormat::Uuid)).into(),
        Kind::Money | Kind::Structure => ObjectBuilder::new().schema_type(types(Type::Object, nullable)).into(),
    }
}

/// What of a record a schema shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// What is answered.
    Output,
    /// What a create takes.
    Create,
    /// What a merge patch takes.
    Patch,
}

fn with_null(kind: &SchemaType) -> SchemaType {
    match kind {
        SchemaType::Type(one) => types(one.clone(), true),
        // Several with null among them already, or any.
        other => other.clone(),
    }
}

/// A field as a schema's property.
fn property(field: &Field, face: Face) -> RefOr<Schema> {
    // Null clears in a patch, and is the same as absent in a create.
    let nullable = field.nullable || (face != Face::Output && !field.required);
    let fixed = face == Face::Patch && field.access == Access::Fixed;
    let doc = if fixed {
        format!("{} Can't be changed: give it as it is, or not at all.", field.doc)
    } else {
        field.doc.to_owned()
    };
    let mut schema = match field.schema {
        Some(schema) => schema(),
        None => plain(field, nullable).into(),
    };
    let example = serde_json::from_str::<Value>(field.example).ok();
    match &mut schema {
        RefOr::T(Schema::Object(o)) => {
            if nullable {
                o.schema_type = with_null(&o.schema_type);
            }
            o.description = Some(doc);
            o.examples = example.into_iter().collect();
            o.read_only = (face == Face::Output && field.access == Access::Server).then_some(true);
        }
        RefOr::T(Schema::Array(a)) => {
            if nullable {
                a.schema_type = with_null(&a.schema_type);
            }
            a.description = Some(doc);
            a.examples = example.into_iter().collect();
        }
        // A named schema of its own can't say that it may be missing: its user does.
        RefOr::Ref(_) if nullable => {
            let null = ObjectBuilder::new().schema_type(Type::Null);
            schema = OneOfBuilder::new().description(Some(doc)).item(schema).item(null).into();
        }
        _ => {}
    }
    schema
}

/// A record's schema, as it is answered or as it is given.
pub fn of_record(spec: &Spec, face: Face) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new().schema_type(Type::Object);
    object = match face {
        Face::Output => object.description(Some(spec.doc)),
        Face::Create => object.description(Some(format!("What makes a new {}.", spec.one.replace('_', " ")))),
        Face::Patch => object.description(Some("A JSON merge patch: absent keeps, null clears.".to_owned())),
    };
    for field in spec.fields.iter() {
        let shown = match face {
            Face::Output => true,
            Face::Create => field.access != Access::Server,
            Face::Patch => field.access != Access::Server,
        };
        if !shown {
            continue;
        }
        object = object.property(field.name, property(field, face));
        if field.name == "id" && spec.says_its_kind() {
            let name = ObjectBuilder::new()
                .schema_type(Type::String)
                .max_length(Some(40))
                .enum_values(Some([spec.one]))
                .read_only(true);
            object = object
                .property("object", name.description(Some("What kind of record this is.")))
                .required("object");
        }
        if face == Face::Output || face == Face::Create && field.required {
            object = object.required(field.name);
        }
    }
    if face != Face::Output {
        object = object.additional_properties(Some(AdditionalProperties::FreeForm(false)));
    }
    object.into()
}

/// A whole record as an example: each field's own, or a plain value of its kind.
pub fn example(spec: &Spec, face: Face) -> Value {
    let mut out = serde_json::Map::new();
    for field in spec.fields.iter() {
        let shown = match face {
            Face::Output => true,
            Face::Create => field.access != Access::Server && (field.required || !field.example.is_empty()),
            Face::Patch => field.access == Access::Free && !field.example.is_empty(),
        };
        if shown && !(face != Face::Output && matches!(field.name, "owner_id" | "external_ids" | "custom")) {
            out.insert(field.name.to_owned(), value(field));
        }
        if field.name == "id" && face == Face::Output && spec.says_its_kind() {
            out.insert("object".to_owned(), spec.one.into());
        }
    }
    Value::Object(out)
}

fn value(field: &Field) -> Value {
    if let Ok(example) = serde_json::from_str(field.example) {
        return example;
    }
    match &field.kind {
        _ if field.nullable => Value::Null,
        Kind::Text(_) => "text".into(),
        Kind::Choice(words) => words.first().map(|w| w.as_ref().into()).unwrap_or_default(),
        Kind::Texts | Kind::References(_) => Value::Array(Vec::new()),
        Kind::Boolean => false.into(),
        Kind::Integer => 1.into(),
        Kind::Decimal => "12.50".into(),
        Kind::Date => "2026-03-21".into(),
        Kind::Instant => "2026-03-21T08:30:00.000Z".into(),
        Kind::Reference(_) => "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20".into(),
        Kind::Money => serde_json::json!({"amount": "1250000", "currency": "IRR"}),
        Kind::Structure => Value::Array(Vec::new()),
    }
}
