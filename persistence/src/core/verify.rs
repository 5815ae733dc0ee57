//! Whether the change log is as it was written. Three looks, each in one pass and in bounded memory: every entry against its own hash
//! and every seal against its entries, in the order of the log; every record's chain, in the order of records; and every record's
//! row against its last entry.
pub use super::broken::Broken;
use super::changes::{BESIDE, Sealed, content, hex};
use super::conn::Conn;
use super::place::{self, Place};
use super::redact;
use super::seal::{self, Seal};
use super::sql::{Bind, Sql};
use domain::core::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many entries are read at once.
const CHUNK: usize = 2_000;
/// How many records are compared with their rows at once.
const ROWS: usize = 500;

/// What a verification found.
#[derive(Debug, Default)]
pub struct Report {
    pub entries: u64,
    pub records: u64,
    pub seals: u64,
    /// The first things found, at most [`Report::SHOWN`].
    pub broken: Vec<Broken>,
    /// How many there are in all.
    pub count: u64,
    /// The newest seal: kept elsewhere, it proves later that what is before it was not rewritten.
    pub newest: Option<Seal>,
}

impl Report {
    /// How many of the things found are named.
    pub const SHOWN: usize = 20;

    fn add(&mut self, broken: Broken) {
        self.count += 1;
        if self.broken.len() < Self::SHOWN {
            self.broken.push(broken);
        }
    }
}

/// Verifies the whole log against itself and against the rows of the objects named, as of one moment; `progress` is told of what
/// is done and what there is to do. The connection must be one of the caller's own: it holds one snapshot throughout.
pub fn verify(conn: &mut Conn, objects: &[&str], progress: &mut dyn FnMut(u64, u64)) -> Result<Report> {
    conn.batch(if conn.is_sqlite() {
        "BEGIN"
    } else {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    })?;
    let result = looks(conn, objects, progress);
    conn.batch("ROLLBACK")?;
    result
}

fn looks(conn: &mut Conn, objects: &[&str], progress: &mut dyn FnMut(u64, u64)) -> Result<Report> {
    let all = conn.row(&Sql::new("SELECT COUNT(*) FROM changes"), |row| row.integer(0))?;
    let all = all.unwrap_or_default().unsigned_abs();
    let mut report = Report::default();
    let floor = place::floor(conn)?;
    by_order(conn, floor, &mut report, &mut |done| progress(done, 2 * all))?;
    by_record(conn, objects, floor, &mut report, &mut |done| progress(all + done, 2 * all))?;
    for object in objects {
        unwritten(conn, object, &mut report)?;
    }
    for erasure in redact::unproven(conn)? {
        report.add(Broken::Erasure { erasure });
    }
    progress(2 * all, 2 * all);
    Ok(report)
}

/// The seals, one after the other, beside the entries they cover.
struct Seals {
    waiting: std::vec::IntoIter<Seal>,
    current: Option<Seal>,
    last: (i64, String),
    found: i64,
    digest: Sha256,
}

impl Seals {
    /// The next seal, its own hash and place in the chain checked.
    fn advance(&mut self, conn: &mut Conn, report: &mut Report) -> Result<()> {
        self.current = self.waiting.next();
        if self.current.is_none() {
            self.waiting = seal::after(conn, self.last.0, 1000)?.into_iter();
            self.current = self.waiting.next();
        }
        if let Some(seal) = &self.current {
            report.seals += 1;
            for missing in self.last.0 + 1..seal.number.min(self.last.0 + 1 + Report::SHOWN as i64) {
                report.add(Broken::Seal { seal: missing });
            }
            if seal.expected() != seal.hash || (seal.previous != self.last.1 && seal.number == self.last.0 + 1) {
                report.add(Broken::Seal { seal: seal.number });
            }
            self.last = (seal.number, seal.hash.clone());
            report.newest = Some(seal.clone());
        }
        Ok(())
    }

    /// Closes every seal that ends before the place; at the end of the log, all of them.
    fn close(&mut self, conn: &mut Conn, before: Option<Place>, floor: Option<Place>, report: &mut Report) -> Result<()> {
        while let Some(seal) = self.current.take_if(|s| before.is_none_or(|p| s.to < p)) {
            let digest = hex(&std::mem::take(&mut self.digest).finalize());
            let found = std::mem::take(&mut self.found);
            let pruned = floor.is_some_and(|floor| seal.to <= floor);
            if !pruned && (digest != seal.digest || found != seal.entries) {
                report.add(Broken::Range {
                    seal: seal.number,
                    sealed: seal.entries,
                    found,
                });
            }
            self.advance(conn, report)?;
        }
        Ok(())
    }
}

fn by_order(conn: &mut Conn, floor: Option<Place>, report: &mut Report, progress: &mut dyn FnMut(u64)) -> Result<()> {
    let mut seals = Seals {
        waiting: Vec::new().into_iter(),
        current: None,
        last: (0, String::new()),
        found: 0,
        digest: Sha256::new(),
    };
    seals.advance(conn, report)?;
    let mut at = Place::START;
    loop {
        let sql = Sql::new(
            "SELECT c.tx, c.seq, c.object, c.record_id, c.op, c.version, c.at, c.actor_id, c.via, c.origin, c.changed, c.previous_hash, \
             c.hash, c.salt, c.content FROM changes c WHERE (c.tx, c.seq) > ",
        )
        .and(at.row())
        .text(" ORDER BY c.tx, c.seq LIMIT ")
        .bind(CHUNK as i64);
        let mut chunk: Vec<(Place, String)> = Vec::with_capacity(CHUNK);
        let mut gone: Vec<(i64, String, Uuid)> = Vec::new();
        conn.rows(&sql, |row| {
            let text = |i| Ok::<_, Error>(row.text(i)?.unwrap_or_default());
            let (object, op, via, changed) = (text(2)?, text(4)?, text(8)?, text(10)?);
            let record = row.uuid(3)?.unwrap_or_default();
            let salt = row.uuid(13)?;
            let emptied = salt.is_none();
            let values = match salt {
                Some(salt) => content(salt, &changed),
                None => text(14)?,
            };
            let entry = Sealed {
                object: &object,
                record,
                op: &op,
                version: row.integer(5)?,
                at: row.instant(6)?.map_or(0, |at| at.micros()),
                actor: row.uuid(7)?.unwrap_or_default(),
                via: &via,
                origin: row.uuid(9)?.unwrap_or_default(),
                content: &values,
            };
            let (seq, hash) = (row.integer(1)?, text(12)?);
            if entry.hash(&text(11)?) != hash || emptied && !redact::is_empty(&changed) {
                report.add(Broken::Edited { seq, object, record });
            } else if emptied {
                gone.push((seq, object, record));
            }
            chunk.push((Place { tx: row.integer(0)?, seq }, hash));
            Ok(())
        })?;
        let Some((last, _)) = chunk.last() else { break };
        at = *last;
        for (seq, object, record) in gone {
            if !redact::is_erased(conn, &object, record)? {
                report.add(Broken::Emptied { seq, object, record });
            }
        }
        for (place, hash) in chunk {
            seals.close(conn, Some(place), floor, report)?;
            seals.digest.update(hash);
            seals.digest.update(b"\n");
            seals.found += 1;
            report.entries += 1;
        }
        progress(report.entries);
    }
    seals.close(conn, None, floor, report)
}

/// One entry, as far as its chain needs it.
struct Link {
    place: Place,
    object: String,
    record: Uuid,
    op: String,
    version: i64,
    previous: String,
    hash: String,
}

/// The last entry of a record: its op and version.
type Ends = BTreeMap<String, Vec<(Uuid, bool, i64)>>;

fn by_record(conn: &mut Conn, objects: &[&str], floor: Option<Place>, report: &mut Report, progress: &mut dyn FnMut(u64)) -> Result<()> {
    let mut at: Option<(Uuid, i64, i64)> = None;
    // The chains of the record that is being read: one, unless two objects have a record of the same id.
    let mut open: BTreeMap<String, Link> = BTreeMap::new();
    let (mut ends, mut waiting, mut done) = (Ends::new(), 0, 0);
    loop {
        let mut sql = Sql::new("SELECT c.tx, c.seq, c.object, c.record_id, c.op, c.version, c.previous_hash, c.hash FROM changes c");
        if let Some((record, version, seq)) = at {
            sql = sql.text(" WHERE (c.record_id, c.version, c.seq) > (");
            sql = sql.bind(record).text(", ").bind(version).text(", ").bind(seq).text(")");
        }
        sql = sql.text(" ORDER BY c.record_id, c.version, c.seq LIMIT ").bind(CHUNK as i64);
        let mut chunk = Vec::with_capacity(CHUNK);
        conn.rows(&sql, |row| {
            let text = |i| Ok::<_, Error>(row.text(i)?.unwrap_or_default());
            chunk.push(Link {
                place: Place {
                    tx: row.integer(0)?,
                    seq: row.integer(1)?,
                },
                object: text(2)?,
                record: row.uuid(3)?.unwrap_or_default(),
                op: text(4)?,
                version: row.integer(5)?,
                previous: text(6)?,
                hash: text(7)?,
            });
            Ok(())
        })?;
        let Some(last) = chunk.last() else { break };
        at = Some((last.record, last.version, last.place.seq));
        done += chunk.len() as u64;
        for link in chunk.into_iter().filter(|l| !BESIDE.contains(&l.op.as_str())) {
            if open.values().next().is_some_and(|l| l.record != link.record) {
                waiting += finish(&mut open, &mut ends, report);
            }
            follow(open.get(&link.object), &link, floor, report);
            open.insert(link.object.clone(), link);
        }
        if waiting >= ROWS {
            compare(conn, objects, std::mem::take(&mut ends), report)?;
            waiting = 0;
        }
        progress(done);
    }
    finish(&mut open, &mut ends, report);
    compare(conn, objects, ends, report)
}

/// Holds an entry against the one before it of the same record.
fn follow(before: Option<&Link>, link: &Link, floor: Option<Place>, report: &mut Report) {
    let (seq, object, record) = (link.place.seq, link.object.clone(), link.record);
    // What was let go of left gaps, each behind an entry as old, or before the first that is left.
    let (version, hash, gaps) = match before {
        Some(b) => (b.version, b.hash.as_str(), floor.is_some_and(|floor| b.place <= floor)),
        None => (0, "", floor.is_some()),
    };
    if link.version > version + 1 {
        if !gaps {
            let version = link.version - 1;
            report.add(Broken::Gap {
                seq,
                object,
                record,
                version,
            });
        }
    } else if link.version != version + 1 || link.previous != hash {
        report.add(Broken::Chain { seq, object, record });
    }
}

/// Closes the chains of a record; how many they were.
fn finish(open: &mut BTreeMap<String, Link>, ends: &mut Ends, report: &mut Report) -> usize {
    let n = open.len();
    report.records += n as u64;
    for (object, link) in std::mem::take(open) {
        ends.entry(object)
            .or_default()
            .push((link.record, matches!(link.op.as_str(), "deleted" | "merged"), link.version));
    }
    n
}

/// Holds rows against the last entries of their records.
fn compare(conn: &mut Conn, objects: &[&str], ends: Ends, report: &mut Report) -> Result<()> {
    for (object, records) in ends {
        // Only our own tables: a name in the log may have been edited.
        let Some(table) = objects.iter().find(|o| **o == object) else {
            continue;
        };
        for some in records.chunks(ROWS) {
            let sql = Sql::new(format!("SELECT id, version FROM {table} WHERE id IN ")).list(some.iter().map(|(id, _, _)| Bind::from(*id)));
            let mut rows: BTreeMap<Uuid, i64> = BTreeMap::new();
            conn.rows(&sql, |row| {
                rows.insert(row.uuid(0)?.unwrap_or_default(), row.integer(1)?);
                Ok(())
            })?;
            for (record, deleted, entry) in some {
                let row = rows.get(record).copied();
                // A row that was deleted may since have been removed for good.
                if row != Some(*entry) && !(row.is_none() && *deleted) {
                    report.add(Broken::Row {
                        object: object.clone(),
                        record: *record,
                        entry: *entry,
                        row,
                    });
                }
            }
        }
    }
    Ok(())
}

/// Rows that came in beside the log.
fn unwritten(conn: &mut Conn, object: &str, report: &mut Report) -> Result<()> {
    let sql = Sql::new(format!(
        "SELECT t.id FROM {object} t WHERE NOT EXISTS (SELECT 1 FROM changes c WHERE c.record_id = t.id AND c.object = "
    ))
    .bind(object)
    .text(") LIMIT ")
    .bind(Report::SHOWN as i64);
    for record in conn.ids(&sql)?.into_iter().collect::<BTreeSet<_>>() {
        report.add(Broken::Unwritten {
            object: object.to_owned(),
            record,
        });
    }
    Ok(())
}
