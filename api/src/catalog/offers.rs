//! What a customer does with the address of a quote that was mailed to them, without signing in: look at it, take it as PDF, accept it,
//! decline it. The secret comes in the body, so that it gets into no log.
use super::quote_file::{answered, file, letter};
use super::quote_send::{PREFIX, PURPOSE};
use super::quotes::digest;
use crate::access::form::Form;
use crate::access::lockout::Network;
use crate::access::mailed::{self, Gate};
use crate::access::secret::{Digest, is_opaque};
use crate::http::app::{App, context};
use crate::http::contract::{answer, body};
use crate::http::edge;
use crate::http::operation::{Operations, open_operation};
use crate::http::problem::Failure;
use crate::templates::pdf::Letter;
use crate::templates::set;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use domain::access::user::Locale;
use domain::catalog::quotation::{PriceQuotation, PricedLine};
use domain::catalog::quote::{Acceptance, AcceptanceMethod, Quote, QuoteStatus};
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::money::Money;
use domain::core::pipeline::{self, Expect};
use domain::core::resource::{Resource, Setting};
use persistence::access::link::Found;
use persistence::core::conn::Conn;
use persistence::core::record::live;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// A quote as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offer {
    #[schema(max_length = 60, example = "Q-2026-000012")]
    number: String,
    revision: i64,
    status: QuoteStatus,
    #[schema(max_length = 200)]
    title: String,
    language: Locale,
    valid_until: Option<NaiveDate>,
    pricing: Option<PriceQuotation>,
    #[schema(max_items = 200)]
    options: Vec<PricedLine>,
    total: Option<Money>,
    #[schema(max_length = 5000)]
    terms_text: Option<String>,
}

impl From<Quote> for Offer {
    fn from(q: Quote) -> Self {
        Offer {
            number: q.number,
            revision: q.revision,
            status: q.status,
            title: q.title,
            language: q.language,
            valid_until: q.valid_until,
            pricing: q.pricing,
            options: q.options,
            total: q.total,
            terms_text: q.terms_text,
        }
    }
}

/// What stands in the mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct OfferToken {
    /// What stands behind `#token=` in the mailed link.
    #[schema(min_length = 1, max_length = 100, example = "pvq_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    token: String,
}

/// An acceptance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct AcceptOffer {
    /// What stands behind `#token=` in the mailed link.
    #[schema(min_length = 1, max_length = 100, example = "pvq_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    token: String,
    /// Who accepts.
    #[schema(min_length = 1, max_length = 200, example = "مریم کریمی")]
    name: String,
}

/// A refusal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct DeclineOffer {
    /// What stands behind `#token=` in the mailed link.
    #[schema(min_length = 1, max_length = 100, example = "pvq_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    token: String,
    /// Why.
    #[schema(max_length = 1000, example = "گران است")]
    reason: Option<String>,
}

/// The link and the quote of a secret.
struct Opened {
    link: Found,
    quote: Quote,
}

fn open(conn: &mut Conn, hash: Option<&Digest>, ip: IpAddr, now: Instant) -> Result<Gate<Opened>> {
    mailed::open(conn, &[PURPOSE], hash, Network::of(ip), now)?.then(|link| {
        // A version that was replaced is no longer shown: what counts is the new one.
        let shown = live::<Quote>(conn, link.subject_id)?.filter(|q| !matches!(q.status, QuoteStatus::Superseded | QuoteStatus::Draft));
        Ok(shown.map(|quote| Opened { link, quote }))
    })
}

/// What a customer wants.
enum Wish {
    Look,
    File,
    Accept(String),
    Decline(Option<String>),
}

async fn answer_to(request: &HttpRequest, app: Data<App>, token: &str, wish: Wish) -> Result<HttpResponse, Failure> {
    let (ip, origin, setting) = (edge::client_ip(request), edge::request_id(request), app.setting());
    let hash = is_opaque(PREFIX, token).then(|| Digest::of(token));
    let gate = app.db.write(move |conn| {
        let gate = open(conn, hash.as_ref(), ip, setting.now)?;
        gate.then(|opened| answered_by(conn, opened, wish, ip, origin, &setting).map(Some))
    });
    let (quote, letter) = gate.await?.pass()?;
    match letter {
        Some(letter) => Ok(file(&quote, set(letter).await?)),
        None => Ok(HttpResponse::Ok().json(Offer::from(quote))),
    }
}

/// Does what a customer wants: the quote as it then is, and its letter if that is wanted.
fn answered_by(
    conn: &mut Conn,
    opened: Opened,
    wish: Wish,
    ip: IpAddr,
    origin: Uuid,
    setting: &Setting,
) -> Result<(Quote, Option<Letter>)> {
    let id = opened.quote.base.id.uuid();
    let actor = Actor::server(Via::Link(opened.link.id), setting.now);
    let context = context(&actor, setting, origin);
    match wish {
        Wish::Look => return Ok((opened.quote, None)),
        Wish::File => {
            let letter = letter(conn, &opened.quote)?;
            return Ok((opened.quote, Some(letter)));
        }
        Wish::Accept(name) => pipeline::change::<Quote>(conn, &context, id, Expect::Any, "update", |quote| {
            let acceptance = Acceptance {
                method: AcceptanceMethod::Link,
                name,
                at: setting.now,
                email: opened.link.address,
                ip: Some(ip.to_string()),
                link_id: Some(opened.link.id),
                noted_by: None,
                note: None,
                digest: digest(quote)?,
            };
            quote.accept(acceptance)
        })?,
        Wish::Decline(reason) => pipeline::change::<Quote>(conn, &context, id, Expect::Any, "update", |quote| quote.decline(reason))?,
    };
    Ok((live(conn, id)?.ok_or(Error::NotFound)?, None))
}

async fn view(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let token = form.needed("token", 1, 100);
    form.finish()?;
    answer_to(&request, app, &token, Wish::Look).await
}

async fn pdf(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let token = form.needed("token", 1, 100);
    form.finish()?;
    answer_to(&request, app, &token, Wish::File).await
}

async fn accept(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let (token, name) = (form.needed("token", 1, 100), form.needed("name", 1, 200));
    form.finish()?;
    answer_to(&request, app, &token, Wish::Accept(name.trim().to_owned())).await
}

async fn decline(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let (token, reason) = (form.needed("token", 1, 100), form.text("reason", 0, 1000));
    form.finish()?;
    answer_to(&request, app, &token, Wish::Decline(reason)).await
}

fn shown() -> Value {
    json!({
        "number": "Q-2026-000012", "revision": 1, "status": "sent", "title": "میزهای دفتر یزد", "language": "fa", "valid_until": "2027-03-20",
        "pricing": null, "options": [], "total": {"amount": "95628500.00", "currency": "IRR"}, "terms_text": null
    })
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Quote::SPEC.tag;
    let token = "pvq_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let offer = |doc: &str| answer(doc, "Offer", shown());
    let wrong = "An address that is too old, was replaced by a newer version or never was one answers 401 `invalid_link`; after five such tries the \
                 next must wait (429).";
    let at = |verb: &str| Operations::at(&format!("/offers/{verb}"));
    let viewing = open_operation(
        "viewOffer",
        tag,
        "Look at a quote by its mailed link",
        &format!("The quote, as its customer sees it. {wrong}"),
    )
    .request_body(Some(body("application/json", "OfferToken", json!({"token": token}))))
    .response("200", offer("The quote."));
    config.service(
        at("view")
            .post(web::route().to(view), viewing)
            .schema::<OfferToken>()
            .schema::<Offer>(),
    );
    let filing = open_operation(
        "getOfferPdf",
        tag,
        "A quote as PDF by its mailed link",
        &format!("The document of the quote. {wrong}"),
    )
    .request_body(Some(body("application/json", "OfferToken", json!({"token": token}))))
    .response("200", answered("The file."));
    config.service(at("pdf").post(web::route().to(pdf), filing));
    let doc = format!(
        "The customer accepts the quote. Kept as evidence are the name they give, the moment, the address the link was mailed to, the network \
         address, and a digest of what was accepted. Once: a second time answers 409 `quote_status`. {wrong}"
    );
    let accepting = open_operation("acceptOffer", tag, "Accept a quote by its mailed link", &doc)
        .request_body(Some(body(
            "application/json",
            "AcceptOffer",
            json!({"token": token, "name": "مریم کریمی"}),
        )))
        .response("200", offer("It is accepted."));
    config.service(at("accept").post(web::route().to(accept), accepting).schema::<AcceptOffer>());
    let doc = format!("The customer declines the quote. {wrong}");
    let declining = open_operation("declineOffer", tag, "Decline a quote by its mailed link", &doc)
        .request_body(Some(body(
            "application/json",
            "DeclineOffer",
            json!({"token": token, "reason": "گران است"}),
        )))
        .response("200", offer("It is declined."));
    config.service(at("decline").post(web::route().to(decline), declining).schema::<DeclineOffer>());
}
