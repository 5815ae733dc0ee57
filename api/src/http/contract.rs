//! The contract: written from what is mounted. A record's part comes from its field table and its routes; operations of their own bring
//! theirs. What every operation shares, such as its refusals, is added once, at the end.
use super::crud::Has;
use super::problem::{Problem, ProblemError};
use domain::core::resource::Spec;
use domain::core::schema::{Face, example, of_record};
use persistence::core::object::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, HttpMethod, Ref, RefOr, Required, Response, ResponseBuilder, Schema};

static MOUNTED: Mutex<BTreeMap<&'static str, &'static dyn Object>> = Mutex::new(BTreeMap::new());

/// Notes that an object is mounted.
pub fn register(object: &'static dyn Object) {
    MOUNTED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(object.spec().object, object);
}

/// The objects that were mounted.
pub fn mounted() -> BTreeMap<&'static str, &'static dyn Object> {
    MOUNTED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

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
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(doc))
        .schema(Some(schema))
        .build()
}

/// A text of at most so many characters.
pub fn text(max: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(max))
}

fn header(name: &str, required: Required, doc: &str, max: usize) -> Parameter {
    let schema = text(max);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
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

fn if_none_match(doc: &str, required: Required) -> Parameter {
    header("If-None-Match", required, doc, 200)
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

fn path_text(name: &str, doc: &str, max: usize) -> Parameter {
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

/// An answer without a body.
pub fn empty(doc: &str) -> Response {
    ResponseBuilder::new().description(doc).build()
}

/// A body of a named schema.
pub fn body(kind: &str, schema: &str, example: Value) -> utoipa::openapi::request_body::RequestBody {
    RequestBodyBuilder::new()
        .content(kind, content(schema, example))
        .required(Some(Required::True))
        .build()
}

fn page_example(spec: &Spec) -> Value {
    json!({"data": [example(spec, Face::Output)], "page": {"next_cursor": null, "has_more": false}})
}

/// The operations of a record.
pub fn paths(spec: &'static Spec, has: Has) -> Paths {
    let one = spec.one.replace('_', " ");
    let many = spec.object.replace('_', " ");
    let (path, shown) = (spec.path, example(spec, Face::Output));
    let operation = |verb: &str, noun: &str, summary: String, doc: &str, permission: &str| {
        let allowed = format!("{doc} Needs the permission `{}:{permission}`.", spec.object);
        OperationBuilder::new()
            .operation_id(Some(operation_id(verb, noun)))
            .tag(spec.tag)
            .summary(Some(summary))
            .description(Some(allowed))
    };
    let fields = || query("fields", "Only these members, by name, separated by commas.", text(2000));
    let expand = || {
        query(
            "expand",
            "The records behind these references too: `owner`, `referrer.owner`. At most 5, 2 deep.",
            text(300),
        )
    };
    let deleted = || {
        query(
            "include_deleted",
            "Records in the trash too; needs the permission to delete.",
            ObjectBuilder::new().schema_type(Type::Boolean),
        )
    };
    let seen = || if_none_match("Answers 304 when you have this version already.", Required::False);
    let not_modified = || empty("You have this already.");
    let record = |doc: &str| answer(doc, spec.schema, shown.clone());

    let sorts: Vec<&str> = spec.fields.iter().filter(|f| f.sortable).map(|f| f.name).collect();
    let list = operation(
        "list",
        spec.object,
        format!("List {many}"),
        "A page of what you may see. Follow `page.next_cursor` until it is null.",
        "read",
    )
    .parameter(query(
        "filter",
        "A condition, such as `created_at > \"2026-03-21T00:00:00Z\" AND owner_id != null`.",
        text(4096),
    ))
    .parameter(query(
        "q",
        "Words, each found anywhere in the record's text, whatever their spelling in Persian or Arabic letters.",
        text(400).min_length(Some(2)),
    ))
    .parameter(query(
        "sort",
        &format!(
            "Up to 3 of {}, separated by commas; `-` before one sorts it falling.",
            sorts.join(", ")
        ),
        text(200),
    ))
    .parameter(fields())
    .parameter(expand())
    .parameter(query("limit", "How many a page holds.", limit()))
    .parameter(query(
        "cursor",
        "`page.next_cursor` of the page before, with the same other parameters.",
        text(4096),
    ))
    .parameter(query(
        "count",
        "`exact` counts what there is, up to 10,000.",
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(10))
            .enum_values(Some(["exact", "estimated"])),
    ))
    .parameter(deleted())
    .parameter(seen())
    .response("200", answer("A page.", &page_name(spec), page_example(spec)))
    .response("304", not_modified());
    let search_body = json!({"filter": {"field": "updated_at", "op": ">", "value": "2026-03-21T00:00:00Z"}, "limit": 20});
    let search = operation(
        "search",
        spec.object,
        format!("Search {many}"),
        "The same as the list, asked by a body: for conditions as JSON and long queries. Changes nothing.",
        "read",
    )
    .request_body(Some(body("application/json", "Search", search_body)))
    .response("200", answer("A page.", &page_name(spec), page_example(spec)))
    .response("304", not_modified())
    .parameter(seen());
    let get = operation(
        "get",
        spec.one,
        format!("Get one of the {many}"),
        "The record as you may see it.",
        "read",
    )
    .parameter(path_id())
    .parameter(fields())
    .parameter(expand())
    .parameter(deleted())
    .parameter(seen())
    .response("200", record("The record."))
    .response("304", not_modified());
    let named = |o: OperationBuilder| {
        o.parameter(path_text("system", "The other system.", 50))
            .parameter(path_text("value", "What it calls the record.", 255))
    };
    let get_named = named(operation(
        "get",
        &format!("{}_by_external_id", spec.one),
        format!("Get a {one} by external id"),
        "The record that another system knows by this id.",
        "read",
    ))
    .parameter(fields())
    .parameter(expand())
    .parameter(seen())
    .response("200", record("The record."))
    .response("304", not_modified());
    let id_path = format!("{path}/{{id}}");
    let named_path = format!("{path}/by-external-id/{{system}}/{{value}}");
    let mut all = PathsBuilder::new().build();
    all.add_path_operation(path, vec![HttpMethod::Get], list.build());
    all.add_path_operation(format!("{path}/search"), vec![HttpMethod::Post], search.build());
    all.add_path_operation(&id_path, vec![HttpMethod::Get], get.build());
    all.add_path_operation(&named_path, vec![HttpMethod::Get], get_named.build());
    if has.writes() {
        let (create_name, patch_name) = (format!("Create{}", spec.schema), format!("Patch{}", spec.schema));
        let made = || record("It was created.");
        let create = operation(
            "create",
            spec.one,
            format!("Create a {one}"),
            "Makes a new record. All that is wrong with the body is told at once.",
            "create",
        )
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", &create_name, example(spec, Face::Create))))
        .response("201", made());
        let put = operation(
            "create",
            &format!("{}_with_id", spec.one),
            format!("Create a {one} with your own id"),
            "For devices that make ids themselves (UUIDv7). Needs `If-None-Match: *`; 412 where it exists.",
            "create",
        )
        .parameter(path_id())
        .parameter(if_none_match("Always `*`.", Required::True))
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", &create_name, example(spec, Face::Create))))
        .response("201", made());
        let patch = operation(
            "update",
            spec.one,
            format!("Change a {one}"),
            "A JSON merge patch (RFC 7396) of the version that you name in If-Match.",
            "update",
        )
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .request_body(Some(body("application/merge-patch+json", &patch_name, example(spec, Face::Patch))))
        .response("200", record("As it now is."));
        let upsert = named(operation(
            "upsert",
            spec.one,
            format!("Create or change a {one} by external id"),
            "Changes the record that another system knows by this id, or creates it. Of two who race, one creates and one changes.",
            "update",
        ))
        .parameter(if_match(false))
        .parameter(if_none_match("`*`: only create.", Required::False))
        .parameter(idempotency_key())
        .request_body(Some(body("application/merge-patch+json", &patch_name, example(spec, Face::Create))))
        .response("200", record("It was there, and is now so."))
        .response("201", made());
        all.add_path_operation(path, vec![HttpMethod::Post], create.build());
        all.add_path_operation(&id_path, vec![HttpMethod::Put], put.build());
        all.add_path_operation(&id_path, vec![HttpMethod::Patch], patch.build());
        all.add_path_operation(&named_path, vec![HttpMethod::Patch], upsert.build());
    }
    if has.deletes() {
        let delete = operation(
            "delete",
            spec.one,
            format!("Delete a {one}"),
            "Moves it to the trash, from where it can be restored.",
            "delete",
        )
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .response("204", empty("It is in the trash."));
        let restore = operation(
            "restore",
            spec.one,
            format!("Restore a {one}"),
            "Takes it out of the trash.",
            "delete",
        )
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .response("200", record("It is back."));
        all.add_path_operation(&id_path, vec![HttpMethod::Delete], delete.build());
        all.add_path_operation(format!("{id_path}/restore"), vec![HttpMethod::Post], restore.build());
    }
    all
}

fn limit() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1.0))
        .maximum(Some(super::crud::MAX_PAGE as f64))
        .default(Some(json!(super::crud::PAGE)))
}

/// The name of a record's page.
pub fn page_name(spec: &Spec) -> String {
    format!("{}Page", spec.schema)
}

/// The schemas of a record.
pub fn schemas(spec: &'static Spec, has: Has, out: &mut Vec<(String, RefOr<Schema>)>) {
    out.push((spec.schema.to_owned(), of_record(spec, Face::Output)));
    if has.writes() {
        out.push((format!("Create{}", spec.schema), of_record(spec, Face::Create)));
        out.push((format!("Patch{}", spec.schema), of_record(spec, Face::Patch)));
    }
    for collect in spec.fields.iter().filter_map(|f| f.schemas) {
        collect(out);
    }
    let data = ArrayBuilder::new()
        .items(Ref::from_schema_name(spec.schema))
        .max_items(Some(super::crud::MAX_PAGE));
    let page = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(format!("A page of {}.", spec.object.replace('_', " "))))
        .property("data", data)
        .required("data")
        .property("page", Ref::from_schema_name("Page"))
        .required("page");
    out.push((page_name(spec), page.into()));
    shared(out);
}

/// The schemas that every record's operations use.
pub fn shared(out: &mut Vec<(String, RefOr<Schema>)>) {
    use utoipa::{PartialSchema, ToSchema};
    let nullable = utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]);
    let cursor = ObjectBuilder::new()
        .schema_type(nullable)
        .max_length(Some(4096))
        .description(Some("Give it as `cursor` for the next page; null at the end."));
    let page = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Where a page stands in its list."))
        .property("next_cursor", cursor)
        .required("next_cursor")
        .property("has_more", ObjectBuilder::new().schema_type(Type::Boolean))
        .required("has_more")
        .property(
            "count",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .minimum(Some(0.0))
                .maximum(Some(10_000.0)),
        )
        .property("count_capped", ObjectBuilder::new().schema_type(Type::Boolean));
    out.push(("Page".to_owned(), page.into()));
    let search = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("What to search for; each as the parameter of the list of the same name."))
        .property("filter", Ref::from_schema_name("Condition"))
        .property("q", text(400).min_length(Some(2)))
        .property("sort", text(200))
        .property("fields", text(2000))
        .property("expand", text(300))
        .property("limit", limit())
        .property("cursor", text(4096))
        .property("count", text(10).enum_values(Some(["exact", "estimated"])))
        .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)));
    out.push(("Search".to_owned(), search.into()));
    out.push(("Condition".to_owned(), domain::core::condition::Condition::schema()));
    domain::core::condition::Condition::schemas(out);
    out.push(("Problem".to_owned(), Problem::schema()));
    out.push(("ProblemError".to_owned(), ProblemError::schema()));
}
