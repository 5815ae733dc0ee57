//! Scoring rules, held against the fields of leads; a change of them scores all open leads anew, in the background.
use crate::core::conn::Conn;
use crate::core::jobs::{self, New};
use crate::core::read;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::{row, store};
use chrono::TimeDelta;
use domain::core::actor::{Actor, Via};
use domain::core::condition::Condition;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::problem::Problems;
use domain::core::resource::Resource;
use domain::core::text::search_key;
use domain::sales::lead::Lead;
use domain::sales::scoring::{MOST, ScoringRule};
use serde_json::json;

row! { ScoringRule in scoring_rules {
    name: Plain,
    condition: Plain,
    points: Plain,
    active: Plain,
} hidden {
    search = |r: &ScoringRule| search_key(&r.name),
} }
store! {
    ScoringRule,
    settle |conn, before, after, context| fits(conn, before, after, context),
    derive |conn, before, after, context| rescore_later(conn, before, after, context)
}

/// The job that brings scores in step with the rules.
pub const RESCORE: &str = "score_leads";
/// How long it waits: whatever was being written by the rules before is written then.
const WAIT: TimeDelta = TimeDelta::seconds(2);

fn fits(conn: &mut Conn, before: Option<&ScoringRule>, after: &ScoringRule, context: &Context<'_>) -> Result<Problems> {
    room(conn, "scoring_rules", before.is_some_and(|b| b.active), after.active, MOST)?;
    if before.is_some_and(|b| b.condition == after.condition) {
        return Ok(Problems::default());
    }
    held(conn, context.actor, after.rule()?, ScoringRule::CONDITION)
}

/// Holds a condition against the fields of leads that its writer may know of.
pub(super) fn held(conn: &mut Conn, actor: &Actor, rule: Condition, at: &str) -> Result<Problems> {
    match read::check(conn, &Lead::SPEC, actor, rule) {
        Ok(_) => Ok(Problems::default()),
        Err(Error::Query(all)) => {
            let mut problems = Problems::default();
            all.into_iter().for_each(|(_, told)| problems.extend(told.at(at)));
            Ok(problems)
        }
        Err(error) => Err(error),
    }
}

/// That there is room for one more rule that is in use.
pub(super) fn room(conn: &mut Conn, table: &str, was: bool, is: bool, most: usize) -> Result<()> {
    if was || !is {
        return Ok(());
    }
    conn.alone(table)?;
    let count = Sql::new(format!("SELECT COUNT(*) FROM {table} WHERE deleted_at IS NULL AND active"));
    match conn.row(&count, |row| row.integer(0))?.unwrap_or_default() >= most as i64 {
        true => Err(Error::Conflict("too_many_rules")),
        false => Ok(()),
    }
}

/// A condition of a rule as it runs; none where it names a custom field that is no more.
pub(super) fn running(conn: &mut Conn, rule: Condition, now: Instant) -> Result<Option<Condition>> {
    let server = Actor::server(Via::Console, now);
    match read::check(conn, &Lead::SPEC, &server, rule) {
        Ok(condition) => Ok(Some(condition)),
        Err(Error::Query(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The rules that count, each with its condition. One whose condition names what is no more counts for nobody.
///
/// # Errors
/// Those of the database.
pub fn rules(conn: &mut Conn, now: Instant) -> Result<Vec<(ScoringRule, Condition)>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.active ORDER BY t0.name, t0.id LIMIT ").bind(MOST as i64);
    let mut found = Vec::new();
    for rule in pick::<ScoringRule>(conn, which)? {
        if let Ok(condition) = rule.rule()
            && let Some(condition) = running(conn, condition, now)?
        {
            found.push((rule, condition));
        }
    }
    Ok(found)
}

fn rescore_later(conn: &mut Conn, before: Option<&ScoringRule>, after: Option<&ScoringRule>, context: &Context<'_>) -> Result<()> {
    let says = |r: Option<&ScoringRule>| r.filter(|r| r.active).map(|r| (r.condition.clone(), r.points, r.name.clone()));
    if says(before) == says(after) {
        return Ok(());
    }
    // Each change has a job of its own: one that is under way may be behind the leads that this one is about.
    let job = New {
        kind: RESCORE,
        key: context.ids.next().to_string(),
        payload: json!({}),
        run_at: context.now().after(WAIT),
        max_attempts: jobs::ATTEMPTS,
        created_by: context.actor.user::<()>().map(Id::uuid),
        origin: context.origin,
    };
    jobs::enqueue(conn, context.ids.next(), &job, context.now())?;
    Ok(())
}
