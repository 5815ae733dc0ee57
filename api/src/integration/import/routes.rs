//! Where the operations of imports are, and what the contract says of them.
use super::operations::{IMPORTS, abort, create, data, rows_of, start, undo};
use super::results::Wanted;
use crate::http::contract::{answer, body, content, idempotency_key, if_match, key_needed, linked, path_id, problem, query, text};
use crate::http::crud::{Crud, Has};
use crate::http::operation::{Operations, operation};
use actix_web::web;
use domain::core::schema::{Face, example, of_record};
use domain::integration::import::Import;
use serde_json::json;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, ContentBuilder, RefOr, Required, Response, ResponseBuilder, Schema};
use utoipa_actix_web::service_config::ServiceConfig;

fn shown() -> serde_json::Value {
    example(IMPORTS.spec(), Face::Output)
}

fn import(doc: &str) -> Response {
    answer(doc, "Import", shown())
}

fn act(id: &str, summary: &str, doc: &str) -> OperationBuilder {
    operation(id, "Imports", summary, &format!("{doc} Needs the permission `imports:create`."))
        .parameter(path_id())
        .parameter(if_match(false))
        .parameter(idempotency_key())
}

fn file(example: &str) -> Content {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .max_length(Some(1 << 30));
    ContentBuilder::new().schema(Some(schema)).example(Some(json!(example))).build()
}

fn rows(example: &str) -> Content {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(1 << 31));
    ContentBuilder::new().schema(Some(schema)).example(Some(json!(example))).build()
}

/// What a start may say: the mapping, corrected.
#[derive(Debug)]
struct StartImport;
impl utoipa::PartialSchema for StartImport {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("What is to be different from what was announced."))
            .property("mapping", domain::core::schema::texts())
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)))
            .into()
    }
}
impl utoipa::ToSchema for StartImport {}

/// What announces an import.
#[derive(Debug)]
struct CreateImport;
impl utoipa::PartialSchema for CreateImport {
    fn schema() -> RefOr<Schema> {
        of_record(IMPORTS.spec(), Face::Create)
    }
}
impl utoipa::ToSchema for CreateImport {}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let next = [
        "getImport",
        "uploadImportData",
        "startImport",
        "abortImport",
        "undoImport",
        "getImportResults",
        "deleteImport",
    ];
    let announce = operation(
        "createImport",
        "Imports",
        "Announce an import",
        "Says what the rows are and what they do. Then send the file and start. Needs `imports:create` and, on the object, what the rows do. \
         An Idempotency-Key is required.",
    )
    .parameter(key_needed())
    .request_body(Some(body("application/json", "CreateImport", json!({"object": "customers", "format": "csv", "mode": "upsert", "match_on": "email"}))))
    .response("201", linked(import("It waits for its file."), "$response.body#/id", next.map(str::to_owned)));
    let put = act(
        "uploadImportData",
        "Send an import's file",
        "The file as it is: CSV with a header row in any usual encoding and separator, NDJSON, or vCards (2.1, 3.0, 4.0) one after the other; with \
         `Content-Encoding: gzip` or `zstd` packed. \
         `Content-Digest` (RFC 9530) is checked. Answers with the guessed columns; send it again to replace it.",
    )
    .request_body(Some(
        RequestBodyBuilder::new()
            .content("text/csv", file("kind,given_name,family_name\nperson,علی,کریمی\n"))
            .content("application/x-ndjson", file("{\"kind\": \"person\", \"family_name\": \"کریمی\"}\n"))
            .content(
                "text/vcard",
                file("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:علی کریمی\r\nN:کریمی;علی;;;\r\nTEL;TYPE=cell:+989121234567\r\nEND:VCARD\r\n"),
            )
            .content("application/octet-stream", file("given_name,family_name\nعلی,کریمی\n"))
            .required(Some(Required::True))
            .build(),
    ))
    .response("200", import("The file is here, and this is what its columns are taken for."));
    let begin = act(
        "startImport",
        "Start an import",
        "Begins to write the rows, in the background. A `mapping` in the body corrects the guess.",
    )
    .request_body(Some(
        RequestBodyBuilder::new()
            .content(
                "application/json",
                content("StartImport", json!({"mapping": {"Mail": "contact_points[email]", "Photo": null}})),
            )
            .build(),
    ))
    .response("202", import("It runs; look here how far it is."));
    let end = act(
        "abortImport",
        "Give up an import",
        "No further row is written; those that were stay.",
    )
    .response("200", import("It is given up."));
    let back = act(
        "undoImport",
        "Take an import back",
        "In the background: what it made goes to the trash, what it changed gets its earlier values again. What somebody changed since stays as it \
         is, and counts as a conflict.",
    )
    .response("202", import("It is being taken back; look here how far that is."));
    let words = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(11))
        .enum_values(Some(Wanted::WORDS));
    let what = operation(
        "getImportResults",
        "Imports",
        "What became of an import's rows",
        "Each row as the file has it, with its outcome, its record, and what is wrong with it. Cells that a spreadsheet would run get an apostrophe \
         in front. Needs the permission `imports:read`.",
    )
    .parameter(path_id())
    .parameter(query("status", "Only rows of this outcome.", words))
    .response("409", problem())
    .parameter(query("format", "How they are written; `csv` unless told.", text(6).enum_values(Some(["csv", "ndjson"]))))
    .response(
        "200",
        ResponseBuilder::new()
            .description("The rows, in the order of the file.")
            .content(
                "text/csv",
                rows("Mail,import_outcome,import_record_id,import_codes,import_column,import_detail\nx,failed,,format,Mail,is not written as it must be\n"),
            )
            .content("application/x-ndjson", rows("{\"number\": 1, \"line\": 2, \"outcome\": \"created\"}\n"))
            .build(),
    );
    let post = |operations: Operations, route, operation| operations.post(route, operation);
    config.service(Operations::at("/imports/{id}/data").put(web::route().to(data), put));
    config.service(post(Operations::at("/imports/{id}/start"), web::route().to(start), begin).schema::<StartImport>());
    config.service(post(Operations::at("/imports/{id}/abort"), web::route().to(abort), end));
    config.service(post(Operations::at("/imports/{id}/undo"), web::route().to(undo), back));
    config.service(Operations::at("/imports/{id}/results").get(|| web::route().to(rows_of), what));
    config.service(Crud::<Import>::only(Has::ReadsAndDelete).making::<CreateImport>(|| web::route().to(create), announce));
}
