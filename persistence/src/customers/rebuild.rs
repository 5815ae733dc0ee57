//! Finding the members of a group anew: what a job does, a range of customers at a time. What it sees differ it looks at once more with
//! the customer's row in hand, so that it never undoes what a write has just done.
use super::membership::{self, Event};
use crate::core::condition;
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::core::sql::{Bind, Sql};
use crate::sql;
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::input::members;
use domain::core::pipeline::{self, Context};
use domain::core::resource::Resource;
use domain::customers::customer::Customer;
use domain::customers::group::{Cause, Group, GroupMember, Membership};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Customers of one range.
const RANGE: i64 = 2_000;

/// A range of ids, behind the first and up to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub after: Uuid,
    pub upto: Uuid,
}

/// The range of customers behind an id, and how many that are.
///
/// # Errors
/// Those of the database.
pub fn range(conn: &mut Conn, after: Uuid) -> Result<(Range, i64)> {
    let (mut n, mut last) = (0, None);
    conn.rows(
        &sql!("SELECT id FROM customers WHERE id > ? ORDER BY id LIMIT ?", after, RANGE),
        |row| {
            (n, last) = (n + 1, row.uuid(0)?);
            Ok(())
        },
    )?;
    // The last range reaches to the end: who is a member and no customer any more is behind every customer.
    let upto = last.filter(|_| n == RANGE).unwrap_or(Uuid::max());
    Ok((Range { after, upto }, n))
}

/// The group, if this is the state of its condition still; none where that changed since, or the group is gone.
///
/// # Errors
/// Those of the database.
pub fn current(conn: &mut Conn, group: Uuid, revision: &str) -> Result<Option<Group>> {
    let state = sql!("SELECT 1 FROM group_rules WHERE group_id = ? AND revision = ?", group, revision);
    match conn.row(&state, |_| Ok(()))? {
        Some(()) => live(conn, group),
        None => Ok(None),
    }
}

/// Customers who are in by a condition that the group has no more, at most `most`.
///
/// # Errors
/// Those of the database.
pub fn left_over(conn: &mut Conn, group: Uuid, most: i64) -> Result<Vec<Uuid>> {
    conn.ids(&sql!(
        "SELECT customer_id FROM group_matches WHERE group_id = ? ORDER BY customer_id LIMIT ?",
        group,
        most
    ))
}

/// Puts customers in by hand who are in by a condition that the group has no more: for whoever the group belongs to.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, group: &Group, some: &[Uuid], context: &Context<'_>) -> Result<()> {
    let id = group.base.id.uuid();
    for customer in some {
        let body = members(json!({"group_id": id, "customer_id": customer, "owner_id": group.base.owner_id}));
        match conn.savepoint(|conn| pipeline::create::<GroupMember>(conn, context, None, body)) {
            // Gone meanwhile, or put in by somebody.
            Err(Error::Invalid(_) | Error::Taken(_)) => {
                membership::enter(conn, id, &[*customer], Membership::Left, context)?;
            }
            other => drop(other?),
        }
    }
    Ok(())
}

fn fitting(conn: &Conn, condition: &Condition) -> Result<Sql> {
    let fits = condition::sql(condition, &Customer::SPEC, conn.is_sqlite())?;
    Ok(Sql::new("t0.deleted_at IS NULL AND (").and(fits).text(")"))
}

/// Customers of a range who fit and are not in, or are in and do not fit.
///
/// # Errors
/// Those of the database.
pub fn differing(conn: &mut Conn, group: Uuid, condition: &Condition, range: Range) -> Result<Vec<Uuid>> {
    let fits = fitting(conn, condition)?;
    let within = |column: &str| {
        let sql = Sql::new(format!("{column} > ")).bind(range.after);
        sql.text(format!(" AND {column} <= ")).bind(range.upto).text(" AND ")
    };
    let sql = Sql::new("SELECT t0.id FROM customers t0 WHERE ")
        .and(within("t0.id"))
        .and(fits.clone())
        .text(" AND NOT EXISTS (SELECT 1 FROM group_matches m WHERE m.customer_id = t0.id AND m.group_id = ")
        .bind(group)
        .text(") UNION ALL SELECT m.customer_id FROM group_matches m WHERE m.group_id = ")
        .bind(group)
        .text(" AND ")
        .and(within("m.customer_id"))
        .text("NOT EXISTS (SELECT 1 FROM customers t0 WHERE t0.id = m.customer_id AND ")
        .and(fits)
        .text(")");
    conn.ids(&sql)
}

/// Customers looked at by one statement.
const AT_ONCE: usize = 200;

/// Brings in step those of some customers whom nobody else is changing just now; whether that were all of them.
///
/// # Errors
/// Those of the database.
pub fn settle(conn: &mut Conn, group: Uuid, condition: &Condition, some: &[Uuid], context: &Context<'_>) -> Result<bool> {
    let mut all = true;
    for some in some.chunks(AT_ONCE) {
        let list = |sql: Sql, of: &[Uuid]| sql.list(of.iter().map(|id| Bind::from(*id)));
        let mut free = some.to_vec();
        if !conn.is_sqlite() {
            // Who was erased from the trash has no row, and nobody who could change it.
            let there = conn.ids(&list(Sql::new("SELECT id FROM customers WHERE id IN "), some))?;
            let lock = list(Sql::new("SELECT id FROM customers WHERE id IN "), some).text(" ORDER BY id FOR UPDATE SKIP LOCKED");
            let held = conn.ids(&lock)?;
            free.retain(|id| held.contains(id) || !there.contains(id));
        }
        all &= free.len() == some.len();
        if free.is_empty() {
            continue;
        }
        // By statements of their own, behind the locks: they see what was committed before.
        let fits = list(Sql::new("SELECT t0.id FROM customers t0 WHERE t0.id IN "), &free).text(" AND ");
        let fits = fits.and(fitting(conn, condition)?);
        let fits: BTreeSet<Uuid> = conn.ids(&fits)?.into_iter().collect();
        let members = sql!(
            "SELECT customer_id FROM group_matches WHERE group_id = ? AND customer_id IN ",
            group
        );
        let members: BTreeSet<Uuid> = conn.ids(&list(members, &free))?.into_iter().collect();
        for (event, who) in [
            (Membership::Joined, fits.difference(&members)),
            (Membership::Left, members.difference(&fits)),
        ] {
            let who: Vec<Uuid> = who.copied().collect();
            membership::enter(conn, group, &who, event, context)?;
            let events: Vec<Event> = who
                .into_iter()
                .map(|customer| Event {
                    group,
                    customer,
                    event,
                    cause: Cause::Rebuild,
                })
                .collect();
            membership::note(conn, &events, context)?;
        }
    }
    Ok(all)
}

/// Notes that the members are those of this state of the condition.
///
/// # Errors
/// Those of the database.
pub fn built(conn: &mut Conn, group: Uuid, revision: &str, context: &Context<'_>) -> Result<()> {
    conn.execute(&sql!(
        "UPDATE group_rules SET built = ?, built_at = ? WHERE group_id = ? AND revision = ?",
        revision,
        context.now(),
        group,
        revision
    ))?;
    Ok(())
}

/// A mark by which to tell when all writes that are under way now have ended; none where there is but one writer.
///
/// # Errors
/// Those of the database.
pub fn mark(conn: &mut Conn) -> Result<Option<String>> {
    if conn.is_sqlite() {
        return Ok(None);
    }
    let sql = Sql::new("SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)");
    Ok(conn.row(&sql, |row| row.text(0))?.flatten())
}

/// Whether all writes have ended that were under way at a mark. One of them may still go by a condition that was in force when it began.
///
/// # Errors
/// Those of the database.
pub fn past(conn: &mut Conn, mark: &str) -> Result<bool> {
    let sql = Sql::new("SELECT 1 WHERE pg_snapshot_xmin(pg_current_snapshot()) >= CAST(").bind(mark);
    Ok(conn.row(&sql.text(" AS xid8)"), |_| Ok(()))?.is_some())
}
