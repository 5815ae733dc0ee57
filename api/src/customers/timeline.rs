//! The timeline of a customer: what every area knows of them, in one stream. The areas' sources are in `persistence`.
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, conditional, limit, path_id, query, text, words};
use crate::http::crud::id;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{MAX_PAGE, PAGE, respond, weak};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::activities::interaction::Channel;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::instant::Instant;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::customers::customer::Customer;
use persistence::core::conn::Conn;
use persistence::core::{cursor, merged, read};
use persistence::customers::overview::related;
use persistence::customers::timeline::{self, Ask, Item, Part, Place, SOURCES};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

/// The most related parties whose items are shown with the customer's own.
const RELATED: usize = 100;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// When it was.
    at: Instant,
    /// What it is: `interaction`, `task`, `document`, `consent`, `group`, or `change` of the customer's own record.
    #[schema(max_length = 20)]
    kind: &'static str,
    /// What exactly: the interaction's kind, how far the task is, the document's media type, the consent's status, where the order or invoice stands, how the payment came, `joined` or `left` of a group, or what the change did.
    #[schema(max_length = 127)]
    word: String,
    /// The interaction, task, document, consent or group, or the record that changed.
    record_id: Uuid,
    /// The customer it is about: with `related`, it can be another one.
    customer_id: Uuid,
    #[schema(max_length = 20)]
    channel: Option<String>,
    #[schema(max_length = 20)]
    direction: Option<String>,
    /// What it was about, in a line.
    #[schema(max_length = 300)]
    title: Option<String>,
    /// How its text begins.
    #[schema(max_length = 300)]
    summary: Option<String>,
    /// The fields that a change touched; what they held is for the audit.
    #[schema(schema_with = domain::core::change::changed)]
    fields: Vec<String>,
    /// Who of us did it, or, of a task, is to do it; null for the server itself.
    actor_id: Option<Uuid>,
}

impl From<Item> for TimelineItem {
    fn from(item: Item) -> Self {
        TimelineItem {
            at: item.at,
            kind: item.kind,
            word: item.word,
            record_id: item.record_id,
            customer_id: item.customer_id,
            channel: item.channel,
            direction: item.direction,
            title: item.title,
            summary: item.summary,
            fields: item.fields,
            actor_id: item.actor_id,
        }
    }
}

/// Where a page stands in the stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelinePlace {
    /// Give it as `cursor` for what was before; null at the beginning.
    #[schema(max_length = 4096, example = json!(null))]
    next_cursor: Option<String>,
    /// Give it as `cursor` for what came after; never null on a page with items, because more can happen.
    #[schema(max_length = 4096, example = json!(null))]
    previous_cursor: Option<String>,
    /// Whether there are more in the direction that was asked for.
    has_more: bool,
}

/// A page of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// The newest first.
    #[schema(max_items = 200)]
    data: Vec<TimelineItem>,
    page: TimelinePlace,
}

/// What a request asks, beside the customer.
struct Asked {
    part: Part,
    channel: Option<Channel>,
    person: Option<Uuid>,
    terms: Vec<String>,
    related: bool,
    cursor: Option<String>,
    /// What a cursor is bound to.
    bound: String,
}

fn asked(request: &HttpRequest, customer: Uuid, caller: Uuid) -> Result<Asked, Failure> {
    const NAMES: [&str; 9] = ["kinds", "channel", "user_id", "since", "until", "q", "related", "limit", "cursor"];
    let query = Query::read(request, &NAMES)?;
    let kinds: Vec<String> = query
        .text("kinds")
        .map(|k| k.split(',').map(str::to_owned).collect())
        .unwrap_or_default();
    let mut problems = Problems::default();
    if kinds.iter().any(|kind| SOURCES.iter().all(|s| s.kind() != kind)) {
        let all: Vec<&str> = SOURCES.iter().map(|s| s.kind()).collect();
        problems.with("", Code::NotAllowed, vec![("allowed", all.join(", "))]);
    }
    problems.or(()).map_err(|p| Error::Query(vec![("kinds", p)]))?;
    let bound = NAMES[..7].iter().map(|name| query.text(name).unwrap_or_default());
    let bound = bound
        .chain([customer.to_string().as_str(), caller.to_string().as_str()])
        .collect::<Vec<_>>()
        .join("\u{0}");
    Ok(Asked {
        channel: query.parsed("channel", Channel::of)?,
        person: query.id("user_id")?,
        terms: query.terms("q")?,
        related: query.flag("related")?,
        cursor: query.text("cursor").map(str::to_owned),
        part: Part {
            kinds,
            since: query.moment("since")?,
            until: query.moment("until")?,
            from: None,
            limit: query.number("limit", PAGE, 1, MAX_PAGE)?,
        },
        bound,
    })
}

/// The place that a cursor stands for.
fn place(text: &str, secret: &[u8], bound: &str) -> Result<Place> {
    match cursor::reveal(text, secret, bound)?.as_slice() {
        [Value::Number(at), Value::String(tie), Value::Bool(newer)] => Ok(Place {
            at: at.as_i64().and_then(Instant::from_micros).ok_or(Error::Cursor)?,
            tie: tie.clone(),
            newer: *newer,
        }),
        _ => Err(Error::Cursor),
    }
}

fn page(conn: &mut Conn, signed: &SignedIn, customer: Uuid, mut asked: Asked, secret: &[u8]) -> Result<Timeline> {
    let actor = &signed.0.actor;
    let sight = actor.sight("customers", "read").ok_or(Error::NotFound)?;
    let mut customer = customer;
    if !read::exists(conn, &sight, "customers", customer)? {
        customer = merged::survivor(conn, Customer::SPEC.object, customer)?.ok_or(Error::NotFound)?;
        if !read::exists(conn, &sight, "customers", customer)? {
            return Err(Error::NotFound);
        }
    }
    let mut customers = vec![customer];
    // All else of those that were merged into the customer has moved to it; their changes are still their own.
    customers.extend(merged::into(conn, Customer::SPEC.object, customer)?);
    if asked.related {
        customers.extend(related(conn, actor, customer, RELATED)?.into_iter().map(|r| r.party_id));
        customers.sort();
        customers.dedup();
    }
    asked.part.from = asked.cursor.as_deref().map(|text| place(text, secret, &asked.bound)).transpose()?;
    let ask = Ask {
        actor,
        customers: &customers,
        channel: asked.channel,
        person: asked.person,
        terms: asked.terms,
        sqlite: conn.is_sqlite(),
    };
    let (items, has_more) = timeline::page(conn, &ask, &asked.part)?;
    let seal = |item: &Item, newer: bool| cursor::close(&json!([item.at.micros(), item.tie, newer]), secret, &asked.bound);
    let back = asked.part.from.as_ref().is_some_and(|p| p.newer);
    // Where one came from there is something, whatever was found beyond.
    let older = items
        .last()
        .filter(|_| has_more || back)
        .map(|item| seal(item, false))
        .transpose()?;
    let newer = items.first().map(|item| seal(item, true)).transpose()?;
    Ok(Timeline {
        data: items.into_iter().map(TimelineItem::from).collect(),
        page: TimelinePlace {
            next_cursor: older,
            previous_cursor: newer,
            has_more,
        },
    })
}

async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    let customer = id(&path)?;
    let asked = asked(&request, customer, signed.0.actor.user_id)?;
    let state = app.clone();
    let page = app.db.read(move |conn| page(conn, &signed, customer, asked, &state.secret)).await?;
    let body = serde_json::to_vec(&page).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, page.page.next_cursor.as_deref())
}

/// The route.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
    let doc = "What happened with a customer, the newest first: interactions they took part in, tasks, documents and deals of theirs, each by when it was \
               made, consents by when they were given, groups joined and left, and changes of their record; all as far as the caller may see it. `next_cursor` goes back in time; `previous_cursor` brings what has happened since.";
    let kinds: Vec<&str> = SOURCES.iter().map(|s| s.kind()).collect();
    let one = kinds.join("|");
    let format = |format| text(40).format(Some(SchemaFormat::KnownFormat(format)));
    let flag = ObjectBuilder::new().schema_type(Type::Boolean).default(Some(json!(false)));
    let example = json!({"data": [{
        "at": "2026-03-21T08:30:00.000Z", "kind": "interaction", "word": "inquiry", "record_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21",
        "customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "channel": "call", "direction": "inbound", "title": "پرسش دربارهٔ زمان تحویل",
        "summary": null, "fields": [], "actor_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22"
    }], "page": {"next_cursor": null, "previous_cursor": null, "has_more": false}});
    let viewing = operation("getCustomerTimeline", Customer::SPEC.tag, "Read the timeline of a customer", doc)
        .parameter(path_id())
        .parameter(query(
            "kinds",
            "Only these, separated by commas.",
            text(200).pattern(Some(format!("^({one})(,({one})){{0,20}}$"))),
        ))
        .parameter(query(
            "channel",
            "Only what went this way.",
            text(20).enum_values(Some(Channel::WORDS.iter().map(|w| w.as_ref()))),
        ))
        .parameter(query("user_id", "Only what this user of ours did.", format(KnownFormat::Uuid)))
        .parameter(query("since", "From this moment on.", format(KnownFormat::DateTime)))
        .parameter(query("until", "Before this moment.", format(KnownFormat::DateTime)))
        .parameter(query(
            "q",
            "Words that must be in the text, in any spelling; changes have none.",
            words(),
        ))
        .parameter(query(
            "related",
            "Whether the parties the customer stands in a relationship with are shown too.",
            flag,
        ))
        .parameter(query("limit", "How many items a page holds.", limit()))
        .parameter(query(
            "cursor",
            "`next_cursor` or `previous_cursor` of another page, with the same other parameters.",
            text(4096),
        ))
        .response("200", answer("A page.", "Timeline", example));
    let operations = Operations::at("/customers/{id}/timeline").get(|| web::route().to(get), conditional(viewing));
    config.service(operations.schema::<Timeline>());
}
