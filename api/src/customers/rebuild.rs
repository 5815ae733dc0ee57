//! Finding the members of a group anew, as a job: when its condition is new or another, and when somebody asks for it. It goes through the
//! customers range by range and notes in each step where the next begins.
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::customers::group::Group;
use persistence::core::conn::Conn;
use persistence::customers::membership::{REBUILD, checked};
use persistence::customers::rebuild::{self, Range};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// How long to wait before looking once more at what somebody is writing just now.
const WAIT: Duration = Duration::from_millis(20);

/// Customers put in by hand in one transaction, where a condition was cleared.
const KEPT: i64 = 50;

/// Finds the members of a group anew.
#[derive(Debug)]
pub struct RebuildGroup;

impl JobKind for RebuildGroup {
    fn kind(&self) -> &'static str {
        REBUILD
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// What the job needs to know: the group, and which state of its condition.
#[derive(Debug, Clone, Deserialize)]
struct Payload {
    group: Uuid,
    revision: String,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Place {
    /// The last customer looked at.
    after: Uuid,
    customers: i64,
    /// Customers who joined or left.
    changed: i64,
}

/// What one step came to.
enum Step {
    /// The condition is another by now, or the group is gone: another job sees to it, or nobody need.
    Superseded,
    /// Somebody is writing a customer whom it was about.
    Again,
    Next,
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(job.job.payload.clone()).map_err(|e| Error::Internal(e.to_string()))?;
    let mut place: Place = serde_json::from_value(job.job.checkpoint.clone()).unwrap_or_default();
    if !quiet(job).await? {
        return Ok(Outcome::Paused);
    }
    loop {
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
        let (asked, after) = (payload.clone(), place.after);
        let looked = job.app.db.read(move |conn| look(conn, &asked, after)).await?;
        let (range, n, differing) = match looked {
            Look::Differing(range, n, differing) => (range, n, differing),
            Look::Superseded => return Ok(superseded()),
            Look::ByHand(group, some) if some.is_empty() => {
                let (asked, setting, id) = (payload.clone(), job.app.setting(), job.job.claim.id);
                job.write(move |conn| {
                    as_server(&setting, id, id, |context| {
                        rebuild::built(conn, group.base.id.uuid(), &asked.revision, context)
                    })
                })
                .await?;
                return Ok(Outcome::Done(json!({"group_id": payload.group, "changed": 0})));
            }
            Look::ByHand(group, some) => {
                let (setting, id) = (job.app.setting(), job.job.claim.id);
                job.write(move |conn| as_server(&setting, id, id, |context| rebuild::keep(conn, &group, &some, context)))
                    .await?;
                continue;
            }
            Look::Broken => return Ok(Outcome::Failed("group_condition_broken")),
        };
        let last = range.upto == Uuid::max();
        let mut next = place;
        (next.after, next.customers, next.changed) = (range.upto, next.customers + n, next.changed + differing.len() as i64);
        let (asked, setting, id) = (payload.clone(), job.app.setting(), job.job.claim.id);
        let step = job
            .step(move |conn| {
                let stay = |place: Place| {
                    Ok::<_, Error>(Progress {
                        done: place.customers,
                        total: None,
                        checkpoint: serde_json::to_value(place).map_err(|e| Error::Internal(e.to_string()))?,
                    })
                };
                let Some(group) = rebuild::current(conn, asked.group, &asked.revision)? else {
                    return Ok((Step::Superseded, stay(place)?));
                };
                let Some(condition) = checked(conn, group.condition.as_deref().unwrap_or_default())? else {
                    return Ok((Step::Again, stay(place)?));
                };
                as_server(&setting, id, id, |context| {
                    if !rebuild::settle(conn, asked.group, &condition, &differing, context)? {
                        return Ok((Step::Again, stay(place)?));
                    }
                    if last {
                        rebuild::built(conn, asked.group, &asked.revision, context)?;
                    }
                    Ok((Step::Next, stay(next)?))
                })
            })
            .await?;
        match step {
            Step::Superseded => return Ok(superseded()),
            Step::Again => tokio::time::sleep(WAIT).await,
            Step::Next if last => {
                return Ok(Outcome::Done(
                    json!({"group_id": payload.group, "customers": next.customers, "changed": next.changed}),
                ));
            }
            Step::Next => place = next,
        }
    }
}

fn superseded() -> Outcome {
    Outcome::Done(json!({"superseded": true}))
}

/// Waits until the writes that are under way have ended: they may have begun before the condition was in force. False when the server
/// stops first.
async fn quiet(job: &JobContext) -> Result<bool> {
    let Some(mark) = job.app.db.read(rebuild::mark).await? else {
        return Ok(true);
    };
    loop {
        let asked = mark.clone();
        if job.app.db.read(move |conn| rebuild::past(conn, &asked)).await? {
            return Ok(true);
        }
        if job.stopping() {
            return Ok(false);
        }
        tokio::time::sleep(WAIT).await;
    }
}

/// What a look at a range found.
enum Look {
    Superseded,
    /// The condition names a custom field, or a word of one, that is no more.
    Broken,
    /// It has no condition any more; those who are in by it yet.
    ByHand(Box<Group>, Vec<Uuid>),
    Differing(Range, i64, Vec<Uuid>),
}

fn look(conn: &mut Conn, payload: &Payload, after: Uuid) -> Result<Look> {
    let Some(group) = rebuild::current(conn, payload.group, &payload.revision)? else {
        return Ok(Look::Superseded);
    };
    let Some(text) = &group.condition else {
        let some = rebuild::left_over(conn, payload.group, KEPT)?;
        return Ok(Look::ByHand(Box::new(group), some));
    };
    let Some(condition) = checked(conn, text)? else {
        return Ok(Look::Broken);
    };
    let (range, n) = rebuild::range(conn, after)?;
    Ok(Look::Differing(
        range,
        n,
        rebuild::differing(conn, payload.group, &condition, range)?,
    ))
}
