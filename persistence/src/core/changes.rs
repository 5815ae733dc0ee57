//! The change log: one row for each write, in the write's own transaction. Audit, change feed and webhooks are readings of it. Each
//! entry carries the hash of its record's entry before, so that an edited or missing one shows.
use super::conn::Conn;
use crate::sql;
use domain::core::actor::Via;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{Entry, Op};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Appends an entry.
pub fn append(conn: &mut Conn, entry: &Entry<'_>) -> Result<()> {
    let context = entry.context;
    let previous = match entry.op {
        Op::Created => String::new(),
        _ => last_hash(conn, entry.object, entry.record)?,
    };
    let changed = serde_json::to_string(&entry.changed).map_err(|e| Error::Internal(e.to_string()))?;
    let via = match context.actor.via {
        Via::Session(id) => format!("session:{id}"),
        Via::ApiKey(id) => format!("api_key:{id}"),
        Via::Console => "console".to_owned(),
        Via::Job(id) => format!("job:{id}"),
    };
    let sealed = Sealed {
        object: entry.object,
        record: entry.record,
        op: entry.op.as_str(),
        version: entry.version,
        at: context.now().micros(),
        actor: context.actor.user_id,
        via: &via,
        origin: context.origin,
        changed: &changed,
    };
    let hash = sealed.hash(&previous);
    let place = |p: Option<(Option<Uuid>, Option<Uuid>)>| p.unwrap_or_default();
    let ((owner_before, unit_before), (owner_after, unit_after)) = (place(entry.before), place(entry.after));
    let sql = sql!(
        "INSERT INTO changes (object, record_id, op, version, at, actor_id, via, origin, changed, previous_hash, hash, \
         was_there, is_there, owner_before, unit_before, owner_after, unit_after) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        entry.object,
        entry.record,
        entry.op.as_str(),
        entry.version,
        context.now(),
        context.actor.user_id,
        via,
        context.origin,
        changed,
        previous,
        hash,
        entry.before.is_some(),
        entry.after.is_some(),
        owner_before,
        unit_before,
        owner_after,
        unit_after,
    );
    conn.execute(&sql)?;
    Ok(())
}

fn last_hash(conn: &mut Conn, object: &str, record: Uuid) -> Result<String> {
    let sql = sql!(
        "SELECT hash FROM changes WHERE record_id = ? AND object = ? ORDER BY version DESC LIMIT 1",
        record,
        object
    );
    Ok(conn.row(&sql, |row| row.text(0))?.flatten().unwrap_or_default())
}

/// What the hash of an entry covers.
#[derive(Debug)]
pub struct Sealed<'a> {
    pub object: &'a str,
    pub record: Uuid,
    pub op: &'a str,
    pub version: i64,
    pub at: i64,
    pub actor: Uuid,
    pub via: &'a str,
    pub origin: Uuid,
    pub changed: &'a str,
}

impl Sealed<'_> {
    /// SHA-256 over the hash before and the entry, in hexadecimal.
    pub fn hash(&self, previous: &str) -> String {
        let text = json!([
            previous,
            self.object,
            self.record,
            self.op,
            self.version,
            self.at,
            self.actor,
            self.via,
            self.origin,
            self.changed
        ]);
        Sha256::digest(text.to_string().as_bytes())
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    }
}
