//! Bounds that follow from what a schema says already. Derived schemas leave them out; written by hand beside every id and moment, one
//! would be forgotten.
use utoipa::Number;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, KnownFormat, Object, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// The largest whole number that every JSON reader keeps exactly (RFC 7493): 2^53 - 1.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// Adds the lengths of ids, dates and moments, and the range of whole numbers, wherever a schema says neither.
pub fn bound(schema: &mut RefOr<Schema>) {
    if let RefOr::T(schema) = schema {
        within(schema);
    }
}

fn within(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => members(object),
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                bound(items);
            }
        }
        Schema::OneOf(some) => some.items.iter_mut().for_each(bound),
        Schema::AllOf(all) => all.items.iter_mut().for_each(bound),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(bound),
        _ => {}
    }
}

fn members(object: &mut Object) {
    object.properties.values_mut().for_each(bound);
    if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
        bound(values);
    }
    if let Some(names) = object.property_names.as_deref_mut() {
        within(names);
    }
    if is(object, &Type::String) && object.max_length.is_none() && object.enum_values.is_none() {
        object.max_length = object.format.as_ref().and_then(length);
    }
    if is(object, &Type::Integer) && object.enum_values.is_none() {
        let known = matches!(
            object.format,
            Some(SchemaFormat::KnownFormat(KnownFormat::Int32 | KnownFormat::Int64))
        );
        if !known {
            object.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
        }
        let most = match object.format {
            Some(SchemaFormat::KnownFormat(KnownFormat::Int32)) => f64::from(i32::MAX),
            _ => EXACT,
        };
        object.maximum.get_or_insert(Number::Float(most));
        object.minimum.get_or_insert(Number::Float(-most));
    }
}

fn is(object: &Object, wanted: &Type) -> bool {
    match &object.schema_type {
        SchemaType::Type(one) => one == wanted,
        SchemaType::Array(some) => some.contains(wanted),
        SchemaType::AnyValue => false,
    }
}

/// How long a text of this format can be.
fn length(format: &SchemaFormat) -> Option<usize> {
    match format {
        SchemaFormat::KnownFormat(KnownFormat::Uuid) => Some(36),
        SchemaFormat::KnownFormat(KnownFormat::Date) => Some(10),
        SchemaFormat::KnownFormat(KnownFormat::DateTime) => Some(40),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use serde_json::json;

    fn bounded(schema: serde_json::Value) -> serde_json::Value {
        let mut schema: RefOr<Schema> = serde_json::from_value(schema).unwrap();
        bound(&mut schema);
        serde_json::to_value(schema).unwrap()
    }

    #[test]
    fn an_id_deep_in_a_list_gets_its_length_and_a_count_its_range() {
        let given = json!({"type": "object", "properties": {
            "ids": {"type": "array", "items": {"type": ["string", "null"], "format": "uuid"}},
            "count": {"type": "integer", "minimum": 0},
        }});
        let got = bounded(given);
        assert_eq!(got["properties"]["ids"]["items"]["maxLength"], 36);
        let count = &got["properties"]["count"];
        assert_eq!((count["minimum"].as_f64(), count["maximum"].as_f64()), (Some(0.0), Some(EXACT)));
        assert_eq!(count["format"], "int64");
    }

    #[test]
    fn what_a_schema_says_itself_stays() {
        let given = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 9});
        assert_eq!(bounded(given.clone()), given);
        let given = json!({"type": "string", "format": "uuid", "maxLength": 40});
        assert_eq!(bounded(given.clone()), given);
    }
}
