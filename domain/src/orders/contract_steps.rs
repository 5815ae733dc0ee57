//! What can be done to a contract, and where it stands then.
use super::contract::{Contract, ContractStatus, RenewalRule};
use super::line::SalesLine;
use crate::access::user::User;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::{Money, UnitPrice};
use crate::core::problem::{Code, Problems};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// What is agreed on with a renewal, where it is not what the contract says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Renewal {
    /// For how many months.
    pub term_months: Option<i64>,
    /// What it is worth for that term.
    pub value: Option<Money>,
}

impl Contract {
    fn must(&self, among: &[ContractStatus]) -> Result<()> {
        match among.contains(&self.status) {
            true => Ok(()),
            false => Err(Error::Conflict("contract_status")),
        }
    }

    fn step(&mut self, to: ContractStatus) {
        self.status = to;
        self.steps += 1;
    }

    /// Lets a draft hold.
    ///
    /// # Errors
    /// `contract_status` unless it is a draft.
    pub fn activate(&mut self, by: Option<Id<User>>, now: Instant) -> Result<()> {
        self.must(&[ContractStatus::Draft])?;
        (self.activated_at, self.activated_by) = (Some(now), by);
        self.step(ContractStatus::Active);
        Ok(())
    }

    /// The last day on which notice can be given; none where it runs on until then.
    pub fn notice_by(&self) -> Option<NaiveDate> {
        let days = Days::new(u64::try_from(self.notice_days).unwrap_or_default());
        self.ends_on.and_then(|last| last.checked_sub_days(days))
    }

    /// Notes that notice was given: it ends with its last day, or, where it has none, once the time of notice is over.
    ///
    /// # Errors
    /// `contract_status` unless it holds; `contract_notice_late` of one that goes on by itself and can't be stopped any more.
    pub fn give_notice(&mut self, on: NaiveDate, reason: String) -> Result<()> {
        self.must(&[ContractStatus::Active])?;
        let late = self.notice_by().is_some_and(|last| on > last);
        if late && self.renewal == RenewalRule::Automatic {
            return Err(Error::Conflict("contract_notice_late"));
        }
        let days = Days::new(u64::try_from(self.notice_days).unwrap_or_default());
        if self.ends_on.is_none() {
            self.ends_on = Some(on.checked_add_days(days).unwrap_or(on).max(self.starts_on));
        }
        (self.notice_on, self.reason) = (Some(on), Some(reason));
        self.step(ContractStatus::InNotice);
        Ok(())
    }

    /// Ends it before its time, or throws a draft away.
    ///
    /// # Errors
    /// `contract_status` where it is over.
    pub fn cancel(&mut self, on: NaiveDate, reason: String) -> Result<()> {
        self.must(&[ContractStatus::Draft, ContractStatus::Active, ContractStatus::InNotice])?;
        (self.closed_on, self.reason) = (Some(on), Some(reason));
        self.step(ContractStatus::Cancelled);
        Ok(())
    }

    /// Whether its last day has passed.
    pub fn is_over(&self, today: NaiveDate) -> bool {
        self.ends_on.is_some_and(|last| last < today)
    }

    /// Whether its renewal is due and was not told of.
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.status == ContractStatus::Active
            && self.renewal_opportunity_id.is_none()
            && self.renewal_due_on.is_some_and(|due| due <= today)
    }

    /// Whether it goes on by itself now.
    pub fn goes_on(&self, today: NaiveDate) -> bool {
        self.status == ContractStatus::Active && self.renewal == RenewalRule::Automatic && self.is_over(today)
    }

    /// Notes that its last day has passed and nothing follows.
    ///
    /// # Errors
    /// `contract_status` unless it holds and its last day has passed.
    pub fn end(&mut self, today: NaiveDate) -> Result<()> {
        self.must(&[ContractStatus::Active, ContractStatus::InNotice])?;
        if !self.is_over(today) || self.goes_on(today) {
            return Err(Error::Conflict("contract_status"));
        }
        self.closed_on = self.ends_on;
        self.step(ContractStatus::Ended);
        Ok(())
    }

    /// Notes that another contract takes its place.
    ///
    /// # Errors
    /// `contract_status` unless it holds and no notice was given.
    pub fn give_way(&mut self, next: Id<Contract>) -> Result<()> {
        self.must(&[ContractStatus::Active])?;
        (self.next_id, self.closed_on) = (Some(next), self.ends_on);
        self.step(ContractStatus::Renewed);
        Ok(())
    }

    /// The contract that takes its place, as of the day after its last: `into` is a new record, which becomes that contract.
    ///
    /// # Errors
    /// `contract_status` unless it holds; 422 where it has no end, and at `/term_months` where nothing says how long the next one runs.
    pub fn renew(&self, into: &mut Contract, asked: Renewal, by: Option<Id<User>>, now: Instant) -> Result<()> {
        self.must(&[ContractStatus::Active])?;
        let last = self.ends_on.ok_or_else(|| Error::invalid("/ends_on", Code::Required))?;
        let term = asked.term_months.or(self.renewal_term_months).or(self.term_months);
        let term = term.ok_or_else(|| Error::invalid("/term_months", Code::Required))?;
        let far = || Error::invalid("/term_months", Code::OutOfRange);
        let starts = last.checked_add_days(Days::new(1)).ok_or_else(far)?;
        (into.starts_on, into.term_months, into.ends_on) = (starts, Some(term), None);
        // Terms in a row are counted from the first one's first day.
        (into.anchor_on, into.anchor_months) = match self.term_months {
            Some(own) => (
                Some(self.anchor_on.unwrap_or(self.starts_on)),
                self.anchor_months.saturating_add(own),
            ),
            None => (None, 0),
        };
        let (value, lines) = self.repriced().map_err(|e| Error::invalid("/renewal_percent", e.code()))?;
        (into.value, into.lines) = (asked.value.or(value), lines);
        into.previous_id = Some(self.base.id.cast());
        into.base.owner_id = self.base.owner_id;
        into.activate(by, now)
    }

    /// What it is worth, and its lines, at the prices of the renewal.
    fn repriced(&self) -> Result<(Option<Money>, Vec<SalesLine>), crate::core::money::MoneyError> {
        let percent = self.renewal_percent.map(|p| p.value()).unwrap_or_default();
        let factor = Decimal::ONE + percent / Decimal::ONE_HUNDRED;
        let mut lines = self.lines.clone();
        for line in &mut lines {
            if let Some(price) = line.unit_price {
                line.unit_price = Some(UnitPrice::new((price.amount() * factor).round_dp(6), price.currency())?);
            }
        }
        Ok((self.value.map(|value| value.checked_mul(factor)).transpose()?, lines))
    }

    /// What its renewal is worth: the amount of the deal.
    pub fn renewed_worth(&self) -> Option<Money> {
        let percent = self.renewal_percent.map(|p| p.value()).unwrap_or_default();
        self.worth()?.checked_mul(Decimal::ONE + percent / Decimal::ONE_HUNDRED).ok()
    }
}

impl Renewal {
    /// What is wrong with it.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        if self.term_months.is_some_and(|months| !(1..=super::term::LONGEST).contains(&months)) {
            let bounds = vec![("min", "1".to_owned()), ("max", super::term::LONGEST.to_string())];
            problems.with("/term_months", Code::OutOfRange, bounds);
        }
        problems.at_least("/value/amount", self.value.map(Money::amount), Decimal::ZERO);
        problems
    }
}
