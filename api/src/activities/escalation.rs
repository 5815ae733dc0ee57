//! Escalation: a task that is late goes to whom it says, once.
use crate::jobs::{JobContext, JobKind, Outcome, Run, in_steps};
use chrono::TimeDelta;
use domain::activities::task::Task;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Context, Expect};
use persistence::activities::task;
use persistence::core::conn::Conn;

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
    let step = |conn: &mut Conn, context: &Context<'_>| {
        let late = task::late(conn, context.now(), STEP)?;
        for task in &late {
            pipeline::change::<Task>(conn, context, *task, Expect::Any, "update", |task| {
                task.escalate(context.now());
                Ok(())
            })
            .map_err(|e| Error::Internal(format!("task {task}: {e}")))?;
        }
        Ok(late.len())
    };
    Ok(Outcome::of("escalated", in_steps(job, STEP, step).await?))
}
