//! Numbers without a gap. A number is taken in the transaction of the document that gets it: whoever takes the next waits until that one is
//! kept, or gets its number where it is not.
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::{row, sql, store};
use chrono::NaiveDate;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::orders::series::{NumberSeries, Numbered, Numbering};

row! { NumberSeries in number_series {
    name: Plain,
    kind: Word,
    prefix: Plain,
    restarts: Word,
    digits: Plain,
    first_number: Plain,
    active: Plain,
} }
store! { NumberSeries }

/// How documents of a kind are numbered now.
///
/// # Errors
/// Those of the database.
pub fn in_force(conn: &mut Conn, kind: Numbered) -> Result<Numbering> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.active AND t0.kind = ").bind(kind.word());
    let found: Vec<NumberSeries> = pick(conn, which.text(" ORDER BY t0.created_at DESC, t0.id DESC LIMIT 1"))?;
    Ok(found.first().map_or_else(|| Numbering::usual(kind), Numbering::from))
}

/// Takes the next number for a document of a day. Take it as late in the transaction as can be: from here to its end, others who want a
/// number of the same series wait.
///
/// # Errors
/// Those of the database.
pub fn take(conn: &mut Conn, kind: Numbered, on: NaiveDate, now: Instant) -> Result<String> {
    let numbering = in_force(conn, kind)?;
    let head = numbering.head(on);
    // The row is locked from here on; whoever inserts it at the same time waits for whoever was first.
    let next = sql!(
        "INSERT INTO series_counters (kind, head, last_number, updated_at) VALUES (?, ?, ?, ?) \
         ON CONFLICT (kind, head) DO UPDATE SET last_number = series_counters.last_number + 1, updated_at = excluded.updated_at \
         RETURNING last_number",
        kind.word(),
        &head,
        numbering.first,
        now
    );
    let number = conn.row(&next, |row| row.integer(0))?;
    let number = number.ok_or_else(|| Error::Internal("a series gave no number".to_owned()))?;
    Ok(numbering.written(&head, number))
}

/// Up to where the numbers of a kind have been given: each head with its last number and when that was given, by head.
///
/// # Errors
/// Those of the database.
pub fn given(conn: &mut Conn, kind: Numbered) -> Result<Vec<(String, i64, Instant)>> {
    let counters = sql!(
        "SELECT head, last_number, updated_at FROM series_counters WHERE kind = ? ORDER BY head",
        kind.word()
    );
    let mut found = Vec::new();
    conn.rows(&counters, |row| {
        let at = row.instant(2)?.unwrap_or(Instant::UNSET);
        found.push((row.text(0)?.unwrap_or_default(), row.integer(1)?, at));
        Ok(())
    })?;
    Ok(found)
}
