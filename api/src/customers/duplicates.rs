//! Pairs of customers that may be one: looking for them, looking at them, and saying that they are two.
use super::matcher::KIND;
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, idempotency_key, if_match, path_id};
use crate::http::crud::{Crud, Has, id};
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::Writing;
use crate::jobs;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::error::Error;
use domain::core::pipeline;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::candidate::{Duplicate, DuplicateState};
use persistence::core::object::{Object, Of};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const DUPLICATES: &dyn Object = &Of::<Duplicate>::NEW;

/// A run of the matcher.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateScan {
    /// The job that does it; a run that is under way already is not begun a second time.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    job_id: Uuid,
}

async fn scan(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("duplicates", "create")?;
    Query::read(&request, &[])?;
    let job_id = jobs::begin(&request, &app, signed, KIND, Value::Null).await?;
    Ok(jobs::begun(job_id, DuplicateScan { job_id }))
}

async fn set(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    to: DuplicateState,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("duplicates", "update")?;
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let expect = headers::expect(&request)?;
    Writing::new(&request, app, signed, &[])?
        .run(DUPLICATES, move |conn, context| {
            let done = pipeline::change::<Duplicate>(conn, context, id, expect, "update", |pair| {
                if pair.state == DuplicateState::Merged {
                    return Err(Error::Conflict("merged"));
                }
                pair.state = to;
                Ok(())
            })?;
            Ok((200, done))
        })
        .await
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Duplicate::SPEC.tag;
    let pair = |doc: &str| answer(doc, Duplicate::SPEC.schema, example(&Duplicate::SPEC, Face::Output));
    let act = |id: &str, summary: &str, doc: &str| {
        operation(id, tag, summary, &format!("{doc} Needs the permission `duplicates:update`."))
            .parameter(path_id())
            .parameter(if_match(false))
            .parameter(idempotency_key())
    };
    let doc = "Compares the customers that have something in common and keeps the pairs that may be one, in the background; `Location` is the \
               job. Needs the permission `duplicates:create`.";
    let begun = json!({"job_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20"});
    let scanning = operation("scanDuplicates", tag, "Look for duplicates", doc)
        .response("202", answer("It runs; look at the job how far it is.", "DuplicateScan", begun));
    let dismissing = act(
        "dismissDuplicate",
        "Say that they are two",
        "It stays so when the matcher finds the pair again.",
    );
    let reopening = act("reopenDuplicate", "Open a dismissed pair again", "As if nobody had looked at it.");
    let post = |path: &str, to: DuplicateState| (Operations::at(path), web::route().to(move |r, a, s, p| set(r, a, s, p, to)));
    config.service(
        Operations::at("/duplicates/scan")
            .post(web::route().to(scan), scanning)
            .schema::<DuplicateScan>(),
    );
    let (at, route) = post("/duplicates/{id}/dismiss", DuplicateState::Dismissed);
    config.service(at.post(route, dismissing.response("200", pair("They are two."))));
    let (at, route) = post("/duplicates/{id}/reopen", DuplicateState::Open);
    config.service(at.post(route, reopening.response("200", pair("It is open."))));
    config.service(Crud::<Duplicate>::only(Has::Reads));
}
