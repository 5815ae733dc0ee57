//! What a new organization starts with, made once: its first unit, the roles, and a pipeline for its deals.
use crate::core::conn::Conn;
use crate::sales::pipeline as sales;
use crate::sql;
use domain::access::builtin::{HEAD_OFFICE, ROLES};
use domain::access::role::Role;
use domain::access::unit::Unit;
use domain::access::user::User;
use domain::core::error::{Error, Result};
use domain::core::input::members;
use domain::core::pipeline::{self, Context};
use serde_json::json;
use uuid::Uuid;

/// Makes the roles that are missing, the first pipeline and the first unit if there is none; the unit's id.
pub fn found(conn: &mut Conn, context: &Context<'_>) -> Result<Uuid> {
    for role in &ROLES {
        if role_named(conn, role.name)?.is_none() {
            let body = json!({"name": role.name, "description": role.description, "permissions": role.permissions()});
            pipeline::create::<Role>(conn, context, None, members(body))?;
        }
    }
    sales::found(conn, context)?;
    let first = sql!("SELECT id FROM units WHERE deleted_at IS NULL ORDER BY parent_id IS NOT NULL, created_at, id LIMIT 1");
    match conn.row(&first, |row| row.uuid(0))?.flatten() {
        Some(unit) => Ok(unit),
        None => Ok(pipeline::create::<Unit>(conn, context, None, members(json!({"name": HEAD_OFFICE})))?.id),
    }
}

/// The role of this name.
pub fn role_named(conn: &mut Conn, name: &str) -> Result<Option<Uuid>> {
    let named = sql!("SELECT id FROM roles WHERE deleted_at IS NULL AND name = ?", name);
    Ok(conn.row(&named, |row| row.uuid(0))?.flatten())
}

/// Makes a user of a role, in a unit, who signs in with the password of a hash.
pub fn user(conn: &mut Conn, context: &Context<'_>, name: &str, email: &str, role: &str, hash: &str) -> Result<Uuid> {
    let unit = found(conn, context)?;
    let role = role_named(conn, role)?.ok_or_else(|| Error::invalid("/role", domain::core::problem::Code::NotFound))?;
    let body = json!({"name": name, "email": email, "works_in_id": unit, "role_ids": [role]});
    let with_password = |user: &mut User| {
        user.password_set_at = Some(context.now());
        Ok(())
    };
    let user = pipeline::create_with(conn, context, None, members(body), with_password)?.id;
    super::credential::keep_hash(conn, user, hash, context.now())?;
    Ok(user)
}
