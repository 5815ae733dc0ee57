//! Teams.
use crate::{row, store};
use domain::access::team::Team;
use domain::core::text::fold;

row! { Team in teams {
    name: Plain,
    member_ids: Json,
} hidden {
    search = |t: &Team| fold(&t.name),
} }
store! { Team }
