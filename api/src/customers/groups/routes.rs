//! Where the operations of members are, and what the contract says of them.
use super::{GroupHistory, GroupRebuild, GroupState, history, list, put, remove, renew, state};
use crate::http::contract::{answer, conditional, empty, idempotency_key, if_match, limit, page_name, path_id, query, text, words};
use crate::http::operation::{Operations, operation};
use actix_web::web;
use domain::core::field::Choice;
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::customers::customer::Customer;
use domain::customers::group::{Group, GroupMember, Membership};
use serde_json::json;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa_actix_web::service_config::ServiceConfig;

/// The customer in a path.
fn path_customer() -> Parameter {
    ParameterBuilder::new()
        .name("customer_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The customer's id."))
        .schema(Some(text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))))
        .build()
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = Group::SPEC.tag;
    let uuid = || text(36).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let reading = "Needs the permissions `groups:read`, `group_members:read` and `customers:read`.";
    let page = json!({"data": [example(&Customer::SPEC, Face::Output)], "page": {"next_cursor": null, "has_more": false}});
    let flag = || ObjectBuilder::new().schema_type(Type::Boolean);
    let doc = format!(
        "Customers who are in the group, by hand or by its condition, as far as you may see them; as in the list of customers. {reading}"
    );
    let listing = operation("listGroupMembersOf", tag, "List the customers of a group", &doc)
        .parameter(path_id())
        .parameter(query(
            "filter",
            "A condition on the customers, such as `city = \"Yazd\"`.",
            text(4096),
        ))
        .parameter(query("q", "Words, each found anywhere in the customer's text.", words()))
        .parameter(query("sort", "As in the list of customers.", text(200)))
        .parameter(query(
            "fields",
            "Only these members of each, by name, separated by commas.",
            text(2000),
        ))
        .parameter(query("expand", "The records behind these references too.", text(300)))
        .parameter(query("limit", "How many a page holds.", limit()))
        .parameter(query(
            "cursor",
            "`page.next_cursor` of the page before, with the same other parameters.",
            text(4096),
        ))
        .parameter(query(
            "count",
            "`exact` counts what there is, up to 10,000.",
            text(10).enum_values(Some(["exact", "estimated"])),
        ))
        .parameter(query(
            "include_deleted",
            "Customers in the trash too; needs the permission to delete them.",
            flag(),
        ))
        .response("200", answer("A page.", &page_name(&Customer::SPEC), page));
    let member = || example(&GroupMember::SPEC, Face::Output);
    let by_hand = "409 `group_is_dynamic` where it has a condition.";
    let doc = format!("The customer is in the group, whether or not it was before. {by_hand} Needs the permission `group_members:create`.");
    let putting = operation("putGroupMember", tag, "Put a customer into a group", &doc)
        .parameter(path_id())
        .parameter(path_customer())
        .parameter(idempotency_key())
        .response("200", answer("It was in already.", GroupMember::SPEC.schema, member()))
        .response("201", answer("It is in.", GroupMember::SPEC.schema, member()));
    let doc = format!("The customer is no longer in the group. {by_hand} Needs the permission `group_members:delete`.");
    let removing = operation("removeGroupMember", tag, "Take a customer out of a group", &doc)
        .parameter(path_id())
        .parameter(path_customer())
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
    config.service(Operations::at("/groups/{id}/members").get(|| web::route().to(list), conditional(listing)));
    let one = Operations::at("/groups/{id}/members/{customer_id}").put(web::route().to(put), putting);
    config.service(one.delete(web::route().to(remove), removing));
    let again = Operations::at("/groups/{id}/rebuild").post(web::route().to(renew), renewing);
    config.service(again.schema::<GroupRebuild>());
    let stands = Operations::at("/groups/{id}/state").get(|| web::route().to(state), conditional(standing));
    config.service(stands.schema::<GroupState>());
    let told = Operations::at("/groups/{id}/history").get(|| web::route().to(history), conditional(telling));
    config.service(told.schema::<GroupHistory>());
}
