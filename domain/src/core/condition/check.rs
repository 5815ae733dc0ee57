//! Holding a condition against the fields of an object: every name must be known to the asker, every comparison must make sense,
//! and every value must be one that the field can hold.
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::scalar::{MAX_FRACTION, MAX_INTEGER, MAX_WHOLE, beyond, largest, number};
use super::{Condition, Fault, Op, Scalar};
use crate::core::field::{Kind, Lookup};
use crate::core::problem::{Code, Problems};

const EQUALITY: &str = "=, !=, in";
const ORDER: &str = "=, !=, <, <=, >, >=, in";

impl Condition {
    /// Gives every value the type of its field, or says all that is wrong, each problem pointing into the JSON form.
    ///
    /// | field | value becomes | operators |
    /// | --- | --- | --- |
    /// | text | `Text` | all, `:` contains |
    /// | texts | `Text` | `:` |
    /// | choice | `Text`, one of its words | `= != IN` |
    /// | boolean | `Bool` | `= != IN` |
    /// | integer | `Integer` | all but `:` |
    /// | decimal | `Decimal`, from a number or a string | all but `:` |
    /// | date | `Date`, from `YYYY-MM-DD` | all but `:` |
    /// | instant | `Instant`, from RFC 3339 with any offset, cut to the millisecond | all but `:` |
    /// | reference | `Id` | `= != IN` |
    ///
    /// `null` stays `Null` and goes with `=`, `!=` and `IN` alone. Money is compared by its parts, a structure not at all.
    /// Checking a checked condition changes nothing.
    ///
    /// # Errors
    /// `UnknownField`, also for a field the asker may not know of; `NotAllowed` for an operator (at `/op`) or a word of a choice;
    /// `WrongType`; `Format`; `OutOfRange` beyond what the field can hold; `TooShort` for an empty list or an empty `:`;
    /// `TooComplex` beyond the limits of the module.
    pub fn check(self, fields: &dyn Lookup) -> Result<Condition, Problems> {
        self.limit()?;
        let mut check = Check {
            fields,
            problems: Problems::default(),
        };
        let checked = check.condition(self, "");
        check.problems.or(checked)
    }
}

struct Check<'a> {
    fields: &'a dyn Lookup,
    problems: Problems,
}

impl Check<'_> {
    fn condition(&mut self, condition: Condition, at: &str) -> Condition {
        match condition {
            Condition::All(parts) => Condition::All(self.parts(parts, &format!("{at}/all"))),
            Condition::Any(parts) => Condition::Any(self.parts(parts, &format!("{at}/any"))),
            Condition::Not(part) => Condition::Not(Box::new(self.condition(*part, &format!("{at}/not")))),
            Condition::Compare { field, op, value } => {
                let ordered = !matches!(op, Op::Eq | Op::Ne);
                let value = match self.kind(&field, op.as_str(), at) {
                    Some(kind) if !(if ordered { orders(&kind) } else { equals(&kind) }) => {
                        self.refuse_op(&field, &kind, op.as_str(), at);
                        value
                    }
                    Some(_) if ordered && value == Scalar::Null => {
                        let params = vec![
                            ("field", field.clone()),
                            ("op", op.as_str().to_owned()),
                            ("allowed", EQUALITY.to_owned()),
                        ];
                        self.problems.with(format!("{at}/op"), Code::NotAllowed, params);
                        value
                    }
                    Some(kind) => self.value(&field, &kind, value, format!("{at}/value")),
                    None => value,
                };
                Condition::Compare { field, op, value }
            }
            Condition::In { field, values } => {
                if values.is_empty() {
                    self.problems
                        .with(format!("{at}/value"), Code::TooShort, vec![("min", "1".to_owned())]);
                }
                let values = match self.kind(&field, "in", at) {
                    Some(kind) if !equals(&kind) => {
                        self.refuse_op(&field, &kind, "in", at);
                        values
                    }
                    Some(kind) => {
                        let typed = |(i, value)| self.value(&field, &kind, value, format!("{at}/value/{i}"));
                        values.into_iter().enumerate().map(typed).collect()
                    }
                    None => values,
                };
                Condition::In { field, values }
            }
            Condition::Has { field, value } => {
                let value = match self.kind(&field, "has", at) {
                    Some(kind @ Kind::References(_)) => self.value(&field, &kind, value, format!("{at}/value")),
                    Some(Kind::Text(_) | Kind::Texts) => {
                        self.needle(&field, &value, at);
                        value
                    }
                    Some(kind) => {
                        self.refuse_op(&field, &kind, "has", at);
                        value
                    }
                    None => value,
                };
                Condition::Has { field, value }
            }
        }
    }

    fn parts(&mut self, parts: Vec<Condition>, at: &str) -> Vec<Condition> {
        if parts.is_empty() {
            self.problems.with(at, Code::TooShort, vec![("min", "1".to_owned())]);
        }
        parts
            .into_iter()
            .enumerate()
            .map(|(i, part)| self.condition(part, &format!("{at}/{i}")))
            .collect()
    }

    /// What the field holds, if it can be compared at all.
    fn kind(&mut self, field: &str, op: &str, at: &str) -> Option<Kind> {
        let kind = self.fields.kind(field);
        match &kind {
            None => self
                .problems
                .with(format!("{at}/field"), Code::UnknownField, vec![("field", field.to_owned())]),
            Some(kind @ (Kind::Money | Kind::Structure)) => {
                self.refuse_op(field, kind, op, at);
                return None;
            }
            Some(_) => {}
        }
        kind
    }

    fn refuse_op(&mut self, field: &str, kind: &Kind, op: &str, at: &str) {
        let mut params = vec![("field", field.to_owned()), ("op", op.to_owned())];
        let allowed = match kind {
            Kind::Text(_) => "=, !=, <, <=, >, >=, in, has",
            Kind::Texts | Kind::References(_) => "has",
            Kind::Choice(_) | Kind::Boolean | Kind::Reference(_) => EQUALITY,
            Kind::Integer | Kind::Decimal | Kind::Date | Kind::Instant => ORDER,
            Kind::Money => {
                params.push(("with", format!("{field}.amount, {field}.currency")));
                ""
            }
            Kind::Structure => "",
        };
        params.push(("allowed", allowed.to_owned()));
        self.problems.with(format!("{at}/op"), Code::NotAllowed, params);
    }

    /// What `:` looks for: a text that is not empty, or an id.
    fn needle(&mut self, field: &str, value: &Scalar, at: &str) {
        let at = format!("{at}/value");
        let field = ("field", field.to_owned());
        match value {
            Scalar::Text(text) if text.is_empty() => {
                self.problems.with(at, Code::TooShort, vec![field, ("min", "1".to_owned())]);
            }
            Scalar::Text(_) => {}
            _ => self
                .problems
                .with(at, Code::WrongType, vec![field, ("expected", "text".to_owned())]),
        }
    }

    fn value(&mut self, field: &str, kind: &Kind, value: Scalar, at: String) -> Scalar {
        match typed(kind, &value) {
            Ok(typed) => typed,
            Err((code, params)) => {
                let params = std::iter::once(("field", field.to_owned())).chain(params).collect();
                self.problems.with(at, code, params);
                value
            }
        }
    }
}

fn equals(kind: &Kind) -> bool {
    !matches!(kind, Kind::Texts | Kind::References(_) | Kind::Money | Kind::Structure)
}

fn orders(kind: &Kind) -> bool {
    matches!(kind, Kind::Text(_) | Kind::Integer | Kind::Decimal | Kind::Date | Kind::Instant)
}

fn wrong(expected: &'static str) -> Fault {
    (Code::WrongType, vec![("expected", expected.to_owned())])
}

fn format(expected: &'static str) -> Fault {
    (Code::Format, vec![("format", expected.to_owned())])
}

/// The value as the field would hold it.
fn typed(kind: &Kind, value: &Scalar) -> Result<Scalar, Fault> {
    let written = match value {
        Scalar::Null => return Ok(Scalar::Null),
        Scalar::Text(text) => Some(text.as_str()),
        _ => None,
    };
    match (kind, value) {
        (Kind::Text(_) | Kind::Texts, Scalar::Text(_)) | (Kind::Boolean, Scalar::Bool(_)) => Ok(value.clone()),
        (Kind::Date, Scalar::Date(_)) | (Kind::Instant, Scalar::Instant(_)) | (Kind::Reference(_) | Kind::References(_), Scalar::Id(_)) => {
            Ok(value.clone())
        }
        (Kind::Integer, Scalar::Integer(n)) if n.abs() <= MAX_INTEGER => Ok(value.clone()),
        (Kind::Integer, Scalar::Integer(_)) => Err(beyond(MAX_INTEGER)),
        (Kind::Decimal, Scalar::Integer(n)) => decimal(Decimal::from(*n)),
        (Kind::Decimal, Scalar::Decimal(n)) => decimal(*n),
        (Kind::Choice(words), Scalar::Text(word)) if words.iter().any(|known| known == word) => Ok(value.clone()),
        (Kind::Choice(words), Scalar::Text(_)) => Err((Code::NotAllowed, vec![("allowed", words.join(", "))])),
        (Kind::Text(_) | Kind::Texts | Kind::Choice(_), _) => Err(wrong("text")),
        (Kind::Boolean, _) => Err(wrong("boolean")),
        (Kind::Integer, _) => Err(wrong("integer")),
        (Kind::Decimal, _) => match number(written.ok_or_else(|| wrong("decimal"))?)? {
            Scalar::Integer(n) => decimal(Decimal::from(n)),
            Scalar::Decimal(n) => decimal(n),
            _ => Err(format("decimal")),
        },
        (Kind::Date, _) => date(written.ok_or_else(|| wrong("date"))?)
            .map(Scalar::Date)
            .ok_or_else(|| format("date")),
        (Kind::Instant, _) => instant(written.ok_or_else(|| wrong("instant"))?)
            .map(Scalar::Instant)
            .ok_or_else(|| format("date-time")),
        (Kind::Reference(_) | Kind::References(_), _) => id(written.ok_or_else(|| wrong("id"))?)
            .map(Scalar::Id)
            .ok_or_else(|| format("uuid")),
        (Kind::Money | Kind::Structure, _) => Err(wrong("a part of it")),
    }
}

fn decimal(value: Decimal) -> Result<Scalar, Fault> {
    let value = value.normalize();
    let whole = value.trunc().abs().to_string();
    if value.scale() > MAX_FRACTION || whole.len() > MAX_WHOLE {
        Err(beyond(largest()))
    } else {
        Ok(Scalar::Decimal(value))
    }
}

/// `YYYY-MM-DD`, from the year 1 on.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !shape {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.year() >= 1)
}

/// An RFC 3339 date-time, cut to the millisecond, in the years 1 to 9999 of UTC.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    DateTime::from_timestamp_millis(at.timestamp_millis()).filter(|at| (1..=9999).contains(&at.year()))
}

/// A UUID with its hyphens, in either case.
pub(super) fn id(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}
