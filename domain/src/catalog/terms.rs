//! Payment terms: when a sum is due, at once or in parts.
use super::category::named;
use super::valid;
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::money::{Money, MoneyError};
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::{Days, Months, NaiveDate};
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest wait for a payment: ten years.
const MAX_DAYS: i64 = 3_650;

/// A part of a sum, and when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstalmentTerm {
    /// So many hundredths of the sum.
    pub percent: Exact,
    /// Due so many months after the document's day; the last day of a month that is too short.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 120)]
    pub after_months: i64,
    /// And so many days more.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 3650)]
    pub after_days: i64,
}

/// A part of a sum with the day it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Instalment {
    pub due_on: NaiveDate,
    pub amount: Money,
}

/// When a sum is due: after some days, or in instalments.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/payment-terms",
    one = "payment_term",
    many = "payment_terms",
    tag = "Catalogue",
    fa = "شرایط پرداخت"
)]
pub struct PaymentTerm {
    #[record(base)]
    pub base: Base,
    /// What they are called among us.
    #[record(min = 1, max = 200, sort, search, example = r#""دو قسط""#, fa = "نام")]
    pub name: String,
    /// What English documents say; null for the same.
    #[record(max = 200, example = r#""Two instalments""#, fa = "نام انگلیسی")]
    pub name_en: Option<String>,
    /// What Persian documents say; null for the same.
    #[record(max = 200, fa = "نام فارسی")]
    pub name_fa: Option<String>,
    /// Without instalments: how many days after the document's day the whole is due.
    #[record(default, range = 0..=MAX_DAYS, example = "0", fa = "مهلت به روز")]
    pub net_days: i64,
    /// The parts, in the order in which they are due; their percentages add up to 100. Empty for one payment.
    #[record(items = InstalmentTerm, max = 60, example = r#"[{"percent": "40", "after_months": 0, "after_days": 0}, {"percent": "60", "after_months": 1, "after_days": 0}]"#, fa = "اقساط")]
    pub instalments: Vec<InstalmentTerm>,
    /// Whether they are offered; true unless given.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

impl Rules for PaymentTerm {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        named(&mut problems, &mut self.name, &mut self.name_en, &mut self.name_fa);
        if self.instalments.is_empty() {
            return problems;
        }
        if self.net_days != 0 {
            problems.with("/net_days", Code::Conflict, vec![("with", "/instalments".to_owned())]);
        }
        let mut sum = Decimal::ZERO;
        for (i, part) in self.instalments.iter().enumerate() {
            let at = format!("/instalments/{i}");
            problems.at_least(format!("{at}/percent"), part.percent, Exact::LEAST);
            valid::within(part.after_months, 0, 120, &format!("{at}/after_months"), &mut problems);
            valid::within(part.after_days, 0, MAX_DAYS, &format!("{at}/after_days"), &mut problems);
            sum += part.percent.value();
        }
        if sum != Decimal::ONE_HUNDRED {
            problems.with(
                "/instalments",
                Code::OutOfRange,
                vec![("min", "100".to_owned()), ("max", "100".to_owned())],
            );
        }
        problems
    }
}

impl PaymentTerm {
    /// The parts of a sum with the days they are due; they add up to the sum exactly.
    ///
    /// # Errors
    /// Those of [`Money::allocate`]; `OutOfRange` of a day that no calendar has.
    pub fn schedule(&self, sum: Money, day: NaiveDate) -> Result<Vec<Instalment>, MoneyError> {
        let after = |months: i64, days: i64| {
            let months = Months::new(u32::try_from(months).unwrap_or_default());
            let days = Days::new(u64::try_from(days).unwrap_or_default());
            day.checked_add_months(months)
                .and_then(|day| day.checked_add_days(days))
                .ok_or(MoneyError::OutOfRange)
        };
        if self.instalments.is_empty() {
            let due_on = after(0, self.net_days)?;
            return Ok(vec![Instalment { due_on, amount: sum }]);
        }
        let shares: Vec<Decimal> = self.instalments.iter().map(|part| part.percent.value()).collect();
        let amounts = sum.allocate(&shares)?;
        let parts = self.instalments.iter().zip(amounts);
        parts
            .map(|(part, amount)| {
                let due_on = after(part.after_months, part.after_days)?;
                Ok(Instalment { due_on, amount })
            })
            .collect()
    }
}
