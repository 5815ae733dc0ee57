//! Where the operations of templates are, and what the contract says of them.
use super::asked::{Format, Preview, RenderTemplate};
use super::render::{preview, render};
use crate::http::contract::{answer, body, idempotency_key, path_id, text};
use crate::http::crud::Crud;
use crate::http::operation::{Operations, operation};
use actix_web::web;
use domain::core::field::Choice;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example, of_record};
use domain::documents::document::Document;
use domain::templates::template::Template;
use serde_json::json;
use utoipa::PartialSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, ContentBuilder, RefOr, Response, ResponseBuilder, Schema};
use utoipa_actix_web::service_config::ServiceConfig;

/// The name of a preview's schema.
const PREVIEW: &str = "PreviewTemplate";

fn file(doc: &str) -> Response {
    let content = |format: Option<SchemaFormat>, example: &str| -> Content {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(format)
            .max_length(Some(1 << 26));
        ContentBuilder::new().schema(Some(schema)).example(Some(json!(example))).build()
    };
    let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
    let named = HeaderBuilder::new()
        .schema(Some(text(2000)))
        .description(Some("`attachment`, with the template's name."));
    ResponseBuilder::new()
        .description(doc)
        .content("application/pdf", content(Some(binary), "%PDF-1.7"))
        .content("text/html", content(None, "<!DOCTYPE html><p>سلام</p>"))
        .content("text/plain", content(None, "سلام\n"))
        .header("Content-Disposition", named.build())
        .build()
}

/// The members of a template, of which a name is not needed, and what to make of it.
fn preview_schema() -> RefOr<Schema> {
    let mut schema = of_record(&Template::SPEC, Face::Create);
    if let (RefOr::T(Schema::Object(object)), RefOr::T(Schema::Object(own))) = (&mut schema, RenderTemplate::schema()) {
        object.description = Some("A template that is not saved, and what to make of it.".to_owned());
        object.required.retain(|name| name != "name");
        for name in Preview::OWN {
            object
                .properties
                .extend(own.properties.get(name).map(|of| (name.to_owned(), of.clone())));
        }
    }
    schema
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Template::SPEC.tag;
    let formats = Format::WORDS.join(", ");
    let rendering = operation(
        "renderTemplate",
        tag,
        "Fill a template in",
        &format!(
            "Fills the template in with a record and answers with the file: {formats}. It shows what you may read of the record and of what it refers \
             to; of the rest, nothing. With `save` the PDF becomes a document that is linked to the record, and the answer is that document. A \
             template that is not in use is refused with 409 `template_inactive`. Needs the permissions `templates:read`, to read the record, and \
             with `save` `documents:create` and `documents:update`."
        ),
    )
    .parameter(path_id())
    .parameter(idempotency_key())
    .request_body(Some(body(
        "application/json",
        "RenderTemplate",
        json!({"record_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "format": "pdf", "save": false}),
    )))
    .response("200", file("The file."))
    .response(
        "201",
        answer("The document that it is kept as.", "Document", example(&Document::SPEC, Face::Output)),
    );
    let mut shown = example(&Template::SPEC, Face::Create);
    shown["format"] = json!("html");
    let previewing = operation(
        "previewTemplate",
        tag,
        "Look at a template before it is saved",
        "Fills in what would be saved, with a record or, without one, with made-up values in the names of the fields. What is wrong with it is told as \
         it would be on saving. Needs the permission `templates:read`, and to read the record.",
    )
    .request_body(Some(body("application/json", PREVIEW, shown)))
    .response("200", file("The file."));
    config.service(
        Operations::at("/templates/preview")
            .post(web::route().to(preview), previewing)
            .named(PREVIEW.to_owned(), preview_schema()),
    );
    config.service(
        Operations::at("/templates/{id}/render")
            .post(web::route().to(render), rendering)
            .schema::<RenderTemplate>(),
    );
    config.service(Crud::<Template>::new());
}
