//! Work that waits: a table of jobs that is safe on several nodes. A job is put there in the transaction of what causes it, claimed
//! with a lease and a fencing token, and retried until it is done or parked. Every write of a running job proves its token in the same
//! transaction, so that a worker which slept through its lease can't write over the one that took its place.
mod view;
mod work;

pub use view::{Shown, cancel, find, list, prune, retry, supersede};
pub use work::{checkpoint, claim, extend, fail, finish, give_up, hold, next_due, park, release};

use super::cell::Cells;
use super::columns::JsonText;
use super::conn::Conn;
use crate::sql;
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use serde_json::Value;
use uuid::Uuid;

/// How often a job is tried unless it says otherwise.
pub const ATTEMPTS: i64 = 8;
/// How long after its first failure a job is tried again; each further failure doubles it.
const BACK_OFF: TimeDelta = TimeDelta::seconds(5);
/// How long it waits between two attempts at most.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// Work to be put into the table.
#[derive(Debug, Clone)]
pub struct New {
    /// What does it; a name of the registry of kinds.
    pub kind: &'static str,
    /// Only one open job of a kind has a key: enqueueing it again finds the one that is there.
    pub key: String,
    /// What it needs to know; read by its kind alone and never shown.
    pub payload: Value,
    /// Not before this moment.
    pub run_at: Instant,
    /// How often it is tried before it is parked; at least 1.
    pub max_attempts: i64,
    /// On whose behalf; none for the server itself.
    pub created_by: Option<Uuid>,
    /// The request or job that causes it.
    pub origin: Uuid,
}

/// What became of an enqueue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    pub id: Uuid,
    /// False where an open job of the same kind and key was there already.
    pub fresh: bool,
}

/// The right to work on a job: void once the job's fence has moved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub id: Uuid,
    pub fence: i64,
}

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Job {
    pub claim: Claim,
    pub kind: String,
    pub key: String,
    pub payload: Value,
    /// Where an earlier run had got to; null on the first.
    pub checkpoint: Value,
    /// Which attempt this is, from 1, since it last got further.
    pub attempts: i64,
    pub max_attempts: i64,
    pub done: i64,
    pub total: Option<i64>,
    pub created_by: Option<Uuid>,
    pub origin: Uuid,
}

/// How long to wait before the next attempt after so many: 5 s, 10 s, 20 s … at most an hour, times 0.8 to 1.2. `chance` is a random
/// number from 0 to 1, so that jobs which failed together don't come back together.
pub fn back_off(attempts: i64, chance: f64) -> TimeDelta {
    let doubled = BACK_OFF * (1 << attempts.saturating_sub(1).clamp(0, 20) as i32);
    let millis = doubled.min(LONGEST).num_milliseconds() as f64 * (0.8 + 0.4 * chance.clamp(0.0, 1.0));
    TimeDelta::milliseconds(millis as i64)
}

/// Puts a job into the table, in the caller's transaction. `id` is the new job's; where one with the same key is open, that one's id
/// comes back and nothing is written.
///
/// # Errors
/// Those of the database.
pub fn enqueue(conn: &mut Conn, id: Uuid, job: &New, now: Instant) -> Result<Enqueued> {
    let insert = sql!(
        "INSERT INTO jobs (id, kind, key, payload, state, attempts, max_attempts, run_at, fence, progress_done, checkpoint, result, \
         created_at, updated_at, created_by, origin) VALUES (?, ?, ?, ?, 'queued', 0, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (kind, key) WHERE state IN ('queued', 'running') DO NOTHING",
        id,
        job.kind,
        &job.key,
        JsonText(job.payload.to_string()),
        job.max_attempts.max(1),
        job.run_at,
        JsonText("null".to_owned()),
        JsonText("null".to_owned()),
        now,
        now,
        job.created_by,
        job.origin
    );
    // The open one can end between the two statements; then the key is free and the second try takes it.
    for _ in 0..3 {
        if conn.execute(&insert)? == 1 {
            return Ok(Enqueued { id, fresh: true });
        }
        let open = sql!(
            "SELECT id FROM jobs WHERE kind = ? AND key = ? AND state IN ('queued', 'running')",
            job.kind,
            &job.key
        );
        if let Some(id) = conn.row(&open, |row| row.uuid(0))?.flatten() {
            return Ok(Enqueued { id, fresh: false });
        }
    }
    Err(Error::Unavailable("overloaded"))
}

/// A JSON column.
fn json(row: &dyn Cells, index: usize) -> Result<Value> {
    let mut value = Value::Null;
    row.at(index, &mut |cell| {
        value = serde_json::from_str(cell.json()?).map_err(|e| Error::Internal(format!("a job holds no JSON: {e}")))?;
        Ok(())
    })?;
    Ok(value)
}

/// An integer column that may be null.
fn maybe(row: &dyn Cells, index: usize) -> Result<Option<i64>> {
    let mut value = None;
    row.at(index, &mut |cell| {
        value = Some(cell.integer()?);
        Ok(())
    })?;
    Ok(value)
}

#[cfg(test)]
mod tests;
