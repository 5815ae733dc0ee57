//! Counting what each source has given: once a day and on request, out of the change log, so that nothing has to be counted while it comes.
use super::TAG;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::answer;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::jobs::{self, JobContext, JobKind, Outcome, Progress, Run, as_server};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use persistence::quality::source::{Counts, all, count, customers, note};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The kind of the job.
const KIND: &str = "count_data_sources";
/// Customers of one step.
const STEP: i64 = 100;

/// Counts what sources have given.
#[derive(Debug)]
pub struct CountSources;
impl JobKind for CountSources {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(24))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// Where a run is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    after: Uuid,
    customers: i64,
    counts: Counts,
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let broken = |e: serde_json::Error| Error::Internal(e.to_string());
    let mut place: Place = match &job.job.checkpoint {
        Value::Null => Place::default(),
        at => serde_json::from_value(at.clone()).map_err(broken)?,
    };
    let sources = job.app.db.read(all).await?;
    // Where nobody has named a source, nobody waits for a number.
    while !sources.is_empty() {
        let (sources, now, mut next) = (sources.clone(), job.app.now(), place.clone());
        let (next, more) = job
            .app
            .db
            .read(move |conn| {
                let some = customers(conn, next.after, STEP)?;
                for customer in &some {
                    count(conn, &sources, *customer, now, &mut next.counts)?;
                    next.after = *customer;
                    next.customers += 1;
                }
                Ok((next, some.len() as i64 == STEP))
            })
            .await?;
        let progress = Progress {
            done: next.customers,
            total: None,
            checkpoint: serde_json::to_value(&next).map_err(broken)?,
        };
        job.step(move |_| Ok(((), progress))).await?;
        place = next;
        if !more {
            break;
        }
        if job.stopping() {
            return Ok(Outcome::Paused);
        }
    }
    let (setting, id, counted) = (job.app.setting(), job.job.claim.id, sources.len());
    job.write(move |conn| as_server(&setting, id, id, |context| note(conn, context, &place.counts)))
        .await?;
    Ok(Outcome::Done(json!({ "sources": counted })))
}

/// A count of what sources have given.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceCount {
    /// The job that does it; one that is under way already is not begun a second time.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    job_id: Uuid,
}

async fn begin(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("data_sources", "update")?;
    Query::read(&request, &[])?;
    let job_id = jobs::begin(&request, &app, signed, KIND, Value::Null).await?;
    Ok(jobs::begun(job_id, SourceCount { job_id }))
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Counts in the background what each source has given and what that has cost; `Location` is the job. It is done once a day without \
               being asked. Needs the permission `data_sources:update`.";
    let begun = json!({"job_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20"});
    let counting = operation("countDataSources", TAG, "Count what sources have given", doc)
        .response("202", answer("It runs; look at the job how far it is.", "SourceCount", begun));
    config.service(
        Operations::at("/data-sources/count")
            .post(web::route().to(begin), counting)
            .schema::<SourceCount>(),
    );
}
