//! Managers' numbers for forecasts.
use super::forecast::fiscal;
use crate::access::actor::owns;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::pick;
use crate::core::sql::{Bind, Sql};
use crate::{row, sql, store};
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::{Code, Problems};
use domain::sales::adjustment::ForecastAdjustment;
use domain::sales::period::Period;
use domain::sales::quota::named;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { ForecastAdjustment in forecast_adjustments {
    user_id: Maybe,
    for_unit_id: Maybe,
    period: Plain,
    number: Word,
    amount: Json,
    reason: Plain,
    belongs_to_id: Maybe,
    starts_on: Maybe,
    ends_on: Maybe,
} hidden {
    subject = ForecastAdjustment::subject,
} }
store! { ForecastAdjustment, settle |conn, before, after, context| settle(conn, before, after, context) }

fn settle(conn: &mut Conn, before: Option<&ForecastAdjustment>, after: &mut ForecastAdjustment, context: &Context<'_>) -> Result<Problems> {
    if before.is_none() {
        let period = match named(fiscal(conn)?, &after.period) {
            Ok(period) => period,
            Err(problems) => return Ok(problems),
        };
        (after.starts_on, after.ends_on) = (Some(period.starts_on), Some(period.ends_on));
        after.belongs_to_id = match after.user_id {
            Some(user) => conn.unit_of(user.uuid())?.flatten().map(Id::from_uuid),
            None => after.for_unit_id,
        };
    }
    let leads = match after.belongs_to_id {
        Some(unit) => leaders(conn, unit.uuid())?,
        None => BTreeSet::new(),
    };
    if leads.is_empty() || leads.contains(&context.actor.user_id) || owns(&context.actor.grants) {
        return Ok(Problems::default());
    }
    let mut problems = Problems::default();
    problems.add(if after.user_id.is_some() { "/user_id" } else { "/for_unit_id" }, Code::Forbidden);
    Ok(problems)
}

/// Who leads a unit, and the units above it.
fn leaders(conn: &mut Conn, unit: Uuid) -> Result<BTreeSet<Uuid>> {
    let above = sql!(
        "WITH RECURSIVE above (id, parent_id, manager_id) AS (SELECT id, parent_id, manager_id FROM units WHERE id = ? UNION SELECT u.id, \
         u.parent_id, u.manager_id FROM units u JOIN above a ON u.id = a.parent_id) SELECT manager_id FROM above WHERE manager_id IS NOT NULL",
        unit
    );
    Ok(conn.ids(&above)?.into_iter().collect())
}

/// The adjustments of people's and units' forecasts in some periods, as far as the actor sees them; none where they may read none at all.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, actor: &Actor, periods: &[Period], whose: &BTreeSet<Uuid>) -> Result<Vec<ForecastAdjustment>> {
    let Some(sight) = actor.sight("forecast_adjustments", "read").filter(|_| !whose.is_empty()) else {
        return Ok(Vec::new());
    };
    let keys = periods.iter().map(|period| Bind::from(period.key.as_str()));
    let ids = || whose.iter().map(|id| Bind::from(*id));
    let which = Sql::new("t0.deleted_at IS NULL AND t0.period IN ")
        .list(keys)
        .text(" AND (t0.user_id IN ")
        .list(ids());
    let which = which.text(" OR t0.for_unit_id IN ").list(ids()).text(")");
    let found = pick::<ForecastAdjustment>(conn, which.also(read::sight(&sight)).text(" ORDER BY t0.created_at, t0.id"))?;
    // A name may have meant other days when the fiscal year was another.
    let same = |one: &ForecastAdjustment| {
        let days = (one.starts_on, one.ends_on);
        periods
            .iter()
            .any(|p| p.key == one.period && days == (Some(p.starts_on), Some(p.ends_on)))
    };
    Ok(found.into_iter().filter(same).collect())
}
