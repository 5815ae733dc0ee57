//! The ledger of what customers owe: an entry for every invoice, credit note and payment. Entries are never changed; the balance is their sum.
use super::credit_note::CreditNote;
use super::invoice::{DuePart, Invoice};
use super::payment::Payment;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::money::{Money, MoneyError};
use crate::core::resource::Rules;
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

crate::choice! {
    /// What an entry is of.
    pub enum EntryKind {
        /// An invoice was issued: the customer owes more.
        Invoice = "invoice",
        /// Some of it was taken back: they owe less.
        CreditNote = "credit_note",
        /// They paid: they owe less.
        Payment = "payment",
        /// A payment was taken back: they owe more.
        Reversal = "reversal",
        /// What was theirs was paid back to them: less is theirs.
        Refund = "refund",
    }
}

/// One entry of the ledger of a customer. The sum of the amounts of a currency is what they owe; below nothing, it is theirs.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/ledger-entries",
    one = "ledger_entry",
    many = "ledger_entries",
    tag = "Invoices",
    fa = "دفتر مشتریان"
)]
pub struct LedgerEntry {
    #[record(base)]
    pub base: Base,
    /// Whose.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// What it is of.
    #[record(fixed, example = r#""invoice""#, fa = "نوع")]
    pub kind: EntryKind,
    /// The day of the invoice, the credit note or the payment; of a reversal the day on which it was made.
    #[record(fixed, sort, example = r#""2026-03-21""#, fa = "تاریخ")]
    pub on_date: NaiveDate,
    /// How much more they owe; below nothing for less.
    #[record(fixed, like = Money, example = r#"{"amount": "1656.25", "currency": "EUR"}"#, fa = "مبلغ")]
    pub amount: Money,
    /// The number of the document.
    #[record(fixed, max = 60, example = r#""I-000042""#, fa = "شمارهٔ سند")]
    pub number: Option<String>,
    /// The invoice.
    #[record(server, fa = "فاکتور")]
    pub invoice_id: Option<Id<Invoice>>,
    /// The credit note.
    #[record(server, fa = "برگشت فروش")]
    pub credit_note_id: Option<Id<CreditNote>>,
    /// The payment.
    #[record(server, fa = "پرداخت")]
    pub payment_id: Option<Id<Payment>>,
}

impl Rules for LedgerEntry {}

/// What is owed, by how long it has been due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ageing {
    /// Not due yet.
    pub not_due: Money,
    /// Due for 1 to 30 days.
    pub days_1_to_30: Money,
    /// Due for 31 to 60 days.
    pub days_31_to_60: Money,
    /// Due for 61 to 90 days.
    pub days_61_to_90: Money,
    /// Due for longer.
    pub over_90_days: Money,
}

impl Ageing {
    /// Nothing.
    pub fn none(zero: Money) -> Self {
        Ageing {
            not_due: zero,
            days_1_to_30: zero,
            days_31_to_60: zero,
            days_61_to_90: zero,
            over_90_days: zero,
        }
    }

    /// Adds what is owed of an invoice, seen from a day. What was paid is of the parts that are due first.
    ///
    /// # Errors
    /// Those of money.
    pub fn add(&mut self, due: &[DuePart], open: Money, on: NaiveDate) -> Result<(), MoneyError> {
        let mut left = open;
        for part in due.iter().rev() {
            let owed = if part.amount.amount() < left.amount() { part.amount } else { left };
            left = left.checked_sub(owed)?;
            let bucket = match (on - part.due_on).num_days() {
                ..=0 => &mut self.not_due,
                1..=30 => &mut self.days_1_to_30,
                31..=60 => &mut self.days_31_to_60,
                61..=90 => &mut self.days_61_to_90,
                _ => &mut self.over_90_days,
            };
            *bucket = bucket.checked_add(owed)?;
        }
        Ok(())
    }

    /// What is due.
    ///
    /// # Errors
    /// Those of money.
    pub fn overdue(&self) -> Result<Money, MoneyError> {
        let parts = [self.days_1_to_30, self.days_31_to_60, self.days_61_to_90, self.over_90_days];
        Money::sum(self.not_due.currency(), parts)
    }
}

/// How a customer has paid: of the invoices that were settled, in whatever currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentBehaviour {
    /// Invoices that were settled by payments.
    #[schema(minimum = 0, example = 12)]
    pub settled: i64,
    /// Of these, those settled by their last due day.
    #[schema(minimum = 0, example = 9)]
    pub on_time: i64,
    /// The mean of the days between the last due day and the settlement, with one decimal; below nothing for early. Null where none was settled.
    #[schema(max_length = 24, example = "-1.5")]
    pub mean_days_late: Option<String>,
    /// The most days that one was late; 0 where none was.
    #[schema(minimum = 0, example = 21)]
    pub most_days_late: i64,
}

impl PaymentBehaviour {
    /// What the days say by which invoices were settled after they were due; below nothing for before.
    pub fn of(days_late: &[i64]) -> Self {
        let settled = i64::try_from(days_late.len()).unwrap_or(i64::MAX);
        let mean = |sum: i64| (Decimal::from(sum) / Decimal::from(settled)).round_dp(1).to_string();
        PaymentBehaviour {
            settled,
            on_time: days_late.iter().filter(|days| **days <= 0).count() as i64,
            mean_days_late: (settled > 0).then(|| mean(days_late.iter().sum())),
            most_days_late: days_late.iter().copied().max().unwrap_or_default().max(0),
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
