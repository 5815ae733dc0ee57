//! The matcher as a job: it reads all customers once for their blocking keys, then goes from block to block and keeps the pairs that score.
//! Customers are read and compared outside the writer; each step notes where the next begins, so that a run that was cut off goes on.
use crate::jobs::{JobContext, JobKind, Outcome, Progress, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::customers::matching::{CANDIDATE, Likeness, compare};
use persistence::core::conn::Conn;
use persistence::customers::candidate::{self, Blocks};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The kind of the job.
pub const KIND: &str = "find_duplicates";

/// Finds customers that may be one.
#[derive(Debug)]
pub struct FindDuplicates;

impl JobKind for FindDuplicates {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    /// The last customer whose keys are kept; none once all are.
    customer: Option<Uuid>,
    /// The last block that was compared.
    block: String,
    customers: i64,
    compared: i64,
    found: i64,
    /// Blocks too large to be compared.
    skipped: i64,
}

impl Place {
    fn progress(&self) -> Result<Progress> {
        Ok(Progress {
            done: self.customers,
            total: None,
            checkpoint: serde_json::to_value(self).map_err(|e| Error::Internal(e.to_string()))?,
        })
    }
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let mut place = match &job.job.checkpoint {
        Value::Null => {
            let place = Place {
                customer: Some(Uuid::nil()),
                ..Place::default()
            };
            let begun = place.clone();
            job.step(move |conn| {
                candidate::clear(conn)?;
                Ok(((), begun.progress()?))
            })
            .await?;
            place
        }
        at => serde_json::from_value(at.clone()).map_err(|e| Error::Internal(e.to_string()))?,
    };
    while let Some(after) = place.customer {
        let some = job.app.db.read(move |conn| candidate::profiles(conn, after)).await?;
        place.customer = some.last().map(|p| p.id.uuid());
        place.customers += some.len() as i64;
        let next = place.clone();
        job.step(move |conn| {
            candidate::note(conn, &some)?;
            Ok(((), next.progress()?))
        })
        .await?;
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
    loop {
        let after = place.block.clone();
        let blocks = job.app.db.read(move |conn| candidate::blocks(conn, &after)).await?;
        let Some(last) = blocks.last.clone() else { break };
        place.skipped += blocks.skipped;
        let likely = tokio::task::spawn_blocking(move || likely(&blocks));
        let (compared, pairs) = likely.await.map_err(|e| Error::Internal(e.to_string()))?;
        place.compared += compared;
        place.block = last;
        let (next, setting, id) = (place.clone(), job.app.setting(), job.job.claim.id);
        place.found = job
            .step(move |conn: &mut Conn| {
                as_server(&setting, id, id, |context| {
                    let mut next = next;
                    for ((a, b), likeness) in &pairs {
                        next.found += i64::from(candidate::keep(conn, context, *a, *b, likeness)?);
                    }
                    Ok((next.found, next.progress()?))
                })
            })
            .await?;
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
    job.write(candidate::clear).await?;
    Ok(Outcome::Done(json!({
        "customers": place.customers, "compared": place.compared, "found": place.found, "blocks_too_large": place.skipped,
    })))
}

/// How many pairs were compared, and those that score; a pair of several blocks once.
fn likely(blocks: &Blocks) -> (i64, BTreeMap<(Uuid, Uuid), Likeness>) {
    let (mut compared, mut found) = (0, BTreeMap::new());
    for block in &blocks.blocks {
        for (i, a) in block.iter().enumerate() {
            for b in &block[i + 1..] {
                let (x, y): (Id, Id) = (a.id, b.id);
                let pair = (x.uuid().min(y.uuid()), x.uuid().max(y.uuid()));
                if found.contains_key(&pair) {
                    continue;
                }
                compared += 1;
                let likeness = compare(a, b);
                if likeness.score >= CANDIDATE {
                    found.insert(pair, likeness);
                }
            }
        }
    }
    (compared, found)
}
