//! What a server does for itself, again and again: forgetting what nobody needs any more. Each round works in small steps, so that
//! no write of a user waits behind it.
mod changes;
mod trash;

use super::{JobContext, JobKind, Outcome, Run, in_steps};
use chrono::TimeDelta;
use domain::core::error::Result;
use persistence::access::prune;
use persistence::core::conn::Conn;
use persistence::core::{idempotency, jobs, notifications};

/// The kinds of this file.
pub const KINDS: [&'static dyn JobKind; 6] = [&changes::Changes, &IdempotencyKeys, &Jobs, &Notifications, &Sessions, &trash::Trash];

/// Rows that one transaction deletes at most.
const STEP: i64 = 500;

/// Runs a step until it finds less than it may take, or the server stops; how many rows all steps took.
async fn steps<F>(job: &JobContext, step: F) -> Result<Outcome>
where
    F: Fn(&mut Conn, i64) -> Result<usize> + Clone + Send + Sync + 'static,
{
    Ok(Outcome::of("removed", in_steps(job, STEP, move |conn, _| step(conn, STEP)).await?))
}

/// Answers kept for repeated requests are promised for a day; they go after two.
struct IdempotencyKeys;
impl JobKind for IdempotencyKeys {
    fn kind(&self) -> &'static str {
        "purge_idempotency_keys"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        let before = job.app.now().after(-TimeDelta::hours(48));
        Box::pin(steps(job, move |conn, most| idempotency::purge(conn, before, most)))
    }
}

/// Jobs that are over are shown for thirty days.
struct Jobs;
impl JobKind for Jobs {
    fn kind(&self) -> &'static str {
        "prune_jobs"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(6))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        let before = job.app.now().after(-TimeDelta::days(30));
        Box::pin(steps(job, move |conn, most| jobs::prune(conn, before, most)))
    }
}

/// What users were told is kept for seven days, for those who were away.
struct Notifications;
impl JobKind for Notifications {
    fn kind(&self) -> &'static str {
        "prune_notifications"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        let before = job.app.now().after(-TimeDelta::days(7));
        Box::pin(steps(job, move |conn, most| notifications::prune(conn, before, most)))
    }
}

/// Sessions that are over are shown for thirty days, failed sign-ins are counted for one; mailed links that ran out are of no use.
struct Sessions;
impl JobKind for Sessions {
    fn kind(&self) -> &'static str {
        "prune_sessions"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(6))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        let (month, days) = (job.app.now().after(-TimeDelta::days(30)), job.app.now().after(-TimeDelta::days(2)));
        Box::pin(steps(job, move |conn, most| {
            let (sessions, failures) = (prune::sessions(conn, month, most)?, prune::failures(conn, days, most)?);
            Ok(sessions.max(failures).max(prune::links(conn, days, most)?))
        }))
    }
}
