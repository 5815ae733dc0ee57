//! What became of each row of an import, and how far it is: both in the transaction of the rows themselves. And how a row finds the
//! record it means.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Null, Sql};
use crate::{core::external, sql};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::integration::import::{ImportCounts, Outcome};
use uuid::Uuid;

/// How far an import is. The place is where reading goes on: raw bytes, rows and lines before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checkpoint {
    pub offset: i64,
    pub number: i64,
    pub line: i64,
    pub counts: ImportCounts,
    /// The row that taking back looks at next; none before that began.
    pub undo: Option<i64>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1 for the first row of data.
    pub number: i64,
    pub outcome: Outcome,
    /// The record that it made, changed or found.
    pub record: Option<Uuid>,
    /// The record's version behind it.
    pub version: Option<i64>,
    /// JSON: what was wrong with it.
    pub errors: Option<String>,
    /// What taking it back did: `deleted`, `restored` or `conflict`.
    pub undo: Option<String>,
}

/// How far it is; none before its first row.
pub fn checkpoint(conn: &mut Conn, import: Uuid) -> Result<Option<Checkpoint>> {
    let sql = sql!(
        "SELECT place_offset, place_number, place_line, counts, undo_number FROM import_checkpoints WHERE import_id = ?",
        import
    );
    conn.row(&sql, |row| {
        let mut undo = None;
        row.at(4, &mut |cell| {
            undo = Some(cell.integer()?);
            Ok(())
        })?;
        let counts = row.text(3)?.unwrap_or_default();
        Ok(Checkpoint {
            offset: row.integer(0)?,
            number: row.integer(1)?,
            line: row.integer(2)?,
            counts: serde_json::from_str(&counts).map_err(|e| Error::Internal(e.to_string()))?,
            undo,
        })
    })
}

/// Notes how far it is.
pub fn advance(conn: &mut Conn, import: Uuid, to: &Checkpoint, now: Instant) -> Result<()> {
    let counts = serde_json::to_string(&to.counts).map_err(|e| Error::Internal(e.to_string()))?;
    conn.execute(&sql!(
        "INSERT INTO import_checkpoints (import_id, place_offset, place_number, place_line, counts, undo_number, at) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (import_id) DO UPDATE SET place_offset = excluded.place_offset, \
         place_number = excluded.place_number, place_line = excluded.place_line, counts = excluded.counts, \
         undo_number = excluded.undo_number, at = excluded.at",
        import,
        to.offset,
        to.number,
        to.line,
        counts,
        to.undo,
        now
    ))?;
    Ok(())
}

/// Forgets how far it was: its file has come again.
pub fn forget(conn: &mut Conn, import: Uuid) -> Result<()> {
    conn.execute(&sql!("DELETE FROM import_checkpoints WHERE import_id = ?", import))?;
    Ok(())
}

/// Rows noted by one statement: few texts cover all numbers of rows, so that each is prepared once.
const AT_ONCE: usize = 64;

/// Notes what became of rows. A row that was noted before is a fault: it would have been done twice.
pub fn note(conn: &mut Conn, import: Uuid, entries: &[Entry]) -> Result<()> {
    let (many, few) = entries.split_at(entries.len() / AT_ONCE * AT_ONCE);
    for chunk in many.chunks(AT_ONCE).chain(few.chunks(1)) {
        let mut sql = Sql::new("INSERT INTO import_rows (import_id, number, outcome, record_id, version, errors) VALUES ");
        for (i, entry) in chunk.iter().enumerate() {
            sql = sql.text(if i > 0 { ", (" } else { "(" }).bind(import);
            let values = [
                Bind::Integer(entry.number),
                entry.outcome.word().into(),
                entry.record.map_or(Bind::Null(Null::Id), Bind::from),
                entry.version.map_or(Bind::Null(Null::Integer), Bind::from),
                entry.errors.clone().map_or(Bind::Null(Null::Text), Bind::from),
            ];
            for value in values {
                sql = sql.text(", ").bind(value);
            }
            sql = sql.text(")");
        }
        conn.execute(&sql)?;
    }
    Ok(())
}

/// What became of the rows behind a number, in order, at most so many.
pub fn after(conn: &mut Conn, import: Uuid, number: i64, most: i64) -> Result<Vec<Entry>> {
    read(
        conn,
        &sql!(
            "SELECT number, outcome, record_id, version, errors, undo FROM import_rows WHERE import_id = ? AND number > ? ORDER BY number LIMIT ?",
            import,
            number,
            most
        ),
    )
}

/// What became of the rows up to a number, the last first, at most so many.
pub fn before(conn: &mut Conn, import: Uuid, number: i64, most: i64) -> Result<Vec<Entry>> {
    read(
        conn,
        &sql!(
            "SELECT number, outcome, record_id, version, errors, undo FROM import_rows WHERE import_id = ? AND number <= ? ORDER BY number DESC LIMIT ?",
            import,
            number,
            most
        ),
    )
}

fn read(conn: &mut Conn, sql: &Sql) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    conn.rows(sql, |row| {
        let word = row.text(1)?.unwrap_or_default();
        let mut version = None;
        row.at(3, &mut |cell| {
            version = Some(cell.integer()?);
            Ok(())
        })?;
        found.push(Entry {
            number: row.integer(0)?,
            outcome: Outcome::of(&word).ok_or_else(|| Error::Internal(format!("no outcome: {word}")))?,
            record: row.uuid(2)?,
            version,
            errors: row.text(4)?,
            undo: row.text(5)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Notes what taking a row back did.
pub fn undone(conn: &mut Conn, import: Uuid, number: i64, what: &str) -> Result<()> {
    conn.execute(&sql!(
        "UPDATE import_rows SET undo = ? WHERE import_id = ? AND number = ?",
        what,
        import,
        number
    ))?;
    Ok(())
}

/// Whether anything else than this import changed a record behind a version.
pub fn touched(conn: &mut Conn, object: &str, record: Uuid, version: i64, import: Uuid) -> Result<bool> {
    let sql = sql!(
        "SELECT 1 FROM changes WHERE record_id = ? AND version > ? AND object = ? AND origin <> ? LIMIT 1",
        record,
        version,
        object,
        import
    );
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// What a version of a record changed: each field with its values before and after, as JSON text.
pub fn changed(conn: &mut Conn, object: &str, record: Uuid, version: i64) -> Result<Option<String>> {
    let sql = sql!(
        "SELECT changed FROM changes WHERE record_id = ? AND version = ? AND object = ?",
        record,
        version,
        object
    );
    Ok(conn.row(&sql, |row| row.text(0))?.flatten())
}

/// The records outside the trash that something names, two at most: the second says that the name is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<'a> {
    External(&'a str, &'a str),
    /// The normal form of an email address or of a telephone number, as customers are found by it.
    Key(&'static str, &'a str),
    /// A column of ours, letter by letter.
    Column(&'static str, &'a str),
}

/// The records of an object that a name means.
pub fn named(conn: &mut Conn, object: &str, name: &Named<'_>) -> Result<Vec<Uuid>> {
    let sql = match name {
        Named::External(system, value) => return Ok(external::find(conn, object, system, value)?.into_iter().collect()),
        Named::Key(kind, value) => sql!(
            "SELECT customer_id FROM customer_keys WHERE kind = ? AND value = ? LIMIT 2",
            *kind,
            *value
        ),
        // Objects and columns are names of our own, from the field table.
        Named::Column(column, value) => Sql::new(format!("SELECT id FROM {object} WHERE deleted_at IS NULL AND {column} = "))
            .bind(*value)
            .text(" LIMIT 2"),
    };
    conn.ids(&sql)
}
