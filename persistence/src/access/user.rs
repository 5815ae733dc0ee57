//! Users.
use crate::{row, store};
use domain::access::user::User;
use domain::core::text::fold;

row! { User in users {
    name: Plain,
    email: Plain,
    works_in_id: Maybe,
    role_ids: Json,
    locale: Word,
    active: Plain,
} hidden {
    search = |u: &User| fold(&format!("{} {}", u.name, u.email)),
} }
store! { User }
