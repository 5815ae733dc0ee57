//! What happens to somebody, told as it happens: reminders, assignments, calls. A log like the change feed, of what one user alone is told.
use super::TAG;
use super::followers::Mark;
use super::stream::{self, Form, Log, Part, Reading, Start};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract;
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::notification::{Event, EventCustomer};
use persistence::activities::events::{self, Page};
use persistence::core::conn::Conn;
use persistence::core::place::{self, NOTIFICATIONS, Place};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa::openapi::ContentBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

/// The most events of a page, and what it holds unless told otherwise.
const PAGE: usize = 100;
/// How many are read at once for a stream: what is held for a reader that does not read.
const AT_ONCE: usize = 20;

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// What happened, in order.
    #[schema(max_items = 100)]
    pub data: Vec<Event>,
    /// Give it as `after` to go on from here.
    #[schema(max_length = 4096, example = "c2VhbGVkLWN1cnNvcg")]
    pub next: String,
    /// Whether there is, for now, no more; a page may be empty and not the end.
    pub end_of_stream: bool,
}

/// The address and its part of the contract.
pub fn operations() -> Operations {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1.0))
        .maximum(Some(PAGE as f64))
        .default(Some(json!(PAGE)));
    let doc = "What you are told of as it happens: a task of yours that is due (`reminder`), a record that somebody gave you (`assignment`), a call \
               of somebody known (`screen_pop`). With `Accept: text/event-stream` the answer goes on for as long as you are signed in; it begins now, or \
               behind `Last-Event-ID`. Without, it is a page of what you were told in the last seven days. What you may not see any more when it is \
               told is left out; events may come twice after an interruption, and `id` tells. 410 when the cursor is older than what is kept, or the \
               server was restored from a backup: then begin anew.";
    let example = json!({"data": [{
        "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a2b", "kind": "reminder", "object": "tasks",
        "record_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a26", "moment": "2026-03-21T08:30:00.000Z", "at": "2026-03-21T08:30:12.000Z",
        "record": {"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a26", "object": "task", "title": "تماس برای زمان تحویل", "status": "open"},
        "customer": {"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "display_name": "علی کریمی"}
    }], "next": "c2VhbGVkLWN1cnNvcg", "end_of_stream": true});
    let event = format!("id: c2VhbGVkLWN1cnNvcg\nevent: notification\ndata: {}\n\n", example["data"][0]);
    let mut answer = contract::answer("What happened.", "EventPage", example);
    let stream = ContentBuilder::new()
        .schema(Some(contract::text(16 << 20)))
        .example(Some(json!(event)))
        .build();
    answer.content.insert("text/event-stream".to_owned(), stream.into());
    let operation = operation("listEvents", TAG, "Be told of what happens", doc)
        .parameter(contract::query(
            "after",
            "The cursor of the page before, or of an event. `now` stands for the end.",
            contract::text(4096),
        ))
        .parameter(contract::query("limit", "How many events a page holds.", number))
        .parameter(contract::header(
            "Last-Event-ID",
            utoipa::openapi::Required::False,
            "What an event stream sends when it connects again; stands for `after`.",
            4096,
        ))
        .response("200", answer)
        .response("410", contract::problem());
    Operations::at("/events")
        .get(|| web::route().to(events), operation)
        .schema::<EventPage>()
        .schema::<EventCustomer>()
}

/// What one user is told.
struct Told {
    app: Data<App>,
    limit: usize,
}

impl Told {
    async fn page(&self, signed: &SignedIn, after: Place) -> Result<Page> {
        let (specs, signed, limit) = (self.app.specs(), signed.clone(), self.limit);
        let read = move |conn: &mut Conn| events::page(conn, &signed.0.actor, &specs, after, limit);
        self.app.db.read(read).await
    }
}

impl Log for Told {
    fn app(&self) -> &Data<App> {
        &self.app
    }
    fn event(&self) -> &'static str {
        "notification"
    }
    fn log(&self) -> &'static place::Log {
        &NOTIFICATIONS
    }
    fn end(&self) -> fn(&Mark) -> Place {
        |mark| mark.notifications
    }
    fn rights(&self, _: &Actor) -> String {
        // Rights decide of each event when it is told; none is told for coming into sight.
        String::new()
    }
    fn read<'a>(&'a self, signed: &'a SignedIn, after: Place) -> Reading<'a> {
        Box::pin(async move {
            let page = self.page(signed, after).await?;
            let json = |event: &Event| serde_json::to_string(event).map_err(|e| Error::Internal(e.to_string()));
            let entries = page.entries.iter().map(|(place, event)| Ok((*place, json(event)?)));
            Ok(Part {
                entries: entries.collect::<Result<_>>()?,
                next: page.next,
                end: page.end,
            })
        })
    }
}

async fn events(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    let query = Query::read(&request, &["after", "limit"])?;
    let form = Form::accepted(&request)?;
    if form == Form::Lines {
        return Err(Failure::Protocol(StatusCode::NOT_ACCEPTABLE, "not_acceptable", None));
    }
    let limit = query.number("limit", PAGE, 1, PAGE)?;
    let last = headers::long(&request, "Last-Event-ID")?.filter(|id| !id.is_empty());
    let after = last.or(query.text("after")).map(str::to_owned);
    let streams = form == Form::Events && request.method() != Method::HEAD;
    let start = start(&app, &signed, after, streams).await?;
    if streams {
        let permit = app.followers.admit(&app, signed.0.actor.user_id)?;
        let told = Told {
            app: app.clone(),
            limit: AT_ONCE,
        };
        return Ok(stream::answer(
            &request,
            Box::new(told),
            signed,
            start,
            form,
            Duration::ZERO,
            permit,
        ));
    }
    let told = Told { app: app.clone(), limit };
    let page = told.page(&signed, start.place).await?;
    let body = EventPage {
        next: place::seal(&NOTIFICATIONS, page.next, &start.epoch, "", &signed.0.actor, &app.secret)?,
        end_of_stream: page.end,
        data: page.entries.into_iter().map(|(_, event)| event).collect(),
    };
    Ok(HttpResponse::Ok().json(body))
}

/// Where to begin: behind the cursor; without one a stream begins now, and a page with the oldest that is kept.
async fn start(app: &Data<App>, signed: &SignedIn, after: Option<String>, streams: bool) -> Result<Start, Failure> {
    let (state, who) = (app.clone(), Arc::clone(&signed.0));
    let begin = move |conn: &mut Conn| {
        let place = match after.as_deref() {
            None if !streams => Place::START,
            None | Some("now") => place::end_of(conn, &NOTIFICATIONS)?,
            Some(text) => place::open(conn, &NOTIFICATIONS, text, &who.actor, "", &state.secret)?,
        };
        Ok(Start {
            place,
            epoch: place::epoch(conn)?,
            rights: String::new(),
        })
    };
    Ok(app.db.read(begin).await?)
}
