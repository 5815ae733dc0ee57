//! Confirming values: somebody has asked, and they are still right. Nothing changes but that they are not stale any more.
use super::TAG;
use crate::http::app::App;
use crate::http::body;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, idempotency_key, if_match, path_id};
use crate::http::crud::id;
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, members};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::core::pipeline::{self, Expect};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::Customer;
use domain::quality::filled::{has, is_word};
use domain::quality::trace::CONFIRMED;
use persistence::core::object::{Object, Of};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

const CUSTOMER: &dyn Object = &Of::<Customer>::NEW;
/// Values that are confirmed at once.
const MOST: usize = 100;

/// What was asked and is still right.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ConfirmValues)]
#[serde(deny_unknown_fields)]
pub struct ConfirmValues {
    /// The values, as a profile of quality names them. The customer must have each.
    #[schema(min_items = 1, max_items = 100, schema_with = words)]
    fields: Vec<String>,
}

fn words() -> utoipa::openapi::schema::Array {
    let word = utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .min_length(Some(1))
        .max_length(Some(80));
    utoipa::openapi::ArrayBuilder::new()
        .items(word)
        .min_items(Some(1))
        .max_items(Some(MOST))
        .unique_items(true)
        .description(Some("The values, as a profile of quality names them. The customer must have each."))
        .examples([json!(["contact_points.mobile", "addresses"])])
        .build()
}

/// The words of a body, or all that is wrong with it.
fn read(mut body: Map<String, Value>) -> Result<Vec<String>, Problems> {
    let mut problems = Problems::default();
    let given = body.remove("fields");
    for name in body.keys() {
        problems.add(format!("/{}", domain::core::input::escape(name)), Code::UnknownField);
    }
    let mut fields = Vec::new();
    match given {
        None | Some(Value::Null) => problems.add("/fields", Code::Required),
        Some(Value::Array(items)) if items.is_empty() => problems.with("/fields", Code::TooShort, vec![("min", "1".to_owned())]),
        Some(Value::Array(items)) if items.len() > MOST => problems.with("/fields", Code::TooLong, vec![("max", MOST.to_string())]),
        Some(Value::Array(items)) => {
            for (i, item) in items.into_iter().enumerate() {
                match item {
                    Value::String(word) if fields.contains(&word) => problems.add(format!("/fields/{i}"), Code::Duplicate),
                    Value::String(word) => fields.push(word),
                    _ => problems.add(format!("/fields/{i}"), Code::WrongType),
                }
            }
        }
        Some(_) => problems.add("/fields", Code::WrongType),
    }
    problems.or(fields)
}

async fn confirm(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "update")?;
    Query::read(&request, &[])?;
    let customer = id(&path)?;
    let expect = match request.headers().contains_key("If-Match") {
        true => headers::if_match(&request)?,
        false => Expect::Any,
    };
    let (body, bytes) = members(&request, &mut payload, body::JSON).await?;
    let fields = read(body)?;
    Writing::new(&request, app, signed, &bytes)?
        .run(CUSTOMER, move |conn, context| {
            let noted = [(CONFIRMED.to_owned(), json!([null, fields]))].into_iter().collect();
            let done = pipeline::change_noting::<Customer>(conn, context, customer, expect, "update", noted, |customer| {
                let mut problems = Problems::default();
                for (i, word) in fields.iter().enumerate() {
                    let at = format!("/fields/{i}");
                    match word {
                        word if !is_word(word, customer.kind) => {
                            problems.with(at, Code::UnknownField, vec![("name", word.chars().take(100).collect())]);
                        }
                        word if !has(customer, word) => problems.add(at, Code::NotFound),
                        _ => {}
                    }
                }
                Ok(problems.or(())?)
            })?;
            Ok((200, done))
        })
        .await
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    let doc = "Notes that values were asked for and are still right, so that they are not stale any more. Needs the permission `customers:update`.";
    let given = json!({"fields": ["contact_points.mobile", "addresses"]});
    let shown = answer(
        "The customer, in its next version.",
        Customer::SPEC.schema,
        example(&Customer::SPEC, Face::Output),
    );
    let confirming = operation("confirmCustomerValues", TAG, "Say that values are still right", doc)
        .parameter(path_id())
        .parameter(if_match(false))
        .parameter(idempotency_key())
        .request_body(Some(crate::http::contract::body("application/json", "ConfirmValues", given)))
        .response("200", shown);
    config.service(
        Operations::at("/customers/{id}/confirm-values")
            .post(web::route().to(confirm), confirming)
            .schema::<ConfirmValues>(),
    );
}
