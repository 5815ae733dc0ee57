//! The operator's side of the table: look, try again, cancel, prune.
use super::{json, maybe};
use crate::core::cell::Cells;
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::job::State;
use serde_json::Value;
use uuid::Uuid;

/// A job as it is shown. Its payload stays inside: it can hold what the asker may not see.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: Uuid,
    pub kind: String,
    pub key: String,
    pub state: State,
    pub attempts: i64,
    pub max_attempts: i64,
    /// When it is due; for a running job, when its worker's lease ends.
    pub run_at: Instant,
    pub done: i64,
    pub total: Option<i64>,
    pub result: Value,
    /// The code of the last failure.
    pub error: Option<String>,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub finished_at: Option<Instant>,
    pub created_by: Option<Uuid>,
}

const COLUMNS: &str = "id, kind, key, state, attempts, max_attempts, run_at, progress_done, progress_total, result, error, created_at, \
                       updated_at, finished_at, created_by";

fn read(row: &dyn Cells) -> Result<Shown> {
    let broken = || Error::Internal("a job lacks a column".to_owned());
    let state = row.text(3)?.unwrap_or_default();
    Ok(Shown {
        id: row.uuid(0)?.ok_or_else(broken)?,
        kind: row.text(1)?.unwrap_or_default(),
        key: row.text(2)?.unwrap_or_default(),
        state: State::of(&state).ok_or_else(broken)?,
        attempts: row.integer(4)?,
        max_attempts: row.integer(5)?,
        run_at: row.instant(6)?.ok_or_else(broken)?,
        done: row.integer(7)?,
        total: maybe(row, 8)?,
        result: json(row, 9)?,
        error: row.text(10)?,
        created_at: row.instant(11)?.ok_or_else(broken)?,
        updated_at: row.instant(12)?.ok_or_else(broken)?,
        finished_at: row.instant(13)?,
        created_by: row.uuid(14)?,
    })
}

/// Whose jobs are meant: everybody's, or one user's.
fn whose(sql: Sql, only: Option<Uuid>) -> Sql {
    match only {
        Some(user) => sql.text(" AND created_by = ").bind(user),
        None => sql,
    }
}

/// One job; none where there is none, or it is not `only`'s.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, id: Uuid, only: Option<Uuid>) -> Result<Option<Shown>> {
    let sql = Sql::new(format!("SELECT {COLUMNS} FROM jobs WHERE id = ")).bind(id);
    conn.row(&whose(sql, only), read)
}

/// Jobs, newest first, behind `after` (creation and id of the last one seen), at most `limit`.
///
/// # Errors
/// Those of the database.
pub fn list(
    conn: &mut Conn,
    state: Option<State>,
    kind: Option<&str>,
    only: Option<Uuid>,
    after: Option<(Instant, Uuid)>,
    limit: usize,
) -> Result<Vec<Shown>> {
    let mut sql = whose(Sql::new(format!("SELECT {COLUMNS} FROM jobs WHERE TRUE")), only);
    if let Some(state) = state {
        sql = sql.text(" AND state = ").bind(state.word());
    }
    if let Some(kind) = kind {
        sql = sql.text(" AND kind = ").bind(kind);
    }
    if let Some((at, id)) = after {
        sql = sql
            .text(" AND (created_at, id) < (")
            .bind(at)
            .text(", ")
            .bind(Bind::from(id))
            .text(")");
    }
    let mut found = Vec::new();
    let sql = sql.text(" ORDER BY created_at DESC, id DESC LIMIT ").bind(limit as i64);
    conn.rows(&sql, |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Queues a parked or cancelled job again, at once and with all its attempts; it goes on from its checkpoint.
///
/// # Errors
/// `Error::Conflict("job_not_stopped")` when it is neither; `Error::Conflict("job_key_open")` when another open job does the same work.
pub fn retry(conn: &mut Conn, id: Uuid, now: Instant) -> Result<()> {
    let again = sql!(
        "UPDATE jobs SET state = 'queued', attempts = 0, error = NULL, finished_at = NULL, run_at = ?, updated_at = ? \
         WHERE id = ? AND state IN ('parked', 'cancelled')",
        now,
        now,
        id
    );
    match conn.savepoint(|conn| conn.execute(&again)) {
        Ok(1) => Ok(()),
        Ok(_) => Err(Error::Conflict("job_not_stopped")),
        Err(Error::Taken(_)) => Err(Error::Conflict("job_key_open")),
        Err(error) => Err(error),
    }
}

/// Stops a job. A running one loses its claim: its worker's next write is refused, and what it has kept so far stays.
///
/// # Errors
/// `Error::Conflict("job_over")` when it is done, parked or cancelled already.
pub fn cancel(conn: &mut Conn, id: Uuid, now: Instant) -> Result<()> {
    let stop = sql!(
        "UPDATE jobs SET state = 'cancelled', fence = fence + 1, updated_at = ?, finished_at = ? \
         WHERE id = ? AND state IN ('queued', 'running')",
        now,
        now,
        id
    );
    match conn.execute(&stop)? {
        0 => Err(Error::Conflict("job_over")),
        _ => Ok(()),
    }
}

/// Forgets the parked jobs of a kind whose keys begin alike, but one: where strangers can cause jobs that all say the same, the last is enough.
///
/// # Errors
/// Those of the database.
pub fn supersede(conn: &mut Conn, kind: &str, prefix: &str, last: Uuid) -> Result<()> {
    // Two that are parked at once would not see each other.
    conn.alone(prefix)?;
    conn.execute(&sql!(
        "DELETE FROM jobs WHERE kind = ? AND substr(key, 1, CAST(? AS integer)) = ? AND state = 'parked' AND id <> ?",
        kind,
        prefix.len() as i64,
        prefix,
        last
    ))?;
    Ok(())
}

/// Forgets jobs that were done or cancelled before a moment, at most `most`; how many that were. Parked ones stay for a person to see.
///
/// # Errors
/// Those of the database.
pub fn prune(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < ? AND state IN ('done', 'cancelled') LIMIT ?)",
        before,
        most
    ))
}
