//! Payments: what customers paid, and for what. What is not for an invoice stays theirs.
use super::invoice::{Invoice, broken};
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// How it was paid.
    pub enum PaymentMethod {
        Cash = "cash",
        Card = "card",
        BankTransfer = "bank_transfer",
        Cheque = "cheque",
        Online = "online",
        Other = "other",
    }
}
crate::choice! {
    /// Whether the money came and stayed.
    #[derive(Default)]
    pub enum PaymentStatus {
        #[default]
        Received = "received",
        /// It was taken back: a cheque bounced, or it was paid back.
        Reversed = "reversed",
    }
}
crate::choice! {
    /// For what a payment is where it does not say.
    #[derive(Default)]
    pub enum AllocateBy {
        /// For the invoices that are due first.
        #[default]
        Oldest = "oldest",
        /// For nothing yet.
        Nothing = "nothing",
    }
}

/// What of a payment is for an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// For which.
    #[schema(value_type = Id)]
    pub invoice_id: Id<Invoice>,
    /// How much; as much as is owed and there is unless given.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// What a customer paid; its number is that of the receipt.
#[derive(Debug, Clone, Record)]
#[record(path = "/payments", one = "payment", many = "payments", tag = "Invoices", fa = "پرداخت‌ها")]
pub struct Payment {
    #[record(base)]
    pub base: Base,
    /// The number of its receipt, from the series of payments.
    #[record(server, max = 60, sort, search, example = r#""P-000042""#, fa = "شمارهٔ رسید")]
    pub number: Option<String>,
    /// Who paid.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// How much: above nothing.
    #[record(fixed, like = Money, example = r#"{"amount": "1656.25", "currency": "EUR"}"#, fa = "مبلغ")]
    pub amount: Money,
    /// How.
    #[record(fixed, example = r#""bank_transfer""#, fa = "روش")]
    pub method: PaymentMethod,
    /// The day on which it came; today unless given. Never a day to come.
    #[record(fixed, sort, fa = "تاریخ")]
    pub received_on: Option<NaiveDate>,
    /// What the bank or the other side calls it. No two payments of a method have the same: the same money does not come twice.
    #[record(fixed, max = 100, search, fa = "شمارهٔ پیگیری")]
    pub reference: Option<String>,
    /// For which invoices it is. What is left is for those due first, unless `allocate_by` says otherwise; what is more than is owed stays the
    /// customer's.
    #[record(fixed, items = Allocation, max = 200, fa = "تخصیص‌ها")]
    pub allocations: Vec<Allocation>,
    /// For what it is where `allocations` do not say.
    #[record(fixed, default, example = r#""oldest""#, fa = "تخصیص خودکار")]
    pub allocate_by: AllocateBy,
    /// Anything else worth knowing.
    #[record(fixed, max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// Whether the money came and stayed.
    #[record(server, example = r#""received""#, fa = "وضعیت")]
    pub status: PaymentStatus,
    /// What of it is for no invoice yet.
    #[record(server, like = Money, fa = "تخصیص‌نیافته")]
    pub unallocated: Option<Money>,
    /// What of it was paid back (`/refunds`).
    #[record(server, like = Money, fa = "پس‌داده‌شده")]
    pub refunded: Option<Money>,
    /// When it was taken back.
    #[record(server, fa = "زمان برگشت")]
    pub reversed_at: Option<Instant>,
    /// Who took it back.
    #[record(server, fa = "برگشت‌دهنده")]
    pub reversed_by: Option<Id<User>>,
    /// Why it was taken back.
    #[record(server, max = 500, fa = "دلیل برگشت")]
    pub reversal_reason: Option<String>,
}

impl Rules for Payment {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.amount.is_negative() || self.amount.is_zero() {
            problems.with("/amount/amount", Code::OutOfRange, vec![("min", "0.01".to_owned())]);
        } else if super::line::units(self.amount).is_none() {
            problems.add("/amount/amount", Code::OutOfRange);
        }
        let today = setting.now.after(chrono::TimeDelta::hours(14)).utc().date_naive();
        if self.received_on.is_some_and(|day| day > today) {
            problems.with("/received_on", Code::OutOfRange, vec![("max", today.to_string())]);
        }
        check(&self.allocations, self.amount, &mut problems);
        problems
    }
}

/// Holds allocations to what they can be, whatever the invoices say.
pub fn check(allocations: &[Allocation], of: Money, problems: &mut Problems) {
    for (i, part) in allocations.iter().enumerate() {
        if allocations[..i].iter().any(|other| other.invoice_id == part.invoice_id) {
            problems.add(format!("/allocations/{i}/invoice_id"), Code::Duplicate);
        }
        let Some(amount) = part.amount else { continue };
        if amount.currency() != of.currency() {
            let with = vec![("with", of.currency().code().to_owned())];
            problems.with(format!("/allocations/{i}/amount/currency"), Code::Conflict, with);
        } else if amount.is_negative() || amount.is_zero() {
            problems.with(
                format!("/allocations/{i}/amount/amount"),
                Code::OutOfRange,
                vec![("min", "0.01".to_owned())],
            );
        }
    }
}

/// Money of a customer that is for no invoice yet, in part: a payment, or what of a credit note was not owed any more.
pub trait Purse {
    /// Whose it is.
    fn whose(&self) -> Id<Customer>;
    /// What is left of it; none where it is not issued yet.
    fn left(&self) -> Option<Money>;
    /// Notes that so much of it is for an invoice.
    ///
    /// # Errors
    /// 422 at `/amount/amount` for more than is left of it; a conflict where it can't be for anything.
    fn give(&mut self, invoice: Id<Invoice>, amount: Money) -> Result<()>;
    /// Notes that so much of it was paid back.
    ///
    /// # Errors
    /// As [`Purse::give`]; `refund_nothing` where nothing is left.
    fn refund(&mut self, amount: Money) -> Result<()>;
}

/// What is left when something is taken.
///
/// # Errors
/// 422 at `/amount` for more than there is, and another currency.
pub(super) fn less(free: Money, amount: Money) -> Result<Money> {
    let left = free.checked_sub(amount).map_err(|e| Error::invalid("/amount/currency", e.code()))?;
    if left.is_negative() {
        let mut problems = Problems::default();
        problems.with("/amount/amount", Code::OutOfRange, vec![("max", free.amount().to_string())]);
        return Err(problems.into());
    }
    Ok(left)
}

/// What is left and what was paid back, after so much was paid back.
///
/// # Errors
/// `refund_nothing`; those of [`less`].
pub(super) fn back(left: Option<Money>, before: Option<Money>, amount: Money) -> Result<(Option<Money>, Option<Money>)> {
    let free = left.filter(|free| !free.is_zero()).ok_or(Error::Conflict("refund_nothing"))?;
    let left = less(free, amount)?;
    let sum = match before {
        Some(before) => before.checked_add(amount).map_err(broken)?,
        None => amount,
    };
    Ok((Some(left), Some(sum)))
}

/// Adds an allocation to those that there are.
///
/// # Errors
/// Those of money.
pub(super) fn add(allocations: &mut Vec<Allocation>, invoice: Id<Invoice>, amount: Money) -> Result<()> {
    match allocations.iter_mut().find(|part| part.invoice_id == invoice) {
        Some(Allocation { amount: Some(sum), .. }) => *sum = sum.checked_add(amount).map_err(broken)?,
        _ => allocations.push(Allocation {
            invoice_id: invoice,
            amount: Some(amount),
        }),
    }
    Ok(())
}

impl Purse for Payment {
    fn whose(&self) -> Id<Customer> {
        self.customer_id
    }
    fn left(&self) -> Option<Money> {
        Some(self.unallocated.unwrap_or(self.amount))
    }
    fn give(&mut self, invoice: Id<Invoice>, amount: Money) -> Result<()> {
        self.allocate(invoice, amount)
    }
    fn refund(&mut self, amount: Money) -> Result<()> {
        if self.status == PaymentStatus::Reversed {
            return Err(Error::Conflict("payment_reversed"));
        }
        (self.unallocated, self.refunded) = back(self.left(), self.refunded, amount)?;
        Ok(())
    }
}

impl Payment {
    /// Notes that so much of it is for an invoice.
    ///
    /// # Errors
    /// `payment_reversed`; 422 at `/amount/amount` for more than is left of it.
    pub fn allocate(&mut self, invoice: Id<Invoice>, amount: Money) -> Result<()> {
        if self.status == PaymentStatus::Reversed {
            return Err(Error::Conflict("payment_reversed"));
        }
        let left = less(self.unallocated.unwrap_or(self.amount), amount)?;
        add(&mut self.allocations, invoice, amount)?;
        self.unallocated = Some(left);
        Ok(())
    }

    /// Notes that so much of it is not for an invoice any more.
    ///
    /// # Errors
    /// Those of money.
    pub fn free(&mut self, invoice: Id<Invoice>, amount: Money) -> Result<()> {
        for part in self.allocations.iter_mut().filter(|part| part.invoice_id == invoice) {
            part.amount = part.amount.map(|sum| sum.checked_sub(amount)).transpose().map_err(broken)?;
        }
        self.allocations.retain(|part| part.amount.is_none_or(|sum| !sum.is_zero()));
        let free = self.unallocated.unwrap_or(self.amount).checked_add(amount).map_err(broken)?;
        self.unallocated = Some(free);
        Ok(())
    }

    /// Takes it back.
    ///
    /// # Errors
    /// `payment_reversed` where it was already.
    pub fn reverse(&mut self, reason: String, by: Option<Id<User>>, now: Instant) -> Result<()> {
        if self.status == PaymentStatus::Reversed {
            return Err(Error::Conflict("payment_reversed"));
        }
        self.unallocated = Some(Money::zero(self.amount.currency()).map_err(broken)?);
        (self.status, self.reversal_reason, self.reversed_by, self.reversed_at) = (PaymentStatus::Reversed, Some(reason), by, Some(now));
        Ok(())
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let parts = [self.number.as_deref(), self.reference.as_deref()];
        text::search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}
