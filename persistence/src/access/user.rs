//! Users.
use crate::core::columns::Json;
use crate::schema::users;
use domain::access::role::Role;
use domain::access::unit::Unit;
use domain::access::user::User;
use domain::core::id::Id;
use domain::core::text::fold;

row! { UserRow in users <=> User {
    name: String,
    email: String,
    works_in_id: Option<Id<Unit>>,
    role_ids: Json<Vec<Id<Role>>>,
    locale: String,
    active: bool,
} hidden {
    search: String = |u: &User| fold(&format!("{} {}", u.name, u.email)),
} }
store! { User, UserRow in users }
