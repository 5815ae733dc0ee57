//! What a record tells the rest of the house about itself. The derive `Record` writes it from the struct.
use super::base::Base;
use super::field::{Access, Field, Kind, Lookup};
use super::id::Id;
use super::input::Members;
use super::instant::Instant;
use super::problem::Problems;
use crate::access::unit::Unit;
use serde::Serialize;
use std::sync::LazyLock;

/// A record's name in permissions, paths and references, apart from its fields so that two records can refer to each other.
pub trait Named {
    /// The plural, such as `customers`.
    const OBJECT: &'static str;
}

/// A record's names and fields.
#[derive(Debug)]
pub struct Spec {
    /// The plural in snake_case: the object of permissions, and the table.
    pub object: &'static str,
    /// The singular, such as `customer`: the member `object`.
    pub one: &'static str,
    /// The name of its schema, such as `Customer`.
    pub schema: &'static str,
    /// Below `/api/v1`, such as `/customers`.
    pub path: &'static str,
    /// The contract's chapter.
    pub tag: &'static str,
    /// What its records are called on Persian screens; empty where nobody has said.
    pub label_fa: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// The base's and its own, in the order of the JSON.
    pub fields: &'static LazyLock<Vec<Field>>,
}

impl Spec {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }
    /// Whether the member `object` says what the record is; otherwise the record is about an object, and the member says which.
    pub fn says_its_kind(&self) -> bool {
        self.field("object").is_none()
    }
    /// The most that a body may hold of it, in bytes.
    pub const MAX_BODY: usize = 1 << 20;
}

impl Lookup for Spec {
    fn kind(&self, path: &str) -> Option<Kind> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(n, r)| (n, Some(r)));
        let field = self.field(name).filter(|f| f.filterable)?;
        match (&field.kind, rest) {
            (kind, None) if *kind != Kind::Money => Some(kind.clone()),
            (Kind::Money, Some("amount")) => Some(Kind::Decimal),
            (Kind::Money, Some("currency")) => Some(Kind::Text(3)),
            _ => None,
        }
    }
}

/// What rules may ask of the world: the moment, and the organization's settings.
#[derive(Debug, Clone)]
pub struct Setting {
    pub now: Instant,
    /// Where a telephone number without country code is read when its owner's country is not known; ISO 3166-1 alpha-2.
    pub default_region: String,
}

/// The invariants of a record, the same after a create and after a patch.
pub trait Rules {
    /// Brings values into their normal form and says all that is wrong with the result.
    fn check(&mut self, _setting: &Setting) -> Problems {
        Problems::default()
    }
    /// Where it belongs, if that is not its owner's unit.
    fn place(&self) -> Option<Place> {
        None
    }
    /// Whether a rule of the organization chose its new owner in this very write. Then it goes to whom the rule says, also where whoever
    /// writes could not give it.
    fn given_by_rule(&self, _before: Option<&Self>) -> bool
    where
        Self: Sized,
    {
        false
    }
}

/// Where a record belongs by its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The unit it belongs to.
    pub unit: Option<Id<Unit>>,
    /// The member by which it got there.
    pub member: &'static str,
    /// The unit named there, which must be within the sight of whoever names it.
    pub named: Option<Id<Unit>>,
}

/// A record: its inputs, and how they become it.
pub trait Resource: Named + Rules + Serialize + Clone + Send + Sync + 'static {
    /// What a create says.
    type Create: Input;
    /// What a patch says: absent keeps, null clears.
    type Patch: Input;
    const SPEC: Spec;
    fn new(input: Self::Create, base: Base) -> Self;
    fn apply(&mut self, patch: Self::Patch);
    fn base(&self) -> &Base;
    fn base_mut(&mut self) -> &mut Base;
}

/// Something read from the members of a JSON object.
pub trait Input: Sized + Send + 'static {
    /// Takes its members; what is wrong with them is noted there, and none is returned only then.
    fn read(members: &mut Members) -> Option<Self>;
}

/// Which fields an input may not set, and why.
pub fn refused(field: &Field, patch: bool) -> Option<super::problem::Code> {
    match field.access {
        Access::Server => Some(super::problem::Code::ReadOnly),
        Access::Fixed if patch => Some(super::problem::Code::Fixed),
        _ => None,
    }
}
