//! How much the constraint solver may do for one question. Decisions are counted so that an answer does not depend on the machine's mood alone;
//! the time is what others wait.
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How much a solver may do: so many decisions, and so long, whichever ends first.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub decisions: u64,
    pub time: Duration,
}

impl Budget {
    /// What one question of a client may cost.
    pub const ASK: Budget = Budget {
        decisions: 3_000_000,
        time: Duration::from_millis(1000),
    };
    /// What the check of a model that is saved may cost.
    pub const SAVE: Budget = Budget {
        decisions: 1_000_000,
        time: Duration::from_millis(500),
    };
}

/// What is left of a budget; the solver asks it on its way.
#[derive(Debug)]
pub(super) struct Purse {
    left: Cell<u64>,
    until: Cell<Instant>,
}

impl Purse {
    pub(super) fn of(budget: Budget) -> Purse {
        let purse = Purse {
            left: Cell::new(0),
            until: Cell::new(Instant::now()),
        };
        purse.fill(budget);
        purse
    }
    /// Starts anew with this much.
    pub(super) fn fill(&self, budget: Budget) {
        self.left.set(budget.decisions);
        self.until.set(Instant::now() + budget.time);
    }
    /// Takes one decision off; whether that was the last.
    pub(super) fn spent(&self) -> bool {
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        left == 0 || Instant::now() >= self.until.get()
    }
    pub(super) fn is_empty(&self) -> bool {
        self.left.get() == 0 || Instant::now() >= self.until.get()
    }
}
