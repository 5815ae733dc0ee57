//! Forgetting what signing in left behind.
use crate::core::conn::Conn;
use crate::sql;
use domain::core::error::Result;
use domain::core::instant::Instant;

/// Removes sessions that ended or ran out before a moment, at most `most`; how many.
///
/// # Errors
/// Those of the database.
pub fn sessions(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM spent_refresh_tokens WHERE session_id IN \
         (SELECT id FROM sessions WHERE expires_at < ? OR ended_at < ? ORDER BY id LIMIT ?)",
        before,
        before,
        most
    ))?;
    conn.execute(&sql!(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < ? OR ended_at < ? ORDER BY id LIMIT ?)",
        before,
        before,
        most
    ))
}

/// Removes mailed links that ran out before a moment, at most `most`; how many.
///
/// # Errors
/// Those of the database.
pub fn links(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM mailed_links WHERE id IN (SELECT id FROM mailed_links WHERE expires_at < ? LIMIT ?)",
        before,
        most
    ))
}

/// Removes counts of failed sign-ins that were last raised before a moment, at most `most`; how many.
///
/// # Errors
/// Those of the database.
pub fn failures(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM sign_in_failures WHERE key IN (SELECT key FROM sign_in_failures WHERE last_at < ? LIMIT ?)",
        before,
        most
    ))
}
