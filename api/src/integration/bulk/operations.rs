//! The operations of bulk actions: preview, start, look at the records, give up, undo.
use super::preview::{BulkPreview, Counted};
use super::work::Work;
use super::{job, results, undo};
use crate::http::app::{App, context};
use crate::http::caller::SignedIn;
use crate::http::crud::id;
use crate::http::problem::{Failure, Lang};
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use crate::http::{body, edge, headers};
use crate::integration::behalf::{Behalf, located};
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::core::id::Id;
use domain::core::pipeline::{self, Context, Done, Storage as _};
use domain::core::resource::Resource;
use domain::core::store::Store;
use domain::integration::bulk::{BulkAction, BulkOutcome};
use domain::integration::import::ImportFormat;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::record::live;
use persistence::integration::bulk;
use serde_json::{Map, Value};

/// Bulk actions without their type.
pub const ACTIONS: &dyn Object = &Of::<BulkAction>::NEW;
/// Bulk actions of one user that may run at once.
const AT_ONCE: i64 = 10;

fn lang(request: &HttpRequest) -> Lang {
    Lang::accepted(request.headers().get("Accept-Language").and_then(|v| v.to_str().ok()))
}

/// Notes the action and holds it against what there is.
fn noted(conn: &mut Conn, context: &Context<'_>, body: Map<String, Value>, matched: i64) -> Result<(Done, Work), Error> {
    let now = context.now();
    let done = pipeline::create_with::<BulkAction>(conn, context, None, body, |action| {
        (action.started_at, action.matched) = (Some(now), matched);
        Ok(())
    })?;
    let action = live::<BulkAction>(conn, done.id)?.ok_or(Error::NotFound)?;
    Ok((done, Work::new(conn, context, &action)?))
}

/// What a body is about, as far as it can be read: what is wrong with it is told when it is noted.
fn counted(conn: &mut Conn, context: &Context<'_>, body: Map<String, Value>) -> Counted {
    let Ok(draft) = pipeline::draft::<BulkAction>(context, None, body) else {
        return Counted::default();
    };
    let mut action = draft.record().clone();
    action.started_at = Some(context.now());
    let counted = Work::new(conn, context, &action).and_then(|work| work.counted(conn, context));
    counted.unwrap_or_default()
}

pub async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("bulk_actions", "create")?;
    let preview = Query::read(&request, &["preview"])?.flag("preview")?;
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    let (asked, setting, origin, told) = (signed.clone(), app.setting(), edge::request_id(&request), body.clone());
    let counted = app
        .db
        .read(move |conn| {
            let context = context(&asked.0.actor, &setting, origin);
            Ok(counted(conn, &context, told))
        })
        .await?;
    if preview {
        let shown = shown(&request, &app, signed, body, counted).await?;
        return Ok(HttpResponse::Ok().json(shown));
    }
    let writing = Writing::new(&request, app.clone(), signed, &bytes)?;
    let mut answer = writing
        .run(ACTIONS, move |conn, context| {
            if bulk::running(conn, context.actor.user_id)? >= AT_ONCE {
                return Err(Error::Conflict("too_many_bulk_actions"));
            }
            let (done, _) = noted(conn, context, body, counted.matched)?;
            Behalf::in_name(context.actor, done.id).enqueue(conn, job::KIND, context)?;
            Ok((202, done))
        })
        .await?;
    app.jobs.wake();
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    Ok(answer)
}

/// What a body would come to; nothing of it is kept.
async fn shown(
    request: &HttpRequest,
    app: &Data<App>,
    signed: SignedIn,
    body: Map<String, Value>,
    counted: Counted,
) -> Result<BulkPreview, Failure> {
    let (setting, origin, lang) = (app.setting(), edge::request_id(request), lang(request));
    let shown = app.db.write(move |conn| {
        let context = context(&signed.0.actor, &setting, origin);
        conn.tried(|conn| {
            let (_, work) = noted(conn, &context, body, counted.matched)?;
            work.preview(conn, &context, counted, lang)
        })
    });
    Ok(shown.await?)
}

pub async fn cancel(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("bulk_actions", "create")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::expect(&request)?);
    Writing::new(&request, app, signed, &[])?
        .run(ACTIONS, move |conn, context| {
            conn.hold("bulk_actions", id)?;
            let counts = bulk::counts(conn, id)?;
            let cancel = |action: &mut BulkAction| action.cancel(counts, context.now());
            Ok((200, pipeline::change::<BulkAction>(conn, context, id, expect, "create", cancel)?))
        })
        .await
}

pub async fn take_back(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("bulk_actions", "create")?;
    Query::read(&request, &[])?;
    let (id, expect) = (id(&path)?, headers::expect(&request)?);
    let behalf = Behalf::of(&signed, id);
    let answer = Writing::new(&request, app.clone(), signed, &[])?
        .run(ACTIONS, move |conn, context| {
            let done = pipeline::change::<BulkAction>(conn, context, id, expect, "create", BulkAction::take_back)?;
            behalf.enqueue(conn, undo::KIND, context)?;
            Ok((202, done))
        })
        .await?;
    app.jobs.wake();
    Ok(located(answer, BulkAction::SPEC.path, id))
}

pub async fn results_of(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    use domain::core::field::Choice;
    signed.0.sight("bulk_actions", "read")?;
    let query = Query::read(&request, &["status", "format"])?;
    let wanted = query.parsed("status", |word| match word {
        "conflict" => Some(results::Wanted::Conflict),
        word => BulkOutcome::of(word).map(results::Wanted::One),
    })?;
    let format = query.parsed("format", ImportFormat::of)?.unwrap_or(ImportFormat::Csv);
    let id = id(&path)?;
    app.db
        .look(move |conn| {
            let sight = signed.0.actor.sight("bulk_actions", "read").ok_or(Error::NotFound)?;
            Store::<BulkAction>::load(conn, Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(results::stream(
        app,
        id,
        wanted.unwrap_or(results::Wanted::All),
        format,
        lang(&request),
    ))
}
