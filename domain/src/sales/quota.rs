//! Quotas: what somebody, or a unit, is to win in a period, and how much of it they have won.
use super::period::{Fiscal, Period};
use super::pipeline::Pipeline;
use crate::access::unit::Unit;
use crate::catalog::product::Product;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Place, Rules, Setting};
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::{Decimal, RoundingStrategy};

/// The most deals of a quota.
const MOST_DEALS: i64 = 1_000_000_000;

/// What somebody, or a unit, is to win in a period.
#[derive(Debug, Clone, Record)]
#[record(path = "/quotas", one = "quota", many = "quotas", tag = "Sales", fa = "سهمیه‌ها")]
pub struct Quota {
    #[record(base)]
    pub base: Base,
    /// The unit that is to win it, with all below it; null for its owner alone.
    #[record(fixed, fa = "سهمیهٔ واحد")]
    pub for_unit_id: Option<Id<Unit>>,
    /// When: a year such as `1405`, a quarter such as `1405-Q1` or a month such as `1405-07`, by the fiscal calendar or by the other one.
    #[record(fixed, min = 4, max = 7, sort, example = r#""1405-Q1""#, fa = "دوره")]
    pub period: String,
    /// How much; either this or `deals`. Only deals in its currency count.
    #[record(money, example = r#"{"amount": "20000000000.00", "currency": "IRR"}"#, fa = "مبلغ")]
    pub amount: Option<Money>,
    /// How many deals; either this or `amount`.
    #[record(range = 0..=MOST_DEALS, fa = "شمار معامله‌ها")]
    pub deals: Option<i64>,
    /// Only what deals' lines say of this product.
    #[record(fa = "کالا")]
    pub product_id: Option<Id<Product>>,
    /// Only deals of this pipeline.
    #[record(fa = "فرایند")]
    pub pipeline_id: Option<Id<Pipeline>>,
    /// Only deals of units in this region.
    #[record(max = 100, fa = "منطقه")]
    pub region: Option<String>,
    /// Anything else worth knowing.
    #[record(max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// The first day of its period.
    #[record(server, example = r#""2026-03-21""#, fa = "آغاز")]
    pub starts_on: Option<NaiveDate>,
    /// The last day of its period.
    #[record(server, example = r#""2026-06-21""#, fa = "پایان")]
    pub ends_on: Option<NaiveDate>,
}

impl Rules for Quota {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match (self.amount, self.deals) {
            (None, None) => problems.add("/amount", Code::Required),
            (Some(_), Some(_)) => problems.with("/deals", Code::Conflict, vec![("with", "/amount".to_owned())]),
            _ => {}
        }
        problems.at_least("/amount/amount", self.amount.map(Money::amount), Decimal::ZERO);
        problems
    }
    /// A unit's quota belongs to the unit, whoever wrote it down.
    fn place(&self) -> Option<Place> {
        self.for_unit_id.map(|unit| Place {
            unit: Some(unit),
            member: "for_unit_id",
            named: Some(unit),
        })
    }
}

impl Quota {
    /// For whom, what and by which measure it is: there is one quota of each in a period.
    pub fn subject(&self) -> String {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.simple().to_string()).unwrap_or_default();
        let whose = match self.for_unit_id {
            Some(unit) => format!("unit {}", id(Some(unit.uuid()))),
            None => format!("user {}", id(self.base.owner_id.map(|id| id.uuid()))),
        };
        let measure = self.amount.map_or("deals", |amount| amount.currency().code());
        let of = [self.product_id.map(|id| id.uuid()), self.pipeline_id.map(|id| id.uuid())]
            .map(id)
            .join(" ");
        format!("{whose} {measure} {of} {}", self.region.as_deref().unwrap_or_default())
    }
}

/// Finds the period of a name that a record gives, and says where it is not one.
///
/// # Errors
/// `Format` at `/period`.
pub fn named(fiscal: Fiscal, key: &str) -> Result<Period, Problems> {
    fiscal.parse(key).ok_or_else(|| {
        let mut problems = Problems::default();
        problems.with("/period", Code::Format, vec![("format", "1405-Q1".to_owned())]);
        problems
    })
}

/// How many hundredths of a quota were won, with two decimals, halves away from zero; none where the quota is nothing.
pub fn attained(won: Decimal, quota: Decimal) -> Option<Decimal> {
    let hundredths = (won * Decimal::ONE_HUNDRED).checked_div(quota)?;
    let mut rounded = hundredths.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    Some(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attainment_is_in_hundredths() {
        for (won, quota, told) in [
            (50, 200, Some("25.00")),
            (2, 3, Some("66.67")),
            (300, 200, Some("150.00")),
            (0, 5, Some("0.00")),
            (5, 0, None),
        ] {
            let attained = attained(Decimal::from(won), Decimal::from(quota)).map(|d| d.to_string());
            assert_eq!(attained.as_deref(), told, "{won} of {quota}");
        }
    }
}
