//! Keeping the people who work here, what they may do, and how they sign in.
pub mod actor;
pub mod api_key;
pub mod credential;
pub mod device;
pub mod failures;
pub mod founding;
pub mod link;
pub(crate) mod members;
pub mod prune;
mod role;
pub mod session;
mod share;
mod team;
mod unit;
pub mod user;

use crate::core::conn::Conn;
use domain::core::error::Result;

/// What the advisory lock over units, roles and users is named; any number, the same in every node.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1885697398)";

/// Makes changes of who may do what wait for each other, so that what one checks another does not undo: two moves that close a circle,
/// two owners who leave at once. SQLite has one writer anyway.
fn lock(conn: &mut Conn) -> Result<()> {
    if conn.is_sqlite() { Ok(()) } else { conn.batch(LOCK) }
}
