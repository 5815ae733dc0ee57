//! Undoing a bulk action: what it changed gets its earlier values again, the last record first; what somebody changed since is left alone.
use crate::http::app::context;
use crate::integration::behalf::Behalf;
use crate::integration::taking_back;
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Expect};
use domain::integration::bulk::{BulkAction, BulkUndo};
use persistence::core::record::live;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The kind of the job.
pub const KIND: &str = "undo_bulk_action";

/// Undoes a bulk action.
#[derive(Debug)]
pub struct UndoBulkAction;

impl JobKind for UndoBulkAction {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place {
    /// The record to go on from, downwards.
    from: i64,
    restored: i64,
    conflicts: i64,
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let (behalf, id) = (Behalf::read(&job.job)?, job.job.claim.id);
    let mut place: Place = serde_json::from_value(job.job.checkpoint.clone()).unwrap_or(Place {
        from: i64::MAX,
        restored: 0,
        conflicts: 0,
    });
    loop {
        let (app, setting) = (job.app.clone(), job.app.setting());
        let (over, next) = job
            .step(move |conn| {
                let mut next = place;
                let told = |place: Place| {
                    Ok::<_, Error>(Progress {
                        done: place.restored + place.conflicts,
                        total: None,
                        checkpoint: serde_json::to_value(place).map_err(|e| Error::Internal(e.to_string()))?,
                    })
                };
                let Some(action) = live::<BulkAction>(conn, behalf.work)? else {
                    return Ok(((true, next), told(next)?));
                };
                let Some(actor) = behalf.actor(conn, id, setting.now)? else {
                    return Ok(((true, next), told(next)?));
                };
                let context = context(&actor, &setting, behalf.work);
                let taken = taking_back::some(conn, &context, app.object(&action.object)?, behalf.work, place.from)?;
                next.from = taken.next;
                next.restored += taken.deleted + taken.restored;
                next.conflicts += taken.conflicts;
                as_server(&setting, id, behalf.work, |context| {
                    pipeline::change::<BulkAction>(conn, context, behalf.work, Expect::Any, "update", |action| {
                        action.undo = Some(BulkUndo {
                            done: taken.over,
                            restored: next.restored,
                            conflicts: next.conflicts,
                        });
                        Ok(())
                    })
                })?;
                Ok(((taken.over, next), told(next)?))
            })
            .await?;
        if over {
            return Ok(Outcome::Done(json!({ "bulk_action_id": behalf.work })));
        }
        place = next;
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
}
