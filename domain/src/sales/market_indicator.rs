//! Market indicators: numbers about a market that we do not make, such as inflation or the price of a metal, by region and period.
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::problem::Problems;
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use chrono::NaiveDate;
use derive::Record;

/// What a number about a market was in a region and a time: a growth, a rate, a price.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/market-indicators",
    one = "market_indicator",
    many = "market_indicators",
    tag = "Sales",
    fa = "شاخص‌های بازار"
)]
pub struct MarketIndicator {
    #[record(base)]
    pub base: Base,
    /// What it is the number of; the same for all of a series.
    #[record(min = 1, max = 100, sort, search, example = r#""نرخ تورم""#, fa = "شاخص")]
    pub indicator: String,
    /// The province, city or country it is about; null for everywhere.
    #[record(max = 100, sort, search, example = r#""یزد""#, fa = "منطقه")]
    pub region: Option<String>,
    /// The first day it is about.
    #[record(sort, example = r#""2026-03-21""#, fa = "از تاریخ")]
    pub from_date: NaiveDate,
    /// The last day it is about; the same day for what is told day by day.
    #[record(example = r#""2026-06-21""#, fa = "تا تاریخ")]
    pub to_date: NaiveDate,
    /// The number.
    #[record(example = r#""38.5""#, fa = "مقدار")]
    pub value: Exact,
    /// What it is measured in.
    #[record(max = 50, example = r#""درصد""#, fa = "یکا")]
    pub unit: Option<String>,
    /// From where we know.
    #[record(max = 300, example = r#""مرکز آمار ایران""#, fa = "منبع")]
    pub source: Option<String>,
}

impl MarketIndicator {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        search_key(&format!("{} {}", self.indicator, self.region.as_deref().unwrap_or_default()))
    }
}

impl Rules for MarketIndicator {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        problems.at_least("/to_date", self.to_date, self.from_date);
        problems
    }
}
