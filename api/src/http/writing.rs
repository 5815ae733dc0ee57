//! Writing records: create, patch, delete, restore, and by external id. Each is one transaction that also keeps the answer for a repeat.
use super::app::{App, context};
use super::caller::SignedIn;
use super::crud::{Record, id};
use super::problem::Failure;
use super::query::Query;
use super::{body, edge, guard, headers};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::actor::{Scope, Sight};
use domain::core::error::Error;
use domain::core::pipeline::{Context, Done, Expect};
use domain::core::resource::{Setting, Spec};
use persistence::core::conn::Conn;
use persistence::core::idempotency::{Answer, Key};
use persistence::core::object::Drafted;
use persistence::core::view::View;
use persistence::core::{external, idempotency, read};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a write needs beside its body.
pub struct Writing {
    pub app: Data<App>,
    pub signed: SignedIn,
    pub key: Option<Key>,
    pub minimal: bool,
    pub origin: Uuid,
    /// The moment and the house it is read and written in.
    setting: Setting,
}

impl Writing {
    /// Reads the headers that all writes share. `bytes` is the body as it came.
    pub fn new(request: &HttpRequest, app: Data<App>, signed: SignedIn, bytes: &[u8]) -> Result<Self, Failure> {
        let (principal, setting) = (signed.0.actor.user_id, app.setting());
        let route = format!("{} {}", request.method(), request.path());
        let key = headers::idempotency_key(request)?.map(|key| Key::new(principal, route, key, bytes));
        Ok(Writing {
            app,
            signed,
            key,
            minimal: headers::wants_minimal(request),
            origin: edge::request_id(request),
            setting,
        })
    }

    /// Reads the body of a create ahead of its transaction.
    fn draft(&self, object: Record, body: Map<String, Value>) -> Result<Box<dyn Drafted>, Error> {
        let context = context(&self.signed.0.actor, &self.setting, self.origin);
        object.draft(&context, None, body)
    }

    /// Runs a write and answers with the record as it now is.
    pub async fn run<F>(self, object: Record, write: F) -> Result<HttpResponse, Failure>
    where
        F: FnOnce(&mut Conn, &Context<'_>) -> Result<(u16, Done), Error> + Send + 'static,
    {
        let minimal = self.minimal;
        Ok(answered(self.answer(object, write).await?, minimal))
    }

    /// Runs a write; the answer with the record as it now is, as it is kept for a repeat.
    pub async fn answer<F>(self, object: Record, write: F) -> Result<Answer, Failure>
    where
        F: FnOnce(&mut Conn, &Context<'_>) -> Result<(u16, Done), Error> + Send + 'static,
    {
        let Writing {
            app,
            signed,
            key,
            minimal,
            origin,
            setting,
        } = self;
        let spec = object.spec();
        let answer = app
            .db
            .write(move |conn| {
                let now = setting.now;
                let context = context(&signed.0.actor, &setting, origin);
                idempotency::once(conn, key.as_ref(), now, |conn| {
                    let (status, done) = write(conn, &context)?;
                    let body = if status == 204 || minimal {
                        Vec::new()
                    } else {
                        shown(conn, &context, spec, done.id)?
                    };
                    let location = matches!(status, 201 | 202).then(|| format!("/api/v1{}/{}", spec.path, done.id));
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
        // What follows of these is found by a job.
        if matches!(spec.object, "groups" | "custom_fields") {
            app.jobs.wake();
        }
        Ok(answer)
    }
}

/// The record after a write, as its writer may see it: by all that they may see of it, wherever it went.
fn shown(conn: &mut Conn, context: &Context<'_>, spec: &'static Spec, id: Uuid) -> Result<Vec<u8>, Error> {
    let view = View::new(spec, context.actor, None)?;
    let everywhere = Sight {
        actor: context.actor,
        object: spec.object,
        action: "read",
        scope: Scope::All,
    };
    Ok(read::get(conn, &everywhere, spec, &view, id, true)?
        .map(|(_, body)| body)
        .unwrap_or_default())
}

/// An answer as a response.
pub fn answered(answer: Answer, minimal: bool) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
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
) -> Result<(Map<String, Value>, Bytes), Failure> {
    body::expect_type(request, types)?;
    let bytes = body::bytes(request, payload, Spec::MAX_BODY).await?;
    Ok((body::object(&bytes)?, bytes))
}

/// The members of a body that may be left out, and its bytes.
pub async fn members_if_any(
    request: &HttpRequest,
    payload: &mut Payload,
    types: &'static [&'static str],
) -> Result<(Map<String, Value>, Bytes), Failure> {
    let bytes = body::bytes(request, payload, Spec::MAX_BODY).await?;
    if bytes.is_empty() {
        return Ok((Map::new(), bytes));
    }
    body::expect_type(request, types)?;
    Ok((body::object(&bytes)?, bytes))
}

/// See [`super::crud`].
pub async fn create(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    mut payload: Payload,
    object: Record,
) -> Result<HttpResponse, Failure> {
    signed.0.sight(object.spec().object, "create")?;
    Query::read(&request, &[])?;
    if headers::is_keyed(object.spec().object) {
        headers::needs_key(&request)?;
    }
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    let guard = guard::asked(object.spec().object, &request, &body)?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    if writing.key.is_some() {
        // A repeat is answered with what was answered before, whatever its body would come to today.
        let create = move |conn: &mut Conn, context: &Context<'_>| {
            let done = guard::watched(guard, conn, context, None, |conn| object.create(conn, context, None, body))?;
            Ok((201, done))
        };
        return writing.run(object, create).await;
    }
    // Read and checked here, so that the one writer has only the statements left to do.
    let draft = writing.draft(object, body)?;
    writing
        .run(object, move |conn, context| {
            let done = guard::watched(guard, conn, context, None, |conn| draft.keep(conn, context))?;
            Ok((201, done))
        })
        .await
}

/// That the precondition does not hold (412); of a body that is wrong in itself that is told first (422), as everywhere.
fn there_or_not(context: &Context<'_>, object: Record, body: Map<String, Value>) -> Error {
    match object.draft(context, None, body) {
        Err(wrong) => wrong,
        Ok(draft) => draft.problems().clone().or(Error::Precondition).unwrap_or_else(Error::from),
    }
}

/// See [`super::crud`].
pub async fn put(
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
        return Err(Failure::Protocol(StatusCode::PRECONDITION_REQUIRED, "precondition_required", None));
    }
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    let guard = guard::asked(object.spec().object, &request, &body)?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    let made = writing
        .run(object, move |conn, context| {
            // Said before anything that the body may collide with: it is what the caller asked about.
            if read::in_use(conn, object.spec(), id)? {
                return Err(there_or_not(context, object, body));
            }
            let done = guard::watched(guard, conn, context, None, |conn| object.create(conn, context, Some(id), body))?;
            Ok((201, done))
        })
        .await;
    match made {
        // Two who bring the same id at once.
        Err(Failure::Domain(Error::Taken(field))) if field == "id" || field.ends_with("_pkey") => Err(Error::Precondition.into()),
        other => other,
    }
}

/// See [`super::crud`].
pub async fn patch(
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
    let guard = guard::asked(object.spec().object, &request, &body)?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    writing
        .run(object, move |conn, context| {
            let done = guard::watched(guard, conn, context, Some(id), |conn| object.patch(conn, context, id, expect, body))?;
            Ok((200, done))
        })
        .await
}

/// See [`super::crud`].
pub async fn delete(
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

/// See [`super::crud`].
pub async fn restore(
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
pub async fn upsert(
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
    let guard = guard::asked(object.spec().object, &request, &body)?;
    let writing = Writing::new(&request, app, signed, &bytes)?;
    writing
        .run(object, move |conn, context| {
            match external::find(conn, spec.object, &system, &value)? {
                Some(_) if only_new => Err(there_or_not(context, object, body)),
                Some(id) => match guard::watched(guard, conn, context, Some(id), |conn| {
                    object.patch(conn, context, id, expect.unwrap_or(Expect::Any), body)
                }) {
                    // It is there but out of sight: a conflict that does not say whose.
                    Err(Error::NotFound) => Err(Error::Conflict("external_id_taken")),
                    result => Ok((200, result?)),
                },
                None if expect.is_some() => Err(there_or_not(context, object, body)),
                None => {
                    let ids = body.entry("external_ids").or_insert_with(|| Value::Object(Map::new()));
                    if let Value::Object(ids) = ids {
                        ids.insert(system, Value::String(value));
                    }
                    let done = guard::watched(guard, conn, context, None, |conn| object.create(conn, context, None, body))?;
                    Ok((201, done))
                }
            }
        })
        .await
}
