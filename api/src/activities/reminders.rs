//! Reminders: whoever has a task is told when it is due.
use crate::jobs::{JobContext, JobKind, Outcome, Run, as_server};
use chrono::TimeDelta;
use domain::core::error::Result;
use persistence::activities::task;
use serde_json::json;
use uuid::Uuid;

/// Tasks that one transaction looks at.
const STEP: i64 = 200;
/// How late a reminder may come: what came due before is old news when the server comes back.
const LATE: TimeDelta = TimeDelta::days(1);

/// Looks every minute for tasks that have come due.
pub struct Reminders;
impl JobKind for Reminders {
    fn kind(&self) -> &'static str {
        "remind_of_tasks"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(remind(job))
    }
}

async fn remind(job: &JobContext) -> Result<Outcome> {
    let (mut reminded, mut behind) = (0, Uuid::nil());
    loop {
        let (setting, id) = (job.app.setting(), job.job.claim.id);
        let step = job.write(move |conn| {
            as_server(&setting, id, id, |context| {
                let due = task::due(conn, setting.now.after(-LATE), setting.now, behind, STEP)?;
                let mut told = 0;
                for one in &due {
                    told += task::remind(conn, context, one)?;
                }
                Ok((told, due.last().map(|task| task.id)))
            })
        });
        let (told, last) = step.await?;
        reminded += told;
        match last {
            Some(_) if job.stopping() => return Ok(Outcome::Paused),
            Some(last) => behind = last,
            None => return Ok(Outcome::Done(json!({ "reminded": reminded }))),
        }
    }
}
