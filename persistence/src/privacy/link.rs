//! Addresses mailed to those who are asked to confirm a consent. Kept is the digest of each one's secret, never the secret.
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
    /// The pending row that it confirms.
    pub consent_id: Uuid,
    /// The key of the contact point it is mailed to.
    pub contact_key: String,
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
        "INSERT INTO consent_links (id, consent_id, contact_key, hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at",
        link.id,
        link.consent_id,
        &link.contact_key,
        link.hash.to_vec(),
        link.issued_at,
        link.expires_at
    ))?;
    Ok(())
}

/// How many links to a contact point are open, that of `job` left out; nobody else adds one until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn open(conn: &mut Conn, contact_key: &str, job: Uuid, now: Instant) -> Result<i64> {
    conn.alone(contact_key)?;
    let count = sql!(
        "SELECT COUNT(*) FROM consent_links WHERE contact_key = ? AND id <> ? AND expires_at > ?",
        contact_key,
        job,
        now
    );
    Ok(conn.row(&count, |row| row.integer(0))?.unwrap_or_default())
}

/// Uses up the open link of a secret's digest: its id and the consent it is for. Of two at once the second waits for the first, and hears none.
///
/// # Errors
/// Those of the database.
pub fn spend(conn: &mut Conn, hash: &[u8; 32], now: Instant) -> Result<Option<(Uuid, Uuid)>> {
    let open = sql!(
        "SELECT id, consent_id FROM consent_links WHERE hash = ? AND expires_at > ?",
        hash.to_vec(),
        now
    );
    let Some((Some(id), Some(consent))) = conn.row(&open, |row| Ok((row.uuid(0)?, row.uuid(1)?)))? else {
        return Ok(None);
    };
    let gone = conn.execute(&sql!("DELETE FROM consent_links WHERE id = ? AND hash = ?", id, hash.to_vec()))?;
    Ok((gone == 1).then_some((id, consent)))
}

/// Forgets links that ran out before a moment, at most so many: how many.
///
/// # Errors
/// Those of the database.
pub fn prune(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM consent_links WHERE id IN (SELECT id FROM consent_links WHERE expires_at < ? LIMIT ?)",
        before,
        most
    ))
}
