//! Leads: their scores, whom they go to, and the keys they are found by.
use super::{assignment, scoring};
use crate::core::conn::Conn;
use crate::core::money;
use crate::core::read;
use crate::core::sql::{Bind, Sql};
use crate::privacy::ledger;
use crate::{row, sql, store};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::{Context, document};
use domain::core::problem::Problems;
use domain::customers::contact_point::ContactPoint;
use domain::sales::lead::{Lead, LeadStatus};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

row! { Lead in leads {
    display_name: Plain,
    given_name: Maybe,
    family_name: Maybe,
    organization_name: Maybe,
    job_title: Maybe,
    contact_points: Json,
    province: Maybe,
    city: Maybe,
    country: Maybe,
    channel: Word,
    source: Maybe,
    campaign: Maybe,
    partner_id: Maybe,
    interests: Json,
    message: Maybe,
    amount: Json,
    needs_skills: Json,
    auto_assign: Plain,
    assigned_by_id: Maybe,
    assigned_at: Maybe,
    status: Word,
    score: Plain,
    score_parts: Json,
    nurture_until: Maybe,
    disqualify_reason: MaybeWord,
    status_note: Maybe,
    recycled: Plain,
    converted_at: Maybe,
    customer_id: Maybe,
    contact_id: Maybe,
    opportunity_id: Maybe,
} hidden {
    amount_units = |l: &Lead| money::units(l.amount),
    amount_micros = |l: &Lead| money::micros(l.amount),
    amount_currency = |l: &Lead| money::code(l.amount),
    search = Lead::search_text,
} }
store! {
    Lead,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |conn, before, after, _context| keep_keys(conn, before, after)
}

fn settle(conn: &mut Conn, before: Option<&Lead>, lead: &mut Lead, context: &Context<'_>) -> Result<Problems> {
    if before.is_some_and(|b| b.status == LeadStatus::Converted && lead.differs(b)) {
        return Err(Error::Conflict("lead_converted"));
    }
    if before.is_some_and(|b| b.base.owner_id != lead.base.owner_id && b.assigned_at == lead.assigned_at) {
        (lead.assigned_by_id, lead.assigned_at) = (None, None);
    }
    let old: BTreeSet<String> = before.into_iter().flat_map(known).collect();
    let new: BTreeSet<String> = known(lead).filter(|key| !old.contains(key)).collect();
    if ledger::knows(conn, &new)? {
        return Err(Error::Conflict("identifier_erased"));
    }
    if lead.is_open() {
        let rules = scoring::rules(conn, context.now())?;
        let shown = Value::Object(document(lead)?);
        domain::sales::scoring::score(lead, &shown, &rules);
        if before.is_none() && lead.auto_assign {
            assignment::alone(conn)?;
            let decision = assignment::decide(conn, lead, context.now())?;
            if let Some((rule, user)) = decision.chosen {
                lead.give(Id::from_uuid(rule), Id::from_uuid(user), context.now());
                assignment::take_turn(conn, rule, user, context.now())?;
            }
        }
    }
    Ok(Problems::default())
}

/// What the ledger of erasures would know them by.
fn known(lead: &Lead) -> impl Iterator<Item = String> {
    lead.contact_points.iter().map(|point| point.known_by())
}

fn keys(lead: Option<&Lead>) -> BTreeSet<(&'static str, String)> {
    lead.into_iter()
        .flat_map(|l| &l.contact_points)
        .filter_map(ContactPoint::key)
        .collect()
}

/// Keeps the telephone numbers and email addresses by which a lead is found in step with it. It keeps them in the trash: an erasure finds it there.
fn keep_keys(conn: &mut Conn, before: Option<&Lead>, after: Option<&Lead>) -> Result<()> {
    let Some(id) = after.map(|l| l.base.id.uuid()) else {
        return Ok(());
    };
    let (old, new) = (keys(before), keys(after));
    for (kind, value) in old.difference(&new) {
        let gone = sql!(
            "DELETE FROM lead_keys WHERE kind = ? AND value = ? AND lead_id = ?",
            *kind,
            value,
            id
        );
        conn.execute(&gone)?;
    }
    for (kind, value) in new.difference(&old) {
        // One that comes back from the trash has them still.
        let there = sql!(
            "INSERT INTO lead_keys (kind, value, lead_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            *kind,
            value,
            id
        );
        conn.execute(&there)?;
    }
    Ok(())
}

/// Somebody who may be the same as a lead.
#[derive(Debug, Clone)]
pub struct Same {
    /// `leads` or `customers`.
    pub object: &'static str,
    pub id: Uuid,
    pub display_name: String,
    /// The telephone number or email address that both have.
    pub key: String,
}

/// Leads and customers in the actor's sight that are reached under a number or address of a lead's, at most so many of each.
///
/// # Errors
/// Those of the database.
pub fn same(conn: &mut Conn, actor: &Actor, lead: &Lead, most: i64) -> Result<Vec<Same>> {
    let keys = keys(Some(lead));
    let mut found = Vec::new();
    for (object, table, column) in [("leads", "lead_keys", "lead_id"), ("customers", "customer_keys", "customer_id")] {
        let Some(sight) = actor.sight(object, "read").filter(|_| !keys.is_empty()) else {
            continue;
        };
        let one = |(kind, value): &(&'static str, String)| Sql::new("k.kind = ").bind(*kind).text(" AND k.value = ").bind(value);
        let any = Sql::join(keys.iter().map(one).collect(), " OR ", "FALSE");
        let sql = Sql::new(format!(
            "SELECT t0.id, t0.display_name, MIN(k.value) FROM {table} k JOIN {object} t0 ON t0.id = k.{column} WHERE t0.deleted_at IS NULL AND t0.id <> "
        ));
        let sql = sql
            .bind(lead.base.id.uuid())
            .text(" AND (")
            .and(any)
            .text(")")
            .also(read::sight(&sight));
        let sql = sql.text(" GROUP BY t0.id, t0.display_name ORDER BY t0.id LIMIT ").bind(most);
        conn.rows(&sql, |row| {
            found.push(Same {
                object,
                id: row.uuid(0)?.unwrap_or_default(),
                display_name: row.text(1)?.unwrap_or_default(),
                key: row.text(2)?.unwrap_or_default(),
            });
            Ok(())
        })?;
    }
    Ok(found)
}

/// Whether somebody is known to belong to an organization, in whatever way.
///
/// # Errors
/// Those of the database.
pub fn are_tied(conn: &mut Conn, person: Uuid, organization: Uuid) -> Result<bool> {
    let sql = sql!(
        "SELECT 1 FROM relationships WHERE deleted_at IS NULL AND ((from_id = ? AND to_id = ?) OR (from_id = ? AND to_id = ?)) LIMIT 1",
        person,
        organization,
        organization,
        person
    );
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// Leads that have ripened, at most so many.
///
/// # Errors
/// Those of the database.
pub fn ripe(conn: &mut Conn, today: chrono::NaiveDate, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new("SELECT t0.id FROM leads t0 WHERE t0.deleted_at IS NULL AND t0.status = 'nurturing' AND t0.nurture_until <= ");
    conn.ids(
        &sql.bind(Bind::Date(today))
            .text(" ORDER BY t0.nurture_until, t0.id LIMIT ")
            .bind(most),
    )
}

/// Ids of open leads behind one, in order, at most so many: whose scores follow the rules.
///
/// # Errors
/// Those of the database.
pub fn open_behind(conn: &mut Conn, behind: Uuid, most: i64) -> Result<Vec<Uuid>> {
    conn.ids(&sql!(
        "SELECT t0.id FROM leads t0 WHERE t0.deleted_at IS NULL AND t0.status IN ('new', 'working', 'nurturing') AND t0.id > ? \
         ORDER BY t0.id LIMIT ?",
        behind,
        most
    ))
}
