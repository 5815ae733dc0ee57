//! Everything held on a customer, as an archive: JSON files for programs, a page for people, and the documents themselves. It is made while it
//! is sent, a piece at a time, so that nothing large is held in memory; and that it was made stands in the audit.
use crate::http::app::{App, context};
use crate::http::caller::SignedIn;
use crate::http::contract::{mounted, path_id};
use crate::http::crud::id;
use crate::http::edge;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use actix_web::http::Method;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::actor::{Actor, Scope, Sight};
use domain::core::error::{Error, Result};
use domain::core::resource::Resource;
use domain::customers::customer::Customer;
use domain::privacy::consent::Consent;
use persistence::core::conn::Conn;
use persistence::core::view::View;
use persistence::core::{changes, object, read};
use serde_json::{Map, Value, json};
use std::io;
use tokio::sync::mpsc;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Response, ResponseBuilder};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::archive_parts::Making;

/// Pieces on their way to who reads.
const AHEAD: usize = 4;

/// The action that the permission names.
pub const ACTION: &str = "privacy_export";

/// How far the actor may make archives of customers that they also see.
pub fn sight(actor: &Actor) -> Result<Sight<'_>> {
    let both = actor.sight("customers", "read").zip(actor.sight("customers", ACTION));
    let (reads, exports) = both.ok_or(Error::NotFound)?;
    Ok(Sight {
        scope: reads.scope.min(exports.scope),
        ..reads
    })
}

/// The customer as the actor sees it.
fn record(conn: &mut Conn, actor: &Actor, customer: Uuid) -> Result<Map<String, Value>> {
    let view = View::new(&Customer::SPEC, actor, None)?;
    let found = read::get(conn, &sight(actor)?, &Customer::SPEC, &view, customer, false)?;
    let (_, text) = found.ok_or(Error::NotFound)?;
    serde_json::from_slice(&text).map_err(|e| Error::Internal(e.to_string()))
}

async fn get(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("customers", "read")?;
    signed.0.sight("customers", ACTION)?;
    Query::read(&request, &[])?;
    let customer = id(&path)?;
    let caller = signed.clone();
    let own = app.db.read(move |conn| record(conn, &caller.0.actor, customer)).await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("application/zip")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"privacy-export-{customer}.zip\""),
        ))
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let (origin, setting, caller) = (edge::request_id(&request), app.setting(), signed.clone());
    app.db
        .write(move |conn| {
            let context = context(&caller.0.actor, &setting, origin);
            changes::exported(conn, &context, "customers", customer)
        })
        .await?;
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(AHEAD);
    let making = Making {
        app,
        signed,
        customer,
        runtime: tokio::runtime::Handle::current(),
    };
    tokio::task::spawn_blocking(move || {
        let end = sender.clone();
        if let Err(error) = making.write(own, sender) {
            tracing::warn!(%customer, %error, "an archive was cut off");
            // Whoever still reads sees that it was cut off.
            let _ = end.blocking_send(Err(io::Error::other("cut off")));
        }
    });
    let body = futures_util::stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
    Ok(response.streaming(Box::pin(body)))
}

/// Whether the actor sees all records of an object.
pub fn sees_all(actor: &Actor, object: &'static str) -> bool {
    actor.sight(object, "read").is_some_and(|sight| sight.scope == Scope::All)
}

/// The objects whose records can be about a customer, in the order of the archive.
pub fn kinds() -> Vec<&'static dyn object::Object> {
    const FIRST: [&str; 6] = ["relationships", "group_members", "interactions", "tasks", "documents", "consents"];
    let mut all: Vec<&'static dyn object::Object> = mounted().into_values().collect();
    all.retain(|o| persistence::privacy::held::about(o.spec(), Uuid::nil()).is_some());
    all.sort_by_key(|o| FIRST.iter().position(|f| *f == o.spec().object).unwrap_or(FIRST.len()));
    all
}

fn archive() -> Response {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .max_length(Some(1 << 31));
    let content = ContentBuilder::new().schema(Some(schema)).example(Some(json!("PK"))).build();
    ResponseBuilder::new()
        .description("The archive.")
        .content("application/zip", content)
        .build()
}

/// The route.
pub fn routes(config: &mut ServiceConfig) {
    persistence::core::object::allow("customers", &[ACTION]);
    let doc = "A ZIP archive of everything held on a customer: their record, what refers to them (relationships, groups, interactions, tasks, consents and \
               what later areas add), their documents with every content, the changes of their record, each as JSON, and `index.html` in Persian \
               and English. It holds what the caller may see; `manifest.json` says whether that is all. The audit tells that it was made. Needs the \
               permissions `customers:read` and `customers:privacy_export`.";
    let exporting = operation(
        "exportCustomerPrivacy",
        Consent::SPEC.tag,
        "Export everything held on a customer",
        doc,
    )
    .parameter(path_id())
    .response("200", archive());
    config.service(Operations::at("/customers/{id}/privacy-export").get(|| web::route().to(get), exporting));
}
