//! Keeping documents and what is known of their contents; the bytes themselves are kept outside the database.
mod document;
pub mod overview;
pub mod texts;
pub mod versions;
