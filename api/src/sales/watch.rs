//! Deals that need a look: too long in their stage, or open behind the day they were to close on. Their owners are told, once.
use crate::jobs::{JobContext, JobKind, Outcome, Run, in_steps};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::notification::Kind;
use domain::core::pipeline::{self, Context, Expect};
use domain::sales::opportunity::Opportunity;
use persistence::core::conn::Conn;
use persistence::core::notifications;
use persistence::sales::{course, opportunity};
use serde_json::json;
use uuid::Uuid;

/// Deals that one transaction marks at most.
const STEP: i64 = 100;

/// Looks every five minutes.
pub struct WatchDeals;
impl JobKind for WatchDeals {
    fn kind(&self) -> &'static str {
        "watch_deals"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::minutes(5))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(watch(job))
    }
}

/// Marks a deal and tells its owner, in one transaction: who is told is told once, whatever restarts.
fn mark(conn: &mut Conn, context: &Context<'_>, deal: Uuid, kind: Kind) -> Result<()> {
    let mut owner = None;
    pipeline::change::<Opportunity>(conn, context, deal, Expect::Any, "update", |deal| {
        owner = deal.base.owner_id.map(|id| id.uuid());
        match kind {
            Kind::Stuck => deal.stuck_at = Some(context.now()),
            _ => deal.slipping_at = Some(context.now()),
        }
        Ok(())
    })
    .map_err(|e| Error::Internal(format!("opportunity {deal}: {e}")))?;
    if let Some(owner) = owner {
        notifications::tell(conn, context, owner, kind, ("opportunities", deal), None)?;
    }
    Ok(())
}

async fn watch(job: &JobContext) -> Result<Outcome> {
    let mut counts = [0; 2];
    for (n, kind) in [Kind::Stuck, Kind::Slipping].into_iter().enumerate() {
        let step = move |conn: &mut Conn, context: &Context<'_>| {
            let found = match kind {
                Kind::Stuck => opportunity::stuck(conn, context.now(), STEP)?,
                _ => {
                    let today = course::hours(conn)?.day(context.now());
                    opportunity::slipping(conn, today, STEP)?
                }
            };
            found.iter().try_for_each(|deal| mark(conn, context, *deal, kind))?;
            Ok(found.len())
        };
        match in_steps(job, STEP, step).await? {
            Some(marked) => counts[n] = marked,
            None => return Ok(Outcome::Paused),
        }
    }
    Ok(Outcome::Done(json!({"stuck": counts[0], "slipping": counts[1]})))
}
