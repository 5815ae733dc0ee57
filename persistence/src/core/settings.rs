//! What the organization has set, and the server's own secrets.
use super::conn::Conn;
use crate::sql;
use domain::core::error::Result;
use domain::core::settings::known;

/// A setting; none where it was never set.
pub fn get(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(conn
        .row(&sql!("SELECT value FROM settings WHERE name = ?", name), |row| row.text(0))?
        .flatten())
}

/// A setting of the organization as it is in force: the usual value where it was never set.
pub fn in_force(conn: &mut Conn, name: &str) -> Result<String> {
    let usual = || known(name).map(|known| known.usual).unwrap_or_default().to_owned();
    Ok(get(conn, name)?.unwrap_or_else(usual))
}

/// Sets it.
pub fn set(conn: &mut Conn, name: &str, value: &str) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value
    ))?;
    Ok(())
}

/// Forgets it.
pub fn clear(conn: &mut Conn, name: &str) -> Result<()> {
    conn.execute(&sql!("DELETE FROM settings WHERE name = ?", name))?;
    Ok(())
}

/// The setting, made now if it was never set: two nodes that start at once end with the same.
pub fn get_or_make(conn: &mut Conn, name: &str, make: impl FnOnce() -> String) -> Result<String> {
    if let Some(value) = get(conn, name)? {
        return Ok(value);
    }
    conn.execute(&sql!(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        name,
        make()
    ))?;
    Ok(get(conn, name)?.unwrap_or_default())
}
