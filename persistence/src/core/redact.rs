//! Taking values out of the change log, for erasures alone: the names of the fields stay, and the digest by which the hash covers what stood
//! there, so that chains and seals hold. Which records were emptied so is noted, and proven by the entry of the erasure itself.
use super::changes::{content, hex};
use super::conn::Conn;
use super::sql::Sql;
use crate::sql;
use domain::core::error::{Error, Result};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Takes the values out of all entries of a record.
///
/// # Errors
/// Those of the database.
pub fn empty(conn: &mut Conn, object: &str, record: Uuid) -> Result<()> {
    let sql = sql!(
        "SELECT seq, salt, changed FROM changes WHERE record_id = ? AND object = ? AND salt IS NOT NULL",
        record,
        object
    );
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push((row.integer(0)?, row.uuid(1)?.unwrap_or_default(), row.text(2)?.unwrap_or_default()));
        Ok(())
    })?;
    for (seq, salt, changed) in found {
        let names: Map<String, Value> = serde_json::from_str(&changed).map_err(|e| Error::Internal(e.to_string()))?;
        let names: Map<String, Value> = names.into_iter().map(|(name, _)| (name, json!([null, null]))).collect();
        conn.execute(&sql!(
            "UPDATE changes SET changed = ?, content = ?, salt = NULL WHERE seq = ?",
            Value::Object(names).to_string(),
            content(salt, &changed),
            seq
        ))?;
    }
    Ok(())
}

/// Whether an entry says nothing but which fields it was about.
pub fn is_empty(changed: &str) -> bool {
    let nothing = |value: &Value| *value == json!([null, null]);
    serde_json::from_str::<Map<String, Value>>(changed).is_ok_and(|all| all.values().all(nothing))
}

/// What an erasure erases: pairs of an object and a record.
pub type Erased = Vec<(String, Uuid)>;

/// Notes which records an erasure empties.
///
/// # Errors
/// Those of the database.
pub fn note(conn: &mut Conn, erasure: Uuid, erased: &Erased) -> Result<()> {
    for (object, record) in erased {
        conn.execute(&sql!(
            "INSERT INTO erased_records (object, record_id, erasure_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            object,
            *record,
            erasure
        ))?;
    }
    Ok(())
}

/// The digest over what an erasure erases, whatever its order: SHA-256, in hexadecimal.
pub fn digest(erased: &Erased) -> String {
    let mut lines: Vec<String> = erased.iter().map(|(object, record)| format!("{object} {record}\n")).collect();
    lines.sort();
    lines.dedup();
    let hash = lines.iter().fold(Sha256::new(), |hash, line| hash.chain_update(line));
    hex(&hash.finalize())
}

/// Whether a record was erased.
///
/// # Errors
/// Those of the database.
pub fn is_erased(conn: &mut Conn, object: &str, record: Uuid) -> Result<bool> {
    let sql = sql!("SELECT 1 FROM erased_records WHERE object = ? AND record_id = ?", object, record);
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Erasures whose own entry in the log does not bear out which records they are said to have erased.
///
/// # Errors
/// Those of the database.
pub fn unproven(conn: &mut Conn) -> Result<Vec<Uuid>> {
    let mut said: BTreeMap<Uuid, Erased> = BTreeMap::new();
    conn.rows(&Sql::new("SELECT erasure_id, object, record_id FROM erased_records"), |row| {
        let (erasure, record) = (row.uuid(0)?.unwrap_or_default(), row.uuid(2)?.unwrap_or_default());
        said.entry(erasure).or_default().push((row.text(1)?.unwrap_or_default(), record));
        Ok(())
    })?;
    let mut wrong = Vec::new();
    for (erasure, erased) in said {
        let sql = sql!(
            "SELECT changed FROM changes WHERE record_id = ? AND object = 'erasures' AND op = 'created'",
            erasure
        );
        let entry = conn.row(&sql, |row| row.text(0))?.flatten().unwrap_or_default();
        let entry: Value = serde_json::from_str(&entry).unwrap_or_default();
        if entry["records_digest"][1] != digest(&erased) {
            wrong.push(erasure);
        }
    }
    Ok(wrong)
}
