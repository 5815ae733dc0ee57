//! The usual operations of a record.
use super::super::crud::Has;
use super::super::{guard, headers};
use super::parts::*;
use super::schemas::{field_names, page_name, search_name, sorts};
use domain::core::resource::Spec;
use domain::core::schema::{Face, example};
use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, Parameter, Paths, PathsBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, HttpMethod, RefOr, Required, Response};

fn page_example(spec: &Spec) -> Value {
    json!({"data": [example(spec, Face::Output)], "page": {"next_cursor": null, "has_more": false}})
}

/// The same list as a file.
fn exported(mut page: Response, spec: &'static Spec) -> Response {
    let file = |example: String| {
        let schema = text(1 << 31);
        ContentBuilder::new()
            .schema(Some(schema))
            .example(Some(Value::String(example)))
            .build()
    };
    let head = spec.fields.iter().map(|f| f.name).collect::<Vec<_>>().join(",");
    page.content.insert("text/csv".to_owned(), RefOr::T(file(format!("{head}\n"))));
    let line = example(spec, Face::Output).to_string();
    page.content
        .insert("application/x-ndjson".to_owned(), RefOr::T(file(format!("{line}\n"))));
    page
}

/// What can be done next with a record.
fn next(spec: &Spec, verbs: &[&str]) -> Vec<String> {
    verbs.iter().map(|verb| operation_id(verb, spec.one)).collect()
}

/// What a list of records can be asked.
pub fn listing(spec: &'static Spec, operation: OperationBuilder) -> OperationBuilder {
    let sortable: Vec<&str> = spec.fields.iter().filter(|f| f.sortable).map(|f| f.name).collect();
    operation
        .parameter(query(
            "filter",
            "A condition, such as `created_at > \"2026-03-21T00:00:00Z\" AND owner_id != null`.",
            text(4096),
        ))
        .parameter(query(
            "q",
            "Words, each found anywhere in the record's text, whatever their spelling in Persian or Arabic letters.",
            super::parts::words(),
        ))
        .parameter(query(
            "sort",
            &format!(
                "Up to 3 of {}, separated by commas; `-` before one sorts it falling.",
                sortable.join(", ")
            ),
            sorts(spec),
        ))
        .parameter(fields(spec))
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
}

fn fields(spec: &Spec) -> Parameter {
    query("fields", "Only these members, by name, separated by commas.", field_names(spec))
}

fn expand() -> Parameter {
    query(
        "expand",
        "The records behind these references too: `owner`, `referrer.owner`. At most 5, 2 deep.",
        text(300),
    )
}

fn deleted() -> Parameter {
    query(
        "include_deleted",
        "Records in the trash too; needs the permission to delete.",
        ObjectBuilder::new().schema_type(Type::Boolean),
    )
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
    let fields = || fields(spec);
    let not_modified = || empty("You have this already.");
    let record = |doc: &str| answer(doc, spec.schema, shown.clone());

    let list = listing(
        spec,
        operation(
            "list",
            spec.object,
            format!("List {many}"),
            "A page of what you may see. Follow `page.next_cursor` until it is null.",
            "read",
        ),
    )
    .parameter(seen())
    .response(
        "200",
        exported(
            answer(
                "A page, or with `Accept: text/csv` or `application/x-ndjson` all of it as a file; that needs the permission to export.",
                &page_name(spec),
                page_example(spec),
            ),
            spec,
        ),
    )
    .response("304", not_modified());
    let search_body = json!({"filter": {"field": "updated_at", "op": ">", "value": "2026-03-21T00:00:00Z"}, "limit": 20});
    let search = operation(
        "search",
        spec.object,
        format!("Search {many}"),
        "The same as the list, asked by a body: for conditions as JSON and long queries. Changes nothing.",
        "read",
    )
    .request_body(Some(body("application/json", &search_name(spec), search_body)))
    .response("200", answer("A page.", &page_name(spec), page_example(spec)))
    .response("304", not_modified())
    .parameter(seen());
    let get = operation(
        "get",
        spec.one,
        format!("Get one of the {many}"),
        "The record as you may see it. One that was merged into another answers with that one.",
        "read",
    )
    .parameter(path_id())
    .parameter(fields())
    .parameter(expand())
    .parameter(deleted())
    .parameter(seen())
    .response("200", located(record("The record.")))
    .response("304", located(not_modified()));
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
    .response("200", located(record("The record.")))
    .response("304", located(not_modified()));
    let id_path = format!("{path}/{{id}}");
    let named_path = format!("{path}/by-external-id/{{system}}/{{value}}");
    let mut all = PathsBuilder::new().build();
    all.add_path_operation(path, vec![HttpMethod::Get], list.build());
    all.add_path_operation(format!("{path}/search"), vec![HttpMethod::Post], search.build());
    all.add_path_operation(&id_path, vec![HttpMethod::Get], get.build());
    all.add_path_operation(&named_path, vec![HttpMethod::Get], get_named.build());
    // What looks at the writes of this object can be told to let one pass.
    let guarded = |operation: OperationBuilder| match guard::of(spec.object) {
        Some(guard) => operation.parameter(flag_header(guard.header(), guard.doc())),
        None => operation,
    };
    let (create_name, patch_name) = (format!("Create{}", spec.schema), format!("Patch{}", spec.schema));
    let made = || {
        let then: &[&str] = if has.writes() { &["get", "update", "delete"] } else { &["get"] };
        linked(record("It was created."), "$response.body#/id", next(spec, then))
    };
    if has.creates() {
        let create = operation(
            "create",
            spec.one,
            format!("Create a {one}"),
            "Makes a new record. All that is wrong with the body is told at once.",
            "create",
        )
        .parameter(if headers::is_keyed(spec.object) {
            key_needed()
        } else {
            idempotency_key()
        })
        .request_body(Some(body("application/json", &create_name, example(spec, Face::Create))))
        .response("201", made());
        all.add_path_operation(path, vec![HttpMethod::Post], guarded(create).build());
    }
    if has.writes() {
        let put = operation(
            "create",
            &format!("{}_with_id", spec.one),
            format!("Create a {one} with your own id"),
            "For devices that make ids themselves (UUIDv7). Needs `If-None-Match: *`; 412 where it exists.",
            "create",
        )
        .parameter(path_id())
        .parameter(only_new(Required::True))
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
        .parameter(only_new(Required::False))
        .parameter(idempotency_key())
        .request_body(Some(body("application/merge-patch+json", &patch_name, example(spec, Face::Create))))
        .response("200", record("It was there, and is now so."))
        .response("201", made());
        all.add_path_operation(&id_path, vec![HttpMethod::Put], guarded(put).build());
        all.add_path_operation(&id_path, vec![HttpMethod::Patch], guarded(patch).build());
        all.add_path_operation(&named_path, vec![HttpMethod::Patch], guarded(upsert).build());
    }
    if has.deletes() {
        let delete = operation(
            "delete",
            spec.one,
            format!("Delete a {one}"),
            if has.restores() {
                "Moves it to the trash, from where it can be restored."
            } else {
                "Ends it for good."
            },
            "delete",
        )
        .parameter(path_id())
        .parameter(if_match(true))
        .parameter(idempotency_key())
        .response("204", {
            let gone = empty("It is gone.");
            if has.restores() {
                linked(gone, "$request.path.id", next(spec, &["restore"]))
            } else {
                gone
            }
        });
        all.add_path_operation(&id_path, vec![HttpMethod::Delete], delete.build());
    }
    if has.restores() {
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
        .response("200", linked(record("It is back."), "$response.body#/id", next(spec, &["get"])));
        all.add_path_operation(format!("{id_path}/restore"), vec![HttpMethod::Post], restore.build());
    }
    all
}
