//! Orders: from the draft to the delivery. Where an order stands follows from what was done to it, never from an edit.
use super::line::{self, SalesAdjustment, SalesLine, Sums};
use super::request::PurchaseRequest;
use super::warehouse::Warehouse;
use crate::access::user::User;
use crate::catalog::line::{DocumentTotals, LineTotal, Rounding, Sense};
use crate::catalog::quote::Quote;
use crate::catalog::terms::PaymentTerm;
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::Money;
use crate::core::problem::Problems;
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use crate::sales::opportunity::Opportunity;
use chrono::NaiveDate;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// Where an order stands.
    #[derive(Default)]
    pub enum OrderStatus {
        /// Being written: it can be changed, and nothing is promised.
        #[default]
        Draft = "draft",
        /// It was confirmed, but waits for somebody's leave: `hold_reason` says why.
        OnHold = "on_hold",
        /// It holds; what it needs from stock is reserved.
        Confirmed = "confirmed",
        /// Some of it is on its way.
        PartlyShipped = "partly_shipped",
        /// All of it is on its way.
        Shipped = "shipped",
        /// All of it arrived.
        Delivered = "delivered",
        /// There is nothing left to do.
        Closed = "closed",
        /// It does not hold any more.
        Cancelled = "cancelled",
    }
}
crate::choice! {
    /// Why an order waits.
    pub enum HoldReason {
        /// With it the customer would owe more than their credit limit.
        CreditLimit = "credit_limit",
        /// The customer has a credit limit, but none in this currency.
        CreditCurrency = "credit_currency",
        /// The customer's credit is blocked.
        CreditBlocked = "credit_blocked",
        /// Somebody stopped it.
        Manual = "manual",
    }
}

/// How far a line is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineProgress {
    /// The number of the line.
    #[schema(minimum = 1, maximum = 10000, example = 1)]
    pub line: i64,
    /// How much of it is or was on its way.
    #[schema(value_type = Exact)]
    pub shipped: Exact,
    /// How much of it arrived.
    #[schema(value_type = Exact)]
    pub delivered: Exact,
}

/// What a customer orders.
#[derive(Debug, Clone, Record)]
#[record(path = "/orders", one = "order", many = "orders", tag = "Orders", fa = "سفارش‌ها")]
pub struct Order {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of orders; it gets one when it is confirmed.
    #[record(server, max = 60, sort, search, example = r#""O-000042""#, fa = "شماره")]
    pub number: Option<String>,
    /// Who orders.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// The deal that it came of.
    #[record(fa = "معامله")]
    pub opportunity_id: Option<Id<Opportunity>>,
    /// The quote that it was made of.
    #[record(server, fa = "پیش‌فاکتور")]
    pub quote_id: Option<Id<Quote>>,
    /// The purchase request that it was made of.
    #[record(server, fa = "درخواست خرید")]
    pub purchase_request_id: Option<Id<PurchaseRequest>>,
    /// Where it stands.
    #[record(server, example = r#""draft""#, fa = "وضعیت")]
    pub status: OrderStatus,
    /// Why it waits, where it does.
    #[record(server, fa = "دلیل توقف")]
    pub hold_reason: Option<HoldReason>,
    /// The currency of all its amounts, ISO 4217.
    #[record(min = 3, max = 3, example = r#""IRR""#, fa = "ارز")]
    pub currency: String,
    /// What is ordered.
    #[record(items = SalesLine, max = 500, example = r#"[{"line": 1, "product_id": null, "description": "میز کار ۱۶۰", "quantity": "2", "unit": "piece", "unit_price": {"amount": "48500000.00", "currency": "IRR"}, "price_quantity": "1", "adjustments": [], "tax": {"category": "standard", "percent": "10"}, "warehouse_id": null}]"#, fa = "سطرها")]
    pub lines: Vec<SalesLine>,
    /// Discounts and charges on the whole order.
    #[record(items = SalesAdjustment, max = 20, example = "[]", fa = "تخفیف‌ها و هزینه‌ها")]
    pub adjustments: Vec<SalesAdjustment>,
    /// What the customer calls it.
    #[record(max = 100, search, example = r#""PO-1042""#, fa = "شمارهٔ سفارش مشتری")]
    pub reference: Option<String>,
    /// By when the customer wants it.
    #[record(sort, fa = "تاریخ درخواستی")]
    pub requested_on: Option<NaiveDate>,
    /// Within how many days of an invoice it is to be paid, at most 3650.
    #[record(default, range = 0..=LONGEST_DAYS, example = "30", fa = "مهلت پرداخت (روز)")]
    pub payment_days: i64,
    /// By which terms its invoices are paid; then `payment_days` says nothing.
    #[record(fa = "شرایط پرداخت")]
    pub payment_term_id: Option<Id<PaymentTerm>>,
    /// To a multiple of which step what is payable is rounded.
    #[record(fa = "گام گرد کردن")]
    pub rounding_step: Option<Exact>,
    /// From where it is served, where its lines do not say.
    #[record(fa = "انبار")]
    pub warehouse_id: Option<Id<Warehouse>>,
    /// Where it goes.
    #[record(max = 1000, fa = "نشانی تحویل")]
    pub ship_to: Option<String>,
    /// Anything else worth knowing.
    #[record(max = 5000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// What each line comes to, in their order.
    #[record(server, items = LineTotal, max = 500, fa = "مبلغ سطرها")]
    pub line_totals: Vec<LineTotal>,
    /// What it comes to.
    #[record(server, like = DocumentTotals, fa = "جمع‌ها")]
    pub totals: Option<DocumentTotals>,
    /// How far its lines are.
    #[record(server, items = LineProgress, max = 500, fa = "پیشرفت")]
    pub progress: Vec<LineProgress>,
    /// What of it was invoiced, less what was credited.
    #[record(server, like = Money, fa = "فاکتورشده")]
    pub invoiced: Option<Money>,
    /// How often it was changed after it was confirmed.
    #[record(server, example = "0", fa = "اصلاحیه‌ها")]
    pub revision: i64,
    /// When it was confirmed.
    #[record(server, sort, fa = "زمان تأیید")]
    pub confirmed_at: Option<Instant>,
    /// Who confirmed it.
    #[record(server, fa = "تأییدکننده")]
    pub confirmed_by: Option<Id<User>>,
    /// Who let it go on though it waited for credit.
    #[record(server, fa = "آزادکننده")]
    pub released_by: Option<Id<User>>,
    /// Why it was held, cancelled or closed before its end, in words.
    #[record(server, max = 500, fa = "توضیح")]
    pub reason: Option<String>,
}

/// The longest time to pay, in days.
pub(super) const LONGEST_DAYS: i64 = 3650;

impl Rules for Order {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if let Err(wrong) = line::known_currency(&self.currency) {
            problems.extend(wrong);
        }
        line::check(&mut self.lines, &mut problems);
        problems.at_least("/rounding_step", self.rounding_step, Exact::LEAST);
        problems
    }
}

impl Order {
    /// Counts what it comes to; its lines are complete.
    ///
    /// # Errors
    /// What makes no sense in an order.
    pub fn count(&mut self) -> Result<(), Problems> {
        let sums = Sums {
            currency: &self.currency,
            lines: &self.lines,
            adjustments: &self.adjustments,
            prepaid: None,
            rounding: self.rounding_step.map_or(Rounding::None, Rounding::To),
            sense: Sense::Sale,
        };
        let (lines, totals) = line::totals(sums)?;
        (self.line_totals, self.totals) = (lines, Some(totals));
        Ok(())
    }

    /// What it comes to, with tax.
    pub fn total(&self) -> Option<Money> {
        self.totals.as_ref().map(|totals| totals.payable)
    }

    /// Whether something of it is still to be delivered or invoiced: what counts as owed.
    pub fn is_open(&self) -> bool {
        use OrderStatus::{Confirmed, Delivered, PartlyShipped, Shipped};
        matches!(self.status, Confirmed | PartlyShipped | Shipped | Delivered)
    }

    /// What of it is not invoiced yet and will be, in the smallest units of its currency.
    pub fn open_units(&self) -> i64 {
        let units = |amount: Option<Money>| amount.and_then(line::units).unwrap_or_default();
        match self.is_open() {
            true => (units(self.total()) - units(self.invoiced)).max(0),
            false => 0,
        }
    }

    /// Whether what was agreed is another.
    pub fn differs(&self, other: &Order) -> bool {
        let agreed = |o: &Order| {
            let terms = (o.payment_days, o.payment_term_id, o.rounding_step);
            (o.currency.clone(), terms, o.warehouse_id, o.ship_to.clone())
        };
        self.lines != other.lines || self.adjustments != other.adjustments || agreed(self) != agreed(other)
    }

    /// Whether it says something else than the other of what is sold and how it is paid; from where it is served is nobody's business but ours.
    pub fn departs(&self, other: &Order) -> bool {
        let sold = |o: &Order| -> Vec<SalesLine> {
            let mut lines = o.lines.clone();
            lines.iter_mut().for_each(|line| line.warehouse_id = None);
            lines
        };
        let paid = |o: &Order| (o.currency.clone(), o.payment_term_id, o.rounding_step);
        sold(self) != sold(other) || self.adjustments != other.adjustments || paid(self) != paid(other)
    }

    /// Forgets what is personal in it; what was ordered stays.
    pub fn erase(&mut self) {
        (self.ship_to, self.notes, self.reason) = (None, None, None);
        (self.base.external_ids, self.base.custom) = Default::default();
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let parts = [self.number.as_deref(), self.reference.as_deref()];
        text::search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}
