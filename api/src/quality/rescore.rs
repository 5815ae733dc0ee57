//! Scores follow profiles: after a change of what counts, every customer of the kind is scored anew, a few at a time.
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::customers::customer::CustomerKind;
use persistence::quality::profile::{RESCORE, rescore};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Customers that one transaction scores at most.
const STEP: i64 = 100;

/// Scores customers anew.
#[derive(Debug)]
pub struct Rescore;
impl JobKind for Rescore {
    fn kind(&self) -> &'static str {
        RESCORE
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Place {
    after: Uuid,
    customers: i64,
    changed: i64,
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let kind = job.job.payload.get("customer_kind").and_then(Value::as_str);
    let Some(kind) = kind.and_then(CustomerKind::of) else {
        return Ok(Outcome::Failed("unknown_kind"));
    };
    let broken = |e: serde_json::Error| Error::Internal(e.to_string());
    let mut place = match &job.job.checkpoint {
        Value::Null => Place::default(),
        at => serde_json::from_value(at.clone()).map_err(broken)?,
    };
    loop {
        let (setting, id, at) = (job.app.setting(), job.job.claim.id, place);
        let (next, more) = job
            .step(move |conn| {
                let done = as_server(&setting, id, id, |context| rescore(conn, context, kind, at.after, STEP))?;
                let next = Place {
                    after: done.last.unwrap_or(at.after),
                    customers: at.customers + done.looked,
                    changed: at.changed + done.changed,
                };
                let progress = Progress {
                    done: next.customers,
                    total: None,
                    checkpoint: serde_json::to_value(next).map_err(broken)?,
                };
                Ok(((next, done.looked == STEP), progress))
            })
            .await?;
        place = next;
        if !more {
            return Ok(Outcome::Done(json!({ "customers": place.customers, "changed": place.changed })));
        }
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
}
