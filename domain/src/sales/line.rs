//! The lines of a deal: what would be sold, and what that comes to. A deal is a guess at a sale, so its lines have no tax and one discount;
//! what is offered for signature is a quote.
use super::opportunity::Opportunity;
use crate::catalog::product::Product;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::input::length;
use crate::core::money::{Money, MoneyError, UnitPrice};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

fn one() -> Exact {
    Exact::ONE
}

/// A line of a deal. It names a product, or says in words what would be sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityLine {
    /// What would be sold, where it is in the catalogue.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub product_id: Option<Id<Product>>,
    /// What would be sold, in words; the name of the product unless given.
    #[serde(default)]
    #[schema(max_length = 500, example = "میلگرد ۱۴")]
    pub description: Option<String>,
    /// How much of it; one unless given.
    #[serde(default = "one")]
    #[schema(value_type = Exact)]
    pub quantity: Exact,
    /// What one costs; the list price of the product unless given.
    #[serde(default)]
    pub unit_price: Option<UnitPrice>,
    /// How many hundredths are taken off.
    #[serde(default)]
    #[schema(value_type = Exact)]
    pub discount_percent: Exact,
    /// What the line comes to. It is counted where there is a price, whatever is given here; without a price it must be given.
    #[serde(default)]
    pub amount: Option<Money>,
}

impl OpportunityLine {
    /// Takes from the product what the line leaves open.
    pub fn fill(&mut self, product: &Product) {
        if self.description.is_none() {
            self.description = Some(product.name.clone());
        }
        // A price for more than one unit is no price of one: what a part of it costs is a matter of price books.
        if self.unit_price.is_none() && self.amount.is_none() && product.price_quantity == Exact::ONE {
            self.unit_price = product.list_price;
        }
    }

    /// Forgets what it says in words.
    pub fn erase(&mut self) {
        self.description = Some("—".to_owned());
    }

    /// What it comes to.
    fn counted(&self) -> Result<Option<Money>, MoneyError> {
        let Some(price) = self.unit_price else {
            return Ok(self.amount);
        };
        let left = (Decimal::ONE_HUNDRED - self.discount_percent.value()) / Decimal::ONE_HUNDRED;
        let quantity = self.quantity.value().checked_mul(left).ok_or(MoneyError::OutOfRange)?;
        price.times(quantity).map(Some)
    }
}

/// Says what is wrong with lines in themselves.
pub fn check(lines: &[OpportunityLine], problems: &mut Problems) {
    for (i, line) in lines.iter().enumerate() {
        let at = |member: &str| format!("/lines/{i}/{member}");
        problems.at_least(at("quantity"), line.quantity, Exact::LEAST);
        if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&line.discount_percent.value()) {
            let bounds = vec![("min", "0".to_owned()), ("max", "100".to_owned())];
            problems.with(at("discount_percent"), Code::OutOfRange, bounds);
        }
        if let Some(text) = &line.description {
            length(&at("description"), text, 1, 500, problems);
        }
        if line.product_id.is_none() && line.description.is_none() {
            problems.add(at("description"), Code::Required);
        }
        problems.at_least(at("unit_price/amount"), line.unit_price.map(UnitPrice::amount), Decimal::ZERO);
        problems.at_least(at("amount/amount"), line.amount.map(Money::amount), Decimal::ZERO);
    }
}

/// Counts what each line comes to, and all of them; none where there are no lines. All are in the currency of the first.
///
/// # Errors
/// `Required` where a line has neither price nor amount, `Conflict` for another currency or for a discount on nothing, `OutOfRange`.
pub fn count(lines: &mut [OpportunityLine]) -> Result<Option<Money>, Problems> {
    let (mut sum, mut problems): (Option<Money>, Problems) = Default::default();
    for (i, line) in lines.iter_mut().enumerate() {
        let at = |member: &str| format!("/lines/{i}/{member}");
        let priced = line.unit_price.is_some();
        if !priced && line.discount_percent > Exact::ZERO {
            let with = vec![("with", format!("/lines/{i}/unit_price"))];
            problems.with(at("discount_percent"), Code::Conflict, with);
        }
        let amount = match line.counted() {
            Ok(Some(amount)) => amount,
            Ok(None) => {
                problems.add(at("unit_price"), Code::Required);
                continue;
            }
            Err(error) => {
                problems.add(at("unit_price"), error.code());
                continue;
            }
        };
        line.amount = Some(amount);
        match sum.map_or(Ok(amount), |sum| sum.checked_add(amount)) {
            Ok(more) => sum = Some(more),
            Err(MoneyError::Mixed { .. }) => {
                let member = if priced { "unit_price/currency" } else { "amount/currency" };
                problems.with(at(member), Code::Conflict, vec![("with", "/lines/0".to_owned())]);
            }
            Err(error) => problems.add(at("amount"), error.code()),
        }
    }
    problems.or(sum)
}

/// What the lines come to by product: one sum for each, and one for all that is in no catalogue.
pub fn by_product(lines: &[OpportunityLine]) -> BTreeMap<Option<uuid::Uuid>, Money> {
    let mut sums: BTreeMap<Option<uuid::Uuid>, Money> = BTreeMap::new();
    for line in lines {
        let Some(amount) = line.amount else { continue };
        sums.entry(line.product_id.map(|id| id.uuid()))
            .and_modify(|sum| *sum = sum.checked_add(amount).unwrap_or(*sum))
            .or_insert(amount);
    }
    sums
}

/// What a deal is about: the products of its lines with their sums, and without lines the one it is mainly about, which stands for all it is
/// worth.
pub fn sold(deal: &Opportunity) -> BTreeMap<Option<uuid::Uuid>, Option<Money>> {
    match deal.product_id.filter(|_| deal.lines.is_empty()) {
        Some(product) => BTreeMap::from([(Some(product.uuid()), None)]),
        None => by_product(&deal.lines).into_iter().map(|(id, sum)| (id, Some(sum))).collect(),
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
