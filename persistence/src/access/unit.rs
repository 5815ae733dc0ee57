//! Units.
use crate::{row, store};
use domain::access::unit::Unit;
use domain::core::text::fold;

row! { Unit in units {
    name: Plain,
    parent_id: Maybe,
} hidden {
    search = |u: &Unit| fold(&u.name),
} }
store! { Unit }
