//! The change log: one row for each write, in the write's own transaction. Audit, change feed and webhooks are readings of it. Each
//! entry carries the hash of its record's entry before, so that an edited or missing one shows.
use super::conn::Conn;
use crate::sql;
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
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
    let sealed = Sealed {
        object: entry.object,
        record: entry.record,
        op: entry.op.as_str(),
        version: entry.version,
        at: context.now().micros(),
        actor: context.actor.user_id,
        via: &via(context.actor),
        origin: context.origin,
        changed: &changed,
    };
    write(conn, &sealed, context.now(), previous, entry.before, entry.after)
}

/// The op of a refusal.
pub const DENIED: &str = "denied";

/// What somebody tried without the permission for it.
#[derive(Debug, Clone)]
pub struct Denial {
    pub actor: Actor,
    /// What was missing: `object:action`.
    pub permission: String,
    /// Method and path.
    pub request: String,
    /// How often, since the last entry of the same actor and permission.
    pub times: u64,
    pub origin: Uuid,
    pub at: Instant,
}

/// Notes a refusal. It belongs to no record: its record is nil, its version 0, and it stands in no chain; seals cover it.
pub fn deny(conn: &mut Conn, denial: &Denial) -> Result<()> {
    let object = denial.permission.split([':', '.']).next().unwrap_or_default();
    let changed = json!({
        "permission": [null, denial.permission],
        "request": [null, denial.request],
        "times": [null, denial.times],
    });
    let sealed = Sealed {
        object,
        record: Uuid::nil(),
        op: DENIED,
        version: 0,
        at: denial.at.micros(),
        actor: denial.actor.user_id,
        via: &via(&denial.actor),
        origin: denial.origin,
        changed: &changed.to_string(),
    };
    write(conn, &sealed, denial.at, String::new(), None, None)
}

fn via(actor: &Actor) -> String {
    match actor.via {
        Via::Session(id) => format!("session:{id}"),
        Via::ApiKey(id) => format!("api_key:{id}"),
        Via::Link(id) => format!("link:{id}"),
        Via::Console => "console".to_owned(),
        Via::Job(id) => format!("job:{id}"),
    }
}

/// Owner and unit; none where there is no record.
type Whose = Option<(Option<Uuid>, Option<Uuid>)>;

fn write(conn: &mut Conn, entry: &Sealed<'_>, at: Instant, previous: String, before: Whose, after: Whose) -> Result<()> {
    let hash = entry.hash(&previous);
    let ((owner_before, unit_before), (owner_after, unit_after)) = (before.unwrap_or_default(), after.unwrap_or_default());
    let sql = sql!(
        "INSERT INTO changes (object, record_id, op, version, at, actor_id, via, origin, changed, previous_hash, hash, \
         was_there, is_there, owner_before, unit_before, owner_after, unit_after) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        entry.object,
        entry.record,
        entry.op,
        entry.version,
        at,
        entry.actor,
        entry.via,
        entry.origin,
        entry.changed,
        previous,
        hash,
        before.is_some(),
        after.is_some(),
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
        // A JSON array; straight into the hash, since every write pays for it.
        let parts = (
            previous,
            self.object,
            self.record,
            self.op,
            self.version,
            self.at,
            self.actor,
            self.via,
            self.origin,
            self.changed,
        );
        // Nothing of it can fail to be written.
        let text = serde_json::to_vec(&parts).unwrap_or_default();
        hex(&Sha256::digest(&text))
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(b"0123456789abcdef"[usize::from(n)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}
