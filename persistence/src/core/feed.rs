//! The change feed: the change log from a place on, as one actor may see it. An entry is shown by what it meant to the actor: a
//! record that came into sight was `created`, whole; one that left it is `hidden`, without details; what never was in sight is passed by.
use super::conn::Conn;
use super::place::{self, Place};
use super::read;
use super::sql::{Bind, Sql};
use domain::core::actor::{Actor, Scope, Sight};
use domain::core::change::{Change, Happened};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::resource::Spec;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The objects that are mounted.
pub type Specs = BTreeMap<&'static str, &'static Spec>;

/// How many entries one page looks at, whatever it shows.
pub const EXAMINED: usize = 5_000;
/// How many entries are fetched at once at least.
const CHUNK: usize = 256;

/// What a follower asks for.
#[derive(Debug, Clone)]
pub struct Ask {
    pub after: Place,
    /// Only these objects; all when it is empty.
    pub objects: BTreeSet<String>,
    /// The most entries of a page.
    pub limit: usize,
    /// The most entries looked at.
    pub examine: usize,
}

/// A page of the feed.
#[derive(Debug)]
pub struct Page {
    /// Each with the place behind it.
    pub entries: Vec<(Place, Change)>,
    /// Where the next page begins.
    pub next: Place,
    /// Whether that is, for now, the end.
    pub end: bool,
}

type Whose = Option<(Option<Uuid>, Option<Uuid>)>;

/// An entry as it is kept, as far as the feed needs it.
struct Row {
    place: Place,
    object: &'static str,
    record: Uuid,
    op: String,
    version: i64,
    at: Instant,
    actor: Uuid,
    origin: Uuid,
    changed: String,
    hash: String,
    before: Whose,
    after: Whose,
}

const COLUMNS: &str = "SELECT c.tx, c.seq, c.object, c.record_id, c.op, c.version, c.at, c.actor_id, c.origin, c.changed, c.hash, \
                       c.was_there, c.is_there, c.owner_before, c.unit_before, c.owner_after, c.unit_after FROM changes c WHERE ";

/// The next page.
pub fn page(conn: &mut Conn, actor: &Actor, specs: &Specs, ask: &Ask) -> Result<Page> {
    let mut page = Page {
        entries: Vec::new(),
        next: ask.after,
        end: false,
    };
    // Who acts is known from some seconds ago; a share that was given since must not be passed by.
    let actor = &Actor {
        has_shares: true,
        ..actor.clone()
    };
    let mut examined = 0;
    while page.entries.len() < ask.limit && examined < ask.examine && !page.end {
        let want = (ask.limit - page.entries.len()).max(CHUNK).min(ask.examine - examined);
        let (rows, seen, last) = fetch(conn, actor, specs, page.next, want)?;
        examined += seen;
        let full = show(conn, actor, specs, ask, rows, &mut page)?;
        if !full {
            page.end = seen < want;
            page.next = last.unwrap_or(page.next);
        }
    }
    Ok(page)
}

/// Entries behind a place of objects that the actor may read at all (and of shares, which bring records into sight); how many
/// there were of any object, and the place behind the last.
fn fetch(conn: &mut Conn, actor: &Actor, specs: &Specs, after: Place, want: usize) -> Result<(Vec<Row>, usize, Option<Place>)> {
    let sql = Sql::new(COLUMNS)
        .text("(c.tx, c.seq) > ")
        .and(after.row())
        .text(" AND ")
        .text(place::settled(conn))
        .text(" ORDER BY c.tx, c.seq LIMIT ")
        .bind(want as i64);
    let may = |object: &str| match object {
        SHARES => Some(SHARES),
        _ => specs
            .get_key_value(object)
            .map(|(o, _)| *o)
            .filter(|o| actor.sight(o, "read").is_some())
            // What is seen through others has no owner to tell by: only who sees all of those is told of it.
            .filter(|o| super::sight::through_what(o).is_none_or(|t| actor.sight(t, "read").is_some_and(|s| s.scope == Scope::All))),
    };
    let (mut rows, mut seen, mut last) = (Vec::new(), 0, None);
    conn.rows(&sql, |row| {
        let place = Place {
            tx: row.integer(0)?,
            seq: row.integer(1)?,
        };
        (seen, last) = (seen + 1, Some(place));
        let text = |i| Ok::<_, Error>(row.text(i)?.unwrap_or_default());
        let Some(object) = may(&text(2)?) else { return Ok(()) };
        let flag = |i| {
            let mut flag = false;
            row.at(i, &mut |cell| {
                flag = cell.boolean()?;
                Ok(())
            })?;
            Ok::<_, Error>(flag)
        };
        let missing = || Error::Internal(format!("entry {} of the change log is not whole", place.seq));
        rows.push(Row {
            place,
            object,
            record: row.uuid(3)?.ok_or_else(missing)?,
            op: text(4)?,
            version: row.integer(5)?,
            at: row.instant(6)?.ok_or_else(missing)?,
            actor: row.uuid(7)?.ok_or_else(missing)?,
            origin: row.uuid(8)?.ok_or_else(missing)?,
            changed: text(9)?,
            hash: text(10)?,
            before: if flag(11)? { Some((row.uuid(13)?, row.uuid(14)?)) } else { None },
            after: if flag(12)? { Some((row.uuid(15)?, row.uuid(16)?)) } else { None },
        });
        Ok(())
    })?;
    Ok((rows, seen, last))
}

const SHARES: &str = "shares";

/// A share of a record to the actor, as it is now.
struct Share {
    object: &'static str,
    record: Uuid,
}

/// Adds what of the rows the actor may see; true when that filled the page, which then ends behind its last entry.
fn show(conn: &mut Conn, actor: &Actor, specs: &Specs, ask: &Ask, rows: Vec<Row>, page: &mut Page) -> Result<bool> {
    let asked = |object: &str| ask.objects.is_empty() || ask.objects.contains(object);
    let narrow = |object: &'static str| actor.sight(object, "read").is_some_and(|s| s.scope < Scope::All);
    let unsure = rows.iter().filter(|r| asked(r.object) && narrow(r.object));
    let shared = shared(conn, actor, unsure.map(|r| r.record))?;
    let shares = shares(conn, actor, specs, rows.iter().filter(|r| r.object == SHARES).map(|r| r.record))?;
    let first = page.entries.len();
    let mut full = false;
    for row in rows {
        if full {
            break;
        }
        page.next = row.place;
        if let Some(share) = shares.get(&row.record).filter(|s| row.object == SHARES && asked(s.object)) {
            // Whether it is still shown is decided below, by the finder: a record may be in sight by other ways too.
            let (op, id) = (Happened::Created, share.record);
            page.entries.push((row.place, entry(&row, share.object, id, op, None, Vec::new())));
        }
        let sight = specs.get(row.object).and_then(|s| actor.sight(s.object, "read"));
        if let (Some(sight), true) = (sight, asked(row.object)) {
            let given = shared.contains(&(row.object.to_owned(), row.record));
            let sees = |whose: Whose| whose.is_some_and(|(owner, unit)| given || sight.covers(owner, unit));
            if let Some(op) = happened(&row.op, sees(row.before), sees(row.after)) {
                let changed = match op {
                    Happened::Hidden => Vec::new(),
                    _ => changed(actor, specs, &row)?,
                };
                let version = (op != Happened::Hidden).then_some(row.version);
                page.entries
                    .push((row.place, entry(&row, row.object, row.record, op, version, changed)));
            }
        }
        full = page.entries.len() >= ask.limit;
    }
    bodies(conn, actor, specs, &mut page.entries[first..])?;
    // What a share once showed, and nothing shows now, is not told of but as hidden.
    for (_, change) in &mut page.entries[first..] {
        if change.version.is_none() && change.op == Happened::Created {
            match version_of(change.record.as_deref()) {
                Some(version) => change.version = Some(version),
                None => (change.op, change.actor) = (Happened::Hidden, None),
            }
        }
    }
    Ok(full)
}

/// What an entry is to someone who saw the record before, or sees it after.
fn happened(op: &str, before: bool, after: bool) -> Option<Happened> {
    match (op, before, after) {
        ("deleted", true, _) => Some(Happened::Deleted),
        ("merged", true, _) => Some(Happened::Merged),
        ("restored", _, true) => Some(Happened::Restored),
        ("updated", true, true) => Some(Happened::Updated),
        ("created" | "updated", _, true) => Some(Happened::Created),
        (_, true, false) => Some(Happened::Hidden),
        _ => None,
    }
}

fn entry(row: &Row, object: &str, record_id: Uuid, op: Happened, version: Option<i64>, changed: Vec<String>) -> Change {
    let shown = op != Happened::Hidden;
    Change {
        seq: row.place.seq,
        id: id(&row.hash),
        object: object.to_owned(),
        record_id,
        op,
        version,
        changed,
        at: row.at,
        actor: Some(row.actor).filter(|a| shown && !a.is_nil()),
        tx_id: row.origin,
        record: None,
    }
}

/// An entry's id, made of its hash: the same for ever, and of this entry alone.
fn id(hash: &str) -> Uuid {
    let mut bytes = [0; 16];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = hash.get(2 * i..2 * i + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The names of the fields an entry changed, without the values and without what the actor may not see in the clear.
fn changed(actor: &Actor, specs: &Specs, row: &Row) -> Result<Vec<String>> {
    let names: BTreeMap<String, IgnoredAny> = serde_json::from_str(&row.changed).map_err(|e| Error::Internal(e.to_string()))?;
    let clear = |name: &String| {
        let field = specs.get(row.object).and_then(|spec| spec.field(name));
        field.is_none_or(|f| f.mask.is_none() || actor.may_field(row.object, f.name, "read"))
    };
    Ok(names.into_keys().filter(clear).collect())
}

/// Which of the records are shared with the actor now, with their objects.
fn shared(conn: &mut Conn, actor: &Actor, records: impl Iterator<Item = Uuid>) -> Result<HashSet<(String, Uuid)>> {
    let records: BTreeSet<Uuid> = records.collect();
    let mut found = HashSet::new();
    if records.is_empty() {
        return Ok(found);
    }
    let sql = Sql::new("SELECT object, record_id FROM shares WHERE deleted_at IS NULL AND action IN ('read', 'update') AND grantee_id IN ")
        .list(actor.grantees.iter().map(|id| Bind::from(*id)))
        .text(" AND record_id IN ")
        .list(records.into_iter().map(Bind::from));
    conn.rows(&sql, |row| {
        if let (Some(object), Some(id)) = (row.text(0)?, row.uuid(1)?) {
            found.insert((object, id));
        }
        Ok(())
    })?;
    Ok(found)
}

/// What the shares of these ids give or gave the actor.
fn shares(conn: &mut Conn, actor: &Actor, specs: &Specs, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Share>> {
    let ids: BTreeSet<Uuid> = ids.collect();
    let mut found = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = Sql::new("SELECT id, object, record_id FROM shares WHERE action IN ('read', 'update') AND grantee_id IN ")
        .list(actor.grantees.iter().map(|id| Bind::from(*id)))
        .text(" AND id IN ")
        .list(ids.into_iter().map(Bind::from));
    conn.rows(&sql, |row| {
        let object = row.text(1)?.unwrap_or_default();
        let object = specs.get_key_value(object.as_str()).map(|(o, _)| *o);
        let object = object.filter(|o| actor.sight(o, "read").is_some());
        if let (Some(id), Some(object), Some(record)) = (row.uuid(0)?, object, row.uuid(2)?) {
            found.insert(id, Share { object, record });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Gives what came into sight its record, through the finder: as it is now and as the actor may see it.
fn bodies(conn: &mut Conn, actor: &Actor, specs: &Specs, entries: &mut [(Place, Change)]) -> Result<()> {
    let comes = |c: &Change| matches!(c.op, Happened::Created | Happened::Restored);
    let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for (_, change) in entries.iter().filter(|(_, c)| comes(c)) {
        if let Some((object, _)) = specs.get_key_value(change.object.as_str()) {
            wanted.entry(object).or_default().insert(change.record_id);
        }
    }
    let mut found: HashMap<(&'static str, Uuid), Box<RawValue>> = HashMap::new();
    for (object, ids) in wanted {
        let (Some(spec), Some(sight)) = (specs.get(object), actor.sight(object, "read")) else {
            continue;
        };
        let sight: Sight<'_> = sight;
        for (id, text) in read::texts(conn, &sight, spec, &ids.into_iter().collect::<Vec<_>>())? {
            let text = String::from_utf8(text).map_err(|e| Error::Internal(e.to_string()))?;
            found.insert(
                (object, id),
                RawValue::from_string(text).map_err(|e| Error::Internal(e.to_string()))?,
            );
        }
    }
    for (_, change) in entries.iter_mut().filter(|(_, c)| comes(c)) {
        let key = specs.get_key_value(change.object.as_str()).map(|(o, _)| (*o, change.record_id));
        change.record = key.and_then(|key| found.get(&key).cloned());
    }
    Ok(())
}

fn version_of(record: Option<&RawValue>) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: i64,
    }
    serde_json::from_str::<Version>(record?.get()).ok().map(|v| v.version)
}
