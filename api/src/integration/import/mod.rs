//! Files of records that come in: received, read row by row in bounded memory, written in chunks, reported on and taken back.
mod apply;
mod folder;
mod job;
mod operations;
mod prepare;
pub(in crate::integration) mod problem;
pub mod reader;
pub mod results;
mod routes;
mod undo;

use crate::jobs::JobKind;
pub use folder::folder;
pub use routes::routes;

/// The kinds of jobs of imports.
pub const KINDS: [&'static dyn JobKind; 2] = [&job::ImportRows, &undo::UndoImport];
