//! How the catalogue is kept.
mod book;
mod category;
pub mod configuration;
pub mod pricing;
pub mod product;
pub mod promotion;
pub mod quote;

use crate::core::conn::Conn;
use domain::core::error::Result;

/// Any number of our own that no other lock of the program has.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1885697399)";

/// Makes changes of the catalogue's order wait for each other, so that what one checks another does not undo: two moves that close a
/// circle, two variants that are alike. SQLite has one writer anyway.
fn lock(conn: &mut Conn) -> Result<()> {
    if conn.is_sqlite() { Ok(()) } else { conn.batch(LOCK) }
}
