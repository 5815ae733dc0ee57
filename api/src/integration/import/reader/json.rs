//! One JSON object, with no member twice: which of the two would count differs from parser to parser, and so would the record.
use super::RowError;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// Reads an object from a line.
pub fn object(line: &str) -> Result<Map<String, Value>, RowError> {
    let twice = RefCell::new(None);
    let mut parser = serde_json::Deserializer::from_str(line);
    let value = Once(&twice).deserialize(&mut parser).and_then(|value| parser.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(RowError::NotAnObject),
        Err(error) => Err(match twice.into_inner() {
            Some(member) => RowError::DuplicateMember(member),
            None => RowError::Syntax { column: error.column() },
        }),
    }
}

#[derive(Clone, Copy)]
struct Once<'a>(&'a RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(member) = map.next_key::<String>()? {
            if object.contains_key(&member) {
                *self.0.borrow_mut() = Some(member);
                return Err(de::Error::custom("a member stands twice"));
            }
            let value = map.next_value_seed(self)?;
            object.insert(member, value);
        }
        Ok(Value::Object(object))
    }
}
