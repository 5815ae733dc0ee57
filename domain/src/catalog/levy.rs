//! Tax rates by place and date.
use super::tax::{TaxCategory, TaxRate};
use super::valid;
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::problem::Problems;
use crate::core::resource::{Rules, Setting};
use chrono::NaiveDate;
use derive::Record;

/// The rate of a tax on one category of things in a country or a province of it, for some time. Of several that hold, a province's comes
/// before its country's, then the one that began last.
#[derive(Debug, Clone, Record)]
#[record(path = "/taxes", one = "tax", many = "taxes", tag = "Catalogue", fa = "نرخ‌های مالیات")]
pub struct Tax {
    #[record(base)]
    pub base: Base,
    /// What documents call it.
    #[record(min = 1, max = 100, sort, example = r#""مالیات بر ارزش افزوده""#, fa = "نام")]
    pub name: String,
    /// The country, ISO 3166-1 alpha-2.
    #[record(min = 2, max = 2, sort, example = r#""IR""#, fa = "کشور")]
    pub country: String,
    /// The province; null for the whole country.
    #[record(max = 100, fa = "استان")]
    pub province: Option<String>,
    /// What it is taken of: `standard` or `reduced`; the other categories are never taxed.
    #[record(example = r#""standard""#, fa = "گروه مالیاتی")]
    pub category: TaxCategory,
    /// The rate in hundredths, from 0 to 100.
    #[record(example = r#""10""#, fa = "نرخ")]
    pub percent: Exact,
    /// Its first day; null for ever.
    #[record(example = r#""2024-03-20""#, fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Its last day; null for ever.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
}

impl Rules for Tax {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let mut country = Some(std::mem::take(&mut self.country));
        valid::country(&mut country, "/country", &mut problems);
        self.country = country.unwrap_or_default();
        self.rate().check("", &mut problems);
        problems.dates(self.from_date, self.to_date);
        problems
    }
}

impl Tax {
    /// The category and the rate.
    pub fn rate(&self) -> TaxRate {
        TaxRate {
            category: self.category,
            percent: self.percent,
        }
    }
}

/// The rate of a category at a place on a day; none where the category is taxed and nobody has said how much.
pub fn rate(taxes: &[Tax], category: TaxCategory, country: &str, province: Option<&str>, day: NaiveDate) -> Option<TaxRate> {
    if !category.is_taxed() {
        return Some(TaxRate {
            category,
            percent: Exact::ZERO,
        });
    }
    let holds = |t: &&Tax| {
        t.category == category
            && t.country == country
            && valid::on(day, t.from_date, t.to_date)
            && (t.province.is_none() || t.province.as_deref() == province)
    };
    let found = taxes
        .iter()
        .filter(holds)
        .max_by_key(|t| (t.province.is_some(), t.from_date, std::cmp::Reverse(t.base.id)));
    found.map(Tax::rate)
}
