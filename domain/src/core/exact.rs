//! Exact numbers that are not money: quantities, percentages, factors. In JSON they are strings, because a JSON number passes through
//! binary floating point in most clients and comes out changed.
use super::field::{FieldType, Kind};
use super::money::{MAX_DECIMALS, MAX_INTEGER_DIGITS, MoneyError, number};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A number of at most 15 digits before the point and 6 behind it, without needless zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Exact(Decimal);

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact(Decimal::ZERO);
    /// One.
    pub const ONE: Exact = Exact(Decimal::ONE);
    /// The least above nothing: 0.000001.
    pub const LEAST: Exact = Exact(Decimal::from_parts(1, 0, 0, false, MAX_DECIMALS));

    /// This number.
    ///
    /// # Errors
    /// `Scale` when it has more than six decimals, `OutOfRange` when it has more than 15 digits before the point.
    pub fn new(value: Decimal) -> Result<Self, MoneyError> {
        let value = value.normalize();
        if value.scale() > MAX_DECIMALS {
            Err(MoneyError::Scale { max: MAX_DECIMALS })
        } else if value.trunc().abs().mantissa() >= 10_i128.pow(MAX_INTEGER_DIGITS as u32) {
            Err(MoneyError::OutOfRange)
        } else {
            Ok(Exact(value))
        }
    }

    /// Reads a plain decimal number such as `12.5`.
    ///
    /// # Errors
    /// `Format`, `Scale`, `OutOfRange`.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        number(text).and_then(Exact::new)
    }

    /// The number.
    pub const fn value(self) -> Decimal {
        self.0
    }
}

impl Deref for Exact {
    type Target = Decimal;
    fn deref(&self) -> &Decimal {
        &self.0
    }
}
impl From<u32> for Exact {
    fn from(n: u32) -> Self {
        Exact(Decimal::from(n))
    }
}
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Exact::parse(&text).map_err(|_| de::Error::custom("format: a plain decimal number in a string, with at most six decimals"))
    }
}
impl FieldType for Exact {
    const KIND: Kind = Kind::Decimal;
}
impl PartialSchema for Exact {
    fn schema() -> RefOr<Schema> {
        super::schema::of_kind(&Kind::Decimal)
    }
}
impl ToSchema for Exact {
    fn name() -> Cow<'static, str> {
        "Decimal".into()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_strings_in_one_form() {
        let read = |text: &str| serde_json::from_value::<Exact>(json!(text)).ok().map(|n| n.to_string());
        let rows = [
            ("12.50", Some("12.5")),
            ("-0.000", Some("0")),
            ("999999999999999.999999", Some("999999999999999.999999")),
            ("1000000000000000", None),
            ("0.0000001", None),
            ("1e3", None),
            ("1_000", None),
            ("+1", None),
            (" 1", None),
            ("۱۲", None),
            ("", None),
        ];
        for (written, expected) in rows {
            assert_eq!(read(written).as_deref(), expected, "{written}");
        }
        assert!(serde_json::from_value::<Exact>(json!(1)).is_err(), "a JSON number is refused");
        assert_eq!(serde_json::to_value(Exact::parse("2.50").unwrap()).unwrap(), json!("2.5"));
    }

    #[test]
    fn numbers_that_were_computed_keep_the_bounds() {
        assert_eq!(Exact::new(Decimal::new(1, 7)), Err(MoneyError::Scale { max: 6 }));
        assert_eq!(Exact::new(Decimal::from(10_u64.pow(15))), Err(MoneyError::OutOfRange));
        assert_eq!(Exact::new(Decimal::new(1_500_000_000, 9)).unwrap().to_string(), "1.5");
    }
}
