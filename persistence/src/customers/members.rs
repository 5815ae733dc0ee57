//! The members of a group, their number, and who joined and left, each as far as the caller may see the customers.
use super::overview::{id, reads, seen};
use super::timeline::{self, Source, tie};
use crate::core::conn::Conn;
use crate::core::read::{self, Within};
use crate::core::sql::{Bind, Sql};
use crate::sql;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::customers::group::{Cause, Group, GroupKind, Membership};
use uuid::Uuid;

/// The ids of a group's members, as a subquery.
fn ids(actor: &Actor, group: &Group) -> Result<Sql> {
    let id = group.base.id.uuid();
    Ok(match group.kind {
        GroupKind::Dynamic => sql!("(SELECT m.customer_id FROM group_matches m WHERE m.group_id = ?)", id),
        GroupKind::Static => {
            let members = reads(actor, "group_members")?;
            let sql = Sql::new("(SELECT m.customer_id FROM ").and(seen("group_members", "t0.group_id, t0.customer_id", &members));
            // Those of a condition that is no more, until each is put in by hand.
            sql.text(" m WHERE m.group_id = ")
                .bind(id)
                .text(" UNION ALL SELECT m.customer_id FROM group_matches m WHERE m.group_id = ")
                .bind(id)
                .text(")")
        }
    })
}

/// What narrows a list of customers to the members of a group.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no members of groups.
pub fn within(actor: &Actor, group: &Group) -> Result<Within> {
    Ok(Within {
        name: format!("group {}", group.base.id),
        sql: Sql::new("t0.id IN ").and(ids(actor, group)?),
    })
}

/// How many members a group has, of those that the actor may see.
///
/// # Errors
/// As [`within`], and those of the database.
pub fn count(conn: &mut Conn, actor: &Actor, group: &Group) -> Result<i64> {
    let customers = reads(actor, "customers")?;
    let sql = Sql::new("SELECT COUNT(*) FROM ").and(seen("customers", "t0.id", &customers));
    let sql = sql.text(" c WHERE c.id IN ").and(ids(actor, group)?);
    Ok(conn.row(&sql, |row| row.integer(0))?.unwrap_or_default())
}

/// Whether the members are being found anew, and when they last were.
///
/// # Errors
/// Those of the database.
pub fn built(conn: &mut Conn, group: Uuid) -> Result<(bool, Option<Instant>)> {
    let sql = sql!("SELECT built_at, built, revision FROM group_rules WHERE group_id = ?", group);
    let found = conn.row(&sql, |row| Ok((row.instant(0)?, row.text(1)? == row.text(2)?)))?;
    Ok(found.map_or((true, None), |(at, done)| (done, at)))
}

/// That a customer joined or left.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: Uuid,
    pub customer: Uuid,
    pub name: String,
    pub event: Membership,
    pub cause: Cause,
    pub at: Instant,
    pub actor: Option<Uuid>,
}

/// Which part of a group's history is wanted.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub customer: Option<Uuid>,
    pub event: Option<Membership>,
    /// The last entry before this page.
    pub behind: Option<(Instant, Uuid)>,
    pub limit: usize,
}

/// That an entry `h` is of somebody who came in by the condition, or was put in by a record that the actor sees; none where they see all.
fn told(actor: &Actor) -> Result<Option<Sql>> {
    let Some(within) = read::sight(&reads(actor, "group_members")?) else {
        return Ok(None);
    };
    let sql = Sql::new(
        "(h.cause <> 'hand' OR EXISTS (SELECT 1 FROM group_members t0 WHERE t0.customer_id = h.customer_id AND t0.group_id = h.group_id AND (",
    );
    Ok(Some(sql.and(within).text(")))")))
}

/// Who joined and left a group, the latest first, one more than the limit where there are more.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no customers, or no members of groups.
pub fn history(conn: &mut Conn, actor: &Actor, group: Uuid, part: &Part) -> Result<Vec<Entry>> {
    let customers = reads(actor, "customers")?;
    let mut sql = Sql::new("SELECT h.id, h.customer_id, c.display_name, h.event, h.cause, h.at, h.actor_id FROM group_history h JOIN ")
        .and(seen("customers", "t0.id, t0.display_name", &customers))
        .text(" c ON c.id = h.customer_id WHERE h.group_id = ")
        .bind(group);
    if let Some(customer) = part.customer {
        sql = sql.text(" AND h.customer_id = ").bind(customer);
    }
    if let Some(event) = part.event {
        sql = sql.text(" AND h.event = ").bind(event.word());
    }
    sql = sql.also(told(actor)?);
    if let Some((at, id)) = part.behind {
        sql = sql.text(" AND (h.at, h.id) < (").bind(at).text(", ").bind(id).text(")");
    }
    let sql = sql.text(" ORDER BY h.at DESC, h.id DESC LIMIT ").bind(part.limit as i64 + 1);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let whole = || Error::Internal("an entry of a group's history is not whole".to_owned());
        found.push(Entry {
            id: id(row, 0)?,
            customer: id(row, 1)?,
            name: row.text(2)?.unwrap_or_default(),
            event: row.text(3)?.as_deref().and_then(Membership::of).ok_or_else(whole)?,
            cause: row.text(4)?.as_deref().and_then(Cause::of).ok_or_else(whole)?,
            at: row.instant(5)?.ok_or_else(whole)?,
            actor: row.uuid(6)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Groups that a customer joined and left, in the timeline.
pub(super) struct Groups;
impl Source for Groups {
    fn kind(&self) -> &'static str {
        "group"
    }
    fn select(&self, ask: &timeline::Ask<'_>) -> Option<Sql> {
        if ask.channel.is_some() || !ask.terms.is_empty() {
            return None;
        }
        let told = told(ask.actor).ok()?;
        let groups = ask.actor.sight("groups", "read")?;
        let sql = Sql::new(format!(
            "SELECT h.at AS at, {} AS tie, h.group_id AS record_id, h.customer_id AS customer_id, h.event AS word, CAST(NULL AS TEXT) AS channel, \
             CAST(NULL AS TEXT) AS direction, g.name AS title, CAST(NULL AS TEXT) AS summary, h.actor_id AS actor_id FROM group_history h JOIN ",
            tie("h.id", ask.sqlite)
        ));
        let sql = sql
            .and(seen("groups", "t0.id, t0.name", &groups))
            .text(" g ON g.id = h.group_id WHERE h.customer_id IN ")
            .list(ask.customers.iter().map(|id| Bind::from(*id)));
        let sql = sql.also(told);
        Some(match ask.person {
            Some(person) => sql.text(" AND h.actor_id = ").bind(person),
            None => sql,
        })
    }
}
