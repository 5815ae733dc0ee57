//! The end of records that have lain in the trash long enough: the row goes, and all that storage derived from it. What happened to it
//! stays in the change log.
use super::conn::Conn;
use super::sql::{Bind, Sql};
use crate::sql;
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::core::resource::Spec;
use uuid::Uuid;

/// Records that went to the trash before a moment, at most `most`. A look over the whole table: read it outside a write.
///
/// # Errors
/// Those of the database.
pub fn older(conn: &mut Conn, spec: &Spec, before: Instant, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new(format!("SELECT id FROM {} WHERE deleted_at < ", spec.object)).bind(before);
    conn.ids(&sql.text(" LIMIT ").bind(most))
}

/// Records outside the trash whose reference names one of these.
///
/// # Errors
/// Those of the database.
pub fn referring(conn: &mut Conn, spec: &Spec, field: &'static str, to: &[Uuid]) -> Result<Vec<Uuid>> {
    let sql = Sql::new(format!("SELECT id FROM {} WHERE deleted_at IS NULL AND {field} IN ", spec.object));
    conn.ids(&list(sql, to))
}

/// What else is kept of the records of an object: the table, and the column that names the record.
const BESIDE: [(&str, &str, &str); 8] = [
    ("groups", "group_matches", "group_id"),
    ("groups", "group_rules", "group_id"),
    ("groups", "group_history", "group_id"),
    ("customers", "group_history", "customer_id"),
    ("leads", "lead_keys", "lead_id"),
    ("imports", "work_rows", "work_id"),
    ("imports", "import_checkpoints", "import_id"),
    ("bulk_actions", "work_rows", "work_id"),
];

/// Erases those of the records that are still in the trash since before the moment: how many.
///
/// # Errors
/// Those of the database.
pub fn erase(conn: &mut Conn, spec: &Spec, which: &[Uuid], before: Instant) -> Result<usize> {
    let sql = list(Sql::new(format!("SELECT id FROM {} WHERE id IN ", spec.object)), which);
    let still = conn.ids(&sql.text(" AND deleted_at < ").bind(before))?;
    if still.is_empty() {
        return Ok(0);
    }
    for table in ["custom_values", "external_ids", "shares"] {
        let sql = Sql::new(format!("DELETE FROM {table} WHERE object = "))
            .bind(spec.object)
            .text(" AND record_id IN ");
        conn.execute(&list(sql, &still))?;
    }
    for (_, table, column) in BESIDE.iter().filter(|(object, _, _)| *object == spec.object) {
        conn.execute(&list(Sql::new(format!("DELETE FROM {table} WHERE {column} IN ")), &still))?;
    }
    conn.execute(&list(Sql::new(format!("DELETE FROM {} WHERE id IN ", spec.object)), &still))
}

fn list(sql: Sql, of: &[Uuid]) -> Sql {
    sql.list(of.iter().map(|id| Bind::from(*id)))
}

/// How many days records lie in the trash: the setting `purge_days`, 30 unless it is set.
///
/// # Errors
/// Those of the database.
pub fn days(conn: &mut Conn) -> Result<i64> {
    let set = conn.row(&sql!("SELECT value FROM settings WHERE name = ?", "purge_days"), |row| row.text(0))?;
    Ok(set
        .flatten()
        .and_then(|days| days.parse().ok())
        .filter(|d| (1..=36_500).contains(d))
        .unwrap_or(30))
}
