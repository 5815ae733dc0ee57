//! What became of deals: how many were won and lost, what they were worth and how long they took, by whoever or whatever had to do with them.
//! One statement over the index of results, whatever is asked.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::core::stored::{Stored, Word};
use crate::core::{money, read};
use crate::sql;
use chrono::NaiveDate;
use domain::core::actor::Sight;
use domain::core::error::Result;
use domain::sales::opportunity::OpportunityStatus;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// By what results are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// All together.
    Nothing,
    Owner,
    Unit,
    Pipeline,
    /// What is sold: a deal of two products counts for each, with what its lines come to.
    Product,
    /// Whoever competes for a deal: one with two competitors counts for each.
    Competitor,
    /// The customer's province.
    Province,
}

/// What deals have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Whose they are, or what they are of; none for those without.
    Record(Option<Uuid>),
    /// The name of a place; none where none is known.
    Place(Option<String>),
}

/// Which deals are counted.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    pub pipeline: Option<Uuid>,
    /// Those that close, or are expected to, from this day on.
    pub from: Option<NaiveDate>,
    /// … to this day.
    pub to: Option<NaiveDate>,
}

/// Deals that have something in common.
#[derive(Debug, Clone)]
pub struct Group {
    pub key: Key,
    pub status: OpportunityStatus,
    pub currency: Option<String>,
    pub deals: i64,
    pub amount: Decimal,
    /// Days from beginning to end, of all of them together that have both.
    pub days: i64,
    /// How many have both.
    pub timed: i64,
}

impl Key {
    /// The record, if that is what they have in common.
    pub const fn record(&self) -> Option<Uuid> {
        match self {
            Key::Record(id) => *id,
            Key::Place(_) => None,
        }
    }
}

impl By {
    const fn column(self) -> &'static str {
        match self {
            By::Nothing => "NULL",
            By::Owner => "t0.owner_id",
            By::Unit => "t0.unit_id",
            By::Pipeline => "t0.pipeline_id",
            By::Product => "p.product_id",
            By::Competitor => "c.competitor_id",
            By::Province => "c.province",
        }
    }
}

/// Counts deals.
///
/// # Errors
/// Those of the database.
pub fn groups(conn: &mut Conn, sight: &Sight<'_>, by: By, which: Which) -> Result<Vec<Group>> {
    let days = match conn.is_sqlite() {
        true => "CAST(julianday(t0.close_date) - julianday(t0.started_on) AS INTEGER)",
        false => "(t0.close_date - t0.started_on)",
    };
    let key = match (by, conn.is_sqlite()) {
        (By::Nothing, true) => "CAST(NULL AS BLOB)",
        (By::Nothing, false) => "CAST(NULL AS uuid)",
        _ => by.column(),
    };
    let joined = match by {
        By::Competitor => " JOIN opportunity_competitors c ON c.opportunity_id = t0.id",
        By::Product => " LEFT JOIN opportunity_products p ON p.opportunity_id = t0.id",
        By::Province => " JOIN customers c ON c.id = t0.customer_id",
        _ => "",
    };
    let mut sql = Sql::new(format!(
        "SELECT {key}, t0.status, t0.amount_currency, COUNT(*), {}, \
         CAST(COALESCE(SUM({days}), 0) AS BIGINT), COUNT({days}) FROM opportunities t0{joined} WHERE t0.deleted_at IS NULL",
        match by {
            By::Product => money::sums_or("p", "t0", "amount"),
            _ => money::sums("t0", "amount"),
        }
    ));
    if let Some(pipeline) = which.pipeline {
        sql = sql.text(" AND t0.pipeline_id = ").bind(pipeline);
    }
    for (sign, day) in [(">=", which.from), ("<=", which.to)] {
        if let Some(day) = day {
            sql = sql.text(format!(" AND t0.close_date {sign} ")).bind(Bind::Date(day));
        }
    }
    let sql = sql.also(read::sight(sight));
    let sql = sql.text(" GROUP BY 1, t0.status, t0.amount_currency");
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Group {
            key: match by {
                By::Province => Key::Place(row.text(0)?),
                _ => Key::Record(row.uuid(0)?),
            },
            status: Word::read(row, 1)?,
            currency: row.text(2)?,
            deals: row.integer(3)?,
            amount: money::sum(row, 4)?,
            days: row.integer(6)?,
            timed: row.integer(7)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// The unit above each unit.
///
/// # Errors
/// Those of the database.
pub fn parents(conn: &mut Conn) -> Result<BTreeMap<Uuid, Uuid>> {
    let mut found = BTreeMap::new();
    conn.rows(&sql!("SELECT id, parent_id FROM units WHERE parent_id IS NOT NULL"), |row| {
        if let (Some(unit), Some(parent)) = (row.uuid(0)?, row.uuid(1)?) {
            found.insert(unit, parent);
        }
        Ok(())
    })?;
    Ok(found)
}
