//! Organization units: head office, branches, agencies, as a tree.
use super::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::{Place, Rules};
use derive::Record;

/// A part of the organization: head office, branch or agency. Units form a tree.
#[derive(Debug, Clone, Record)]
#[record(path = "/units", one = "unit", many = "units", tag = "Access", fa = "واحدها")]
pub struct Unit {
    #[record(base)]
    pub base: Base,
    /// What the unit is called.
    #[record(min = 1, max = 200, sort, search, example = r#""Yazd branch""#, fa = "نام")]
    pub name: String,
    /// The unit above it; null for the top of the tree.
    #[record(fa = "واحد بالادست")]
    pub parent_id: Option<Id<Unit>>,
    /// Who leads it; null for whoever leads the unit above it.
    #[record(fa = "سرپرست")]
    pub manager_id: Option<Id<User>>,
    /// The sales region that it is in; null for that of the unit above it.
    #[record(max = 100, example = r#""مرکز""#, fa = "منطقهٔ فروش")]
    pub region: Option<String>,
}

impl Rules for Unit {
    /// A unit belongs to itself, so that who may see a unit's records may see the unit.
    fn place(&self) -> Option<Place> {
        Some(Place {
            unit: Some(self.base.id.cast()),
            member: "parent_id",
            named: self.parent_id,
        })
    }
}
