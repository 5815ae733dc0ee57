//! Suggestions, and where they are drawn from.
use super::profile::of_kind;
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::core::{read, settings};
use crate::customers::duplicate;
use crate::customers::overview::{id, reads};
use crate::{row, sql, store};
use domain::activities::interaction::Interaction;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::input::members;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Expect};
use domain::customers::contact_point::{ContactPoint, known_by};
use domain::customers::customer::Customer;
use domain::quality::suggestion::{Found, Suggestion, SuggestionState, find};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Suggestion in suggestions {
    customer_id: Plain,
    contact_kind: Word,
    value: Plain,
    replaces: Maybe,
    reasons: Json,
    occurrences: Plain,
    first_seen_at: Maybe,
    last_seen_at: Maybe,
    interaction_ids: Json,
    state: Word,
    decided_by: Maybe,
} }
store! { Suggestion }

/// The latest interactions of one customer that are looked at.
const LATEST: i64 = 500;
/// The setting that says up to when interactions were looked at.
const LOOKED: &str = "suggestions_looked_until";

/// Up to when interactions were looked at; none before the first time.
///
/// # Errors
/// Those of the database.
pub fn looked_until(conn: &mut Conn) -> Result<Option<Instant>> {
    let text = settings::get(conn, LOOKED)?;
    Ok(text.and_then(|t| t.parse().ok()).and_then(Instant::from_micros))
}

/// Notes up to when interactions were looked at.
///
/// # Errors
/// Those of the database.
pub fn look_from(conn: &mut Conn, at: Instant) -> Result<()> {
    settings::set(conn, LOOKED, &at.micros().to_string())
}

/// Customers with interactions, behind an id: for a look at all of them.
///
/// # Errors
/// Those of the database.
pub fn with_interactions(conn: &mut Conn, after: Uuid, most: i64) -> Result<Vec<Uuid>> {
    let sql = sql!(
        "SELECT DISTINCT customer_id FROM interactions WHERE deleted_at IS NULL AND customer_id > ? ORDER BY customer_id LIMIT ?",
        after,
        most
    );
    conn.ids(&sql)
}

/// A place in the order of the last change of interactions: a moment, and the id of one that was changed then.
pub type Behind = (Instant, Uuid);

/// The place of the last of some interactions that were written behind a place, and their customers.
///
/// # Errors
/// Those of the database.
pub fn written(conn: &mut Conn, behind: Behind, most: i64) -> Result<(Option<Behind>, BTreeSet<Uuid>)> {
    let sql = sql!(
        "SELECT updated_at, id, customer_id FROM interactions WHERE deleted_at IS NULL AND (updated_at, id) > (?, ?) \
         ORDER BY updated_at, id LIMIT ?",
        behind.0,
        behind.1,
        most
    );
    let (mut last, mut customers) = (None, BTreeSet::new());
    conn.rows(&sql, |row| {
        last = row.instant(0)?.zip(row.uuid(1)?);
        customers.extend(row.uuid(2)?);
        Ok(())
    })?;
    Ok((last, customers))
}

/// What the interactions of a customer suggest.
///
/// # Errors
/// Those of the database.
pub fn look(conn: &mut Conn, customer: Uuid, region: &str) -> Result<Option<(Customer, Vec<Found>)>> {
    let Some(customer) = duplicate::find(conn, customer)?.filter(|c| !c.looks_erased()) else {
        return Ok(None);
    };
    let which = Sql::new("t0.deleted_at IS NULL AND t0.customer_id = ").bind(customer.base.id.uuid());
    let latest: Vec<Interaction> = pick(conn, which.text(" ORDER BY t0.started_at DESC, t0.id DESC LIMIT ").bind(LATEST))?;
    let profile = of_kind(conn, customer.kind)?;
    let found = find(&customer, &latest, &profile, region);
    Ok(Some((customer, found)))
}

/// Keeps what was found for a customer, as the server; how many suggestions are new. What somebody decided stays, what belongs to another
/// customer is theirs, and what the customer has by now is settled.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut Conn, context: &Context<'_>, customer: &Customer, found: &[Found]) -> Result<i64> {
    let whom = customer.base.id.uuid();
    let which = Sql::new("t0.deleted_at IS NULL AND t0.customer_id = ").bind(whom);
    let there: Vec<Suggestion> = pick(conn, which)?;
    let mut new = 0;
    for one in found {
        let key = known_by(one.kind, &one.value);
        match there.iter().find(|s| known_by(s.contact_kind, &s.value) == key) {
            Some(known) if known.state != SuggestionState::Open => {}
            Some(known) => {
                pipeline::change::<Suggestion>(conn, context, known.base.id.uuid(), Expect::Any, "update", |s| {
                    s.see(one);
                    Ok(())
                })?;
            }
            None if anothers(conn, whom, one)? => {}
            None => {
                let body = members(json!({"customer_id": whom, "contact_kind": one.kind, "value": one.value}));
                pipeline::create_with::<Suggestion>(conn, context, None, body, |s| {
                    s.see(one);
                    Ok(())
                })?;
                new += 1;
            }
        }
    }
    let has: BTreeSet<String> = customer.contact_points.iter().map(ContactPoint::known_by).collect();
    let settled = |s: &&Suggestion| s.state == SuggestionState::Open && has.contains(&known_by(s.contact_kind, &s.value));
    for one in there.iter().filter(settled) {
        pipeline::change::<Suggestion>(conn, context, one.base.id.uuid(), Expect::Any, "update", |s| s.decide(true, None))?;
    }
    Ok(new)
}

/// Whether another customer is known by it.
fn anothers(conn: &mut Conn, customer: Uuid, found: &Found) -> Result<bool> {
    let point = ContactPoint::new(found.kind, found.value.clone());
    let Some((kind, value)) = point.key() else { return Ok(false) };
    let sql = sql!(
        "SELECT 1 FROM customer_keys k JOIN customers c ON c.id = k.customer_id WHERE k.kind = ? AND k.value = ? AND k.customer_id <> ? \
         AND c.deleted_at IS NULL LIMIT 1",
        kind,
        value,
        customer
    );
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// A suggestion in brief.
#[derive(Debug, Clone)]
pub struct Brief {
    pub id: Uuid,
    pub contact_kind: String,
    pub value: String,
    pub replaces: Option<String>,
    pub reasons: Vec<String>,
    pub occurrences: i64,
    pub last_seen_at: Option<Instant>,
}

/// The open suggestions of a customer, the one that turned up last first. The caller must have seen the customer.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no suggestions.
pub fn open(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Brief>> {
    let sight = reads(actor, "suggestions")?;
    let sql = Sql::new(
        "SELECT t0.id, t0.contact_kind, t0.value, t0.replaces, t0.reasons, t0.occurrences, t0.last_seen_at FROM suggestions t0 \
         WHERE t0.deleted_at IS NULL AND t0.state = 'open' AND t0.customer_id = ",
    )
    .bind(customer);
    let sql = sql
        .also(read::sight(&sight))
        .text(" ORDER BY t0.last_seen_at DESC, t0.id LIMIT ")
        .bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        let mut reasons = Vec::new();
        row.at(4, &mut |cell| {
            reasons = serde_json::from_str(cell.json()?).unwrap_or_default();
            Ok(())
        })?;
        found.push(Brief {
            id: id(row, 0)?,
            contact_kind: row.text(1)?.unwrap_or_default(),
            value: row.text(2)?.unwrap_or_default(),
            replaces: row.text(3)?,
            reasons,
            occurrences: row.integer(5)?,
            last_seen_at: row.instant(6)?,
        });
        Ok(())
    })?;
    Ok(found)
}
