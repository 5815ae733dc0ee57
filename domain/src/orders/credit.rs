//! Credit: how much a customer may owe, what they owe, and how they pay.
use super::order::HoldReason;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::customers::customer::Customer;
use derive::Record;

/// How much a customer may owe in a currency. Orders with which they would owe more wait until somebody lets them go on. A customer without any
/// credit account may owe whatever they order.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/credit-accounts",
    one = "credit_account",
    many = "credit_accounts",
    tag = "Orders",
    fa = "حساب‌های اعتباری"
)]
pub struct CreditAccount {
    #[record(base)]
    pub base: Base,
    /// Whose it is. A customer has one for each currency.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// The most they may owe: open orders and unpaid invoices.
    #[record(like = Money, example = r#"{"amount": "500000000.00", "currency": "IRR"}"#, fa = "سقف اعتبار")]
    pub credit_limit: Money,
    /// Why it is so.
    #[record(max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// Whether all new orders wait, whatever is owed.
    #[record(server, fa = "مسدود")]
    pub blocked: bool,
    /// Why they do.
    #[record(server, max = 500, fa = "دلیل مسدودی")]
    pub blocked_reason: Option<String>,
    /// Who blocked it.
    #[record(server, fa = "مسدودکننده")]
    pub blocked_by: Option<Id<User>>,
}

impl Rules for CreditAccount {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.credit_limit.is_negative() {
            problems.with("/credit_limit/amount", Code::OutOfRange, vec![("min", "0".to_owned())]);
        } else if super::line::units(self.credit_limit).is_none() {
            problems.add("/credit_limit/amount", Code::OutOfRange);
        }
        problems
    }
}

impl CreditAccount {
    /// Lets all new orders wait.
    ///
    /// # Errors
    /// `credit_blocked` where they do already.
    pub fn block(&mut self, reason: String, by: Option<Id<User>>) -> Result<()> {
        if self.blocked {
            return Err(Error::Conflict("credit_blocked"));
        }
        (self.blocked, self.blocked_reason, self.blocked_by) = (true, Some(reason), by);
        Ok(())
    }

    /// Lets new orders go on. Somebody else does so than who blocked it.
    ///
    /// # Errors
    /// `credit_not_blocked`, `self_approval`.
    pub fn unblock(&mut self, by: Option<Id<User>>) -> Result<()> {
        if !self.blocked {
            return Err(Error::Conflict("credit_not_blocked"));
        }
        if by.is_some() && by == self.blocked_by {
            return Err(Error::Conflict("self_approval"));
        }
        (self.blocked, self.blocked_reason, self.blocked_by) = (false, None, None);
        Ok(())
    }
}

/// Why an order must wait for credit, if it must: by all credit accounts of the customer, what they owe already in the order's currency
/// and what the order adds, in the smallest units.
pub fn must_wait(accounts: &[CreditAccount], currency: &str, owed: i64, more: i64) -> Option<HoldReason> {
    if accounts.is_empty() {
        return None;
    }
    if accounts.iter().any(|account| account.blocked) {
        return Some(HoldReason::CreditBlocked);
    }
    let account = accounts.iter().find(|account| account.credit_limit.currency().code() == currency);
    match account.and_then(|account| super::line::units(account.credit_limit)) {
        None => Some(HoldReason::CreditCurrency),
        Some(limit) if owed.saturating_add(more) > limit => Some(HoldReason::CreditLimit),
        Some(_) => None,
    }
}
