//! Explicit shares: one record shown to one user, team or unit beyond what their roles reach.
use super::conn::Conn;
use super::sql::Bind;
use crate::sql;
use domain::core::actor::Sight;
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
