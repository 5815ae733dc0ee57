//! Bulk actions: one change to many records, previewed, made in chunks through the same pipeline as a request for each, reported on and
//! undone.
mod job;
mod operations;
mod preview;
mod results;
mod routes;
mod undo;
mod work;

use crate::jobs::JobKind;
pub use routes::routes;

/// The kinds of jobs of bulk actions.
pub const KINDS: [&'static dyn JobKind; 2] = [&job::RunBulkAction, &undo::UndoBulkAction];
