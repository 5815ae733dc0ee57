//! What activities show in the view of everything about a customer: the latest interactions, and what is to be done.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use domain::activities::interaction::{Channel, Direction, InteractionKind, Outcome};
use domain::activities::task::{Priority, TaskKind, TaskStatus};
use domain::core::error::Result;
use domain::core::instant::Instant;
use persistence::activities::interaction::latest;
use persistence::activities::task::open;
use persistence::core::conn::Conn;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Tasks, &Interactions];

/// An interaction in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerInteraction {
    id: Uuid,
    kind: InteractionKind,
    channel: Channel,
    direction: Option<Direction>,
    started_at: Instant,
    #[schema(max_length = 300)]
    subject: Option<String>,
    outcome: Option<Outcome>,
    /// Who of us it belongs to.
    owner_id: Option<Uuid>,
}

struct Interactions;
impl Section for Interactions {
    fn name(&self) -> &'static str {
        "interactions"
    }
    fn doc(&self) -> &'static str {
        "The latest interactions that the customer took part in, newest first; the timeline has them all."
    }
    fn item(&self) -> Item {
        schema::<CustomerInteraction>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "kind": "inquiry", "channel": "call", "direction": "inbound",
            "started_at": "2026-03-21T08:30:00.000Z", "subject": "پرسش دربارهٔ زمان تحویل", "outcome": "answered",
            "owner_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = latest(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|i| CustomerInteraction {
            id: i.id,
            kind: i.kind,
            channel: i.channel,
            direction: i.direction,
            started_at: i.started_at,
            subject: i.subject,
            outcome: i.outcome,
            owner_id: i.owner_id,
        }))
    }
}

/// A task in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerTask {
    id: Uuid,
    kind: TaskKind,
    #[schema(max_length = 300)]
    title: String,
    status: TaskStatus,
    priority: Priority,
    due_at: Option<Instant>,
    /// Who does it.
    owner_id: Option<Uuid>,
    /// Whose queue it stands in.
    team_id: Option<Uuid>,
}

struct Tasks;
impl Section for Tasks {
    fn name(&self) -> &'static str {
        "tasks"
    }
    fn doc(&self) -> &'static str {
        "What is to be done for the customer and is not put off, the first due first."
    }
    fn item(&self) -> Item {
        schema::<CustomerTask>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a26", "kind": "follow_up", "title": "تماس برای زمان تحویل", "status": "open", "priority": "high",
            "due_at": "2031-03-21T08:30:00.000Z", "owner_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25", "team_id": null
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = open(conn, ask.actor, ask.customer, ask.now, ask.limit + 1)?;
        texts(found.into_iter().map(|t| CustomerTask {
            id: t.id,
            kind: t.kind,
            title: t.title,
            status: t.status,
            priority: t.priority,
            due_at: t.due_at,
            owner_id: t.owner_id,
            team_id: t.team_id,
        }))
    }
}
