//! What stands in the warehouses, what went out of them and what is ordered, in numbers: each part through the actor's own sight.
use super::balance::pairs;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::sql::{Bind, Sql};
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::instant::Instant;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The stock of a product in all warehouses.
#[derive(Debug, Clone)]
pub struct ProductStock {
    pub product_id: Uuid,
    pub sku: String,
    pub name: String,
    pub on_hand: Exact,
    pub reserved: Exact,
    pub available: Exact,
    pub incoming: Exact,
    /// What went out in the period, by issues and shipments.
    pub consumed: Exact,
    /// For how many days what is free lasts, if as much goes out as in the period; none where nothing did.
    pub days_left: Option<i64>,
}

/// Orders of a status.
#[derive(Debug, Clone)]
pub struct StatusCount {
    pub status: String,
    pub currency: String,
    pub orders: i64,
    /// What they come to, in the smallest units of the currency.
    pub units: i64,
}

fn exact(millionths: i64) -> Result<Exact> {
    Exact::new(Decimal::new(millionths, 6)).map_err(|e| Error::Internal(e.to_string()))
}

/// The products of which most went out in a period, and then those of which least is free: at most so many.
///
/// # Errors
/// `Error::Forbidden` where the actor may not read stock; those of the database.
pub fn products(
    conn: &mut Conn,
    actor: &Actor,
    (from, to): (Instant, Instant),
    warehouse: Option<Uuid>,
    most: usize,
) -> Result<Vec<ProductStock>> {
    let lacks = |object: &str| Error::Forbidden(format!("{object}:read"));
    let stock = actor.sight("stock", "read").ok_or_else(|| lacks("stock"))?;
    let moved = actor.sight("stock_movements", "read").ok_or_else(|| lacks("stock_movements"))?;
    let goods = actor.sight("products", "read").ok_or_else(|| lacks("products"))?;
    let place = |sql: Sql| match warehouse {
        Some(id) => sql.text(" AND t0.warehouse_id = ").bind(id),
        None => sql,
    };
    let levels = place(Sql::new(
        "SELECT t0.product_id, SUM(t0.on_hand_millionths) AS on_hand, SUM(t0.reserved_millionths) AS reserved, SUM(t0.available_millionths) AS available, \
         SUM(t0.incoming_millionths) AS incoming FROM stock t0 WHERE t0.deleted_at IS NULL",
    ))
    .also(read::sight(&stock))
    .text(" GROUP BY t0.product_id");
    // Quantities of entries are kept as texts whose order is the number's; how much one changed stands in millionths in a column of its own.
    let consumed = place(
        Sql::new(
            "SELECT t0.product_id, SUM(-t0.on_hand_millionths) AS consumed FROM stock_movements t0 WHERE t0.deleted_at IS NULL \
         AND t0.kind IN ('issue', 'fulfil') AND t0.created_at >= ",
        )
        .bind(from)
        .text(" AND t0.created_at < ")
        .bind(to),
    )
    .also(read::sight(&moved))
    .text(" GROUP BY t0.product_id");
    let sql = Sql::new(
        "SELECT t0.id, t0.sku, t0.name, CAST(l.on_hand AS BIGINT), CAST(l.reserved AS BIGINT), CAST(l.available AS BIGINT), CAST(l.incoming AS BIGINT), \
         CAST(COALESCE(c.consumed, 0) AS BIGINT) FROM products t0 JOIN (",
    )
    .and(levels)
    .text(") l ON l.product_id = t0.id LEFT JOIN (")
    .and(consumed)
    .text(") c ON c.product_id = t0.id WHERE t0.deleted_at IS NULL")
    .also(read::sight(&goods))
    .text(" ORDER BY COALESCE(c.consumed, 0) DESC, l.available, t0.sku LIMIT ")
    .bind(most as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let (available, consumed) = (row.integer(5)?, row.integer(7)?);
        let days = i128::from(to.micros() - from.micros()) / 1_000_000;
        // Seconds of the period, and not its days, are divided: a part of a day counts too.
        let lasts = (i128::from(available) * days).checked_div(i128::from(consumed) * 86_400);
        found.push(ProductStock {
            days_left: lasts.and_then(|days| i64::try_from(days).ok()),
            product_id: row.uuid(0)?.unwrap_or_default(),
            sku: row.text(1)?.unwrap_or_default(),
            name: row.text(2)?.unwrap_or_default(),
            on_hand: exact(row.integer(3)?)?,
            reserved: exact(row.integer(4)?)?,
            available: exact(available)?,
            incoming: exact(row.integer(6)?)?,
            consumed: exact(consumed)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// How many orders that were made in a period stand where, and what they come to, by currency.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no orders; those of the database.
pub fn orders(conn: &mut Conn, actor: &Actor, (from, to): (Instant, Instant)) -> Result<Vec<StatusCount>> {
    let sight = actor
        .sight("orders", "read")
        .ok_or_else(|| Error::Forbidden("orders:read".to_owned()))?;
    let sql = Sql::new(
        "SELECT t0.status, t0.currency, COUNT(*), CAST(SUM(t0.total_units) AS BIGINT) FROM orders t0 WHERE t0.deleted_at IS NULL AND t0.created_at >= ",
    )
    .bind(from)
    .text(" AND t0.created_at < ")
    .bind(to)
    .also(read::sight(&sight))
    .text(" GROUP BY t0.status, t0.currency ORDER BY t0.status, t0.currency");
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(StatusCount {
            status: row.text(0)?.unwrap_or_default(),
            currency: row.text(1)?.unwrap_or_default(),
            orders: row.integer(2)?,
            units: row.integer(3)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// What is owed on a day, and what of it is due, by currency, in its smallest units; none where the actor may read no invoices.
///
/// # Errors
/// Those of the database.
pub fn receivables(conn: &mut Conn, actor: &Actor, on: NaiveDate) -> Result<BTreeMap<String, (i64, i64)>> {
    let mut found = BTreeMap::new();
    let Some(sight) = actor.sight("invoices", "read") else {
        return Ok(found);
    };
    let sum = |late: bool| {
        let sql = Sql::new(
            "SELECT t0.currency, CAST(SUM(t0.open_units) AS BIGINT) FROM invoices t0 WHERE t0.deleted_at IS NULL AND t0.open_units > 0",
        );
        let sql = if late {
            sql.text(" AND t0.due_on < ").bind(Bind::Date(on))
        } else {
            sql
        };
        sql.also(read::sight(&sight)).text(" GROUP BY t0.currency")
    };
    for (currency, open) in pairs(conn, &sum(false))? {
        found.insert(currency, (open, 0));
    }
    for (currency, late) in pairs(conn, &sum(true))? {
        found.entry(currency).or_default().1 = late;
    }
    Ok(found)
}
