//! Where the operations of documents are, and what the contract says of them.
use super::content::{DOCUMENTS, get, put};
use super::versions::{self, DocumentDifference, DocumentVersionPage, compare, content, restore};
use crate::http::contract::{
    answer, conditional, empty, header, idempotency_key, if_match, limit, path_id, path_text, problem, query, text,
};
use crate::http::crud::Crud;
use crate::http::operation::{Operations, operation};
use crate::http::upload::DIGESTS;
use actix_web::web;
use domain::core::schema::{Face, example};
use domain::documents::document::Document;
use serde_json::json;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, ContentBuilder, Required, Response, ResponseBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

const TAG: &str = "Documents";

fn bytes() -> Content {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .max_length(Some(1 << 31));
    ContentBuilder::new()
        .schema(Some(schema))
        .example(Some(json!("نام,شهر\nعلی,یزد\n")))
        .build()
}

/// The bytes of a content, or of a part of it, with the headers that tell of them.
fn file(doc: &str) -> Response {
    let named = |doc: &str| HeaderBuilder::new().schema(Some(text(2000))).description(Some(doc)).build();
    ResponseBuilder::new()
        .description(doc)
        .content("*/*", bytes())
        .header("Content-Disposition", named("Always `attachment`, with the document's name."))
        .header("Accept-Ranges", named("`bytes`."))
        .header("Content-Range", named("Which part it is, where it is one."))
        .header("Repr-Digest", named("The SHA-256 of the whole content (RFC 9530)."))
        .header(
            "Content-Digest",
            named("The SHA-256 of what is sent, where that is the whole content (RFC 9530)."),
        )
        .build()
}

/// A header of digests (RFC 9530): names and bytes in base64.
fn digests(name: &str, doc: &str) -> Parameter {
    const ONE: &str = "[a-z0-9-]+=:([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?:";
    let pattern = format!("^{ONE}(, ?{ONE})*$");
    let mut parameter = header(name, Required::False, doc, DIGESTS);
    parameter.schema = Some(text(DIGESTS).pattern(Some(pattern)).into());
    parameter
}

fn reading(operation: OperationBuilder) -> OperationBuilder {
    conditional(operation)
        .parameter(header(
            "Range",
            Required::False,
            "One range of bytes, such as `bytes=0-1023`; several are answered with all.",
            200,
        ))
        .parameter(header(
            "If-Range",
            Required::False,
            "The ETag of the content that you have a part of: with another, all is sent.",
            200,
        ))
        .response("200", file("The content."))
        .response("206", file("The part of it that was asked for."))
        .response("416", problem())
}

fn document(doc: &str) -> Response {
    answer(doc, "Document", example(DOCUMENTS.spec(), Face::Output))
}

fn version_number() -> utoipa::openapi::path::Parameter {
    path_text("number", "The number of a version.", 19)
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    persistence::core::object::allow("documents", &["hold"]);
    let send = operation(
        "uploadDocumentContent",
        TAG,
        "Send a document's content",
        "The bytes as they are; each content is a new version. `Content-Digest` and `Repr-Digest` (RFC 9530) are checked. The type is told from \
         the bytes: a `Content-Type` that they don't bear out is refused with 415, and without one it is what the bytes say. No body is an empty content. At most 100 MiB unless \
         the setting `document_max_bytes` says otherwise. Needs the permission `documents:update`.",
    )
    .parameter(path_id())
    .parameter(if_match(true))
    .parameter(idempotency_key())
    .parameter(digests("Content-Digest", "`sha-256=:…:` of the body."))
    .parameter(digests("Repr-Digest", "The same, as some clients call it."))
    .request_body(Some(RequestBodyBuilder::new().content("application/octet-stream", bytes()).content("*/*", bytes()).required(Some(Required::False)).build()))
    .response("200", document("It is the latest version."));
    let receive = operation(
        "getDocumentContent",
        TAG,
        "Get a document's content",
        "The latest content, or a range of it: always as a file to be saved. Needs the permission `documents:read`.",
    )
    .parameter(path_id());
    let all = operation(
        "listDocumentVersions",
        TAG,
        "List a document's versions",
        "Every content that it has had, the latest first. Needs the permission `documents:read`.",
    )
    .parameter(path_id())
    .parameter(query("limit", "How many a page holds.", limit()))
    .parameter(query("cursor", "Where the page begins, as the page before says.", text(4096)))
    .response(
        "200",
        answer(
            "The versions.",
            "DocumentVersionPage",
            json!({
                "data": [{
                    "number": 1, "media_type": "application/pdf", "size_bytes": 48213,
                    "digest": "sha-256=:LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=:", "restored_from": null,
                    "created_at": "2026-03-21T08:30:00.000Z", "created_by": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25"
                }],
                "page": {"next_cursor": null, "has_more": false}
            }),
        ),
    );
    let one = operation(
        "getDocumentVersionContent",
        TAG,
        "Get a version's content",
        "As the latest content is got. Needs the permission `documents:read`.",
    )
    .parameter(path_id())
    .parameter(version_number());
    let again = operation(
        "restoreDocumentVersion",
        TAG,
        "Restore a version",
        "Makes a new version that has the content of an earlier one. Needs the permission `documents:update`.",
    )
    .parameter(path_id())
    .parameter(version_number())
    .parameter(if_match(true))
    .parameter(idempotency_key())
    .response("200", document("The earlier content is the latest again."));
    let diff = operation(
        "compareDocumentVersions",
        TAG,
        "Compare two versions of a text",
        "What leads from one version to another, as a unified diff. Both must be text of at most 1 MiB; others are refused with 409 \
         `not_comparable`. Needs the permission `documents:read`.",
    )
    .parameter(path_id())
    .parameter(version_number())
    .parameter(query(
        "to",
        "The number of the other version; the latest unless told.",
        text(19).pattern(Some("^[1-9][0-9]*$")),
    ))
    .response("304", empty("You have this already."))
    .response("409", problem())
    .response(
        "200",
        answer(
            "What is different.",
            "DocumentDifference",
            json!({"from": 1, "to": 2, "diff": "--- version 1\n+++ version 2\n@@ -1 +1 @@\n-علی\n+رضا\n"}),
        ),
    );
    config.service(
        Operations::at("/documents/{id}/content")
            .get(|| web::route().to(get), reading(receive))
            .put(web::route().to(put), send),
    );
    config.service(
        Operations::at("/documents/{id}/versions")
            .get(|| web::route().to(versions::list), conditional(all))
            .schema::<DocumentVersionPage>(),
    );
    config.service(Operations::at("/documents/{id}/versions/{number}/content").get(|| web::route().to(content), reading(one)));
    config.service(Operations::at("/documents/{id}/versions/{number}/restore").post(web::route().to(restore), again));
    config.service(
        Operations::at("/documents/{id}/versions/{number}/compare")
            .get(|| web::route().to(compare), conditional(diff))
            .schema::<DocumentDifference>(),
    );
    config.service(Crud::<Document>::new());
}
