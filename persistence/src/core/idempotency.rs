//! Repeated requests: the answer to a key is kept in the transaction of its effect, so that a retry finds either both or neither.
use super::conn::Conn;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A key as it came, with what it is good for.
#[derive(Debug, Clone)]
pub struct Key {
    pub principal: Uuid,
    /// Method and path.
    pub route: String,
    pub key: String,
    /// SHA-256 of the body, in hexadecimal.
    pub fingerprint: String,
}

impl Key {
    /// A key of one principal on one route, for these very bytes.
    pub fn new(principal: Uuid, route: String, key: String, body: &[u8]) -> Self {
        let fingerprint = Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect();
        Key {
            principal,
            route,
            key,
            fingerprint,
        }
    }
}

/// An answer, as it was and will be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub etag: Option<i64>,
    pub location: Option<String>,
    pub body: Vec<u8>,
    /// It was given before.
    pub replayed: bool,
}

/// Runs the body unless the key was answered before; then that answer comes again.
pub fn once(conn: &mut Conn, key: Option<&Key>, now: Instant, body: impl FnOnce(&mut Conn) -> Result<Answer>) -> Result<Answer> {
    let Some(key) = key else { return body(conn) };
    // Taking the key first makes a second request wait for, or see, the first one's row: on PostgreSQL by the lock of the unique
    // index, on SQLite because there is one writer.
    let take = sql!(
        "INSERT INTO idempotency_keys (principal, route, key, fingerprint, status, headers, body, created_at) VALUES (?, ?, ?, ?, 0, '', ?, ?) \
         ON CONFLICT DO NOTHING",
        key.principal,
        &key.route,
        &key.key,
        &key.fingerprint,
        Vec::<u8>::new(),
        now
    );
    if conn.execute(&take)? == 0 {
        return replay(conn, key);
    }
    let answer = body(conn)?;
    let headers = serde_json::to_string(&(answer.etag, &answer.location)).map_err(|e| Error::Internal(e.to_string()))?;
    conn.execute(&sql!(
        "UPDATE idempotency_keys SET status = ?, headers = ?, body = ? WHERE principal = ? AND route = ? AND key = ?",
        i64::from(answer.status),
        headers,
        answer.body.clone(),
        key.principal,
        &key.route,
        &key.key
    ))?;
    Ok(answer)
}

fn replay(conn: &mut Conn, key: &Key) -> Result<Answer> {
    let kept = sql!(
        "SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE principal = ? AND route = ? AND key = ?",
        key.principal,
        &key.route,
        &key.key
    );
    let found = conn.row(&kept, |row| {
        let text = |i| Ok::<_, Error>(row.text(i)?.unwrap_or_default());
        Ok((text(0)?, row.integer(1)?, text(2)?, row.bytes(3)?.unwrap_or_default()))
    })?;
    let Some((fingerprint, status, headers, body)) = found else {
        return Err(Error::KeyInFlight);
    };
    if fingerprint != key.fingerprint {
        return Err(Error::KeyReused);
    }
    let (etag, location) = serde_json::from_str(&headers).map_err(|_| Error::KeyInFlight)?;
    Ok(Answer {
        status: status as u16,
        etag,
        location,
        body,
        replayed: true,
    })
}

/// Forgets keys older than the time given, at most `most`; how many they were.
pub fn purge(conn: &mut Conn, before: Instant, most: i64) -> Result<usize> {
    conn.execute(&sql!(
        "DELETE FROM idempotency_keys WHERE (principal, route, key) IN \
         (SELECT principal, route, key FROM idempotency_keys WHERE created_at < ? LIMIT ?)",
        before,
        most
    ))
}
