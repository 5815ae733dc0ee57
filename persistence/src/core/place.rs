//! Places in the change log, and in the log of what users are told of, which has the same order: where a follower stands, how far it may read, and from where on the log is kept.
//!
//! The order is that of (transaction, number). On SQLite one writer orders the numbers and the transaction is always 0. On PostgreSQL
//! numbers are drawn before the commit, so a follower that went by them alone would pass by one that commits late. It reads only
//! below `pg_snapshot_xmin`: every transaction below it has ended, so nothing can still come to stand before what was read.
use super::conn::Conn;
use super::cursor;
use super::settings;
use super::sql::Sql;
use crate::sql;
use domain::core::actor::{Actor, Scope};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A place in the change log: just behind an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The entry's transaction; 0 on SQLite.
    pub tx: i64,
    /// The entry's number.
    pub seq: i64,
}

impl Place {
    /// Before all entries.
    pub const START: Place = Place { tx: i64::MIN, seq: 0 };

    /// `(tx, seq)` bound as a row.
    pub fn row(self) -> Sql {
        Sql::new("(").bind(self.tx).text(", ").bind(self.seq).text(")")
    }

    fn read(text: &str) -> Option<Place> {
        let (tx, seq) = text.split_once(',')?;
        Some(Place {
            tx: tx.parse().ok()?,
            seq: seq.parse().ok()?,
        })
    }
}

/// What the order allows to be read, as a condition on the table `c`: no entry can still come to stand before one that passes.
pub fn settled(conn: &Conn) -> &'static str {
    if conn.is_sqlite() {
        "TRUE"
    } else {
        "c.tx < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"
    }
}

/// A log that is followed by places: a table with the columns `tx` and `seq`.
#[derive(Debug)]
pub struct Log {
    table: &'static str,
    /// The setting that says from where on it is kept.
    floor: &'static str,
}

/// The change log.
pub static CHANGES: Log = Log {
    table: "changes",
    floor: FLOOR,
};
/// What users are told of.
pub static NOTIFICATIONS: Log = Log {
    table: "notifications",
    floor: "notifications_floor",
};

/// The place behind the newest entry of the change log that can be read.
pub fn end(conn: &mut Conn) -> Result<Place> {
    end_of(conn, &CHANGES)
}

/// The place behind the newest entry that can be read.
pub fn end_of(conn: &mut Conn, log: &Log) -> Result<Place> {
    let sql = Sql::new(format!(
        "SELECT c.tx, c.seq FROM {} c WHERE {} ORDER BY c.tx DESC, c.seq DESC LIMIT 1",
        log.table,
        settled(conn)
    ));
    let found = conn.row(&sql, |row| {
        Ok(Place {
            tx: row.integer(0)?,
            seq: row.integer(1)?,
        })
    })?;
    Ok(found.unwrap_or(Place::START))
}

/// Where entries of the change log have been taken away: a place before this one can't be resumed. None where all is kept.
pub fn floor(conn: &mut Conn) -> Result<Option<Place>> {
    floor_of(conn, &CHANGES)
}

fn floor_of(conn: &mut Conn, log: &Log) -> Result<Option<Place>> {
    Ok(settings::get(conn, log.floor)?.as_deref().and_then(Place::read))
}

/// Notes that entries of the change log up to a place are no longer all there.
pub fn raise_floor(conn: &mut Conn, to: Place) -> Result<()> {
    raise_floor_of(conn, &CHANGES, to)
}

/// Notes that entries up to a place are no longer all there.
pub fn raise_floor_of(conn: &mut Conn, log: &Log, to: Place) -> Result<()> {
    settings::set(conn, log.floor, &format!("{},{}", to.tx, to.seq))
}

const FLOOR: &str = "changes_floor";
const EPOCH: &str = "changes_epoch";
const HOME: &str = "changes_home";

/// The name of this log's life: another after a restore, so that a place that was reached in a future which is no more is refused
/// and not resumed in the middle of other entries.
pub fn epoch(conn: &mut Conn) -> Result<String> {
    Ok(settings::get(conn, EPOCH)?.unwrap_or_default())
}

/// Begins a new life of the log: after a restore.
pub fn renew(conn: &mut Conn) -> Result<()> {
    settings::set(conn, EPOCH, &uuid::Uuid::now_v7().simple().to_string())
}

/// Makes the log at home in the cluster it is found in. Transaction ids belong to a cluster: entries that came with a dump would
/// stand beyond all that are written here, and hide them. They are moved, in their order, below every id that is given out, and
/// the log begins a new life. Does nothing on SQLite, and nothing where the log was already.
pub fn settle(conn: &mut Conn) -> Result<bool> {
    if conn.is_sqlite() {
        return Ok(false);
    }
    let here = sql!(
        "SELECT CAST(s.system_identifier AS text) || '/' || CAST(d.oid AS text) FROM pg_control_system() s, pg_database d \
         WHERE d.datname = current_database()"
    );
    let here = conn.row(&here, |row| row.text(0))?.flatten().unwrap_or_default();
    let home = settings::get(conn, HOME)?;
    if home.as_deref() == Some(here.as_str()) {
        return Ok(false);
    }
    // Two nodes may start at once; one of them moves the log, the other sees that it was done.
    conn.execute(&sql!(
        "INSERT INTO settings (name, value) VALUES (?, '') ON CONFLICT (name) DO NOTHING",
        HOME
    ))?;
    let locked = sql!("SELECT value FROM settings WHERE name = ? FOR UPDATE", HOME);
    if conn.row(&locked, |row| row.text(0))?.flatten().as_deref() == Some(here.as_str()) {
        return Ok(false);
    }
    let moved = home.is_some_and(|home| !home.is_empty());
    if moved {
        let top =
            sql!("SELECT GREATEST((SELECT COALESCE(MAX(tx), -1) FROM changes), (SELECT COALESCE(MAX(tx), -1) FROM notifications)) + 1");
        let top = conn.row(&top, |row| row.integer(0))?.unwrap_or_default();
        conn.execute(&sql!("UPDATE changes SET tx = tx - ?", top))?;
        conn.execute(&sql!("UPDATE notifications SET tx = tx - ?", top))?;
        conn.execute(&sql!("UPDATE change_seals SET to_tx = to_tx - ?", top))?;
        for log in [&CHANGES, &NOTIFICATIONS] {
            if let Some(floor) = floor_of(conn, log)? {
                let tx = floor.tx - top;
                raise_floor_of(conn, log, Place { tx, ..floor })?;
            }
        }
        renew(conn)?;
    }
    settings::set(conn, HOME, &here)?;
    Ok(moved)
}

/// What of an actor's rights decides which records they see, in a few characters. A follower whose rights have changed since must
/// read anew: records came into their sight and left it without an entry of their own.
pub fn rights(actor: &Actor) -> String {
    let mut text = String::new();
    let mut narrow = false;
    for (name, scope) in &actor.grants.0 {
        if name.ends_with(":read") || name.ends_with(":*") {
            text += &format!("{name}={};", scope.word());
            narrow |= *scope < Scope::All;
            match scope {
                Scope::Team => text += &format!("{:?}", actor.teammates),
                Scope::UnitAndBelow => text += &format!("{:?}", actor.units_below),
                _ => {}
            }
        }
    }
    if narrow {
        // The actor's own id, unit and teams: what shares are given to.
        text += &format!("{:?}{:?}", actor.unit_id, actor.grantees);
    }
    Sha256::digest(text).iter().take(6).map(|b| format!("{b:02x}")).collect()
}

fn bound(log: &Log, actor: &Actor) -> String {
    format!("{}\u{0}{}", log.table, actor.user_id)
}

/// A place of a log as its follower is told it: sealed, and for this follower alone.
pub fn seal(log: &Log, place: Place, epoch: &str, rights: &str, actor: &Actor, secret: &[u8]) -> Result<String> {
    let values = json!([epoch, rights, place.tx, place.seq]);
    cursor::close(&values, secret, &bound(log, actor))
}

/// Reads a place as it was told. `rights` are those that the follower has now, as [`seal`] is given them.
///
/// # Errors
/// [`Error::Cursor`] when it was not told to this actor; [`Error::Expired`] when what is behind it is no longer all kept, when the log
/// was restored from a backup, or when the actor's rights have changed since.
pub fn open(conn: &mut Conn, log: &Log, text: &str, actor: &Actor, rights: &str, secret: &[u8]) -> Result<Place> {
    let values = cursor::reveal(text, secret, &bound(log, actor))?;
    let (epoch_then, rights_then, place) = match values.as_slice() {
        [Value::String(epoch), Value::String(rights), tx, seq] => match (tx.as_i64(), seq.as_i64()) {
            (Some(tx), Some(seq)) => (epoch, rights, Place { tx, seq }),
            _ => return Err(Error::Cursor),
        },
        _ => return Err(Error::Cursor),
    };
    let pruned = place != Place::START && floor_of(conn, log)?.is_some_and(|floor| place < floor);
    if pruned || *epoch_then != epoch(conn)? || rights_then != rights || place > end_of(conn, log)? {
        return Err(Error::Expired);
    }
    Ok(place)
}
