//! Orders, shipments and credit over HTTP.
use crate::http::action::{Action, Asked, Because, Perhaps};
use crate::http::crud::{Crud, Has};
use domain::core::error::Result;
use domain::core::input::whole;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::{Code, Problems};
use domain::orders::credit::CreditAccount;
use domain::orders::line::{SalesAdjustment, SalesLine};
use domain::orders::order::Order;
use domain::orders::shipment::Shipment;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of, allow};
use persistence::orders::{order, shipment};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const ORDERS: &dyn Object = &Of::<Order>::NEW;
const SHIPMENTS: &dyn Object = &Of::<Shipment>::NEW;
const ACCOUNTS: &dyn Object = &Of::<CreditAccount>::NEW;

/// What is agreed from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendOrder {
    /// All lines as they are to be; as they are unless given.
    #[serde(default)]
    #[schema(max_items = 500)]
    lines: Option<Vec<SalesLine>>,
    /// All discounts and charges on the whole order as they are to be; as they are unless given.
    #[serde(default)]
    #[schema(max_items = 20)]
    adjustments: Option<Vec<SalesAdjustment>>,
}
impl Asked for AmendOrder {
    const SHOWN: Option<(&'static str, &'static str)> = Some((
        "AmendOrder",
        r#"{"lines": [{"line": 1, "product_id": null, "description": "میز کار ۱۶۰", "quantity": "3", "unit": "piece", "unit_price": {"amount": "48500000.00", "currency": "IRR"}, "price_quantity": "1", "adjustments": [], "tax": {"category": "standard", "percent": "10"}, "warehouse_id": null}], "adjustments": null}"#,
    ));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: AmendOrder = whole(members)?;
        let mut problems = Problems::default();
        if asked.lines.as_ref().is_some_and(|lines| lines.len() > 500) {
            problems.with("/lines", Code::TooLong, vec![("max", "500".to_owned())]);
        }
        if asked.adjustments.as_ref().is_some_and(|some| some.len() > 20) {
            problems.with("/adjustments", Code::TooLong, vec![("max", "20".to_owned())]);
        }
        problems.or(asked)
    }
}

/// How a shipment arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverShipment {
    /// When; now unless given.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    delivered_at: Option<Instant>,
    /// Who took it.
    #[serde(default)]
    #[schema(max_length = 200)]
    received_by: Option<String>,
}
impl Asked for DeliverShipment {
    const SHOWN: Option<(&'static str, &'static str)> = Some(("DeliverShipment", r#"{"delivered_at": null, "received_by": "علی کریمی"}"#));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: DeliverShipment = whole(members)?;
        let mut problems = Problems::default();
        if let Some(name) = &asked.received_by {
            domain::core::input::length("/received_by", name, 1, 200, &mut problems);
        }
        problems.or(asked)
    }
}

fn confirm(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    order::confirm(conn, context, id, expect)
}
fn amend(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: AmendOrder) -> Result<Done> {
    order::amend(conn, context, (id, expect), asked.lines, asked.adjustments)
}
fn hold(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Because) -> Result<Done> {
    order::hold(conn, context, id, expect, why.reason)
}
fn release(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    order::release(conn, context, id, expect)
}
fn cancel(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Perhaps) -> Result<Done> {
    order::cancel(conn, context, id, expect, why.reason)
}
fn close(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Perhaps) -> Result<Done> {
    order::close(conn, context, id, expect, why.reason)
}
fn deliver(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: DeliverShipment) -> Result<Done> {
    shipment::deliver(conn, context, (id, expect), asked.delivered_at, asked.received_by)
}
fn block(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Because) -> Result<Done> {
    let by = context.actor.user();
    pipeline::change::<CreditAccount>(conn, context, id, expect, "update", |account| account.block(why.reason, by))
}
fn unblock(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    let by = context.actor.user();
    pipeline::change::<CreditAccount>(conn, context, id, expect, "release", |account| account.unblock(by))
}

fn on_order(path: &'static str, id: &'static str, summary: &'static str, doc: &'static str, done: &'static str) -> Action {
    Action {
        path,
        id,
        summary,
        doc,
        done,
        object: ORDERS,
        permission: if id == "releaseOrder" { "release" } else { "update" },
        keyed: true,
    }
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    allow("orders", &["release"]);
    allow("credit_accounts", &["release"]);
    config.service(
        on_order(
            "/orders/{id}/confirm",
            "confirmOrder",
            "Confirm an order",
            "The draft gets its number, and what it needs from stock is reserved: in the warehouse that its lines or the order name, else in the first by \
             priority that has it all, else in several. 409 `stock_insufficient` where it is not there; then nothing has happened. An order with which \
             the customer would owe more than their credit limit, or of a customer whose credit is blocked, is not lost: it waits, `on_hold`, with \
             `hold_reason`, and nothing is reserved until it is released. 409 `order_not_draft`.",
            "It is confirmed, or waits.",
        )
        .on(confirm),
    );
    config.service(
        on_order(
            "/orders/{id}/amend",
            "amendOrder",
            "Change an order after it was confirmed",
            "Lines and discounts as they are to be; what is reserved follows. Nothing that went out is taken back: of a line no less can be agreed than was \
             shipped. Credit is looked at again; an order that grew beyond it waits. 409 `order_not_open`, `stock_insufficient`.",
            "It is changed.",
        )
        .told(amend),
    );
    config.service(
        on_order(
            "/orders/{id}/hold",
            "holdOrder",
            "Stop an order",
            "Nothing of it is shipped until it is released; what is reserved stays so. 409 `order_not_open`.",
            "It waits.",
        )
        .told(hold),
    );
    config.service(
        on_order(
            "/orders/{id}/release",
            "releaseOrder",
            "Let an order go on",
            "What it needs is reserved now. An order that waits for credit is released by somebody else than who confirmed it or whose it is: 409 \
             `self_approval`. 409 `order_not_held`, `stock_insufficient`.",
            "It goes on.",
        )
        .on(release),
    );
    config.service(
        on_order(
            "/orders/{id}/cancel",
            "cancelOrder",
            "Cancel an order",
            "What was reserved for it is free again. 409 `order_shipped` where some of it went out: close it; `order_invoiced` where it was invoiced: credit \
             that first; `order_not_open` where it has ended.",
            "It is cancelled.",
        )
        .told(cancel),
    );
    config.service(
        on_order(
            "/orders/{id}/close",
            "closeOrder",
            "Close an order",
            "There is nothing left to do: it was delivered, or what did not go out will not. What is still reserved is free again. 409 `order_not_shipped` \
             where nothing went out: cancel it; `order_not_open`.",
            "It is closed.",
        )
        .on(close),
    );
    let arriving = Action {
        path: "/shipments/{id}/deliver",
        id: "deliverShipment",
        summary: "Note that a shipment arrived",
        doc: "The order is `delivered` once all of it arrived. 409 `shipment_delivered`.",
        done: "It arrived.",
        object: SHIPMENTS,
        permission: "update",
        keyed: false,
    };
    config.service(arriving.told(deliver));
    let account = |path, id, summary, doc, done| Action {
        path,
        id,
        summary,
        doc,
        done,
        object: ACCOUNTS,
        permission: if id == "unblockCreditAccount" { "release" } else { "update" },
        keyed: false,
    };
    config.service(
        account(
            "/credit-accounts/{id}/block",
            "blockCreditAccount",
            "Block the credit of a customer",
            "All orders that are confirmed from now on wait, whatever is owed. 409 `credit_blocked`.",
            "It is blocked.",
        )
        .on(block),
    );
    config.service(
        account(
            "/credit-accounts/{id}/unblock",
            "unblockCreditAccount",
            "Give a customer credit again",
            "Somebody else does that than who blocked it: 409 `self_approval`. 409 `credit_not_blocked`.",
            "It is open again.",
        )
        .on(unblock),
    );
    config.service(Crud::<Order>::new());
    config.service(Crud::<Shipment>::only(Has::ReadsAndCreate));
    config.service(Crud::<CreditAccount>::new());
}
