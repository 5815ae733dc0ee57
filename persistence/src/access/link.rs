//! Addresses mailed to users, by which they choose a password. Kept is the digest of each one's secret, never the secret.
use crate::core::conn::Conn;
use crate::sql;
use domain::core::error::Result;
use domain::core::instant::Instant;
use uuid::Uuid;

/// A mailed address as it is kept.
#[derive(Debug, Clone)]
pub struct Link {
    /// The job that mails it.
    pub id: Uuid,
    pub user_id: Uuid,
    /// Why it was mailed: a word of the caller's.
    pub purpose: &'static str,
    /// The digest of its secret.
    pub hash: [u8; 32],
    pub issued_at: Instant,
    pub expires_at: Instant,
}

/// Keeps a link. A job that tries again replaces what it kept before, for that may never have arrived.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, link: &Link) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO mailed_links (id, user_id, purpose, hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at",
        link.id,
        link.user_id,
        link.purpose,
        link.hash.to_vec(),
        link.issued_at,
        link.expires_at
    ))?;
    Ok(())
}

/// How many links of a purpose are open for a user, those of `job` left out.
///
/// # Errors
/// Those of the database.
pub fn open(conn: &mut Conn, user: Uuid, purpose: &'static str, job: Uuid, now: Instant) -> Result<i64> {
    let count = sql!(
        "SELECT COUNT(*) FROM mailed_links WHERE user_id = ? AND purpose = ? AND id <> ? AND expires_at > ?",
        user,
        purpose,
        job,
        now
    );
    Ok(conn.row(&count, |row| row.integer(0))?.unwrap_or_default())
}

/// The open link of a secret's digest: its id and its user.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, hash: &[u8; 32], now: Instant) -> Result<Option<(Uuid, Uuid)>> {
    let found = sql!(
        "SELECT id, user_id FROM mailed_links WHERE hash = ? AND expires_at > ?",
        hash.to_vec(),
        now
    );
    let ids = conn.row(&found, |row| Ok((row.uuid(0)?, row.uuid(1)?)))?;
    Ok(ids.and_then(|(id, user)| Some((id?, user?))))
}

/// Uses a link up; false where it is not open any more. Of two at once the second waits for the first, and hears false.
///
/// # Errors
/// Those of the database.
pub fn spend(conn: &mut Conn, id: Uuid, hash: &[u8; 32], now: Instant) -> Result<bool> {
    let gone = sql!(
        "DELETE FROM mailed_links WHERE id = ? AND hash = ? AND expires_at > ?",
        id,
        hash.to_vec(),
        now
    );
    Ok(conn.execute(&gone)? == 1)
}

/// Makes all links of a user worthless.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, user: Uuid) -> Result<()> {
    conn.execute(&sql!("DELETE FROM mailed_links WHERE user_id = ?", user))?;
    Ok(())
}
