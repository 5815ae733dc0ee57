//! What a verification of the change log can find, in words.
use uuid::Uuid;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The entry does not match its own hash.
    Edited { seq: i64, object: String, record: Uuid },
    /// An entry is missing from a record's chain before this one.
    Gap {
        seq: i64,
        object: String,
        record: Uuid,
        version: i64,
    },
    /// The entry does not follow the one before it of the same record.
    Chain { seq: i64, object: String, record: Uuid },
    /// The entries of a sealed range are not those that were sealed.
    Range { seal: i64, sealed: i64, found: i64 },
    /// A seal is missing, or not as it was written.
    Seal { seal: i64 },
    /// The record's row is of another version than its last entry, or gone.
    Row {
        object: String,
        record: Uuid,
        entry: i64,
        row: Option<i64>,
    },
    /// The values of an entry were taken away, and by no erasure.
    Emptied { seq: i64, object: String, record: Uuid },
    /// The records that an erasure names are not those that it erased.
    Erasure { erasure: Uuid },
    /// A record without any entry.
    Unwritten { object: String, record: Uuid },
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::Edited { seq, object, record } => write!(f, "entry {seq} ({object} {record}) was edited"),
            Broken::Gap {
                seq,
                object,
                record,
                version,
            } => write!(f, "entry {seq} ({object} {record}): version {version} before it is missing"),
            Broken::Chain { seq, object, record } => write!(f, "entry {seq} ({object} {record}) does not follow the one before it"),
            Broken::Range { seal, sealed, found } => {
                write!(f, "seal {seal}: it covers {sealed} entries; the {found} found are not those")
            }
            Broken::Seal { seal } => write!(f, "seal {seal} is missing or was edited"),
            Broken::Row {
                object,
                record,
                entry,
                row: Some(row),
            } => write!(f, "{object} {record} is of version {row}; its last entry is of version {entry}"),
            Broken::Row { object, record, entry, .. } => write!(
                f,
                "{object} {record} is gone; its last entry, of version {entry}, did not delete it"
            ),
            Broken::Emptied { seq, object, record } => write!(f, "entry {seq} ({object} {record}) was emptied without an erasure"),
            Broken::Erasure { erasure } => write!(f, "erasure {erasure}: the records it names are not those that it erased"),
            Broken::Unwritten { object, record } => write!(f, "{object} {record} has no entry at all"),
        }
    }
}
