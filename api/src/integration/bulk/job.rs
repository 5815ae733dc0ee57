//! Running a bulk action: chunk by chunk, each in one transaction with what became of its records and where the next begins, so that a
//! run that was cut off does each record exactly once.
use super::work::Work;
use crate::http::app::context;
use crate::integration::behalf::Behalf;
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Expect, Storage as _};
use domain::core::resource::Setting;
use domain::integration::bulk::{BulkAction, BulkCounts, BulkOutcome, BulkState};
use persistence::core::conn::Conn;
use persistence::core::jobs::Job;
use persistence::core::record::live;
use persistence::integration::{bulk, rows};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};
use uuid::Uuid;

/// The kind of the job.
pub const KIND: &str = "run_bulk_action";
/// How long a chunk may hold the writer, and the records it looks at most.
const HOLD: Duration = Duration::from_millis(40);
const CHUNK: usize = 200;
/// How often the action itself tells how far it is.
const TELL: Duration = Duration::from_secs(1);
const ACTIONS: &str = "bulk_actions";

/// Changes the records of a bulk action.
#[derive(Debug)]
pub struct RunBulkAction;

impl JobKind for RunBulkAction {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
    fn parked(&self, conn: &mut Conn, job: &Job, error: &str, now: Instant) -> Result<()> {
        let setting = Setting {
            now,
            default_region: String::new(),
        };
        end(conn, Behalf::read(job)?.work, &setting, job.claim.id, Some(error))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Place {
    /// The last record looked at.
    after: Uuid,
    /// How many have a number.
    number: i64,
    counts: BulkCounts,
}

/// What a chunk came to.
enum Chunk {
    Next(Place),
    /// It was given up, or deleted.
    Over,
    /// It can't go on: a code.
    Failed(&'static str),
}

fn end(conn: &mut Conn, work: Uuid, setting: &Setting, job: Uuid, failure: Option<&str>) -> Result<()> {
    conn.hold(ACTIONS, work)?;
    let counts = bulk::counts(conn, work)?;
    let ended = as_server(setting, job, work, |context| {
        pipeline::change::<BulkAction>(conn, context, work, Expect::Any, "update", |action| {
            action.end(counts, failure, setting.now);
            Ok(())
        })
    });
    match ended {
        Err(Error::NotFound) => Ok(()),
        other => other.map(|_| ()),
    }
}

async fn finish(job: &JobContext, work: Uuid, failure: Option<&'static str>) -> Result<Outcome> {
    let (setting, id) = (job.app.setting(), job.job.claim.id);
    job.write(move |conn| end(conn, work, &setting, id, failure)).await?;
    Ok(Outcome::Done(json!({ "bulk_action_id": work })))
}

/// What the action does, by the rights of whoever started it as they are now; or why it can't.
fn begin(conn: &mut Conn, behalf: Behalf, setting: &Setting, job: Uuid) -> Result<Result<Work, &'static str>> {
    let Some(action) = live::<BulkAction>(conn, behalf.work)? else {
        return Ok(Err("deleted"));
    };
    let Some(actor) = behalf.actor(conn, job, setting.now)? else {
        return Ok(Err("starter_gone"));
    };
    let context = context(&actor, setting, behalf.work);
    match Work::new(conn, &context, &action) {
        Ok(work) => Ok(Ok(work)),
        Err(Error::Forbidden(_)) => Ok(Err("forbidden")),
        Err(Error::Invalid(_)) => Ok(Err("invalid")),
        Err(Error::Conflict(code)) => Ok(Err(code)),
        Err(error) => Err(error),
    }
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let (behalf, id) = (Behalf::read(&job.job)?, job.job.claim.id);
    let mut place: Place = serde_json::from_value(job.job.checkpoint.clone()).unwrap_or_default();
    let setting = job.app.setting();
    let work = match job.app.db.read(move |conn| begin(conn, behalf, &setting, id)).await? {
        Ok(work) => Arc::new(work),
        Err(code) => return finish(job, behalf.work, Some(code)).await,
    };
    let mut told = Clock::now();
    loop {
        let (asked, setting) = (work.clone(), job.app.setting());
        let some = job
            .app
            .db
            .read(move |conn| next(conn, behalf, &asked, &setting, id, place.after))
            .await?;
        if some.is_empty() {
            return finish(job, behalf.work, None).await;
        }
        let tell = told.elapsed() >= TELL;
        if tell {
            told = Clock::now();
        }
        let (asked, setting) = (work.clone(), job.app.setting());
        let chunk = job
            .step(move |conn| {
                let chunk = write(conn, behalf, &asked, &setting, id, place, &some)?;
                let at = if let Chunk::Next(next) = chunk { next } else { place };
                if tell && matches!(chunk, Chunk::Next(_)) {
                    as_server(&setting, id, behalf.work, |context| {
                        pipeline::change::<BulkAction>(conn, context, behalf.work, Expect::Any, "update", |action| {
                            action.counts = at.counts;
                            Ok(())
                        })
                    })?;
                }
                let progress = Progress {
                    done: at.number,
                    total: None,
                    checkpoint: serde_json::to_value(at).map_err(|e| Error::Internal(e.to_string()))?,
                };
                Ok((chunk, progress))
            })
            .await?;
        match chunk {
            Chunk::Next(next) => place = next,
            Chunk::Over => return finish(job, behalf.work, None).await,
            Chunk::Failed(code) => return finish(job, behalf.work, Some(code)).await,
        }
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
}

/// The next records.
fn next(conn: &mut Conn, behalf: Behalf, work: &Work, setting: &Setting, job: Uuid, after: Uuid) -> Result<Vec<Uuid>> {
    let Some(which) = &work.which else {
        return Ok(work.ids.iter().filter(|id| **id > after).take(CHUNK).copied().collect());
    };
    let spec = work.object.spec();
    let Some(actor) = behalf.actor(conn, job, setting.now)? else {
        return Ok(Vec::new());
    };
    match actor.sight(spec.object, "read") {
        Some(sight) => bulk::next(conn, spec, &sight, which, after, CHUNK as i64),
        None => Ok(Vec::new()),
    }
}

/// Does as many records as the time allows.
fn write(conn: &mut Conn, behalf: Behalf, work: &Work, setting: &Setting, job: Uuid, mut place: Place, some: &[Uuid]) -> Result<Chunk> {
    // Whoever gives it up waits for this chunk, so that they are told of all that was done.
    conn.hold(ACTIONS, behalf.work)?;
    if live::<BulkAction>(conn, behalf.work)?.is_none_or(|a| a.state != BulkState::Running) {
        return Ok(Chunk::Over);
    }
    let Some(actor) = behalf.actor(conn, job, setting.now)? else {
        return Ok(Chunk::Failed("starter_gone"));
    };
    let context = context(&actor, setting, behalf.work);
    let fits = match &work.which {
        Some(which) => bulk::still(conn, work.object.spec(), which, some)?,
        None => some.to_vec(),
    };
    let (started, mut entries) = (Clock::now(), Vec::new());
    for id in some {
        place.after = *id;
        if fits.contains(id) {
            place.number += 1;
            let entry = work.apply(conn, &context, place.number, *id)?;
            place.counts.count(BulkOutcome::from(entry.outcome), 1);
            entries.push(entry);
        }
        if started.elapsed() >= HOLD {
            break;
        }
    }
    rows::note(conn, behalf.work, &entries)?;
    Ok(Chunk::Next(place))
}
