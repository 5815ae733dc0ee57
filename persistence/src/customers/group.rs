//! Groups and who is put into them by hand. Who is in a group by its condition is kept beside: see `membership`.
use super::membership::{self, Event};
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::sql::Sql;
use crate::{row, sql, store};
use domain::core::actor::Sight;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::Problems;
use domain::core::resource::Resource;
use domain::core::text::search_key;
use domain::customers::customer::Customer;
use domain::customers::group::{Cause, Group, GroupKind, GroupMember, Membership};
use uuid::Uuid;

row! { Group in groups {
    name: Plain,
    description: Maybe,
    condition: Maybe,
    kind: Word,
} hidden {
    search = |g: &Group| search_key(&g.name),
} }
store! {
    Group,
    settle |conn, before, after, context| fits(conn, before, after, context),
    derive |conn, before, after, context| follow(conn, before, after, context)
}

row! { GroupMember in group_members {
    group_id: Plain,
    customer_id: Plain,
} }
store! {
    GroupMember,
    settle |conn, _before, after, context| by_hand(conn, after, context),
    derive |conn, before, after, context| tell(conn, before, after, context)
}

/// The most groups with a condition: each write of a customer is held against them.
pub const MOST: i64 = 1_000;

/// Holds a changed condition against the fields of customers that its writer may know of.
fn fits(conn: &mut Conn, before: Option<&Group>, after: &Group, context: &Context<'_>) -> Result<Problems> {
    if let Some(before) = before {
        let fixed = Group::fixed(before, after);
        if !fixed.0.is_empty() || before.condition == after.condition {
            return Ok(fixed);
        }
    }
    let Some(rule) = after.rule()? else {
        return Ok(Problems::default());
    };
    if before.is_none() {
        let sql = Sql::new("SELECT COUNT(*) FROM groups WHERE deleted_at IS NULL AND kind = ").bind(GroupKind::Dynamic.word());
        if conn.row(&sql, |row| row.integer(0))?.unwrap_or_default() >= MOST {
            return Err(Error::Conflict("too_many_groups"));
        }
    }
    match read::check(conn, &Customer::SPEC, context.actor, rule) {
        Ok(_) => Ok(Problems::default()),
        Err(Error::Query(all)) => {
            let mut problems = Problems::default();
            all.into_iter().for_each(|(_, told)| problems.extend(told.at(Group::CONDITION)));
            Ok(problems)
        }
        Err(error) => Err(error),
    }
}

/// A condition that came, changed or went is told to whoever keeps the members.
fn follow(conn: &mut Conn, before: Option<&Group>, after: Option<&Group>, context: &Context<'_>) -> Result<()> {
    let condition = |g: Option<&Group>| g.and_then(|g| g.condition.clone());
    if condition(before) == condition(after) {
        return Ok(());
    }
    match after {
        // One that was cleared, too: those who are in are put in by hand.
        Some(group) => membership::renew(conn, group.base.id.uuid(), context).map(|_| ()),
        None => membership::changed(conn, context),
    }
}

/// Nobody puts a customer into a group that has a condition. To whom the group is out of sight it is not there at all.
fn by_hand(conn: &mut Conn, member: &GroupMember, context: &Context<'_>) -> Result<Problems> {
    let group = member.group_id.uuid();
    if kind(conn, group)? == Some(GroupKind::Dynamic) && conn.reaches(context.actor, "groups", "read", group)? {
        return Err(Error::Conflict("group_is_dynamic"));
    }
    Ok(Problems::default())
}

/// How a group gets its members; none where there is no such group, or it lies in the trash.
///
/// # Errors
/// Those of the database.
pub fn kind(conn: &mut Conn, group: Uuid) -> Result<Option<GroupKind>> {
    let sql = sql!("SELECT kind FROM groups WHERE id = ? AND deleted_at IS NULL", group);
    Ok(conn.row(&sql, |row| row.text(0))?.flatten().as_deref().and_then(GroupKind::of))
}

/// Notes who was put in or taken out.
fn tell(conn: &mut Conn, before: Option<&GroupMember>, after: Option<&GroupMember>, context: &Context<'_>) -> Result<()> {
    let pair = |m: &GroupMember| (m.group_id.uuid(), m.customer_id.uuid());
    let (old, new) = (before.map(pair), after.map(pair));
    if old == new {
        return Ok(());
    }
    let event = |(group, customer), event| Event {
        group,
        customer,
        event,
        cause: Cause::Hand,
    };
    let mut events: Vec<Event> = old.map(|pair| event(pair, Membership::Left)).into_iter().collect();
    if let Some((group, customer)) = new
        // Who was in by a condition that is no more goes on being in.
        && membership::enter(conn, group, &[customer], Membership::Left, context)? == 0
    {
        events.push(event((group, customer), Membership::Joined));
    }
    membership::note(conn, &events, context)
}

/// The record by which a customer was put into a group, if it is within a sight.
///
/// # Errors
/// Those of the database.
pub fn member(conn: &mut Conn, sight: &Sight<'_>, group: Uuid, customer: Uuid) -> Result<Option<(Uuid, i64)>> {
    let sql = Sql::new("SELECT m.id, m.version FROM ")
        .and(super::overview::seen(
            "group_members",
            "t0.id, t0.version, t0.group_id, t0.customer_id",
            sight,
        ))
        .text(" m WHERE m.group_id = ")
        .bind(group)
        .text(" AND m.customer_id = ")
        .bind(customer);
    conn.row(&sql, |row| Ok((super::overview::id(row, 0)?, row.integer(1)?)))
}
