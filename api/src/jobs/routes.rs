//! Jobs over HTTP: an operator's view. Who may read jobs everywhere sees all of them, everyone else their own.
use crate::http::app::App;
use crate::http::caller::{Caller, SignedIn};
use crate::http::contract::{answer, conditional, idempotency_key, limit, path_id, query, text};
use crate::http::crud::id;
use crate::http::edge;
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{MAX_PAGE, PAGE, respond, weak};
use crate::http::writing::answered;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::actor::Scope;
use domain::core::base::Base;
use domain::core::error::{Error, Result};
use domain::core::field::{Choice, Field};
use domain::core::instant::Instant;
use domain::core::job::State;
use persistence::core::conn::Conn;
use persistence::core::cursor;
use persistence::core::idempotency::{self, Answer, Key};
use persistence::core::jobs::{self, Shown};
use persistence::core::sql::Bind;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Work that waits, runs or is over.
#[derive(Debug, Serialize, ToSchema)]
pub struct Job {
    #[schema(max_length = 36)]
    pub id: Uuid,
    /// What kind of record this is.
    #[schema(max_length = 10)]
    object: &'static str,
    /// What does the work.
    #[schema(max_length = 50)]
    kind: String,
    /// What it works on; only one open job of a kind has a key.
    #[schema(max_length = 255)]
    key: String,
    state: State,
    /// How often it was tried since it last got further.
    #[schema(minimum = 0, maximum = 1000)]
    attempts: i64,
    /// How often it is tried before it is parked.
    #[schema(minimum = 1, maximum = 1000)]
    max_attempts: i64,
    /// When it is due; of a running job, when its worker's lease ends.
    run_at: Instant,
    progress: JobProgress,
    /// What it came to, where it is done.
    #[schema(value_type = Object)]
    result: Value,
    /// The code of the last failure.
    #[schema(max_length = 50)]
    error: Option<String>,
    created_at: Instant,
    updated_at: Instant,
    finished_at: Option<Instant>,
    /// On whose behalf; null for the server itself.
    #[schema(max_length = 36)]
    created_by: Option<Uuid>,
}

/// How far a job has got, in steps of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobProgress {
    #[schema(minimum = 0, maximum = 9007199254740991i64)]
    done: i64,
    /// All there is to do, where it is known.
    #[schema(minimum = 0, maximum = 9007199254740991i64)]
    total: Option<i64>,
}

/// A page of jobs.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the contract's schema; the page itself is written from its parts")]
pub struct JobPage {
    #[schema(max_items = 200)]
    data: Vec<Job>,
    #[schema(schema_with = page)]
    page: Value,
}

fn page() -> Ref {
    Ref::from_schema_name("Page")
}

impl From<Shown> for Job {
    fn from(job: Shown) -> Self {
        Job {
            id: job.id,
            object: "job",
            kind: job.kind,
            key: job.key,
            state: job.state,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at,
            progress: JobProgress {
                done: job.done,
                total: job.total,
            },
            result: if job.result.is_null() { json!({}) } else { job.result },
            error: job.error,
            created_at: job.created_at,
            updated_at: job.updated_at,
            finished_at: job.finished_at,
            created_by: job.created_by,
        }
    }
}

/// The fields that the list is sorted by.
static KEYS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let head = Base::head();
    ["created_at", "id"]
        .iter()
        .filter_map(|n| head.iter().find(|f| f.name == *n).cloned())
        .collect()
});

/// Whose jobs the caller has to do with: everybody's, or their own.
fn whose(caller: &Caller, action: &'static str) -> Result<Option<Uuid>, Failure> {
    let sight = caller.sight("jobs", action)?;
    Ok((sight.scope != Scope::All).then_some(caller.actor.user_id))
}

fn written(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| Error::Internal(e.to_string()))
}

async fn list(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    let only = whose(&signed.0, "read")?;
    let query = Query::read(&request, &["state", "kind", "limit", "cursor"])?;
    let wrong = |name: &str| Failure::Parameter(name.to_owned(), "invalid_parameter");
    let state = query
        .text("state")
        .map(|s| State::of(s).ok_or_else(|| wrong("state")))
        .transpose()?;
    let kind = query.text("kind").map(str::to_owned);
    if kind.as_ref().is_some_and(|k| k.is_empty() || k.len() > 50) {
        return Err(wrong("kind"));
    }
    let limit = query.number("limit", PAGE, 1, MAX_PAGE)?;
    let bound = format!(
        "jobs\0{:?}\0{}\0{}",
        state,
        kind.as_deref().unwrap_or_default(),
        signed.0.actor.user_id
    );
    let after = match query.text("cursor") {
        Some(text) => match cursor::open(text, &app.secret, &bound, KEYS.iter().map(|f| &f.kind))?.as_slice() {
            [Some(Bind::Instant(at)), Some(Bind::Id(id))] => Some((*at, id.uuid())),
            _ => return Err(Error::Cursor.into()),
        },
        None => None,
    };
    let found = app
        .db
        .read(move |conn| jobs::list(conn, state, kind.as_deref(), only, after, limit + 1));
    let mut found: Vec<Job> = found.await?.into_iter().map(Job::from).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = match found.last().filter(|_| more) {
        Some(last) => {
            let keys = [Some(Bind::Instant(last.created_at)), Some(Bind::from(last.id))];
            Some(cursor::seal(&keys, &app.secret, &bound)?)
        }
        None => None,
    };
    let body = written(&json!({"data": found, "page": {"next_cursor": next, "has_more": more}}))?;
    respond(&request, weak(&body), body, next.as_deref())
}

async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    let only = whose(&signed.0, "read")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let found = app.db.read(move |conn| jobs::find(conn, id, only)?.ok_or(Error::NotFound)).await?;
    let body = written(&Job::from(found))?;
    respond(&request, weak(&body), body, None)
}

/// An action on a job, and the job as it then is.
async fn act(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    action: fn(&mut Conn, Uuid, Instant) -> Result<()>,
) -> Result<HttpResponse, Failure> {
    let (changes, sees) = (whose(&signed.0, "update")?, whose(&signed.0, "read")?);
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let route = format!("{} {}", request.method(), request.path());
    let key = headers::idempotency_key(&request)?.map(|key| Key::new(signed.0.actor.user_id, route, key, &[]));
    let (now, user, origin) = (app.now(), signed.0.actor.user_id, edge::request_id(&request));
    let answer = app
        .db
        .write(move |conn| {
            idempotency::once(conn, key.as_ref(), now, |conn| {
                jobs::find(conn, id, sees)?.ok_or(Error::NotFound)?;
                jobs::find(conn, id, changes)?.ok_or_else(|| Error::Forbidden("jobs:update".to_owned()))?;
                action(conn, id, now)?;
                let job = jobs::find(conn, id, None)?.ok_or(Error::NotFound)?;
                tracing::info!(job = %id, kind = job.kind, state = job.state.word(), by = %user, request_id = %origin, "a person acted on a job");
                Ok(Answer {
                    status: 200,
                    etag: None,
                    location: None,
                    body: written(&Job::from(job))?,
                    replayed: false,
                })
            })
        })
        .await?;
    app.jobs.wake();
    Ok(answered(answer, false))
}

async fn retry(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    act(request, app, signed, path, jobs::retry).await
}

async fn cancel(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    act(request, app, signed, path, jobs::cancel).await
}

fn example() -> Value {
    json!({
        "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "object": "job", "kind": "purge_trash", "key": "recurring", "state": "done",
        "attempts": 1, "max_attempts": 8, "run_at": "2026-03-21T08:30:00.000Z", "progress": {"done": 0, "total": null},
        "result": {"erased": 12}, "error": null, "created_at": "2026-03-20T08:30:00.000Z", "updated_at": "2026-03-21T08:30:01.000Z",
        "finished_at": "2026-03-21T08:30:01.000Z", "created_by": null
    })
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = "Operations";
    let words: Vec<&str> = State::WORDS.iter().map(|w| w.as_ref()).collect();
    let page = json!({"data": [example()], "page": {"next_cursor": null, "has_more": false}});
    let doc = "Work that waits, runs or is over, newest first. Jobs that are done or cancelled are shown for thirty days, parked ones until \
               somebody acts. With `jobs:read` everywhere all jobs are seen, with less one's own.";
    let listing = operation("listJobs", tag, "List jobs", doc)
        .parameter(query("state", "Only jobs that stand so.", text(20).enum_values(Some(words))))
        .parameter(query("kind", "Only jobs of this kind.", text(50).min_length(Some(1))))
        .parameter(query("limit", "How many a page holds.", limit()))
        .parameter(query("cursor", "Where the page before ended.", text(4096)))
        .response("200", answer("A page of jobs.", "JobPage", page));
    config.service(
        Operations::at("/jobs")
            .get(|| web::route().to(list), conditional(listing))
            .schema::<JobPage>(),
    );
    let getting = operation("getJob", tag, "Get a job", "One job, with how far it has got.")
        .parameter(path_id())
        .response("200", answer("The job.", "Job", example()));
    config.service(
        Operations::at("/jobs/{id}")
            .get(|| web::route().to(get), conditional(getting))
            .schema::<Job>(),
    );
    let doc = "Queues a parked or cancelled job again, with all its attempts; it goes on where it had got to. 409 `job_not_stopped` when it is \
               neither, `job_key_open` when another open job does the same work. The job's state decides, so no If-Match is needed.";
    let retrying = operation("retryJob", tag, "Try a job again", doc)
        .parameter(path_id())
        .parameter(idempotency_key())
        .response("200", answer("It is queued.", "Job", example()));
    config.service(Operations::at("/jobs/{id}/retry").post(web::route().to(retry), retrying));
    let doc = "Stops a job that waits or runs: what it has done stays, and its worker can write no more. 409 `job_over` when it is over \
               already. The job's state decides, so no If-Match is needed.";
    let cancelling = operation("cancelJob", tag, "Cancel a job", doc)
        .parameter(path_id())
        .parameter(idempotency_key())
        .response("200", answer("It is cancelled.", "Job", example()));
    config.service(Operations::at("/jobs/{id}/cancel").post(web::route().to(cancel), cancelling));
}
