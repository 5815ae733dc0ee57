//! Where the operations of members are, and what the contract says of them.
use super::{AddGroupMember, GroupHistory, GroupRebuild, GroupState, add, history, list, remove, renew, state};
use crate::http::contract::{
    answer, body, conditional, empty, idempotency_key, if_match, limit, listing, needed_query, page_name, path_id, query, text,
};
use crate::http::operation::{Operations, operation};
use actix_web::web;
use domain::core::field::Choice;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::Customer;
use domain::customers::group::{Group, GroupMember, Membership};
use serde_json::json;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Group::SPEC.tag;
    let uuid = || text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let reading = "Needs the permissions `groups:read`, `group_members:read` and `customers:read`.";
    let page = json!({"data": [example(&Customer::SPEC, Face::Output)], "page": {"next_cursor": null, "has_more": false}});
    let doc = format!(
        "Customers who are in the group, by hand or by its condition, as far as you may see them; as in the list of customers. {reading}"
    );
    let listing = listing(
        &Customer::SPEC,
        operation("listGroupCustomers", tag, "List the customers of a group", &doc),
    )
    .parameter(path_id())
    .response("200", answer("A page.", &page_name(&Customer::SPEC), page));
    let member = || example(&GroupMember::SPEC, Face::Output);
    let by_hand = "409 `group_is_dynamic` where it has a condition.";
    let doc = format!("The customer is in the group, whether or not it was before. {by_hand} Needs the permission `group_members:create`.");
    let whom = json!({"customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22"});
    let putting = operation("addGroupMember", tag, "Put a customer into a group", &doc)
        .parameter(path_id())
        .parameter(idempotency_key())
        .request_body(Some(body("application/json", "AddGroupMember", whom)))
        .response("200", answer("It was in already.", GroupMember::SPEC.schema, member()))
        .response("201", answer("It is in.", GroupMember::SPEC.schema, member()));
    let doc = format!("The customer is no longer in the group. {by_hand} Needs the permission `group_members:delete`.");
    let out = uuid().examples(["0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22"]);
    let removing = operation("removeGroupMember", tag, "Take a customer out of a group", &doc)
        .parameter(path_id())
        .parameter(needed_query("customer_id", "Who is to be out.", out))
        .parameter(if_match(false))
        .parameter(idempotency_key())
        .response("204", empty("It is out."));
    let doc = "Finds who fits the condition anew, in the background; `Location` is the job. That is done by itself when a condition is new or \
               changed, and no write of a customer needs it. 409 `group_is_static` where it has none. Needs the permission `groups:update`.";
    let begun = json!({"job_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20"});
    let renewing = operation("rebuildGroup", tag, "Find the members of a group anew", doc)
        .parameter(path_id())
        .response(
            "202",
            answer("It runs; look at the group's state how far it is.", "GroupRebuild", begun),
        );
    let doc = format!("How many members it has, and whether they are being found anew. {reading}");
    let now = json!({"group_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "kind": "dynamic", "members": 42, "state": "current", "rebuilt_at": "2026-03-21T08:30:00.000Z"});
    let standing = operation("getGroupState", tag, "See how a group stands", &doc)
        .parameter(path_id())
        .response("200", answer("As it stands.", "GroupState", now));
    let doc = format!(
        "Who joined and left, the latest first: of customers that you may see now, so not of those in the trash or merged into another. {reading}"
    );
    let event = json!({"data": [{
        "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "customer_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a22", "display_name": "علی کریمی",
        "event": "joined", "cause": "rule", "at": "2026-03-21T08:30:00.000Z", "actor_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a23"
    }], "page": {"next_cursor": null, "has_more": false}});
    let telling = operation("getGroupHistory", tag, "Read who joined and left a group", &doc)
        .parameter(path_id())
        .parameter(query("customer_id", "Only of this customer.", uuid()))
        .parameter(query(
            "event",
            "Only this.",
            text(10).enum_values(Some(Membership::WORDS.iter().map(|w| w.as_ref()))),
        ))
        .parameter(query("limit", "How many entries a page holds.", limit()))
        .parameter(query(
            "cursor",
            "`page.next_cursor` of the page before, with the same other parameters.",
            text(4096),
        ))
        .response("200", answer("A page.", "GroupHistory", event));
    let who = Operations::at("/groups/{id}/members").get(|| web::route().to(list), conditional(listing));
    let who = who.post(web::route().to(add), putting).delete(web::route().to(remove), removing);
    config.service(who.schema::<AddGroupMember>());
    let again = Operations::at("/groups/{id}/rebuild").post(web::route().to(renew), renewing);
    config.service(again.schema::<GroupRebuild>());
    let stands = Operations::at("/groups/{id}/state").get(|| web::route().to(state), conditional(standing));
    config.service(stands.schema::<GroupState>());
    let told = Operations::at("/groups/{id}/history").get(|| web::route().to(history), conditional(telling));
    config.service(told.schema::<GroupHistory>());
}
