//! Sums of money over many deals, currency by currency.
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A sum of money. Over many records it may have more digits than the amount of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoneyTotal {
    /// A decimal number in a string.
    #[schema(max_length = 40, pattern = r"^-?\d{1,30}(\.\d{1,6})?$", example = "3750000000.00")]
    pub amount: String,
    /// ISO 4217 code.
    #[schema(min_length = 3, max_length = 3, example = "IRR")]
    pub currency: String,
}

impl MoneyTotal {
    /// A sum, rounded to the decimals of its currency, halves away from zero.
    pub fn of(currency: &str, amount: Decimal) -> Self {
        let scale = domain::core::money::currency(currency)
            .and_then(domain::core::money::decimals)
            .unwrap_or(2);
        let mut amount = amount.round_dp_with_strategy(scale, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(scale);
        MoneyTotal {
            amount: amount.to_string(),
            currency: currency.to_owned(),
        }
    }
}

/// Sums by currency.
#[derive(Debug, Clone, Default)]
pub struct Totals(BTreeMap<String, Decimal>);

impl Totals {
    /// Adds an amount, at the decimals of its currency.
    pub fn add(&mut self, currency: &str, amount: Decimal) {
        *self.0.entry(currency.to_owned()).or_default() += amount;
    }

    /// The sums, by the codes of their currencies; each rounded once, halves away from zero.
    pub fn told(&self) -> Vec<MoneyTotal> {
        let one = |(currency, amount): (&String, &Decimal)| MoneyTotal::of(currency, *amount);
        self.0.iter().map(one).collect()
    }
}
