//! The usual operations of any record, as routes: list, search, create, get, patch, delete, restore, and by external id. Handlers are
//! compiled once, over records without their types.
use super::app::App;
use super::body;
use super::caller::SignedIn;
use super::headers;
use super::problem::Failure;
use super::query::Query;
use super::resource::Address;
use super::{contract, expand};
use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::condition::Condition;
use domain::core::error::Error;
use domain::core::pipeline::{Context, Done, Expect, Store};
use domain::core::resource::{Resource, Spec};
use domain::core::text;
use persistence::core::conn::Conn;
use persistence::core::idempotency::{Answer, Key};
use persistence::core::object::{Object, Of};
use persistence::core::read::{List, View};
use persistence::core::{external, idempotency, read};
use serde_json::{Map, Value};
use std::marker::PhantomData;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;
use uuid::Uuid;

/// Which of the usual operations an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// All of them.
    All,
    /// Only those that read.
    Reads,
    /// Those that read, and delete: what is made by an operation of its own.
    ReadsAndDelete,
}

impl Has {
    pub fn writes(self) -> bool {
        self == Has::All
    }
    pub fn deletes(self) -> bool {
        self != Has::Reads
    }
}

/// One value that mounts a record's routes and writes its part of the contract: mounted means documented.
pub struct Crud<R>(Has, PhantomData<fn() -> R>);

impl<R: Resource> Crud<R>
where
    Conn: Store<R>,
{
    /// All the usual operations.
    pub fn new() -> Self {
        Crud(Has::All, PhantomData)
    }
    /// Some of them.
    pub fn only(has: Has) -> Self {
        Crud(has, PhantomData)
    }
    fn object() -> &'static dyn Object {
        const { &Of::<R>::NEW }
    }
}

impl<R: Resource> Default for Crud<R>
where
    Conn: Store<R>,
{
    fn default() -> Self {
        Crud::new()
    }
}

impl<R: Resource> HttpServiceFactory for Crud<R>
where
    Conn: Store<R>,
{
    fn register(self, config: &mut AppService) {
        mount(Self::object(), self.0, config);
    }
}

impl<R: Resource> OpenApiFactory for Crud<R>
where
    Conn: Store<R>,
{
    fn paths(&self) -> Paths {
        contract::register(Self::object());
        contract::paths(&R::SPEC, self.0)
    }
    fn schemas(&self, out: &mut Vec<(String, RefOr<Schema>)>) {
        contract::schemas(&R::SPEC, self.0, out);
    }
}

/// The dynamic record behind a route.
type Record = &'static dyn Object;

fn mount(object: Record, has: Has, config: &mut AppService) {
    let path = object.spec().path;
    let mut all = Address::new(path).get(|| web::route().to(move |r, a, s| list(r, a, s, object)));
    let mut one = Address::new(format!("{path}/{{id}}")).get(|| web::route().to(move |r, a, s, p| get(r, a, s, p, object)));
    let mut named = Address::new(format!("{path}/by-external-id/{{system}}/{{value}}"))
        .get(|| web::route().to(move |r, a, s, p| get_named(r, a, s, p, object)));
    if has.writes() {
        all = all.post(web::route().to(move |r, a, s, b| create(r, a, s, b, object)));
        one = one.patch(web::route().to(move |r, a, s, p, b| patch(r, a, s, p, b, object)));
        one = one.put(web::route().to(move |r, a, s, p, b| put(r, a, s, p, b, object)));
        named = named.patch(web::route().to(move |r, a, s, p, b| upsert(r, a, s, p, b, object)));
    }
    if has.deletes() {
        one = one.delete(web::route().to(move |r, a, s, p| delete(r, a, s, p, object)));
        let restore_ = web::route().to(move |r, a, s, p| restore(r, a, s, p, object));
        Address::new(format!("{path}/{{id}}/restore")).post(restore_).register(config);
    }
    all.register(config);
    // Before `{id}`, which would take these words for ids.
    Address::new(format!("{path}/search"))
        .post(web::route().to(move |r, a, s, b| search(r, a, s, b, object)))
        .register(config);
    named.register(config);
    one.register(config);
}

/// The id of a path; anything else is no record at all.
pub fn id(text: &str) -> Result<Uuid, Failure> {
    match text.len() {
        36 => Uuid::try_parse(text).map_err(|_| Error::NotFound.into()),
        _ => Err(Error::NotFound.into()),
    }
}

// ---- reading ----

async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>, object: Record) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "read")?;
    let query = Query::read(&request, &["fields", "expand", "include_deleted"])?;
    let found = Find {
        id: id(&path)?,
        view: View::new(spec, &signed.0.actor, query.text("fields"))?,
        trashed: trashed(&query, &signed, spec)?,
    };
    one(request, app, signed, object, query, found).await
}

async fn get_named(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<(String, String)>,
    object: Record,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "read")?;
    let query = Query::read(&request, &["fields", "expand"])?;
    let (system, value) = path.into_inner();
    let id = app
        .db
        .read(move |conn| external::find(conn, spec.object, &system, &value)?.ok_or(Error::NotFound))
        .await?;
    let view = View::new(spec, &signed.0.actor, query.text("fields"))?;
    one(request, app, signed, object, query, Find { id, view, trashed: false }).await
}

struct Find {
    id: Uuid,
    view: View,
    trashed: bool,
}

async fn one(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    object: Record,
    query: Query,
    find: Find,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    let expand = expand::Plan::read(&app, spec, query.text("expand"))?;
    let expanded = !expand.is_empty();
    let (version, body) = app
        .db
        .read(move |conn| {
            let sight = signed.0.actor.sight(spec.object, "read").ok_or(Error::NotFound)?;
            let (version, body) = read::get(conn, &sight, spec, &find.view, find.id, find.trashed)?.ok_or(Error::NotFound)?;
            Ok((version, expand.apply(conn, &signed.0.actor, body)?))
        })
        .await?;
    let etag = if expanded { weak(&body) } else { format!("\"{version}\"") };
    respond(&request, etag, body, None)
}

fn trashed(query: &Query, signed: &SignedIn, spec: &'static Spec) -> Result<bool, Failure> {
    let wanted = query.flag("include_deleted")?;
    if wanted {
        signed.0.sight(spec.object, "delete")?;
    }
    Ok(wanted)
}

/// A weak tag of what is not one record.
pub fn weak(body: &[u8]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("W/\"{:016x}\"", hasher.finish())
}

/// 200 with the tag, or 304 when the caller has it already.
pub fn respond(request: &HttpRequest, etag: String, body: Vec<u8>, next: Option<&str>) -> Result<HttpResponse, Failure> {
    if headers::has_seen(request, &etag)? {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", etag)).finish());
    }
    let mut response = HttpResponse::Ok();
    response.insert_header(("ETag", etag)).content_type("application/json");
    if let Some(cursor) = next {
        response.insert_header(("Link", link(request, cursor)));
    }
    Ok(response.body(body))
}

/// The next page, as a link (RFC 8288).
fn link(request: &HttpRequest, cursor: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()).filter(|(n, _)| n != "cursor") {
        query.append_pair(&name, &value);
    }
    query.append_pair("cursor", cursor);
    format!("<{}?{}>; rel=\"next\"", request.path(), query.finish())
}

/// The parameters that every list takes.
pub const LIST: &[&str] = &[
    "fields",
    "expand",
    "filter",
    "sort",
    "q",
    "limit",
    "cursor",
    "count",
    "include_deleted",
];
/// What a page holds unless it is told, and at most.
pub const PAGE: usize = 50;
pub const MAX_PAGE: usize = 200;
/// How far `count=exact` counts.
const COUNTED: usize = 10_000;

async fn list(request: HttpRequest, app: Data<App>, signed: SignedIn, object: Record) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "read")?;
    let query = Query::read(&request, LIST)?;
    let filter = match query.text("filter") {
        Some(text) => Some(text.parse::<Condition>().map_err(|p| Error::Query(vec![("filter", p)]))?),
        None => None,
    };
    page(request, app, signed, object, query, filter).await
}

/// The members of a search's body.
const SEARCH: &[&str] = &["filter", "q", "sort", "fields", "expand", "limit", "cursor", "count"];

async fn search(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    mut payload: Payload,
    object: Record,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "read")?;
    Query::read(&request, &[])?;
    body::expect_type(&request, body::JSON)?;
    let bytes = body::bytes(&request, &mut payload, 64 << 10).await?;
    let mut members = body::object(&bytes)?;
    let filter = match members.remove("filter") {
        None | Some(Value::Null) => None,
        Some(json) => Some(Condition::from_json(json).map_err(|p| {
            let mut below = domain::core::problem::Problems::default();
            below.nest("/filter", p);
            Error::Invalid(below)
        })?),
    };
    let query = Query::from_members(members, SEARCH)?;
    page(request, app, signed, object, query, filter).await
}

async fn page(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    object: Record,
    query: Query,
    filter: Option<Condition>,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    let view = View::new(spec, &signed.0.actor, query.text("fields"))?;
    let expand = expand::Plan::read(&app, spec, query.text("expand"))?;
    let q = query.text("q");
    if q.is_some_and(|q| q.chars().filter(|c| !c.is_whitespace()).count() < 2 || q.len() > 400) {
        return Err(Failure::Parameter("q".to_owned(), "invalid_parameter"));
    }
    let count = match query.text("count") {
        None => None,
        Some("exact" | "estimated") => Some(COUNTED),
        Some(_) => return Err(Failure::Parameter("count".to_owned(), "invalid_parameter")),
    };
    let mut list = List {
        view,
        filter: None,
        terms: q.map(text::terms).unwrap_or_default(),
        sort: List::sort(spec, query.text("sort"))?,
        limit: query.number("limit", PAGE, 1, MAX_PAGE)?,
        cursor: query.text("cursor").map(str::to_owned),
        trashed: trashed(&query, &signed, spec)?,
        count,
    };
    let state = app.clone();
    let (body, next) = app
        .db
        .read(move |conn| {
            let actor = &signed.0.actor;
            let sight = actor.sight(spec.object, "read").ok_or(Error::NotFound)?;
            list.filter = match filter {
                Some(filter) => Some(read::check(conn, spec, actor, filter)?),
                None => None,
            };
            read::sortable(spec, actor, &list.sort)?;
            let (body, next) = read::list(conn, &sight, spec, &list, &state.secret)?;
            Ok((expand.apply(conn, actor, body)?, next))
        })
        .await?;
    respond(&request, weak(&body), body, next.as_deref())
}

// ---- writing ----

/// What a write needs beside its body.
pub struct Writing {
    pub app: Data<App>,
    pub signed: SignedIn,
    pub key: Option<Key>,
    pub minimal: bool,
    pub origin: Uuid,
}

impl Writing {
    /// Reads the headers that all writes share. `bytes` is the body as it came.
    pub fn new(request: &HttpRequest, app: Data<App>, signed: SignedIn, bytes: &[u8]) -> Result<Self, Failure> {
        let principal = signed.0.actor.user_id;
        let route = format!("{} {}", request.method(), request.path());
        let key = headers::idempotency_key(request)?.map(|key| Key::new(principal, route, key, bytes));
        Ok(Writing {
            app,
            signed,
            key,
            minimal: headers::wants_minimal(request),
            origin: super::edge::request_id(request),
        })
    }

    /// Runs a write and answers with the record as it now is.
    pub async fn run<F>(self, object: Record, write: F) -> Result<HttpResponse, Failure>
    where
        F: FnOnce(&mut Conn, &Context<'_>) -> Result<(u16, Done), Error> + Send + 'static,
    {
        let Writing {
            app,
            signed,
            key,
            minimal,
            origin,
        } = self;
        let setting = app.setting();
        let spec = object.spec();
        let answer = app
            .db
            .write(move |conn| {
                let now = setting.now;
                let context = Context {
                    actor: &signed.0.actor,
                    setting: &setting,
                    ids: &super::app::SystemIds,
                    origin,
                };
                idempotency::once(conn, key.as_ref(), now, |conn| {
                    let (status, done) = write(conn, &context)?;
                    let body = if status == 204 || minimal {
                        Vec::new()
                    } else {
                        shown(conn, &context, spec, done.id)?
                    };
                    let location = (status == 201).then(|| format!("/api/v1{}/{}", spec.path, done.id));
                    Ok(Answer {
                        status,
                        etag: (status != 204).then_some(done.version),
                        location,
                        body,
                        replayed: false,
                    })
                })
            })
            .await?;
        access_changed(&app, spec);
        Ok(answered(answer, minimal))
    }
}

/// Changes of who may do what bite at once on this node.
fn access_changed(app: &App, spec: &Spec) {
    if matches!(spec.object, "users" | "roles" | "teams" | "units" | "shares" | "api_keys") {
        app.callers.forget();
    }
}

/// The record after a write, as its writer may see it: by all that they may see of it, wherever it went.
fn shown(conn: &mut Conn, context: &Context<'_>, spec: &'static Spec, id: Uuid) -> Result<Vec<u8>, Error> {
    let view = View::new(spec, context.actor, None)?;
    let everywhere = domain::core::actor::Sight {
        actor: context.actor,
        object: spec.object,
        action: "read",
        scope: domain::core::actor::Scope::All,
    };
    Ok(read::get(conn, &everywhere, spec, &view, id, true)?
        .map(|(_, body)| body)
        .unwrap_or_default())
}

/// An answer as a response.
pub fn answered(answer: Answer, minimal: bool) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(answer.status).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    if let Some(version) = answer.etag {
        response.insert_header(("ETag", format!("\"{version}\"")));
    }
    if let Some(location) = answer.location {
        response.insert_header(("Location", location));
    }
    if answer.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    if minimal {
        response.insert_header(("Preference-Applied", "return=minimal"));
    }
    if answer.body.is_empty() {
        response.finish()
    } else {
        response.content_type("application/json").body(answer.body)
    }
}

/// The body of a write, its members and its bytes.
pub async fn members(
    request: &HttpRequest,
    payload: &mut Payload,
    types: &'static [&'static str],
) -> Result<(Map<String, Value>, web::Bytes), Failure> {
    body::expect_type(request, types)?;
    let bytes = body::bytes(request, payload, Spec::MAX_BODY).await?;
    Ok((body::object(&bytes)?, bytes))
}

async fn create(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    mut payload: Payload,
    object: Record,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, "create")?;
    Query::read(&request, &[])?;
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    writing
        .run(object, move |conn, context| Ok((201, object.create(conn, context, None, body)?)))
        .await
}

async fn put(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
    object: Record,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, "create")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    if !headers::only_new(&request)? {
        return Err(Failure::Protocol(
            actix_web::http::StatusCode::PRECONDITION_REQUIRED,
            "precondition_required",
            None,
        ));
    }
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    let made = writing
        .run(object, move |conn, context| {
            Ok((201, object.create(conn, context, Some(id), body)?))
        })
        .await;
    match made {
        Err(Failure::Domain(Error::Taken(field))) if field == "id" || field.ends_with("_pkey") => Err(Error::Precondition.into()),
        other => other,
    }
}

async fn patch(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
    object: Record,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, "update")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    let (body, bytes) = members(&request, &mut payload, body::MERGE_PATCH).await?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    writing
        .run(object, move |conn, context| {
            Ok((200, object.patch(conn, context, id, expect, body)?))
        })
        .await
}

async fn delete(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    object: Record,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, "delete")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    let writing = Writing::new(&request, app, signed, &[])?;
    writing
        .run(object, move |conn, context| Ok((204, object.delete(conn, context, id, expect)?)))
        .await
}

async fn restore(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    object: Record,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, "delete")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    let writing = Writing::new(&request, app, signed, &[])?;
    writing
        .run(object, move |conn, context| Ok((200, object.restore(conn, context, id, expect)?)))
        .await
}

/// Creates or patches the record of an external id; two who race for a new one get one record.
async fn upsert(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<(String, String)>,
    mut payload: Payload,
    object: Record,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "update")?;
    signed.0.sight(spec.object, "create")?;
    Query::read(&request, &[])?;
    let only_new = headers::only_new(&request)?;
    let expect = request
        .headers()
        .contains_key("If-Match")
        .then(|| headers::if_match(&request))
        .transpose()?;
    let (system, value) = path.into_inner();
    let (mut body, bytes) = members(&request, &mut payload, body::MERGE_PATCH).await?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    writing
        .run(object, move |conn, context| {
            match external::find(conn, spec.object, &system, &value)? {
                Some(_) if only_new => Err(Error::Precondition),
                Some(id) => match object.patch(conn, context, id, expect.unwrap_or(Expect::Any), body) {
                    // It is there but out of sight: a conflict that does not say whose.
                    Err(Error::NotFound) => Err(Error::Conflict("external_id_taken")),
                    result => Ok((200, result?)),
                },
                None if expect.is_some() => Err(Error::Precondition),
                None => {
                    let ids = body.entry("external_ids").or_insert_with(|| Value::Object(Map::new()));
                    if let Value::Object(ids) = ids {
                        ids.insert(system, Value::String(value));
                    }
                    Ok((201, object.create(conn, context, None, body)?))
                }
            }
        })
        .await
}
