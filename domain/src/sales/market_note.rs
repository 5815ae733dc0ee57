//! Market notes: what we learn of a market, region by region and period by period, beside what deals tell.
use super::competitor::Competitor;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::problem::Problems;
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use chrono::NaiveDate;
use derive::Record;

/// What was learned of a market: demand, prices, rules, who came and who left.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/market-notes",
    one = "market_note",
    many = "market_notes",
    tag = "Sales",
    fa = "یادداشت‌های بازار"
)]
pub struct MarketNote {
    #[record(base)]
    pub base: Base,
    /// In a few words.
    #[record(min = 1, max = 200, sort, search, example = r#""تقاضای میلگرد بالا رفت""#, fa = "عنوان")]
    pub title: String,
    /// All of it.
    #[record(
        min = 1,
        max = 10000,
        search,
        example = r#""سه برج تازه در یزد آغاز شد؛ هر کدام نزدیک دو هزار تن می‌خواهد.""#,
        fa = "متن"
    )]
    pub body: String,
    /// The province, city or country it is about; null for everywhere.
    #[record(max = 100, sort, search, example = r#""یزد""#, fa = "منطقه")]
    pub region: Option<String>,
    /// The first day it is about.
    #[record(sort, example = r#""2026-03-21""#, fa = "از تاریخ")]
    pub from_date: NaiveDate,
    /// The last day it is about; null where it goes on.
    #[record(example = r#""2026-06-21""#, fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
    /// From where we know.
    #[record(max = 300, example = r#""گزارش اتاق بازرگانی""#, fa = "منبع")]
    pub source: Option<String>,
    /// The competitor it is about.
    #[record(fa = "رقیب")]
    pub competitor_id: Option<Id<Competitor>>,
}

impl MarketNote {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        let region = self.region.as_deref().unwrap_or_default();
        search_key(&format!("{} {region} {}", self.title, self.body))
    }
}

impl Rules for MarketNote {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        problems.at_least("/to_date", self.to_date, self.from_date);
        problems
    }
}
