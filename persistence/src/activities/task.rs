//! Tasks: what must be done before others, what comes again, what is late.
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::{Bind, Sql};
use crate::core::stored::{Plain, Stored, Word};
use crate::core::{notifications, read};
use crate::customers::overview::{id, reads};
use crate::customers::timeline::Records;
use crate::{row, store};
use domain::access::team::Team;
use domain::activities::task::{Priority, Task, TaskKind, TaskStatus};
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::notification::Kind;
use domain::core::pipeline::{self, Context};
use domain::core::problem::{Code, Problems};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Task in tasks {
    title: Plain,
    description: Maybe,
    kind: Word,
    status: Word,
    priority: Word,
    customer_id: Maybe,
    interaction_id: Maybe,
    team_id: Maybe,
    due_at: Maybe,
    snoozed_until: Maybe,
    recurrence: Maybe,
    time_zone: Plain,
    checklist: Json,
    depends_on_ids: Json,
    escalate_to_id: Maybe,
    escalate_after_minutes: Maybe,
    escalated_at: Maybe,
    completed_at: Maybe,
    series_started_at: Maybe,
    next_id: Maybe,
} hidden {
    search = Task::search_text,
} }
store! { Task, settle |conn, before, after, context| settle(conn, before, after, context) }

fn settle(conn: &mut Conn, before: Option<&Task>, after: &mut Task, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    if before.map_or(&[][..], |b| &b.depends_on_ids) != after.depends_on_ids && leads_to(conn, &after.depends_on_ids, after.base.id.uuid())?
    {
        problems.with("/depends_on_ids", Code::Conflict, vec![("with", "/id".to_owned())]);
    }
    let done = after.status == TaskStatus::Done && before.is_none_or(|b| b.status != TaskStatus::Done);
    if done && !after.depends_on_ids.is_empty() && unfinished(conn, &after.depends_on_ids)? {
        problems.with("/status", Code::Conflict, vec![("with", "/depends_on_ids".to_owned())]);
    }
    if done && problems.0.is_empty() && after.next_id.is_none() {
        after.next_id = again(conn, after, context)?;
    }
    Ok(problems)
}

/// Makes the next task of a series.
fn again(conn: &mut Conn, done: &Task, context: &Context<'_>) -> Result<Option<Id<Task>>> {
    let Some(due) = done.next_due(context.now()) else {
        return Ok(None);
    };
    let checklist: Vec<Value> = done
        .checklist
        .iter()
        .map(|item| json!({"text": item.text, "done": false}))
        .collect();
    let body = json!({
        "title": done.title, "description": done.description, "kind": done.kind, "priority": done.priority, "customer_id": done.customer_id,
        "team_id": done.team_id, "due_at": due, "recurrence": done.recurrence, "time_zone": done.time_zone, "checklist": checklist,
        "escalate_to_id": done.escalate_to_id, "escalate_after_minutes": done.escalate_after_minutes, "owner_id": done.base.owner_id,
        "custom": done.base.custom,
    });
    let Value::Object(body) = body else { return Ok(None) };
    // The server makes it: a series goes on whoever finishes one of it.
    let made = context.by_server(|context| {
        pipeline::create_with::<Task>(conn, context, None, body, |task| {
            task.series_started_at = done.series_started_at;
            Ok(())
        })
    })?;
    Ok(Some(Id::from_uuid(made.id)))
}

/// Whether some of these are still to be done; what is deleted is not.
fn unfinished(conn: &mut Conn, ids: &[Id<Task>]) -> Result<bool> {
    let sql = Sql::new("SELECT 1 FROM tasks t0 WHERE t0.deleted_at IS NULL AND t0.status IN ('open', 'in_progress') AND t0.id IN ");
    let sql = sql.list(ids.iter().map(|id| Bind::from(id.uuid()))).text(" LIMIT 1");
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Whether one comes from these tasks, by what they depend on, to another: then neither could ever be done.
fn leads_to(conn: &mut Conn, from: &[Id<Task>], to: Uuid) -> Result<bool> {
    let (mut seen, mut level) = (BTreeSet::new(), from.iter().map(|id| id.uuid()).collect::<Vec<_>>());
    while !level.is_empty() {
        if level.contains(&to) {
            return Ok(true);
        }
        let found: Vec<Task> = pick(conn, Sql::new("t0.id IN ").list(level.iter().map(|id| Bind::from(*id))))?;
        seen.extend(level);
        let next = found.iter().flat_map(|task| &task.depends_on_ids).map(|id| id.uuid());
        level = next.filter(|id| !seen.contains(id)).collect::<BTreeSet<_>>().into_iter().collect();
    }
    Ok(false)
}

/// Tasks that are late and go to somebody else for it, at most so many.
///
/// # Errors
/// Those of the database.
pub fn late(conn: &mut Conn, now: Instant, most: i64) -> Result<Vec<Uuid>> {
    conn.ids(&late_sql(conn.is_sqlite(), now, most))
}

fn late_sql(sqlite: bool, now: Instant, most: i64) -> Sql {
    // SQLite takes the two statuses for the better start, and would go past all that is overdue and that nobody is to be told of.
    let (tasks, due) = match sqlite {
        true => (
            "tasks t0 INDEXED BY tasks_late",
            "t0.due_at + coalesce(t0.escalate_after_minutes, 0) * 60000000 <= ",
        ),
        false => (
            "tasks t0",
            "t0.due_at + coalesce(t0.escalate_after_minutes, 0) * interval '1 minute' <= ",
        ),
    };
    let sql = Sql::new(format!(
        "SELECT t0.id FROM {tasks} WHERE t0.deleted_at IS NULL AND t0.escalate_to_id IS NOT NULL AND t0.escalated_at IS NULL \
         AND t0.status IN ('open', 'in_progress') AND t0.due_at <= "
    ));
    let sql = sql.bind(now).text(format!(" AND {due}")).bind(now);
    sql.text(" ORDER BY t0.due_at LIMIT ").bind(most)
}

/// A task that has come due, and who is to be reminded of it.
#[derive(Debug, Clone)]
pub struct Due {
    pub id: Uuid,
    /// When it is due, or until when it was put off, where that is later.
    pub at: Instant,
    pub owner_id: Option<Uuid>,
    pub team_id: Option<Uuid>,
}

/// Open tasks that came due since a moment and of which nobody was reminded yet, by id behind one, at most so many.
///
/// # Errors
/// Those of the database.
pub fn due(conn: &mut Conn, since: Instant, now: Instant, behind: Uuid, most: i64) -> Result<Vec<Due>> {
    // What is null is smaller than any moment to both.
    let at = if conn.is_sqlite() {
        "max(t0.due_at, coalesce(t0.snoozed_until, t0.due_at))"
    } else {
        "greatest(t0.due_at, t0.snoozed_until)"
    };
    let open = "t0.deleted_at IS NULL AND t0.status IN ('open', 'in_progress') AND (t0.owner_id IS NOT NULL OR t0.team_id IS NOT NULL)";
    // Each by an index of its own.
    let one = |column: &str| Sql::new(format!("SELECT t0.id FROM tasks t0 WHERE {open} AND t0.{column} > ")).bind(since);
    let one = |column: &str| one(column).text(format!(" AND t0.{column} <= ")).bind(now);
    let sql = Sql::new(format!(
        "SELECT t0.id, {at}, t0.owner_id, t0.team_id FROM tasks t0 WHERE t0.id IN ("
    ))
    .and(one("due_at"))
    .text(" UNION ")
    .and(one("snoozed_until"))
    .text(format!(") AND t0.due_at IS NOT NULL AND {at} <= "))
    .bind(now)
    .text(format!(
        " AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.record_id = t0.id AND n.moment = {at} \
             AND (t0.owner_id IS NULL OR n.user_id = t0.owner_id)) AND t0.id > "
    ))
    .bind(behind)
    .text(" ORDER BY t0.id LIMIT ")
    .bind(most);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Due {
            id: id(row, 0)?,
            at: Plain::read(row, 1)?,
            owner_id: row.uuid(2)?,
            team_id: row.uuid(3)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Reminds of a task: its owner, or everyone of the team in whose queue it waits; how many were told.
///
/// # Errors
/// Those of the database.
pub fn remind(conn: &mut Conn, context: &Context<'_>, due: &Due) -> Result<usize> {
    let mut users: BTreeSet<Uuid> = due.owner_id.into_iter().collect();
    if let (None, Some(team)) = (due.owner_id, due.team_id) {
        let team = live::<Team>(conn, team)?;
        users.extend(team.iter().flat_map(|team| &team.member_ids).map(|id| id.uuid()));
    }
    let mut told = 0;
    for user in users {
        let now = notifications::tell(conn, context, user, Kind::Reminder, ("tasks", due.id), Some(due.at))?;
        told += usize::from(now);
    }
    Ok(told)
}

/// A task in brief.
#[derive(Debug, Clone)]
pub struct Brief {
    pub id: Uuid,
    pub kind: TaskKind,
    pub title: String,
    pub status: TaskStatus,
    pub priority: Priority,
    pub due_at: Option<Instant>,
    pub owner_id: Option<Uuid>,
    pub team_id: Option<Uuid>,
}

/// A customer's open tasks that are not put off, the first due first, those without a date last.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no tasks at all.
pub fn open(conn: &mut Conn, actor: &Actor, customer: Uuid, now: Instant, limit: usize) -> Result<Vec<Brief>> {
    let sight = reads(actor, "tasks")?;
    let mut sql = Sql::new(
        "SELECT t0.id, t0.kind, t0.title, t0.status, t0.priority, t0.due_at, t0.owner_id, t0.team_id FROM tasks t0 WHERE t0.deleted_at IS NULL \
         AND t0.status IN ('open', 'in_progress') AND (t0.snoozed_until IS NULL OR t0.snoozed_until <= ",
    )
    .bind(now)
    .text(") AND t0.customer_id = ")
    .bind(customer);
    sql = sql.also(read::sight(&sight));
    let sql = sql
        .text(" ORDER BY CASE WHEN t0.due_at IS NULL THEN 1 ELSE 0 END, t0.due_at, t0.id LIMIT ")
        .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Brief {
            id: id(row, 0)?,
            kind: Word::read(row, 1)?,
            title: Plain::read(row, 2)?,
            status: Word::read(row, 3)?,
            priority: Word::read(row, 4)?,
            due_at: row.instant(5)?,
            owner_id: row.uuid(6)?,
            team_id: row.uuid(7)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Tasks in a timeline: when they were made, and how far they are.
pub const TASKS: Records = Records {
    kind: "task",
    object: "tasks",
    at: "t0.created_at",
    word: "t0.status",
    title: "t0.title",
    summary: "substr(t0.description, 1, 300)",
    by: "t0.owner_id",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::plan;

    #[tokio::test]
    async fn late_tasks_are_found_by_the_index_of_those_alone() {
        plan::takes(late_sql(true, Instant::UNSET, 1), "tasks_late").await;
    }
}
