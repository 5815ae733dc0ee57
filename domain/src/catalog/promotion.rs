//! Promotions: rules that make things cheaper for a while.
use super::category::{ProductCategory, named};
use super::occasion::Occasions;
use super::product::{BundlePart, Product};
use super::valid;
use crate::core::base::Base;
use crate::core::condition::Condition;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// What a promotion does.
    pub enum PromotionKind {
        /// `percent` hundredths off.
        Percent = "percent",
        /// `amount` off: each unit, or the document.
        Amount = "amount",
        /// Whoever buys `buy_quantity` of a product gets `get_quantity` more of it with `percent` hundredths off.
        BuyGet = "buy_get",
        /// All of `parts` together for `amount`.
        Bundle = "bundle",
    }
}
crate::choice! {
    /// What a promotion is taken off: each line, or the sum of the lines, over which it is then spread.
    #[derive(Default)]
    pub enum AppliesTo { #[default] Line = "line", Document = "document" }
}
crate::choice! {
    /// Whether a promotion goes together with others on the same line.
    #[derive(Default)]
    pub enum Stacking {
        /// It is taken off what others have left.
        #[default]
        Combine = "combine",
        /// It holds only for lines that no other promotion has touched, and no other touches them after it.
        Exclusive = "exclusive",
    }
}

/// A rule that makes things cheaper for a while. Promotions are tried in the order of their priority, the highest first.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/promotions",
    one = "promotion",
    many = "promotions",
    tag = "Catalogue",
    fa = "طرح‌های فروش"
)]
pub struct Promotion {
    #[record(base)]
    pub base: Base,
    /// What it is called among us.
    #[record(min = 1, max = 200, sort, search, example = r#""نوروز ۱۴۰۵""#, fa = "نام")]
    pub name: String,
    /// What English documents call it; null for the same.
    #[record(max = 200, example = r#""Nowruz 1405""#, fa = "نام انگلیسی")]
    pub name_en: Option<String>,
    /// What Persian documents call it; null for the same.
    #[record(max = 200, fa = "نام فارسی")]
    pub name_fa: Option<String>,
    /// What it does.
    #[record(fixed, example = r#""percent""#, fa = "گونه")]
    pub kind: PromotionKind,
    /// What it is taken off; of `percent` and `amount` alone.
    #[record(default, example = r#""line""#, fa = "دامنه")]
    pub applies_to: AppliesTo,
    /// Hundredths off, above 0 and at most 100.
    #[record(example = r#""10""#, fa = "درصد")]
    pub percent: Option<Exact>,
    /// The amount off, or the price of a bundle.
    #[record(like = Money, fa = "مبلغ")]
    pub amount: Option<Money>,
    /// How much must be bought, of `buy_get`.
    #[record(fa = "مقدار خرید")]
    pub buy_quantity: Option<Exact>,
    /// How much is cheaper then, of `buy_get`.
    #[record(fa = "مقدار جایزه")]
    pub get_quantity: Option<Exact>,
    /// What belongs together, of `bundle`.
    #[record(items = BundlePart, max = 20, fa = "اجزای بسته")]
    pub parts: Vec<BundlePart>,
    /// Only for these products and their variants; empty for all.
    #[record(max = 100, fa = "کالاها")]
    pub product_ids: Vec<Id<Product>>,
    /// Only for products in these categories and those below them; empty for all.
    #[record(max = 50, fa = "دسته‌ها")]
    pub category_ids: Vec<Id<ProductCategory>>,
    /// When it holds, as a condition on what is bought and by whom, such as `net >= 100000000 AND customer.city = "یزد"`: `net` (the sum before
    /// promotions), `quantity`, `lines`, `currency`, `on`, `country`, `province`, `product_ids`, and the fields of the customer.
    #[record(max = 4096, hidden, fa = "شرط")]
    pub condition: Option<String>,
    /// Its first day; null for ever.
    #[record(example = r#""2026-03-21""#, fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Its last day; null for ever.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
    /// The higher, the sooner it is tried; from -1000 to 1000.
    #[record(default, sort, range = -valid::MAX_PRIORITY..=valid::MAX_PRIORITY, example = "10", fa = "اولویت")]
    pub priority: i64,
    /// Whether it goes together with others.
    #[record(default, example = r#""combine""#, fa = "ترکیب")]
    pub stacking: Stacking,
    /// Whether it holds only for whoever has one of its coupons.
    #[record(default, fa = "فقط با کوپن")]
    pub coupon_only: bool,
    /// Whether it is in use; true unless given. What is not may be incomplete.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

impl Rules for Promotion {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        named(&mut problems, &mut self.name, &mut self.name_en, &mut self.name_fa);
        problems.dates(self.from_date, self.to_date);
        self.members(&mut problems);
        if let Err(wrong) = self.rule() {
            problems.extend(wrong);
        }
        problems
    }
}

impl Promotion {
    /// A promotion in use has what its kind needs, and none has anything else.
    fn members(&self, problems: &mut Problems) {
        use PromotionKind::{Amount, Bundle, BuyGet, Percent};
        let kind = self.kind;
        let members = [
            ("/percent", self.percent.is_some(), matches!(kind, Percent | BuyGet)),
            ("/amount", self.amount.is_some(), matches!(kind, Amount | Bundle)),
            ("/buy_quantity", self.buy_quantity.is_some(), kind == BuyGet),
            ("/get_quantity", self.get_quantity.is_some(), kind == BuyGet),
            ("/parts", !self.parts.is_empty(), kind == Bundle),
        ];
        for (at, there, needed) in members {
            match (there, needed) {
                (false, true) if self.active => problems.add(at, Code::Required),
                (true, false) => problems.with(at, Code::Conflict, vec![("with", "/kind".to_owned())]),
                _ => {}
            }
        }
        if self.percent.is_some_and(|p| *p <= Decimal::ZERO || *p > Decimal::ONE_HUNDRED) {
            let params = vec![("min", "0.000001".to_owned()), ("max", "100".to_owned())];
            problems.with("/percent", Code::OutOfRange, params);
        }
        if self.amount.is_some_and(|a| a.is_negative() || a.is_zero() && kind == Amount) {
            problems.with("/amount/amount", Code::OutOfRange, vec![("min", "0".to_owned())]);
        }
        for (at, quantity) in [("/buy_quantity", self.buy_quantity), ("/get_quantity", self.get_quantity)] {
            problems.at_least(at, quantity, Exact::LEAST);
        }
        for (i, part) in self.parts.iter().enumerate() {
            problems.at_least(format!("/parts/{i}/quantity"), part.quantity, Exact::LEAST);
            if self.parts[..i].iter().any(|p| p.product_id == part.product_id) {
                problems.add(format!("/parts/{i}/product_id"), Code::Duplicate);
            }
        }
        if self.applies_to == AppliesTo::Document && matches!(kind, BuyGet | Bundle) {
            problems.with("/applies_to", Code::Conflict, vec![("with", "/kind".to_owned())]);
        }
        if kind == Bundle && !(self.product_ids.is_empty() && self.category_ids.is_empty()) {
            problems.with("/product_ids", Code::Conflict, vec![("with", "/kind".to_owned())]);
        }
    }

    /// Its condition, held against what it may name; none where it always holds.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn rule(&self) -> Result<Option<Condition>, Problems> {
        let read = self.condition.as_deref().map(str::parse::<Condition>).transpose();
        let checked = read.and_then(|rule| rule.map(|rule| rule.check(&Occasions)).transpose());
        checked.map_err(|wrong| wrong.at("/condition"))
    }
}
