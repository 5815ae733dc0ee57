//! The worker's side of the table: claim, go on, finish, fail.
use super::{Claim, Job, back_off, json, maybe};
use crate::core::columns::JsonText;
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::sql;
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use serde_json::Value;

const COLUMNS: &str =
    "id, fence, kind, key, payload, checkpoint, attempts, max_attempts, progress_done, progress_total, created_by, origin";

fn kinds(sql: Sql, kinds: &[&'static str]) -> Sql {
    sql.text(" AND kind IN ").list(kinds.iter().map(|k| Bind::from(*k)))
}

/// Due jobs of these kinds, first the one that has waited longest, none that another worker is looking at.
fn due(conn: &mut Conn, names: &[&'static str], now: Instant, which: &'static str) -> Result<Option<Job>> {
    let sql = Sql::new(format!(
        "SELECT {COLUMNS} FROM jobs WHERE state IN ('queued', 'running') AND run_at <= "
    ))
    .bind(now);
    let mut sql = kinds(sql, names).text(which).text(" ORDER BY run_at, id LIMIT 1");
    if !conn.is_sqlite() {
        sql = sql.text(" FOR UPDATE SKIP LOCKED");
    }
    conn.row(&sql, |row| {
        Ok(Job {
            claim: Claim {
                id: row.uuid(0)?.unwrap_or_default(),
                fence: row.integer(1)?,
            },
            kind: row.text(2)?.unwrap_or_default(),
            key: row.text(3)?.unwrap_or_default(),
            payload: json(row, 4)?,
            checkpoint: json(row, 5)?,
            attempts: row.integer(6)?,
            max_attempts: row.integer(7)?,
            done: row.integer(8)?,
            total: maybe(row, 9)?,
            created_by: row.uuid(10)?,
            origin: row.uuid(11)?.unwrap_or_default(),
        })
    })
}

/// Takes the job that has been due longest, whether it is new or its worker's lease has ended; none where nothing is due. The worker
/// holds it until `lease` has passed, or for as long as it extends it.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &mut Conn, names: &[&'static str], now: Instant, lease: TimeDelta) -> Result<Option<Job>> {
    let Some(mut job) = due(conn, names, now, " AND attempts < max_attempts")? else {
        return Ok(None);
    };
    job.attempts += 1;
    job.claim.fence += 1;
    conn.execute(&sql!(
        "UPDATE jobs SET state = 'running', attempts = ?, fence = ?, run_at = ?, updated_at = ? WHERE id = ?",
        job.attempts,
        job.claim.fence,
        now.after(lease),
        now,
        job.claim.id
    ))?;
    Ok(Some(job))
}

/// Parks one job whose workers have died on it as often as it may be tried; none where there is no such job. Without this, a job that
/// takes its whole process with it would be tried for ever.
///
/// # Errors
/// Those of the database.
pub fn give_up(conn: &mut Conn, names: &[&'static str], now: Instant) -> Result<Option<Job>> {
    let Some(job) = due(conn, names, now, " AND attempts >= max_attempts")? else {
        return Ok(None);
    };
    conn.execute(&sql!(
        "UPDATE jobs SET state = 'parked', error = 'worker_lost', fence = fence + 1, updated_at = ?, finished_at = ? WHERE id = ?",
        now,
        now,
        job.claim.id
    ))?;
    Ok(Some(job))
}

/// When the next job of these kinds is due, a lease's end included; none where nothing waits.
///
/// # Errors
/// Those of the database.
pub fn next_due(conn: &mut Conn, names: &[&'static str]) -> Result<Option<Instant>> {
    let sql = Sql::new("SELECT run_at FROM jobs WHERE state IN ('queued', 'running')");
    let sql = kinds(sql, names).text(" ORDER BY run_at, id LIMIT 1");
    Ok(conn.row(&sql, |row| row.instant(0))?.flatten())
}

/// Proves that the claim still holds, and keeps it so until this transaction ends: the first statement of every write of a running job.
///
/// # Errors
/// `Error::Conflict("job_lost")` when another worker has the job, or it was cancelled: then nothing of this transaction may stay.
pub fn hold(conn: &mut Conn, claim: Claim) -> Result<()> {
    let mut sql = sql!(
        "SELECT 1 FROM jobs WHERE id = ? AND fence = ? AND state = 'running'",
        claim.id,
        claim.fence
    );
    if !conn.is_sqlite() {
        sql = sql.text(" FOR UPDATE");
    }
    conn.row(&sql, |_| Ok(()))?.ok_or(Error::Conflict("job_lost"))
}

/// One statement that only the holder of the claim may run.
fn held(conn: &mut Conn, claim: Claim, set: Sql) -> Result<()> {
    let sql = Sql::new("UPDATE jobs SET ")
        .and(set)
        .text(" WHERE state = 'running' AND id = ")
        .bind(claim.id)
        .text(" AND fence = ")
        .bind(claim.fence);
    match conn.execute(&sql)? {
        1 => Ok(()),
        _ => Err(Error::Conflict("job_lost")),
    }
}

/// Holds the job for another `lease` from now.
///
/// # Errors
/// `Error::Conflict("job_lost")`, as [`hold`].
pub fn extend(conn: &mut Conn, claim: Claim, now: Instant, lease: TimeDelta) -> Result<()> {
    held(conn, claim, sql!("run_at = ?, updated_at = ?", now.after(lease), now))
}

/// Notes how far the job has got and what the next run needs to go on from there. A job that gets further has its attempts back: only
/// failing at the same place again and again parks it.
///
/// # Errors
/// `Error::Conflict("job_lost")`, as [`hold`].
pub fn checkpoint(conn: &mut Conn, claim: Claim, done: i64, total: Option<i64>, checkpoint: &Value, now: Instant) -> Result<()> {
    let set = sql!(
        "attempts = CASE WHEN progress_done < ? THEN 1 ELSE attempts END, progress_done = ?, progress_total = ?, checkpoint = ?, updated_at = ?",
        done,
        done,
        total,
        JsonText(checkpoint.to_string()),
        now
    );
    held(conn, claim, set)
}

/// The job is done; `result` is shown to those who may read jobs.
///
/// # Errors
/// `Error::Conflict("job_lost")`, as [`hold`].
pub fn finish(conn: &mut Conn, claim: Claim, result: &Value, now: Instant) -> Result<()> {
    let set = sql!(
        "state = 'done', error = NULL, result = ?, updated_at = ?, finished_at = ?",
        JsonText(result.to_string()),
        now,
        now
    );
    held(conn, claim, set)
}

/// Gives the job up: another attempt would fail in the same way. `error` is a code that may be shown.
///
/// # Errors
/// `Error::Conflict("job_lost")`, as [`hold`].
pub fn park(conn: &mut Conn, claim: Claim, error: &str, now: Instant) -> Result<()> {
    let set = sql!(
        "state = 'parked', error = ?, fence = fence + 1, updated_at = ?, finished_at = ?",
        error,
        now,
        now
    );
    held(conn, claim, set)
}

/// Gives the job back unfinished, to go on from its checkpoint at once, here or on another node. It counts as no attempt.
///
/// # Errors
/// `Error::Conflict("job_lost")`, as [`hold`].
pub fn release(conn: &mut Conn, claim: Claim, now: Instant) -> Result<()> {
    let set = sql!(
        "state = 'queued', attempts = attempts - 1, fence = fence + 1, run_at = ?, updated_at = ?",
        now,
        now
    );
    held(conn, claim, set)
}

/// An attempt has failed: the job waits for the next one, or is parked when it has had them all; true when parked. `error` is a code
/// that may be shown. `chance` is a random number from 0 to 1.
///
/// # Errors
/// `Error::Conflict("job_lost")`, as [`hold`].
pub fn fail(conn: &mut Conn, job: &Job, error: &str, now: Instant, chance: f64) -> Result<bool> {
    hold(conn, job.claim)?;
    let count = sql!("SELECT attempts FROM jobs WHERE id = ?", job.claim.id);
    let attempts = conn.row(&count, |row| row.integer(0))?.unwrap_or(job.attempts);
    let parked = attempts >= job.max_attempts;
    if parked {
        park(conn, job.claim, error, now)?;
    } else {
        let set = sql!(
            "state = 'queued', error = ?, fence = fence + 1, run_at = ?, updated_at = ?",
            error,
            now.after(back_off(attempts, chance)),
            now
        );
        held(conn, job.claim, set)?;
    }
    Ok(parked)
}
