//! The board of a pipeline: its open deals by stage, as far as somebody may see them.
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::core::{money, read};
use domain::core::actor::Sight;
use domain::core::error::Result;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Open deals of one stage, one probability and one currency.
#[derive(Debug, Clone)]
pub struct Sum {
    pub stage: Uuid,
    /// None for deals without an amount.
    pub currency: Option<String>,
    pub probability: i64,
    pub deals: i64,
    pub amount: Decimal,
}

/// Which deals a board shows.
fn shown(sight: &Sight<'_>, pipeline: Uuid, owner: Option<Uuid>) -> Sql {
    let mut sql = Sql::new("t0.deleted_at IS NULL AND t0.status = 'open' AND t0.pipeline_id = ").bind(pipeline);
    if let Some(owner) = owner {
        sql = sql.text(" AND t0.owner_id = ").bind(owner);
    }
    sql.also(read::sight(sight))
}

/// What the deals of each stage come to, in one statement over the index of the board.
///
/// # Errors
/// Those of the database.
pub fn sums(conn: &mut Conn, sight: &Sight<'_>, pipeline: Uuid, owner: Option<Uuid>) -> Result<Vec<Sum>> {
    let sql = Sql::new(format!(
        "SELECT t0.stage_id, t0.amount_currency, t0.probability, COUNT(*), {} FROM opportunities t0 WHERE ",
        money::sums("t0", "amount")
    ));
    let sql = sql
        .and(shown(sight, pipeline, owner))
        .text(" GROUP BY t0.stage_id, t0.amount_currency, t0.probability");
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Sum {
            stage: row.uuid(0)?.unwrap_or_default(),
            currency: row.text(1)?,
            probability: row.integer(2)?,
            deals: row.integer(3)?,
            amount: money::sum(row, 4)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// The deals of each stage that close first, at most so many of a stage.
///
/// # Errors
/// Those of the database.
pub fn cards(conn: &mut Conn, sight: &Sight<'_>, pipeline: Uuid, owner: Option<Uuid>, most: usize) -> Result<Vec<Uuid>> {
    let null_last = "CASE WHEN t0.close_date IS NULL THEN 1 ELSE 0 END, t0.close_date, t0.id";
    let sql = Sql::new(format!(
        "SELECT r.id FROM (SELECT t0.id, t0.stage_id, ROW_NUMBER() OVER (PARTITION BY t0.stage_id ORDER BY {null_last}) AS place \
         FROM opportunities t0 WHERE "
    ));
    let sql = sql
        .and(shown(sight, pipeline, owner))
        .text(") r WHERE r.place <= ")
        .bind(most as i64);
    conn.ids(&sql.text(" ORDER BY r.stage_id, r.place"))
}
