//! Work that waits, as the rest of the house uses it: a registry of kinds, and what a running job is given. How the table keeps jobs is
//! `persistence::core::jobs`; how they are run is `runner`.
pub mod housekeeping;
pub mod routes;
pub mod runner;

use crate::http::app::{App, context};
use crate::http::caller::SignedIn;
use crate::http::edge;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::resource::Setting;
use persistence::core::conn::Conn;
use persistence::core::jobs::{self, Enqueued, Job, New};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// Runs a body as the server itself, in the name of a job; `origin` is what caused it.
///
/// # Errors
/// Those of the body.
pub fn as_server<T>(setting: &Setting, job: Uuid, origin: Uuid, body: impl FnOnce(&Context<'_>) -> Result<T>) -> Result<T> {
    let actor = Actor::server(Via::Job(job), setting.now);
    body(&context(&actor, setting, origin))
}

/// Runs a step as the server, each time in a transaction of its own, until one does less than `most`; how much all did, or `None` where the
/// server is stopping before the end. So no write of a user waits behind a long one of the server's.
///
/// # Errors
/// Those of the step.
pub async fn in_steps<F>(job: &JobContext, most: i64, step: F) -> Result<Option<usize>>
where
    F: Fn(&mut Conn, &Context<'_>) -> Result<usize> + Clone + Send + Sync + 'static,
{
    let mut all = 0;
    loop {
        let (step, setting, id) = (step.clone(), job.app.setting(), job.job.claim.id);
        let n = job
            .write(move |conn| as_server(&setting, id, id, |context| step(conn, context)))
            .await?;
        all += n;
        if n < usize::try_from(most).unwrap_or(usize::MAX) {
            return Ok(Some(all));
        }
        if job.stopping() {
            return Ok(None);
        }
    }
}

/// What a job's run comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It did what it was for; what is shown of it in the API, null for nothing.
    Done(Value),
    /// It stopped between two steps because the server is stopping; it goes on from its checkpoint, here or on another node.
    Paused,
    /// It can't be done, and another attempt would not help: it is parked at once. A code, as it is shown.
    Failed(&'static str),
}

impl Outcome {
    /// Of work in steps: so many, under this name; paused where not all was done.
    pub fn of(name: &'static str, all: Option<usize>) -> Self {
        match all {
            Some(all) => Outcome::Done(json!({ name: all })),
            None => Outcome::Paused,
        }
    }
}

/// A run on its way.
pub type Run<'a> = Pin<Box<dyn Future<Output = Result<Outcome>> + Send + 'a>>;

/// One kind of job: what does the work. A kind is a value that lives as long as the program.
///
/// A run may be repeated from its last checkpoint at any time, so its writes go through [`JobContext::write`], which keeps them only
/// while the job is still this worker's. An error is tried again with growing pauses; after the last attempt the job is parked.
pub trait JobKind: Send + Sync + 'static {
    /// Its name in the table, in snake_case.
    fn kind(&self) -> &'static str;

    /// Does the work.
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a>;

    /// How often it comes by itself: once per cluster and span; none for work that somebody causes.
    fn every(&self) -> Option<TimeDelta> {
        None
    }

    /// What must be told elsewhere when a job is given up, in the transaction that parks it: that an import has failed. `error` is a code.
    ///
    /// # Errors
    /// Those of the database; then the job is not parked yet.
    fn parked(&self, _conn: &mut Conn, _job: &Job, _error: &str, _now: Instant) -> Result<()> {
        Ok(())
    }
}

/// The kinds there are, and the bell that wakes the runner.
pub struct Jobs {
    kinds: BTreeMap<&'static str, &'static dyn JobKind>,
    woken: Notify,
    stopping: watch::Sender<bool>,
}

impl Jobs {
    /// A registry of these kinds.
    pub fn new(kinds: impl IntoIterator<Item = &'static dyn JobKind>) -> Self {
        Jobs {
            kinds: kinds.into_iter().map(|k| (k.kind(), k)).collect(),
            woken: Notify::new(),
            stopping: watch::Sender::new(false),
        }
    }

    /// Makes the runner look at once: after the commit of what enqueued a job. Without it the job is found within a few seconds.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    fn names(&self) -> Vec<&'static str> {
        self.kinds.keys().copied().collect()
    }
}

/// Enqueues a job in the caller's transaction, due at once and tried as often as usual. `key` keeps it from being there twice. Call
/// [`Jobs::wake`] after the commit.
///
/// # Errors
/// Those of the database.
pub fn enqueue(
    conn: &mut Conn,
    kind: &'static str,
    key: impl Into<String>,
    payload: Value,
    by: Option<Uuid>,
    origin: Uuid,
    now: Instant,
) -> Result<Enqueued> {
    let job = New {
        kind,
        key: key.into(),
        payload,
        run_at: now,
        max_attempts: jobs::ATTEMPTS,
        created_by: by,
        origin,
    };
    jobs::enqueue(conn, Uuid::now_v7(), &job, now)
}

/// Begins a job that there is one of at a time, because somebody asks for it: its id, or that of the one under way.
///
/// # Errors
/// Those of the database.
pub async fn begin(request: &HttpRequest, app: &Data<App>, signed: SignedIn, kind: &'static str, payload: Value) -> Result<Uuid> {
    let (now, origin) = (app.now(), edge::request_id(request));
    let begun = app
        .db
        .write(move |conn| enqueue(conn, kind, "all", payload, Some(signed.0.actor.user_id), origin, now))
        .await?;
    app.jobs.wake();
    Ok(begun.id)
}

/// That a job is under way (202): `Location` is the job, `body` names it.
pub fn begun(job: Uuid, body: impl Serialize) -> HttpResponse {
    HttpResponse::Accepted()
        .insert_header(("Location", format!("/api/v1/jobs/{job}")))
        .json(body)
}

/// What a running job is given.
pub struct JobContext {
    pub app: Data<App>,
    pub job: Job,
    done: AtomicI64,
    stopping: watch::Receiver<bool>,
}

impl JobContext {
    fn new(app: Data<App>, job: Job) -> Self {
        JobContext {
            done: AtomicI64::new(job.done),
            stopping: app.jobs.stopping.subscribe(),
            app,
            job,
        }
    }

    /// Runs a body in a transaction that is kept only if this worker still has the job.
    ///
    /// # Errors
    /// `Error::Conflict("job_lost")` when it does not: end the run then. Else the body's own.
    pub async fn write<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let claim = self.job.claim;
        self.app
            .db
            .write(move |conn| {
                jobs::hold(conn, claim)?;
                body(conn)
            })
            .await
    }

    /// As [`write`](Self::write), and notes in the same transaction how far the job has got: what the body did and the checkpoint are
    /// kept together or not at all, so that a resumed job does each step exactly once. The body gives its result, the count done so far,
    /// the total where it is known, and the checkpoint that the next run begins from.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn step<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<(T, Progress)> + Send + 'static,
    {
        let (claim, now) = (self.job.claim, self.app.now());
        let (result, done) = self
            .app
            .db
            .write(move |conn| {
                jobs::hold(conn, claim)?;
                let (result, progress) = body(conn)?;
                jobs::checkpoint(conn, claim, progress.done, progress.total, &progress.checkpoint, now)?;
                Ok((result, progress.done))
            })
            .await?;
        self.done.store(done, Ordering::Relaxed);
        Ok(result)
    }

    /// How far the job has got.
    pub fn done(&self) -> i64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether the server is stopping: a long job looks between two steps, and returns [`Outcome::Paused`].
    pub fn stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// How far a job has got.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub done: i64,
    pub total: Option<i64>,
    pub checkpoint: Value,
}

/// What may be shown of an error: a code; the words are for the log alone.
fn code(error: &Error) -> String {
    match error {
        Error::NotFound => "not_found".to_owned(),
        Error::Forbidden(_) => "forbidden".to_owned(),
        Error::Invalid(_) | Error::Query(_) => "invalid".to_owned(),
        Error::Stale(_) | Error::Precondition => "stale".to_owned(),
        Error::Conflict(code) | Error::Unavailable(code) => (*code).to_owned(),
        Error::Taken(_) => "taken".to_owned(),
        Error::Duplicate(_) => "duplicate".to_owned(),
        Error::KeyReused | Error::KeyInFlight | Error::Cursor | Error::Expired => "invalid".to_owned(),
        Error::Internal(text) if text.starts_with("panicked") => "crashed".to_owned(),
        Error::Internal(_) => "internal".to_owned(),
    }
}

#[cfg(test)]
mod tests;
