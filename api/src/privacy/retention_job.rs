//! The jobs behind rules of retention: one that begins a run of each active rule every day, and the run, which goes through the records in
//! small steps, each noted with where the next begins. A run that is cut off goes on where it was, here or on another node.
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server, enqueue};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::resource::Setting;
use domain::privacy::retention::{RetentionAction, RetentionRule, RetentionRun, RetentionSkip, RunState, skip};
use persistence::core::conn::Conn;
use persistence::core::jobs::Job;
use persistence::privacy::retention::{self, Applied};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The kind of a run.
pub const KIND: &str = "apply_retention_rule";
/// Records that one look finds.
const FOUND: usize = 500;
/// Records that one transaction takes; of customers, of whom each takes a file along, fewer.
const STEP: usize = 50;
const CUSTOMERS: usize = 5;

/// Begins a run of each active rule once a day.
#[derive(Debug)]
pub struct DailyRetention;

impl JobKind for DailyRetention {
    fn kind(&self) -> &'static str {
        "daily_retention"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(24))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(begin(job))
    }
}

async fn begin(job: &JobContext) -> Result<Outcome> {
    let (now, origin) = (job.app.now(), job.job.claim.id);
    let begun = job.write(move |conn| {
        let rules = retention::active(conn)?;
        for rule in &rules {
            let id = rule.base.id.uuid();
            enqueue(conn, KIND, id.to_string(), json!({ "rule": id }), None, origin, now)?;
        }
        Ok(rules.len())
    });
    let begun = begun.await?;
    job.app.jobs.wake();
    Ok(Outcome::Done(json!({ "rules": begun })))
}

/// Runs a rule.
#[derive(Debug)]
pub struct ApplyRetention;

impl JobKind for ApplyRetention {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
    fn parked(&self, conn: &mut Conn, job: &Job, _error: &str, now: Instant) -> Result<()> {
        let Ok(Some(place)) = read::<Option<Place>>(&job.checkpoint) else {
            return Ok(());
        };
        let setting = Setting {
            now,
            default_region: String::new(),
        };
        end(conn, &place, RunState::Failed, &setting, job.claim.id, job.origin)
    }
}

#[derive(Debug, Deserialize)]
struct Payload {
    rule: Uuid,
}

/// Where a run is.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    run: Uuid,
    /// When it began: what is old enough is counted from there.
    began: Instant,
    /// The last record that was looked at.
    behind: Uuid,
    applied: i64,
    skips: Vec<RetentionSkip>,
}

impl Place {
    fn skipped(&self) -> i64 {
        self.skips.iter().map(|s| s.count).sum()
    }
    fn add(&mut self, applied: &Applied, behind: Uuid) {
        self.behind = behind;
        self.applied += applied.done;
        for more in &applied.skips {
            for id in &more.record_ids {
                skip(&mut self.skips, &more.code, *id);
            }
            let unnamed = more.count - more.record_ids.len() as i64;
            if let Some(known) = self.skips.iter_mut().find(|s| s.code == more.code) {
                known.count += unnamed;
            }
        }
    }
    fn progress(&self) -> Result<Progress> {
        Ok(Progress {
            done: self.applied + self.skipped(),
            total: None,
            checkpoint: serde_json::to_value(self).map_err(|e| Error::Internal(e.to_string()))?,
        })
    }
}

fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T> {
    T::deserialize(value).map_err(|e| Error::Internal(e.to_string()))
}

/// Notes that a run begins.
fn start(conn: &mut Conn, context: &Context<'_>, rule: &RetentionRule) -> Result<Place> {
    let body = Map::from_iter([("rule_id".to_owned(), json!(rule.base.id.uuid()))]);
    let done = pipeline::create_with::<RetentionRun>(conn, context, None, body, |run| {
        run.base.owner_id = rule.base.owner_id;
        run.base.unit_id = rule.base.unit_id;
        Ok(())
    })?;
    Ok(Place {
        run: done.id,
        began: context.now(),
        behind: Uuid::nil(),
        applied: 0,
        skips: Vec::new(),
    })
}

/// Notes what a run came to.
fn end(conn: &mut Conn, place: &Place, state: RunState, setting: &Setting, job: Uuid, origin: Uuid) -> Result<()> {
    as_server(setting, job, origin, |context| {
        let ended = pipeline::change::<RetentionRun>(conn, context, place.run, Expect::Any, "update", |run| {
            run.state = state;
            run.applied = place.applied;
            run.skipped = place.skipped();
            run.skips.clone_from(&place.skips);
            run.ended_at = Some(context.now());
            Ok(())
        });
        ended.map(|_| ())
    })
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let (Payload { rule: id }, claim, origin) = (read(&job.job.payload)?, job.job.claim.id, job.job.origin);
    let rule = job.app.db.read(move |conn| retention::rule(conn, id)).await?;
    let Some(rule) = rule.filter(|rule| rule.active) else {
        return Ok(Outcome::Done(json!({ "rule_id": id, "applied": 0, "skipped": 0 })));
    };
    let mut place = match read::<Option<Place>>(&job.job.checkpoint)? {
        Some(place) => place,
        None => {
            let (setting, of) = (job.app.setting(), rule.clone());
            job.step(move |conn| {
                let place = as_server(&setting, claim, origin, |context| start(conn, context, &of))?;
                let progress = place.progress()?;
                Ok((place, progress))
            })
            .await?
        }
    };
    let most = if rule.action == RetentionAction::Anonymize {
        CUSTOMERS
    } else {
        STEP
    };
    loop {
        let (of, behind, began) = (rule.clone(), place.behind, place.began);
        let due = match job.app.db.read(move |conn| retention::next(conn, &of, behind, FOUND, began)).await {
            // A field that it names is gone.
            Err(Error::Invalid(_)) => return Ok(Outcome::Failed("invalid")),
            due => due?,
        };
        for some in due.chunks(most) {
            if job.stopping() {
                return Ok(Outcome::Paused);
            }
            let (setting, ids, mut at) = (job.app.setting(), some.to_vec(), place.clone());
            let step = job.step(move |conn| {
                // Whoever finds that it does too much stops it by making it inactive, or changes it.
                let Some(rule) = retention::rule(conn, id)?.filter(|rule| rule.active) else {
                    let progress = at.progress()?;
                    return Ok((None, progress));
                };
                let applied = as_server(&setting, claim, origin, |context| retention::apply(conn, context, &rule, &ids))?;
                at.add(&applied, ids.last().copied().unwrap_or_default());
                let progress = at.progress()?;
                Ok((Some((at, applied.contents)), progress))
            });
            let Some((next, contents)) = step.await? else {
                return close(job, &place, id).await;
            };
            place = next;
            for content in contents {
                // What can't be removed now, the sweep removes: no version has it any more.
                if let Err(error) = job.app.contents.remove(content).await {
                    tracing::warn!(%content, %error, "the content of a document that a retention rule deleted is still there");
                }
            }
        }
        if due.len() < FOUND {
            break;
        }
    }
    close(job, &place, id).await
}

/// Notes that a run is over.
async fn close(job: &JobContext, place: &Place, rule: Uuid) -> Result<Outcome> {
    let (setting, ended, claim, origin) = (job.app.setting(), place.clone(), job.job.claim.id, job.job.origin);
    job.write(move |conn| end(conn, &ended, RunState::Done, &setting, claim, origin))
        .await?;
    Ok(Outcome::Done(
        json!({ "rule_id": rule, "run_id": place.run, "applied": place.applied, "skipped": place.skipped() }),
    ))
}
