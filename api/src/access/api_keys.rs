//! Creating API keys over HTTP: the key is shown in this one answer, and kept as a digest.
use super::api_key;
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, linked};
use crate::http::operation::operation;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, answered, members};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::api_key::ApiKey;
use domain::access::role::Permission;
use domain::core::actor::Via;
use domain::core::error::Error;
use domain::core::id::Id;
use domain::core::pipeline;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use persistence::access::api_key as keys;
use persistence::core::object::{Object, Of};
use serde_json::{Map, Value};
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Makes a key.
pub async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("api_keys", "create")?;
    Query::read(&request, &[])?;
    let (body, bytes) = members(&request, &mut payload, JSON).await?;
    let made = api_key::generate(&app.environment, &mut rand::rng());
    let made = made.ok_or_else(|| Error::Internal("no key for this environment".to_owned()))?;
    let (prefix, digest) = (made.id, made.digest);
    let object: &'static dyn Object = const { &Of::<ApiKey>::NEW };
    let mut writing = Writing::new(&request, app, signed, &bytes)?;
    // An answer without a body would be a key that nobody has.
    writing.minimal = false;
    let mut answer = writing
        .answer(object, move |conn, context| {
            let done = pipeline::create_with(conn, context, None, body, |key: &mut ApiKey| {
                key.user_id = Some(Id::from_uuid(context.actor.user_id));
                key.base.owner_id = key.user_id;
                key.prefix = prefix;
                // Who comes by a key of limited permissions makes no key of more.
                if key.permissions.is_empty() && matches!(context.actor.via, Via::ApiKey(_)) {
                    let held = context.actor.grants.0.iter();
                    key.permissions = held
                        .map(|(name, scope)| Permission {
                            permission: name.clone(),
                            scope: *scope,
                        })
                        .collect();
                }
                Ok(())
            })?;
            keys::keep_secret(conn, done.id, digest.as_bytes())?;
            Ok((201, done))
        })
        .await?;
    // After the answer was kept for a repeat: the secret is nowhere but here.
    if !answer.replayed {
        let mut shown: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(|e| Error::Internal(e.to_string()))?;
        shown.insert("secret".to_owned(), made.text.expose().into());
        answer.body = serde_json::to_vec(&shown).map_err(|e| Error::Internal(e.to_string()))?;
    }
    Ok(answered(answer, false))
}

/// What the contract says of it.
pub fn described() -> OperationBuilder {
    let mut shown = example(&ApiKey::SPEC, Face::Output);
    shown["secret"] = "pvd_live_4f9Zk2Qa_3vJq8sWm1xRt6yBn0cDf5gHk2lMp7zQe0a1b2c".into();
    let doc = "Makes a key that acts on your behalf, with at most your permissions. `secret` is shown in this answer and never again. Needs the \
               permission `api_keys:create`.";
    let made = answer("It was created; keep the secret.", "NewApiKey", shown);
    operation("createApiKey", ApiKey::SPEC.tag, "Create an API key", doc)
        .request_body(Some(body("application/json", "CreateApiKey", example(&ApiKey::SPEC, Face::Create))))
        .response(
            "201",
            linked(made, "$response.body#/id", ["getApiKey", "deleteApiKey"].map(str::to_owned)),
        )
}

/// What makes a key.
#[derive(Debug)]
pub struct CreateApiKey;

impl PartialSchema for CreateApiKey {
    fn schema() -> RefOr<Schema> {
        of_record(&ApiKey::SPEC, Face::Create)
    }
}
impl ToSchema for CreateApiKey {
    fn schemas(out: &mut Vec<(String, RefOr<Schema>)>) {
        let secret = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(64))
            .description(Some(
                "The key itself, for `Authorization: Bearer`. Absent where a repeated request is answered again.",
            ));
        let mut schema = of_record(&ApiKey::SPEC, Face::Output);
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.properties.insert("secret".to_owned(), secret.into());
            object.description = Some("A key that was just made.".to_owned());
        }
        out.push(("NewApiKey".to_owned(), schema));
    }
}
