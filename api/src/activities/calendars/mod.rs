//! Calendar feeds over HTTP: making one, giving it a new address, and reading it. The address is shown in the answer that makes it, and
//! its secret is kept as a digest.
mod feed;
mod ics;
mod zone;

use crate::access::secret::{self, Secret};
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, conditional, idempotency_key, if_match, linked, path_id, path_text, query, text};
use crate::http::crud::{Crud, Has, id};
use crate::http::headers;
use crate::http::operation::{Operations, open_operation, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, answered, members};
use actix_web::web::{self, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::activities::calendar::Calendar;
use domain::core::error::Error;
use domain::core::id::Id;
use domain::core::pipeline;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use persistence::activities::calendar::keep_secret;
use persistence::core::idempotency::Answer;
use persistence::core::object::{Object, Of};
use serde_json::{Map, Value, json};
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

/// How a feed's secret begins, so that scanners find a leaked one, and the log hides it.
pub const SECRET: &str = "pvc_";

const CALENDARS: &dyn Object = &Of::<Calendar>::NEW;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(Operations::at("/calendars/{id}/renew").post(web::route().to(renew), renewing()));
    config.service(Operations::at("/calendar-feeds/{id}/{file}").get(|| web::route().to(feed::show), reading()));
    config.service(Crud::<Calendar>::only(Has::ReadsAndRevoke).making::<CreateCalendar>(|| web::route().to(create), creating()));
}

/// Adds the address of a feed to an answer that was just made. To what is answered again it is not added: nobody has it any more.
fn told(app: &App, mut answer: Answer, secret: &Secret) -> Result<HttpResponse, Failure> {
    if !answer.replayed {
        let mut shown: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(|e| Error::Internal(e.to_string()))?;
        let id = shown.get("id").and_then(Value::as_str).unwrap_or_default();
        let url = format!("{}/api/v1/calendar-feeds/{id}/{}.ics", app.base_url, secret.expose());
        shown.insert("url".to_owned(), url.into());
        answer.body = serde_json::to_vec(&shown).map_err(|e| Error::Internal(e.to_string()))?;
    }
    Ok(answered(answer, false))
}

async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("calendars", "create")?;
    // A feed reads with all rights of its user: whoever comes by a key of fewer makes none.
    signed.0.session()?;
    Query::read(&request, &[])?;
    let (body, bytes) = members(&request, &mut payload, JSON).await?;
    let secret = secret::opaque(SECRET, &mut rand::rng());
    let digest = secret.digest();
    let mut writing = Writing::new(&request, app.clone(), signed, &bytes)?;
    // An answer without a body would be an address that nobody has.
    writing.minimal = false;
    let made = writing.answer(CALENDARS, move |conn, context| {
        let done = pipeline::create_with(conn, context, None, body, |calendar: &mut Calendar| {
            calendar.user_id = Some(Id::from_uuid(context.actor.user_id));
            calendar.base.owner_id = calendar.user_id;
            Ok(())
        })?;
        keep_secret(conn, done.id, digest.as_bytes())?;
        Ok((201, done))
    });
    told(&app, made.await?, &secret)
}

async fn renew(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("calendars", "update")?;
    signed.0.session()?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    let secret = secret::opaque(SECRET, &mut rand::rng());
    let digest = secret.digest();
    let mut writing = Writing::new(&request, app.clone(), signed, &[])?;
    writing.minimal = false;
    let made = writing.answer(CALENDARS, move |conn, context| {
        let done = pipeline::change::<Calendar>(conn, context, id, expect, "update", |calendar| {
            // Whoever may change another's feed may end it, but is not given their eyes.
            if calendar.user_id.map(Id::uuid) != Some(context.actor.user_id) {
                return Err(Error::Forbidden("calendars:update".to_owned()));
            }
            calendar.renewed_at = Some(context.now());
            Ok(())
        })?;
        keep_secret(conn, done.id, digest.as_bytes())?;
        Ok((200, done))
    });
    told(&app, made.await?, &secret)
}

/// The record with its address, as an answer shows it once.
fn with_address(doc: &str) -> Response {
    let mut shown = example(&Calendar::SPEC, Face::Output);
    shown["url"] = json!(format!(
        "https://api.peyvand.example/api/v1/calendar-feeds/0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20/{SECRET}3vJq8sWm1xRt6yBn0cDf5gHk2lMp7zQe0a1b2c3d4e5.ics"
    ));
    answer(doc, "NewCalendar", shown)
}

fn creating() -> OperationBuilder {
    let doc = "Makes an address under which a calendar program (Thunderbird, Google, Apple, Outlook) reads your tasks with a date, those that wait \
               in your teams' queues, and your meetings and visits, with the rights that you have each time. `url` is shown in this answer and never \
               again: who has it reads the calendar without signing in. Only who has signed in makes one, not an API key. Needs the permission \
               `calendars:create`.";
    let next = ["getCalendar", "renewCalendar", "deleteCalendar"].map(str::to_owned);
    operation("createCalendar", Calendar::SPEC.tag, "Create a calendar feed", doc)
        .request_body(Some(body(
            "application/json",
            "CreateCalendar",
            example(&Calendar::SPEC, Face::Create),
        )))
        .response(
            "201",
            linked(with_address("It was created; keep the address."), "$response.body#/id", next),
        )
}

fn renewing() -> OperationBuilder {
    let doc =
        "Gives your feed a new address, shown in this answer alone; the old one ends at once. Needs the permission `calendars:update`.";
    operation("renewCalendar", Calendar::SPEC.tag, "Give a calendar feed a new address", doc)
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .response("200", with_address("It has a new address."))
}

fn reading() -> OperationBuilder {
    let one_of = |words: [&str; 2]| text(10).enum_values(Some(words));
    let doc = "What calendar programs read: an iCalendar object (RFC 5545). It needs no other credential than the secret in the address, and ends \
               with it, with its user, and with the permission `calendars:read`: then it is 404. Ask for it every quarter of an hour at most.";
    let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Peyvand//Peyvand CRM//EN\r\nEND:VCALENDAR\r\n";
    let content = ContentBuilder::new()
        .schema(Some(text(16 << 20)))
        .example(Some(json!(file)))
        .build();
    let found = ResponseBuilder::new()
        .description("The calendar.")
        .content("text/calendar", content)
        .build();
    conditional(open_operation("getCalendarFeed", Calendar::SPEC.tag, "Read a calendar feed", doc))
        .parameter(path_id())
        .parameter(path_text("file", "The rest of the address, as it was shown once.", 100))
        .parameter(query(
            "tasks",
            "`vevent`, unless told, shows tasks as events at their dates; `vtodo` as tasks, for programs that know them.",
            one_of(["vevent", "vtodo"]),
        ))
        .parameter(query(
            "calendar",
            "`jalali` adds Jalali dates to the descriptions.",
            one_of(["gregorian", "jalali"]),
        ))
        .response("200", found)
}

/// What makes a feed.
#[derive(Debug)]
struct CreateCalendar;

impl PartialSchema for CreateCalendar {
    fn schema() -> RefOr<Schema> {
        of_record(&Calendar::SPEC, Face::Create)
    }
}
impl ToSchema for CreateCalendar {
    fn schemas(out: &mut Vec<(String, RefOr<Schema>)>) {
        let url = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(500))
            .description(Some(
                "The address for calendar programs. Absent where a repeated request is answered again.",
            ));
        let mut schema = of_record(&Calendar::SPEC, Face::Output);
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.properties.insert("url".to_owned(), url.into());
            object.description = Some("A calendar feed whose address was just made.".to_owned());
        }
        out.push(("NewCalendar".to_owned(), schema));
    }
}
