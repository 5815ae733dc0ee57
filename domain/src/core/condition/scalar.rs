//! The values a condition compares with, and how a number is read.
use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::Fault;
use crate::core::problem::Code;

/// The largest whole number either way, 2^53 − 1: what JSON keeps exact (RFC 7493 §2.2).
pub(super) const MAX_INTEGER: i64 = (1 << 53) - 1;
/// The most digits of a decimal before and behind the point.
pub(super) const MAX_WHOLE: usize = 15;
pub(super) const MAX_FRACTION: u32 = 6;
/// The most significant digits of a decimal that a double keeps (`DBL_DIG` of C).
const DOUBLE_DIGITS: usize = 15;

/// One value. `Null`, `Text`, `Bool`, `Integer` and `Decimal` come from reading; the check turns them into what the field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    Null,
    Text(String),
    Bool(bool),
    /// Within ±(2^53 − 1).
    Integer(i64),
    /// At most 15 digits before the point and 6 behind it.
    Decimal(Decimal),
    Date(NaiveDate),
    /// To the millisecond.
    Instant(DateTime<Utc>),
    Id(Uuid),
}

/// Reads `-?[0-9]+(\.[0-9]+)?`; a number without a fraction is an integer, however it is written.
/// Not so written: `Format`. Larger or finer than the limits of [`Scalar`]: `OutOfRange`, with `max`.
pub(super) fn number(text: &str) -> Result<Scalar, Fault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if [whole, fraction]
        .iter()
        .any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err((Code::Format, vec![("format", "decimal".to_owned())]));
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let sign = if digits.len() < text.len() { "-" } else { "" };
    if fraction.is_empty() {
        let n: i64 = format!("{sign}0{whole}").parse().map_err(|_| beyond(MAX_INTEGER))?;
        return if n.abs() <= MAX_INTEGER {
            Ok(Scalar::Integer(n))
        } else {
            Err(beyond(MAX_INTEGER))
        };
    }
    if whole.len() > MAX_WHOLE || fraction.len() > MAX_FRACTION as usize {
        return Err(beyond(largest()));
    }
    format!("{sign}0{whole}.{fraction}")
        .parse()
        .map(Scalar::Decimal)
        .map_err(|_| beyond(largest()))
}

/// Too large, either way.
pub(super) fn beyond(max: impl ToString) -> Fault {
    (Code::OutOfRange, vec![("max", max.to_string())])
}

/// The largest decimal a field holds.
pub(super) fn largest() -> String {
    format!("{}.{}", "9".repeat(MAX_WHOLE), "9".repeat(MAX_FRACTION as usize))
}

/// As the contract writes an instant: `YYYY-MM-DDThh:mm:ss.sssZ`.
fn instant(at: &DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl fmt::Display for Scalar {
    /// The canonical text form. A text stands in double quotes, with a backslash before each double quote and backslash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Null => f.write_str("null"),
            Scalar::Text(text) => {
                f.write_str("\"")?;
                for part in text.split_inclusive(['"', '\\']) {
                    match part.strip_suffix(['"', '\\']) {
                        Some(plain) => write!(f, "{plain}\\{}", &part[plain.len()..])?,
                        None => f.write_str(part)?,
                    }
                }
                f.write_str("\"")
            }
            Scalar::Bool(value) => write!(f, "{value}"),
            Scalar::Integer(value) => write!(f, "{value}"),
            Scalar::Decimal(value) => write!(f, "{value}"),
            Scalar::Date(value) => write!(f, "\"{value}\""),
            Scalar::Instant(value) => write!(f, "\"{}\"", instant(value)),
            Scalar::Id(value) => write!(f, "\"{value}\""),
        }
    }
}

impl Serialize for Scalar {
    /// Dates, instants and ids are strings. A decimal is a number where a double keeps it, and a string beyond.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Scalar::Null => s.serialize_unit(),
            Scalar::Text(value) => s.serialize_str(value),
            Scalar::Bool(value) => s.serialize_bool(*value),
            Scalar::Integer(value) => s.serialize_i64(*value),
            Scalar::Decimal(value) => {
                let text = value.to_string();
                let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count();
                match text.parse::<f64>() {
                    Ok(double) if digits <= DOUBLE_DIGITS => s.serialize_f64(double),
                    _ => s.serialize_str(&text),
                }
            }
            Scalar::Date(value) => s.collect_str(value),
            Scalar::Instant(value) => s.serialize_str(&instant(value)),
            Scalar::Id(value) => s.collect_str(value),
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Scalar {
        Scalar::Text(text.to_owned())
    }
}
