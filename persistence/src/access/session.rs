//! Sessions: each a sign-in and its family of refresh tokens, until it ends.
use crate::core::cell::Cells;
use crate::core::changes;
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use uuid::Uuid;

/// A session as it is kept.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The digest of the refresh token that is good now.
    pub refresh_hash: Vec<u8>,
    pub created_at: Instant,
    /// The sign-in or the last refresh.
    pub used_at: Instant,
    /// When it ends by itself if it is not used again.
    pub expires_at: Instant,
    pub ended_at: Option<Instant>,
    /// The address it was last used from.
    pub ip: String,
    pub user_agent: String,
}

const COLUMNS: &str = "SELECT id, user_id, refresh_hash, created_at, used_at, expires_at, ended_at, ip, user_agent FROM sessions WHERE ";

fn read(row: &dyn Cells) -> Result<Session> {
    let missing = || Error::Internal("a session without its times".to_owned());
    Ok(Session {
        id: row.uuid(0)?.unwrap_or_default(),
        user_id: row.uuid(1)?.unwrap_or_default(),
        refresh_hash: row.bytes(2)?.unwrap_or_default(),
        created_at: row.instant(3)?.ok_or_else(missing)?,
        used_at: row.instant(4)?.ok_or_else(missing)?,
        expires_at: row.instant(5)?.ok_or_else(missing)?,
        ended_at: row.instant(6)?,
        ip: row.text(7)?.unwrap_or_default(),
        user_agent: row.text(8)?.unwrap_or_default(),
    })
}

fn sessions(conn: &mut Conn, which: Sql) -> Result<Vec<Session>> {
    let mut found = Vec::new();
    conn.rows(&Sql::new(COLUMNS).and(which), |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Starts a session.
pub fn start(conn: &mut Conn, s: &Session) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO sessions (id, user_id, refresh_hash, created_at, used_at, expires_at, ip, user_agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        s.id,
        s.user_id,
        s.refresh_hash.clone(),
        s.created_at,
        s.used_at,
        s.expires_at,
        &s.ip,
        &s.user_agent
    ))?;
    Ok(())
}

/// The session whose family a refresh token belongs to, and whether the token was spent before. On PostgreSQL the row is locked, so that
/// of two requests with one token the second sees what the first did.
pub fn of_token(conn: &mut Conn, hash: &[u8; 32]) -> Result<Option<(Session, bool)>> {
    let lock = if conn.is_sqlite() { "" } else { " FOR UPDATE" };
    if let Some(session) = sessions(conn, sql!("refresh_hash = ?", hash.to_vec()).text(lock))?.pop() {
        return Ok(Some((session, false)));
    }
    let spent = sql!("id = (SELECT session_id FROM spent_refresh_tokens WHERE hash = ?)", hash.to_vec()).text(lock);
    Ok(sessions(conn, spent)?.pop().map(|session| (session, true)))
}

/// Spends the session's refresh token and keeps the next one.
pub fn rotate(conn: &mut Conn, old: &[u8], s: &Session) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO spent_refresh_tokens (hash, session_id) VALUES (?, ?)",
        old.to_vec(),
        s.id
    ))?;
    conn.execute(&sql!(
        "UPDATE sessions SET refresh_hash = ?, used_at = ?, expires_at = ?, ip = ?, user_agent = ? WHERE id = ?",
        s.refresh_hash.clone(),
        s.used_at,
        s.expires_at,
        &s.ip,
        &s.user_agent,
        s.id
    ))?;
    Ok(())
}

/// Whether a session is this user's and goes on.
pub fn lives(conn: &mut Conn, id: Uuid, user: Uuid, now: Instant) -> Result<bool> {
    let which = sql!(
        "SELECT 1 FROM sessions WHERE id = ? AND user_id = ? AND ended_at IS NULL AND expires_at > ?",
        id,
        user,
        now
    );
    Ok(conn.row(&which, |_| Ok(()))?.is_some())
}

/// The sessions of a user that go on, the one used last first.
pub fn living(conn: &mut Conn, user: Uuid, now: Instant) -> Result<Vec<Session>> {
    sessions(
        conn,
        sql!(
            "user_id = ? AND ended_at IS NULL AND expires_at > ? ORDER BY used_at DESC, id LIMIT 200",
            user,
            now
        ),
    )
}

/// Ends a session of a user; false where there is none that goes on.
pub fn end(conn: &mut Conn, id: Uuid, user: Uuid, why: &str, now: Instant) -> Result<bool> {
    let end = sql!(
        "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND user_id = ? AND ended_at IS NULL",
        now,
        why,
        id,
        user
    );
    changes::access_changed();
    Ok(conn.execute(&end)? > 0)
}

/// Ends all sessions of a user but one; how many that were.
pub fn end_others(conn: &mut Conn, user: Uuid, but: Uuid, why: &str, now: Instant) -> Result<usize> {
    changes::access_changed();
    conn.execute(&sql!(
        "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND id <> ? AND ended_at IS NULL",
        now,
        why,
        user,
        but
    ))
}
