//! Keeping a file that the server itself has made as a document: the same way as one that is sent, in one transaction with its version.
use super::content::{DOCUMENTS, Placed, keep, version};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::problem::Failure;
use crate::http::upload::Received;
use crate::http::writing::Writing;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::core::pipeline::Expect;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Keeps a file (its name, its type, its bytes) as a document of the caller's, linked to a record, and answers with the document. `asked` is the
/// body of the request, so that a repeat of it is answered once.
///
/// # Errors
/// Those of creating a document; those of the place where contents are.
pub async fn keep_file(
    request: &HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    asked: &[u8],
    (name, media_type, bytes): (String, &'static str, Vec<u8>),
    link: Option<(String, Uuid)>,
) -> Result<HttpResponse, Failure> {
    let folder = app.contents.incoming();
    let received = tokio::task::spawn_blocking(move || Received::made(&folder, &bytes)).await;
    let received = received.map_err(|e| Error::Internal(e.to_string()))??;
    let placed = Placed {
        content_id: Uuid::now_v7(),
        media_type: media_type.to_owned(),
        size_bytes: received.size as i64,
        digest: received.digest.clone(),
        restored_from: None,
    };
    let mut body = Map::from_iter([("name".to_owned(), json!(name))]);
    match link {
        Some((object, record)) if object == "customers" => body.insert("customer_id".to_owned(), json!(record)),
        Some((object, record)) => body.insert("links".to_owned(), json!([{"object": object, "record_id": record}])),
        None => None::<Value>,
    };
    let writing = Writing::new(request, app, signed, asked)?;
    keep(writing, placed, received, move |conn, context, placed| {
        let made = DOCUMENTS.create(conn, context, None, body)?;
        Ok((201, version(conn, context, made.id, Expect::Version(made.version), Some(placed))?))
    })
    .await
}
