//! Purchase requests: what a customer asks for, which becomes an order once somebody has said yes.
use super::line::{self, SalesLine};
use super::order::Order;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use crate::sales::opportunity::Opportunity;
use chrono::NaiveDate;
use derive::Record;

crate::choice! {
    /// Where a purchase request stands.
    #[derive(Default)]
    pub enum RequestStatus {
        /// It waits for a decision; until then it can be changed.
        #[default]
        Open = "open",
        /// Somebody has said yes: it can become an order.
        Approved = "approved",
        /// Somebody has said no.
        Declined = "declined",
        /// It became an order.
        Ordered = "ordered",
    }
}

/// What a customer asks for.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/purchase-requests",
    one = "purchase_request",
    many = "purchase_requests",
    tag = "Orders",
    fa = "درخواست‌های خرید"
)]
pub struct PurchaseRequest {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of purchase requests.
    #[record(server, max = 60, sort, search, example = r#""PR-000007""#, fa = "شماره")]
    pub number: Option<String>,
    /// Who asks.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// The deal that it belongs to.
    #[record(fa = "معامله")]
    pub opportunity_id: Option<Id<Opportunity>>,
    /// Where it stands.
    #[record(server, example = r#""open""#, fa = "وضعیت")]
    pub status: RequestStatus,
    /// The currency that the customer would pay in, ISO 4217.
    #[record(min = 3, max = 3, example = r#""IRR""#, fa = "ارز")]
    pub currency: String,
    /// What is asked for. What a line leaves open, such as its price, the catalogue says when it becomes an order.
    #[record(items = SalesLine, max = 500, example = r#"[{"line": 1, "product_id": null, "description": "میز کار ۱۶۰", "quantity": "2", "unit": "piece", "unit_price": null, "price_quantity": null, "adjustments": [], "tax": null, "warehouse_id": null}]"#, fa = "سطرها")]
    pub lines: Vec<SalesLine>,
    /// What the customer calls it.
    #[record(max = 100, search, example = r#""PO-1042""#, fa = "شمارهٔ مشتری")]
    pub reference: Option<String>,
    /// By when the customer wants it.
    #[record(sort, fa = "تاریخ درخواستی")]
    pub requested_on: Option<NaiveDate>,
    /// Where it goes.
    #[record(max = 1000, fa = "نشانی تحویل")]
    pub ship_to: Option<String>,
    /// Anything else worth knowing.
    #[record(max = 5000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// When it was decided.
    #[record(server, sort, fa = "زمان تصمیم")]
    pub decided_at: Option<Instant>,
    /// Who decided it.
    #[record(server, fa = "تصمیم‌گیرنده")]
    pub decided_by: Option<Id<User>>,
    /// Why it was declined, in words.
    #[record(server, max = 500, fa = "دلیل")]
    pub reason: Option<String>,
    /// The order that it became.
    #[record(server, fa = "سفارش")]
    pub order_id: Option<Id<Order>>,
}

impl Rules for PurchaseRequest {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if let Err(wrong) = line::known_currency(&self.currency) {
            problems.extend(wrong);
        }
        if self.lines.is_empty() {
            problems.add("/lines", Code::Required);
        }
        line::check(&mut self.lines, &mut problems);
        for (i, line) in self.lines.iter().enumerate() {
            problems.at_least(format!("/lines/{i}/quantity"), line.quantity, Exact::LEAST);
            if line.product_id.is_none() && line.description.is_none() {
                problems.add(format!("/lines/{i}/description"), Code::Required);
            }
        }
        problems
    }
}

impl PurchaseRequest {
    /// Whether something else is asked for.
    pub fn differs(&self, other: &PurchaseRequest) -> bool {
        let words = |r: &PurchaseRequest| (r.currency.clone(), r.reference.clone(), r.ship_to.clone(), r.requested_on);
        self.lines != other.lines || words(self) != words(other)
    }

    /// Decides it.
    ///
    /// # Errors
    /// `request_decided` where it was decided before; `self_approval` of one's own.
    pub fn decide(&mut self, agrees: bool, reason: Option<String>, by: Option<Id<User>>, now: Instant) -> Result<()> {
        if self.status != RequestStatus::Open {
            return Err(Error::Conflict("request_decided"));
        }
        if agrees && by.is_some() && by == self.base.created_by {
            return Err(Error::Conflict("self_approval"));
        }
        self.status = if agrees { RequestStatus::Approved } else { RequestStatus::Declined };
        (self.decided_at, self.decided_by, self.reason) = (Some(now), by, reason);
        Ok(())
    }

    /// That it can become an order.
    ///
    /// # Errors
    /// `request_not_approved`, `request_ordered`.
    pub fn orderable(&self) -> Result<()> {
        match self.status {
            RequestStatus::Approved => Ok(()),
            RequestStatus::Ordered => Err(Error::Conflict("request_ordered")),
            RequestStatus::Open | RequestStatus::Declined => Err(Error::Conflict("request_not_approved")),
        }
    }

    /// Notes that it became an order.
    ///
    /// # Errors
    /// Those of [`PurchaseRequest::orderable`].
    pub fn order(&mut self, order: Id<Order>) -> Result<()> {
        self.orderable()?;
        (self.status, self.order_id) = (RequestStatus::Ordered, Some(order));
        Ok(())
    }

    /// Forgets what is personal in it.
    pub fn erase(&mut self) {
        (self.ship_to, self.notes, self.reason, self.reference) = (None, None, None, None);
        (self.base.external_ids, self.base.custom) = Default::default();
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let parts = [self.number.as_deref(), self.reference.as_deref()];
        text::search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}
