//! Records as templates see them: each value with its kind, so that a date is written as a date in the template's language. What a record
//! lacks is there as nothing, since a template has been checked against what it may have.
use super::shape::Shape;
use crate::core::instant::Instant;
use chrono::NaiveDate;
use minijinja::value::{Object, ObjectRepr, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::sync::Arc;

/// The most items of a list that a template sees.
const ITEMS: usize = 1000;

/// A value of a kind of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Special {
    Date(NaiveDate),
    Instant(Instant),
    Decimal(Decimal),
    Money(Decimal, String),
}

impl Object for Special {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (&**self, key.as_str()?) {
            (Special::Money(amount, _), "amount") => Some(Value::from_object(Special::Decimal(*amount))),
            (Special::Money(_, currency), "currency") => Some(Value::from(currency.as_str())),
            _ => None,
        }
    }
}

/// A value of a shape; what does not fit it is nothing.
pub fn shaped(shape: &Shape, json: &Json) -> Value {
    let text = json.as_str();
    let special = |found: Option<Special>| found.map_or_else(none, Value::from_object);
    match shape {
        Shape::Text => text.map_or_else(none, Value::from),
        Shape::Boolean => json.as_bool().map_or_else(none, Value::from),
        Shape::Number => json.as_i64().map_or_else(none, Value::from),
        Shape::Decimal => special(decimal(json).map(Special::Decimal)),
        Shape::Date => special(text.and_then(|t| t.parse().ok()).map(Special::Date)),
        Shape::Instant => special(serde_json::from_value(json.clone()).ok().map(Special::Instant)),
        Shape::Money => {
            let amount = json.get("amount").and_then(decimal);
            let currency = json.get("currency").and_then(Json::as_str);
            match amount.zip(currency) {
                Some((amount, currency)) => Value::from_object(Special::Money(amount, currency.to_owned())),
                // Its parts are asked for all the same.
                None => members([("amount", none()), ("currency", none())]),
            }
        }
        Shape::Object(shapes) => {
            let value = |(name, shape): (&String, &Shape)| (name.clone(), shaped(shape, json.get(name).unwrap_or(&Json::Null)));
            members(shapes.iter().map(value))
        }
        Shape::List(shape) => {
            let items = json.as_array().into_iter().flatten().take(ITEMS);
            Value::from(items.map(|item| shaped(shape, item)).collect::<Vec<_>>())
        }
        Shape::Names => {
            let named = json.as_object().into_iter().flatten();
            let texts = named.filter_map(|(name, value)| Some((name.clone(), Value::from(value.as_str()?))));
            Value::from_object(Names(texts.collect()))
        }
    }
}

fn none() -> Value {
    Value::from(())
}

fn members<N: Into<Value>>(all: impl IntoIterator<Item = (N, Value)>) -> Value {
    Value::from_pairs(all)
}

fn decimal(json: &Json) -> Option<Decimal> {
    match json {
        Json::String(text) => text.parse().ok(),
        Json::Number(n) => n.to_string().parse().ok(),
        _ => None,
    }
}

/// Texts by name, of which every name may be asked for.
#[derive(Debug)]
struct Names(std::collections::BTreeMap<String, Value>);

impl Object for Names {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(key.as_str().and_then(|name| self.0.get(name)).cloned().unwrap_or_else(none))
    }
    fn is_true(self: &Arc<Self>) -> bool {
        !self.0.is_empty()
    }
}
