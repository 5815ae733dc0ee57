//! The ledger of what erased people were known by, as keyed hashes: it stops their data from coming in again by an import or a form. The key
//! is no part of the database, so that a copy of it alone gives nobody a list of numbers to try.
use crate::core::changes::hex;
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use uuid::Uuid;

static KEY: OnceLock<Hmac<Sha256>> = OnceLock::new();

/// Gives the ledger its key, made of a secret that the server keeps outside the database. The first one stays.
///
/// # Errors
/// None that a key of any length could cause.
pub fn unlock(secret: &[u8]) -> Result<()> {
    let broken = |_| Error::Internal("no key of the ledger of erasures".to_owned());
    let key = Hmac::<Sha256>::new_from_slice(secret).map_err(broken)?;
    KEY.get_or_init(|| key.chain_update(b"erased identifiers\0"));
    Ok(())
}

/// The keyed hash of an identifier, in hexadecimal.
///
/// # Errors
/// Where the ledger has no key: then nothing can be told of it, and nothing is let past it.
pub fn hash(identifier: &str) -> Result<String> {
    let key = KEY
        .get()
        .ok_or_else(|| Error::Internal("the ledger of erasures has no key".to_owned()))?;
    Ok(hex(&key.clone().chain_update(identifier.as_bytes()).finalize().into_bytes()))
}

/// Notes by what an erased customer was known.
///
/// # Errors
/// Those of the database.
pub fn add(conn: &mut Conn, erasure: Uuid, identifiers: &BTreeSet<String>, now: Instant) -> Result<()> {
    for identifier in identifiers {
        conn.execute(&sql!(
            "INSERT INTO erased_identifiers (hash, erasure_id, erased_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            hash(identifier)?,
            erasure,
            now
        ))?;
    }
    Ok(())
}

/// Whether somebody who was erased was known by one of these.
///
/// # Errors
/// Those of the database.
pub fn knows(conn: &mut Conn, identifiers: &BTreeSet<String>) -> Result<bool> {
    let nobody = conn
        .row(&Sql::new("SELECT 1 FROM erased_identifiers LIMIT 1"), |_| Ok(()))?
        .is_none();
    if nobody || identifiers.is_empty() {
        return Ok(false);
    }
    let hashes = identifiers.iter().map(|i| hash(i).map(Bind::from)).collect::<Result<Vec<_>>>()?;
    let sql = Sql::new("SELECT 1 FROM erased_identifiers WHERE hash IN ")
        .list(hashes)
        .text(" LIMIT 1");
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}
