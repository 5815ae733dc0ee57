//! Roles. Nobody gives a role more than they hold, and the last role that may do everything stays.
use super::{actor, lock, user};
use crate::core::conn::Conn;
use crate::core::object::is_permission;
use crate::{row, store};
use domain::access::role::{Permission, Role, grants};
use domain::core::actor::{Actor, Grants};
use domain::core::error::{Error, Result};
use domain::core::problem::{Code, Problems};
use domain::core::text::search_key;

row! { Role in roles {
    name: Plain,
    description: Maybe,
    permissions: Json,
} hidden {
    search = |r: &Role| search_key(&r.name),
} }
store! { Role, derive |conn, before, after, context| keep(conn, before, after, context.actor) }

/// What is wrong with permissions that `giver` gives beyond what was held before: unknown ones, and those they don't hold themselves.
pub fn given(permissions: &[Permission], before: &Grants, giver: &Actor) -> Problems {
    let mut problems = Problems::default();
    for (i, p) in permissions.iter().enumerate() {
        let one = grants(std::slice::from_ref(p));
        if before.0.get(&p.permission) >= Some(&p.scope) {
            continue;
        }
        let at = format!("/permissions/{i}/permission");
        if !is_permission(&p.permission) {
            problems.add(at, Code::NotFound);
        } else if !one.within(&giver.grants) {
            problems.add(at, Code::Forbidden);
        }
    }
    problems
}

fn keep(conn: &mut Conn, before: Option<&Role>, after: Option<&Role>, giver: &Actor) -> Result<()> {
    let of = |role: Option<&Role>| role.map(|r| grants(&r.permissions)).unwrap_or_default();
    let (old, new) = (of(before), of(after));
    if let Some(role) = after {
        given(&role.permissions, &old, giver).or(())?;
    }
    // A role above the giver is not theirs to take from either.
    if before.is_some() && old != new && !old.within(&giver.grants) {
        return Err(Error::Forbidden("roles:update".to_owned()));
    }
    lock(conn)?;
    if let (Some(role), None) = (before, after)
        && user::holds(conn, role.base.id.uuid())?
    {
        return Err(Error::Conflict("in_use"));
    }
    if actor::owns(&old) && !actor::owns(&new) && !user::someone_owns(conn)? {
        return Err(Error::Conflict("last_owner"));
    }
    Ok(())
}
