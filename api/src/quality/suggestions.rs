//! Suggestions over HTTP: looking for them, and saying what they are.
use super::{TAG, suggest};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, flag_header, idempotency_key, if_match, path_id};
use crate::http::crud::{Crud, Has, id};
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::Writing;
use crate::http::{guard, headers};
use crate::jobs;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::error::Error;
use domain::core::id::Id;
use domain::core::pipeline::{self, Expect, Store};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::Customer;
use domain::quality::suggestion::Suggestion;
use domain::quality::trace::SUGGESTION;
use persistence::core::object::{Object, Of};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const SUGGESTIONS: &dyn Object = &Of::<Suggestion>::NEW;

/// A look at all interactions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionScan {
    /// The job that does it; one that is under way already is not begun a second time.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    job_id: Uuid,
}

async fn scan(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    signed.0.sight("suggestions", "create")?;
    Query::read(&request, &[])?;
    let job_id = jobs::begin(&request, &app, signed, suggest::KIND, json!({ "all": true })).await?;
    Ok(jobs::begun(job_id, SuggestionScan { job_id }))
}

/// What accepting changes of a customer, as a guard asks it.
fn gives() -> Map<String, Value> {
    [("contact_points".to_owned(), Value::Null)].into_iter().collect()
}

async fn decide(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    accepted: bool,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("suggestions", "update")?;
    if accepted {
        signed.0.sight("customers", "update")?;
    }
    Query::read(&request, &[])?;
    let id = id(&path)?;
    let expect = match request.headers().contains_key("If-Match") {
        true => headers::if_match(&request)?,
        false => Expect::Any,
    };
    let exact = match accepted {
        true => guard::asked("customers", &request, &gives())?,
        false => None,
    };
    Writing::new(&request, app, signed, &[])?
        .run(SUGGESTIONS, move |conn, context| {
            let done = pipeline::change::<Suggestion>(conn, context, id, expect, "update", |s| s.decide(accepted, context.actor.user()))?;
            if accepted {
                let read = context.sight("suggestions", "read")?;
                let suggestion: Suggestion = conn.load(Id::from_uuid(id), &read, false)?.ok_or(Error::NotFound)?;
                let whom = suggestion.customer_id.uuid();
                guard::watched(exact, conn, context, Some(whom), |conn| {
                    let noted = [(SUGGESTION.to_owned(), json!([null, id]))].into_iter().collect();
                    pipeline::change_noting::<Customer>(conn, context, whom, Expect::Any, "update", noted, |customer| {
                        suggestion.give(customer, context.now());
                        Ok(())
                    })
                })?;
            }
            Ok((200, done))
        })
        .await
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let one = |doc: &str| answer(doc, Suggestion::SPEC.schema, example(&Suggestion::SPEC, Face::Output));
    let act = |id: &str, summary: &str, doc: &str| {
        operation(id, TAG, summary, doc)
            .parameter(path_id())
            .parameter(if_match(false))
            .parameter(idempotency_key())
    };
    let doc = "Looks in the background at the interactions of all customers; `Location` is the job. What was written lately is looked at every six \
               hours without being asked. Needs the permission `suggestions:create`.";
    let begun = json!({"job_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20"});
    let scanning = operation("scanSuggestions", TAG, "Look for suggestions", doc)
        .response("202", answer("It runs; look at the job how far it is.", "SuggestionScan", begun));
    let mut accepting = act(
        "acceptSuggestion",
        "Give what is suggested to the customer",
        "The customer gets it as a contact point; what it `replaces` is not valid any more from now on. The change log says that it came by this \
         suggestion. Needs the permissions `suggestions:update` and `customers:update`.",
    );
    if let Some(exact) = guard::of("customers") {
        accepting = accepting.parameter(flag_header(exact.header(), exact.doc()));
    }
    let dismissing = act(
        "dismissSuggestion",
        "Say that it is not the customer's",
        "It is never suggested for this customer again. Needs the permission `suggestions:update`.",
    );
    let deciding = |path: &str, accepted: bool| {
        let route = web::route().to(move |r, a, s, p| decide(r, a, s, p, accepted));
        (Operations::at(path), route)
    };
    config.service(
        Operations::at("/suggestions/scan")
            .post(web::route().to(scan), scanning)
            .schema::<SuggestionScan>(),
    );
    let (at, route) = deciding("/suggestions/{id}/accept", true);
    config.service(at.post(route, accepting.response("200", one("The customer has it."))));
    let (at, route) = deciding("/suggestions/{id}/dismiss", false);
    config.service(at.post(route, dismissing.response("200", one("It stays away."))));
    config.service(Crud::<Suggestion>::only(Has::Reads));
}
