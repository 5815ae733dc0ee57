//! Account plans.
use crate::core::money;
use crate::{row, store};
use domain::sales::account_plan::AccountPlan;

row! { AccountPlan in account_plans {
    customer_id: Plain,
    name: Plain,
    starts_on: Plain,
    ends_on: Plain,
    status: Word,
    revenue_target: Json,
    objectives: Json,
    strengths: Maybe,
    weaknesses: Maybe,
    chances: Maybe,
    risks: Maybe,
    strategy: Maybe,
    progress: Maybe,
} hidden {
    revenue_target_units = |p: &AccountPlan| money::units(p.revenue_target),
    revenue_target_micros = |p: &AccountPlan| money::micros(p.revenue_target),
    revenue_target_currency = |p: &AccountPlan| money::code(p.revenue_target),
    search = AccountPlan::search_text,
} }
store! { AccountPlan }
