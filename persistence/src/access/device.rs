//! Devices that users have signed in from before.
use crate::core::conn::Conn;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use uuid::Uuid;

/// A device as it is kept.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The digest of its secret.
    pub hash: Vec<u8>,
    /// The last complete sign-in from it.
    pub used_at: Instant,
}

/// The device of a secret's digest.
pub fn find(conn: &mut Conn, hash: &[u8; 32]) -> Result<Option<Device>> {
    conn.row(
        &sql!("SELECT id, user_id, hash, used_at FROM devices WHERE hash = ?", hash.to_vec()),
        |row| {
            Ok(Device {
                id: row.uuid(0)?.unwrap_or_default(),
                user_id: row.uuid(1)?.unwrap_or_default(),
                hash: row.bytes(2)?.unwrap_or_default(),
                used_at: row
                    .instant(3)?
                    .ok_or_else(|| Error::Internal("a device without its time".to_owned()))?,
            })
        },
    )
}

/// Notes a sign-in from a known device.
pub fn used(conn: &mut Conn, id: Uuid, now: Instant) -> Result<()> {
    conn.execute(&sql!("UPDATE devices SET used_at = ? WHERE id = ?", now, id))?;
    Ok(())
}

/// Forgets all devices of a user: it is not known any more who holds them.
pub fn forget(conn: &mut Conn, user: Uuid) -> Result<()> {
    conn.execute(&sql!("DELETE FROM devices WHERE user_id = ?", user))?;
    Ok(())
}

/// Keeps a new device; the user's devices beyond `most`, those used longest ago, make room.
pub fn add(conn: &mut Conn, device: &Device, most: usize) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO devices (id, user_id, hash, created_at, used_at) VALUES (?, ?, ?, ?, ?)",
        device.id,
        device.user_id,
        device.hash.clone(),
        device.used_at,
        device.used_at
    ))?;
    conn.execute(&sql!(
        "DELETE FROM devices WHERE user_id = ? AND id NOT IN (SELECT id FROM devices WHERE user_id = ? ORDER BY used_at DESC, id DESC LIMIT ?)",
        device.user_id,
        device.user_id,
        most as i64
    ))?;
    Ok(())
}
