//! Documents: files that belong to records, with their versions.
pub mod document;
pub mod name;
