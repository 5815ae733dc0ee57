//! The JSON form, for `POST …/search` and for conditions that records hold:
//!
//! ```json
//! {"all": [{"field": "city", "op": "=", "value": "Yazd"},
//!          {"any": [{"field": "stage", "op": "in", "value": ["new", "won"]}, {"field": "tags", "op": "has", "value": "vip"}]},
//!          {"not": {"field": "owner_id", "op": "=", "value": null}}]}
//! ```
//! Nothing else is accepted. A group of one part reads as that part. A number is exact up to 15 significant digits, as JSON numbers
//! are doubles; a finer decimal is a string. The limits are those of the text form, the bytes counted on the text that the
//! condition would be written as.
//!
//! Reading streams: it stops at the first thing beyond a limit, whatever still follows.
mod leaf;

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_path_to_error::{Path, Segment, Track};

use super::{Condition, Fault, MAX_BYTES, MAX_DEPTH, MAX_TERMS, MAX_TEXT, one};
use crate::core::problem::{Code, Problems};
use leaf::{Name, Operand, Relation, Sign, Text, Unknown, Value};

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        match self {
            Condition::All(parts) => map.serialize_entry("all", parts)?,
            Condition::Any(parts) => map.serialize_entry("any", parts)?,
            Condition::Not(part) => map.serialize_entry("not", part)?,
            Condition::Compare { field, op, value } => term(&mut map, field, op.as_str(), value)?,
            Condition::In { field, values } => term(&mut map, field, "in", values)?,
            Condition::Has { field, value } => term(&mut map, field, "has", value)?,
        }
        map.end()
    }
}

fn term<M: SerializeMap>(map: &mut M, field: &str, op: &str, value: &impl Serialize) -> Result<(), M::Error> {
    map.serialize_entry("field", field)?;
    map.serialize_entry("op", op)?;
    map.serialize_entry("value", value)
}

impl<'de> Deserialize<'de> for Condition {
    /// Reads the JSON form. The message of an error begins with the code that [`Condition::from_json`] would give.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Condition, D::Error> {
        let reading = Reading::default();
        let condition = Node {
            reading: &reading,
            depth: 1,
        }
        .deserialize(d)?;
        condition.within_limits().map_err(D::Error::custom)
    }
}

impl Condition {
    /// Reads the JSON form from any deserializer, such as `&serde_json::Value`.
    ///
    /// # Errors
    /// One problem that points at the member: `WrongType`, `UnknownField` (a member, or what can be no path), `Required`,
    /// `Duplicate`, `Conflict` (members of two forms together), `NotAllowed` (the operator), `TooShort` (an empty list),
    /// `Character` (NUL), `TooLong`, `OutOfRange`, `TooComplex`.
    pub fn from_json<'de, D: Deserializer<'de>>(d: D) -> Result<Condition, Problems> {
        let reading = Reading::default();
        let mut track = Track::new();
        let read = Node {
            reading: &reading,
            depth: 1,
        }
        .deserialize(serde_path_to_error::Deserializer::new(d, &mut track));
        match read {
            Ok(condition) => condition.within_limits(),
            Err(_) => {
                let (code, params) = reading.fault.take().unwrap_or((Code::WrongType, Vec::new()));
                let mut problems = Problems::default();
                problems.nest(&pointer(&track.path()), one(code, params));
                Err(problems)
            }
        }
    }
}

/// The JSON pointer (RFC 6901) of a path.
fn pointer(path: &Path) -> String {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

/// What has been read so far, and what was wrong: an error of serde carries words only.
#[derive(Default)]
struct Reading {
    terms: Cell<usize>,
    bytes: Cell<usize>,
    fault: RefCell<Option<Fault>>,
}

impl Reading {
    fn fail<E: serde::de::Error>(&self, code: Code, params: Vec<(&'static str, String)>) -> E {
        let detail: String = params.iter().map(|(name, value)| format!(" {name} {value}")).collect();
        self.fault.replace(Some((code, params)));
        E::custom(format_args!("{}{detail}", code.as_str()))
    }

    fn too_complex<E: serde::de::Error>(&self, limit: &'static str, max: usize) -> E {
        self.fail(Code::TooComplex, vec![("limit", limit.to_owned()), ("max", max.to_string())])
    }

    /// Counts one more, up to `max`.
    fn count<E: serde::de::Error>(&self, counter: &Cell<usize>, more: usize, limit: &'static str, max: usize) -> Result<(), E> {
        counter.set(counter.get() + more);
        if counter.get() > max {
            Err(self.too_complex(limit, max))
        } else {
            Ok(())
        }
    }

    /// A text as it stands in JSON, if it keeps the limits.
    fn text<E: serde::de::Error>(&self, text: &str) -> Result<String, E> {
        self.count(&self.bytes, text.len(), "bytes", MAX_BYTES)?;
        if text.contains('\0') {
            return Err(self.fail(Code::Character, Vec::new()));
        }
        if text.chars().nth(MAX_TEXT).is_some() {
            return Err(self.fail(Code::TooLong, vec![("max", MAX_TEXT.to_string())]));
        }
        Ok(text.to_owned())
    }
}

/// Reads one condition, `depth` levels down.
#[derive(Clone, Copy)]
struct Node<'r> {
    reading: &'r Reading,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Condition;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Condition, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(self.reading.too_complex("depth", MAX_DEPTH));
        }
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a condition")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        let reading = self.reading;
        let (mut group, mut field, mut op, mut value) = (None, None, None, None);
        while let Some(name) = map.next_key_seed(Text(reading))? {
            let within = Node {
                depth: self.depth + 1,
                ..self
            };
            let again = match name.as_str() {
                "all" => group
                    .replace(Condition::all(map.next_value_seed(Nodes(within))?))
                    .map(|_| Code::Conflict),
                "any" => group
                    .replace(Condition::any(map.next_value_seed(Nodes(within))?))
                    .map(|_| Code::Conflict),
                "not" => group
                    .replace(Condition::Not(Box::new(map.next_value_seed(within)?)))
                    .map(|_| Code::Conflict),
                "field" => field.replace(map.next_value_seed(Name(reading))?).map(|_| Code::Duplicate),
                "op" => op.replace(map.next_value_seed(Relation(reading))?).map(|_| Code::Duplicate),
                "value" => value
                    .replace(map.next_value_seed(Value { reading, listed: false })?)
                    .map(|_| Code::Duplicate),
                _ => match map.next_value_seed(Unknown(reading))? {},
            };
            if let Some(code) = again {
                return Err(reading.fail(code, Vec::new()));
            }
        }
        let missing = |member: &'static str| reading.fail(Code::Required, vec![("member", member.to_owned())]);
        if let Some(group) = group {
            let alone = field.is_none() && op.is_none() && value.is_none();
            return if alone {
                Ok(group)
            } else {
                Err(reading.fail(Code::Conflict, Vec::new()))
            };
        }
        reading.count(&reading.terms, 1, "terms", MAX_TERMS)?;
        let field: String = field.ok_or_else(|| missing("field"))?;
        match (op.ok_or_else(|| missing("op"))?, value.ok_or_else(|| missing("value"))?) {
            (Sign::Compare(op), Operand::One(value)) => Ok(Condition::Compare { field, op, value }),
            (Sign::Has, Operand::One(value)) => Ok(Condition::Has { field, value }),
            (Sign::In, Operand::Many(values)) => Ok(Condition::In { field, values }),
            (Sign::In, Operand::One(_)) => Err(reading.fail(Code::WrongType, vec![("expected", "array".to_owned())])),
            (_, Operand::Many(_)) => Err(reading.fail(Code::WrongType, vec![("expected", "one value".to_owned())])),
        }
    }
}

/// Reads the parts of a group.
struct Nodes<'r>(Node<'r>);

impl<'de> DeserializeSeed<'de> for Nodes<'_> {
    type Value = Vec<Condition>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<Condition>, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Nodes<'_> {
    type Value = Vec<Condition>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of conditions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Condition>, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = seq.next_element_seed(self.0)? {
            parts.push(part);
        }
        if parts.is_empty() {
            return Err(self.0.reading.fail(Code::TooShort, vec![("min", "1".to_owned())]));
        }
        Ok(parts)
    }
}
