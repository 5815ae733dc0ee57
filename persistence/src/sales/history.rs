//! Where deals were: each stay in a stage, with when and by whom it was entered and left, and how long it took.
use super::course;
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::sales::opportunity::Opportunity;
use domain::sales::working_time::WorkingTime;
use uuid::Uuid;

/// A stay in a stage.
#[derive(Debug, Clone)]
pub struct Stay {
    pub id: Uuid,
    pub stage: Uuid,
    pub stage_name: String,
    /// Where it came from; none for the stage it was made in.
    pub from: Option<Uuid>,
    pub entered_at: Instant,
    pub entered_by: Option<Uuid>,
    pub left_at: Option<Instant>,
    pub left_by: Option<Uuid>,
    /// Seconds by the clock; of a stay that lasts, none.
    pub elapsed_seconds: Option<i64>,
    /// Seconds of working time; of a stay that lasts, none.
    pub working_seconds: Option<i64>,
    /// Why it came here, where it went back or was reopened.
    pub note: Option<String>,
}

/// Keeps the stays of a deal in step with it.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, before: Option<&Opportunity>, after: Option<&Opportunity>, context: &Context<'_>) -> Result<()> {
    let Some(deal) = after else { return Ok(()) };
    let (id, by, now) = (deal.base.id.uuid(), context.actor.user::<()>().map(|id| id.uuid()), context.now());
    let from = match before {
        Some(before) if before.stage_id == deal.stage_id => return Ok(()),
        Some(before) => {
            leave(conn, id, by, now)?;
            Some(before.stage_id.uuid())
        }
        // One that comes out of the trash is still where it was.
        None if open(conn, id)?.is_some() => return Ok(()),
        None => None,
    };
    let entered = deal.stage_entered_at.unwrap_or(now);
    conn.execute(&sql!(
        "INSERT INTO opportunity_stages (id, opportunity_id, pipeline_id, stage_id, from_stage_id, entered_at, entered_by, note) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        context.ids.next(),
        id,
        deal.pipeline_id.uuid(),
        deal.stage_id.uuid(),
        from,
        entered,
        by,
        deal.stage_note.clone()
    ))?;
    Ok(())
}

/// The stay that lasts, and since when.
fn open(conn: &mut Conn, deal: Uuid) -> Result<Option<(Uuid, Instant)>> {
    let sql = sql!(
        "SELECT id, entered_at FROM opportunity_stages WHERE opportunity_id = ? AND left_at IS NULL ORDER BY entered_at DESC, id DESC LIMIT 1",
        deal
    );
    conn.row(&sql, |row| Ok((needed(row.uuid(0)?)?, needed(row.instant(1)?)?)))
}

fn leave(conn: &mut Conn, deal: Uuid, by: Option<Uuid>, now: Instant) -> Result<()> {
    let Some((stay, since)) = open(conn, deal)? else { return Ok(()) };
    let hours = course::hours(conn)?;
    let (elapsed, working) = spent(&hours, since, now);
    conn.execute(&sql!(
        "UPDATE opportunity_stages SET left_at = ?, left_by = ?, elapsed_seconds = ?, working_seconds = ? WHERE id = ?",
        now,
        by,
        elapsed,
        working,
        stay
    ))?;
    Ok(())
}

/// How long something took: by the clock, and in working time.
pub fn spent(hours: &WorkingTime, since: Instant, until: Instant) -> (i64, i64) {
    let elapsed = (until.utc() - since.utc()).num_seconds().max(0);
    (elapsed, hours.between(since, until))
}

fn needed<T>(value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::Internal("a stay in a stage is not whole".to_owned()))
}

/// A number that may be null.
fn number(row: &dyn Cells, index: usize) -> Result<Option<i64>> {
    let mut value = None;
    row.at(index, &mut |cell| {
        value = Some(cell.integer()?);
        Ok(())
    })?;
    Ok(value)
}

/// The stays of a deal, the first one first, at most so many of the latest.
///
/// # Errors
/// Those of the database.
pub fn stays(conn: &mut Conn, deal: Uuid, most: i64) -> Result<Vec<Stay>> {
    let sql = sql!(
        "SELECT o.id, o.stage_id, s.name, o.from_stage_id, o.entered_at, o.entered_by, o.left_at, o.left_by, o.elapsed_seconds, \
         o.working_seconds, o.note FROM opportunity_stages o JOIN stages s ON s.id = o.stage_id WHERE o.opportunity_id = ? \
         ORDER BY o.entered_at DESC, o.id DESC LIMIT ?",
        deal,
        most
    );
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Stay {
            id: needed(row.uuid(0)?)?,
            stage: needed(row.uuid(1)?)?,
            stage_name: row.text(2)?.unwrap_or_default(),
            from: row.uuid(3)?,
            entered_at: needed(row.instant(4)?)?,
            entered_by: row.uuid(5)?,
            left_at: row.instant(6)?,
            left_by: row.uuid(7)?,
            elapsed_seconds: number(row, 8)?,
            working_seconds: number(row, 9)?,
            note: row.text(10)?,
        });
        Ok(())
    })?;
    found.reverse();
    Ok(found)
}

/// The open stage that a deal was last in before the one it is in now.
///
/// # Errors
/// Those of the database.
pub fn came_from(conn: &mut Conn, deal: Uuid) -> Result<Option<Uuid>> {
    let sql = sql!(
        "SELECT o.stage_id FROM opportunity_stages o JOIN stages s ON s.id = o.stage_id WHERE o.opportunity_id = ? AND o.left_at IS NOT NULL \
         AND s.kind = 'open' ORDER BY o.left_at DESC, o.id DESC LIMIT 1",
        deal
    );
    Ok(conn.row(&sql, |row| row.uuid(0))?.flatten())
}
