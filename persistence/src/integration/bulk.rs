//! Bulk actions, and the records that they are about.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::core::{condition, read};
use crate::{row, sql, store};
use domain::core::actor::Sight;
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::resource::Spec;
use domain::integration::bulk::{BulkAction, BulkCounts, BulkOutcome, BulkState};
use domain::integration::import::Outcome;
use uuid::Uuid;

row! { BulkAction in bulk_actions {
    object: Plain,
    action: Json,
    condition: Maybe,
    ids: Json,
    state: Word,
    matched: Plain,
    counts: Json,
    failure: Maybe,
    undo: Json,
    started_at: Maybe,
    finished_at: Maybe,
} }
store! { BulkAction }

/// Records that a condition finds, of those that were there at a moment: what is made while the action runs is not its own.
#[derive(Debug, Clone)]
pub struct Which {
    /// Checked against the object's fields.
    pub condition: Condition,
    pub until: Instant,
}

impl Which {
    fn sql(&self, conn: &Conn, spec: &Spec) -> Result<Sql> {
        let fits = condition::sql(&self.condition, spec, conn.is_sqlite())?;
        let sql = Sql::new("t0.deleted_at IS NULL AND t0.created_at <= ").bind(self.until);
        Ok(sql.text(" AND (").and(fits).text(")"))
    }
}

/// The next records behind an id, in the order of ids.
///
/// # Errors
/// Those of the database.
pub fn next(conn: &mut Conn, spec: &Spec, sight: &Sight<'_>, which: &Which, after: Uuid, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new(format!("SELECT t0.id FROM {} t0 WHERE t0.id > ", spec.object))
        .bind(after)
        .text(" AND ")
        .and(which.sql(conn, spec)?)
        .also(read::sight(sight))
        .text(" ORDER BY t0.id LIMIT ")
        .bind(most);
    conn.ids(&sql)
}

/// Those of some records that the condition still finds.
///
/// # Errors
/// Those of the database.
pub fn still(conn: &mut Conn, spec: &Spec, which: &Which, some: &[Uuid]) -> Result<Vec<Uuid>> {
    let sql = Sql::new(format!("SELECT t0.id FROM {} t0 WHERE t0.id IN ", spec.object)).list(some.iter().map(|id| Bind::from(*id)));
    let sql = sql.text(" AND ").and(which.sql(conn, spec)?);
    conn.ids(&sql.text(" ORDER BY t0.id"))
}

/// How many records a condition finds, or how many of some there are, within all of these sights.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, spec: &Spec, sights: &[Sight<'_>], which: Option<&Which>, ids: &[Uuid]) -> Result<i64> {
    let sql = Sql::new(format!("SELECT COUNT(*) FROM {} t0 WHERE ", spec.object));
    let mut sql = match which {
        Some(which) => sql.and(which.sql(conn, spec)?),
        None => sql
            .text("t0.deleted_at IS NULL AND t0.id IN ")
            .list(ids.iter().map(|id| Bind::from(*id))),
    };
    for sight in sights {
        sql = sql.also(read::sight(sight));
    }
    Ok(conn.row(&sql, |row| row.integer(0))?.unwrap_or_default())
}

/// What became of the records so far.
///
/// # Errors
/// Those of the database.
pub fn counts(conn: &mut Conn, work: Uuid) -> Result<BulkCounts> {
    let mut counts = BulkCounts::default();
    let sql = sql!("SELECT outcome, COUNT(*) FROM work_rows WHERE work_id = ? GROUP BY outcome", work);
    conn.rows(&sql, |row| {
        let word = row.text(0)?.unwrap_or_default();
        let outcome = Outcome::of(&word).ok_or_else(|| Error::Internal(format!("no outcome: {word}")))?;
        counts.count(BulkOutcome::from(outcome), row.integer(1)?);
        Ok(())
    })?;
    Ok(counts)
}

/// How many bulk actions of a user are running.
///
/// # Errors
/// Those of the database.
pub fn running(conn: &mut Conn, user: Uuid) -> Result<i64> {
    let sql = Sql::new("SELECT COUNT(*) FROM bulk_actions WHERE deleted_at IS NULL AND created_by = ").bind(user);
    let sql = sql.text(" AND state = ").bind(BulkState::Running.word());
    Ok(conn.row(&sql, |row| row.integer(0))?.unwrap_or_default())
}
