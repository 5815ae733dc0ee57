//! The change feed: pages, and waiting for the next one.
use super::TAG;
use super::followers::Mark;
use super::stream::{self, Form, Log, Part, Reading, Start, Waiting};
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
use domain::core::change::Change;
use domain::core::error::{Error, Result};
use domain::core::problem::{Code, Problems};
use persistence::core::conn::Conn;
use persistence::core::feed::{self, Ask, Page, Specs};
use persistence::core::place::{self, CHANGES, Place};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Ref};

/// The most entries of a page, and what it holds unless told otherwise.
const PAGE: usize = 1_000;
/// How long a request waits for an entry at most, in seconds.
const WAIT: usize = 30;

/// A page of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePage {
    /// What happened, in order.
    #[schema(max_items = 2000)]
    pub data: Vec<Change>,
    /// Give it as `after` to go on from here, now or in a year.
    #[schema(max_length = 4096, example = "c2VhbGVkLWN1cnNvcg")]
    pub next: String,
    /// Whether there is, for now, no more; a page may be empty and not the end.
    pub end_of_stream: bool,
}

/// The address and its part of the contract.
pub fn operations() -> Operations {
    let number = |max: usize, default: usize| {
        let n = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
        n.maximum(Some(max as f64)).default(Some(json!(default)))
    };
    let doc = "Everything that happens to what you may see, in order and without a gap. Keep `next` and give it as `after`: you go on \
               exactly there. Entries may come twice after an interruption; `id` tells. With `Accept: text/event-stream` the answer goes on \
               for as long as you are signed in, each event's id being its cursor; with `Accept: application/x-ndjson` it is a line for each \
               entry and one with `next` behind each page, until there is no more. `created` stands also for a record that came into your \
               sight, `hidden` for one that left it. 410 when the cursor is older than what is kept, when the server was restored from a \
               backup, or when your rights have changed: then take a cursor with `after=now`, read the lists, and go on from it. Shows the \
               objects that you have the permission to read.";
    let example = json!({"data": [{
        "seq": 4711, "id": "5f0c1e1c-6f5e-8a31-9a3b-0d4e3f2a1b5c", "object": "customers", "record_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20",
        "op": "updated", "version": 3, "changed": ["city"], "at": "2026-03-21T08:30:00.000Z", "actor": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21",
        "tx_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22", "record": null
    }], "next": "c2VhbGVkLWN1cnNvcg", "end_of_stream": true});
    let line = example["data"][0].clone();
    let event = format!("id: c2VhbGVkLWN1cnNvcg\nevent: change\ndata: {line}\n\n");
    let mut answer = contract::answer("What happened.", "ChangePage", example);
    let lines = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Change")))
        .example(Some(line))
        .build();
    let events = ContentBuilder::new()
        .schema(Some(contract::text(16 << 20)))
        .example(Some(json!(event)))
        .build();
    answer.content.insert("application/x-ndjson".to_owned(), lines.into());
    answer.content.insert("text/event-stream".to_owned(), events.into());
    let operation = operation("listChanges", TAG, "Follow what happens", doc)
        .parameter(contract::query(
            "after",
            "The cursor of the page before. `now` stands for the end; without it, the feed begins with the oldest entry that is kept.",
            contract::text(4096),
        ))
        .parameter(contract::query(
            "objects",
            "Only these objects, separated by commas, such as `customers,relationships`.",
            contract::text(2000),
        ))
        .parameter(contract::query(
            "limit",
            "How many entries a page holds.",
            number(PAGE, PAGE).minimum(Some(1.0)),
        ))
        .parameter(contract::query(
            "wait",
            "How many seconds to wait for an entry when there is none.",
            number(WAIT, 0).minimum(Some(0.0)),
        ))
        .parameter(contract::header(
            "Last-Event-ID",
            utoipa::openapi::Required::False,
            "What an event stream sends when it connects again; stands for `after`.",
            4096,
        ))
        .response("200", answer)
        .response("406", contract::problem())
        .response("410", contract::problem());
    Operations::at("/changes")
        .get(|| web::route().to(changes), operation)
        .schema::<ChangePage>()
}

/// What a page is read with, again and again.
pub struct Reader {
    pub app: Data<App>,
    pub ask: Ask,
    /// How many entries a stream of events reads next, whose follower sees no pages: so many that one who is slow holds little.
    pub pace: AtomicUsize,
}

/// What a stream of events reads at once: entries at first, and bytes, more or less.
const PACE: usize = 8;
const READ: usize = 64 << 10;

impl Reader {
    /// The page behind a place, as this actor may see it.
    pub async fn page(&self, signed: &SignedIn, after: Place) -> Result<Page> {
        let (specs, signed) = (self.app.specs(), signed.clone());
        let limit = self.ask.limit.min(self.pace.load(Ordering::Relaxed));
        let ask = Ask {
            after,
            limit,
            ..self.ask.clone()
        };
        self.app.db.read(move |conn| feed::page(conn, &signed.0.actor, &specs, &ask)).await
    }
}

impl Log for Reader {
    fn app(&self) -> &Data<App> {
        &self.app
    }
    fn event(&self) -> &'static str {
        "change"
    }
    fn log(&self) -> &'static place::Log {
        &CHANGES
    }
    fn end(&self) -> fn(&Mark) -> Place {
        |mark| mark.changes
    }
    fn rights(&self, actor: &Actor) -> String {
        place::rights(actor)
    }
    fn read<'a>(&'a self, signed: &'a SignedIn, after: Place) -> Reading<'a> {
        Box::pin(async move {
            let page = self.page(signed, after).await?;
            let json = |change: &Change| serde_json::to_string(change).map_err(|e| Error::Internal(e.to_string()));
            let entries = page.entries.iter().map(|(place, change)| Ok((*place, json(change)?)));
            let entries = entries.collect::<Result<Vec<(Place, String)>>>()?;
            let bytes: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
            if bytes > 0 && self.pace.load(Ordering::Relaxed) < usize::MAX {
                self.pace.store((entries.len() * READ / bytes).clamp(1, PAGE), Ordering::Relaxed);
            }
            Ok(Part {
                entries,
                next: page.next,
                end: page.end,
            })
        })
    }
}

async fn changes(request: HttpRequest, app: Data<App>, mut signed: SignedIn) -> Result<HttpResponse, Failure> {
    let specs = app.specs();
    let query = Query::read(&request, &["after", "objects", "limit", "wait"])?;
    let objects = objects(query.text("objects"), &specs)?;
    may_read(&signed, &specs, &objects)?;
    let form = Form::accepted(&request)?;
    let limit = query.number("limit", PAGE, 1, PAGE)?;
    let mut wait = Duration::from_secs(query.number("wait", 0, 0, WAIT)? as u64);
    let last = headers::long(&request, "Last-Event-ID")?.filter(|id| !id.is_empty());
    let after = last.or(query.text("after")).map(str::to_owned);
    let start = start(&app, &signed, after).await?;
    let ask = Ask {
        after: start.place,
        objects: objects.clone(),
        limit,
        examine: feed::EXAMINED,
    };
    let pace = if form == Form::Events { PACE } else { usize::MAX };
    let reader = Reader {
        app: app.clone(),
        ask,
        pace: pace.into(),
    };
    let headless = request.method() == Method::HEAD;
    if form != Form::Json && !headless {
        let permit = app.followers.admit(&app, signed.0.actor.user_id)?;
        return Ok(stream::answer(&request, Box::new(reader), signed, start, form, wait, permit));
    }
    if headless {
        wait = Duration::ZERO;
    }
    let mut page = reader.page(&signed, start.place).await?;
    if page.entries.is_empty() && page.end && !wait.is_zero() {
        let permit = app.followers.admit(&app, signed.0.actor.user_id)?;
        let (until, waiting) = (tokio::time::Instant::now() + wait, Waiting::of(&request));
        let mut known = page.next;
        while page.entries.is_empty() && page.end {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() || app.draining.load(Ordering::Relaxed) {
                break;
            }
            let newest = app
                .followers
                .beyond(&app, |mark| mark.changes, known, left.min(Waiting::pause(&app, &signed)))
                .await;
            // Much can end in half a minute: their session, or their right to see what has just come.
            signed = waiting.again(&app).await?;
            may_read(&signed, &specs, &objects)?;
            if place::rights(&signed.0.actor) != start.rights {
                return Err(Error::Expired.into());
            }
            if let Some(newest) = newest {
                known = newest.max(known);
                page = reader.page(&signed, page.next).await?;
            }
        }
        drop(permit);
    }
    let actor = &signed.0.actor;
    let body = ChangePage {
        next: place::seal(&CHANGES, page.next, &start.epoch, &start.rights, actor, &app.secret)?,
        end_of_stream: page.end,
        data: page.entries.into_iter().map(|(_, change)| change).collect(),
    };
    Ok(HttpResponse::build(StatusCode::OK).json(body))
}

/// 403 where none of the objects that are asked for may be read.
fn may_read(signed: &SignedIn, specs: &Specs, objects: &BTreeSet<String>) -> Result<(), Failure> {
    let mut wanted = specs.keys().filter(|o| objects.is_empty() || objects.contains(**o));
    if wanted.any(|object| signed.0.actor.sight(object, "read").is_some()) {
        return Ok(());
    }
    let object = objects.first().map_or("*", String::as_str);
    Err(Error::Forbidden(format!("{object}:read")).into())
}

/// Where to begin, and what the follower's cursors are sealed with.
async fn start(app: &Data<App>, signed: &SignedIn, after: Option<String>) -> Result<Start, Failure> {
    let (state, who) = (app.clone(), Arc::clone(&signed.0));
    let begin = move |conn: &mut Conn| {
        let place = match after.as_deref() {
            None => Place::START,
            Some("now") => place::end(conn)?,
            Some(text) => place::open(conn, &CHANGES, text, &who.actor, &place::rights(&who.actor), &state.secret)?,
        };
        Ok(Start {
            place,
            epoch: place::epoch(conn)?,
            rights: place::rights(&who.actor),
        })
    };
    Ok(app.db.read(begin).await?)
}

/// The objects asked for; all when none are named.
fn objects(text: Option<&str>, specs: &feed::Specs) -> Result<BTreeSet<String>, Failure> {
    let mut problems = Problems::default();
    let names: BTreeSet<String> = text
        .unwrap_or_default()
        .split(',')
        .filter(|n| !n.is_empty())
        .map(str::to_owned)
        .collect();
    for name in names.iter().filter(|n| !specs.contains_key(n.as_str())) {
        problems.with("", Code::UnknownField, vec![("name", name.chars().take(60).collect())]);
    }
    problems.or(names).map_err(|p| Error::Query(vec![("objects", p)]).into())
}
