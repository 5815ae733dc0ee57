//! Creating users over HTTP: the usual create, and beside it a first password, which no record shows.
use super::password;
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, idempotency_key};
use crate::http::operation::operation;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::user::User;
use domain::core::error::Error;
use domain::core::pipeline;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use persistence::access::credential;
use persistence::core::object::Of;
use serde_json::Value;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Makes a user.
pub async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("users", "create")?;
    Query::read(&request, &[])?;
    let (mut body, bytes) = members(&request, &mut payload, JSON).await?;
    let mut problems = Problems::default();
    let password = match body.remove("password") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => {
            let hint = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            problems = password::strength("/password", &text, &[&hint("email"), &hint("name")]);
            Some(text)
        }
        Some(_) => {
            problems.add("/password", Code::WrongType);
            None
        }
    };
    let hash = match password.filter(|_| problems.0.is_empty()) {
        Some(password) => Some(app.hashing.hash(password).await?),
        None => None,
    };
    let writing = Writing::new(&request, app, signed, &bytes)?;
    writing
        .run(const { &Of::<User>::NEW }, move |conn, context| {
            let with_password = |user: &mut User| {
                user.password_set_at = hash.as_ref().map(|_| context.now());
                Ok(())
            };
            let done = match pipeline::create_with(conn, context, None, body, with_password) {
                // All that is wrong is told at once.
                Err(Error::Invalid(others)) => {
                    problems.extend(others);
                    return Err(problems.into());
                }
                other => other?,
            };
            problems.or(())?;
            if let Some(hash) = hash {
                credential::keep_hash(conn, done.id, &hash, context.now())?;
            }
            Ok((201, done))
        })
        .await
}

/// What the contract says of it.
pub fn described() -> OperationBuilder {
    let shown = example(&User::SPEC, Face::Create);
    let doc = "Makes a new user. Without a password they can't sign in yet. All that is wrong with the body is told at once. Needs the \
               permission `users:create`.";
    operation("createUser", User::SPEC.tag, "Create a user", doc)
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", "NewUser", shown)))
        .response("201", answer("It was created.", "User", example(&User::SPEC, Face::Output)))
}

/// What makes a new user: what the record takes, and a first password.
#[derive(Debug)]
pub struct NewUser;

impl PartialSchema for NewUser {
    fn schema() -> RefOr<Schema> {
        let password = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(password::MIN_CHARS))
            .max_length(Some(password::MAX_CHARS))
            .write_only(true)
            .examples(["correct horse battery staple"])
            .description(Some("What they sign in with first: hard to guess, of any characters."));
        let mut schema = of_record(&User::SPEC, Face::Create);
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.properties.insert("password".to_owned(), password.into());
        }
        schema
    }
}
impl ToSchema for NewUser {}
