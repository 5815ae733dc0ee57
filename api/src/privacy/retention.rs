//! Rules of retention over HTTP: what a rule would do now, and having it done now. The rules themselves are ordinary records; what runs them
//! every day is [`super::retention_job`].
use super::retention_job::KIND;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, path_id};
use crate::http::crud::{Crud, Has, id};
use crate::http::edge;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::jobs;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::pipeline::Store;
use domain::core::resource::Resource;
use domain::privacy::retention::{RetentionRule, RetentionRun};
use persistence::core::conn::Conn;
use persistence::privacy::{held, retention};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// How far a preview counts, and how many records it names.
const COUNTED: i64 = 10_000;
const NAMED: usize = 20;

/// A record that a rule is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionCandidate {
    /// The record.
    id: Uuid,
    /// What it is called, where you may see it and it has a name.
    #[schema(max_length = 500)]
    name: Option<String>,
}

/// What a rule would do now. Nothing was stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionPreview {
    rule_id: Uuid,
    /// How many records the rule is about, those among them that something keeps.
    #[schema(minimum = 0, maximum = 10000)]
    count: i64,
    /// Whether there may be more: counting stops at 10 000.
    count_capped: bool,
    /// The first of them, by id.
    #[schema(max_items = 20)]
    records: Vec<RetentionCandidate>,
}

/// A run of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionRunBegun {
    /// The job that does it; a run that is under way already is not begun a second time.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    job_id: Uuid,
}

/// A rule within the caller's sight.
fn seen(conn: &mut Conn, signed: &SignedIn, rule: Uuid, action: &'static str) -> Result<RetentionRule> {
    let actor = &signed.0.actor;
    let sight = actor.sight("retention_rules", "read").ok_or(Error::NotFound)?;
    let found: RetentionRule = conn.load(Id::from_uuid(rule), &sight, false)?.ok_or(Error::NotFound)?;
    let base = Resource::base(&found);
    let forbidden = || Error::Forbidden(format!("retention_rules:{action}"));
    let sight = actor.sight("retention_rules", action).ok_or_else(forbidden)?;
    match sight.covers(base.owner_id.map(Id::uuid), base.unit_id.map(Id::uuid)) {
        true => Ok(found),
        false => Err(forbidden()),
    }
}

async fn preview(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("retention_rules", "read")?;
    Query::read(&request, &[])?;
    let (id, now) = (id(&path)?, app.now());
    let shown = app.db.read(move |conn| {
        let rule = seen(conn, &signed, id, "read")?;
        let count = retention::count(conn, &rule, COUNTED + 1, now)?;
        let first = retention::next(conn, &rule, Uuid::nil(), NAMED, now)?;
        let mut names = held::names(conn, &signed.0.actor, rule.object.word(), &first)?;
        Ok(RetentionPreview {
            rule_id: id,
            count: count.min(COUNTED),
            count_capped: count > COUNTED,
            records: first
                .into_iter()
                .map(|id| RetentionCandidate {
                    id,
                    name: names.remove(&id).map(|name| name.chars().take(500).collect()),
                })
                .collect(),
        })
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

async fn run(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("retention_rules", "update")?;
    Query::read(&request, &[])?;
    let (id, now, origin) = (id(&path)?, app.now(), edge::request_id(&request));
    let begun = app.db.write(move |conn| {
        let rule = seen(conn, &signed, id, "update")?;
        if !rule.active {
            return Err(Error::Conflict("retention_rule_inactive"));
        }
        let by = Some(signed.0.actor.user_id);
        jobs::enqueue(conn, KIND, id.to_string(), json!({ "rule": id }), by, origin, now)
    });
    let begun = begun.await?;
    app.jobs.wake();
    let place = format!("/api/v1/jobs/{}", begun.id);
    Ok(HttpResponse::Accepted()
        .insert_header(("Location", place))
        .json(RetentionRunBegun { job_id: begun.id }))
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = RetentionRule::SPEC.tag;
    let rule = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20";
    let doc = "Counts the records that the rule is about now and names the first of them, whether it is active or not. Nothing is changed. What a \
               legal hold or a document's own retention keeps is counted too: a run skips it and says so. Needs the permission `retention_rules:read`.";
    let would = json!({"rule_id": rule, "count": 1, "count_capped": false, "records": [{"id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "name": "سارا کریمی"}]});
    let previewing = operation("previewRetentionRule", tag, "See what a retention rule would do", doc)
        .parameter(path_id())
        .response("200", answer("What it would do.", "RetentionPreview", would));
    let doc = "Runs an active rule now instead of tonight, in the background; `Location` is the job, and `/retention-runs` tells what became of \
               each run. 409 `retention_rule_inactive` where the rule is not active. Needs the permission `retention_rules:update`.";
    let begun = answer(
        "It runs; look at the job how far it is.",
        "RetentionRunBegun",
        json!({ "job_id": rule }),
    );
    let running = operation("runRetentionRule", tag, "Run a retention rule now", doc)
        .parameter(path_id())
        .response("202", begun);
    config.service(
        Operations::at("/retention-rules/{id}/preview")
            .get(|| web::route().to(preview), previewing)
            .schema::<RetentionPreview>()
            .schema::<RetentionCandidate>(),
    );
    config.service(
        Operations::at("/retention-rules/{id}/run")
            .post(web::route().to(run), running)
            .schema::<RetentionRunBegun>(),
    );
    config.service(Crud::<RetentionRule>::new());
    config.service(Crud::<RetentionRun>::only(Has::Reads));
}
