//! What is taken from a price or added to it: allowances and charges, on a line or on a whole document.
use super::ratio;
use crate::core::exact::Exact;
use crate::core::money::{Currency, Money, MoneyError};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// Whether an adjustment takes from the price or adds to it.
    pub enum AdjustmentKind { Allowance = "allowance", Charge = "charge" }
}

/// An allowance (a discount, a deduction) or a charge (freight, insurance) on a line or on a whole document: a percentage or an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Whether it takes or adds.
    pub kind: AdjustmentKind,
    /// Why, in words for whoever reads the document.
    #[serde(default)]
    #[schema(max_length = 200, example = "تخفیف فصل")]
    pub reason: Option<String>,
    /// So many hundredths of `base`; either this or `amount`. An allowance has at most 100.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub percent: Option<Exact>,
    /// What the percentage is taken of: of a line its price before adjustments, of a document the sum of its lines, unless given.
    #[serde(default)]
    pub base: Option<Money>,
    /// This much; either this or `percent`.
    #[serde(default)]
    pub amount: Option<Money>,
}

impl Adjustment {
    /// So many hundredths less.
    pub fn discount(percent: Exact, reason: Option<String>) -> Self {
        Adjustment {
            kind: AdjustmentKind::Allowance,
            reason,
            percent: Some(percent),
            base: None,
            amount: None,
        }
    }

    /// An amount with what it has already gone to, less or more.
    pub(super) fn applied(&self, sum: Money, amount: Money) -> Result<Money, MoneyError> {
        match self.kind {
            AdjustmentKind::Allowance => sum.checked_sub(amount),
            AdjustmentKind::Charge => sum.checked_add(amount),
        }
    }

    /// What is wrong with it in itself, apart from what it is applied to.
    pub fn check(&self, currency: Currency, at: &str, problems: &mut Problems) {
        match (self.percent, self.amount) {
            (None, None) => problems.add(format!("{at}/amount"), Code::Required),
            (Some(_), Some(_)) => problems.with(format!("{at}/amount"), Code::Conflict, vec![("with", format!("{at}/percent"))]),
            (None, Some(amount)) => {
                if amount.currency() != currency {
                    other(currency, &format!("{at}/amount"), problems);
                }
                problems.at_least(format!("{at}/amount/amount"), amount.amount(), Decimal::ZERO);
                if self.base.is_some() {
                    problems.with(format!("{at}/base"), Code::Conflict, vec![("with", format!("{at}/amount"))]);
                }
            }
            (Some(percent), None) => {
                let much = self.kind == AdjustmentKind::Allowance && *percent > Decimal::ONE_HUNDRED;
                if percent.is_sign_negative() && !percent.is_zero() || much {
                    let mut params = vec![("min", "0".to_owned())];
                    if self.kind == AdjustmentKind::Allowance {
                        params.push(("max", "100".to_owned()));
                    }
                    problems.with(format!("{at}/percent"), Code::OutOfRange, params);
                }
                if self.base.is_some_and(|b| b.currency() != currency) {
                    other(currency, &format!("{at}/base"), problems);
                }
                problems.at_least(format!("{at}/base/amount"), self.base.map(Money::amount), Decimal::ZERO);
            }
        }
        if let Some(reason) = &self.reason {
            crate::core::input::length(&format!("{at}/reason"), reason, 0, 200, problems);
        }
    }

    /// What it comes to on a sum; none, with the reasons noted, where it makes no sense.
    pub fn counted(&self, of: Money, at: &str, problems: &mut Problems) -> Option<Money> {
        let before = problems.0.len();
        self.check(of.currency(), at, problems);
        if problems.0.len() > before {
            return None;
        }
        let counted = match (self.percent, self.amount) {
            (Some(percent), _) => ratio::percent(self.base.unwrap_or(of), percent),
            (None, Some(amount)) => Ok(amount),
            (None, None) => return None,
        };
        counted.map_err(|error| problems.add(at, error.code())).ok()
    }
}

/// Notes an amount of another currency.
pub(super) fn other(currency: Currency, at: &str, problems: &mut Problems) {
    problems.with(format!("{at}/currency"), Code::Conflict, vec![("with", currency.code().to_owned())]);
}
