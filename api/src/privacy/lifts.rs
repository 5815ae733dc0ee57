//! Letting somebody who was erased be entered again. See [`persistence::privacy::lift`].
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, body, idempotency_key, linked};
use crate::http::operation::operation;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::core::field::Choice;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use domain::privacy::lift::{ErasureLift, IdentifierKind};
use persistence::core::object::{Object, Of};
use persistence::privacy::lift;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The longest identifier, in characters.
const LONGEST: usize = 500;

/// Takes the identifier out of a body, in the form in which the ledger hashes it; the rest is the record's own to read.
fn asked(body: &mut Map<String, Value>, region: &str) -> Result<Option<String>, Problems> {
    let mut problems = Problems::default();
    let value = match body.remove("value") {
        None | Some(Value::Null) => {
            problems.add("/value", Code::Required);
            None
        }
        Some(Value::String(text)) if text.chars().count() > LONGEST => {
            problems.with("/value", Code::TooLong, vec![("max", LONGEST.to_string())]);
            None
        }
        Some(Value::String(text)) => Some(text),
        Some(_) => {
            problems.add("/value", Code::WrongType);
            None
        }
    };
    // A kind that is none is the record's to refuse.
    let kind = body.get("kind").and_then(Value::as_str).and_then(IdentifierKind::of);
    let key = match (kind, value) {
        (Some(kind), Some(value)) => match kind.key(&value, region) {
            Ok(key) => Some(key),
            Err(code) => {
                problems.add("/value", code);
                None
            }
        },
        _ => None,
    };
    problems.or(key)
}

/// Lifts one.
pub async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("erasure_lifts", "create")?;
    Query::read(&request, &[])?;
    let (mut body, bytes) = members(&request, &mut payload, JSON).await?;
    let key = asked(&mut body, &app.default_region)?;
    let object: &'static dyn Object = const { &Of::<ErasureLift>::NEW };
    Writing::new(&request, app, signed, &bytes)?
        .run(object, move |conn, context| {
            let done = match key {
                Some(key) => lift::lift(conn, context, &key, body)?,
                // Says what is wrong with the rest.
                None => {
                    object.draft(context, None, body)?.problems().clone().or(())?;
                    return Err(Error::invalid("/kind", Code::Required));
                }
            };
            Ok((201, done))
        })
        .await
}

/// What the contract says of it.
pub fn described() -> OperationBuilder {
    let doc = "Lets somebody who was erased be entered again by one thing that they were known by: an email address, a telephone number, a \
               website, a social account, or an id of the state, written as a customer has it. The ledger of erasures forgets its keyed hash; the \
               identifier itself is kept nowhere. What nobody who was erased was known by is refused with 422 `not_found`. Nothing that was \
               erased comes back. Needs the permission `erasure_lifts:create`, and that you may see the erasure.";
    let mut shown = example(&ErasureLift::SPEC, Face::Create);
    shown["value"] = json!("sara@yazd.example");
    let made = answer("It is lifted.", "ErasureLift", example(&ErasureLift::SPEC, Face::Output));
    operation(
        "createErasureLift",
        ErasureLift::SPEC.tag,
        "Lift the block on an erased identifier",
        doc,
    )
    .parameter(idempotency_key())
    .request_body(Some(body("application/json", "CreateErasureLift", shown)))
    .response("201", linked(made, "$response.body#/id", ["getErasureLift".to_owned()]))
}

/// What lifts.
#[derive(Debug)]
pub struct CreateErasureLift;

impl PartialSchema for CreateErasureLift {
    fn schema() -> RefOr<Schema> {
        let mut schema = of_record(&ErasureLift::SPEC, Face::Create);
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let value = ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(LONGEST))
                .description(Some("The identifier, written as a customer has it. It is not kept."));
            object.properties.insert("value".to_owned(), value.into());
            object.required.push("value".to_owned());
        }
        schema
    }
}
impl ToSchema for CreateErasureLift {}
