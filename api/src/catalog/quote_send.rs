//! A quote goes to its customer: a job mails an address with a secret that is minted when the mail is sent and stands in the mail alone.
use super::quote_file::manner;
use super::quotes::QUOTES;
use crate::access::secret::opaque;
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
use crate::jobs::{self, JobContext, JobKind, Outcome, Run, in_steps};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{NaiveTime, TimeDelta};
use domain::catalog::quote::{Quote, QuoteStatus};
use domain::catalog::quote_letters::offered;
use domain::core::error::{Error, Result};
use domain::core::identifiers::email;
use domain::core::input;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::Customer;
use domain::mail::Recipient;
use domain::templates::written::Style;
use persistence::access::link::{self, Link};
use persistence::catalog::quote;
use persistence::core::conn::Conn;
use persistence::core::record::live;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// How each secret of a link begins.
pub const PREFIX: &str = "pvq_";
/// What its links are good for.
pub const PURPOSE: &str = "quote";
/// How long a link of a quote that does not end is good.
const LIFETIME: TimeDelta = TimeDelta::days(90);
/// Quotes that one transaction ends at most.
const STEP: i64 = 100;

/// Where a quote goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendQuote {
    /// The address; the customer's first email address unless given.
    #[serde(default)]
    #[schema(max_length = 254, example = "sara@yazd.example")]
    email: Option<String>,
}

async fn send(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("quotes", "update")?;
    Query::read(&request, &[])?;
    let (members, bytes) = members(&request, &mut payload, JSON).await?;
    let wanted: SendQuote = input::whole(members)?;
    let given = wanted.email.map(|text| email::parse(&text)).transpose();
    let given = given.map_err(|code| Error::invalid("/email", code))?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    let state = app.clone();
    let response = Writing::new(&request, app, signed, &bytes)?
        .run(QUOTES, move |conn, context| {
            let customer = match live::<Quote>(conn, id)? {
                Some(quote) => live::<Customer>(conn, quote.customer_id.uuid())?,
                None => None,
            };
            let to = given.or_else(|| customer.as_ref().and_then(first_address));
            // Whoever may not see the quote hears so first.
            let mut unsaid = Problems::default();
            let done = pipeline::change::<Quote>(conn, context, id, expect, "update", |quote| match &to {
                Some(to) => quote.send(to.clone(), context.now()),
                None => {
                    unsaid.add("/email", Code::Required);
                    Err(std::mem::take(&mut unsaid).into())
                }
            })?;
            let payload = json!({"quote_id": id, "email": to});
            let by = Some(context.actor.user_id);
            // Each sending is work of its own.
            jobs::enqueue(
                conn,
                MailQuote.kind(),
                Uuid::now_v7().to_string(),
                payload,
                by,
                context.origin,
                context.now(),
            )?;
            Ok((200, done))
        })
        .await?;
    state.jobs.wake();
    Ok(response)
}

fn first_address(customer: &Customer) -> Option<String> {
    let points = customer.contact_points.iter().filter(|p| !p.do_not_use);
    points
        .filter_map(|p| p.key())
        .find(|(kind, _)| *kind == "email")
        .map(|(_, address)| address)
}

/// Mails a quote.
pub struct MailQuote;
impl JobKind for MailQuote {
    fn kind(&self) -> &'static str {
        "mail_quote"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(mail(job))
    }
}

/// Until when a link of a quote is good: to the end of its last day, everywhere on earth.
fn ends(quote: &Quote, now: Instant) -> Instant {
    let last = quote.valid_until.and_then(|day| day.succ_opt()).and_then(|day| day.succ_opt());
    last.map_or_else(|| now.after(LIFETIME), |day| Instant::new(day.and_time(NaiveTime::MIN).and_utc()))
}

async fn mail(job: &JobContext) -> Result<Outcome> {
    let member = |name: &str| job.job.payload.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = member("quote_id").and_then(|id| Uuid::try_parse(&id).ok());
    let (Some(id), Some(to)) = (id, member("email")) else {
        return Err(Error::Internal("a mail of no quote".to_owned()));
    };
    let secret = opaque(PREFIX, &mut rand::rng());
    let (job_id, hash, now, address) = (job.job.claim.id, *secret.digest().as_bytes(), job.app.now(), to.clone());
    let found = job.write(move |conn| {
        // What was accepted or replaced since is not sent any more.
        let Some(quote) = live::<Quote>(conn, id)?.filter(|q| q.status == QuoteStatus::Sent) else {
            return Ok(None);
        };
        let link = Link {
            id: job_id,
            purpose: PURPOSE,
            subject_id: id,
            address: Some(address),
            hash,
            issued_at: now,
            expires_at: ends(&quote, now),
        };
        link::keep(conn, &link)?;
        let customer: Option<Customer> = live(conn, quote.customer_id.uuid())?;
        Ok(Some((quote, customer)))
    });
    let Some((quote, customer)) = found.await? else {
        return Ok(Outcome::Done(json!({ "sent": false })));
    };
    let manner = manner(quote.language);
    let total = quote
        .total
        .map(|t| manner.money(t.amount(), t.currency().code()))
        .unwrap_or_default();
    let until = quote.valid_until.map(|day| manner.date(day, manner.calendar(), Style::Long));
    let name = customer.map(|c| c.display_name).unwrap_or_default();
    let link = format!("{}/quote#token={}", job.app.app_url, secret.expose());
    let to = Recipient { name, address: to };
    let letter = offered(to, quote.language, (&quote.number, &quote.title, &total), until.as_deref(), link);
    // Each attempt mints another secret, so each is another mail.
    job.app.mailer.send(letter.outgoing()?, Uuid::now_v7()).await
}

/// Looks every hour for quotes whose last day has passed.
pub struct ExpireQuotes;
impl JobKind for ExpireQuotes {
    fn kind(&self) -> &'static str {
        "expire_quotes"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(expire(job))
    }
}

async fn expire(job: &JobContext) -> Result<Outcome> {
    let step = |conn: &mut Conn, context: &Context<'_>| {
        let over = quote::over(conn, context.now().utc().date_naive(), STEP)?;
        for quote in &over {
            pipeline::change::<Quote>(conn, context, *quote, Expect::Any, "update", Quote::expire)
                .map_err(|e| Error::Internal(format!("quote {quote}: {e}")))?;
        }
        Ok(over.len())
    };
    Ok(Outcome::of("expired", in_steps(job, STEP, step).await?))
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Mails the customer an address by which they look at the quote and accept or decline it without signing in. It may be sent again. The \
               secret in the address is kept nowhere. Without `email` it goes to the customer's first email address.";
    let doc = format!("{doc} Needs the permission `quotes:update`.");
    let described = operation("sendQuote", Quote::SPEC.tag, "Send a quote to its customer", &doc)
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", "SendQuote", json!({"email": "sara@yazd.example"}))))
        .response(
            "200",
            answer("It is on its way.", Quote::SPEC.schema, example(&Quote::SPEC, Face::Output)),
        );
    config.service(
        Operations::at("/quotes/{id}/send")
            .post(web::route().to(send), described)
            .schema::<SendQuote>(),
    );
}
