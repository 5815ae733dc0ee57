//! The change log: one row for each write, in the write's own transaction. Audit, change feed and webhooks are readings of it. Each
//! entry carries the hash of its record's entry before, so that an edited or missing one shows.
use super::conn::Conn;
use crate::sql;
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::{Context, Entry, Op};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::cell::Cell;
use uuid::Uuid;

/// Objects that say who may do what.
const ACCESS: [&str; 6] = ["api_keys", "roles", "shares", "teams", "units", "users"];

thread_local! {
    static ACCESS_CHANGES: Cell<u64> = const { Cell::new(0) };
}

/// How many changes of who may do what this thread has made. A write runs on one thread: where this is another number behind it than before
/// it, what is known of actors may be no longer so.
pub(super) fn access_changes() -> u64 {
    ACCESS_CHANGES.get()
}

/// Counts a change of who may do what: of a record that says so, or an end of sessions and tokens.
pub(crate) fn access_changed() {
    ACCESS_CHANGES.set(ACCESS_CHANGES.get().wrapping_add(1));
}

/// Appends an entry.
pub fn append(conn: &mut Conn, entry: &Entry<'_>) -> Result<()> {
    let context = entry.context;
    if ACCESS.contains(&entry.object) {
        access_changed();
    }
    let previous = match entry.op {
        Op::Created => String::new(),
        _ => last_hash(conn, entry.object, entry.record)?,
    };
    let changed = serde_json::to_string(&entry.changed).map_err(|e| Error::Internal(e.to_string()))?;
    let salt = context.ids.next();
    let sealed = Sealed {
        object: entry.object,
        record: entry.record,
        op: entry.op.as_str(),
        version: entry.version,
        at: context.now().micros(),
        actor: context.actor.user_id,
        via: &via(context.actor),
        origin: context.origin,
        content: &content(salt, &changed),
    };
    let kept = Kept {
        at: context.now(),
        salt,
        changed: &changed,
        previous,
    };
    write(conn, &sealed, kept, entry.before, entry.after)
}

/// The op of a refusal.
pub const DENIED: &str = "denied";

/// The op of an archive that was made of all that is held on a record.
pub const EXPORTED: &str = "exported";

/// The ops of entries that tell of no change: they have the version 0 and stand in no record's chain; seals cover them.
pub const BESIDE: [&str; 2] = [DENIED, EXPORTED];

/// Notes that somebody made an archive of all that is held on a record.
///
/// # Errors
/// Those of the database.
pub fn exported(conn: &mut Conn, context: &Context<'_>, object: &str, record: Uuid) -> Result<()> {
    let (salt, changed) = (context.ids.next(), "{}");
    let sealed = Sealed {
        object,
        record,
        op: EXPORTED,
        version: 0,
        at: context.now().micros(),
        actor: context.actor.user_id,
        via: &via(context.actor),
        origin: context.origin,
        content: &content(salt, changed),
    };
    let kept = Kept {
        at: context.now(),
        salt,
        changed,
        previous: String::new(),
    };
    write(conn, &sealed, kept, None, None)
}

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
    let (changed, salt) = (changed.to_string(), denial.origin);
    let sealed = Sealed {
        object,
        record: Uuid::nil(),
        op: DENIED,
        version: 0,
        at: denial.at.micros(),
        actor: denial.actor.user_id,
        via: &via(&denial.actor),
        origin: denial.origin,
        content: &content(salt, &changed),
    };
    let kept = Kept {
        at: denial.at,
        salt,
        changed: &changed,
        previous: String::new(),
    };
    write(conn, &sealed, kept, None, None)
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

/// What of an entry its hash covers by way of something else.
struct Kept<'a> {
    at: Instant,
    salt: Uuid,
    changed: &'a str,
    previous: String,
}

fn write(conn: &mut Conn, entry: &Sealed<'_>, kept: Kept<'_>, before: Whose, after: Whose) -> Result<()> {
    let hash = entry.hash(&kept.previous);
    let ((owner_before, unit_before), (owner_after, unit_after)) = (before.unwrap_or_default(), after.unwrap_or_default());
    let sql = sql!(
        "INSERT INTO changes (object, record_id, op, version, at, actor_id, via, origin, salt, changed, previous_hash, hash, \
         was_there, is_there, owner_before, unit_before, owner_after, unit_after) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        entry.object,
        entry.record,
        entry.op,
        entry.version,
        kept.at,
        entry.actor,
        entry.via,
        entry.origin,
        kept.salt,
        kept.changed,
        kept.previous,
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
    /// The digest of its values: see [`content`].
    pub content: &'a str,
}

/// The digest by which the hash of an entry covers its values. The salt is random, so that nobody finds the values from the digest by
/// trying; where both are taken away, by an erasure, the digest stays, and with it the hash and the chain.
pub fn content(salt: Uuid, changed: &str) -> String {
    hex(&Sha256::new().chain_update(salt.as_bytes()).chain_update(changed).finalize())
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
            self.content,
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
