//! Groups and who is in them.
use crate::schema::{group_members, groups};
use domain::core::id::Id;
use domain::core::text::search_key;
use domain::customers::customer::Customer;
use domain::customers::group::{Group, GroupMember};

row! { GroupRow in groups <=> Group {
    name: String,
    description: Option<String>,
} hidden {
    search: String = |g: &Group| search_key(&g.name),
} }
store! { Group, GroupRow in groups }

row! { GroupMemberRow in group_members <=> GroupMember {
    group_id: Id<Group>,
    customer_id: Id<Customer>,
} }
store! { GroupMember, GroupMemberRow in group_members }
