//! Running a checked condition on a record in memory, with the meaning that the SQL has.
use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Condition, Op, Scalar, check};

impl Condition {
    /// Whether the condition is true of a record in its public JSON form.
    ///
    /// The condition must have been checked: its values have the types of the fields. Paths, lists and null are as the module says.
    /// Text is compared exactly, by code point; decimals by value, however many zeros are written; instants by the moment, cut to
    /// the millisecond. A value that is not of the field's type counts as unequal to everything.
    pub fn holds(&self, record: &Value) -> bool {
        match self {
            Condition::All(parts) => parts.iter().all(|part| part.holds(record)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(record)),
            Condition::Not(part) => !part.holds(record),
            Condition::Compare { field, op, value } => any(record, field, &mut |found| relates(*op, found, value)),
            Condition::In { field, values } => any(record, field, &mut |found| values.iter().any(|value| relates(Op::Eq, found, value))),
            Condition::Has { field, value } => {
                let wanted = &match value {
                    Scalar::Text(text) => text.clone(),
                    Scalar::Id(id) => id.to_string(),
                    _ => return false,
                };
                // Only a list of texts ends a path in a list: its elements are whole words, not texts to look into.
                at(record, field, &mut |found| match found {
                    Value::Array(texts) => texts.iter().any(|text| text.as_str() == Some(wanted)),
                    Value::String(text) => text.contains(wanted),
                    _ => false,
                })
            }
        }
    }
}

/// Whether any value at the path passes, the elements of a list at its end each for itself.
fn any(record: &Value, path: &str, test: &mut dyn FnMut(&Value) -> bool) -> bool {
    at(record, path, &mut |found| match found {
        Value::Array(items) if items.is_empty() => test(&Value::Null),
        Value::Array(items) => items.iter().any(&mut *test),
        one => test(one),
    })
}

/// Whether anything at the end of the path passes. An absent member and an empty list on the way are null.
fn at(value: &Value, path: &str, test: &mut dyn FnMut(&Value) -> bool) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().any(|item| at(item, path, test)),
        Value::Object(members) => match (members.get(name).unwrap_or(&Value::Null), rest) {
            (found, Some(rest)) => at(found, rest, test),
            (found, None) => test(found),
        },
        _ => test(&Value::Null),
    }
}

fn relates(op: Op, found: &Value, value: &Scalar) -> bool {
    let order = order(found, value);
    match op {
        Op::Eq => order == Some(Ordering::Equal),
        Op::Ne => order != Some(Ordering::Equal),
        Op::Lt => order == Some(Ordering::Less),
        Op::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Op::Gt => order == Some(Ordering::Greater),
        Op::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// How the found value stands to the other; none if they are not of one type, so that null is equal to null alone.
fn order(found: &Value, value: &Scalar) -> Option<Ordering> {
    match value {
        Scalar::Null => found.is_null().then_some(Ordering::Equal),
        Scalar::Text(text) => Some(found.as_str()?.cmp(text)),
        Scalar::Bool(flag) => Some(found.as_bool()?.cmp(flag)),
        Scalar::Integer(n) => Some(decimal(found)?.cmp(&Decimal::from(*n))),
        Scalar::Decimal(n) => Some(decimal(found)?.cmp(n)),
        Scalar::Date(day) => Some(check::date(found.as_str()?)?.cmp(day)),
        Scalar::Instant(moment) => Some(check::instant(found.as_str()?)?.cmp(moment)),
        Scalar::Id(id) => Some(check::id(found.as_str()?)?.cmp(id)),
    }
}

/// A JSON number, or a decimal written as a string.
fn decimal(found: &Value) -> Option<Decimal> {
    match found {
        Value::Number(n) => n.to_string().parse().ok(),
        Value::String(text) => Decimal::from_str_exact(text).ok(),
        _ => None,
    }
}
