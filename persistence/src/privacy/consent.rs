//! The ledger of consents, and what it shows in the file of a customer.
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::core::sql::{Bind, Sql};
use crate::core::stored::{Plain, Stored, Word};
use crate::core::{jobs, read};
use crate::customers::overview::{id, reads};
use crate::customers::timeline::{Ask, Source, tie};
use crate::{row, sql, store};
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::customers::contact_point::ContactKind;
use domain::customers::customer::Customer;
use domain::privacy::consent::{Consent, ConsentStatus, Reach};
use serde_json::json;
use uuid::Uuid;

row! { Consent in consents {
    customer_id: Plain,
    contact_kind: MaybeWord,
    contact_value: Maybe,
    channel: Word,
    purpose: Plain,
    status: Word,
    legal_basis: Word,
    source: Plain,
    proof: Maybe,
    proof_document_id: Maybe,
    text_version: Maybe,
    given_at: Plain,
    expires_at: Maybe,
    confirms_id: Maybe,
    contact_hash: Maybe,
} hidden {
    contact_key = Consent::key,
} }
store! {
    Consent,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |conn, before, after, context| ask(conn, before, after, context)
}

/// The kind of the jobs that ask for a confirmation.
pub const KIND: &str = "mail_consent_confirmation";

/// Brings the contact point into the form in which its customer has it.
fn settle(conn: &mut Conn, before: Option<&Consent>, after: &mut Consent, context: &Context<'_>) -> Result<Problems> {
    if before.is_some() || after.contact_value.is_none() {
        return Ok(Problems::default());
    }
    let customer = live::<Customer>(conn, after.customer_id.uuid())?;
    let country = customer.as_ref().and_then(|c| c.country.clone());
    let mut problems = after.normalize(country.as_deref().unwrap_or(&context.setting.default_region));
    // Nobody has mail sent to any address in the world by a customer that has it not.
    let theirs = |key: &str| customer.iter().flat_map(|c| &c.contact_points).any(|p| p.known_by() == key);
    if problems.0.is_empty() && after.status == ConsentStatus::Pending && !theirs(&after.key()) {
        problems.add("/contact_value", Code::NotFound);
    }
    Ok(problems)
}

/// Has who is asked by email mailed a link, in the transaction of the row.
fn ask(conn: &mut Conn, before: Option<&Consent>, after: Option<&Consent>, context: &Context<'_>) -> Result<()> {
    let (None, Some(row)) = (before, after) else { return Ok(()) };
    if row.status != ConsentStatus::Pending || row.contact_kind != Some(ContactKind::Email) || row.base.version != 1 {
        return Ok(());
    }
    let job = jobs::New {
        kind: KIND,
        key: row.base.id.uuid().to_string(),
        payload: json!({ "consent_id": row.base.id }),
        run_at: context.now(),
        max_attempts: jobs::ATTEMPTS,
        created_by: context.actor.user::<()>().map(Id::uuid),
        origin: context.origin,
    };
    jobs::enqueue(conn, context.ids.next(), &job, context.now()).map(|_| ())
}

/// How things stand for one purpose and channel.
#[derive(Debug, Clone)]
pub struct State {
    pub consent_id: Uuid,
    pub purpose: String,
    pub channel: Reach,
    pub contact_value: Option<String>,
    pub status: ConsentStatus,
    pub given_at: Instant,
    pub expires_at: Option<Instant>,
}

/// What counts now of a customer's ledger: the latest row for each contact point, purpose and channel, the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no consents at all.
pub fn standing(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<State>> {
    let sight = reads(actor, "consents")?;
    let mut sql = sql!(
        "SELECT t0.id, t0.purpose, t0.channel, t0.contact_value, t0.status, t0.given_at, t0.expires_at FROM consents t0 \
         WHERE t0.deleted_at IS NULL AND t0.customer_id = ? AND NOT EXISTS (SELECT 1 FROM consents n WHERE n.customer_id = t0.customer_id \
         AND n.channel = t0.channel AND n.purpose = t0.purpose AND n.contact_key = t0.contact_key AND n.deleted_at IS NULL \
         AND (n.given_at, n.id) > (t0.given_at, t0.id))",
        customer
    );
    sql = sql.also(read::sight(&sight));
    let sql = sql.text(" ORDER BY t0.given_at DESC, t0.id DESC LIMIT ").bind(limit as i64);
    let mut found = Vec::new();
    conn.rows(&sql, |row| {
        found.push(State {
            consent_id: id(row, 0)?,
            purpose: Plain::read(row, 1)?,
            channel: Word::read(row, 2)?,
            contact_value: row.text(3)?,
            status: Word::read(row, 4)?,
            given_at: Plain::read(row, 5)?,
            expires_at: row.instant(6)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Consents in a timeline: when they were given or taken back.
#[derive(Debug)]
pub struct Consents;
impl Source for Consents {
    fn kind(&self) -> &'static str {
        "consent"
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        use domain::core::field::Choice;
        // They have no text that a search would look into.
        let sight = ask.actor.sight("consents", "read").filter(|_| ask.terms.is_empty())?;
        let mut all = vec![
            Sql::new("t0.customer_id IN ").list(ask.customers.iter().map(|id| Bind::from(*id))),
            Sql::new("t0.deleted_at IS NULL"),
        ];
        all.extend(read::sight(&sight));
        all.extend(ask.channel.map(|channel| Sql::new("t0.channel = ").bind(channel.word())));
        all.extend(ask.person.map(|person| Sql::new("t0.created_by = ").bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let sql = Sql::new(format!(
            "SELECT t0.given_at AS at, {tie} AS tie, t0.id AS record_id, t0.customer_id AS customer_id, t0.status AS word, t0.channel AS channel, \
             CAST(NULL AS TEXT) AS direction, t0.purpose AS title, t0.source AS summary, t0.created_by AS actor_id FROM consents t0 WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}
