//! Double opt-in: whoever is said to agree to be written to is asked at that very address. The link's secret is minted when the mail is sent
//! and stands in the mail alone; confirming adds the granted row to the ledger.
use crate::access::form::Form;
use crate::access::lockout::Network;
use crate::access::mailed::{self, Gate};
use crate::access::secret::{Digest, is_opaque, opaque};
use crate::http::app::{App, context};
use crate::http::contract::{body, empty};
use crate::http::edge;
use crate::http::operation::{Operations, open_operation};
use crate::http::problem::Failure;
use crate::jobs::{JobContext, JobKind, Outcome, Run};
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use domain::access::user::Locale;
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::{self};
use domain::core::resource::{Resource, Setting};
use domain::customers::customer::Customer;
use domain::privacy::consent::{Consent, ConsentStatus};
use domain::privacy::letters;
use domain::privacy::verdict::Reason;
use persistence::access::link::{self, Link};
use persistence::core::conn::Conn;
use persistence::core::record::live;
use persistence::privacy::{consent, contact};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// What its links are good for.
const PURPOSE: &str = "consent";
/// How each secret of a link begins.
const PREFIX: &str = "pvc_";
/// How long a link is good. The letter says so, too.
const LIFETIME: TimeDelta = TimeDelta::days(7);
/// How many links one address has open at most. What is asked for beyond that sends nothing: nobody's mailbox is flooded.
const MOST_OPEN: i64 = 3;

/// Mails a link to whoever is asked to confirm.
pub struct MailConfirmation;
impl JobKind for MailConfirmation {
    fn kind(&self) -> &'static str {
        consent::KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(mail(job))
    }
}

/// Whom a letter goes to.
struct Asked {
    address: String,
    locale: Locale,
}

async fn mail(job: &JobContext) -> Result<Outcome> {
    let id = job.job.payload.get("consent_id").and_then(Value::as_str);
    let id = id.and_then(|id| Uuid::try_parse(id).ok());
    let id = id.ok_or_else(|| Error::Internal("a confirmation of no consent".to_owned()))?;
    let secret = opaque(PREFIX, &mut rand::rng());
    let (link, hash, now) = (job.job.claim.id, *secret.digest().as_bytes(), job.app.now());
    let asked = job.write(move |conn| {
        let Some(row) = live::<Consent>(conn, id)? else { return Ok(None) };
        let Some(asked) = whom(conn, &row, now)? else { return Ok(None) };
        if link::open_at(conn, PURPOSE, &row.key(), link, now)? >= MOST_OPEN {
            return Ok(None);
        }
        let ends = now.after(LIFETIME);
        let link = Link {
            id: link,
            purpose: PURPOSE,
            subject_id: id,
            address: Some(row.key()),
            hash,
            issued_at: now,
            expires_at: row.expires_at.map_or(ends, |at| at.min(ends)),
        };
        link::keep(conn, &link)?;
        Ok(Some(asked))
    });
    let Some(asked) = asked.await? else {
        return Ok(Outcome::Done(json!({ "sent": false })));
    };
    let address = format!("{}/confirm-consent#token={}", job.app.app_url, secret.expose());
    let letter = letters::confirmation(&asked.address, asked.locale, address);
    // Each attempt mints another secret, so each is another mail.
    job.app.mailer.send(letter.outgoing()?, Uuid::now_v7()).await
}

/// Whom to ask about a pending row; nobody where it is not awaited any more, or where its address must not be used.
fn whom(conn: &mut Conn, row: &Consent, now: domain::core::instant::Instant) -> Result<Option<Asked>> {
    let Some(address) = &row.contact_value else { return Ok(None) };
    let verdict = contact::may_contact(conn, row.customer_id.uuid(), row.channel, &row.purpose, Some(address), now)?;
    if verdict.reason != Reason::Pending || verdict.consent != Some(row.base.id.uuid()) {
        return Ok(None);
    }
    let customer = live::<Customer>(conn, row.customer_id.uuid())?;
    let locale = match customer.as_ref().map(|c| c.language.as_str()) {
        Some("en") => Locale::English,
        _ => Locale::Persian,
    };
    Ok(Some(Asked {
        address: address.clone(),
        locale,
    }))
}

/// What stands in the mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its part of the contract")]
pub struct ConsentConfirmation {
    /// What stands behind `#token=` in the mailed link.
    #[schema(min_length = 1, max_length = 100, example = "pvc_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    token: String,
}

/// Uses a link up and grants what it is for.
fn open(conn: &mut Conn, hash: Option<&Digest>, ip: IpAddr, origin: Uuid, setting: &Setting) -> Result<Gate<()>> {
    let gate = mailed::open(conn, &[PURPOSE], hash, Network::of(ip), setting.now)?;
    gate.then(|link| {
        let spent = match hash {
            Some(hash) => link::spend(conn, link.id, hash.as_bytes(), setting.now)?,
            None => false,
        };
        let row = live::<Consent>(conn, link.subject_id)?.filter(|row| spent && row.contact_value.is_some());
        let Some(row) = row else { return Ok(None) };
        // Who has said no since, or is gone, is not won back by an old mail.
        if whom(conn, &row, setting.now)?.is_none() {
            return Ok(None);
        }
        Ok(Some(grant(conn, &row, link.id, ip, origin, setting)?))
    })
}

/// Adds the granted row.
fn grant(conn: &mut Conn, asked: &Consent, link: Uuid, ip: IpAddr, origin: Uuid, setting: &Setting) -> Result<()> {
    let actor = Actor::server(Via::Link(link), setting.now);
    let context = context(&actor, setting, origin);
    let proof = format!(
        "The link mailed to {} was opened from {ip}; request {origin}.",
        asked.contact_value.as_deref().unwrap_or_default()
    );
    let body = json!({
        "customer_id": asked.customer_id, "contact_kind": asked.contact_kind, "contact_value": asked.contact_value, "channel": asked.channel,
        "purpose": asked.purpose, "status": ConsentStatus::Granted, "legal_basis": asked.legal_basis, "source": "double_opt_in", "proof": proof,
        "text_version": asked.text_version, "expires_at": asked.expires_at, "owner_id": asked.base.owner_id,
    });
    let Value::Object(body) = body else { return Ok(()) };
    pipeline::create_with::<Consent>(conn, &context, None, body, |row| {
        row.confirms_id = Some(Id::from_uuid(asked.base.id.uuid()));
        Ok(())
    })?;
    Ok(())
}

async fn confirm(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let token = form.needed("token", 1, 100);
    form.finish()?;
    let (ip, origin, setting) = (edge::client_ip(&request), edge::request_id(&request), app.setting());
    let hash = is_opaque(PREFIX, &token).then(|| Digest::of(&token));
    let gate = app.db.write(move |conn| open(conn, hash.as_ref(), ip, origin, &setting)).await?;
    gate.pass()?;
    Ok(HttpResponse::NoContent().finish())
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Takes the secret of a link that was mailed to an address with a pending consent, and adds a granted row to the ledger: once, within \
               seven days. A link that was used, is too old or never was one answers 401 `invalid_link`, and so does one whose consent was \
               withdrawn since; after five such tries the next must wait (429).";
    let example = json!({"token": "pvc_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
    let confirming = open_operation("confirmConsent", Consent::SPEC.tag, "Confirm a consent by a mailed link", doc)
        .request_body(Some(body("application/json", "ConsentConfirmation", example)))
        .response("204", empty("It is confirmed."));
    config.service(
        Operations::at("/consents/confirm")
            .post(web::route().to(confirm), confirming)
            .schema::<ConsentConfirmation>(),
    );
}
