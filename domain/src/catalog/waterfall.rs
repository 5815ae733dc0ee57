//! How a price comes about, step by step: each with the rule behind it, what stood there before and what after. A step begins where the one
//! before it ended, so that the steps add up by construction.
use crate::core::money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// What a step is.
    pub enum StepKind {
        /// The product's list price times the quantity.
        ListPrice = "list_price",
        /// A bundle without a price of its own: the prices of its parts.
        Parts = "parts",
        /// The price of a price book in its place.
        PriceBook = "price_book",
        /// The price of a price book by its steps.
        Tier = "tier",
        /// What an option of a configurable product adds, or takes off.
        Option = "option",
        /// A promotion.
        Promotion = "promotion",
        /// A promotion that holds by a coupon.
        Coupon = "coupon",
        /// A discount that was asked for.
        Discount = "discount",
        /// The sum of the lines.
        Lines = "lines",
        /// Something that was added.
        Charge = "charge",
        /// Tax of one category and rate.
        Tax = "tax",
        /// What was paid before.
        Prepaid = "prepaid",
        /// Rounding of what is payable.
        Rounding = "rounding",
    }
}

/// One step of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceStep {
    pub kind: StepKind,
    /// The record that says so: a price book entry, a promotion; null where there is none.
    pub rule_id: Option<Uuid>,
    /// What people call it.
    #[schema(max_length = 300, example = "نوروز ۱۴۰۵")]
    pub label: Option<String>,
    pub before: Money,
    pub after: Money,
}

/// A price on its way.
#[derive(Debug, Clone)]
pub struct Waterfall {
    now: Money,
    steps: Vec<PriceStep>,
}

impl Waterfall {
    /// Begins at nothing.
    pub fn from(nothing: Money) -> Self {
        Waterfall {
            now: nothing,
            steps: Vec::new(),
        }
    }
    /// Where it stands.
    pub fn now(&self) -> Money {
        self.now
    }
    /// Goes on to another sum.
    pub fn to(&mut self, kind: StepKind, rule_id: Option<Uuid>, label: Option<String>, after: Money) {
        let before = std::mem::replace(&mut self.now, after);
        self.steps.push(PriceStep {
            kind,
            rule_id,
            label,
            before,
            after,
        });
    }
    /// Its steps so far.
    pub fn steps(&self) -> &[PriceStep] {
        &self.steps
    }
    /// All its steps.
    pub fn into_steps(self) -> Vec<PriceStep> {
        self.steps
    }
}
