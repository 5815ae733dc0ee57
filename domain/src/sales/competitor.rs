//! Competitors: who else our customers could buy from.
use crate::core::base::Base;
use crate::core::input::length;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// How much a competitor matters to us.
    #[derive(Default)]
    pub enum Threat { Low = "low", #[default] Medium = "medium", High = "high" }
}

/// A price of a competitor's, as we heard of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompetitorPrice {
    /// What it is the price of.
    #[schema(min_length = 1, max_length = 200, example = "میلگرد ۱۴، هر تن")]
    pub offer: String,
    pub price: Money,
    /// When we heard of it.
    #[serde(default)]
    #[schema(example = "2026-03-21")]
    pub as_of: Option<NaiveDate>,
    /// From whom.
    #[serde(default)]
    #[schema(max_length = 200, example = "یک خریدار در یزد")]
    pub source: Option<String>,
}

/// Who else our customers could buy from.
#[derive(Debug, Clone, Record)]
#[record(path = "/competitors", one = "competitor", many = "competitors", tag = "Sales", fa = "رقیبان")]
pub struct Competitor {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 200, sort, search, example = r#""فولاد کویر""#, fa = "نام")]
    pub name: String,
    /// Where to read about it.
    #[record(max = 300, example = r#""https://kavir.example""#, fa = "وبگاه")]
    pub website: Option<String>,
    /// How much it matters to us.
    #[record(default, example = r#""high""#, fa = "اهمیت")]
    pub threat: Threat,
    /// What it does better than we do.
    #[record(max = 30, example = r#"["تحویل سریع"]"#, fa = "نقاط قوت")]
    pub strengths: Vec<String>,
    /// What we do better.
    #[record(max = 30, example = r#"["خدمات پس از فروش ندارد"]"#, fa = "نقاط ضعف")]
    pub weaknesses: Vec<String>,
    /// Its prices, as we heard of them.
    #[record(items = CompetitorPrice, max = 100, example = r#"[{"offer": "میلگرد ۱۴، هر تن", "price": {"amount": "310000000.00", "currency": "IRR"}, "as_of": "2026-03-21", "source": null}]"#, fa = "قیمت‌ها")]
    pub prices: Vec<CompetitorPrice>,
    /// What to say when its name falls.
    #[record(max = 4000, fa = "چگونه پاسخ دهیم")]
    pub how_to_win: Option<String>,
    /// Anything else worth knowing.
    #[record(max = 10000, fa = "یادداشت")]
    pub notes: Option<String>,
}

impl Competitor {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        search_key(&self.name)
    }
}

impl Rules for Competitor {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let today = setting.now.utc().date_naive();
        for (i, price) in self.prices.iter().enumerate() {
            length(&format!("/prices/{i}/offer"), &price.offer, 1, 200, &mut problems);
            if let Some(source) = &price.source {
                length(&format!("/prices/{i}/source"), source, 0, 200, &mut problems);
            }
            problems.at_least(format!("/prices/{i}/price/amount"), price.price.amount(), Decimal::ZERO);
            // A day ahead, because it is already tomorrow somewhere.
            if price.as_of.is_some_and(|day| Some(day) > today.succ_opt()) {
                problems.with(format!("/prices/{i}/as_of"), Code::OutOfRange, vec![("max", today.to_string())]);
            }
        }
        problems
    }
}
