//! Emptying the trash.
use super::{JobContext, JobKind, Outcome, Run};
use crate::http::app::App;
use crate::http::contract;
use crate::jobs::as_server;
use chrono::TimeDelta;
use domain::core::error::Result;
use domain::core::field::Kind;
use domain::core::pipeline::Expect;
use persistence::core::conn::Conn;
use persistence::core::object::Object;
use persistence::core::trash;
use serde_json::json;
use uuid::Uuid;

/// Records that one look finds, and that one transaction erases.
const FOUND: i64 = 5_000;
const ERASED: usize = 100;
/// Objects that stay for ever, since the change log and permissions name them.
const KEPT: [&str; 3] = ["users", "units", "roles"];

/// Records that have lain in the trash for so many days are erased (the setting `purge_days`, 30 unless set).
pub struct Trash;
impl JobKind for Trash {
    fn kind(&self) -> &'static str {
        "purge_trash"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(24))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(purge(job))
    }
}

async fn purge(job: &JobContext) -> Result<Outcome> {
    let now = job.app.now();
    let before = now.after(-TimeDelta::days(job.app.db.read(trash::days).await?));
    let mut erased = 0;
    for object in contract::mounted().into_values().filter(|o| !KEPT.contains(&o.spec().object)) {
        loop {
            let spec = object.spec();
            let old = job.app.db.read(move |conn| trash::older(conn, spec, before, FOUND)).await?;
            for some in old.chunks(ERASED) {
                if job.stopping() {
                    return Ok(Outcome::Paused);
                }
                let (app, ids, id) = (job.app.clone(), some.to_vec(), job.job.claim.id);
                erased += job
                    .write(move |conn| {
                        let n = trash::erase(conn, spec, &ids, before)?;
                        orphans(conn, &app, object, &ids, id)?;
                        Ok(n)
                    })
                    .await?;
            }
            if old.len() < FOUND as usize {
                break;
            }
        }
    }
    Ok(Outcome::Done(json!({ "erased": erased })))
}

/// What can't be without the erased, such as a relationship of a customer, goes to the trash itself.
fn orphans(conn: &mut Conn, app: &App, erased: &dyn Object, ids: &[Uuid], job: Uuid) -> Result<()> {
    as_server(&app.setting(), job, job, |context| {
        for child in contract::mounted().into_values() {
            let needs = |kind: &Kind| matches!(kind, Kind::Reference(to) if *to == erased.spec().object);
            for field in child.spec().fields.iter().filter(|f| f.required && needs(&f.kind)) {
                for orphan in trash::referring(conn, child.spec(), field.name, ids)? {
                    child.delete(conn, context, orphan, Expect::Any)?;
                }
            }
        }
        Ok(())
    })
}
