//! Runs jobs: so many at once, woken when one is enqueued or due. A job runs in a task of its own, so that a panic ends that job alone;
//! its lease is extended while it runs, and it is dropped when the lease is lost.
use super::{JobContext, JobKind, Outcome, code};
use crate::http::app::App;
use actix_web::web::Data;
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use persistence::core::conn::Conn;
use persistence::core::jobs::{self, Job, New};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

/// How long a worker has a job before another may take it over; a live one extends it thrice in that time.
const LEASE: Duration = Duration::from_secs(60);
/// How often to look for jobs that another node has enqueued.
const LOOK: Duration = Duration::from_secs(5);
/// How often the recurring kinds are looked after: one that was lost comes back.
const RESEED: Duration = Duration::from_secs(3600);
/// Jobs that run at once.
const AT_ONCE: usize = 4;

/// The running runner.
pub struct Runner {
    app: Data<App>,
    task: JoinHandle<()>,
}

impl Runner {
    /// Starts it on the current runtime.
    pub fn start(app: Data<App>) -> Self {
        let task = tokio::spawn(look(app.clone()));
        Runner { app, task }
    }

    /// Takes no more jobs, lets the running ones come to a checkpoint within `grace`, and releases those that don't.
    pub async fn stop(self, grace: Duration) {
        self.app.jobs.stopping.send_replace(true);
        self.app.jobs.wake();
        // The runner gives its jobs the grace itself; it is waited for a little longer.
        let mut task = self.task;
        if tokio::time::timeout(grace + Duration::from_secs(1), &mut task).await.is_err() {
            task.abort();
            tracing::warn!("jobs did not stop in time; others take them over when their leases end");
        }
    }
}

fn lease() -> TimeDelta {
    TimeDelta::from_std(LEASE).unwrap_or(TimeDelta::minutes(1))
}

async fn look(app: Data<App>) {
    let mut running = JoinSet::new();
    let mut seeded: Option<tokio::time::Instant> = None;
    while !*app.jobs.stopping.borrow() {
        if seeded.is_none_or(|at| at.elapsed() >= RESEED) {
            match seed(&app).await {
                Ok(()) => seeded = Some(tokio::time::Instant::now()),
                Err(error) => tracing::warn!(%error, "recurring jobs could not be looked after"),
            }
        }
        let pause = if running.len() < AT_ONCE {
            match next(&app).await {
                Ok(Next::Job(job)) => {
                    running.spawn(work(app.clone(), job));
                    continue;
                }
                Ok(Next::Pause(pause)) => pause,
                Err(error) => {
                    tracing::warn!(%error, "jobs could not be looked for");
                    LOOK
                }
            }
        } else {
            LOOK
        };
        tokio::select! {
            () = app.jobs.woken.notified() => {}
            () = tokio::time::sleep(pause) => {}
            Some(_) = running.join_next(), if !running.is_empty() => {}
        }
    }
    while running.join_next().await.is_some() {}
}

enum Next {
    Job(Job),
    Pause(Duration),
}

/// A job to run, or how long there is nothing to do.
async fn next(app: &Data<App>) -> Result<Next> {
    let (names, now) = (app.jobs.names(), app.now());
    let asked = names.clone();
    // A look first: claiming is a write, and on the embedded database there is one writer.
    let due = app.db.read(move |conn| jobs::next_due(conn, &asked)).await?;
    match due {
        Some(at) if at <= now => {}
        Some(at) => {
            let wait = Duration::from_micros((at.micros() - now.micros()).unsigned_abs());
            return Ok(Next::Pause(wait.min(LOOK)));
        }
        None => return Ok(Next::Pause(LOOK)),
    }
    let state = app.clone();
    let claimed = app.db.write(move |conn| {
        while let Some(job) = jobs::give_up(conn, &names, now)? {
            tracing::error!(job = %job.claim.id, kind = job.kind, "parked: its workers were lost too often");
            park(conn, &state, &job, "worker_lost", now)?;
        }
        jobs::claim(conn, &names, now, lease())
    });
    // Due and yet not to be had: another worker is looking at it.
    Ok(claimed.await?.map_or(Next::Pause(LOOK / 10), Next::Job))
}

/// What happens beside the parking of a job.
fn park(conn: &mut Conn, app: &App, job: &Job, error: &str, now: Instant) -> Result<()> {
    let Some(kind) = app.jobs.kinds.get(job.kind.as_str()) else {
        return Ok(());
    };
    kind.parked(conn, job, error, now)?;
    recur(conn, *kind, now)
}

/// The next round of a recurring kind.
fn recur(conn: &mut Conn, kind: &dyn JobKind, now: Instant) -> Result<()> {
    let Some(span) = kind.every() else { return Ok(()) };
    let round = New {
        kind: kind.kind(),
        key: "recurring".to_owned(),
        payload: Value::Null,
        run_at: now.after(span),
        max_attempts: jobs::ATTEMPTS,
        created_by: None,
        origin: Uuid::nil(),
    };
    jobs::enqueue(conn, Uuid::now_v7(), &round, now).map(|_| ())
}

/// Puts the first round of each recurring kind into the table; those that are there stay as they are.
async fn seed(app: &Data<App>) -> Result<()> {
    let (state, now) = (app.clone(), app.now());
    let seeding = app.db.write(move |conn| {
        for kind in state.jobs.kinds.values() {
            recur(conn, *kind, now)?;
        }
        Ok(())
    });
    seeding.await
}

/// Runs one job to its end, whatever that is.
async fn work(app: Data<App>, job: Job) {
    let Some(kind) = app.jobs.kinds.get(job.kind.as_str()).copied() else {
        return;
    };
    let started = std::time::Instant::now();
    let context = Arc::new(JobContext::new(app.clone(), job.clone()));
    // Dropping the handle of a task leaves it running, so whatever ends this function ends the task as well.
    let mut run = Aborting(tokio::spawn({
        let context = context.clone();
        async move { kind.run(&context).await }
    }));
    let mut stopping = app.jobs.stopping.subscribe();
    let mut beat = tokio::time::interval(LEASE / 3);
    beat.tick().await;
    let outcome = loop {
        tokio::select! {
            ended = &mut run.0 => break ended.unwrap_or_else(|panic| Err(Error::Internal(format!("panicked: {panic}")))),
            _ = beat.tick() => {
                let (claim, now) = (job.claim, app.now());
                match app.db.write(move |conn| jobs::extend(conn, claim, now, lease())).await {
                    Err(Error::Conflict("job_lost")) => break Err(Error::Conflict("job_lost")),
                    Err(error) => tracing::warn!(job = %claim.id, %error, "a lease could not be extended"),
                    Ok(()) => {}
                }
            }
            _ = grace_over(&mut stopping) => break Ok(Outcome::Paused),
        }
    };
    drop(run);
    let kept = end(&app, kind, job.clone(), outcome).await;
    if let Err(error) = kept {
        tracing::warn!(job = %job.claim.id, kind = job.kind, %error, "the end of a job was not kept");
    }
    tracing::debug!(job = %job.claim.id, kind = job.kind, micros = started.elapsed().as_micros() as u64, "a job's run ended");
}

/// How long a running job has to come to a checkpoint when the server stops.
pub const GRACE: Duration = Duration::from_secs(20);

async fn grace_over(stopping: &mut tokio::sync::watch::Receiver<bool>) {
    if stopping.wait_for(|stop| *stop).await.is_ok() {
        tokio::time::sleep(GRACE).await;
    } else {
        std::future::pending::<()>().await;
    }
}

struct Aborting(JoinHandle<Result<Outcome>>);
impl Drop for Aborting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Writes down what a run came to.
async fn end(app: &Data<App>, kind: &'static dyn JobKind, job: Job, outcome: Result<Outcome>) -> Result<()> {
    let (state, now, chance) = (app.clone(), app.now(), rand::random::<f64>());
    let ending = app.db.write(move |conn| match &outcome {
        Ok(Outcome::Done(result)) => {
            jobs::finish(conn, job.claim, result, now)?;
            recur(conn, kind, now)
        }
        Ok(Outcome::Paused) => jobs::release(conn, job.claim, now),
        Ok(Outcome::Failed(code)) => {
            jobs::park(conn, job.claim, code, now)?;
            tracing::error!(job = %job.claim.id, kind = job.kind, code, "parked: another attempt would not help");
            park(conn, &state, &job, code, now)
        }
        Err(Error::Conflict("job_lost")) => {
            tracing::info!(job = %job.claim.id, kind = job.kind, "a job went to another worker, or was cancelled");
            Ok(())
        }
        Err(error) => {
            let parked = jobs::fail(conn, &job, &code(error), now, chance)?;
            tracing::error!(job = %job.claim.id, kind = job.kind, attempt = job.attempts, parked, %error, "a job failed");
            if parked {
                park(conn, &state, &job, &code(error), now)
            } else {
                Ok(())
            }
        }
    });
    ending.await
}
