//! What operations are written with: parameters, bodies, answers.
use super::super::reading::{MAX_PAGE, PAGE};
use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

/// A name in camel case behind a verb: `list` and `custom_fields` give `listCustomFields`.
pub fn operation_id(verb: &str, noun: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    noun.split(['_', '-'])
        .filter(|w| !w.is_empty())
        .map(capital)
        .fold(verb.to_owned(), |id, word| id + &word)
}

/// A parameter of the query.
pub fn query(name: &str, doc: &str, schema: ObjectBuilder) -> Parameter {
    let mut schema = schema.build();
    let free = schema.pattern.is_none() && schema.format.is_none() && schema.enum_values.is_none();
    if free && matches!(schema.schema_type, SchemaType::Type(Type::String)) {
        // No query takes a NUL.
        schema.pattern = Some(r"^[^\u0000]*$".to_owned());
    }
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(doc))
        .schema(Some(schema))
        .build()
}

/// A parameter of the query that must be there.
pub fn needed_query(name: &str, doc: &str, schema: ObjectBuilder) -> Parameter {
    let mut parameter = query(name, doc, schema);
    parameter.required = Required::True;
    parameter
}

/// A text of at most so many characters.
pub fn text(max: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(max))
}

pub fn header(name: &str, required: Required, doc: &str, max: usize) -> Parameter {
    let schema = text(max);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(doc))
        .schema(Some(schema))
        .build()
}

/// A header that is `true` or `false`.
pub fn flag_header(name: &str, doc: &str) -> Parameter {
    let schema = text(5).enum_values(Some(["true", "false"]));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(doc))
        .schema(Some(schema))
        .build()
}

/// The version a change is meant for.
pub fn if_match(required: bool) -> Parameter {
    let required = if required { Required::True } else { Required::False };
    header(
        "If-Match",
        required,
        "The ETag of the version you mean to change, or `*` for whichever it is.",
        200,
    )
}

/// The tag of what the caller has already.
pub fn seen() -> Parameter {
    header(
        "If-None-Match",
        Required::False,
        "Answers 304 when you have this version already.",
        200,
    )
}

/// `If-None-Match: *`: only if there is none yet.
pub fn only_new(required: Required) -> Parameter {
    let schema = text(1).enum_values(Some(["*"]));
    ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some("`*`: only create."))
        .schema(Some(schema))
        .build()
}

/// A key under which a repeated request is answered once.
pub fn idempotency_key() -> Parameter {
    let schema = text(257).pattern(Some(r#"^"?[A-Za-z0-9_.:-]{1,255}"?$"#));
    let doc = "Makes the request safe to repeat for a day: the same key and body get the same answer, and one effect.";
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(doc))
        .schema(Some(schema))
        .build()
}

/// The same key where nothing is done without one.
pub fn key_needed() -> Parameter {
    let mut key = idempotency_key();
    key.required = Required::True;
    key
}

/// The id in a path.
pub fn path_id() -> Parameter {
    let schema = text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The record's id."))
        .schema(Some(schema))
        .build()
}

pub fn path_text(name: &str, doc: &str, max: usize) -> Parameter {
    let schema = text(max).min_length(Some(1));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(doc))
        .schema(Some(schema))
        .build()
}

/// JSON of a named schema, with an example.
pub fn content(schema: &str, example: Value) -> utoipa::openapi::Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(schema)))
        .example(Some(example))
        .build()
}

/// An answer of a named schema.
pub fn answer(doc: &str, schema: &str, example: Value) -> Response {
    ResponseBuilder::new()
        .description(doc)
        .content("application/json", content(schema, example))
        .build()
}

/// An answer that may be of a record at another address than the one asked for.
pub fn located(mut response: Response) -> Response {
    let doc = "Where the record is: given where it was asked for by another system's name, or was merged into this one.";
    let header = HeaderBuilder::new().schema(Some(text(500))).description(Some(doc)).build();
    response.headers.insert("Content-Location".to_owned(), RefOr::T(header));
    response
}

/// An answer without a body.
pub fn empty(doc: &str) -> Response {
    ResponseBuilder::new().description(doc).build()
}

/// The same answer with links to what can be done next with the record that `id`, a runtime expression, names.
pub fn linked(mut answer: Response, id: &str, operations: impl IntoIterator<Item = String>) -> Response {
    for operation in operations {
        let link = LinkBuilder::new().operation_id(operation.clone()).parameter("id", id);
        answer.links.insert(operation, RefOr::T(link.build()));
    }
    answer
}

/// A body of a named schema.
pub fn body(kind: &str, schema: &str, example: Value) -> utoipa::openapi::request_body::RequestBody {
    RequestBodyBuilder::new()
        .content(kind, content(schema, example))
        .required(Some(Required::True))
        .build()
}

/// A body that may be left out.
pub fn optional_body(kind: &str, schema: &str, example: Value) -> utoipa::openapi::request_body::RequestBody {
    let mut body = body(kind, schema, example);
    body.required = Some(Required::False);
    body
}

/// How many a page holds.
pub fn limit() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1.0))
        .maximum(Some(MAX_PAGE as f64))
        .default(Some(json!(PAGE)))
}

/// Words to search for: at least two characters that are not space, and no NUL. The next line (U+0085) is space to us, but not to
/// ECMA-262, whose patterns these are.
pub fn words() -> ObjectBuilder {
    let letter = r"[^\s\u0085\u0000]";
    let pattern = format!(r"^[\s\u0085]*{letter}[\s\u0085]*{letter}[^\u0000]*$");
    text(400).min_length(Some(2)).pattern(Some(pattern))
}

/// A reading whose answer carries a tag: with the same tag in `If-None-Match` it answers 304.
pub fn conditional(operation: OperationBuilder) -> OperationBuilder {
    operation.parameter(seen()).response("304", empty("You have this already."))
}
