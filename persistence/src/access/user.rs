//! Users. Who is switched off or deleted is out at once, and nobody lifts themselves or others above what they hold.
use super::role::given;
use super::{actor, credential, link, lock, session};
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::{Bind, Sql};
use crate::{row, sql, store};
use domain::access::role::{Role, grants};
use domain::access::user::User;
use domain::core::actor::{Actor, Grants};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::{Code, Problems};
use domain::core::text::fold;
use uuid::Uuid;

row! { User in users {
    name: Plain,
    email: Plain,
    works_in_id: Maybe,
    role_ids: Json,
    locale: Word,
    active: Plain,
    invited_at: Maybe,
    password_set_at: Maybe,
} hidden {
    search = |u: &User| fold(&format!("{} {}", u.name, u.email)),
} }
store! { User, derive |conn, before, after, context| keep(conn, before, after, context.actor, context.now()) }

fn keep(conn: &mut Conn, before: Option<&User>, after: Option<&User>, actor: &Actor, now: Instant) -> Result<()> {
    lock(conn)?;
    let held = |u: Option<&User>| u.map(|u| u.role_ids.clone()).unwrap_or_default();
    let (old, new) = (held(before), held(after));
    let old_grants = granted(conn, &old)?;
    if let Some(user) = before
        && user.base.id.uuid() != actor.user_id
        && !old_grants.within(&actor.grants)
    {
        return Err(Error::Forbidden("users:update".to_owned()));
    }
    let mut problems = Problems::default();
    for (i, role) in new.iter().enumerate().filter(|(_, role)| !old.contains(role)) {
        let missing = live::<Role>(conn, role.uuid())?.map(|role| given(&role.permissions, &Grants::default(), actor).0);
        if missing.is_some_and(|missing| !missing.is_empty()) {
            problems.add(format!("/role_ids/{i}"), Code::Forbidden);
        }
    }
    problems.or(())?;
    let active = |u: Option<&User>| u.is_some_and(|u| u.active);
    if let Some(user) = before
        && user.active
        && !active(after)
    {
        let id = user.base.id.uuid();
        credential::outdate_tokens(conn, id)?;
        session::end_others(conn, id, Uuid::nil(), "switched_off", now)?;
    }
    // What was mailed to an address is not for whoever has another one, nor for who is gone.
    if let Some(user) = before
        && (!active(after) || after.is_some_and(|a| a.email != user.email))
    {
        link::forget(conn, user.base.id.uuid())?;
    }
    if active(before) && actor::owns(&old_grants) {
        let still = active(after) && actor::owns(&granted(conn, &new)?);
        if !still && !someone_owns(conn)? {
            return Err(Error::Conflict("last_owner"));
        }
    }
    Ok(())
}

/// Gives a user another password, and tells that in the change log. Who may do so is the caller's to say.
///
/// # Errors
/// Those of the pipeline; `Error::NotFound` where there is no such user.
pub fn set_password(conn: &mut Conn, context: &Context<'_>, user: Uuid, hash: &str) -> Result<Done> {
    credential::keep_hash(conn, user, hash, context.now())?;
    pipeline::change::<User>(conn, context, user, Expect::Any, "update", |user| {
        user.password_set_at = Some(context.now());
        Ok(())
    })
}

/// What roles give together.
fn granted(conn: &mut Conn, roles: &[Id<Role>]) -> Result<Grants> {
    if roles.is_empty() {
        return Ok(Grants::default());
    }
    let which = Sql::new("t0.deleted_at IS NULL AND t0.id IN ").list(roles.iter().map(|id| Bind::from(id.uuid())));
    let all: Vec<_> = pick::<Role>(conn, which)?.into_iter().flat_map(|r| r.permissions).collect();
    Ok(grants(&all))
}

/// Users who hold a role, as a condition over `users u`.
fn holders(conn: &Conn, role: Uuid) -> Sql {
    if conn.is_sqlite() {
        sql!("EXISTS (SELECT 1 FROM json_each(u.role_ids) WHERE value = ?)", role.to_string())
    } else {
        sql!("u.role_ids @> jsonb_build_array(CAST(? AS text))", role.to_string())
    }
}

/// Whether anybody holds a role.
pub fn holds(conn: &mut Conn, role: Uuid) -> Result<bool> {
    let which = Sql::new("SELECT 1 FROM users u WHERE u.deleted_at IS NULL AND ")
        .and(holders(conn, role))
        .text(" LIMIT 1");
    Ok(conn.row(&which, |_| Ok(()))?.is_some())
}

/// Whether anybody who may sign in may do everything.
pub fn someone_owns(conn: &mut Conn) -> Result<bool> {
    for role in pick::<Role>(conn, Sql::new("t0.deleted_at IS NULL"))? {
        if !actor::owns(&grants(&role.permissions)) {
            continue;
        }
        let which = Sql::new("SELECT 1 FROM users u WHERE u.deleted_at IS NULL AND u.active AND ")
            .and(holders(conn, role.base.id.uuid()))
            .text(" LIMIT 1");
        if conn.row(&which, |_| Ok(()))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
