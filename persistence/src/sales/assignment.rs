//! Assignment rules: whom a lead goes to, and whose turn it is.
use super::scoring::{held, room, running};
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::{Bind, Sql};
use crate::{row, sql, store};
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::core::pipeline::{Context, Storage as _, document};
use domain::core::problem::{Code, Problems};
use domain::core::text::search_key;
use domain::sales::assignment::{Asked, AssignmentRule, Load, MOST, ask};
use domain::sales::lead::Lead;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

row! { AssignmentRule in assignment_rules {
    name: Plain,
    position: Plain,
    condition: Maybe,
    strategy: Word,
    candidates: Json,
    active: Plain,
} hidden {
    search = |r: &AssignmentRule| search_key(&r.name),
} }
store! { AssignmentRule, settle |conn, before, after, context| fits(conn, before, after, context) }

fn fits(conn: &mut Conn, before: Option<&AssignmentRule>, after: &AssignmentRule, context: &Context<'_>) -> Result<Problems> {
    room(conn, "assignment_rules", before.is_some_and(|b| b.active), after.active, MOST)?;
    let mut problems = Problems::default();
    let known: BTreeSet<Uuid> = before.into_iter().flat_map(|b| &b.candidates).map(|c| c.user_id.uuid()).collect();
    for (i, candidate) in after.candidates.iter().enumerate() {
        let user = candidate.user_id.uuid();
        if !known.contains(&user) && conn.unit_of(user)?.is_none() {
            problems.add(format!("/candidates/{i}/user_id"), Code::NotFound);
        }
    }
    if before.is_none_or(|b| b.condition != after.condition)
        && let Some(rule) = after.rule()?
    {
        problems.extend(held(conn, context.actor, rule, AssignmentRule::CONDITION)?);
    }
    Ok(problems)
}

/// What the rules say of a lead.
#[derive(Debug)]
pub struct Decision {
    /// Each rule that was asked, in order, and what came of it.
    pub asked: Vec<(AssignmentRule, Asked)>,
    /// The rule that decides, and who gets the lead.
    pub chosen: Option<(Uuid, Uuid)>,
}

/// Waits until nobody else gives leads away: two leads at once are two turns, and a load that is counted holds until the lead is written.
///
/// # Errors
/// Those of the database.
pub fn alone(conn: &mut Conn) -> Result<()> {
    conn.alone("lead_assignment")
}

/// Asks the rules in their order, as far as one decides. Whoever acts by it calls [`alone`] before.
///
/// # Errors
/// Those of the database.
pub fn decide(conn: &mut Conn, lead: &Lead, now: Instant) -> Result<Decision> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.active ORDER BY t0.position, t0.id LIMIT ").bind(MOST as i64);
    let rules: Vec<AssignmentRule> = pick(conn, which)?;
    let shown = Value::Object(document(lead)?);
    let mut decision = Decision {
        asked: Vec::new(),
        chosen: None,
    };
    for rule in rules {
        // A rule whose condition can't be asked any more is about nobody.
        let condition = match rule.rule() {
            Ok(None) => None,
            Ok(Some(condition)) => match running(conn, condition, now)? {
                None => continue,
                some => some,
            },
            Err(_) => continue,
        };
        let loads = loads(conn, &rule)?;
        let last = last(conn, rule.base.id.uuid())?;
        let asked = ask(&rule, condition.as_ref(), lead, &shown, &loads, last);
        let chosen = asked.chosen.map(|user| (rule.base.id.uuid(), user));
        decision.asked.push((rule, asked));
        if chosen.is_some() {
            decision.chosen = chosen;
            break;
        }
    }
    Ok(decision)
}

/// Whether those whom a rule names may sign in, and how many open leads they have.
fn loads(conn: &mut Conn, rule: &AssignmentRule) -> Result<BTreeMap<Uuid, Load>> {
    let users = rule.candidates.iter().map(|c| Bind::from(c.user_id.uuid()));
    let sql = Sql::new(
        "SELECT u.id, u.active, (SELECT COUNT(*) FROM leads l WHERE l.owner_id = u.id AND l.deleted_at IS NULL AND l.status IN ('new', 'working')) \
         FROM users u WHERE u.deleted_at IS NULL AND u.id IN ",
    );
    let mut found = BTreeMap::new();
    conn.rows(&sql.list(users), |row| {
        let mut active = false;
        row.at(1, &mut |cell| {
            active = cell.boolean()?;
            Ok(())
        })?;
        let open = row.integer(2)?;
        found.insert(row.uuid(0)?.unwrap_or_default(), Load { active, open });
        Ok(())
    })?;
    Ok(found)
}

/// Who got a lead last by a rule.
fn last(conn: &mut Conn, rule: Uuid) -> Result<Option<Uuid>> {
    let sql = sql!("SELECT user_id FROM assignment_turns WHERE rule_id = ?", rule);
    Ok(conn.row(&sql, |row| row.uuid(0))?.flatten())
}

/// Notes whose turn it was.
///
/// # Errors
/// Those of the database.
pub fn take_turn(conn: &mut Conn, rule: Uuid, user: Uuid, now: Instant) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO assignment_turns (rule_id, user_id, taken_at) VALUES (?, ?, ?) \
         ON CONFLICT (rule_id) DO UPDATE SET user_id = excluded.user_id, taken_at = excluded.taken_at",
        rule,
        user,
        now
    ))?;
    Ok(())
}
