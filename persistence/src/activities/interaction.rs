//! Interactions, the customers who took part in them, and finding the customer by the address.
use crate::core::conn::Conn;
use crate::core::sql::{Bind, Sql};
use crate::core::stored::{MaybeWord, Plain, Stored, Word};
use crate::core::{notifications, read, search};
use crate::customers::customer::found_by;
use crate::customers::overview::{id, reads};
use crate::customers::timeline::{Ask, Source, tie};
use crate::{row, sql, store};
use chrono::TimeDelta;
use domain::activities::interaction::{Channel, Direction, Interaction, InteractionKind, Outcome};
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::notification::Kind;
use domain::core::pipeline::{self, Context};
use domain::core::problem::Problems;
use domain::customers::customer::Customer;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Interaction in interactions {
    kind: Word,
    channel: Word,
    direction: MaybeWord,
    customer_id: Maybe,
    address: Maybe,
    participant_ids: Json,
    user_ids: Json,
    other_participants: Json,
    started_at: Plain,
    duration_seconds: Maybe,
    subject: Maybe,
    body: Maybe,
    keywords: Json,
    outcome: MaybeWord,
    result: Maybe,
    recording_url: Maybe,
    answers_id: Maybe,
} hidden {
    search = Interaction::search_text,
} }
store! {
    Interaction,
    settle |conn, before, after, context| find_party(conn, before, after, context),
    derive |conn, before, after, context| {
        keep_parties(conn, before, after)?;
        rings(conn, before, after, context)
    }
}

/// Who it was with, by the address of the other side: a customer that the actor sees, else a new one, to be completed.
fn find_party(conn: &mut Conn, before: Option<&Interaction>, after: &mut Interaction, context: &Context<'_>) -> Result<Problems> {
    let known = before.is_some_and(|b| b.address == after.address);
    let (None, false, Some((kind, value)), Some(address)) = (after.customer_id, known, after.key(), after.address.clone()) else {
        return Ok(Problems::default());
    };
    if let Some(sight) = context.actor.sight("customers", "read")
        && let Some(id) = found_by(conn, &sight, kind, &value)?
    {
        after.customer_id = Some(Id::from_uuid(id));
        return Ok(Problems::default());
    }
    let point = match after.channel {
        Channel::Email => "email",
        Channel::Fax => "fax",
        _ => "phone",
    };
    let body = json!({"kind": "person", "display_name": address, "contact_points": [{"kind": point, "value": address}]});
    let serde_json::Value::Object(body) = body else {
        return Ok(Problems::default());
    };
    match pipeline::create::<Customer>(conn, context, None, body) {
        Ok(made) => after.customer_id = Some(Id::from_uuid(made.id)),
        // Whoever may make no customers notes the call all the same; and whoever was erased and calls again is no customer yet.
        Err(Error::Forbidden(_) | Error::Conflict("identifier_erased")) => {}
        Err(error) => return Err(error),
    }
    Ok(Problems::default())
}

/// Tells whose call it is that somebody known calls: its owner and those of us who take part; where that is whoever noted the call, such as
/// a telephone system, the owner of the customer too.
fn rings(conn: &mut Conn, before: Option<&Interaction>, after: Option<&Interaction>, context: &Context<'_>) -> Result<()> {
    let (None, Some(call)) = (before, after) else { return Ok(()) };
    let inbound = call.channel == Channel::Call && call.direction == Some(Direction::Inbound);
    let Some(customer) = call.customer_id.filter(|_| inbound) else {
        return Ok(());
    };
    // One that was made of this very call is not known. What is taken over from elsewhere does not ring any more.
    let known = sql!(
        "SELECT owner_id FROM customers WHERE id = ? AND created_at < ?",
        customer.uuid(),
        context.now()
    );
    let Some(manager) = conn
        .row(&known, |row| row.uuid(0))?
        .filter(|_| !matches!(context.actor.via, Via::Job(_)))
    else {
        return Ok(());
    };
    if call.started_at < context.now().after(-LATE) {
        return Ok(());
    }
    let mut told: BTreeSet<Uuid> = call.user_ids.iter().map(|id| id.uuid()).collect();
    told.extend(call.base.owner_id.map(Id::uuid));
    if told.iter().all(|user| *user == context.actor.user_id) {
        told.extend(manager);
    }
    for user in told {
        notifications::tell(conn, context, user, Kind::ScreenPop, ("interactions", call.base.id.uuid()), None)?;
    }
    Ok(())
}

/// How late a call may be noted and still ring.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// Keeps the list of who took part, by which a timeline finds the interaction, in step with it.
fn keep_parties(conn: &mut Conn, before: Option<&Interaction>, after: Option<&Interaction>) -> Result<()> {
    let parties = |i: Option<&Interaction>| i.map(|i| (i.started_at, i.parties()));
    let Some(id) = after.or(before).map(|i| i.base.id.uuid()) else {
        return Ok(());
    };
    if parties(before) == parties(after) {
        return Ok(());
    }
    if before.is_some() {
        conn.execute(&sql!("DELETE FROM interaction_parties WHERE interaction_id = ?", id))?;
    }
    if let Some((at, parties)) = parties(after) {
        for party in parties {
            conn.execute(&sql!(
                "INSERT INTO interaction_parties (customer_id, started_at, interaction_id) VALUES (?, ?, ?)",
                party.uuid(),
                at,
                id
            ))?;
        }
    }
    Ok(())
}

/// Interactions in the timeline of a customer.
#[derive(Debug)]
pub struct Interactions;
impl Source for Interactions {
    fn kind(&self) -> &'static str {
        "interaction"
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        let sight = ask.actor.sight("interactions", "read")?;
        let customers = || ask.customers.iter().map(|id| Bind::from(*id));
        let mut all = vec![Sql::new("p.customer_id IN ").list(customers()), Sql::new("t0.deleted_at IS NULL")];
        if ask.customers.len() > 1 {
            // One that several of them took part in stands there once.
            all.push(
                Sql::new("NOT EXISTS (SELECT 1 FROM interaction_parties o WHERE o.interaction_id = p.interaction_id AND o.customer_id < p.customer_id AND o.customer_id IN ")
                    .list(customers())
                    .text(")"),
            );
        }
        all.extend(read::sight(&sight));
        all.extend(search::in_row(&ask.terms, ask.sqlite));
        all.extend(ask.channel.map(|channel| Sql::new("t0.channel = ").bind(channel.word())));
        all.extend(ask.person.map(|person| Sql::new("t0.owner_id = ").bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let sql = Sql::new(format!(
            "SELECT p.started_at AS at, {tie} AS tie, t0.id AS record_id, p.customer_id AS customer_id, t0.kind AS word, t0.channel AS channel, \
             t0.direction AS direction, t0.subject AS title, substr(coalesce(t0.body, t0.result), 1, 300) AS summary, t0.owner_id AS actor_id \
             FROM interaction_parties p JOIN interactions t0 ON t0.id = p.interaction_id WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}

/// An interaction in brief.
#[derive(Debug, Clone)]
pub struct Brief {
    pub id: Uuid,
    pub kind: InteractionKind,
    pub channel: Channel,
    pub direction: Option<Direction>,
    pub started_at: Instant,
    pub subject: Option<String>,
    pub outcome: Option<Outcome>,
    pub owner_id: Option<Uuid>,
}

/// The latest interactions that a customer took part in, the newest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no interactions at all.
pub fn latest(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Brief>> {
    let sight = reads(actor, "interactions")?;
    let mut sql = Sql::new(
        "SELECT t0.id, t0.kind, t0.channel, t0.direction, t0.started_at, t0.subject, t0.outcome, t0.owner_id FROM interaction_parties p \
         JOIN interactions t0 ON t0.id = p.interaction_id WHERE t0.deleted_at IS NULL AND p.customer_id = ",
    )
    .bind(customer);
    sql = sql.also(read::sight(&sight));
    let sql = sql
        .text(" ORDER BY p.started_at DESC, p.interaction_id DESC LIMIT ")
        .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(Brief {
            id: id(row, 0)?,
            kind: Word::read(row, 1)?,
            channel: Word::read(row, 2)?,
            direction: MaybeWord::read(row, 3)?,
            started_at: Plain::read(row, 4)?,
            subject: row.text(5)?,
            outcome: MaybeWord::read(row, 6)?,
            owner_id: row.uuid(7)?,
        });
        Ok(())
    })?;
    Ok(found)
}
