//! What managers make of a forecast: their own number for somebody or for a unit, beside the one that is computed and never in its place.
use crate::access::unit::Unit;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Place, Rules, Setting};
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// A number of a forecast.
    pub enum AdjustedNumber {
        Commit = "commit", BestCase = "best_case", Pipeline = "pipeline", Expected = "expected", CommitForecast = "commit_forecast",
        BestCaseForecast = "best_case_forecast", OpenForecast = "open_forecast",
    }
}

/// A manager's number for a forecast, with why. It stands beside the computed one, never in its place. Only who leads the unit, or a unit
/// above it, makes one; of units that nobody leads, whoever has the permission.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/forecast-adjustments",
    one = "forecast_adjustment",
    many = "forecast_adjustments",
    tag = "Sales",
    fa = "تعدیل‌های پیش‌بینی"
)]
pub struct ForecastAdjustment {
    #[record(base)]
    pub base: Base,
    /// Whose forecast it is; either this or `for_unit_id`.
    #[record(fixed, example = r#""0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22""#, fa = "فروشنده")]
    pub user_id: Option<Id<User>>,
    /// Of which unit's forecast it is; either this or `user_id`.
    #[record(fixed, fa = "واحد پیش‌بینی")]
    pub for_unit_id: Option<Id<Unit>>,
    /// When: a year such as `1405`, a quarter such as `1405-Q1` or a month such as `1405-07`.
    #[record(fixed, min = 4, max = 7, sort, example = r#""1405-Q1""#, fa = "دوره")]
    pub period: String,
    /// Which number.
    #[record(fixed, example = r#""commit_forecast""#, fa = "عدد")]
    pub number: AdjustedNumber,
    /// What it would be.
    #[record(like = Money, example = r#"{"amount": "18000000000.00", "currency": "IRR"}"#, fa = "مبلغ")]
    pub amount: Money,
    /// Why.
    #[record(min = 1, max = 1000, example = r#""مناقصهٔ برج مهر عقب می‌افتد""#, fa = "دلیل")]
    pub reason: String,
    /// The unit of that person, or that unit: where it belongs.
    #[record(server, fa = "واحد سازمانی")]
    pub belongs_to_id: Option<Id<Unit>>,
    /// The first day of its period.
    #[record(server, example = r#""2026-03-21""#, fa = "آغاز")]
    pub starts_on: Option<NaiveDate>,
    /// The last day of its period.
    #[record(server, example = r#""2026-06-21""#, fa = "پایان")]
    pub ends_on: Option<NaiveDate>,
}

impl Rules for ForecastAdjustment {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match (self.user_id, self.for_unit_id) {
            (None, None) => problems.add("/user_id", Code::Required),
            (Some(_), Some(_)) => problems.with("/for_unit_id", Code::Conflict, vec![("with", "/user_id".to_owned())]),
            _ => {}
        }
        problems.at_least("/amount/amount", self.amount.amount(), Decimal::ZERO);
        problems
    }
    /// Where that whose forecast it is belongs, whoever wrote it down.
    fn place(&self) -> Option<Place> {
        Some(Place {
            unit: self.belongs_to_id,
            member: if self.for_unit_id.is_some() { "for_unit_id" } else { "user_id" },
            named: self.belongs_to_id,
        })
    }
}

impl ForecastAdjustment {
    /// Of whose which number it is: there is one of each in a period.
    pub fn subject(&self) -> String {
        let id = self.user_id.map(|id| id.uuid()).or(self.for_unit_id.map(|id| id.uuid()));
        let id = id.map(|id| id.simple().to_string()).unwrap_or_default();
        let number = crate::core::field::Choice::word(self.number);
        format!("{id} {number} {}", self.amount.currency().code())
    }
}
