//! The field table: what a record's fields are called, what they hold, and what may be done with each. Filter, sort, sparse
//! fields, metadata, import headers and field permissions all read it, so none of them can disagree with the record.
use std::borrow::Cow;
use std::ops::RangeInclusive;
use utoipa::openapi::{RefOr, Schema};

/// The whole numbers that every JSON reader keeps exactly (RFC 7493).
pub const EXACT: RangeInclusive<i64> = -9_007_199_254_740_991..=9_007_199_254_740_991;

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
    /// An amount and its currency. A condition names `field.amount` or `field.currency`; a sort by the field goes by its currency, then by
    /// its amount.
    Money,
    /// A full date in the Gregorian calendar.
    Date,
    /// A moment, to the millisecond, in UTC.
    Instant,
    /// The id of a record of the named object.
    Reference(&'static str),
    /// The ids of several records of the named object.
    References(&'static str),
    /// An object or a list of objects; it can be read and written, not compared or sorted.
    Structure,
}

impl Kind {
    /// The kind as the metadata names it.
    pub const fn word(&self) -> &'static str {
        match self {
            Kind::Text(_) => "text",
            Kind::Choice(_) => "choice",
            Kind::Texts => "texts",
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::Decimal => "decimal",
            Kind::Money => "money",
            Kind::Date => "date",
            Kind::Instant => "instant",
            Kind::Reference(_) => "reference",
            Kind::References(_) => "references",
            Kind::Structure => "structure",
        }
    }
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

/// Named schemas of the contract.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

impl Access {
    /// The word of the metadata.
    pub const fn word(self) -> &'static str {
        match self {
            Access::Free => "free",
            Access::Fixed => "fixed",
            Access::Server => "server",
        }
    }
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
    /// A search over the text of the record looks into it.
    pub searchable: bool,
    /// How it is shown to those who lack the field permission `object.field:read`; they can't filter, sort or write by it either.
    pub mask: Option<Mask>,
    /// The fewest characters or items.
    pub min: u32,
    /// What a whole number may be.
    pub range: RangeInclusive<i64>,
    /// The most items of a list.
    pub max_items: u32,
    /// What it is called on Persian screens; empty where nobody has said, and then the English name stands there.
    pub label_fa: &'static str,
    /// What it means, as the contract says it.
    pub doc: &'static str,
    /// A value as it might be, for the contract's examples; JSON text.
    pub example: &'static str,
    /// The contract's schema of a structure; plain kinds have theirs from `kind`.
    pub schema: Option<fn() -> RefOr<Schema>>,
    /// The named schemas that `schema` refers to.
    pub schemas: Option<fn(&mut Schemas)>,
}

impl Field {
    /// A plain field that anyone may set and that a filter can name: what a declaration starts from.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        let filterable = !matches!(kind, Kind::Structure);
        Field {
            name,
            kind,
            access: Access::Free,
            required: false,
            nullable: false,
            sortable: false,
            filterable,
            searchable: false,
            mask: None,
            min: 0,
            range: EXACT,
            max_items: 100,
            label_fa: "",
            doc,
            example: "",
            schema: None,
            schemas: None,
        }
    }

    /// What it is called on English screens: its name in words; a reference by what it refers to, so that `marketer_id` is "Marketer".
    pub fn label_en(&self) -> String {
        match self.kind {
            Kind::Reference(_) => words(self.name.strip_suffix("_id").filter(|n| !n.is_empty()).unwrap_or(self.name)),
            Kind::References(_) => words(&self.name.replace("_ids", "s")),
            _ => words(self.name),
        }
    }
}

/// A name in words, for screens: `birth_date` is "Birth date".
pub fn words(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// How a sensitive value is shown to those who may not read it in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// Not at all: null.
    Hidden,
    /// The last four characters, the others as `•`.
    Last4,
    /// In each item of a list, the named member as by `Last4`.
    Member(&'static str),
}

/// A Rust type that a record's field can have, and what it holds in the field table's terms.
pub trait FieldType {
    const KIND: Kind;
    /// Whether null is one of its values.
    const NULLABLE: bool = false;
    /// Whether a create may leave it out.
    const OPTIONAL: bool = Self::NULLABLE;
}
impl<T: FieldType> FieldType for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
}
impl FieldType for String {
    const KIND: Kind = Kind::Text(255);
}
impl FieldType for Vec<String> {
    const KIND: Kind = Kind::Texts;
    const OPTIONAL: bool = true;
}
impl<R: super::resource::Named> FieldType for Vec<super::id::Id<R>> {
    const KIND: Kind = Kind::References(R::OBJECT);
    const OPTIONAL: bool = true;
}
impl FieldType for bool {
    const KIND: Kind = Kind::Boolean;
}
impl FieldType for i64 {
    const KIND: Kind = Kind::Integer;
}
impl FieldType for rust_decimal::Decimal {
    const KIND: Kind = Kind::Decimal;
}
impl FieldType for chrono::NaiveDate {
    const KIND: Kind = Kind::Date;
}
impl FieldType for super::instant::Instant {
    const KIND: Kind = Kind::Instant;
}
impl<R: super::resource::Named> FieldType for super::id::Id<R> {
    const KIND: Kind = Kind::Reference(R::OBJECT);
}

/// A closed list of words.
pub trait Choice: Sized + Copy + 'static {
    /// The words as the contract spells them.
    const WORDS: &'static [Cow<'static, str>];
    /// The word of this value.
    fn word(self) -> &'static str;
    /// The value of a word; none for a word that is not in the list.
    fn of(word: &str) -> Option<Self>;
}

/// Declares a closed list of words: the enum, its spelling in JSON and its place in the field table.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $word)] $variant),+ }
        impl $crate::core::field::Choice for $name {
            const WORDS: &'static [std::borrow::Cow<'static, str>] = &[$(std::borrow::Cow::Borrowed($word)),+];
            fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
            fn of(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
        impl $crate::core::field::FieldType for $name {
            const KIND: $crate::core::field::Kind =
                $crate::core::field::Kind::Choice(std::borrow::Cow::Borrowed(<$name as $crate::core::field::Choice>::WORDS));
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::core::schema::of_kind(&<$name as $crate::core::field::FieldType>::KIND)
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

/// What a condition may name on one object, built-in or custom, and what stands there.
pub trait Lookup {
    /// The kind of the value at a dotted path (`city`, `amount.amount`, `custom.size`); none if there is no such field, or the
    /// asker may not know of it.
    fn kind(&self, path: &str) -> Option<Kind>;
}
