//! What a template may name: the fields of an object as a tree, built from the field table and the declarations of custom fields. Templates
//! are checked against it, and values are laid into it, so that neither can hold what the other does not know.
use crate::core::field::{Field, Kind, Schemas, words};
use crate::core::resource::Spec;
use crate::core::schema::{Face, example};
use crate::customize::field::{CustomKind, Declaration};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::schema::{SchemaFormat, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Text,
    Boolean,
    /// A whole number.
    Number,
    /// An exact decimal.
    Decimal,
    Date,
    Instant,
    Money,
    Object(BTreeMap<String, Shape>),
    List(Box<Shape>),
    /// Texts by names that nobody declares, such as those of other systems.
    Names,
}

/// How deep structures are followed.
const DEPTH: usize = 4;

impl Shape {
    /// Whether it is written as it is: one value rather than several.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Shape::Object(_) | Shape::List(_) | Shape::Names)
    }

    /// An object of these members.
    pub fn of(members: impl IntoIterator<Item = (&'static str, Shape)>) -> Shape {
        Shape::Object(members.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect())
    }

    /// A record: its fields, its custom fields, and behind each reference `x_id` the fields of what it refers to as `x`.
    pub fn of_record(spec: &'static Spec, custom: &[Declaration], related: &dyn Fn(&str) -> Option<&'static Spec>) -> Shape {
        let mut members: BTreeMap<String, Shape> = spec.fields.iter().map(|f| (f.name.to_owned(), of_field(f))).collect();
        members.insert("custom".to_owned(), of_custom(custom));
        for (name, _, other) in references(spec, related) {
            members.insert(name.to_owned(), Shape::of_record(other, &[], &|_| None));
        }
        Shape::Object(members)
    }
}

/// The references of a record whose records a template may name: each with its name there, its field and the object it leads to.
pub fn references<'a>(
    spec: &'static Spec,
    related: &'a dyn Fn(&str) -> Option<&'static Spec>,
) -> impl Iterator<Item = (&'static str, &'static Field, &'static Spec)> + 'a {
    spec.fields.iter().filter_map(move |field| {
        let Kind::Reference(object) = field.kind else { return None };
        let name = field.name.strip_suffix("_id").filter(|name| !name.is_empty())?;
        // A field of the record itself keeps its name.
        let free = spec.field(name).is_none();
        Some((name, field, related(object).filter(|_| free)?))
    })
}

fn of_field(field: &Field) -> Shape {
    match field.kind {
        Kind::Text(_) | Kind::Choice(_) | Kind::Reference(_) => Shape::Text,
        Kind::Texts | Kind::References(_) => Shape::List(Box::new(Shape::Text)),
        Kind::Boolean => Shape::Boolean,
        Kind::Integer => Shape::Number,
        Kind::Decimal => Shape::Decimal,
        Kind::Money => Shape::Money,
        Kind::Date => Shape::Date,
        Kind::Instant => Shape::Instant,
        Kind::Structure => {
            let mut named = Vec::new();
            if let Some(add) = field.schemas {
                add(&mut named);
            }
            field.schema.map_or(Shape::Names, |schema| of_schema(&schema(), &named, 0))
        }
    }
}

fn of_custom(custom: &[Declaration]) -> Shape {
    let shape = |d: &Declaration| match d.kind {
        CustomKind::Text | CustomKind::Url | CustomKind::Choice | CustomKind::Reference => Shape::Text,
        CustomKind::Number => Shape::Decimal,
        CustomKind::Money => Shape::Money,
        CustomKind::Date => Shape::Date,
        CustomKind::MultiChoice => Shape::List(Box::new(Shape::Text)),
        CustomKind::Boolean => Shape::Boolean,
    };
    Shape::Object(custom.iter().map(|d| (d.name.clone(), shape(d))).collect())
}

/// The shape of a structure, by its schema in the contract.
fn of_schema(schema: &RefOr<Schema>, named: &Schemas, depth: usize) -> Shape {
    let schema = match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            match named.iter().find(|(n, _)| n == name) {
                _ if name == "Money" => return Shape::Money,
                Some((_, found)) if depth < DEPTH => return of_schema(found, named, depth + 1),
                _ => return Shape::Names,
            }
        }
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Array(array) => match &array.items {
            utoipa::openapi::schema::ArrayItems::RefOrSchema(item) if depth < DEPTH => {
                Shape::List(Box::new(of_schema(item, named, depth + 1)))
            }
            _ => Shape::List(Box::new(Shape::Names)),
        },
        Schema::Object(object) if !object.properties.is_empty() && depth < DEPTH => {
            let members = object.properties.iter().map(|(n, s)| (n.clone(), of_schema(s, named, depth + 1)));
            Shape::Object(members.collect())
        }
        Schema::Object(object) => of_type(&object.schema_type, object.format.as_ref()),
        // A structure that may be missing.
        Schema::OneOf(any) => any.items.first().map_or(Shape::Names, |one| of_schema(one, named, depth)),
        _ => Shape::Names,
    }
}

fn of_type(kind: &SchemaType, format: Option<&SchemaFormat>) -> Shape {
    let kind = match kind {
        SchemaType::Type(one) => Some(one),
        SchemaType::Array(some) => some.iter().find(|t| **t != Type::Null),
        _ => None,
    };
    match (kind, format) {
        (Some(Type::String), Some(SchemaFormat::KnownFormat(KnownFormat::Date))) => Shape::Date,
        (Some(Type::String), Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))) => Shape::Instant,
        (Some(Type::String), _) => Shape::Text,
        (Some(Type::Integer), _) => Shape::Number,
        (Some(Type::Number), _) => Shape::Decimal,
        (Some(Type::Boolean), _) => Shape::Boolean,
        _ => Shape::Names,
    }
}

/// A record as it might be, for previews: the contract's example, and in brackets what the other fields are called.
pub fn sample(spec: &'static Spec, custom: &[Declaration], persian: bool, related: &dyn Fn(&str) -> Option<&'static Spec>) -> Value {
    let Value::Object(mut record) = example(spec, Face::Output) else {
        return Value::Null;
    };
    for field in spec.fields.iter() {
        let label = if persian && !field.label_fa.is_empty() {
            field.label_fa.to_owned()
        } else {
            field.label_en()
        };
        let empty = record.get(field.name).is_none_or(Value::is_null);
        if empty {
            let value = match &field.kind {
                Kind::Choice(options) => options.first().map(|w| w.as_ref().into()).unwrap_or_default(),
                kind => made_up(kind, label),
            };
            record.insert(field.name.to_owned(), value);
        }
    }
    let own: Map<String, Value> = custom
        .iter()
        .map(|d| (d.name.clone(), made_up(&d.field_kind(), words(&d.name))))
        .collect();
    record.insert("custom".to_owned(), Value::Object(own));
    for (name, _, other) in references(spec, related) {
        record.insert(name.to_owned(), sample(other, &[], persian, &|_| None));
    }
    Value::Object(record)
}

fn made_up(kind: &Kind, label: String) -> Value {
    match kind {
        Kind::Text(_) => format!("[{label}]").into(),
        Kind::Choice(options) => options.first().map(|w| w.as_ref().into()).unwrap_or_default(),
        Kind::Texts => json!([format!("[{label}]")]),
        Kind::Boolean => true.into(),
        Kind::Integer => 1.into(),
        Kind::Decimal => "12.50".into(),
        Kind::Money => json!({"amount": "1250000.00", "currency": "IRR"}),
        Kind::Date => "2026-03-21".into(),
        Kind::Instant => "2026-03-21T08:30:00.000Z".into(),
        Kind::Reference(_) => "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20".into(),
        Kind::References(_) | Kind::Structure => Value::Null,
    }
}
