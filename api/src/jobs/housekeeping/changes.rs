//! The change log: what was written is sealed, and what is older than it need be kept is let go of.
use super::{JobContext, JobKind, Outcome, Run};
use chrono::TimeDelta;
use persistence::core::place::Place;
use persistence::core::seal;
use serde_json::json;

/// Seals and prunes.
pub struct Changes;
impl JobKind for Changes {
    fn kind(&self) -> &'static str {
        "seal_changes"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(15))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let (now, mut sealed) = (job.app.now(), 0);
            loop {
                let n = job.write(move |conn| seal::seal(conn, now)).await?;
                sealed += n;
                if n == 0 {
                    break;
                }
                if job.stopping() {
                    return Ok(Outcome::Paused);
                }
            }
            let mut from = Some(Place::START);
            while let Some(place) = from {
                from = job.write(move |conn| seal::prune(conn, now, place)).await?;
                if job.stopping() {
                    return Ok(Outcome::Paused);
                }
            }
            Ok(Outcome::Done(json!({ "sealed": sealed })))
        })
    }
}
