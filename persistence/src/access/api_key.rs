//! API keys. What a key is compared by stands in a table of its own, which no record shows and which goes with the key.
use super::role::given;
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::{row, sql, store};
use domain::access::api_key::ApiKey;
use domain::core::actor::{Actor, Grants};
use domain::core::error::Result;
use domain::core::instant::Instant;
use uuid::Uuid;

row! { ApiKey in api_keys {
    name: Plain,
    user_id: Maybe,
    permissions: Json,
    allowed_ips: Json,
    expires_at: Maybe,
    prefix: Plain,
    last_used_at: Maybe,
} }
store! { ApiKey, derive |conn, before, after, context| keep(conn, before, after, context.actor) }

fn keep(conn: &mut Conn, before: Option<&ApiKey>, after: Option<&ApiKey>, actor: &Actor) -> Result<()> {
    if let (None, Some(key)) = (before, after) {
        given(&key.permissions, &Grants::default(), actor).or(())?;
    }
    if let (Some(key), None) = (before, after) {
        conn.execute(&sql!("DELETE FROM api_key_secrets WHERE api_key_id = ?", key.base.id.uuid()))?;
    }
    Ok(())
}

/// Keeps what a new key is compared by.
pub fn keep_secret(conn: &mut Conn, key: Uuid, hash: &[u8; 32]) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO api_key_secrets (api_key_id, hash) VALUES (?, ?)",
        key,
        hash.to_vec()
    ))?;
    Ok(())
}

/// The key of a public part, with what it is compared by; none where it was deleted or never was.
pub fn by_prefix(conn: &mut Conn, prefix: &str) -> Result<Option<(ApiKey, Vec<u8>)>> {
    let key = pick::<ApiKey>(conn, sql!("t0.deleted_at IS NULL AND t0.prefix = ?", prefix))?.pop();
    with_secret(conn, key)
}

/// The same by the key's id.
pub fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<(ApiKey, Vec<u8>)>> {
    let key = live(conn, id)?;
    with_secret(conn, key)
}

fn with_secret(conn: &mut Conn, key: Option<ApiKey>) -> Result<Option<(ApiKey, Vec<u8>)>> {
    let Some(key) = key else { return Ok(None) };
    let secret = sql!("SELECT hash FROM api_key_secrets WHERE api_key_id = ?", key.base.id.uuid());
    Ok(conn.row(&secret, |row| row.bytes(0))?.flatten().map(|hash| (key, hash)))
}

/// Notes that a key was used, unless that was noted after `since`. It is no change of the key: neither its version nor the change log move.
pub fn used(conn: &mut Conn, id: Uuid, now: Instant, since: Instant) -> Result<()> {
    conn.execute(&sql!(
        "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
        now,
        id,
        since
    ))?;
    Ok(())
}
