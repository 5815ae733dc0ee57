//! Seals over the change log, and letting go of its old part. A seal covers every entry since the seal before, in the order of the
//! log, by their hashes and their number, and the seal before it: an entry that is cut out of a sealed range shows.
use super::changes::{DENIED, hex};
use super::conn::Conn;
use super::place::{self, Place};
use super::settings;
use super::sql::Sql;
use crate::sql;
use chrono::TimeDelta;
use domain::core::error::Result;
use domain::core::instant::Instant;
use serde_json::json;
use sha2::{Digest, Sha256};

/// The most entries of one seal: on SQLite no other write runs meanwhile.
const MOST: i64 = 4_000;
/// How many entries are read at once.
const CHUNK: i64 = 2_000;

/// A seal as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    pub number: i64,
    /// Behind the last entry it covers.
    pub to: Place,
    pub entries: i64,
    pub at: Instant,
    /// Over the hashes of its entries, in order.
    pub digest: String,
    /// The hash of the seal before.
    pub previous: String,
    pub hash: String,
}

impl Seal {
    /// What its hash must be.
    pub fn expected(&self) -> String {
        let text = json!([self.previous, self.number, self.entries, self.at.micros(), self.digest]);
        hex(&Sha256::digest(text.to_string().as_bytes()))
    }
}

/// Some seals behind a number, in order.
pub fn after(conn: &mut Conn, number: i64, most: i64) -> Result<Vec<Seal>> {
    some(conn, Sql::new("number > ").bind(number).text(" ORDER BY number LIMIT ").bind(most))
}

/// The newest seal; none where nothing was sealed yet.
pub fn last(conn: &mut Conn) -> Result<Option<Seal>> {
    Ok(some(conn, Sql::new("TRUE ORDER BY number DESC LIMIT 1"))?.pop())
}

fn some(conn: &mut Conn, which: Sql) -> Result<Vec<Seal>> {
    let sql = Sql::new("SELECT number, to_tx, to_seq, entries, at, digest, previous_hash, hash FROM change_seals WHERE ").and(which);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let text = |i| Ok::<_, domain::core::error::Error>(row.text(i)?.unwrap_or_default());
        found.push(Seal {
            number: row.integer(0)?,
            to: Place {
                tx: row.integer(1)?,
                seq: row.integer(2)?,
            },
            entries: row.integer(3)?,
            at: row.instant(4)?.unwrap_or_else(|| Instant::new(chrono::DateTime::UNIX_EPOCH)),
            digest: text(5)?,
            previous: text(6)?,
            hash: text(7)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Seals what was written since the last seal, at most 4,000 entries of it: how many that were. Call it in a write, again and
/// again until it says 0. Of two nodes that seal at once, one does.
pub fn seal(conn: &mut Conn, now: Instant) -> Result<i64> {
    let before = last(conn)?;
    let from = before.as_ref().map_or(Place::START, |s| s.to);
    // What can be read now is whole up to its end, and stays so while this goes on.
    let end = place::end(conn)?;
    let (mut at, mut entries, mut digest) = (from, 0, Sha256::new());
    while entries < MOST {
        let sql = Sql::new("SELECT c.tx, c.seq, c.hash FROM changes c WHERE (c.tx, c.seq) > ")
            .and(at.row())
            .text(" AND (c.tx, c.seq) <= ")
            .and(end.row())
            .text(" ORDER BY c.tx, c.seq LIMIT ")
            .bind(CHUNK.min(MOST - entries));
        let before = entries;
        conn.rows(&sql, |row| {
            at = Place {
                tx: row.integer(0)?,
                seq: row.integer(1)?,
            };
            entries += 1;
            digest.update(row.text(2)?.unwrap_or_default());
            digest.update(b"\n");
            Ok(())
        })?;
        if entries == before {
            break;
        }
    }
    if entries == 0 {
        return Ok(0);
    }
    let mut seal = Seal {
        number: before.as_ref().map_or(1, |s| s.number + 1),
        to: at,
        entries,
        at: now,
        digest: hex(&digest.finalize()),
        previous: before.map(|s| s.hash).unwrap_or_default(),
        hash: String::new(),
    };
    seal.hash = seal.expected();
    let sql = sql!(
        "INSERT INTO change_seals (number, to_tx, to_seq, entries, at, digest, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (number) DO NOTHING",
        seal.number,
        seal.to.tx,
        seal.to.seq,
        seal.entries,
        seal.at,
        &seal.digest,
        &seal.previous,
        &seal.hash
    );
    if conn.execute(&sql)? == 0 {
        return Ok(0);
    }
    // A witness outside the database: whoever rewrites the log and its seals can't rewrite the server's own log.
    tracing::info!(target: "audit", number = seal.number, entries, hash = seal.hash, "the change log was sealed");
    Ok(entries)
}

/// The setting of how many days the change log is kept; at least [`MIN_DAYS`]. Where it is not set, all is kept.
pub const RETENTION: &str = "changes_retention_days";
/// The fewest days that the change log is kept.
pub const MIN_DAYS: i64 = 30;

/// Lets go of superseded entries that are older than the setting says, a bounded number at a time, from a place on: where to go on,
/// or none at the end. Only sealed entries go, and each record keeps its newest one, so that its chain goes on. What was let go of
/// is noted first: a follower that stands before it is told to read anew.
pub fn prune(conn: &mut Conn, now: Instant, from: Place) -> Result<Option<Place>> {
    let Some(days) = settings::get(conn, RETENTION)?.and_then(|days| days.trim().parse::<i64>().ok()) else {
        return Ok(None);
    };
    let cut = now.after(TimeDelta::days(-days.clamp(MIN_DAYS, 36_500)));
    // A seal is younger than all it covers.
    let Some(newest) = some(conn, Sql::new("at < ").bind(cut).text(" ORDER BY number DESC LIMIT 1"))?.pop() else {
        return Ok(None);
    };
    let to = newest.to.max(place::floor(conn)?.unwrap_or(Place::START));
    place::raise_floor(conn, to)?;
    let window = Sql::new("SELECT c.tx, c.seq, c.record_id, c.object, c.version, c.op FROM changes c WHERE (c.tx, c.seq) > ")
        .and(from.row())
        .text(" AND (c.tx, c.seq) <= ")
        .and(to.row())
        .text(" ORDER BY c.tx, c.seq LIMIT ")
        .bind(CHUNK);
    let superseded = Sql::new("SELECT w.tx, w.seq, (w.op = ")
        .bind(DENIED)
        .text(" OR EXISTS (SELECT 1 FROM changes n WHERE n.record_id = w.record_id AND n.object = w.object AND n.version > w.version)) FROM (")
        .and(window)
        .text(") w ORDER BY w.tx, w.seq");
    let (mut last, mut gone) = (None, Vec::new());
    conn.rows(&superseded, |row| {
        let seq = row.integer(1)?;
        last = Some(Place { tx: row.integer(0)?, seq });
        let mut goes = false;
        row.at(2, &mut |cell| {
            goes = cell.boolean()?;
            Ok(())
        })?;
        if goes {
            gone.push(seq.into());
        }
        Ok(())
    })?;
    for some in gone.chunks(500) {
        conn.execute(&Sql::new("DELETE FROM changes WHERE seq IN ").list(some.to_vec()))?;
    }
    Ok(last)
}
