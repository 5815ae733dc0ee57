//! The one error of the rules and of storage: an outer meaning, which decides what the caller is told, and an inner cause, which
//! only the log sees.
use super::problem::Problems;
use crate::customers::duplicate::DuplicateMatch;

/// Why something was not done. Nothing has changed when it is returned.
#[derive(Debug)]
pub enum Error {
    /// No such record, or none that the caller may see: the two are told apart nowhere.
    NotFound,
    /// The caller may see the record or the object, but not do this; the permission they lack.
    Forbidden(String),
    /// The input parsed, but says something wrong.
    Invalid(Problems),
    /// The query string says something wrong: a filter, a sort, a field or a limit; the parameter's name and why.
    Query(Vec<(&'static str, Problems)>),
    /// The record changed since the caller read it; its version now.
    Stale(i64),
    /// `If-None-Match: *` on something that exists, or `If-Match: *` on something that does not.
    Precondition,
    /// It contradicts the state of things; the code of why.
    Conflict(&'static str),
    /// A value that must be unique belongs to another record; the field's name.
    Taken(String),
    /// Other customers, in the caller's sight, have the same exact keys.
    Duplicate(Vec<DuplicateMatch>),
    /// The same idempotency key came with another request.
    KeyReused,
    /// The same idempotency key is being worked on.
    KeyInFlight,
    /// The cursor does not belong to this filter, sort or caller, or is no cursor of ours.
    Cursor,
    /// What the cursor points at is no longer kept.
    Expired,
    /// The server can't take it now: full, stopping, or its database is away; the code of why. Try again later.
    Unavailable(&'static str),
    /// A fault of ours. The text is for the log alone.
    Internal(String),
}

impl Error {
    /// One thing wrong with the input.
    pub fn invalid(pointer: impl Into<String>, code: super::problem::Code) -> Self {
        let mut problems = Problems::default();
        problems.add(pointer, code);
        Error::Invalid(problems)
    }
}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Error::Invalid(problems)
    }
}
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // Whoever reads it at a console should not have to read Rust.
            Error::Internal(text) => f.write_str(text),
            other => write!(f, "{other:?}"),
        }
    }
}
impl std::error::Error for Error {}

/// What rules and storage return.
pub type Result<T, E = Error> = std::result::Result<T, E>;
