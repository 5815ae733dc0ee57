//! Forecasts as they were: taken in one statement, and held against another one or against the deals as they are.
use super::forecast::fiscal;
use crate::access::actor::below;
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::core::money;
use crate::core::read;
use crate::core::sql::{Bind, Sql};
use crate::{row, store};
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::problem::Problems;
use domain::sales::bridge::{Bridges, Course, State};
use domain::sales::period::Period;
use domain::sales::quota::named;
use domain::sales::snapshot::ForecastSnapshot;
use uuid::Uuid;

row! { ForecastSnapshot in forecast_snapshots {
    period: Plain,
    note: Maybe,
    taken_at: Maybe,
    deals: Plain,
    starts_on: Maybe,
    ends_on: Maybe,
} }
store! {
    ForecastSnapshot,
    settle |conn, before, after, context| match before {
        None => begin(conn, after, context),
        Some(_) => Ok(Problems::default()),
    },
    derive |conn, before, after, _context| match (before, after) {
        (None, Some(snapshot)) => take(conn, snapshot),
        _ => Ok(()),
    }
}

/// The columns of a deal that are kept.
const KEPT: &str = "id, owner_id, unit_id, pipeline_id, customer_id, close_date, status, forecast_category, probability, amount_currency, \
                    amount_units, amount_micros, created_at";

/// The deals that close in its period.
fn meant(sql: Sql, snapshot: &ForecastSnapshot) -> Sql {
    let day = |date| Bind::Date(date);
    let (from, to) = (snapshot.starts_on.unwrap_or_default(), snapshot.ends_on.unwrap_or_default());
    let sql = sql
        .text(" FROM opportunities WHERE deleted_at IS NULL AND close_date >= ")
        .bind(day(from));
    sql.text(" AND close_date <= ").bind(day(to))
}

fn begin(conn: &mut Conn, snapshot: &mut ForecastSnapshot, context: &Context<'_>) -> Result<Problems> {
    let period = match named(fiscal(conn)?, &snapshot.period) {
        Ok(period) => period,
        Err(problems) => return Ok(problems),
    };
    (snapshot.starts_on, snapshot.ends_on) = (Some(period.starts_on), Some(period.ends_on));
    snapshot.taken_at = Some(context.now());
    let count = conn.row(&meant(Sql::new("SELECT COUNT(*)"), snapshot), |row| row.integer(0))?;
    snapshot.deals = count.unwrap_or_default();
    Ok(Problems::default())
}

fn take(conn: &mut Conn, snapshot: &ForecastSnapshot) -> Result<()> {
    let sql = Sql::new(format!("INSERT INTO forecast_snapshot_deals (snapshot_id, {KEPT}) SELECT "));
    // A value that stands alone has no type to PostgreSQL.
    let id = if conn.is_sqlite() { "" } else { "CAST(" };
    let sql = sql.text(id).bind(snapshot.base.id.uuid());
    let sql = sql.text(if conn.is_sqlite() { ", " } else { " AS uuid), " }).text(KEPT);
    conn.execute(&meant(sql, snapshot))?;
    Ok(())
}

/// Whether any deal closes in a period.
///
/// # Errors
/// Those of the database.
pub fn any(conn: &mut Conn, period: &Period) -> Result<bool> {
    let sql = Sql::new("SELECT 1 FROM opportunities WHERE deleted_at IS NULL AND close_date >= ").bind(Bind::Date(period.starts_on));
    let sql = sql.text(" AND close_date <= ").bind(Bind::Date(period.ends_on)).text(" LIMIT 1");
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Which deals a bridge is of.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub owner: Option<Uuid>,
    /// This unit and all below it.
    pub unit: Option<Uuid>,
    pub pipeline: Option<Uuid>,
}

/// What deals were like, each with whether it is within what is asked for and seen.
fn side(conn: &mut Conn, sight: &Sight<'_>, ask: &Ask, of: &ForecastSnapshot, live: bool) -> Result<Sql> {
    let mut within = Sql::new("TRUE");
    for (column, id) in [("t0.owner_id", ask.owner), ("t0.pipeline_id", ask.pipeline)] {
        if let Some(id) = id {
            within = within.text(format!(" AND {column} = ")).bind(id);
        }
    }
    if let Some(unit) = ask.unit {
        let units = below(conn, unit)?;
        within = within.text(" AND t0.unit_id IN ").list(units.into_iter().map(Bind::from));
    }
    let columns = "SELECT t0.id AS id, t0.status AS status, t0.forecast_category AS category, t0.amount_currency AS currency, t0.amount_units AS units, \
                   t0.amount_micros AS micros, t0.created_at AS born, CAST(CASE WHEN ";
    let sql = Sql::new(columns)
        .and(within.also(read::sight(sight)))
        .text(" THEN 1 ELSE 0 END AS BIGINT) AS within");
    Ok(match live {
        false => sql
            .text(" FROM forecast_snapshot_deals t0 WHERE t0.snapshot_id = ")
            .bind(of.base.id.uuid()),
        true => {
            let day = |date: Option<chrono::NaiveDate>| Bind::Date(date.unwrap_or_default());
            let sql = sql
                .text(" FROM opportunities t0 WHERE t0.deleted_at IS NULL AND t0.close_date >= ")
                .bind(day(of.starts_on));
            sql.text(" AND t0.close_date <= ").bind(day(of.ends_on))
        }
    })
}

fn state(row: &dyn Cells, at: usize) -> Result<Option<State>> {
    let word = |index| -> Result<Option<String>> { row.text(index) };
    let Some(status) = word(at)? else { return Ok(None) };
    let broken = |what: &str| Error::Internal(format!("a column holds what it should not: {what}"));
    let category = word(at + 1)?.unwrap_or_default();
    let currency = row.text(at + 2)?;
    Ok(Some(State {
        status: Choice::of(&status).ok_or_else(|| broken(&status))?,
        category: Choice::of(&category).ok_or_else(|| broken(&category))?,
        amount: if currency.is_some() {
            money::sum(row, at + 3)?
        } else {
            Default::default()
        },
        currency,
        within: row.integer(at + 5)? != 0,
    }))
}

/// What became of the deals of a snapshot until another of the same period, or until now.
///
/// # Errors
/// Those of the database.
pub fn bridge(conn: &mut Conn, sight: &Sight<'_>, ask: &Ask, from: &ForecastSnapshot, to: Option<&ForecastSnapshot>) -> Result<Bridges> {
    let first = side(conn, sight, ask, from, false)?;
    let second = side(conn, sight, ask, to.unwrap_or(from), to.is_none())?;
    // A row at a time of one side without the other is what an outer join of both sides is; not every version of both databases has it.
    let columns = |side: &str| {
        format!(
            "{side}.status, {side}.category, {side}.currency, CAST(COALESCE({side}.units, 0) AS BIGINT), \
             CAST(COALESCE({side}.micros, 0) AS BIGINT), CAST(COALESCE({side}.within, 0) AS BIGINT)"
        )
    };
    let (a, b) = (columns("a"), columns("b"));
    let at = |snapshot: &ForecastSnapshot| snapshot.taken_at.unwrap_or(snapshot.base.created_at);
    let (began, ended): (Instant, Option<Instant>) = (at(from), to.map(at));
    let sql = Sql::new("WITH a AS (")
        .and(first)
        .text("), b AS (")
        .and(second)
        .text(format!("), gone AS (SELECT id, deleted_at FROM opportunities) SELECT {a}, {b}, CAST(0 AS BIGINT), CAST(CASE WHEN b.id IS NULL AND (o.id IS NULL OR o.deleted_at "));
    let sql = match ended {
        Some(ended) => sql.text("<= ").bind(ended),
        None => sql.text("IS NOT NULL"),
    };
    let sql = sql
        .text(format!(
            ") THEN 1 ELSE 0 END AS BIGINT) FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN gone o ON o.id = a.id UNION ALL SELECT {a}, {b}, \
             CAST(CASE WHEN b.born > "
        ))
        .bind(began)
        .text(" THEN 1 ELSE 0 END AS BIGINT), CAST(0 AS BIGINT) FROM b LEFT JOIN a ON a.id = b.id WHERE a.id IS NULL");
    let mut bridges = Bridges::default();
    conn.rows(&sql, |row| {
        bridges.add(&Course {
            before: state(row, 0)?,
            after: state(row, 6)?,
            born: row.integer(12)? != 0,
            gone: row.integer(13)? != 0,
        });
        Ok(())
    })?;
    Ok(bridges)
}
