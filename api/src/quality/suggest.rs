//! Looking for lasting facts in what happened: every few hours at what was written since, and on request at everything. Interactions are
//! read and compared outside the writer; a write of theirs waits for nothing.
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use persistence::core::conn::Conn;
use persistence::quality::suggestion::{keep, look, look_from, looked_until, with_interactions, written};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// The kind of the job.
pub const KIND: &str = "find_suggestions";
/// Interactions, and customers, of one step.
const INTERACTIONS: i64 = 500;
const CUSTOMERS: i64 = 50;
/// How far a look goes back behind the end of the last one: what was written then may have been kept later.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// Looks for suggestions.
#[derive(Debug)]
pub struct FindSuggestions;
impl JobKind for FindSuggestions {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(6))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Place {
    /// When the run began.
    begun: Instant,
    /// The last interaction, in the order of change; none where all customers are looked at.
    behind: Option<(Instant, Uuid)>,
    /// The last customer, where all are looked at.
    customer: Uuid,
    customers: i64,
    found: i64,
}

fn broken(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}

impl Place {
    fn progress(&self) -> Result<Progress> {
        Ok(Progress {
            done: self.customers,
            total: None,
            checkpoint: serde_json::to_value(self).map_err(broken)?,
        })
    }

    /// The next customers to look at, and where that leads; none at the end.
    fn next(self, conn: &mut Conn) -> Result<Option<(Self, Vec<Uuid>)>> {
        Ok(match self.behind {
            Some(behind) => {
                let (last, customers) = written(conn, behind, INTERACTIONS)?;
                last.map(|last| {
                    (
                        Place {
                            behind: Some(last),
                            ..self
                        },
                        customers.into_iter().collect(),
                    )
                })
            }
            None => {
                let customers = with_interactions(conn, self.customer, CUSTOMERS)?;
                customers.last().map(|last| (Place { customer: *last, ..self }, customers.clone()))
            }
        })
    }
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let mut place: Place = match &job.job.checkpoint {
        Value::Null => {
            let all = job.job.payload.get("all").and_then(Value::as_bool).unwrap_or_default();
            let until = job.app.db.read(looked_until).await?.filter(|_| !all);
            Place {
                begun: job.app.now(),
                behind: until.map(|at| (at, Uuid::nil())),
                customer: Uuid::nil(),
                customers: 0,
                found: 0,
            }
        }
        at => serde_json::from_value(at.clone()).map_err(broken)?,
    };
    let region = job.app.default_region.clone();
    loop {
        let region = region.clone();
        let looked = job
            .app
            .db
            .read(move |conn| {
                let Some((next, customers)) = place.next(conn)? else {
                    return Ok(None);
                };
                let mut found = Vec::new();
                for customer in customers {
                    found.extend(look(conn, customer, &region)?);
                }
                Ok(Some((next, found)))
            })
            .await?;
        let Some((next, found)) = looked else { break };
        let (setting, id) = (job.app.setting(), job.job.claim.id);
        place = job
            .step(move |conn| {
                let mut next = next;
                as_server(&setting, id, id, |context| {
                    for (customer, found) in &found {
                        next.customers += 1;
                        next.found += keep(conn, context, customer, found)?;
                    }
                    Ok(())
                })?;
                let progress = next.progress()?;
                Ok((next, progress))
            })
            .await?;
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
    job.write(move |conn| look_from(conn, place.begun.after(-OVERLAP))).await?;
    Ok(Outcome::Done(json!({ "customers": place.customers, "found": place.found })))
}
