//! The way of a quote: submitted, approved or not, revised, accepted, declined.
use crate::http::action::{Action, Asked};
use domain::catalog::quote::{Acceptance, AcceptanceMethod, Quote};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::{length, whole};
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _};
use domain::core::problem::Problems;
use domain::core::store::Store as _;
use persistence::catalog::quote;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub const QUOTES: &dyn Object = &Of::<Quote>::NEW;

/// What is said to an approval, or of a customer's answer.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteDecision {
    /// Why; up to 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000, example = "مشتری قدیمی است")]
    comment: Option<String>,
}
impl Asked for QuoteDecision {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("QuoteDecision", r#"{"comment": "مشتری قدیمی است"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let QuoteDecision { comment } = whole(members)?;
        let comment = comment.map(|c| c.trim().to_owned()).filter(|c| !c.is_empty());
        let mut problems = Problems::default();
        length("/comment", comment.as_deref().unwrap_or_default(), 0, 1000, &mut problems);
        problems.or(QuoteDecision { comment })
    }
}

/// An acceptance that somebody of us notes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteAcceptance {
    /// Who accepts on the customer's side.
    #[schema(min_length = 1, max_length = 200, example = "مریم کریمی")]
    name: String,
    /// By what it is known, such as a letter or a call.
    #[serde(default)]
    #[schema(max_length = 1000, example = "با نامهٔ ۱۲۳ به تاریخ ۱۴۰۵/۰۲/۱۱")]
    note: Option<String>,
}
impl Asked for QuoteAcceptance {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("QuoteAcceptance", r#"{"name": "مریم کریمی", "note": "با نامهٔ ۱۲۳"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let said: QuoteAcceptance = whole(members)?;
        let mut problems = Problems::default();
        length("/name", &said.name, 1, 200, &mut problems);
        length("/note", said.note.as_deref().unwrap_or_default(), 0, 1000, &mut problems);
        problems.or(said)
    }
}

/// The evidence of what a quote offers.
pub fn digest(quote: &Quote) -> Result<String> {
    let hash = Sha256::digest(quote.offered()?.as_bytes());
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The quote as the caller sees it, held until the write ends.
fn held(conn: &mut Conn, context: &Context<'_>, id: Uuid, action: &'static str) -> Result<Quote> {
    conn.hold("quotes", id)?;
    let sight = context.sight("quotes", action)?;
    conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
}

fn submit(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    let mut priced = held(conn, context, id, "update")?;
    // What is submitted has the prices of the day.
    quote::reprice(conn, context.actor, context.setting, &mut priced)?.or(())?;
    let chain = quote::approvals(conn, context.actor, &priced)?;
    let (by, today) = (context.actor.user_id, context.now().utc().date_naive());
    pipeline::change::<Quote>(conn, context, id, expect, "update", |quote| {
        quote.price(priced.pricing.clone(), priced.options.clone());
        quote.submit(chain, Some(by), today)
    })
}

fn decide(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, agrees: bool, comment: Option<String>) -> Result<Done> {
    conn.hold("quotes", id)?;
    let by = quote::decider(conn, context)?;
    pipeline::change::<Quote>(conn, context, id, expect, "approve", |quote| {
        quote.decide(agrees, &by, comment, context.now())
    })
}

fn approve(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, said: QuoteDecision) -> Result<Done> {
    decide(conn, context, id, expect, true, said.comment)
}

fn reject(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, said: QuoteDecision) -> Result<Done> {
    decide(conn, context, id, expect, false, said.comment)
}

fn decline(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, said: QuoteDecision) -> Result<Done> {
    pipeline::change::<Quote>(conn, context, id, expect, "update", |quote| quote.decline(said.comment))
}

/// A new version: a draft with the number and what was offered, in whose favour the old one steps back.
fn revise(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    let old = held(conn, context, id, "update")?;
    pipeline::change::<Quote>(conn, context, id, expect, "update", Quote::supersede)?;
    let body = json!({
        "customer_id": old.customer_id, "opportunity_id": old.opportunity_id, "title": old.title, "language": old.language, "currency": old.currency, "valid_until": old.valid_until,
        "lines": old.lines, "discounts": old.discounts, "charges": old.charges, "coupons": old.coupons, "payment_term_id": old.payment_term_id,
        "rounding_step": old.rounding_step, "terms_text": old.terms_text, "owner_id": old.base.owner_id, "custom": old.base.custom,
    });
    let Value::Object(body) = body else { return Err(Error::NotFound) };
    pipeline::create_with::<Quote>(conn, context, None, body, |quote| {
        quote.number.clone_from(&old.number);
        quote.revision = old.revision + 1;
        quote.previous_id = Some(Id::from_uuid(id));
        Ok(())
    })
}

fn accept(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, said: QuoteAcceptance) -> Result<Done> {
    pipeline::change::<Quote>(conn, context, id, expect, "update", |quote| {
        let acceptance = Acceptance {
            method: AcceptanceMethod::ByHand,
            name: said.name.trim().to_owned(),
            at: context.now(),
            email: None,
            ip: None,
            link_id: None,
            noted_by: Some(context.actor.user_id),
            note: said.note,
            digest: digest(quote)?,
        };
        quote.accept(acceptance)
    })
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    persistence::core::object::allow("quotes", &["approve"]);
    let action = |path, id, summary, doc, done, permission| Action {
        path,
        id,
        summary,
        doc,
        done,
        object: QUOTES,
        permission,
        keyed: false,
    };
    let submitting = action(
        "/quotes/{id}/submit",
        "submitQuote",
        "Submit a quote for approval",
        "Prices a draft anew and submits it. Where its discount is within the limits of whoever submits it, it is approved at once; else \
         each role with a higher limit has to agree in turn, up to the first that is enough (`/discount-limits`). 409 `no_approver` where no \
         limit is.",
        "It is approved, or waits.",
        "update",
    );
    let approving = action(
        "/quotes/{id}/approve",
        "approveQuote",
        "Approve a quote's discount",
        "Agrees to the discount of a quote, for the role whose turn it is: by its holder, or by whom its holder has delegated that to \
         (`/approval-delegations`). Nobody approves what they have written or submitted (409 `self_approval`).",
        "It is approved, or waits for the next.",
        "approve",
    );
    let rejecting = action(
        "/quotes/{id}/reject",
        "rejectQuote",
        "Reject a quote's discount",
        "Does not agree to the discount of a quote, for the role whose turn it is: it is a draft again, with what was said.",
        "It is a draft again.",
        "approve",
    );
    let revising = action(
        "/quotes/{id}/revise",
        "reviseQuote",
        "Make a new version of a quote",
        "Makes a new version: a draft with the same number and content, and today's prices. The old one is `superseded`, and its links end.",
        "The new version.",
        "update",
    );
    let accepting = action(
        "/quotes/{id}/accept",
        "acceptQuote",
        "Note that a quote was accepted",
        "Notes that the customer has accepted a quote by other means than the link. The evidence has a digest of what was accepted.",
        "It is accepted.",
        "update",
    );
    let declining = action(
        "/quotes/{id}/decline",
        "declineQuote",
        "Note that a quote was declined",
        "Notes that the customer has declined a quote.",
        "It is declined.",
        "update",
    );
    config.service(submitting.on(submit));
    config.service(approving.told(approve));
    config.service(rejecting.on(reject));
    config.service(revising.making(revise));
    config.service(accepting.told(accept));
    config.service(declining.on(decline));
}
