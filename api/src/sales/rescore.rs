//! What leads need by themselves: scores that follow the rules, and a way back when they have ripened.
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server, in_steps};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::notification::Kind;
use domain::core::pipeline::{self, Context, Expect};
use domain::sales::lead::Lead;
use persistence::core::conn::Conn;
use persistence::core::notifications;
use persistence::sales::course::hours;
use persistence::sales::lead::{open_behind, ripe};
use persistence::sales::scoring::RESCORE;
use serde_json::{Value, json};
use uuid::Uuid;

/// Leads that one transaction looks at.
const STEP: i64 = 100;

/// Scores leads anew.
pub struct ScoreLeads;
impl JobKind for ScoreLeads {
    fn kind(&self) -> &'static str {
        RESCORE
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(score(job))
    }
}

async fn score(job: &JobContext) -> Result<Outcome> {
    let at = |value: &Value| value.get("after").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    let (mut behind, mut done) = (at(&job.job.checkpoint).unwrap_or_default(), job.done());
    loop {
        let (setting, id, from) = (job.app.setting(), job.job.claim.id, behind);
        let found = job
            .step(move |conn| {
                let found = open_behind(conn, from, STEP)?;
                as_server(&setting, id, id, |context| {
                    found.iter().try_for_each(|lead| {
                        // Every write scores a lead; one that comes to the same is no write.
                        pipeline::change::<Lead>(conn, context, *lead, Expect::Any, "update", |_| Ok(()))
                            .map(|_| ())
                            .map_err(|e| Error::Internal(format!("lead {lead}: {e}")))
                    })
                })?;
                let progress = Progress {
                    done: done + found.len() as i64,
                    total: None,
                    checkpoint: json!({"after": found.last().copied().unwrap_or(from)}),
                };
                Ok((found, progress))
            })
            .await?;
        done = job.done();
        match found.last() {
            Some(last) if found.len() == STEP as usize => behind = *last,
            _ => return Ok(Outcome::Done(json!({ "leads": done }))),
        }
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
}

/// Looks every ten minutes for leads that have ripened.
pub struct RipenLeads;
impl JobKind for RipenLeads {
    fn kind(&self) -> &'static str {
        "ripen_leads"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(10))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(ripen(job))
    }
}

/// A lead comes back, and its owner is told, in one transaction.
fn back(conn: &mut Conn, context: &Context<'_>, lead: Uuid) -> Result<()> {
    let mut owner = None;
    pipeline::change::<Lead>(conn, context, lead, Expect::Any, "update", |lead| {
        owner = lead.base.owner_id.map(|id| id.uuid());
        lead.ripen();
        Ok(())
    })
    .map_err(|e| Error::Internal(format!("lead {lead}: {e}")))?;
    if let Some(owner) = owner {
        notifications::tell(conn, context, owner, Kind::Reminder, ("leads", lead), Some(context.now()))?;
    }
    Ok(())
}

async fn ripen(job: &JobContext) -> Result<Outcome> {
    let step = |conn: &mut Conn, context: &Context<'_>| {
        let today = hours(conn)?.day(context.now());
        let found = ripe(conn, today, STEP)?;
        found.iter().try_for_each(|lead| back(conn, context, *lead))?;
        Ok(found.len())
    };
    Ok(Outcome::of("ripened", in_steps(job, STEP, step).await?))
}
