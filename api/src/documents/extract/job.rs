//! The job that lets searches look into a content.
use super::Reader;
use super::child::{self, Reading};
use crate::jobs::{JobContext, JobKind, Outcome, Run, as_server};
use domain::core::error::{Error, Result};
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Expect};
use domain::core::resource::Setting;
use domain::core::text::search_key;
use domain::documents::document::{Document, Extraction};
use persistence::core::conn::Conn;
use persistence::core::jobs::Job;
use persistence::documents::{texts, versions};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Which content is to be read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Payload {
    document: Uuid,
    number: i64,
}

/// Reads the text of a content.
#[derive(Debug)]
pub struct ExtractText;

impl JobKind for ExtractText {
    fn kind(&self) -> &'static str {
        texts::KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
    fn parked(&self, conn: &mut Conn, job: &Job, _error: &str, now: Instant) -> Result<()> {
        let setting = Setting {
            now,
            default_region: String::new(),
        };
        end(conn, payload(job)?, &setting, job.claim.id, None)
    }
}

fn payload(job: &Job) -> Result<Payload> {
    serde_json::from_value(job.payload.clone()).map_err(|e| Error::Internal(e.to_string()))
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let of = payload(&job.job)?;
    let version = job.app.db.read(move |conn| versions::get(conn, of.document, of.number)).await?;
    let Some((version, reader)) = version.and_then(|v| Reader::of(&v.media_type).map(|r| (v, r))) else {
        return Ok(Outcome::Done(json!({ "document_id": of.document, "extraction": "none" })));
    };
    let size = version.size_bytes.unsigned_abs();
    let reading = if size > child::LARGEST {
        Reading::Failed("it is too large".to_owned())
    } else {
        let content = job.app.contents.read(version.content_id, 0..size).await?;
        child::read(reader, content).await?
    };
    let folded = match reading {
        Reading::Text(text) => tokio::task::spawn_blocking(move || Some(search_key(&text))).await,
        Reading::Failed(why) => {
            tracing::info!(document = %of.document, version = of.number, why, "the text of a content can't be read");
            Ok(None)
        }
    };
    let folded = folded.map_err(|e| Error::Internal(e.to_string()))?;
    let told = if folded.is_some() { "done" } else { "failed" };
    let (setting, id) = (job.app.setting(), job.job.claim.id);
    job.write(move |conn| end(conn, of, &setting, id, folded)).await?;
    Ok(Outcome::Done(json!({ "document_id": of.document, "extraction": told })))
}

/// Notes what a reading came to: the folded text, or none where it failed.
fn end(conn: &mut Conn, of: Payload, setting: &Setting, job: Uuid, folded: Option<String>) -> Result<()> {
    let ended = if folded.is_some() { Extraction::Done } else { Extraction::Failed };
    let mut latest = None;
    let changed = as_server(setting, job, job, |context| {
        pipeline::change::<Document>(conn, context, of.document, Expect::Any, "update", |document| {
            latest = document.extracted(of.number, ended).then(|| document.search_text());
            Ok(())
        })
    });
    match changed {
        // In the trash, or gone: nobody searches there.
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if let Some(key) = latest {
        texts::keep(conn, of.document, of.number, folded.as_deref())?;
        texts::index(conn, of.document, &key)?;
    }
    Ok(())
}
