//! What customers are called, for whoever shows them beside something else.
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::sql::{Bind, Sql};
use domain::core::actor::Actor;
use domain::core::error::Result;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What those of some customers that the actor sees are called.
pub fn names(conn: &mut Conn, actor: &Actor, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    let mut found = HashMap::new();
    let Some(sight) = actor.sight("customers", "read").filter(|_| !ids.is_empty()) else {
        return Ok(found);
    };
    let mut all = vec![
        Sql::new("t0.deleted_at IS NULL"),
        Sql::new("t0.id IN ").list(ids.into_iter().map(Bind::from)),
    ];
    all.extend(read::sight(&sight));
    let sql = Sql::new("SELECT t0.id, t0.display_name FROM customers t0 WHERE ").and(Sql::join(all, " AND ", "TRUE"));
    conn.rows(&sql, |row| {
        if let (Some(id), Some(name)) = (row.uuid(0)?, row.text(1)?) {
            found.insert(id, name);
        }
        Ok(())
    })?;
    Ok(found)
}
