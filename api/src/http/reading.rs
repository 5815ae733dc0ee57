//! Reading records: one, a list, a search.
use super::app::App;
use super::caller::SignedIn;
use super::crud::{Record, id};
use super::problem::Failure;
use super::query::Query;
use super::{body, expand, export, headers};
use actix_web::http::header::{CONTENT_LOCATION, HeaderValue};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::condition::Condition;
use domain::core::error::Error;
use domain::core::resource::Spec;
use persistence::core::conn::Conn;
use persistence::core::read::{List, Within};
use persistence::core::view::View;
use persistence::core::{external, merged, read};
use serde_json::Value;
use uuid::Uuid;

/// See [`super::crud`].
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    object: Record,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "read")?;
    let query = Query::read(&request, &["fields", "expand", "include_deleted"])?;
    let found = Find {
        id: id(&path)?,
        view: View::new(spec, &signed.0.actor, query.text("fields"))?,
        trashed: trashed(&query, &signed, spec)?,
        named: false,
    };
    one(request, app, signed, object, query, found).await
}

/// See [`super::crud`].
pub async fn get_named(
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
    one(
        request,
        app,
        signed,
        object,
        query,
        Find {
            id,
            view,
            trashed: false,
            named: true,
        },
    )
    .await
}

struct Find {
    id: Uuid,
    view: View,
    trashed: bool,
    /// By another name than its id: then the answer says where it is.
    named: bool,
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
    let work = move |conn: &mut Conn| {
        let sight = signed.0.actor.sight(spec.object, "read").ok_or(Error::NotFound)?;
        let (at, found) = match read::get(conn, &sight, spec, &find.view, find.id, find.trashed)? {
            Some(found) => (find.named.then_some(find.id), Some(found)),
            // It went into another record, which answers in its place.
            None => match merged::survivor(conn, spec.object, find.id)? {
                Some(survivor) => (Some(survivor), read::get(conn, &sight, spec, &find.view, survivor, false)?),
                None => (None, None),
            },
        };
        let (version, body) = found.ok_or(Error::NotFound)?;
        Ok((version, expand.apply(conn, &signed.0.actor, body)?, at))
    };
    let (version, body, at) = match expanded {
        false => app.db.look(work).await?,
        true => app.db.read(work).await?,
    };
    let etag = if expanded { weak(&body) } else { format!("\"{version}\"") };
    let mut response = respond(&request, etag, body, None)?;
    if let Some(at) = at.and_then(|id| HeaderValue::try_from(format!("/api/v1{}/{id}", spec.path)).ok()) {
        response.headers_mut().insert(CONTENT_LOCATION, at);
    }
    Ok(response)
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
    use std::hash::BuildHasher;
    // The same on every node. The standard hasher takes a tenth of the time of a list.
    let hash = foldhash::quality::FixedState::with_seed(0).hash_one(body);
    format!("W/\"{hash:016x}\"")
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

/// See [`super::crud`].
pub async fn list(request: HttpRequest, app: Data<App>, signed: SignedIn, object: Record) -> Result<HttpResponse, Failure> {
    narrowed(request, app, signed, object, None).await
}

/// The same of some of them, such as the members of a group.
pub async fn narrowed(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    object: Record,
    within: Option<Within>,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    signed.0.sight(spec.object, "read")?;
    let query = Query::read(&request, LIST)?;
    let filter = match query.text("filter") {
        Some(text) => Some(text.parse::<Condition>().map_err(|p| Error::Query(vec![("filter", p)]))?),
        None => None,
    };
    page(request, app, signed, object, query, filter, within).await
}

/// The members of a search's body.
const SEARCH: &[&str] = &["filter", "q", "sort", "fields", "expand", "limit", "cursor", "count"];

/// See [`super::crud`].
pub async fn search(
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
    page(request, app, signed, object, query, filter, None).await
}

async fn page(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    object: Record,
    query: Query,
    filter: Option<Condition>,
    within: Option<Within>,
) -> Result<HttpResponse, Failure> {
    let spec = object.spec();
    let view = View::new(spec, &signed.0.actor, query.text("fields"))?;
    let expand = expand::Plan::read(&app, spec, query.text("expand"))?;
    let terms = query.terms("q")?;
    let count = match query.text("count") {
        None => None,
        Some("exact" | "estimated") => Some(COUNTED),
        Some(_) => return Err(Failure::Parameter("count".to_owned(), "invalid_parameter")),
    };
    let mut list = List {
        view,
        filter: None,
        within,
        terms,
        sort: List::sort(spec, query.text("sort"))?,
        unasked: query.text("sort").is_none(),
        limit: query.number("limit", PAGE, 1, MAX_PAGE)?,
        cursor: query.text("cursor").map(str::to_owned),
        trashed: trashed(&query, &signed, spec)?,
        count,
    };
    if let Some(form) = export::wanted(&request) {
        let asked = signed.clone();
        list = app
            .db
            .read(move |conn| {
                let actor = &asked.0.actor;
                list.filter = filter.map(|filter| read::check(conn, spec, actor, filter)).transpose()?;
                read::sortable(spec, actor, &list.sort)?;
                Ok(list)
            })
            .await?;
        return export::stream(app, signed, spec, list, form).await;
    }
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
