//! Addresses mailed to customers, by which they look at a quote and accept it. Kept is the digest of each one's secret, never the secret.
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
    pub quote_id: Uuid,
    /// Where it is mailed to.
    pub email: String,
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
        "INSERT INTO quote_links (id, quote_id, email, hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at",
        link.id,
        link.quote_id,
        &link.email,
        link.hash.to_vec(),
        link.issued_at,
        link.expires_at
    ))?;
    Ok(())
}

/// The open link of a secret's digest: its id, its quote and where it was mailed to.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, hash: &[u8; 32], now: Instant) -> Result<Option<(Uuid, Uuid, String)>> {
    let open = sql!(
        "SELECT id, quote_id, email FROM quote_links WHERE hash = ? AND expires_at > ?",
        hash.to_vec(),
        now
    );
    let found = conn.row(&open, |row| Ok((row.uuid(0)?, row.uuid(1)?, row.text(2)?)))?;
    Ok(found.and_then(|(id, quote, email)| Some((id?, quote?, email?))))
}

/// Forgets links that ran out before a moment, at most so many: how many.
///
/// # Errors
/// Those of the database.
pub fn prune(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM quote_links WHERE id IN (SELECT id FROM quote_links WHERE expires_at < ? LIMIT ?)",
        before,
        most
    ))
}
