//! Purchase requests: their numbers, and the order that one becomes, exactly once.
use super::{known, of_deal, series};
use crate::core::conn::Conn;
use crate::{row, store};
use domain::catalog::product::Product;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::members;
use domain::core::pipeline::{self, Context, Done, Expect, Storage as _, Store as _};
use domain::core::problem::{Code, Problems};
use domain::orders::order::Order;
use domain::orders::request::{PurchaseRequest, RequestStatus};
use domain::orders::series::Numbered;
use serde_json::json;
use uuid::Uuid;

row! { PurchaseRequest in purchase_requests {
    number: Maybe,
    customer_id: Plain,
    opportunity_id: Maybe,
    status: Word,
    currency: Plain,
    lines: Json,
    reference: Maybe,
    requested_on: Maybe,
    ship_to: Maybe,
    notes: Maybe,
    decided_at: Maybe,
    decided_by: Maybe,
    reason: Maybe,
    order_id: Maybe,
} hidden {
    search = PurchaseRequest::search_text,
} }
store! {
    PurchaseRequest,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |_conn, before, after, _context| match (before, after) {
        (Some(gone), None) if gone.status == RequestStatus::Ordered => Err(Error::Conflict("request_ordered")),
        _ => Ok(()),
    }
}

fn settle(conn: &mut Conn, before: Option<&PurchaseRequest>, after: &mut PurchaseRequest, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let differs = before.is_none_or(|b| after.differs(b));
    if before.is_some_and(|b| differs && b.status != RequestStatus::Open) {
        return Err(Error::Conflict("request_decided"));
    }
    let was = before.and_then(|b| b.opportunity_id);
    of_deal(conn, context, (was, after.opportunity_id), after.customer_id, &mut problems)?;
    for (i, line) in after.lines.iter().enumerate().filter(|_| differs) {
        let Some(product) = line.product_id else { continue };
        let same = before.is_some_and(|b| b.lines.iter().any(|old| old.product_id == Some(product)));
        match known::<Product>(conn, context, product.uuid())? {
            None if !same => problems.add(format!("/lines/{i}/product_id"), Code::NotFound),
            Some(product) if !same && !product.sellable() => {
                let with = vec![("with", "status".to_owned())];
                problems.with(format!("/lines/{i}/product_id"), Code::Conflict, with);
            }
            _ => {}
        }
    }
    if before.is_none() && after.number.is_none() && problems.0.is_empty() {
        let today = context.now().utc().date_naive();
        after.number = Some(series::take(conn, Numbered::PurchaseRequest, today, context.now())?);
    }
    Ok(problems)
}

/// Makes the order of an approved request, or finds the one that was made of it: whether it is new, and the order.
///
/// # Errors
/// `request_not_approved`; `request_ordered` where the order is out of the actor's sight; those of the order, such as a line without a price.
pub fn convert(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<(bool, Done)> {
    conn.hold("purchase_requests", id)?;
    let sight = context.sight("purchase_requests", "update")?;
    context.sight("orders", "create")?;
    let request: PurchaseRequest = conn.load(Id::from_uuid(id), &sight, false)?.ok_or(Error::NotFound)?;
    if let Some(order) = request.order_id {
        let order = known::<Order>(conn, context, order.uuid())?.ok_or(Error::Conflict("request_ordered"))?;
        let done = Done {
            id: order.base.id.uuid(),
            version: order.base.version,
            changed: false,
        };
        return Ok((false, done));
    }
    request.orderable()?;
    let body = json!({
        "customer_id": request.customer_id, "opportunity_id": request.opportunity_id, "currency": request.currency, "lines": request.lines,
        "reference": request.reference, "requested_on": request.requested_on, "ship_to": request.ship_to, "notes": request.notes,
    });
    let user = context.actor.user();
    let done = context.in_house(|context| {
        pipeline::create_with::<Order>(conn, context, None, members(body), |order| {
            order.purchase_request_id = Some(request.base.id.cast());
            order.base.owner_id = request.base.owner_id.or(user);
            Ok(())
        })
    })?;
    pipeline::change::<PurchaseRequest>(conn, context, id, expect, "update", |request| request.order(Id::from_uuid(done.id)))?;
    Ok((true, done))
}
