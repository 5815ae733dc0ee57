//! Work in the background on somebody's behalf: who it is for, by which credential, and as whom it is done when its time comes.
use crate::http::caller::SignedIn;
use crate::jobs;
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use domain::core::actor::{Actor, Via};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use persistence::access::actor;
use persistence::core::conn::Conn;
use persistence::core::jobs::Job;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Chapters of the contract whose records are neither made from files nor changed in bulk.
pub const CLOSED: [&str; 7] = [
    "Access",
    "Bulk actions",
    "Imports",
    "Changes",
    "Data quality",
    "Duplicates",
    "Operations",
];

/// What a job needs to know.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Behalf {
    /// The import or bulk action.
    pub work: Uuid,
    pub user: Uuid,
    /// The API key they came with: its limits hold.
    pub key: Option<Uuid>,
}

impl Behalf {
    /// For whoever sent a request.
    pub fn of(signed: &SignedIn, work: Uuid) -> Self {
        Behalf::in_name(&signed.0.actor, work)
    }

    /// For an actor.
    pub fn in_name(actor: &Actor, work: Uuid) -> Self {
        Behalf {
            work,
            user: actor.user_id,
            key: match actor.via {
                Via::ApiKey(key) => Some(key),
                _ => None,
            },
        }
    }

    /// What a job was given.
    ///
    /// # Errors
    /// When it is not what this program writes.
    pub fn read(job: &Job) -> Result<Self> {
        serde_json::from_value(job.payload.clone()).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Who it is done for, as they would be let in now; none where they would not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn actor(&self, conn: &mut Conn, job: Uuid, now: Instant) -> Result<Option<Actor>> {
        actor::again(conn, self.user, self.key, Via::Job(job), now)
    }

    /// Puts the job into the table, once for each work.
    ///
    /// # Errors
    /// Those of the database.
    pub fn enqueue(self, conn: &mut Conn, kind: &'static str, context: &Context<'_>) -> Result<()> {
        let (by, key) = (Some(self.user), self.work.to_string());
        let json = serde_json::to_value(self).map_err(|e| Error::Internal(e.to_string()))?;
        jobs::enqueue(conn, kind, key, json, by, context.origin, context.now()).map(|_| ())
    }
}

/// The answer, with where to look how far it is.
pub fn located(mut answer: HttpResponse, path: &str, id: Uuid) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(&format!("/api/v1{path}/{id}")) {
        answer.headers_mut().insert(LOCATION, value);
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}
