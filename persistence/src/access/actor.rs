//! Who acts: everything that decides what a user may see and do, read in a handful of statements and then kept for a few seconds.
use crate::core::conn::Conn;
use crate::sql;
use domain::access::role::{Permission, grants};
use domain::core::actor::{Actor, Grants, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A user as sign-in and the request see them.
#[derive(Debug)]
pub struct Account {
    pub actor: Actor,
    pub active: bool,
    /// Tokens of an older version are dead.
    pub session_version: i64,
    pub locale: String,
}

/// Reads a user with all that their roles, teams, unit and shares give them; none where there is no such user.
pub fn load(conn: &mut Conn, user: Uuid, via: Via, now: Instant) -> Result<Option<Account>> {
    let found = conn.row(
        &sql!(
            "SELECT u.works_in_id, u.active, u.locale, c.session_version FROM users u LEFT JOIN credentials c ON c.user_id = u.id \
             WHERE u.id = ? AND u.deleted_at IS NULL",
            user
        ),
        |row| {
            let mut active = false;
            row.at(1, &mut |cell| {
                active = cell.boolean()?;
                Ok(())
            })?;
            Ok((row.uuid(0)?, active, row.text(2)?.unwrap_or_default(), row.integer(3)?))
        },
    )?;
    let Some((unit_id, active, locale, session_version)) = found else {
        return Ok(None);
    };
    let (teams, teammates) = teams_of(conn, user)?;
    let mut grantees: BTreeSet<Uuid> = teams;
    grantees.insert(user);
    grantees.extend(unit_id);
    let units_below = match unit_id {
        Some(unit) => below(conn, unit)?,
        None => BTreeSet::new(),
    };
    let shares = sql!("SELECT 1 FROM shares WHERE deleted_at IS NULL AND grantee_id IN ")
        .list(grantees.iter().map(|id| (*id).into()))
        .text(" LIMIT 1");
    let has_shares = conn.row(&shares, |_| Ok(()))?.is_some();
    let actor = Actor {
        user_id: user,
        via,
        unit_id,
        units_below,
        teammates,
        grantees,
        has_shares,
        grants: grants_of(conn, user)?,
        loaded_at: now,
    };
    Ok(Some(Account {
        actor,
        active,
        session_version,
        locale,
    }))
}

/// A role that someone holds.
#[derive(Debug, Clone)]
pub struct Held {
    pub id: Uuid,
    pub name: String,
    pub permissions: Vec<Permission>,
}

/// The roles a user holds, by name.
pub fn roles_of(conn: &mut Conn, user: Uuid) -> Result<Vec<Held>> {
    let member = if conn.is_sqlite() {
        sql!(
            "SELECT id, name, permissions FROM roles WHERE deleted_at IS NULL AND id IN \
             (SELECT unhex(replace(value, '-', '')) FROM json_each((SELECT role_ids FROM users WHERE id = ?))) ORDER BY name",
            user
        )
    } else {
        sql!(
            "SELECT id, name, permissions FROM roles WHERE deleted_at IS NULL AND id::text IN \
             (SELECT jsonb_array_elements_text(role_ids) FROM users WHERE id = ?) ORDER BY name",
            user
        )
    };
    let mut all = Vec::new();
    conn.rows(&member, |row| {
        let mut permissions = Vec::new();
        row.at(2, &mut |cell| {
            permissions = serde_json::from_str(cell.json()?).map_err(|e| Error::Internal(e.to_string()))?;
            Ok(())
        })?;
        all.push(Held {
            id: row.uuid(0)?.unwrap_or_default(),
            name: row.text(1)?.unwrap_or_default(),
            permissions,
        });
        Ok(())
    })?;
    Ok(all)
}

/// What the user's roles give.
pub fn grants_of(conn: &mut Conn, user: Uuid) -> Result<Grants> {
    let held = roles_of(conn, user)?;
    Ok(grants(&held.into_iter().flat_map(|role| role.permissions).collect::<Vec<_>>()))
}

/// The user's teams, and everyone in them.
pub fn teams_of(conn: &mut Conn, user: Uuid) -> Result<(BTreeSet<Uuid>, BTreeSet<Uuid>)> {
    let mine = if conn.is_sqlite() {
        sql!(
            "SELECT id, member_ids FROM teams t WHERE deleted_at IS NULL AND EXISTS (SELECT 1 FROM json_each(t.member_ids) WHERE value = ?)",
            user.to_string()
        )
    } else {
        sql!(
            "SELECT id, member_ids FROM teams WHERE deleted_at IS NULL AND member_ids @> jsonb_build_array(CAST(? AS text))",
            user.to_string()
        )
    };
    let (mut teams, mut mates) = (BTreeSet::new(), BTreeSet::from([user]));
    conn.rows(&mine, |row| {
        teams.extend(row.uuid(0)?);
        row.at(1, &mut |cell| {
            mates.extend(serde_json::from_str::<Vec<Uuid>>(cell.json()?).map_err(|e| Error::Internal(e.to_string()))?);
            Ok(())
        })?;
        Ok(())
    })?;
    Ok((teams, mates))
}

/// A unit and all below it.
pub fn below(conn: &mut Conn, unit: Uuid) -> Result<BTreeSet<Uuid>> {
    let tree = sql!(
        "WITH RECURSIVE tree (id) AS (SELECT id FROM units WHERE id = ? UNION SELECT u.id FROM units u JOIN tree t ON u.parent_id = t.id \
         WHERE u.deleted_at IS NULL) SELECT id FROM tree",
        unit
    );
    Ok(conn.ids(&tree)?.into_iter().collect())
}

/// Whether these grants are everything.
pub fn owns(grants: &Grants) -> bool {
    grants.0.get("*:*") == Some(&domain::core::actor::Scope::All)
}

/// The actor behind a credential that is not at hand any more, as it would be let in now: what a job does on somebody's behalf. None
/// where the user, or the API key they came with, is no longer good.
pub fn again(conn: &mut Conn, user: Uuid, key: Option<Uuid>, via: Via, now: Instant) -> Result<Option<Actor>> {
    let Some(mut account) = load(conn, user, via, now)?.filter(|a| a.active) else {
        return Ok(None);
    };
    let Some(key) = key else { return Ok(Some(account.actor)) };
    let Some((key, _)) = super::api_key::by_id(conn, key)?.filter(|(key, _)| key.is_good(now)) else {
        return Ok(None);
    };
    account.actor.grants = key.narrow(&account.actor.grants);
    Ok(Some(account.actor))
}
