//! Coupons: codes that let a promotion hold for whoever has them, so many times.
use super::promotion::Promotion;
use super::valid;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;

/// The most uses that a limit can be set to; each is counted when another comes.
const MAX_USES: i64 = 1_000_000;

/// A code by which a promotion holds.
#[derive(Debug, Clone, Record)]
#[record(path = "/coupons", one = "coupon", many = "coupons", tag = "Catalogue", fa = "کوپن‌ها")]
pub struct Coupon {
    #[record(base)]
    pub base: Base,
    /// The code: Latin letters, digits and hyphens, kept in capitals. No two coupons have the same.
    #[record(fixed, min = 3, max = 40, sort, search, example = r#""NOWRUZ-1405""#, fa = "کد")]
    pub code: String,
    /// The promotion that holds by it.
    #[record(fixed, fa = "طرح فروش")]
    pub promotion_id: Id<Promotion>,
    /// Only for this customer; null for whoever has the code.
    #[record(fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// How often it can be used in all; null for ever.
    #[record(range = 1..=MAX_USES, example = "50", fa = "سقف مصرف")]
    pub max_uses: Option<i64>,
    /// How often one customer can use it; null for as often as they like. Then it needs a customer.
    #[record(range = 1..=MAX_USES, example = "1", fa = "سقف مصرف هر مشتری")]
    pub max_uses_per_customer: Option<i64>,
    /// Its first day; null for ever.
    #[record(fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Its last day; null for ever.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
    /// Whether it can be used; true unless given.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

impl Rules for Coupon {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        self.code = normal(&self.code);
        if !self.code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            problems.with("/code", Code::Format, vec![("format", "A-Z 0-9 -".to_owned())]);
        }
        problems.dates(self.from_date, self.to_date);
        problems
    }
}

/// A code as it is kept.
pub fn normal(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

impl Coupon {
    /// Why it can't be used by a customer on a day, apart from how often it was used; none where it can.
    pub fn refuses(&self, customer: Option<Id<Customer>>, day: NaiveDate) -> Option<&'static str> {
        if !self.active || !valid::on(day, self.from_date, self.to_date) {
            Some("coupon_not_valid")
        } else if self.customer_id.is_some() && self.customer_id != customer {
            Some("coupon_of_another")
        } else if self.max_uses_per_customer.is_some() && customer.is_none() {
            Some("coupon_needs_customer")
        } else {
            None
        }
    }
}

/// That a coupon was used. A use counts until it is released, such as when an order is cancelled.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/coupon-redemptions",
    one = "coupon_redemption",
    many = "coupon_redemptions",
    tag = "Catalogue",
    fa = "مصرف کوپن‌ها"
)]
pub struct CouponRedemption {
    #[record(base)]
    pub base: Base,
    /// The coupon.
    #[record(fixed, fa = "کوپن")]
    pub coupon_id: Id<Coupon>,
    /// Who used it.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// For what, such as the number of an order.
    #[record(fixed, max = 100, sort, example = r#""O-1405-000017""#, fa = "مرجع")]
    pub reference: Option<String>,
    /// The day on which it was used, where that is not the day on which it was noted: the day on which the quote was accepted.
    #[record(server, fa = "روز مصرف")]
    pub used_on: Option<NaiveDate>,
    /// When it was given back; null while it counts.
    #[record(server, fa = "آزاد شده در")]
    pub released_at: Option<Instant>,
}

impl Rules for CouponRedemption {}
