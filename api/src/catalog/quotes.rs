//! The way of a quote: submitted, approved or not, revised, accepted, declined.
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, idempotency_key, if_match, path_id};
use crate::http::crud::id;
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::catalog::quote::{Acceptance, AcceptanceMethod, Quote};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input;
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _};
use domain::core::problem::Problems;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::core::store::Store as _;
use persistence::catalog::quote;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use utoipa::openapi::path::OperationBuilder;
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

fn submit(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
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

/// A new version: a draft with the number and what was offered, in whose favour the old one steps back.
fn revise(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
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

/// What one may do with a quote without saying anything.
#[derive(Debug, Clone, Copy)]
enum Plain {
    Submit,
    Revise,
}

async fn plain(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>, what: Plain) -> Result<HttpResponse, Failure> {
    signed.0.sight("quotes", "update")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    Writing::new(&request, app, signed, &[])?
        .run(QUOTES, move |conn, context| match what {
            Plain::Submit => Ok((200, submit(conn, context, id, expect)?)),
            Plain::Revise => Ok((201, revise(conn, context, id, expect)?)),
        })
        .await
}

/// What one says to a quote with a reason.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Approve,
    Reject,
    Decline,
}

async fn said(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
    what: Verdict,
) -> Result<HttpResponse, Failure> {
    let action = if matches!(what, Verdict::Decline) { "update" } else { "approve" };
    signed.0.sight("quotes", action)?;
    Query::read(&request, &[])?;
    let (members, bytes) = members(&request, &mut payload, JSON).await?;
    let decision: QuoteDecision = input::whole(members)?;
    let mut problems = Problems::default();
    let comment = decision.comment.map(|c| c.trim().to_owned()).filter(|c| !c.is_empty());
    input::length("/comment", comment.as_deref().unwrap_or_default(), 0, 1000, &mut problems);
    problems.or(())?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    Writing::new(&request, app, signed, &bytes)?
        .run(QUOTES, move |conn, context| {
            let done = match what {
                Verdict::Approve => decide(conn, context, id, expect, true, comment)?,
                Verdict::Reject => decide(conn, context, id, expect, false, comment)?,
                Verdict::Decline => pipeline::change::<Quote>(conn, context, id, expect, "update", |quote| quote.decline(comment))?,
            };
            Ok((200, done))
        })
        .await
}

async fn accepted(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("quotes", "update")?;
    Query::read(&request, &[])?;
    let (members, bytes) = members(&request, &mut payload, JSON).await?;
    let said: QuoteAcceptance = input::whole(members)?;
    let mut problems = Problems::default();
    input::length("/name", &said.name, 1, 200, &mut problems);
    input::length("/note", said.note.as_deref().unwrap_or_default(), 0, 1000, &mut problems);
    problems.or(())?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    Writing::new(&request, app, signed, &bytes)?
        .run(QUOTES, move |conn, context| Ok((200, accept(conn, context, id, expect, said)?)))
        .await
}

/// An operation on one quote.
pub fn act(name: &str, summary: &str, doc: &str, permission: &str) -> OperationBuilder {
    let doc = format!("{doc} Needs the permission `quotes:{permission}`.");
    operation(name, Quote::SPEC.tag, summary, &doc)
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    persistence::core::object::allow("quotes", &["approve"]);
    let quote = |doc: &str| answer(doc, Quote::SPEC.schema, example(&Quote::SPEC, Face::Output));
    let at = |verb: &str| Operations::at(&format!("/quotes/{{id}}/{verb}"));
    let without = |what: Plain| web::route().to(move |r, a, s, p| plain(r, a, s, p, what));
    let with = |what: Verdict| web::route().to(move |r, a, s, p, b| said(r, a, s, p, b, what));
    let comment = || Some(body("application/json", "QuoteDecision", json!({"comment": "مشتری قدیمی است"})));
    let doc = "Prices a draft anew and submits it. Where its discount is within the limits of whoever submits it, it is approved at once; else \
               each role with a higher limit has to agree in turn, up to the first that is enough (`/discount-limits`). 409 `no_approver` where no \
               limit is.";
    let submitting = act("submitQuote", "Submit a quote for approval", doc, "update").response("200", quote("It is approved, or waits."));
    config.service(at("submit").post(without(Plain::Submit), submitting));
    let doc = "Agrees to the discount of a quote, for the role whose turn it is: by its holder, or by whom its holder has delegated that to \
               (`/approval-delegations`). Nobody approves what they have written or submitted (409 `self_approval`).";
    let approving = act("approveQuote", "Approve a quote's discount", doc, "approve")
        .request_body(comment())
        .response("200", quote("It is approved, or waits for the next."));
    config.service(at("approve").post(with(Verdict::Approve), approving).schema::<QuoteDecision>());
    let doc = "Does not agree to the discount of a quote, for the role whose turn it is: it is a draft again, with what was said.";
    let rejecting = act("rejectQuote", "Reject a quote's discount", doc, "approve")
        .request_body(comment())
        .response("200", quote("It is a draft again."));
    config.service(at("reject").post(with(Verdict::Reject), rejecting));
    let doc = "Makes a new version: a draft with the same number and content, and today's prices. The old one is `superseded`, and its links end.";
    let revising = act("reviseQuote", "Make a new version of a quote", doc, "update").response("201", quote("The new version."));
    config.service(at("revise").post(without(Plain::Revise), revising));
    let doc = "Notes that the customer has accepted a quote by other means than the link. The evidence has a digest of what was accepted.";
    let acceptance = json!({"name": "مریم کریمی", "note": "با نامهٔ ۱۲۳"});
    let accepting = act("acceptQuote", "Note that a quote was accepted", doc, "update")
        .request_body(Some(body("application/json", "QuoteAcceptance", acceptance)))
        .response("200", quote("It is accepted."));
    config.service(at("accept").post(web::route().to(accepted), accepting).schema::<QuoteAcceptance>());
    let doc = "Notes that the customer has declined a quote.";
    let declining = act("declineQuote", "Note that a quote was declined", doc, "update")
        .request_body(comment())
        .response("200", quote("It is declined."));
    config.service(at("decline").post(with(Verdict::Decline), declining));
}
