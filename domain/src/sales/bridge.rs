//! The bridge between two forecasts: what became of the open deals of a period from one moment to another, so that nobody has to guess why
//! the number is another. What was open at first, and each step, add up to what is open at last, because each deal takes exactly the steps
//! that lead from what it was to what it is.
use super::opportunity::OpportunityStatus;
use super::stage::ForecastCategory;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

crate::choice! {
    /// What became of deals.
    pub enum BridgeStep {
        /// They were made since.
        New = "new",
        /// They were there, and were to close in another period, or on no day at all.
        MovedIn = "moved_in",
        /// They had been won or lost, and are open again.
        Reopened = "reopened",
        /// They came into what is looked at: from another owner or unit.
        TransferredIn = "transferred_in",
        /// They are worth more or less, or are in another currency.
        ChangedAmount = "changed_amount",
        /// One counts on them more or less surely.
        ChangedCategory = "changed_category",
        Won = "won",
        Lost = "lost",
        /// They are to close in another period, or on no day at all.
        MovedOut = "moved_out",
        /// They went out of what is looked at: to another owner or unit.
        TransferredOut = "transferred_out",
        /// They were deleted.
        Removed = "removed",
    }
}

/// What a deal is at a moment at which it closes in the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whether it is among the deals that are looked at.
    pub within: bool,
    pub status: OpportunityStatus,
    pub category: ForecastCategory,
    /// None for a deal without an amount.
    pub currency: Option<String>,
    pub amount: Decimal,
}

/// What a deal was and is; none where it does not close in the period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    pub before: Option<State>,
    pub after: Option<State>,
    /// Whether it was made after the first moment.
    pub born: bool,
    /// Whether it was deleted by the second.
    pub gone: bool,
}

/// Deals more or fewer, and what they are worth more or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delta {
    pub deals: i64,
    pub amount: Decimal,
}

impl Delta {
    fn add(&mut self, deals: i64, amount: Decimal) {
        self.deals += deals;
        self.amount += amount;
    }
}

/// From what was open to what is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bridge {
    pub opening: Delta,
    pub steps: BTreeMap<BridgeStep, Delta>,
    pub closing: Delta,
}

/// The bridges of each currency and category.
#[derive(Debug, Clone, Default)]
pub struct Bridges(pub BTreeMap<(Option<String>, ForecastCategory), Bridge>);

impl Bridges {
    fn of(&mut self, state: &State) -> &mut Bridge {
        self.0.entry((state.currency.clone(), state.category)).or_default()
    }

    fn step(&mut self, state: &State, step: BridgeStep, deals: i64, amount: Decimal) {
        self.of(state).steps.entry(step).or_default().add(deals, amount);
    }

    /// Adds a deal.
    pub fn add(&mut self, deal: &Course) {
        let open = |state: &&State| state.within && state.status == OpportunityStatus::Open;
        let (before, after) = (deal.before.as_ref().filter(open), deal.after.as_ref().filter(open));
        if let Some(state) = before {
            self.of(state).opening.add(1, state.amount);
        }
        if let Some(state) = after {
            self.of(state).closing.add(1, state.amount);
        }
        match (before, after) {
            (None, None) => {}
            (None, Some(state)) => {
                let step = match &deal.before {
                    Some(was) if !was.within => BridgeStep::TransferredIn,
                    Some(_) => BridgeStep::Reopened,
                    None if deal.born => BridgeStep::New,
                    None => BridgeStep::MovedIn,
                };
                self.step(state, step, 1, state.amount);
            }
            (Some(state), None) => {
                let step = match &deal.after {
                    Some(is) if !is.within => BridgeStep::TransferredOut,
                    Some(is) if is.status == OpportunityStatus::Lost => BridgeStep::Lost,
                    Some(_) => BridgeStep::Won,
                    None if deal.gone => BridgeStep::Removed,
                    None => BridgeStep::MovedOut,
                };
                self.step(state, step, -1, -state.amount);
            }
            (Some(was), Some(is)) if was.currency != is.currency => {
                self.step(was, BridgeStep::ChangedAmount, -1, -was.amount);
                self.step(is, BridgeStep::ChangedAmount, 1, is.amount);
            }
            (Some(was), Some(is)) => {
                if was.category != is.category {
                    self.step(was, BridgeStep::ChangedCategory, -1, -was.amount);
                    self.step(is, BridgeStep::ChangedCategory, 1, was.amount);
                }
                if was.amount != is.amount {
                    self.step(is, BridgeStep::ChangedAmount, 0, is.amount - was.amount);
                }
            }
        }
    }

    /// The bridge of all open deals of each currency but for those that are omitted: a change from one category to another is none here,
    /// unless it is from or to those.
    pub fn totals(&self) -> BTreeMap<Option<String>, Bridge> {
        let mut all: BTreeMap<Option<String>, Bridge> = BTreeMap::new();
        let counted = self.0.iter().filter(|((_, category), _)| *category != ForecastCategory::Omitted);
        for ((currency, _), one) in counted {
            let sum = all.entry(currency.clone()).or_default();
            sum.opening.add(one.opening.deals, one.opening.amount);
            sum.closing.add(one.closing.deals, one.closing.amount);
            for (step, delta) in &one.steps {
                sum.steps.entry(*step).or_default().add(delta.deals, delta.amount);
            }
        }
        all
    }
}

#[cfg(test)]
#[path = "bridge_tests.rs"]
mod tests;
