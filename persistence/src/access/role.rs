//! Roles.
use crate::{row, store};
use domain::access::role::Role;
use domain::core::text::search_key;

row! { Role in roles {
    name: Plain,
    description: Maybe,
    permissions: Json,
} hidden {
    search = |r: &Role| search_key(&r.name),
} }
store! { Role }
