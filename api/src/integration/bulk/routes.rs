//! Where the operations of bulk actions are, and what the contract says of them.
use super::operations::{ACTIONS, cancel, create, results_of, take_back};
use super::preview::{BulkPreview, BulkSample};
use crate::http::contract::{answer, body, idempotency_key, if_match, linked, path_id, query, text};
use crate::http::crud::{Crud, Has};
use crate::http::operation::{Operations, operation};
use actix_web::web;
use domain::core::field::Choice;
use domain::core::schema::{Face, example, of_record};
use domain::integration::bulk::{BulkAction, BulkOutcome};
use serde_json::json;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, ContentBuilder, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

const TAG: &str = "Bulk actions";

/// What starts a bulk action.
#[derive(Debug)]
struct CreateBulkAction;
impl PartialSchema for CreateBulkAction {
    fn schema() -> RefOr<Schema> {
        of_record(ACTIONS.spec(), Face::Create)
    }
}
impl ToSchema for CreateBulkAction {
    fn schemas(out: &mut Vec<(String, RefOr<Schema>)>) {
        out.push((BulkPreview::name().into_owned(), <BulkPreview as PartialSchema>::schema()));
        BulkPreview::schemas(out);
        out.push((BulkSample::name().into_owned(), <BulkSample as PartialSchema>::schema()));
    }
}

fn action(doc: &str) -> Response {
    answer(doc, "BulkAction", example(ACTIONS.spec(), Face::Output))
}

fn act(id: &str, summary: &str, doc: &str) -> OperationBuilder {
    operation(id, TAG, summary, &format!("{doc} Needs the permission `bulk_actions:create`."))
        .parameter(path_id())
        .parameter(if_match(false))
        .parameter(idempotency_key())
}

fn lines(example: &str) -> Content {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(1 << 31));
    ContentBuilder::new().schema(Some(schema)).example(Some(json!(example))).build()
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let asked = json!({"object": "customers", "condition": "city = \"یزد\"", "action": {"tag": {"add": ["نمایشگاه"]}}});
    let seen = json!({"matched": 120, "changeable": 117, "sample": [{
        "record_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "outcome": "done", "before": {"tags": []}, "after": {"tags": ["نمایشگاه"]}, "errors": []
    }]});
    let doc = "Makes one change to many records, in the background: to each that the condition finds or `ids` names, and that you may see and \
               change, as if you changed it yourself: the same rules, versions, audit and change feed. Records made after it began are not \
               its own. The action is exactly one of `assign` (an owner, or a team; the unit follows the owner), `tag`, `group` (customers \
               only) and `change` (fields, as in a merge patch). With `preview=true` nothing is kept: how many records it is about, and the \
               first of them before and after. Needs the permission `bulk_actions:create`, and on the object what it does. 409 \
               `too_many_bulk_actions` where ten of yours are running.";
    let next = ["getBulkAction", "cancelBulkAction", "undoBulkAction", "getBulkActionResults"];
    let make = operation("createBulkAction", TAG, "Change many records at once", doc)
        .parameter(query(
            "preview",
            "Only shows what would become of it.",
            ObjectBuilder::new().schema_type(Type::Boolean),
        ))
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", "CreateBulkAction", asked)))
        .response("200", answer("With `preview=true`: what it would come to.", "BulkPreview", seen))
        .response(
            "202",
            linked(
                action("It runs; look here how far it is."),
                "$response.body#/id",
                next.map(str::to_owned),
            ),
        );
    let end = act(
        "cancelBulkAction",
        "Give up a bulk action",
        "No further record is changed; those that were stay. 409 `bulk_ended` where it has ended.",
    )
    .response("200", action("It is given up."));
    let back = act(
        "undoBulkAction",
        "Undo a bulk action",
        "In the background: what it changed gets its earlier values again, as far as you may change it. A record that somebody changed since \
         stays as it is, and counts as a conflict. 409 `bulk_running`, `bulk_undone` or `bulk_nothing_to_undo`.",
    )
    .response("202", action("It is being undone; look here how far that is."));
    let words = text(10).enum_values(Some(BulkOutcome::WORDS.iter().map(|w| w.as_ref()).chain(["conflict"])));
    let what = operation(
        "getBulkActionResults",
        TAG,
        "What became of the records of a bulk action",
        "Each record in the order in which they were tried, with its outcome and what was wrong. Needs the permission `bulk_actions:read`.",
    )
    .parameter(path_id())
    .parameter(query(
        "status",
        "Only records of this outcome, or those that an undo left alone.",
        words,
    ))
    .parameter(query(
        "format",
        "How they are written; `csv` unless told.",
        text(6).enum_values(Some(["csv", "ndjson"])),
    ))
    .response(
        "200",
        ResponseBuilder::new()
            .description("The records.")
            .content("text/csv", lines("number,record_id,outcome,undo,codes,pointers,detail\n"))
            .content(
                "application/x-ndjson",
                lines("{\"number\": 1, \"outcome\": \"done\", \"errors\": []}\n"),
            )
            .build(),
    );
    config.service(Operations::at("/bulk-actions/{id}/cancel").post(web::route().to(cancel), end));
    config.service(Operations::at("/bulk-actions/{id}/undo").post(web::route().to(take_back), back));
    config.service(Operations::at("/bulk-actions/{id}/results").get(|| web::route().to(results_of), what));
    config.service(Crud::<BulkAction>::only(Has::ReadsAndDelete).making::<CreateBulkAction>(|| web::route().to(create), make));
}
