//! Removing what nobody has any more: contents that no version has, because their upload was cut off or their document is gone for good,
//! and files that never arrived whole.
use crate::http::upload;
use crate::jobs::{JobContext, JobKind, Outcome, Run};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use persistence::documents::versions;
use serde_json::json;
use uuid::Uuid;

/// How old a content must be: a younger one may be on its way to its version, or in a backup that is being made.
const AGE: TimeDelta = TimeDelta::days(1);
/// Contents looked up at once.
const STEP: usize = 256;

/// Removes them once a day.
#[derive(Debug)]
pub struct SweepContents;

impl JobKind for SweepContents {
    fn kind(&self) -> &'static str {
        "sweep_contents"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(24))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// Whether it was made before a moment: its id says when. One that is not ours is left alone.
fn older(id: Uuid, before: Instant) -> bool {
    let made = id.get_timestamp().map(|at| at.to_unix());
    made.is_some_and(|(seconds, _)| i64::try_from(seconds).is_ok_and(|s| s < before.utc().timestamp()))
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let (app, before) = (&job.app, job.app.now().after(-AGE));
    let folders = [app.contents.incoming(), crate::integration::import::folder(&app.data)];
    let parts = tokio::task::spawn_blocking(move || folders.iter().map(|folder| upload::sweep(folder)).sum::<std::io::Result<usize>>());
    let parts = parts
        .await
        .map_err(|e| Error::Internal(e.to_string()))?
        .map_err(|e| Error::Internal(e.to_string()))?;
    let mut removed = 0;
    for last in 0..=u8::MAX {
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
        let mut old = app.contents.some(last).await?;
        old.retain(|id| older(*id, before));
        for some in old.chunks(STEP) {
            let asked = some.to_vec();
            let kept = app.db.read(move |conn| versions::kept(conn, &asked)).await?;
            for id in some.iter().filter(|id| !kept.contains(id)) {
                app.contents.remove(*id).await?;
                removed += 1;
            }
        }
    }
    Ok(Outcome::Done(json!({ "contents": removed, "parts": parts })))
}
