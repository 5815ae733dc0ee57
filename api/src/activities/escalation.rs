//! Escalation: a task that is late goes to whom it says, once.
use crate::jobs::{JobContext, JobKind, Outcome, Run, as_server};
use chrono::TimeDelta;
use domain::activities::task::Task;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Expect};
use persistence::activities::task;
use serde_json::json;

/// Tasks that one transaction hands over at most.
const STEP: i64 = 100;

/// Looks every minute for tasks that are late.
pub struct Escalation;
impl JobKind for Escalation {
    fn kind(&self) -> &'static str {
        "escalate_tasks"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(escalate(job))
    }
}

async fn escalate(job: &JobContext) -> Result<Outcome> {
    let mut escalated = 0;
    loop {
        let (setting, id) = (job.app.setting(), job.job.claim.id);
        let n = job.write(move |conn| {
            as_server(&setting, id, id, |context| {
                let late = task::late(conn, setting.now, STEP)?;
                for task in &late {
                    pipeline::change::<Task>(conn, context, *task, Expect::Any, "update", |task| {
                        task.escalate(setting.now);
                        Ok(())
                    })
                    .map_err(|e| Error::Internal(format!("task {task}: {e}")))?;
                }
                Ok(late.len())
            })
        });
        let n = n.await?;
        escalated += n;
        if n < STEP as usize {
            return Ok(Outcome::Done(json!({ "escalated": escalated })));
        }
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
}
