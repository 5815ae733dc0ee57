//! Reading what stands inside one comparison of the JSON form.
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, SeqAccess, Unexpected, Visitor};

use super::super::scalar::{MAX_INTEGER, beyond, number};
use super::super::{MAX_VALUES, Op, Scalar, is_path};
use super::Reading;
use crate::core::problem::Code;

const MEMBERS: &[&str] = &["all", "any", "not", "field", "op", "value"];

/// Refuses the value of an unknown member unread, so that the problem points at the member.
pub(super) struct Unknown<'r>(pub(super) &'r Reading);

impl<'de> DeserializeSeed<'de> for Unknown<'_> {
    type Value = std::convert::Infallible;

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<Self::Value, D::Error> {
        Err(self.0.fail(Code::UnknownField, vec![("allowed", MEMBERS.join(", "))]))
    }
}

/// Reads a member's name or another text.
pub(super) struct Text<'r>(pub(super) &'r Reading);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<String, D::Error> {
        d.deserialize_str(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        self.0.text(text)
    }
}

/// Reads a path.
pub(super) struct Name<'r>(pub(super) &'r Reading);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<String, D::Error> {
        let path = Text(self.0).deserialize(d)?;
        if is_path(&path) {
            Ok(path)
        } else {
            Err(self.0.fail(Code::UnknownField, Vec::new()))
        }
    }
}

pub(super) enum Sign {
    Compare(Op),
    In,
    Has,
}

/// Reads an operator.
pub(super) struct Relation<'r>(pub(super) &'r Reading);

impl<'de> DeserializeSeed<'de> for Relation<'_> {
    type Value = Sign;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Sign, D::Error> {
        match Text(self.0).deserialize(d)?.as_str() {
            "in" => Ok(Sign::In),
            "has" => Ok(Sign::Has),
            sign => Op::from_sign(sign).map(Sign::Compare).ok_or_else(|| {
                let allowed = Op::ALL.map(Op::as_str).join(", ") + ", in, has";
                self.0.fail(Code::NotAllowed, vec![("allowed", allowed)])
            }),
        }
    }
}

pub(super) enum Operand {
    One(Scalar),
    Many(Vec<Scalar>),
}

/// Reads one value or a list of values, and within a list one value.
#[derive(Clone, Copy)]
pub(super) struct Value<'r> {
    pub(super) reading: &'r Reading,
    pub(super) listed: bool,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Operand;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Operand, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Operand;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number, a boolean, null or a list of these")
    }

    fn visit_unit<E>(self) -> Result<Operand, E> {
        Ok(Operand::One(Scalar::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Operand, E> {
        Ok(Operand::One(Scalar::Bool(value)))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Operand, E> {
        self.reading.text(value).map(|text| Operand::One(Scalar::Text(text)))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Operand, E> {
        if value.unsigned_abs() > MAX_INTEGER.unsigned_abs() {
            let (code, params) = beyond(MAX_INTEGER);
            return Err(self.reading.fail(code, params));
        }
        Ok(Operand::One(Scalar::Integer(value)))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Operand, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Operand, E> {
        // The shortest decimal that reads as this double is what was written, if that had at most 15 digits.
        number(&value.to_string())
            .map(Operand::One)
            .map_err(|(code, params)| self.reading.fail(code, params))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Operand, A::Error> {
        if self.listed {
            return Err(A::Error::invalid_type(Unexpected::Seq, &"one value"));
        }
        let mut values = Vec::new();
        while values.len() < MAX_VALUES {
            match seq.next_element_seed(Value { listed: true, ..self })? {
                Some(Operand::One(value)) => values.push(value),
                Some(Operand::Many(inner)) => values.extend(inner),
                None if values.is_empty() => return Err(self.reading.fail(Code::TooShort, vec![("min", "1".to_owned())])),
                None => return Ok(Operand::Many(values)),
            }
        }
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => Err(self.reading.too_complex("values", MAX_VALUES)),
            None => Ok(Operand::Many(values)),
        }
    }
}
