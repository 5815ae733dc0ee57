//! What can be wrong with a row, and with a file.
use super::ROW_MAX;
use std::{fmt, io};

/// A row that cannot be used; reading goes on behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct BadRow {
    pub error: RowError,
    /// The row as it stands in the file with its line end, for the report; empty if it is too large to keep.
    pub text: String,
}

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowError {
    /// More or fewer cells than headers. Empty cells at the end are not counted as too many: Thunderbird writes one.
    Ragged { expected: usize, found: usize },
    /// More than [`COLUMNS_MAX`](super::COLUMNS_MAX) cells.
    TooManyColumns,
    /// The cell in this column, from 0, is above [`FIELD_MAX`](super::FIELD_MAX).
    FieldTooLarge { column: usize },
    /// A line above [`ROW_MAX`] in an NDJSON file, or such a card.
    TooLarge,
    /// Bytes that are no text in the file's encoding.
    Encoding,
    /// No JSON; `column` counts bytes from 1.
    Syntax { column: usize },
    /// JSON, but no object.
    NotAnObject,
    /// A member that stands twice in one object.
    DuplicateMember(String),
    /// A card that does not end, or none that can be read.
    UnclosedCard,
}

/// Why a file cannot be read, or not further.
#[derive(Debug)]
pub enum ReadError {
    Io(io::Error),
    /// There is no header row, or all its cells are empty.
    NoHeader,
    /// No card begins in the first 64 KiB of a file of cards.
    NoCard,
    /// The header row has more than [`COLUMNS_MAX`](super::COLUMNS_MAX) cells, or one above [`FIELD_MAX`](super::FIELD_MAX), or bytes that are no text.
    BadHeader(RowError),
    /// A row above [`ROW_MAX`]. Where it ends cannot be told, so nothing behind it is read.
    RowTooLarge {
        row: u64,
        line: u64,
    },
    /// A quote that is opened in this row and never closed.
    UnclosedQuote {
        row: u64,
        line: u64,
    },
    /// A place that does not lie in this file.
    NoSuchPlace,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Io(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => write!(f, "the file cannot be read: {error}"),
            ReadError::NoHeader => f.write_str("the file has no header row"),
            ReadError::NoCard => f.write_str("the file has no vCard at its beginning"),
            ReadError::BadHeader(error) => write!(f, "the header row cannot be used: {error:?}"),
            ReadError::RowTooLarge { row, line } => write!(f, "row {row} (line {line}) is larger than {ROW_MAX} bytes"),
            ReadError::UnclosedQuote { row, line } => write!(f, "row {row} (line {line}) opens a quote that is never closed"),
            ReadError::NoSuchPlace => f.write_str("the file has no such place"),
        }
    }
}

impl std::error::Error for ReadError {}
