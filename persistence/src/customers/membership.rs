//! Who is in a group by its condition, kept in step by every write of a customer, whatever way it came: requests, imports, merges and
//! undos, erasures. The conditions are read once and kept in memory, as long as a revision that changes with any of them is the same; a
//! write looks only at groups whose condition names what it changed, and writes only where membership changed.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Null, Sql};
use crate::core::{jobs, read, settings};
use crate::sql;
use domain::core::actor::{Actor, Via};
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::pipeline::{Context, document};
use domain::core::resource::Resource;
use domain::customers::customer::Customer;
use domain::customers::group::{Cause, GroupKind, Membership};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};
use uuid::Uuid;

/// The kind of the job that finds the members of a group anew.
pub const REBUILD: &str = "rebuild_group";
/// The setting that changes with every change of any condition.
const REVISION: &str = "group_rules";

/// A condition in force.
#[derive(Debug)]
struct Rule {
    group: Uuid,
    condition: Condition,
    /// The members of a customer that it names.
    names: BTreeSet<String>,
}

/// All of them, as of a revision.
#[derive(Debug)]
struct Rules {
    revision: String,
    rules: Vec<Rule>,
}

/// Those last read. A revision is random, so that what is kept of one database, or of a transaction that was undone, is taken for no
/// other's.
static KNOWN: RwLock<Option<Arc<Rules>>> = RwLock::new(None);

/// The rules in force; none where there never was a group with a condition.
fn rules(conn: &mut Conn) -> Result<Option<Arc<Rules>>> {
    let Some(revision) = settings::get(conn, REVISION)? else {
        return Ok(None);
    };
    if let Some(known) = KNOWN.read().ok().and_then(|k| k.clone()).filter(|k| k.revision == revision) {
        return Ok(Some(known));
    }
    let sql = Sql::new("SELECT id, condition FROM groups WHERE deleted_at IS NULL AND kind = ").bind(GroupKind::Dynamic.word());
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push((row.uuid(0)?.unwrap_or_default(), row.text(1)?.unwrap_or_default()));
        Ok(())
    })?;
    let mut rules = Vec::new();
    for (group, text) in found {
        match checked(conn, &text)? {
            Some(condition) => rules.push(Rule {
                group,
                names: condition.fields().map(member).collect(),
                condition,
            }),
            None => tracing::warn!(%group, "the condition of a group names a field that is no more; its members stay as they are"),
        }
    }
    let known = Arc::new(Rules { revision, rules });
    if let Ok(mut kept) = KNOWN.write() {
        *kept = Some(known.clone());
    }
    Ok(Some(known))
}

/// The member of a record that a path begins with.
fn member(path: &str) -> String {
    path.split('.').next().unwrap_or(path).to_owned()
}

/// A condition as it can be run now; none where it names a custom field, or a word of one, that is no more.
///
/// # Errors
/// Those of the database.
pub fn checked(conn: &mut Conn, text: &str) -> Result<Option<Condition>> {
    let Ok(condition) = text.parse::<Condition>() else {
        return Ok(None);
    };
    // Who wrote it was asked what they may name; it holds for everyone.
    let server = Actor::server(Via::Console, Instant::new(chrono::DateTime::UNIX_EPOCH));
    match read::check(conn, &Customer::SPEC, &server, condition) {
        Ok(condition) => Ok(Some(condition)),
        Err(Error::Query(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps membership in step with a customer, behind the write of its row.
///
/// # Errors
/// Those of the database.
pub fn follow(conn: &mut Conn, before: Option<&Customer>, after: Option<&Customer>, context: &Context<'_>) -> Result<()> {
    let Some(customer) = after.or(before).map(|c| c.base.id.uuid()) else {
        return Ok(());
    };
    let Some(rules) = rules(conn)?.filter(|r| !r.rules.is_empty()) else {
        return Ok(());
    };
    let whole = |c: Option<&Customer>| c.map(document).transpose();
    let (old, new) = (whole(before)?, whole(after)?);
    let changed: Option<BTreeSet<&str>> = old.as_ref().zip(new.as_ref()).map(|(old, new)| {
        let differs = |(name, value): &(&String, &Value)| new.get(*name) != Some(*value);
        old.iter().filter(differs).map(|(name, _)| name.as_str()).collect()
    });
    let touched = |rule: &&Rule| {
        let named = |changed: &BTreeSet<&str>| rule.names.iter().any(|n| changed.contains(n.as_str()));
        changed.as_ref().is_none_or(named)
    };
    let affected: Vec<&Rule> = rules.rules.iter().filter(touched).collect();
    drop(changed);
    let (old, new) = (old.map(Value::Object), new.map(Value::Object));
    let mut events = Vec::new();
    for rule in affected {
        let holds = |c: &Option<Value>| c.as_ref().is_some_and(|c| rule.condition.holds(c));
        let event = match (holds(&old), holds(&new)) {
            (false, true) => Membership::Joined,
            (true, false) => Membership::Left,
            _ => continue,
        };
        if enter(conn, rule.group, &[customer], event, context)? == 1 {
            events.push(Event {
                group: rule.group,
                customer,
                event,
                cause: Cause::Rule,
            });
        }
    }
    note(conn, &events, context)
}

/// Customers written by one statement at most.
const AT_ONCE: usize = 200;

/// Puts customers into a group, or takes them out; how many that changed something for. Who is in already stays since when they were.
///
/// # Errors
/// Those of the database.
pub(super) fn enter(conn: &mut Conn, group: Uuid, customers: &[Uuid], event: Membership, context: &Context<'_>) -> Result<usize> {
    let mut done = 0;
    for some in customers.chunks(AT_ONCE) {
        let sql = match event {
            Membership::Left => {
                sql!("DELETE FROM group_matches WHERE group_id = ? AND customer_id IN ", group).list(some.iter().map(|id| Bind::from(*id)))
            }
            Membership::Joined => {
                let mut sql = Sql::new("INSERT INTO group_matches (group_id, customer_id, since) VALUES ");
                for (i, id) in some.iter().enumerate() {
                    let sep = if i > 0 { ", (" } else { "(" };
                    sql = sql
                        .text(sep)
                        .bind(group)
                        .text(", ")
                        .bind(*id)
                        .text(", ")
                        .bind(context.now())
                        .text(")");
                }
                sql.text(" ON CONFLICT DO NOTHING")
            }
        };
        done += conn.execute(&sql)?;
    }
    Ok(done)
}

/// That somebody joined or left a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub group: Uuid,
    pub customer: Uuid,
    pub event: Membership,
    pub cause: Cause,
}

/// Notes who joined and left.
pub(super) fn note(conn: &mut Conn, events: &[Event], context: &Context<'_>) -> Result<()> {
    let actor = Some(context.actor.user_id)
        .filter(|id| !id.is_nil())
        .map_or(Bind::Null(Null::Id), Bind::from);
    for some in events.chunks(AT_ONCE) {
        let mut sql = Sql::new("INSERT INTO group_history (id, group_id, customer_id, event, cause, at, actor_id) VALUES ");
        for (i, event) in some.iter().enumerate() {
            let values = [
                context.ids.next().into(),
                event.group.into(),
                event.customer.into(),
                event.event.word().into(),
                event.cause.word().into(),
                context.now().into(),
                actor.clone(),
            ];
            sql = sql.text(if i > 0 { ", " } else { "" });
            for (j, value) in values.into_iter().enumerate() {
                sql = sql.text(if j > 0 { ", " } else { "(" }).bind(value);
            }
            sql = sql.text(")");
        }
        conn.execute(&sql)?;
    }
    Ok(())
}

/// Lets every node read the conditions anew.
pub(super) fn changed(conn: &mut Conn, context: &Context<'_>) -> Result<()> {
    settings::set(conn, REVISION, &context.ids.next().to_string())
}

/// A new condition is in force: its members are found anew, by a job, whose id this is.
pub(super) fn renew(conn: &mut Conn, group: Uuid, context: &Context<'_>) -> Result<Uuid> {
    changed(conn, context)?;
    let revision = context.ids.next().to_string();
    conn.execute(&sql!(
        "INSERT INTO group_rules (group_id, revision) VALUES (?, ?) ON CONFLICT (group_id) DO UPDATE SET revision = excluded.revision",
        group,
        &revision
    ))?;
    let job = jobs::New {
        kind: REBUILD,
        key: key(group, &revision),
        payload: json!({"group": group, "revision": revision}),
        run_at: context.now(),
        max_attempts: jobs::ATTEMPTS,
        created_by: Some(context.actor.user_id).filter(|id| !id.is_nil()),
        origin: context.origin,
    };
    Ok(jobs::enqueue(conn, context.ids.next(), &job, context.now())?.id)
}

/// A job belongs to one state of a condition: a later one begins anew, whatever the earlier one is at.
fn key(group: Uuid, revision: &str) -> String {
    format!("{group}:{revision}")
}

/// Finds the members of a group anew, unless that is under way; the job that does it.
///
/// # Errors
/// Those of the database.
pub fn rebuild(conn: &mut Conn, group: Uuid, context: &Context<'_>) -> Result<Uuid> {
    let sql = sql!("SELECT revision FROM group_rules WHERE group_id = ?", group);
    if let Some(revision) = conn.row(&sql, |row| row.text(0))?.flatten() {
        let open = sql!(
            "SELECT id FROM jobs WHERE kind = ? AND key = ? AND state IN ('queued', 'running')",
            REBUILD,
            key(group, &revision)
        );
        if let Some(job) = conn.row(&open, |row| row.uuid(0))?.flatten() {
            return Ok(job);
        }
    }
    renew(conn, group, context)
}

/// A custom field of customers came, changed or went: conditions that name it hold again, or no longer.
///
/// # Errors
/// Those of the database.
pub fn field_changed(conn: &mut Conn, name: &str, there: bool, context: &Context<'_>) -> Result<()> {
    if settings::get(conn, REVISION)?.is_none() {
        return Ok(());
    }
    changed(conn, context)?;
    if !there {
        return Ok(());
    }
    let sql = Sql::new("SELECT id, condition FROM groups WHERE deleted_at IS NULL AND kind = ").bind(GroupKind::Dynamic.word());
    let mut naming = Vec::new();
    conn.rows(&sql, |row| {
        let text = row.text(1)?.unwrap_or_default();
        let names = |c: &Condition| c.fields().any(|f| f.strip_prefix("custom.").is_some_and(|f| member(f) == name));
        if text.parse::<Condition>().is_ok_and(|c| names(&c)) {
            naming.extend(row.uuid(0)?);
        }
        Ok(())
    })?;
    for group in naming {
        renew(conn, group, context)?;
    }
    Ok(())
}
