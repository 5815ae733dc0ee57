//! Bounds that follow from a format: a UUID has 36 characters, a date ten. Written once for all schemas, wherever they come from.
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, KnownFormat, Object, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

fn is(object: &Object, kind: &Type) -> bool {
    match &object.schema_type {
        SchemaType::Type(one) => one == kind,
        SchemaType::Array(some) => some.contains(kind),
        SchemaType::AnyValue => false,
    }
}

fn object(object: &mut Object) {
    let known = match &object.format {
        Some(SchemaFormat::KnownFormat(format)) => Some(format),
        _ => None,
    };
    if is(object, &Type::String) && object.max_length.is_none() {
        object.max_length = match known {
            Some(KnownFormat::Uuid) => Some(36),
            Some(KnownFormat::Date) => Some(10),
            Some(KnownFormat::DateTime) => Some(40),
            _ => None,
        };
    }
    if is(object, &Type::Integer) && object.format.is_none() {
        object.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
    }
    for (_, property) in &mut object.properties {
        complete(property);
    }
    if let Some(AdditionalProperties::RefOr(rest)) = object.additional_properties.as_deref_mut() {
        complete(rest);
    }
}

/// Completes a schema and all inside it.
pub fn complete(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(o) => object(o),
        Schema::Array(a) => {
            if let ArrayItems::RefOrSchema(items) = &mut a.items {
                complete(items);
            }
        }
        Schema::OneOf(o) => o.items.iter_mut().for_each(complete),
        Schema::AllOf(o) => o.items.iter_mut().for_each(complete),
        Schema::AnyOf(o) => o.items.iter_mut().for_each(complete),
        _ => {}
    }
}
