//! The field table: what a record's fields are called, what they hold, and what may be done with each. Filter, sort, sparse
//! fields, metadata, import headers and field permissions all read it, so none of them can disagree with the record.
use std::borrow::Cow;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most so many characters.
    Text(u32),
    /// One of a closed list of words.
    Choice(Cow<'static, [Cow<'static, str>]>),
    /// Several texts or words, such as interests; a condition asks whether one is among them.
    Texts,
    Boolean,
    /// A whole number within ±(2^53 − 1), the range that JSON keeps exact.
    Integer,
    /// An exact decimal of at most 15 digits before the point and 6 behind it.
    Decimal,
    /// An amount and its currency; a condition or a sort names `field.amount` or `field.currency`.
    Money,
    /// A full date in the Gregorian calendar.
    Date,
    /// A moment, to the millisecond, in UTC.
    Instant,
    /// The id of a record of the named object.
    Reference(&'static str),
    /// An object or a list of objects; it can be read and written, not compared or sorted.
    Structure,
}

/// Who sets a field, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Set on create, changed by patch.
    Free,
    /// Set on create, never changed by patch.
    Fixed,
    /// Set by the server alone.
    Server,
}

/// One field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// The member's name in JSON, and the column's.
    pub name: &'static str,
    pub kind: Kind,
    pub access: Access,
    /// A create must give it.
    pub required: bool,
    /// It can be null.
    pub nullable: bool,
    /// A list can be sorted by it: an index stands behind it.
    pub sortable: bool,
    /// A filter can name it.
    pub filterable: bool,
    /// It is shown only to those who hold the field permission `object.field:read`.
    pub sensitive: bool,
    /// What it means, as the contract says it.
    pub doc: &'static str,
}

/// What a condition may name on one object, built-in or custom, and what stands there.
pub trait Lookup {
    /// The kind of the value at a dotted path (`city`, `amount.amount`, `custom.size`); none if there is no such field, or the
    /// asker may not know of it.
    fn kind(&self, path: &str) -> Option<Kind>;
}
