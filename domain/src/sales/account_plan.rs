//! Account plans: what we want to reach with a customer in a time, and how far we are.
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::input::length;
use crate::core::money::Money;
use crate::core::problem::Problems;
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use crate::customers::customer::Customer;
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// Where a plan stands: it is being written, it is followed, it is over.
    #[derive(Default)]
    pub enum AccountPlanStatus { #[default] Draft = "draft", Active = "active", Closed = "closed" }
}
crate::choice! {
    /// What became of an objective so far.
    #[derive(Default)]
    pub enum ObjectiveStatus { #[default] Open = "open", Reached = "reached", Missed = "missed" }
}

/// Something to be reached with a customer, and by what one would know that it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountObjective {
    /// What is to be reached.
    #[schema(min_length = 1, max_length = 300, example = "یک کارخانهٔ دیگر از ما بخرد")]
    pub title: String,
    /// What it is measured in.
    #[serde(default)]
    #[schema(max_length = 100, example = "کارخانه")]
    pub measure: Option<String>,
    /// How much of that it takes.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub target: Option<Exact>,
    /// How much there is.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub current: Option<Exact>,
    /// By when.
    #[serde(default)]
    #[schema(example = "2026-09-22")]
    pub due_on: Option<NaiveDate>,
    #[serde(default)]
    pub status: ObjectiveStatus,
}

/// What we want to reach with a customer in a time: objectives, what speaks for us and against us, and how far we are.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/account-plans",
    one = "account_plan",
    many = "account_plans",
    tag = "Sales",
    fa = "برنامه‌های مشتری"
)]
pub struct AccountPlan {
    #[record(base)]
    pub base: Base,
    /// With whom.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// What the plan is called.
    #[record(min = 1, max = 200, sort, search, example = r#""برنامهٔ سال ۱۴۰۵""#, fa = "نام")]
    pub name: String,
    /// Its first day.
    #[record(sort, example = r#""2026-03-21""#, fa = "آغاز")]
    pub starts_on: NaiveDate,
    /// Its last day.
    #[record(sort, example = r#""2027-03-20""#, fa = "پایان")]
    pub ends_on: NaiveDate,
    /// Where it stands.
    #[record(default, example = r#""active""#, fa = "وضعیت")]
    pub status: AccountPlanStatus,
    /// What the customer is to buy in that time.
    #[record(money, example = r#"{"amount": "20000000000.00", "currency": "IRR"}"#, fa = "هدف فروش")]
    pub revenue_target: Option<Money>,
    /// What is to be reached.
    #[record(items = AccountObjective, max = 50, example = r#"[{"title": "یک کارخانهٔ دیگر از ما بخرد", "measure": "کارخانه", "target": "2", "current": "1", "due_on": "2026-09-22", "status": "open"}]"#, fa = "هدف‌ها")]
    pub objectives: Vec<AccountObjective>,
    /// What speaks for us there.
    #[record(max = 5000, example = r#""سال‌هاست که به موقع تحویل می‌دهیم.""#, fa = "نقاط قوت")]
    pub strengths: Option<String>,
    /// What speaks against us there.
    #[record(max = 5000, fa = "نقاط ضعف")]
    pub weaknesses: Option<String>,
    /// What could become of it.
    #[record(max = 5000, fa = "فرصت‌ها")]
    pub chances: Option<String>,
    /// What could go wrong.
    #[record(max = 5000, fa = "تهدیدها")]
    pub risks: Option<String>,
    /// How we go about it, and anything else worth knowing.
    #[record(max = 10000, search, fa = "راهبرد")]
    pub strategy: Option<String>,
    /// How many hundredths of its objectives are reached, rounded down; null where it has none.
    #[record(server, example = "50", fa = "پیشرفت")]
    pub progress: Option<i64>,
}

impl AccountPlan {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        search_key(&format!("{} {}", self.name, self.strategy.as_deref().unwrap_or_default()))
    }
}

impl Rules for AccountPlan {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        problems.at_least("/ends_on", self.ends_on, self.starts_on);
        problems.at_least("/revenue_target/amount", self.revenue_target.map(Money::amount), Decimal::ZERO);
        for (i, objective) in self.objectives.iter().enumerate() {
            let at = |member: &str| format!("/objectives/{i}/{member}");
            length(&at("title"), &objective.title, 1, 300, &mut problems);
            length(
                &at("measure"),
                objective.measure.as_deref().unwrap_or_default(),
                0,
                100,
                &mut problems,
            );
        }
        let reached = self.objectives.iter().filter(|o| o.status == ObjectiveStatus::Reached).count();
        self.progress = (reached * 100).checked_div(self.objectives.len()).map(|percent| percent as i64);
        problems
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
mod tests {
    use super::*;
    use crate::core::input::Members;
    use crate::core::instant::Instant;
    use crate::core::resource::{Input, Resource};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn progress(objectives: &[&str]) -> Option<i64> {
        let objectives: Vec<Value> = objectives.iter().map(|status| json!({"title": "x", "status": status})).collect();
        let body = json!({
            "customer_id": Uuid::from_u128(1), "name": "x", "starts_on": "2026-03-21", "ends_on": "2027-03-20", "objectives": objectives,
        });
        let mut members = Members::new(body.as_object().unwrap().clone(), &AccountPlan::SPEC, false);
        let read = <AccountPlan as Resource>::Create::read(&mut members).unwrap();
        let mut plan = AccountPlan::new(read, Base::new(Uuid::nil(), Instant::UNSET));
        let setting = Setting {
            now: Instant::UNSET,
            default_region: "IR".to_owned(),
        };
        assert_eq!(plan.check(&setting).0.len(), 0);
        plan.progress
    }

    #[test]
    fn progress_is_the_share_of_objectives_that_were_reached() {
        for (objectives, wanted) in [
            (&[][..], None),
            (&["open"], Some(0)),
            (&["reached", "open", "missed"], Some(33)),
            (&["reached", "reached"], Some(100)),
        ] {
            assert_eq!(progress(objectives), wanted, "{objectives:?}");
        }
    }
}
