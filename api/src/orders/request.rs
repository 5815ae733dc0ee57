//! Purchase requests over HTTP: decided, and made into orders.
use crate::http::action::{Action, Because};
use crate::http::app::App;
use crate::http::caller::SignedIn;
use crate::http::contract::{answer, if_match, key_needed, path_id};
use crate::http::crud::{Crud, id};
use crate::http::headers;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::writing::Writing;
use actix_web::web::{self, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Result;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::resource::Resource;
use domain::core::schema::{Face, example};
use domain::orders::order::Order;
use domain::orders::request::PurchaseRequest;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of, allow};
use persistence::orders::request;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const REQUESTS: &dyn Object = &Of::<PurchaseRequest>::NEW;
const ORDERS: &dyn Object = &Of::<Order>::NEW;

fn approve(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    let (by, now) = (context.actor.user(), context.now());
    pipeline::change::<PurchaseRequest>(conn, context, id, expect, "approve", |request| request.decide(true, None, by, now))
}
fn decline(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Because) -> Result<Done> {
    let (by, now) = (context.actor.user(), context.now());
    pipeline::change::<PurchaseRequest>(conn, context, id, expect, "approve", |request| {
        request.decide(false, Some(why.reason), by, now)
    })
}

async fn convert(request: HttpRequest, app: Data<App>, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Failure> {
    signed.0.sight("purchase_requests", "update")?;
    signed.0.sight("orders", "create")?;
    Query::read(&request, &[])?;
    headers::needs_key(&request)?;
    let (id, expect) = (id(&path)?, headers::if_match(&request)?);
    Writing::new(&request, app, signed, &[])?
        .run(ORDERS, move |conn, context| {
            let (new, done) = request::convert(conn, context, id, expect)?;
            Ok((if new { 201 } else { 200 }, done))
        })
        .await
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    allow("purchase_requests", &["approve"]);
    let deciding = |path, id, summary, doc, done| Action {
        path,
        id,
        summary,
        doc,
        done,
        object: REQUESTS,
        permission: "approve",
        keyed: true,
    };
    let approving = deciding(
        "/purchase-requests/{id}/approve",
        "approvePurchaseRequest",
        "Agree to a purchase request",
        "It can become an order now. Nobody agrees to what they wrote themselves (409 `self_approval`). 409 `request_decided`.",
        "It is approved.",
    );
    let declining = deciding(
        "/purchase-requests/{id}/decline",
        "declinePurchaseRequest",
        "Decline a purchase request",
        "It will not become an order. 409 `request_decided`.",
        "It is declined.",
    );
    config.service(approving.on(approve));
    config.service(declining.on(decline));
    let doc = "Makes a draft order of an approved request: what its lines leave open is priced and taxed by the catalogue; 422 names what stays open. Of a \
               request there is one order: whoever asks again, also at the same time, gets that one (200). 409 `request_not_approved`; `request_ordered` \
               where the order is not yours to see. Needs the permissions `purchase_requests:update` and `orders:create`.";
    let order = |doc: &str| answer(doc, Order::SPEC.schema, example(&Order::SPEC, Face::Output));
    let described = operation(
        "convertPurchaseRequest",
        Order::SPEC.tag,
        "Make the order of a purchase request",
        doc,
    )
    .parameter(path_id())
    .parameter(if_match(true))
    .parameter(key_needed())
    .response("201", order("The order."))
    .response("200", order("The order that was made before."));
    config.service(Operations::at("/purchase-requests/{id}/convert").post(web::route().to(convert), described));
    config.service(Crud::<PurchaseRequest>::new());
}
