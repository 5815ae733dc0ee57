//! Units, kept a tree.
use super::{actor, lock};
use crate::core::conn::Conn;
use crate::{row, sql, store};
use domain::access::unit::Unit;
use domain::core::error::{Error, Result};
use domain::core::problem::{Code, Problems};
use domain::core::text::fold;

row! { Unit in units {
    name: Plain,
    parent_id: Maybe,
    manager_id: Maybe,
    region: Maybe,
} hidden {
    search = |u: &Unit| fold(&u.name),
} }
store! { Unit, derive |conn, before, after, _context| keep_tree(conn, before, after) }

/// No unit is above itself, none is below one that is gone, and none goes while others or people are in it.
fn keep_tree(conn: &mut Conn, before: Option<&Unit>, after: Option<&Unit>) -> Result<()> {
    lock(conn)?;
    let Some(unit) = after else {
        let id = before.map(|u| u.base.id.uuid());
        let inside = sql!(
            "SELECT 1 FROM units WHERE parent_id = ? AND deleted_at IS NULL UNION ALL SELECT 1 FROM users WHERE works_in_id = ? AND deleted_at IS NULL LIMIT 1",
            id,
            id
        );
        return match conn.row(&inside, |_| Ok(()))? {
            Some(()) => Err(Error::Conflict("in_use")),
            None => Ok(()),
        };
    };
    let Some(parent) = unit.parent_id else { return Ok(()) };
    if before.is_some_and(|b| b.parent_id == unit.parent_id) {
        return Ok(());
    }
    if actor::below(conn, unit.base.id.uuid())?.contains(&parent.uuid()) {
        let mut problems = Problems::default();
        problems.with("/parent_id", Code::Conflict, vec![("with", "/id".to_owned())]);
        return Err(problems.into());
    }
    let there = sql!("SELECT 1 FROM units WHERE id = ? AND deleted_at IS NULL", parent.uuid());
    match conn.row(&there, |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(Error::Conflict("parent_deleted")),
    }
}
