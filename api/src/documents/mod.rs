//! Documents, over HTTP: files that belong to records, with their versions, their text and where their bytes are.
mod content;
pub mod extract;
mod keep;
mod media;
mod routes;
pub mod section;
mod serve;
pub mod store;
mod sweep;
mod versions;

use crate::jobs::JobKind;
pub use keep::keep_file;
pub use routes::routes;
pub use serve::disposition;

/// The kinds of jobs of documents.
pub const KINDS: [&'static dyn JobKind; 2] = [&extract::ExtractText, &sweep::SweepContents];
