//! Warehouses.
use super::stock;
use crate::core::conn::Conn;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::orders::warehouse::Warehouse;

row! { Warehouse in warehouses {
    code: Plain,
    name: Plain,
    city: Maybe,
    address: Maybe,
    priority: Plain,
    active: Plain,
} hidden {
    search = Warehouse::search_text,
} }
store! { Warehouse, derive |conn, before, after, _context| match (before, after) {
    (Some(gone), None) => unused(conn, gone),
    _ => Ok(()),
} }

/// Where something lies or is expected, there must be a warehouse.
fn unused(conn: &mut Conn, gone: &Warehouse) -> Result<()> {
    // Who is changing what lies there is waited for; who comes next no longer finds it.
    stock::close(conn, gone.base.id.uuid())?;
    let some = sql!(
        "SELECT 1 FROM stock WHERE warehouse_id = ? AND (on_hand_millionths > 0 OR incoming_millionths > 0) LIMIT 1",
        gone.base.id.uuid()
    );
    match conn.row(&some, |_| Ok(()))? {
        Some(()) => Err(Error::Conflict("in_use")),
        None => Ok(()),
    }
}
