//! Asking whether a customer may be reached, as every sender does: with the reason.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, needed_query, path_id, query, text};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::error::Error;
use domain::core::field::Choice;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::customers::contact_point::ContactKind;
use domain::privacy::consent::{Consent, Reach, is_purpose};
use domain::privacy::verdict::Reason;
use persistence::core::read;
use persistence::privacy::contact::{Verdict, verdicts};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Whether one address may be used, and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactVerdict {
    allowed: bool,
    reason: Reason,
    /// The contact point in its normal form; null for a letter, and where the customer has none.
    #[schema(max_length = 500)]
    address: Option<String>,
    contact_kind: Option<ContactKind>,
    /// The row of the ledger that decided; null where none did.
    consent_id: Option<Uuid>,
}

impl From<&Verdict> for ContactVerdict {
    fn from(verdict: &Verdict) -> Self {
        ContactVerdict {
            allowed: verdict.allowed(),
            reason: verdict.reason,
            address: verdict.address.clone(),
            contact_kind: verdict.kind,
            consent_id: verdict.consent,
        }
    }
}

/// Whether a customer may be reached, and at which address.
#[derive(Debug, Serialize, ToSchema)]
pub struct MayContact {
    customer_id: Uuid,
    channel: Reach,
    #[schema(max_length = 50)]
    purpose: String,
    allowed: bool,
    reason: Reason,
    /// Where to: the first address that may be used.
    #[schema(max_length = 500)]
    address: Option<String>,
    consent_id: Option<Uuid>,
    /// Each address that the channel could use, the primary one first.
    #[schema(max_items = 50)]
    addresses: Vec<ContactVerdict>,
}

async fn ask(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    signed.0.sight("consents", "read")?;
    let query = Query::read(&request, &["channel", "purpose", "address"])?;
    let mut missing = Vec::new();
    let channel = query.parsed("channel", Reach::of)?;
    let purpose = query.text("purpose").map(str::to_owned);
    let lacks = |code| {
        let mut problems = Problems::default();
        problems.add("", code);
        problems
    };
    if channel.is_none() {
        missing.push(("channel", lacks(Code::Required)));
    }
    match purpose.as_deref() {
        None => missing.push(("purpose", lacks(Code::Required))),
        Some(text) if !is_purpose(text) => missing.push(("purpose", lacks(Code::Format))),
        Some(_) => {}
    }
    let (Some(channel), Some(purpose), true) = (channel, purpose, missing.is_empty()) else {
        return Err(Error::Query(missing).into());
    };
    let (customer, address, now) = (id(&path)?, query.text("address").map(str::to_owned), app.now());
    let asked = purpose.clone();
    let found = app.db.read(move |conn| {
        let sight = signed.0.actor.sight("customers", "read").ok_or(Error::NotFound)?;
        if !read::exists(conn, &sight, "customers", customer)? {
            return Err(Error::NotFound);
        }
        verdicts(conn, customer, channel, &asked, address.as_deref(), now)
    });
    let found = found.await?;
    let best = found.iter().find(|v| v.allowed()).or(found.first());
    let best = ContactVerdict::from(best.ok_or_else(|| Error::Internal("no verdict at all".to_owned()))?);
    Ok(HttpResponse::Ok().json(MayContact {
        customer_id: customer,
        channel,
        purpose,
        allowed: best.allowed,
        reason: best.reason,
        address: best.address.filter(|_| best.allowed),
        consent_id: best.consent_id,
        addresses: found.iter().filter(|v| v.address.is_some()).map(ContactVerdict::from).collect(),
    }))
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Whether a customer may be reached by a channel for a purpose, and why. It is the question that everything which sends asks first: it \
               honours the ledger of consents, what contact points are marked with, confirmations that are still awaited, and erasures. Needs the \
               permissions `customers:read` and `consents:read`; the whole ledger of a visible customer counts, whoever wrote it.";
    let example = json!({
        "customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "channel": "email", "purpose": "newsletter", "allowed": true, "reason": "granted",
        "address": "sara@yazd.example", "consent_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a27",
        "addresses": [{"allowed": true, "reason": "granted", "address": "sara@yazd.example", "contact_kind": "email",
            "consent_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a27"}]
    });
    let words = Reach::WORDS.iter().map(|w| w.as_ref());
    let asking = operation(
        "checkCustomerContact",
        Consent::SPEC.tag,
        "Ask whether a customer may be reached",
        doc,
    )
    .parameter(path_id())
    .parameter(needed_query("channel", "By which way.", text(20).enum_values(Some(words))))
    .parameter(needed_query(
        "purpose",
        "For what; `service` needs no consent.",
        text(50).pattern(Some("^[a-z][a-z0-9_]{0,49}$")).examples([json!("newsletter")]),
    ))
    .parameter(query("address", "Only this contact point, in any spelling.", text(500)))
    .response("200", answer("Whether, and why.", "MayContact", example));
    config.service(
        Operations::at("/customers/{id}/may-contact")
            .get(|| web::route().to(ask), asking)
            .schema::<MayContact>(),
    );
}
