//! Taking back what was done to many records, the last first: what was made goes to the trash, what was changed gets its earlier values
//! again. Nobody else's work is touched: a record that was changed since is left as it is, and told.
use domain::core::error::{Error, Result};
use domain::core::field::Access;
use domain::core::pipeline::{Context, Expect};
use domain::core::resource::Spec;
use domain::customers::group::GroupMember;
use domain::integration::import::Outcome;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::integration::rows::{self, Entry};
use serde_json::{Map, Value};
use std::time::{Duration, Instant as Clock};
use uuid::Uuid;

/// How long one transaction may hold the writer, and the rows it looks at most.
const HOLD: Duration = Duration::from_millis(40);
const ROWS: i64 = 500;
/// What is made for the sake of a record: that it is in a group.
const MADE: &dyn Object = &Of::<GroupMember>::NEW;

/// What one step of taking back came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// The row to go on from, downwards.
    pub next: i64,
    /// Whether there are no more.
    pub over: bool,
    pub deleted: i64,
    pub restored: i64,
    pub conflicts: i64,
}

/// Takes back as many rows as the time allows, from one on downwards. The context's origin is the work itself, as its rows had it: so
/// that a second row of one record is not taken for somebody else's.
///
/// # Errors
/// Those of the database.
pub fn some(conn: &mut Conn, context: &Context<'_>, object: &dyn Object, work: Uuid, from: i64) -> Result<Taken> {
    let (started, entries) = (Clock::now(), rows::before(conn, work, from, ROWS)?);
    let mut taken = Taken {
        next: from,
        over: true,
        ..Taken::default()
    };
    for entry in &entries {
        taken.next = entry.number - 1;
        if let Some(what) = take_back(conn, context, object, work, entry)? {
            rows::undone(conn, work, entry.number, what)?;
            match what {
                "deleted" => taken.deleted += 1,
                "restored" => taken.restored += 1,
                _ => taken.conflicts += 1,
            }
        }
        if started.elapsed() >= HOLD {
            taken.over = false;
            break;
        }
    }
    taken.over = taken.over && entries.len() < ROWS as usize;
    Ok(taken)
}

/// Takes one row back; what that came to, none where there was nothing to do.
fn take_back(conn: &mut Conn, context: &Context<'_>, object: &dyn Object, work: Uuid, entry: &Entry) -> Result<Option<&'static str>> {
    let (Some(record), Some(version), None) = (entry.made.or(entry.record), entry.version, &entry.undo) else {
        return Ok(None);
    };
    // What was made for the record's sake is taken back itself.
    let object = if entry.made.is_some() { MADE } else { object };
    let spec = object.spec();
    if !matches!(entry.outcome, Outcome::Created | Outcome::Updated) {
        return Ok(None);
    }
    if rows::touched(conn, spec.object, record, version, work)? {
        return Ok(Some("conflict"));
    }
    let done = conn.savepoint(|conn| match entry.outcome {
        Outcome::Created => object.delete(conn, context, record, Expect::Any).map(|_| "deleted"),
        _ if entry.made.is_some() => object.restore(conn, context, record, Expect::Any).map(|_| "restored"),
        _ => {
            let changed = rows::changed(conn, spec.object, record, version)?.unwrap_or_default();
            let changed = serde_json::from_str(&changed).map_err(|e| Error::Internal(e.to_string()))?;
            object
                .patch(conn, context, record, Expect::Any, before(spec, changed))
                .map(|_| "restored")
        }
    });
    match done {
        Ok(what) => Ok(Some(what)),
        Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => Err(error),
        Err(_) => Ok(Some("conflict")),
    }
}

/// The patch that brings back what was before: each changed field with its earlier value; of a map, null for what was not there.
fn before(spec: &Spec, changed: Map<String, Value>) -> Map<String, Value> {
    let free = |name: &str| spec.field(name).is_some_and(|f| f.access == Access::Free);
    changed
        .into_iter()
        .filter(|(name, _)| free(name))
        .map(|(name, mut pair)| {
            let (mut old, new) = (pair[0].take(), pair[1].take());
            if let (true, Value::Object(old), Value::Object(new)) = (matches!(name.as_str(), "external_ids" | "custom"), &mut old, new) {
                for key in new.keys() {
                    old.entry(key.clone()).or_insert(Value::Null);
                }
            }
            (name, old)
        })
        .collect()
}
