//! Refunds: money that was a customer's and was paid back. A refund stays as it is; the ledger has an entry of it.
use super::credit_note::CreditNote;
use super::line;
use super::payment::{Payment, PaymentMethod};
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;

/// What was paid back to a customer: of a payment, or of a credit note, what is for no invoice.
#[derive(Debug, Clone, Record)]
#[record(path = "/refunds", one = "refund", many = "refunds", tag = "Invoices", fa = "پس‌دادن‌ها")]
pub struct Refund {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of refunds.
    #[record(server, max = 60, sort, search, example = r#""RF-000004""#, fa = "شماره")]
    pub number: Option<String>,
    /// The payment that it is of; either this or `credit_note_id`.
    #[record(fixed, fa = "پرداخت")]
    pub payment_id: Option<Id<Payment>>,
    /// The credit note that it is of; either this or `payment_id`.
    #[record(fixed, fa = "برگشت فروش")]
    pub credit_note_id: Option<Id<CreditNote>>,
    /// Who got it.
    #[record(server, fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// How much: above nothing; all that is left of the payment or the credit note unless given.
    #[record(fixed, like = Money, example = r#"{"amount": "120.00", "currency": "EUR"}"#, fa = "مبلغ")]
    pub amount: Option<Money>,
    /// How.
    #[record(fixed, example = r#""bank_transfer""#, fa = "روش")]
    pub method: PaymentMethod,
    /// The day on which it went; today unless given. Never a day to come.
    #[record(fixed, sort, fa = "تاریخ")]
    pub refunded_on: Option<NaiveDate>,
    /// What the bank calls it. No two refunds of a method have the same: nothing is paid back twice.
    #[record(fixed, max = 100, search, fa = "شمارهٔ پیگیری")]
    pub reference: Option<String>,
    /// Anything else worth knowing.
    #[record(fixed, max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
}

impl Rules for Refund {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match (self.payment_id, self.credit_note_id) {
            (None, None) => problems.add("/payment_id", Code::Required),
            (Some(_), Some(_)) => problems.with("/credit_note_id", Code::Conflict, vec![("with", "/payment_id".to_owned())]),
            _ => {}
        }
        if self.amount.is_some_and(|amount| amount.is_negative() || amount.is_zero()) {
            problems.with("/amount/amount", Code::OutOfRange, vec![("min", "0.01".to_owned())]);
        } else if self.amount.is_some_and(|amount| line::units(amount).is_none()) {
            problems.add("/amount/amount", Code::OutOfRange);
        }
        let today = setting.now.after(chrono::TimeDelta::hours(14)).utc().date_naive();
        if self.refunded_on.is_some_and(|day| day > today) {
            problems.with("/refunded_on", Code::OutOfRange, vec![("max", today.to_string())]);
        }
        problems
    }
}

impl Refund {
    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let parts = [self.number.as_deref(), self.reference.as_deref()];
        text::search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}
