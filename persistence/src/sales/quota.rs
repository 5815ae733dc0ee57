//! Quotas, and what was won of them.
use super::forecast::{fiscal, leads};
use crate::core::conn::Conn;
use crate::core::money;
use crate::core::read;
use crate::core::sql::{Bind, Sql};
use crate::{row, store};
use domain::core::actor::{Actor, Sight};
use domain::core::error::{Error, Result};
use domain::core::problem::Problems;
use domain::sales::period::Period;
use domain::sales::quota::{Quota, named};
use rust_decimal::Decimal;
use uuid::Uuid;

row! { Quota in quotas {
    for_unit_id: Maybe,
    period: Plain,
    amount: Json,
    deals: Maybe,
    product_id: Maybe,
    pipeline_id: Maybe,
    region: Maybe,
    notes: Maybe,
    starts_on: Maybe,
    ends_on: Maybe,
} hidden {
    amount_units = |q: &Quota| money::units(q.amount),
    amount_micros = |q: &Quota| money::micros(q.amount),
    amount_currency = |q: &Quota| money::code(q.amount),
    subject = Quota::subject,
} }
store! { Quota, settle |conn, before, after, _context| match before {
    None => dated(conn, after),
    // Its days stay those of its period, though the fiscal year be set anew.
    Some(_) => Ok(Problems::default()),
} }

fn dated(conn: &mut Conn, quota: &mut Quota) -> Result<Problems> {
    match named(fiscal(conn)?, &quota.period) {
        Ok(period) => {
            (quota.starts_on, quota.ends_on) = (Some(period.starts_on), Some(period.ends_on));
            Ok(Problems::default())
        }
        Err(problems) => Ok(problems),
    }
}

/// A quota, and what was won of it.
#[derive(Debug, Clone)]
pub struct Attained {
    pub id: Uuid,
    /// Whose it is; of a unit's, none.
    pub owner: Option<Uuid>,
    /// The unit it is for, else its owner's.
    pub unit: Option<Uuid>,
    pub of_unit: bool,
    pub manager: Option<Uuid>,
    /// The region of that unit.
    pub region: Option<String>,
    /// None for a quota of so many deals.
    pub currency: Option<String>,
    /// The amount, or the number of deals.
    pub quota: Decimal,
    pub deals_won: i64,
    /// What those deals come to, in the currency; nothing for a quota of so many deals.
    pub won: Decimal,
}

/// Which quotas are meant.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub period: Period,
    pub owner: Option<Uuid>,
    /// This unit and all below it.
    pub unit: Option<Uuid>,
    /// Only those for all that somebody sells, or for exactly this.
    pub of: Option<Of>,
}

/// What a quota is for.
#[derive(Debug, Clone, Default)]
pub struct Of {
    pub product: Option<Uuid>,
    pub pipeline: Option<Uuid>,
    pub region: Option<String>,
}

/// The quotas that are meant, as far as the actor sees them.
fn quotas(conn: &mut Conn, sight: &Sight<'_>, ask: &Ask) -> Result<Sql> {
    let Period { key, starts_on, ends_on } = &ask.period;
    let mut sql = Sql::new("SELECT t0.* FROM quotas t0 WHERE t0.deleted_at IS NULL AND t0.period = ").bind(key.as_str());
    sql = sql.text(" AND t0.starts_on = ").bind(Bind::Date(*starts_on));
    sql = sql.text(" AND t0.ends_on = ").bind(Bind::Date(*ends_on));
    if let Some(owner) = ask.owner {
        sql = sql.text(" AND t0.for_unit_id IS NULL AND t0.owner_id = ").bind(owner);
    }
    if let Some(unit) = ask.unit {
        let below = crate::access::actor::below(conn, unit)?;
        sql = sql.text(" AND t0.unit_id IN ").list(below.into_iter().map(Bind::from));
    }
    if let Some(of) = &ask.of {
        let is = |sql: Sql, column: &str, value: Option<Bind>| match value {
            Some(value) => sql.text(format!(" AND t0.{column} = ")).bind(value),
            None => sql.text(format!(" AND t0.{column} IS NULL")),
        };
        sql = is(sql, "product_id", of.product.map(Bind::from));
        sql = is(sql, "pipeline_id", of.pipeline.map(Bind::from));
        sql = is(sql, "region", of.region.as_ref().map(Bind::from));
    }
    Ok(sql.also(read::sight(sight)))
}

/// What is won of quotas: of people's by their own deals, of units' by those of the unit and of all below it.
fn won(units: bool, deals: &Sight<'_>) -> Sql {
    let whose = match units {
        true => "JOIN below b ON b.root = q.for_unit_id LEFT JOIN opportunities t0 ON t0.unit_id = b.id",
        false => "LEFT JOIN opportunities t0 ON t0.owner_id = q.owner_id",
    };
    let null = if units { "NOT NULL" } else { "NULL" };
    Sql::new(format!(
        "SELECT q.id AS id, t0.id AS deal, CASE WHEN q.product_id IS NULL THEN t0.amount_units ELSE p.amount_units END AS units, \
         CASE WHEN q.product_id IS NULL THEN t0.amount_micros ELSE p.amount_micros END AS micros FROM chosen q {whose} \
         AND t0.deleted_at IS NULL AND t0.status = 'won' AND t0.close_date >= q.starts_on AND t0.close_date <= q.ends_on \
         AND (q.amount_currency IS NULL OR t0.amount_currency = q.amount_currency) \
         AND (q.pipeline_id IS NULL OR t0.pipeline_id = q.pipeline_id) \
         AND (q.region IS NULL OR t0.unit_id IN (SELECT l.id FROM placed l WHERE l.region = q.region)) \
         AND (q.product_id IS NULL OR t0.id IN (SELECT x.opportunity_id FROM opportunity_products x WHERE x.product_id = q.product_id))"
    ))
    .also(read::sight(deals))
    .text(format!(
        " LEFT JOIN opportunity_products p ON p.opportunity_id = t0.id AND p.product_id = q.product_id WHERE q.for_unit_id IS {null}"
    ))
}

/// Quotas of a period, each with what was won of it by the deals that the actor sees, in one statement.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no quotas or no deals; those of the database.
pub fn attainment(conn: &mut Conn, actor: &Actor, ask: &Ask) -> Result<Vec<Attained>> {
    let lacks = |object: &str| Error::Forbidden(format!("{object}:read"));
    let quotas_seen = actor.sight("quotas", "read").ok_or_else(|| lacks("quotas"))?;
    let deals_seen = actor.sight("opportunities", "read").ok_or_else(|| lacks("opportunities"))?;
    let led = leads(conn)?;
    let sql = Sql::new(
        "WITH RECURSIVE below (root, id) AS (SELECT id, id FROM units WHERE deleted_at IS NULL UNION SELECT b.root, u.id FROM units u \
         JOIN below b ON u.parent_id = b.id WHERE u.deleted_at IS NULL), placed (id, region) AS (SELECT id, NULLIF(region, '') FROM units \
         WHERE deleted_at IS NULL AND parent_id IS NULL UNION ALL SELECT u.id, COALESCE(NULLIF(u.region, ''), l.region) FROM units u \
         JOIN placed l ON u.parent_id = l.id WHERE u.deleted_at IS NULL), chosen AS (",
    )
    .and(quotas(conn, &quotas_seen, ask)?)
    .text(") SELECT q.id, q.owner_id, q.for_unit_id, q.unit_id, q.amount_currency, CAST(COALESCE(q.amount_units, q.deals) AS BIGINT), \
           CAST(COALESCE(q.amount_micros, 0) AS BIGINT), s.deals, s.units, s.micros FROM chosen q JOIN (SELECT w.id AS id, \
           COUNT(w.deal) AS deals, CAST(COALESCE(SUM(w.units), 0) AS BIGINT) AS units, CAST(COALESCE(SUM(w.micros), 0) AS BIGINT) AS micros FROM (")
    .and(won(false, &deals_seen))
    .text(" UNION ALL ")
    .and(won(true, &deals_seen))
    .text(") w GROUP BY w.id) s ON s.id = q.id ORDER BY q.subject");
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let (for_unit, unit) = (row.uuid(2)?, row.uuid(3)?);
        let unit = for_unit.or(unit);
        let lead = unit.and_then(|unit| led.get(&unit)).cloned().unwrap_or_default();
        let currency = row.text(4)?;
        let won = if currency.is_some() { money::sum(row, 8)? } else { Decimal::ZERO };
        found.push(Attained {
            id: row.uuid(0)?.unwrap_or_default(),
            owner: row.uuid(1)?.filter(|_| for_unit.is_none()),
            unit,
            of_unit: for_unit.is_some(),
            manager: lead.manager,
            region: lead.region,
            quota: money::sum(row, 5)?,
            deals_won: row.integer(7)?,
            won,
            currency,
        });
        Ok(())
    })?;
    Ok(found)
}
