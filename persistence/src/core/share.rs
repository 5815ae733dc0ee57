//! Explicit shares: one record shown to one user, team or unit beyond what their roles reach.
use super::conn::Conn;
use super::sql::{Bind, Sql};
use crate::sql;
use domain::core::actor::{Actor, Sight};
use domain::core::error::Result;
use uuid::Uuid;

/// Whether a share gives the actor this record for this action. A share to update is also one to read.
pub fn given(conn: &mut Conn, sight: &Sight<'_>, record: Uuid) -> Result<bool> {
    let rights = match sight.action {
        "read" => "('read', 'update')",
        "update" => "('update')",
        _ => return Ok(false),
    };
    if !sight.actor.has_shares {
        return Ok(false);
    }
    let sql = sql!(
        "SELECT 1 FROM shares WHERE deleted_at IS NULL AND object = ? AND record_id = ?",
        sight.object,
        record
    )
    .text(format!(" AND action IN {rights} AND grantee_id IN "))
    .list(sight.actor.grantees.iter().map(|id| Bind::from(*id)));
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// A share that shows a record to an actor.
#[derive(Debug, Clone)]
pub struct Given {
    pub id: Uuid,
    pub grantee_kind: String,
    pub grantee_id: Uuid,
    pub action: String,
}

/// The shares of a record that name the actor, their teams or their unit.
pub fn of_record(conn: &mut Conn, actor: &Actor, object: &str, record: Uuid) -> Result<Vec<Given>> {
    let sql = sql!(
        "SELECT id, grantee_kind, grantee_id, action FROM shares WHERE deleted_at IS NULL AND object = ? AND record_id = ? AND grantee_id IN ",
        object,
        record
    )
    .list(actor.grantees.iter().map(|id| Bind::from(*id)))
    .text(" ORDER BY id LIMIT 200");
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Given {
            id: row.uuid(0)?.unwrap_or_default(),
            grantee_kind: row.text(1)?.unwrap_or_default(),
            grantee_id: row.uuid(2)?.unwrap_or_default(),
            action: row.text(3)?.unwrap_or_default(),
        });
        Ok(())
    })?;
    Ok(found)
}

/// Owner and unit of a record, without a sight: for those who explain it. None where there is no such record.
pub fn whose(conn: &mut Conn, object: &'static str, id: Uuid) -> Result<Option<(Option<Uuid>, Option<Uuid>)>> {
    let sql = Sql::new(format!("SELECT owner_id, unit_id FROM {object} WHERE deleted_at IS NULL AND id = ")).bind(id);
    conn.row(&sql, |row| Ok((row.uuid(0)?, row.uuid(1)?)))
}
