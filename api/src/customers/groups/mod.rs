//! The members of groups: who they are, putting them in and taking them out by hand, finding them anew, who joined and left.
mod routes;

use crate::http::app::{App, context};
use crate::http::caller::SignedIn;
use crate::http::crud::id;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{MAX_PAGE, PAGE, narrowed, respond, weak};
use crate::http::writing::{Writing, members as members_of};
use crate::http::{body, edge, headers};
use crate::jobs;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::actor::Actor;
use domain::core::error::Error;
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::input::members;
use domain::core::instant::Instant;
use domain::core::pipeline::Store;
use domain::core::problem::{Code, Problems};
use domain::customers::customer::Customer;
use domain::customers::group::{Cause, Group, GroupKind, GroupMember, Membership};
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::{cursor, read};
use persistence::customers::group;
use persistence::customers::members::{self, Part};
use persistence::customers::membership::{checked, rebuild};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub use routes::routes;

const CUSTOMERS: &dyn Object = &Of::<Customer>::NEW;
const MEMBERS: &dyn Object = &Of::<GroupMember>::NEW;

/// How a group stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupState {
    group_id: Uuid,
    kind: GroupKind,
    /// How many members it has, of those that you may see.
    #[schema(minimum = 0, maximum = 9007199254740991i64, example = 42)]
    members: i64,
    /// `current`; `rebuilding` while the members of a new condition are being found; `broken` where the condition names a custom field that
    /// is no more, so that the members stay as they are.
    #[schema(max_length = 20, example = "current")]
    state: &'static str,
    /// When the members were last found anew; since then every write of a customer has kept them.
    rebuilt_at: Option<Instant>,
}

/// That the members are being found anew.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupRebuild {
    /// The job that does it; one that is under way already is not begun a second time.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    job_id: Uuid,
}

/// That a customer joined or left a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupEvent {
    id: Uuid,
    customer_id: Uuid,
    #[schema(max_length = 300)]
    display_name: String,
    event: Membership,
    cause: Cause,
    at: Instant,
    /// Who put the customer in or took it out, or made the change by which it came to fit or no longer did; null for the server itself.
    actor_id: Option<Uuid>,
}

/// Where a page stands in a history.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupHistoryPlace {
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(max_length = 4096, example = json!(null))]
    next_cursor: Option<String>,
    has_more: bool,
}

/// A page of a group's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupHistory {
    /// The latest first.
    #[schema(max_items = 200)]
    data: Vec<GroupEvent>,
    page: GroupHistoryPlace,
}

/// What members are read with.
fn may_read(signed: &SignedIn) -> Result<(), Failure> {
    for object in ["groups", "group_members", "customers"] {
        signed.0.sight(object, "read")?;
    }
    Ok(())
}

/// The group, if the actor sees it.
fn find(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<Group, Error> {
    let sight = actor.sight("groups", "read").ok_or(Error::NotFound)?;
    conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
}

/// That the group is in sight of the actor, and its members are put in by hand.
fn by_hand(conn: &mut Conn, actor: &Actor, group: Uuid) -> Result<(), Error> {
    match find(conn, actor, group)?.kind {
        GroupKind::Static => Ok(()),
        GroupKind::Dynamic => Err(Error::Conflict("group_is_dynamic")),
    }
}

async fn list(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    may_read(&signed)?;
    let (id, asked) = (id(&path)?, signed.clone());
    let within = app
        .db
        .look(move |conn| members::within(&asked.0.actor, &find(conn, &asked.0.actor, id)?))
        .await?;
    narrowed(request, app, signed, CUSTOMERS, Some(within)).await
}

/// Whom to put into a group.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddGroupMember {
    /// The customer.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22")]
    customer_id: Uuid,
}

/// Reads the body, or says what is wrong with it.
fn whom(mut body: Map<String, Value>) -> Result<AddGroupMember, Error> {
    let (mut problems, given) = (Problems::default(), body.remove("customer_id").filter(|v| !v.is_null()));
    let customer = match &given {
        None => {
            problems.add("/customer_id", Code::Required);
            None
        }
        Some(Value::String(text)) => {
            let id = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
            if id.is_none() {
                problems.with("/customer_id", Code::Format, vec![("format", "UUID".to_owned())]);
            }
            id
        }
        Some(_) => {
            problems.add("/customer_id", Code::WrongType);
            None
        }
    };
    for name in body.keys() {
        problems.add(format!("/{}", domain::core::input::escape(name)), Code::UnknownField);
    }
    problems.or(())?;
    let customer_id = customer.ok_or_else(|| Error::invalid("/customer_id", Code::Required))?;
    Ok(AddGroupMember { customer_id })
}

async fn add(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("group_members", "create")?;
    may_read(&signed)?;
    Query::read(&request, &[])?;
    let group = id(&path)?;
    let (body, bytes) = members_of(&request, &mut payload, body::JSON).await?;
    let customer = whom(body)?.customer_id;
    Writing::new(&request, app, signed, &bytes)?
        .run(MEMBERS, move |conn, context| {
            by_hand(conn, context.actor, group)?;
            let sight = context.sight("group_members", "read")?;
            let there = |(id, version)| {
                let done = domain::core::pipeline::Done {
                    id,
                    version,
                    changed: false,
                };
                (200, done)
            };
            if let Some(found) = group::member(conn, &sight, group, customer)? {
                return Ok(there(found));
            }
            let body = members(json!({"group_id": group, "customer_id": customer}));
            match conn.savepoint(|conn| MEMBERS.create(conn, context, None, body)) {
                // Somebody was quicker.
                Err(Error::Taken(field)) => match group::member(conn, &sight, group, customer)? {
                    Some(found) => Ok(there(found)),
                    None => Err(Error::Taken(field)),
                },
                made => Ok((201, made?)),
            }
        })
        .await
}

async fn remove(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("group_members", "delete")?;
    may_read(&signed)?;
    let query = Query::read(&request, &["customer_id"])?;
    let group = id(&path)?;
    let missing = || Failure::Parameter("customer_id".to_owned(), "invalid_parameter");
    let customer = query.id("customer_id")?.ok_or_else(missing)?;
    let expect = headers::expect(&request)?;
    Writing::new(&request, app, signed, &[])?
        .run(MEMBERS, move |conn, context| {
            by_hand(conn, context.actor, group)?;
            if !read::exists(conn, &context.sight("customers", "read")?, "customers", customer)? {
                return Err(Error::NotFound);
            }
            let sight = context.sight("group_members", "read")?;
            let (id, _) = group::member(conn, &sight, group, customer)?.ok_or(Error::NotFound)?;
            Ok((204, MEMBERS.delete(conn, context, id, expect)?))
        })
        .await
}

async fn renew(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("groups", "update")?;
    signed.0.sight("groups", "read")?;
    Query::read(&request, &[])?;
    let (id, setting, origin) = (id(&path)?, app.setting(), edge::request_id(&request));
    let job_id = app
        .db
        .write(move |conn| {
            let context = context(&signed.0.actor, &setting, origin);
            let group = find(conn, context.actor, id)?;
            let sight = context.sight("groups", "update")?;
            if Store::<Group>::load(conn, Id::from_uuid(id), &sight, false)?.is_none() {
                return Err(Error::Forbidden("groups:update".to_owned()));
            }
            match group.kind {
                GroupKind::Static => Err(Error::Conflict("group_is_static")),
                GroupKind::Dynamic => rebuild(conn, id, &context),
            }
        })
        .await?;
    app.jobs.wake();
    Ok(jobs::begun(job_id, GroupRebuild { job_id }))
}

async fn state(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    may_read(&signed)?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let state = app
        .db
        .read(move |conn| {
            let group = find(conn, &signed.0.actor, id)?;
            let (built, rebuilt_at) = members::built(conn, id)?;
            let holds = match &group.condition {
                Some(text) => checked(conn, text)?.is_some(),
                None => true,
            };
            Ok(GroupState {
                group_id: id,
                kind: group.kind,
                members: members::count(conn, &signed.0.actor, &group)?,
                state: match (holds, built) {
                    (false, _) => "broken",
                    (true, false) => "rebuilding",
                    (true, true) => "current",
                },
                rebuilt_at,
            })
        })
        .await?;
    let body = serde_json::to_vec(&state).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, None)
}

async fn history(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    may_read(&signed)?;
    let query = Query::read(&request, &["customer_id", "event", "limit", "cursor"])?;
    let group = id(&path)?;
    let mut part = Part {
        customer: query.id("customer_id")?,
        event: query.parsed("event", Membership::of)?,
        behind: None,
        limit: query.number("limit", PAGE, 1, MAX_PAGE)?,
    };
    let told = |name| query.text(name).unwrap_or_default();
    let caller = signed.0.actor.user_id;
    let bound = format!(
        "group_history\u{0}{group}\u{0}{}\u{0}{}\u{0}{caller}",
        told("customer_id"),
        told("event")
    );
    if let Some(text) = query.text("cursor") {
        part.behind = match cursor::reveal(text, &app.secret, &bound)?.as_slice() {
            [Value::Number(at), Value::String(id)] => {
                let at = at.as_i64().and_then(Instant::from_micros);
                Some(at.zip(Uuid::try_parse(id).ok()).ok_or(Error::Cursor)?)
            }
            _ => return Err(Error::Cursor.into()),
        };
    }
    let most = part.limit;
    let mut found = app
        .db
        .read(move |conn| {
            find(conn, &signed.0.actor, group)?;
            members::history(conn, &signed.0.actor, group, &part)
        })
        .await?;
    let has_more = found.len() > most;
    found.truncate(most);
    let last = found.last().filter(|_| has_more);
    let next_cursor = last
        .map(|e| cursor::close(&json!([e.at.micros(), e.id]), &app.secret, &bound))
        .transpose()?;
    let page = GroupHistory {
        data: found
            .into_iter()
            .map(|e| GroupEvent {
                id: e.id,
                customer_id: e.customer,
                display_name: e.name,
                event: e.event,
                cause: e.cause,
                at: e.at,
                actor_id: e.actor,
            })
            .collect(),
        page: GroupHistoryPlace { next_cursor, has_more },
    };
    let body = serde_json::to_vec(&page).map_err(|e| Error::Internal(e.to_string()))?;
    respond(&request, weak(&body), body, page.page.next_cursor.as_deref())
}
