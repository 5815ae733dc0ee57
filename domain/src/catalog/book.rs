//! Price books: which prices hold for whom, where and when.
use super::product::Product;
use super::tier::{self, Tier, TierMode};
use super::valid;
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::money::UnitPrice;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::customers::group::Group;
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;

/// A list of prices in one currency, for some customers, somewhere, for some time. Of several that hold and have a price of a product, the
/// one with the highest priority is taken; of equals the one that says most of whom it is for, then the one made first.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/price-books",
    one = "price_book",
    many = "price_books",
    tag = "Catalogue",
    fa = "لیست‌های قیمت"
)]
pub struct PriceBook {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 200, sort, search, example = r#""همکاران یزد""#, fa = "نام")]
    pub name: String,
    /// The currency of its prices, ISO 4217.
    #[record(fixed, min = 3, max = 3, sort, example = r#""IRR""#, fa = "ارز")]
    pub currency: String,
    /// Only for customers in this country, ISO 3166-1 alpha-2; null for anywhere.
    #[record(max = 2, example = r#""IR""#, fa = "کشور")]
    pub country: Option<String>,
    /// Only for customers in this province; null for anywhere.
    #[record(max = 100, example = r#""یزد""#, fa = "استان")]
    pub province: Option<String>,
    /// Only for customers with this `customer_group`; null for all.
    #[record(max = 50, fa = "گروه مشتری")]
    pub customer_group: Option<String>,
    /// Only for members of this group; null for all.
    #[record(fa = "گروه")]
    pub group_id: Option<Id<Group>>,
    /// Its first day; null for ever.
    #[record(example = r#""2026-03-21""#, fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Its last day; null for ever.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
    /// The higher, the sooner it is taken; from -1000 to 1000.
    #[record(default, sort, range = -valid::MAX_PRIORITY..=valid::MAX_PRIORITY, example = "10", fa = "اولویت")]
    pub priority: i64,
    /// Whether it is in use; true unless given.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

impl Rules for PriceBook {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        valid::currency(&mut self.currency, "/currency", &mut problems);
        valid::country(&mut self.country, "/country", &mut problems);
        problems.dates(self.from_date, self.to_date);
        problems
    }
}

impl PriceBook {
    /// How much it says of whom it is for.
    pub fn narrowness(&self) -> usize {
        let said = [
            self.group_id.is_some(),
            self.customer_group.is_some(),
            self.province.is_some(),
            self.country.is_some(),
        ];
        said.into_iter().filter(|s| *s).count()
    }
}

/// The price of one product in a book: one price, or steps by quantity. Of several that hold on a day the one that began last is taken.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/price-book-entries",
    one = "price_book_entry",
    many = "price_book_entries",
    tag = "Catalogue",
    fa = "قیمت‌ها"
)]
pub struct PriceBookEntry {
    #[record(base)]
    pub base: Base,
    /// The book.
    #[record(fixed, fa = "لیست قیمت")]
    pub price_book_id: Id<PriceBook>,
    /// The product.
    #[record(fixed, fa = "کالا")]
    pub product_id: Id<Product>,
    /// The price; null where there are steps. With neither, the book has no price of the product from that day on.
    #[record(like = UnitPrice, example = r#"{"amount": "45000000.00", "currency": "IRR"}"#, fa = "قیمت")]
    pub price: Option<UnitPrice>,
    /// How steps are read: `graduated` has each part of a quantity at the price of its own step, `volume` the whole at the price of the step
    /// that it reaches.
    #[record(default, fa = "شیوهٔ پله‌ها")]
    pub tier_mode: TierMode,
    /// Steps by quantity, rising; the last one is open.
    #[record(items = Tier, max = 50, fa = "پله‌ها")]
    pub tiers: Vec<Tier>,
    /// How many units the price is for; one unless given.
    #[record(default = Exact::ONE, example = r#""1""#, fa = "مقدار پایهٔ قیمت")]
    pub price_quantity: Exact,
    /// Its first day; null for ever.
    #[record(sort, fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Its last day; null for ever.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
}

impl Rules for PriceBookEntry {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match (self.price, self.tiers.is_empty()) {
            (Some(_), false) => problems.with("/tiers", Code::Conflict, vec![("with", "/price".to_owned())]),
            (price, _) => problems.at_least("/price/amount", price.map(UnitPrice::amount), Decimal::ZERO),
        }
        tier::check(&self.tiers, "/tiers", &mut problems);
        problems.at_least("/price_quantity", self.price_quantity, Exact::LEAST);
        problems.dates(self.from_date, self.to_date);
        problems
    }
}

impl PriceBookEntry {
    /// What is wrong with it in a book of a currency.
    pub fn fits(&self, currency: &str) -> Problems {
        let mut problems = Problems::default();
        let prices = self.price.iter().map(|price| ("/price".to_owned(), *price));
        let steps = self.tiers.iter().enumerate().map(|(i, t)| (format!("/tiers/{i}/price"), t.price));
        for (at, price) in prices.chain(steps) {
            if price.currency().code() != currency {
                problems.with(format!("{at}/currency"), Code::Conflict, vec![("with", currency.to_owned())]);
            }
        }
        problems
    }
}
