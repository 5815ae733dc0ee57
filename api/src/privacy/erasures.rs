//! Erasing a customer: first a look at what would be done, then doing it. See [`persistence::privacy::erasure`].
use crate::http::app::App;
use crate::http::body::JSON;
use crate::http::caller::SignedIn;
use crate::http::contract::{self, answer, body, idempotency_key, linked};
use crate::http::operation::operation;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::{Writing, answered, members};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use domain::privacy::erasure::{Erasure, ErasureCount};
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of};
use persistence::core::read;
use persistence::privacy::erasure::{self, Plan};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// What an erasure would do. Nothing was stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasurePreview {
    customer_id: Uuid,
    /// By kind of record.
    #[schema(max_items = 100)]
    counts: Vec<ErasureCount>,
    /// Documents that keep it from being done, by a legal hold: at most 100 of them.
    #[schema(max_items = 100)]
    held_document_ids: Vec<Uuid>,
    /// Whether the customer was erased already.
    erased: bool,
}

/// What would be done, for a customer whom the actor may both see and delete.
fn plan(conn: &mut Conn, actor: &Actor, customer: Uuid, now: domain::core::instant::Instant) -> Result<Plan> {
    let wrong = || Error::invalid("/customer_id", Code::NotFound);
    for action in ["read", "delete"] {
        let sight = actor
            .sight("customers", action)
            .ok_or_else(|| Error::Forbidden(format!("customers:{action}")))?;
        if !read::exists(conn, &sight, "customers", customer)? {
            return Err(wrong());
        }
    }
    erasure::plan(conn, contract::mounted().into_values(), customer, now)
}

/// Takes `preview` and the customer out of a body; the rest is the record's own to read.
fn asked(body: &mut Map<String, Value>) -> Result<(bool, Uuid), Problems> {
    let mut problems = Problems::default();
    let preview = match body.remove("preview") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(preview)) => preview,
        Some(_) => {
            problems.add("/preview", Code::WrongType);
            false
        }
    };
    let customer = body.get("customer_id").and_then(Value::as_str).filter(|text| text.len() == 36);
    let customer = customer.and_then(|text| Uuid::try_parse(text).ok());
    match body.get("customer_id") {
        None | Some(Value::Null) => problems.add("/customer_id", Code::Required),
        Some(Value::String(_)) if customer.is_none() => problems.with("/customer_id", Code::Format, vec![("format", "UUID".to_owned())]),
        Some(Value::String(_)) => {}
        Some(_) => problems.add("/customer_id", Code::WrongType),
    }
    problems.or((preview, customer.unwrap_or_default()))
}

fn blocked(held: &[Uuid]) -> Failure {
    let each = held.iter().map(|id| (format!("/documents/{id}"), "document_held"));
    Failure::Blocked("erasure_held", each.collect())
}

/// Erases, or says what that would do.
pub async fn create(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.sight("erasures", "create")?;
    signed.0.sight("customers", "delete")?;
    Query::read(&request, &[])?;
    let (mut body, bytes) = members(&request, &mut payload, JSON).await?;
    let (preview, customer) = asked(&mut body)?;
    let object: &'static dyn Object = const { &Of::<Erasure>::NEW };
    let writing = Writing::new(&request, app.clone(), signed.clone(), &bytes)?;
    if preview {
        let now = app.now();
        let plan = app.db.read(move |conn| plan(conn, &signed.0.actor, customer, now)).await?;
        return Ok(HttpResponse::Ok().json(ErasurePreview {
            customer_id: customer,
            counts: plan.counts,
            held_document_ids: plan.held.into_iter().take(100).collect(),
            erased: plan.erased,
        }));
    }
    // What the write found on its way, for what comes after the commit.
    let found: Arc<Mutex<(Vec<Uuid>, Vec<Uuid>)>> = Arc::default();
    let (minimal, note) = (writing.minimal, found.clone());
    let answer = writing
        .answer(object, move |conn, context| {
            let plan = plan(conn, context.actor, customer, context.now())?;
            let mut note = note.lock().unwrap_or_else(PoisonError::into_inner);
            note.0.clone_from(&plan.held);
            let (done, contents) = erasure::erase(conn, context, &plan, body)?;
            note.1 = contents;
            Ok((201, done))
        })
        .await;
    let (held, contents) = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    let answer = match answer {
        Err(Failure::Domain(Error::Conflict("erasure_held"))) => return Err(blocked(&held)),
        answer => answer?,
    };
    for content in contents {
        // What can't be removed now, the sweep removes: no version has it any more.
        if let Err(error) = app.contents.remove(content).await {
            tracing::warn!(%content, %error, "the content of an erased document is still there");
        }
    }
    Ok(answered(answer, minimal))
}

/// What the contract says of it.
pub fn described() -> OperationBuilder {
    let doc = "Takes everything personal out of what is held on a customer, in one transaction: the customer and their interactions stay without it, \
               tasks, relationships and documents are deleted for good, consents stay with a keyed hash in the place of the address, and the \
               change log forgets the values. Documents whose retention is not over stay; one under a legal hold refuses the whole (409 \
               `erasure_held`, which names it). What the customer was known by does not come in again: imports skip such rows with \
               `identifier_erased`, and creates answer 409. With `preview` nothing is done, and the answer says what would be. Can't be undone. \
               Needs the permissions `erasures:create` and `customers:delete`.";
    let mut shown = example(&Erasure::SPEC, Face::Create);
    shown["preview"] = json!(true);
    let preview = json!({
        "customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "held_document_ids": [], "erased": false,
        "counts": [{"object": "customers", "deleted": 0, "anonymized": 1, "detached": 0, "kept": 0}]
    });
    let made = answer("It was erased.", "Erasure", example(&Erasure::SPEC, Face::Output));
    operation("createErasure", Erasure::SPEC.tag, "Erase a customer", doc)
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", "CreateErasure", shown)))
        .response("200", answer("What would be done.", "ErasurePreview", preview))
        .response("201", linked(made, "$response.body#/id", ["getErasure".to_owned()]))
}

/// What erases.
#[derive(Debug)]
pub struct CreateErasure;

impl PartialSchema for CreateErasure {
    fn schema() -> RefOr<Schema> {
        let mut schema = of_record(&Erasure::SPEC, Face::Create);
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let preview = ObjectBuilder::new()
                .schema_type(Type::Boolean)
                .default(Some(json!(false)))
                .description(Some("Only say what would be done."));
            object.properties.insert("preview".to_owned(), preview.into());
        }
        schema
    }
}
impl ToSchema for CreateErasure {
    fn schemas(out: &mut Vec<(String, RefOr<Schema>)>) {
        out.push((ErasurePreview::name().into_owned(), <ErasurePreview as PartialSchema>::schema()));
        ErasurePreview::schemas(out);
    }
}
