//! Units.
use crate::schema::units;
use domain::access::unit::Unit;
use domain::core::id::Id;
use domain::core::text::fold;

row! { UnitRow in units <=> Unit {
    name: String,
    parent_id: Option<Id<Unit>>,
} hidden {
    search: String = |u: &Unit| fold(&u.name),
} }
store! { Unit, UnitRow in units }
