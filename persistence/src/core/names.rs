//! What records are called, for whoever shows them beside something else.
use super::conn::Conn;
use super::read;
use super::sql::{Bind, Sql};
use domain::core::actor::Sight;
use domain::core::error::Result;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What those of some records that are within the sight are called, by a column of theirs; of those in the trash too where they are asked for.
///
/// # Errors
/// Those of the database.
pub fn names(
    conn: &mut Conn,
    sight: &Sight<'_>,
    column: &'static str,
    ids: impl IntoIterator<Item = Uuid>,
    trashed: bool,
) -> Result<BTreeMap<Uuid, String>> {
    let (mut found, ids) = (BTreeMap::new(), ids.into_iter().map(Bind::from).collect::<Vec<_>>());
    if ids.is_empty() {
        return Ok(found);
    }
    // Objects and columns are names of our own tables; the caller takes them from there.
    let sql = Sql::new(format!("SELECT t0.id, t0.{column} FROM {} t0 WHERE t0.id IN ", sight.object)).list(ids);
    let sql = if trashed { sql } else { sql.text(" AND t0.deleted_at IS NULL") };
    conn.rows(&sql.also(read::sight(sight)), |row| {
        if let (Some(id), Some(name)) = (row.uuid(0)?, row.text(1)?) {
            found.insert(id, name);
        }
        Ok(())
    })?;
    Ok(found)
}
