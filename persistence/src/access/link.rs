//! Addresses mailed to somebody, by which they do one thing without signing in: choose a password, confirm a consent, answer a quote. Kept is
//! the digest of each one's secret, never the secret.
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::sql;
use domain::core::error::Result;
use domain::core::instant::Instant;
use uuid::Uuid;

/// A mailed address as it is kept.
#[derive(Debug, Clone)]
pub struct Link {
    /// The job that mails it.
    pub id: Uuid,
    /// What it is good for: a word of the caller's.
    pub purpose: &'static str,
    /// The record that it is about: a user, a consent, a quote.
    pub subject_id: Uuid,
    /// Where it is mailed to, if that is not its subject's own address.
    pub address: Option<String>,
    /// The digest of its secret.
    pub hash: [u8; 32],
    pub issued_at: Instant,
    pub expires_at: Instant,
}

/// An open link.
#[derive(Debug, Clone)]
pub struct Found {
    pub id: Uuid,
    pub subject_id: Uuid,
    pub address: Option<String>,
}

/// Keeps a link. A job that tries again replaces what it kept before, for that may never have arrived.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, link: &Link) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO mailed_links (id, purpose, subject_id, address, hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at",
        link.id,
        link.purpose,
        link.subject_id,
        link.address.clone(),
        link.hash.to_vec(),
        link.issued_at,
        link.expires_at
    ))?;
    Ok(())
}

/// How many links of a purpose are open for a subject, that of `job` left out.
///
/// # Errors
/// Those of the database.
pub fn open_for(conn: &mut Conn, purpose: &'static str, subject: Uuid, job: Uuid, now: Instant) -> Result<i64> {
    count(
        conn,
        &sql!(
            "SELECT COUNT(*) FROM mailed_links WHERE subject_id = ? AND purpose = ? AND id <> ? AND expires_at > ?",
            subject,
            purpose,
            job,
            now
        ),
    )
}

/// How many links of a purpose are open that were mailed to an address, that of `job` left out; nobody else adds one until the transaction
/// ends.
///
/// # Errors
/// Those of the database.
pub fn open_at(conn: &mut Conn, purpose: &'static str, address: &str, job: Uuid, now: Instant) -> Result<i64> {
    conn.alone(address)?;
    count(
        conn,
        &sql!(
            "SELECT COUNT(*) FROM mailed_links WHERE address = ? AND purpose = ? AND id <> ? AND expires_at > ?",
            address,
            purpose,
            job,
            now
        ),
    )
}

fn count(conn: &mut Conn, open: &Sql) -> Result<i64> {
    Ok(conn.row(open, |row| row.integer(0))?.unwrap_or_default())
}

/// The open link of a secret's digest, for one of these purposes.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut Conn, purposes: &[&'static str], hash: &[u8; 32], now: Instant) -> Result<Option<Found>> {
    let open = sql!(
        "SELECT id, subject_id, address, purpose FROM mailed_links WHERE hash = ? AND expires_at > ?",
        hash.to_vec(),
        now
    );
    let found = conn.row(&open, |row| Ok((row.uuid(0)?, row.uuid(1)?, row.text(2)?, row.text(3)?)))?;
    Ok(found.and_then(|(id, subject, address, purpose)| {
        let fits = purpose.is_some_and(|purpose| purposes.contains(&purpose.as_str()));
        fits.then_some(())?;
        Some(Found {
            id: id?,
            subject_id: subject?,
            address,
        })
    }))
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

/// Makes all links of a subject worthless.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn, subject: Uuid) -> Result<()> {
    conn.execute(&sql!("DELETE FROM mailed_links WHERE subject_id = ?", subject))?;
    Ok(())
}
