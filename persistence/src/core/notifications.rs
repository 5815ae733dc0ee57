//! What users are told of as it happens: a row for each of them, written in the transaction of what happened, and kept for some days so
//! that who was away hears of it. A row names a record and no more: what is shown of it is read when it is told, with the rights of
//! that moment.
use super::conn::Conn;
use super::place::{self, NOTIFICATIONS, Place};
use super::sql::Sql;
use crate::sql;
use domain::core::actor::Via;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::notification::Kind;
use domain::core::pipeline::{Context, Entry, Op};
use uuid::Uuid;

/// What a user is told.
#[derive(Debug, Clone)]
pub struct Notification {
    pub id: Uuid,
    pub kind: Kind,
    pub object: String,
    pub record: Uuid,
    /// What a reminder is of.
    pub moment: Option<Instant>,
    pub at: Instant,
}

/// Tells a user of a record. A reminder, which has a `moment`, is told once of each; whether it was now.
pub fn tell(conn: &mut Conn, context: &Context<'_>, user: Uuid, kind: Kind, record: (&str, Uuid), moment: Option<Instant>) -> Result<bool> {
    let told = conn.execute(&sql!(
        "INSERT INTO notifications (id, user_id, kind, object, record_id, moment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
        context.ids.next(),
        user,
        kind.word(),
        record.0,
        record.1,
        moment,
        context.now()
    ))?;
    Ok(told > 0)
}

/// Tells the new owner of a record, where somebody else gave it to them. What a job does on a user's behalf, such as an import, tells
/// nobody: it would be thousands at once. Neither does what the server makes by itself in the course of a user's own write.
pub fn assigned(conn: &mut Conn, entry: &Entry<'_>) -> Result<()> {
    let owner = |whose: Option<(Option<Uuid>, Option<Uuid>)>| whose.and_then(|(owner, _)| owner);
    let context = entry.context;
    let Some(new) = owner(entry.after).filter(|new| Some(*new) != owner(entry.before) && *new != context.actor.user_id) else {
        return Ok(());
    };
    let by_job = matches!(context.actor.via, Via::Job(_));
    if by_job != context.actor.user_id.is_nil() || !matches!(entry.op, Op::Created | Op::Updated) {
        return Ok(());
    }
    tell(conn, context, new, Kind::Assignment, (entry.object, entry.record), None)?;
    Ok(())
}

/// A part of what a user was told.
#[derive(Debug)]
pub struct Page {
    /// Each with the place behind it.
    pub entries: Vec<(Place, Notification)>,
    /// Where to go on.
    pub next: Place,
    /// Whether that is, for now, the end.
    pub end: bool,
}

/// What a user was told behind a place, in order, at most so many.
pub fn page(conn: &mut Conn, user: Uuid, after: Place, limit: usize) -> Result<Page> {
    let sql =
        Sql::new("SELECT c.tx, c.seq, c.id, c.kind, c.object, c.record_id, c.moment, c.created_at FROM notifications c WHERE c.user_id = ")
            .bind(user)
            .text(" AND (c.tx, c.seq) > ")
            .and(after.row())
            .text(" AND ")
            .text(place::settled(conn))
            .text(" ORDER BY c.tx, c.seq LIMIT ")
            .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let missing = || Error::Internal("a notification is not whole".to_owned());
        let word = row.text(3)?.unwrap_or_default();
        let place = Place {
            tx: row.integer(0)?,
            seq: row.integer(1)?,
        };
        let told = Notification {
            id: row.uuid(2)?.ok_or_else(missing)?,
            kind: Kind::of(&word).ok_or_else(missing)?,
            object: row.text(4)?.unwrap_or_default(),
            record: row.uuid(5)?.ok_or_else(missing)?,
            moment: row.instant(6)?,
            at: row.instant(7)?.ok_or_else(missing)?,
        };
        found.push((place, told));
        Ok(())
    })?;
    let full = found.len() >= limit;
    let last = found.last().map_or(after, |(place, _)| *place);
    // Where there is no more, the end of the whole log: a place that nobody writes to for a week must not fall behind its floor.
    let next = if full {
        last
    } else {
        last.max(place::end_of(conn, &NOTIFICATIONS)?)
    };
    Ok(Page {
        entries: found,
        next,
        end: !full,
    })
}

/// Forgets what was told before a moment, at most so many; how many. A place before the last of them can't be resumed any more.
pub fn prune(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    let old = sql!(
        "SELECT c.tx, c.seq FROM notifications c WHERE c.created_at < ? ORDER BY c.created_at, c.seq LIMIT ?",
        before,
        most
    );
    let (mut last, mut all) = (None, Vec::new());
    conn.rows(&old, |row| {
        let place = Place {
            tx: row.integer(0)?,
            seq: row.integer(1)?,
        };
        last = last.max(Some(place));
        all.push(place.seq.into());
        Ok(())
    })?;
    let Some(last) = last else { return Ok(0) };
    let gone = conn.execute(&Sql::new("DELETE FROM notifications WHERE seq IN ").list(all))?;
    place::raise_floor_of(conn, &NOTIFICATIONS, last)?;
    Ok(gone)
}
