//! Failed sign-ins, by what they are counted under. What they mean is decided elsewhere.
use crate::core::conn::Conn;
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;

/// What a counter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    pub last_at: Instant,
    /// Up to when forgiving has been reckoned.
    pub forgiven_to: Instant,
}

/// A counter; none where nothing was counted. Its name is held until the transaction ends, so that tries sent at once do not all see
/// the same old count.
pub fn get(conn: &mut Conn, key: &str) -> Result<Option<Failures>> {
    conn.alone(key)?;
    conn.row(
        &sql!("SELECT count, last_at, forgiven_to FROM sign_in_failures WHERE key = ?", key),
        |row| {
            let missing = || Error::Internal("a counter without its times".to_owned());
            Ok(Failures {
                count: row.integer(0)?,
                last_at: row.instant(1)?.ok_or_else(missing)?,
                forgiven_to: row.instant(2)?.ok_or_else(missing)?,
            })
        },
    )
}

/// Sets a counter.
pub fn set(conn: &mut Conn, key: &str, f: &Failures) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO sign_in_failures (key, count, last_at, forgiven_to) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET \
         count = excluded.count, last_at = excluded.last_at, forgiven_to = excluded.forgiven_to",
        key,
        f.count,
        f.last_at,
        f.forgiven_to
    ))?;
    Ok(())
}

/// Forgets a counter.
pub fn clear(conn: &mut Conn, key: &str) -> Result<()> {
    conn.execute(&sql!("DELETE FROM sign_in_failures WHERE key = ?", key))?;
    Ok(())
}
