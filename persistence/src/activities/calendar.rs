//! Calendar feeds, and what they show. What a feed's address is compared by stands in a table of its own, which no record shows and
//! which goes with the feed.
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::{live, pick};
use crate::core::sql::{Bind, Sql};
use crate::{row, sql, store};
use domain::activities::calendar::Calendar;
use domain::activities::interaction::Interaction;
use domain::activities::task::Task;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::instant::Instant;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Calendar in calendars {
    name: Plain,
    user_id: Maybe,
    time_zone: Plain,
    alarms: Plain,
    alarm_minutes: Plain,
    renewed_at: Maybe,
    last_used_at: Maybe,
} }
store! { Calendar, derive |conn, before, after, _context| end(conn, before, after) }

fn end(conn: &mut Conn, before: Option<&Calendar>, after: Option<&Calendar>) -> Result<()> {
    if let (Some(calendar), None) = (before, after) {
        conn.execute(&sql!("DELETE FROM calendar_secrets WHERE calendar_id = ?", calendar.base.id.uuid()))?;
    }
    Ok(())
}

/// Keeps what a feed's address is compared by, in the place of what it was.
pub fn keep_secret(conn: &mut Conn, calendar: Uuid, hash: &[u8; 32]) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO calendar_secrets (calendar_id, hash) VALUES (?, ?) ON CONFLICT (calendar_id) DO UPDATE SET hash = excluded.hash",
        calendar,
        hash.to_vec()
    ))?;
    Ok(())
}

/// The feed of an id, with what its address is compared by; none where it was deleted or never was.
pub fn with_secret(conn: &mut Conn, id: Uuid) -> Result<Option<(Calendar, Vec<u8>)>> {
    let Some(calendar) = live::<Calendar>(conn, id)? else {
        return Ok(None);
    };
    let secret = sql!("SELECT hash FROM calendar_secrets WHERE calendar_id = ?", id);
    Ok(conn.row(&secret, |row| row.bytes(0))?.flatten().map(|hash| (calendar, hash)))
}

/// Notes that a feed was read, unless that was noted after `since`. It is no change of the feed: neither its version nor the change log
/// move.
pub fn used(conn: &mut Conn, id: Uuid, now: Instant, since: Instant) -> Result<()> {
    conn.execute(&sql!(
        "UPDATE calendars SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
        now,
        id,
        since
    ))?;
    Ok(())
}

/// The open tasks with a date that are the actor's, or wait in a queue of the actor's teams for somebody to take them; the last due first.
pub fn tasks(conn: &mut Conn, actor: &Actor, most: i64) -> Result<Vec<Task>> {
    let Some(sight) = actor.sight("tasks", "read") else {
        return Ok(Vec::new());
    };
    let ids = |set: &BTreeSet<Uuid>| set.iter().map(|id| Bind::from(*id)).collect::<Vec<_>>();
    // One of a queue that a teammate has is taken.
    let mine = Sql::new("t0.owner_id = ")
        .bind(actor.user_id)
        .text(" OR (t0.team_id IN ")
        .list(ids(&actor.grantees))
        .text(" AND (t0.owner_id IS NULL OR t0.owner_id NOT IN ")
        .list(ids(&actor.teammates))
        .text("))");
    let mut all = vec![
        Sql::new("t0.deleted_at IS NULL AND t0.due_at IS NOT NULL AND t0.status IN ('open', 'in_progress')"),
        mine,
    ];
    all.extend(read::sight(&sight));
    let which = Sql::join(all, " AND ", "TRUE")
        .text(" ORDER BY t0.due_at DESC, t0.id LIMIT ")
        .bind(most);
    pick(conn, which)
}

/// The meetings and visits since a moment that are the actor's or that the actor takes part in, the last first.
pub fn appointments(conn: &mut Conn, actor: &Actor, since: Instant, most: i64) -> Result<Vec<Interaction>> {
    let Some(sight) = actor.sight("interactions", "read") else {
        return Ok(Vec::new());
    };
    let among = match conn.is_sqlite() {
        true => "EXISTS (SELECT 1 FROM json_each(t0.user_ids) WHERE value = ",
        false => "t0.user_ids @> jsonb_build_array(CAST(",
    };
    let end = if conn.is_sqlite() { ")" } else { " AS text))" };
    let mine = Sql::new("t0.owner_id = ")
        .bind(actor.user_id)
        .text(format!(" OR {among}"))
        .bind(actor.user_id.to_string())
        .text(end);
    let mut all = vec![
        Sql::new("t0.deleted_at IS NULL AND t0.channel IN ('meeting', 'visit') AND t0.started_at >= ").bind(since),
        mine,
    ];
    all.extend(read::sight(&sight));
    let which = Sql::join(all, " AND ", "TRUE")
        .text(" ORDER BY t0.started_at DESC, t0.id LIMIT ")
        .bind(most);
    pick(conn, which)
}
