//! Rules of retention: which records they are about, and applying them. What keeps a record is asked where it always is, on its way to the
//! trash or in its erasure, so that no rule gets past it.
use super::erasure::{self, remove};
use crate::core::conn::Conn;
use crate::core::object::{self, Object};
use crate::core::record::{live, pick};
use crate::core::sql::Sql;
use crate::core::{condition, read};
use crate::{row, store};
use domain::core::actor::{Actor, Scope, Via};
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::pipeline::{Context, Expect};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Spec;
use domain::privacy::retention::{Retained, RetentionAction, RetentionRule, RetentionRun, RetentionSkip, skip};
use serde_json::{Map, json};
use uuid::Uuid;

row! { RetentionRule in retention_rules {
    name: Plain,
    object: Word,
    condition: Maybe,
    date_field: Plain,
    age_days: Plain,
    action: Word,
    active: Plain,
} }
store! { RetentionRule, settle |conn, before, after, context| settle(conn, before, after, context) }

row! { RetentionRun in retention_runs {
    rule_id: Plain,
    state: Word,
    applied: Plain,
    skipped: Plain,
    skips: Json,
    ended_at: Maybe,
} }
store! { RetentionRun }

/// Holds a rule against the fields of its object, and its maker against what it will do in their name.
fn settle(conn: &mut Conn, _before: Option<&RetentionRule>, after: &mut RetentionRule, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    // A rule is no way to delete what one may not delete oneself.
    let needed = match after.action {
        RetentionAction::Anonymize => [(after.object.word(), "delete"), ("erasures", "create")],
        _ => [(after.object.word(), "delete"); 2],
    };
    if !needed
        .iter()
        .all(|(object, action)| context.actor.grants.scope(object, action) == Some(Scope::All))
    {
        problems.add("/action", Code::Forbidden);
    }
    match due(conn, after, context.actor, context.now()) {
        Ok(_) => {}
        Err(Error::Invalid(wrong)) => problems.extend(wrong),
        Err(error) => return Err(error),
    }
    Ok(problems)
}

/// The object of a rule.
fn object_of(rule: &RetentionRule) -> Result<&'static dyn Object> {
    object::named(rule.object.word()).ok_or_else(|| Error::Internal(format!("{} are not served", rule.object.word())))
}

/// Which records a rule is about now, as a checked condition.
fn due(conn: &mut Conn, rule: &RetentionRule, actor: &Actor, now: Instant) -> Result<Condition> {
    let spec = object_of(rule)?.spec();
    let kind = spec.field(&rule.date_field).filter(|f| f.filterable).map(|f| &f.kind);
    let condition = rule.due(kind, now)?;
    read::check(conn, spec, actor, condition).map_err(|error| match error {
        // What stands around the rule's own condition is ours and right.
        Error::Query(wrong) => {
            let mut problems = Problems::default();
            for violation in wrong.into_iter().flat_map(|(_, problems)| problems.0) {
                problems.with("/condition", violation.code, violation.params);
            }
            Error::Invalid(problems)
        }
        other => other,
    })
}

fn matching(conn: &mut Conn, rule: &RetentionRule, now: Instant) -> Result<(&'static Spec, Sql)> {
    let actor = Actor::server(Via::Console, now);
    let condition = due(conn, rule, &actor, now)?;
    let spec = object_of(rule)?.spec();
    let mut all = vec![
        Sql::new("t0.deleted_at IS NULL"),
        condition::sql(&condition, spec, conn.is_sqlite())?,
    ];
    if rule.object == Retained::Customers && rule.action == RetentionAction::Anonymize {
        all.push(Sql::new("NOT EXISTS (SELECT 1 FROM erasures e WHERE e.customer_id = t0.id)"));
    }
    Ok((spec, Sql::join(all, " AND ", "TRUE")))
}

/// The records that a rule is about now, in the order of ids behind one: at most so many.
///
/// # Errors
/// `Error::Invalid` where its condition no longer fits the fields; those of the database.
pub fn next(conn: &mut Conn, rule: &RetentionRule, behind: Uuid, most: usize, now: Instant) -> Result<Vec<Uuid>> {
    let (spec, matching) = matching(conn, rule, now)?;
    let sql = Sql::new(format!("SELECT t0.id FROM {} t0 WHERE t0.id > ", spec.object)).bind(behind);
    let sql = sql.text(" AND (").and(matching).text(") ORDER BY t0.id LIMIT ").bind(most as i64);
    conn.ids(&sql)
}

/// How many records a rule is about now, counted up to a limit.
///
/// # Errors
/// As [`next`].
pub fn count(conn: &mut Conn, rule: &RetentionRule, cap: i64, now: Instant) -> Result<i64> {
    let (spec, matching) = matching(conn, rule, now)?;
    let sql = Sql::new(format!("SELECT COUNT(*) FROM (SELECT 1 FROM {} t0 WHERE ", spec.object)).and(matching);
    let sql = sql.text(" LIMIT ").bind(cap).text(") counted");
    Ok(conn.row(&sql, |row| row.integer(0))?.unwrap_or_default())
}

/// The rules that are active.
///
/// # Errors
/// Those of the database.
pub fn active(conn: &mut Conn) -> Result<Vec<RetentionRule>> {
    let on = Sql::new("t0.deleted_at IS NULL AND t0.active = ").bind(true);
    pick(conn, on.text(" ORDER BY t0.id"))
}

/// A rule that is there.
///
/// # Errors
/// Those of the database.
pub fn rule(conn: &mut Conn, id: Uuid) -> Result<Option<RetentionRule>> {
    live(conn, id)
}

/// What became of some records.
#[derive(Debug, Default)]
pub struct Applied {
    pub done: i64,
    pub skips: Vec<RetentionSkip>,
    /// Contents of documents that nothing has any more.
    pub contents: Vec<Uuid>,
}

/// Applies a rule to those of some records that it is still about, each on its own: one that can't go keeps no other.
///
/// # Errors
/// Those of the database: then nothing of it was done.
pub fn apply(conn: &mut Conn, context: &Context<'_>, rule: &RetentionRule, records: &[Uuid]) -> Result<Applied> {
    let (spec, matching) = matching(conn, rule, context.now())?;
    let sql = Sql::new(format!("SELECT t0.id FROM {} t0 WHERE t0.id IN ", spec.object)).list(records.iter().map(|id| (*id).into()));
    let still = conn.ids(&sql.text(" AND (").and(matching).text(") ORDER BY t0.id"))?;
    let mut applied = Applied::default();
    for id in still {
        match conn.savepoint(|conn| one(conn, context, rule, id)) {
            Ok(contents) => {
                applied.done += 1;
                applied.contents.extend(contents);
            }
            Err(error @ (Error::Internal(_) | Error::Unavailable(_))) => return Err(error),
            Err(Error::Conflict(code)) => skip(&mut applied.skips, code, id),
            Err(Error::NotFound) => skip(&mut applied.skips, "not_found", id),
            Err(_) => skip(&mut applied.skips, "invalid", id),
        }
    }
    Ok(applied)
}

/// Does with one record what the rule says: the contents of documents that nothing has any more.
fn one(conn: &mut Conn, context: &Context<'_>, rule: &RetentionRule, id: Uuid) -> Result<Vec<Uuid>> {
    let object = object_of(rule)?;
    let mut contents = Vec::new();
    match rule.action {
        RetentionAction::Trash => object.delete(conn, context, id, Expect::Any).map(|_| ())?,
        RetentionAction::Erase => remove(conn, context, object, id, &mut contents)?,
        RetentionAction::Anonymize => {
            let plan = erasure::plan(conn, object::mounted().into_values(), id, context.now())?;
            let reason = format!("Retention rule: {}", rule.name);
            let body = Map::from_iter([("customer_id".to_owned(), json!(id)), ("reason".to_owned(), json!(reason))]);
            contents = erasure::erase(conn, context, &plan, body)?.1;
        }
    }
    Ok(contents)
}
