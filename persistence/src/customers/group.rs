//! Groups and who is in them.
use crate::{row, store};
use domain::core::text::search_key;
use domain::customers::group::{Group, GroupMember};

row! { Group in groups {
    name: Plain,
    description: Maybe,
} hidden {
    search = |g: &Group| search_key(&g.name),
} }
store! { Group }

row! { GroupMember in group_members {
    group_id: Plain,
    customer_id: Plain,
} }
store! { GroupMember }
