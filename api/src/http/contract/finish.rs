//! What all operations of the contract share, added when everything is mounted: who we are, how to sign in, the refusals, the headers.
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Contact, ContentBuilder, Info, License, OpenApi, Ref, RefOr, Response, ResponseBuilder, Server};

/// What the chapters are about.
const TAGS: &[(&str, &str)] = &[
    ("Access", "People who work here, what they may do, and how they sign in."),
    ("Activities", "What happens between us and our customers, over every channel."),
    (
        "Bulk actions",
        "One change to many records: assigned, tagged, put into groups, changed; with a preview, a result for each, and an undo.",
    ),
    (
        "Catalogue",
        "What we sell: goods, services, bundles and variants, and what they cost.",
    ),
    ("Changes", "What happened: the change feed for machines, the audit for people."),
    (
        "Contracts",
        "What customers have agreed on for a time: terms, notice, renewals that are due.",
    ),
    (
        "Customers",
        "Whom we deal with: people and organizations, how to reach them, how they belong together.",
    ),
    ("Customization", "What an organization adds to the product by itself."),
    (
        "Data quality",
        "How complete and how fresh data is, where it comes from, what it cost, and what else is worth knowing.",
    ),
    (
        "Documents",
        "Files that belong to records: their contents, every version of them, and their text.",
    ),
    (
        "Duplicates",
        "Customers that are there more than once: how they are found, merged and taken apart again.",
    ),
    ("Imports", "Records from files, in bulk, with what became of each row."),
    (
        "Invoices",
        "What customers owe and paid: invoices, credit notes, payments, refunds, and the ledger that they come to.",
    ),
    ("Operations", "Jobs, metadata, and the contract itself."),
    (
        "Orders",
        "What customers order, from the draft to the delivery, and how documents are numbered.",
    ),
    (
        "Privacy",
        "What people let us do with their data: consents, and how they get their data back or gone.",
    ),
    (
        "Quotes",
        "What is offered to customers: priced, approved, sent, and accepted by a mailed address.",
    ),
    (
        "Sales",
        "Deals on their way through pipelines: what helps them on, what becomes of them, whom we compete with.",
    ),
    ("Stock", "What lies in the warehouses, what of it is promised, and all that moved."),
    (
        "Templates",
        "Letters, emails and messages that are filled in from records, as PDF, page or plain text.",
    ),
];

/// Completes the contract.
pub fn finish(api: &mut OpenApi) {
    api.info = Info::new("Peyvand", env!("CARGO_PKG_VERSION"));
    api.info.description = Some(
        "Peyvand (Persian for *bond*) is an operational CRM. Every record has the same operations, every list the same grammar, every \
         refusal the same shape (RFC 9457, in English or Persian by `Accept-Language`)."
            .to_owned(),
    );
    let mut contact = Contact::new();
    contact.name = Some("The makers of Peyvand".to_owned());
    contact.url = Some("https://peyvand.example/support".to_owned());
    contact.email = Some("support@peyvand.example".to_owned());
    api.info.contact = Some(contact);
    let mut license = License::new("MIT OR Apache-2.0");
    license.url = Some("https://peyvand.example/licence".to_owned());
    api.info.license = Some(license);
    let mut server = Server::new("https://api.peyvand.example");
    server.description = Some("Production: your own server's address stands here.".to_owned());
    server.extensions = Some(ExtensionsBuilder::new().add("x-internal", false).build());
    api.servers = Some(vec![server]);
    api.tags = Some(
        TAGS.iter()
            .map(|(name, doc)| TagBuilder::new().name(*name).description(Some(*doc)).build())
            .collect(),
    );
    let components = api.components.get_or_insert_with(Default::default);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token from `/api/v1/auth/login` or `/oauth/token` (RFC 9068, checked as RFC8725 asks), or an API key.",
        ))
        .build();
    components.schemas.values_mut().for_each(super::known::bound);
    components.add_security_scheme("bearerAuth", SecurityScheme::Http(bearer));
    let doc = "Something is wrong; `code` says what to programs, `title` and `errors` to people.";
    let example = json!({
        "type": "https://peyvand.example/problems/invalid", "title": "The request says something wrong", "status": 422, "detail": null,
        "instance": "/requests/0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "code": "invalid",
        "errors": [{"pointer": "/contact_points/0/value", "code": "format", "detail": "is not written as it must be"}]
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(example))
        .build();
    let mut problem = ResponseBuilder::new()
        .description(doc)
        .content("application/problem+json", content)
        .build();
    headers(&mut problem, "default");
    components.responses.insert("Problem".to_owned(), RefOr::T(problem));
    for (path, item) in &mut api.paths.paths {
        let named = path.contains('{');
        for (method, operation) in operations(item) {
            complete(operation, method, path, named);
        }
    }
}

/// The answer that all refusals share.
pub fn problem() -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name("Problem"))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| operation.as_mut().map(|o| (method, o)))
}

/// The refusals an operation can answer with, and the headers of all its answers.
fn complete(operation: &mut Operation, method: &str, path: &str, named: bool) {
    let has_parameter = |o: &Operation, name: &str| o.parameters.iter().flatten().any(|p| named_so(p, name));
    let open = operation.security.as_ref().is_some_and(Vec::is_empty);
    let mut statuses = vec!["400", "406", "414", "429", "431", "500", "503"];
    if !open {
        statuses.extend(["401", "403"]);
    } else if method == "post" {
        // What needs no credential and takes a body is where one is given.
        statuses.push("401");
    }
    if named {
        statuses.push("404");
    }
    if method != "get" {
        statuses.push("409");
    }
    if operation.request_body.is_some() {
        statuses.extend(["408", "413", "415", "422"]);
    }
    if ["Idempotency-Key", "limit", "to", "until"]
        .iter()
        .any(|name| has_parameter(operation, name))
    {
        statuses.push("422");
    }
    if has_parameter(operation, "If-Match") || has_parameter(operation, "If-None-Match") && method != "get" && !path.ends_with("/search") {
        statuses.extend(["412", "428"]);
    }
    for status in statuses {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(problem);
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            headers(response, status);
        }
    }
    // An open operation says so by the empty requirement: an empty list would look like one that was forgotten.
    operation.security = Some(vec![match open {
        true => SecurityRequirement::default(),
        false => SecurityRequirement::new("bearerAuth", Vec::<String>::new()),
    }]);
    if let Some(parameters) = &mut operation.parameters {
        parameters.sort_by_key(|p| match p {
            RefOr::T(p) => p.name.clone(),
            RefOr::Ref(_) => String::new(),
        });
    }
}

fn named_so(parameter: &RefOr<Parameter>, name: &str) -> bool {
    matches!(parameter, RefOr::T(p) if p.name == name)
}

fn headers(response: &mut Response, status: &str) {
    let mut add = |name: &str, doc: &str, schema: ObjectBuilder| {
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(doc)).build();
        response.headers.entry(name.to_owned()).or_insert(RefOr::T(header));
    };
    let text = |max| ObjectBuilder::new().schema_type(Type::String).max_length(Some(max));
    add(
        "Request-Id",
        "The request, as support can find it.",
        text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
    );
    add("RateLimit", "What is left of the limit (IETF draft).", text(100));
    add("RateLimit-Policy", "The limit.", text(100));
    match status {
        "200" | "201" | "304" => add("ETag", "The version.", text(100)),
        "default" => {
            let seconds = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
            add(
                "Retry-After",
                "Seconds to wait (429, 503 and some 409).",
                seconds.minimum(Some(0.0)).maximum(Some(86_400.0)),
            );
        }
        _ => {}
    }
    if matches!(status, "201" | "202") {
        add("Location", "Where it is.", text(500));
    }
    if status == "200" {
        add("Link", "The next page, where there is one (RFC 8288).", text(8192));
    }
}
