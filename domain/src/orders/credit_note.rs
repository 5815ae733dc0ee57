//! Credit notes: how an invoice that was issued is put right.
use super::invoice::Invoice;
use super::line::{self, SalesAdjustment, SalesLine, Sums};
use super::payment::{Allocation, Purse, add, back, less};
use crate::catalog::line::{DocumentTotals, LineTotal, Rounding, Sense};
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;
use uuid::Uuid;

/// Takes back an invoice, or a part of it. It is issued when it is made, with a number of its own, and stays as it is.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/credit-notes",
    one = "credit_note",
    many = "credit_notes",
    tag = "Invoices",
    fa = "برگشت‌های فروش"
)]
pub struct CreditNote {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of credit notes.
    #[record(server, max = 60, sort, search, example = r#""CN-000003""#, fa = "شماره")]
    pub number: Option<String>,
    /// What it takes back.
    #[record(fixed, fa = "فاکتور")]
    pub invoice_id: Id<Invoice>,
    /// Who owed it.
    #[record(server, fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// Why.
    #[record(fixed, min = 1, max = 500, example = r#""کالا پس داده شد""#, fa = "دلیل")]
    pub reason: String,
    /// The currency of its amounts: the invoice's.
    #[record(server, max = 3, example = r#""EUR""#, fa = "ارز")]
    pub currency: String,
    /// What is taken back, in quantities above nothing; without lines, all of an invoice of which nothing was credited yet.
    #[record(fixed, items = SalesLine, max = 500, example = "[]", fa = "سطرها")]
    pub lines: Vec<SalesLine>,
    /// Discounts and charges that are taken back.
    #[record(fixed, items = SalesAdjustment, max = 20, example = "[]", fa = "تخفیف‌ها و هزینه‌ها")]
    pub adjustments: Vec<SalesAdjustment>,
    /// The day that stands on it; today unless given. Not before the invoice's.
    #[record(fixed, sort, fa = "تاریخ")]
    pub issued_on: Option<NaiveDate>,
    /// What rounding of the invoice it takes back.
    #[record(server, like = Money, fa = "گرد کردن")]
    pub rounding: Option<Money>,
    /// What each line comes to, in their order.
    #[record(server, items = LineTotal, max = 500, fa = "مبلغ سطرها")]
    pub line_totals: Vec<LineTotal>,
    /// What it comes to.
    #[record(server, like = DocumentTotals, fa = "جمع‌ها")]
    pub totals: Option<DocumentTotals>,
    /// What of it was not owed any more, and is the customer's now.
    #[record(server, like = Money, fa = "بستانکاری مشتری")]
    pub surplus: Option<Money>,
    /// For which other invoices the surplus is.
    #[record(server, items = Allocation, max = 200, fa = "تخصیص‌ها")]
    pub allocations: Vec<Allocation>,
    /// What of the surplus is for no invoice yet and was not paid back.
    #[record(server, like = Money, fa = "تخصیص‌نیافته")]
    pub unallocated: Option<Money>,
    /// What of the surplus was paid back (`/refunds`).
    #[record(server, like = Money, fa = "پس‌داده‌شده")]
    pub refunded: Option<Money>,
}

impl Purse for CreditNote {
    fn whose(&self) -> Id<Customer> {
        self.customer_id.unwrap_or(Id::from_uuid(Uuid::nil()))
    }
    fn left(&self) -> Option<Money> {
        self.unallocated
    }
    fn give(&mut self, invoice: Id<Invoice>, amount: Money) -> Result<()> {
        let free = self.unallocated.ok_or(Error::Conflict("payment_allocated"))?;
        self.unallocated = Some(less(free, amount)?);
        add(&mut self.allocations, invoice, amount)
    }
    fn refund(&mut self, amount: Money) -> Result<()> {
        (self.unallocated, self.refunded) = back(self.unallocated, self.refunded, amount)?;
        Ok(())
    }
}

impl Rules for CreditNote {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        line::check(&mut self.lines, &mut problems);
        let today = setting.now.after(chrono::TimeDelta::hours(14)).utc().date_naive();
        if self.issued_on.is_some_and(|day| day > today) {
            problems.with("/issued_on", Code::OutOfRange, vec![("max", today.to_string())]);
        }
        problems
    }
}

impl CreditNote {
    /// Counts what it comes to; its lines are complete.
    ///
    /// # Errors
    /// What makes no sense.
    pub fn count(&mut self) -> Result<(), Problems> {
        let sums = Sums {
            currency: &self.currency,
            lines: &self.lines,
            adjustments: &self.adjustments,
            prepaid: None,
            rounding: self.rounding.map_or(Rounding::None, Rounding::Given),
            sense: Sense::Account,
        };
        let (lines, totals) = line::totals(sums)?;
        if totals.payable.is_negative() || totals.payable.is_zero() {
            let mut problems = Problems::default();
            problems.with("/lines", Code::OutOfRange, vec![("min", "0.01".to_owned())]);
            return Err(problems);
        }
        (self.line_totals, self.totals) = (lines, Some(totals));
        Ok(())
    }

    /// What it comes to.
    pub fn total(&self) -> Option<Money> {
        self.totals.as_ref().map(|totals| totals.payable)
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        text::search_key(self.number.as_deref().unwrap_or_default())
    }
}
