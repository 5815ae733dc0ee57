//! The past of a customer's values, as the change log has it.
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::customers::customer::Customer;
use domain::quality::trace::{Entry, Trace};
use uuid::Uuid;

/// Entries of one read. Most customers have fewer.
const PAGE: i64 = 200;

/// A customer's entries below a version, the newest first: one page by the index of the record.
///
/// # Errors
/// Those of the database.
pub fn entries(conn: &mut Conn, customer: Uuid, below: Option<i64>) -> Result<Vec<Entry>> {
    let sql = Sql::new(
        "SELECT c.version, c.at, c.actor_id, c.via, i.id, i.data_source_id, c.changed FROM changes c \
         LEFT JOIN imports i ON i.id = c.origin WHERE c.record_id = ",
    )
    .bind(customer)
    .text(" AND c.object = 'customers' AND c.version > 0");
    let sql = match below {
        Some(version) => sql.text(" AND c.version < ").bind(version),
        None => sql,
    };
    let mut found = Vec::new();
    conn.rows(&sql.text(" ORDER BY c.version DESC LIMIT ").bind(PAGE), |row| {
        let at = row
            .instant(1)?
            .ok_or_else(|| Error::Internal("a change without a date".to_owned()))?;
        let user = row.uuid(2)?.filter(|id| !id.is_nil());
        let import = row.uuid(4)?.map(|id| Ok::<_, Error>((id, row.uuid(5)?))).transpose()?;
        // What an erasure has emptied tells nothing any more.
        let changed = serde_json::from_str(&row.text(6)?.unwrap_or_default()).unwrap_or_default();
        let via = row.text(3)?.unwrap_or_default();
        found.push(Entry::new(row.integer(0)?, at, user, &via, import, changed));
        Ok(())
    })?;
    Ok(found)
}

/// Hands all entries of a customer to somebody, the newest first, until they have had enough.
///
/// # Errors
/// Those of the database.
pub fn walk(conn: &mut Conn, customer: Uuid, mut take: impl FnMut(&Entry) -> bool) -> Result<()> {
    let mut below = None;
    loop {
        let some = entries(conn, customer, below)?;
        for entry in &some {
            if !take(entry) {
                return Ok(());
            }
        }
        match some.last() {
            Some(last) if some.len() as i64 == PAGE => below = Some(last.version),
            _ => return Ok(()),
        }
    }
}

/// Where each value of a customer comes from.
///
/// # Errors
/// Those of the database.
pub fn trace(conn: &mut Conn, customer: &Customer, now: Instant) -> Result<Trace> {
    let mut trace = Trace::of(customer, now)?;
    walk(conn, customer.base.id.uuid(), |entry| {
        trace.take(entry);
        !trace.done()
    })?;
    Ok(trace)
}
