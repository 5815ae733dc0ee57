//! How the numbers of forecasts are shown.
use super::totals::MoneyTotal;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::sales::forecast::{ForecastDimension as By, Numbers, Sum};
use persistence::core::conn::Conn;
use persistence::sales::forecast::{self, Ask, Group, Key};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// What tells a group apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastGroup {
    by: By,
    /// The record that it is; null for periods, regions and provinces, and where there is none.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    id: Option<Uuid>,
    /// What it is called: null where there is none, or where you may not see it.
    #[schema(max_length = 200, example = "سارا احمدی")]
    name: Option<String>,
}

/// How many deals, and what they are worth.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastSum {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991i64, example = 3)]
    deals: i64,
    /// Null for deals without an amount.
    amount: Option<MoneyTotal>,
}

/// What deals of one currency come to. Each is in exactly one of `won`, `commit`, `best_case`, `pipeline`, `omitted` and `lost`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastNumbers {
    /// ISO 4217 code; null for deals without an amount.
    #[schema(min_length = 3, max_length = 3, example = "IRR")]
    currency: Option<String>,
    won: ForecastSum,
    commit: ForecastSum,
    best_case: ForecastSum,
    pipeline: ForecastSum,
    /// Open deals that nobody counts on.
    omitted: ForecastSum,
    lost: ForecastSum,
    /// The weighted pipeline: `commit`, `best_case` and `pipeline`, each deal times its probability.
    weighted: Option<MoneyTotal>,
    /// `won` and `weighted`.
    expected: Option<MoneyTotal>,
    /// `won` and `commit`.
    commit_forecast: Option<MoneyTotal>,
    /// `won`, `commit` and `best_case`.
    best_case_forecast: Option<MoneyTotal>,
    /// `won`, `commit`, `best_case` and `pipeline`.
    open_forecast: Option<MoneyTotal>,
}

impl ForecastNumbers {
    /// Numbers of a currency.
    pub fn of(currency: Option<&str>, numbers: &Numbers) -> Self {
        let money = |amount| currency.map(|code| MoneyTotal::of(code, amount));
        let sum = |sum: Sum| ForecastSum {
            deals: sum.deals,
            amount: money(sum.amount),
        };
        ForecastNumbers {
            currency: currency.map(ToOwned::to_owned),
            won: sum(numbers.won),
            commit: sum(numbers.commit),
            best_case: sum(numbers.best_case),
            pipeline: sum(numbers.pipeline),
            omitted: sum(numbers.omitted),
            lost: sum(numbers.lost),
            weighted: money(numbers.weighted),
            expected: money(numbers.expected()),
            commit_forecast: money(numbers.commit_forecast()),
            best_case_forecast: money(numbers.best_case_forecast()),
            open_forecast: money(numbers.open_forecast()),
        }
    }

    /// As the contract shows them.
    pub fn example() -> Value {
        let money = |amount: &str| json!({"amount": amount, "currency": "IRR"});
        let sum = |deals: i64, amount: &str| json!({"deals": deals, "amount": money(amount)});
        json!({
            "currency": "IRR", "won": sum(4, "5000000000.00"), "commit": sum(1, "1000000000.00"), "best_case": sum(2, "2000000000.00"),
            "pipeline": sum(3, "3000000000.00"), "omitted": sum(0, "0.00"), "lost": sum(2, "1500000000.00"), "weighted": money("2600000000.00"),
            "expected": money("7600000000.00"), "commit_forecast": money("6000000000.00"), "best_case_forecast": money("8000000000.00"),
            "open_forecast": money("11000000000.00")
        })
    }
}

/// The object whose records a dimension names.
pub const fn object(by: By) -> Option<&'static str> {
    match by {
        By::Owner | By::Manager => Some("users"),
        By::Unit => Some("units"),
        By::Product => Some("products"),
        By::Pipeline => Some("pipelines"),
        By::Region | By::Province | By::Period => None,
    }
}

/// What the records that groups name are called, as far as the actor sees them.
pub fn names(conn: &mut Conn, actor: &Actor, by: &[By], groups: &[Group]) -> Result<BTreeMap<Uuid, String>> {
    let mut all = BTreeMap::new();
    for (at, object) in by.iter().enumerate().filter_map(|(at, by)| Some((at, object(*by)?))) {
        let ids = groups.iter().filter_map(|group| match group.keys.get(at) {
            Some(Key::Id(id)) => *id,
            _ => None,
        });
        let ids: BTreeSet<Uuid> = ids.collect();
        all.extend(forecast::names(conn, actor, object, ids)?);
    }
    Ok(all)
}

/// What tells a group apart, in the order that was asked for.
pub fn group(ask: &Ask, keys: &[Key], names: &BTreeMap<Uuid, String>) -> Vec<ForecastGroup> {
    let one = |(by, key): (&By, &Key)| {
        let (id, name) = match key {
            Key::Id(id) => (*id, id.and_then(|id| names.get(&id).cloned())),
            Key::Text(text) => (None, text.clone()),
            Key::Period(place) => (None, ask.periods.get(*place).map(|period| period.key.clone())),
        };
        ForecastGroup { by: *by, id, name }
    };
    ask.by.iter().zip(keys).map(one).collect()
}
