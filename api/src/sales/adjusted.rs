//! What managers make of forecasts, beside what is computed.
use super::totals::MoneyTotal;
use domain::access::user::User;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::sales::adjustment::{AdjustedNumber, ForecastAdjustment};
use domain::sales::forecast::ForecastDimension as By;
use persistence::core::conn::Conn;
use persistence::sales::adjustment;
use persistence::sales::forecast::{Ask, Group, Key};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// A manager's number, with why.
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastAdjusted {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    adjustment_id: Uuid,
    number: AdjustedNumber,
    amount: MoneyTotal,
    #[schema(max_length = 1000)]
    reason: String,
    /// Who made it, or changed it last; null for the server itself.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    by: Option<Id<User>>,
    at: Instant,
}

impl ForecastAdjusted {
    /// As the contract shows it.
    pub fn example() -> Value {
        json!({
            "adjustment_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "number": "commit_forecast",
            "amount": {"amount": "5500000000.00", "currency": "IRR"}, "reason": "مناقصهٔ برج مهر عقب می‌افتد",
            "by": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25", "at": "2026-03-21T08:30:00.000Z"
        })
    }
}

/// The adjustments of a forecast.
pub struct Adjusted(Vec<ForecastAdjustment>);

/// Whose group it is, and of which period, where it is one owner's or one unit's in one period.
fn whose(ask: &Ask, group: &Group) -> Option<(Uuid, usize)> {
    let key = |by: By| ask.by.iter().position(|b| *b == by).and_then(|at| group.keys.get(at));
    let period = match key(By::Period) {
        Some(Key::Period(place)) => *place,
        _ if ask.periods.len() == 1 => 0,
        _ => return None,
    };
    let narrowed = ask.pipeline.is_some() || ask.product.is_some() || ask.province.is_some() || ask.snapshot.is_some();
    let others = ask.by.iter().any(|by| !matches!(by, By::Owner | By::Unit | By::Period));
    match (key(By::Owner), key(By::Unit)) {
        _ if narrowed || others => None,
        (Some(Key::Id(id)), None) | (None, Some(Key::Id(id))) => id.map(|id| (id, period)),
        _ => None,
    }
}

impl Adjusted {
    /// The adjustments that the groups of a forecast may have, in one statement; none of a part of somebody's deals, or of deals as they were.
    pub fn of(conn: &mut Conn, actor: &Actor, ask: &Ask, groups: &[Group]) -> Result<Adjusted> {
        let ids: BTreeSet<Uuid> = groups.iter().filter_map(|group| Some(whose(ask, group)?.0)).collect();
        adjustment::of(conn, actor, &ask.periods, &ids).map(Adjusted)
    }

    /// Those of one group.
    pub fn shown(&self, ask: &Ask, group: &Group) -> Vec<ForecastAdjusted> {
        let (Some((id, place)), Some(currency)) = (whose(ask, group), group.currency.as_deref()) else {
            return Vec::new();
        };
        let period = ask.periods.get(place).map(|period| period.key.as_str());
        let of = |one: &&ForecastAdjustment| {
            let theirs = one.user_id.map(|user| user.uuid()) == Some(id) || one.for_unit_id.map(|unit| unit.uuid()) == Some(id);
            theirs && Some(one.period.as_str()) == period && one.amount.currency().code() == currency
        };
        let show = |one: &ForecastAdjustment| ForecastAdjusted {
            adjustment_id: one.base.id.uuid(),
            number: one.number,
            amount: MoneyTotal::of(currency, one.amount.amount()),
            reason: one.reason.clone(),
            by: one.base.updated_by,
            at: one.base.updated_at,
        };
        self.0.iter().filter(of).map(show).collect()
    }
}
