//! Money in JSON: `{"amount": "1234.50", "currency": "IRR"}`. The amount is a string, because a JSON number passes through binary
//! floating point in most clients and comes out changed.
use super::{Currency, MAX_DECIMALS, MAX_INTEGER_DIGITS, Money, MoneyError, UnitPrice};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Sign, integer digits, point and decimals.
const MAX_LENGTH: usize = 1 + MAX_INTEGER_DIGITS + 1 + MAX_DECIMALS as usize;
/// No currency of ISO 4217 has more decimals (the Chilean unidad de fomento).
const MOST_CURRENCY_DECIMALS: usize = 4;

/// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, at most 23 characters, with at most 15 digits before the point.
pub(crate) fn number(text: &str) -> Result<Decimal, MoneyError> {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !decimals.is_none_or(digits) || (whole.len() > 1 && whole.starts_with('0')) {
        return Err(MoneyError::Format);
    }
    if whole.len() > MAX_INTEGER_DIGITS {
        return Err(MoneyError::OutOfRange);
    }
    if decimals.is_some_and(|d| d.len() > MAX_DECIMALS as usize) {
        return Err(MoneyError::Scale { max: MAX_DECIMALS });
    }
    Decimal::from_str_exact(text).map_err(|_| MoneyError::Format)
}

#[derive(Serialize)]
struct Written {
    amount: String,
    currency: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<'a> {
    #[serde(borrow)]
    amount: Cow<'a, str>,
    #[serde(borrow)]
    currency: Cow<'a, str>,
}

fn write<S: Serializer>(amount: Decimal, currency: Currency, serializer: S) -> Result<S::Ok, S::Error> {
    let amount = amount.to_string();
    let currency = currency.code();
    Written { amount, currency }.serialize(serializer)
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.amount, self.currency, serializer)
    }
}

impl Serialize for UnitPrice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.amount, self.currency, serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        Money::parse(&read.amount, &read.currency).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        UnitPrice::parse(&read.amount, &read.currency).map_err(de::Error::custom)
    }
}

fn schema(description: &str, decimals: usize) -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let pattern = format!(r"^-?(0|[1-9][0-9]{{0,{}}})(\.[0-9]{{1,{decimals}}})?$", MAX_INTEGER_DIGITS - 1);
    let amount: Object = text()
        .pattern(Some(pattern))
        .max_length(Some(MAX_LENGTH - MAX_DECIMALS as usize + decimals))
        .description(Some("A decimal number in a string, never a JSON number."))
        .examples(["1234.50"])
        .build();
    let currency: Object = text()
        .pattern(Some("^[A-Z]{3}$"))
        .min_length(Some(3))
        .max_length(Some(3))
        .description(Some("ISO 4217 code."))
        .examples(["IRR"])
        .build();
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .property("amount", amount)
        .property("currency", currency)
        .required("amount")
        .required("currency")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
        .description(Some(description))
        .into()
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        let text = "An exact amount and its currency, with at most as many decimals as ISO 4217 gives the currency.";
        schema(text, MOST_CURRENCY_DECIMALS)
    }
}

impl PartialSchema for UnitPrice {
    fn schema() -> RefOr<Schema> {
        schema(
            "An exact price of one unit and its currency, with at most six decimals.",
            MAX_DECIMALS as usize,
        )
    }
}

impl ToSchema for Money {}
impl ToSchema for UnitPrice {}
