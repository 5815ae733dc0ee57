//! Orders: their numbers, what they come to, and what is done to them.
use super::supply::{hold_products, secure};
use super::{account, conversion, credit, line, series};
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::{row, store};
use domain::core::error::{Error, Result};
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::Problems;
use domain::orders::line::{SalesAdjustment, SalesLine, units};
use domain::orders::order::{HoldReason, Order, OrderStatus};
use domain::orders::series::Numbered;
use uuid::Uuid;

row! { Order in orders {
    number: Maybe,
    customer_id: Plain,
    opportunity_id: Maybe,
    quote_id: Maybe,
    purchase_request_id: Maybe,
    status: Word,
    hold_reason: MaybeWord,
    currency: Plain,
    lines: Json,
    adjustments: Json,
    reference: Maybe,
    requested_on: Maybe,
    payment_days: Plain,
    payment_term_id: Maybe,
    rounding_step: Maybe,
    warehouse_id: Maybe,
    ship_to: Maybe,
    notes: Maybe,
    line_totals: Json,
    totals: Json,
    progress: Json,
    invoiced: Json,
    revision: Plain,
    confirmed_at: Maybe,
    confirmed_by: Maybe,
    released_by: Maybe,
    reason: Maybe,
} hidden {
    total_units = |o: &Order| o.total().and_then(units).unwrap_or_default(),
    open_units = Order::open_units,
    search = Order::search_text,
} }
store! {
    Order,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |_conn, before, after, _context| match (before, after) {
        // What was confirmed is cancelled, not deleted.
        (Some(gone), None) if gone.status != OrderStatus::Draft => Err(Error::Conflict("order_not_draft")),
        // A quote becomes one order, once: it must not look as if there had been none.
        (Some(gone), None) if gone.quote_id.is_some() => Err(Error::Conflict("order_of_quote")),
        (Some(gone), None) if gone.purchase_request_id.is_some() => Err(Error::Conflict("order_of_request")),
        _ => Ok(()),
    }
}

fn settle(conn: &mut Conn, before: Option<&Order>, after: &mut Order, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let differs = before.is_none_or(|b| after.differs(b));
    // What is no draft any more is amended, not edited.
    if before.is_some_and(|b| differs && b.status != OrderStatus::Draft && b.revision == after.revision) {
        return Err(Error::Conflict("order_not_draft"));
    }
    // Nor is what a customer has accepted.
    if before.is_some_and(|b| b.quote_id.is_some() && b.revision == after.revision && after.departs(b)) {
        return Err(Error::Conflict("order_of_quote"));
    }
    let was = before.and_then(|b| b.opportunity_id);
    super::of_deal(conn, context, (was, after.opportunity_id), after.customer_id, &mut problems)?;
    if differs {
        let known = before.map_or(&[][..], |b| &b.lines);
        let code = after.currency.clone();
        // What a quote promised is held to, whatever has become of the product since.
        let promised = after.quote_id.filter(|_| before.is_none()).map(|_| after.lines.clone());
        let scene = line::Scene {
            before: promised.as_deref().unwrap_or(known),
            customer: Some(after.customer_id),
            code: &code,
        };
        line::complete(conn, context, &scene, &mut after.lines, &mut problems)?;
        if problems.0.is_empty()
            && let Err(wrong) = after.count()
        {
            problems.extend(wrong);
        }
    }
    let confirmed = !matches!(after.status, OrderStatus::Draft | OrderStatus::Cancelled);
    if confirmed && after.number.is_none() && problems.0.is_empty() {
        let today = context.now().utc().date_naive();
        after.number = Some(series::take(conn, Numbered::Order, today, context.now())?);
    }
    Ok(problems)
}

/// The order, with its account and itself held: what may be decided about it is as it is now. None where there is none.
fn held(conn: &mut Conn, id: Uuid) -> Result<Option<Order>> {
    account::hold_of(conn, "orders", id)?;
    let order = live::<Order>(conn, id)?;
    if let Some(order) = &order {
        hold_products(conn, order)?;
    }
    Ok(order)
}

fn step(
    conn: &mut Conn,
    context: &Context<'_>,
    (id, expect, permission): (Uuid, Expect, &'static str),
    rule: impl FnOnce(&mut Order) -> Result<()>,
) -> Result<Done> {
    let done = pipeline::change::<Order>(conn, context, id, expect, permission, rule)?;
    secure(conn, context, id)?;
    Ok(done)
}

/// Confirms an order: it gets its number, and what it needs is reserved; or it waits for credit.
///
/// # Errors
/// Those of [`Order::confirm`]; `stock_insufficient`.
pub fn confirm(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
    let order = held(conn, id)?;
    let waits = order.map(|order| credit::waits(conn, &order)).transpose()?.flatten();
    let (by, now) = (context.actor.user(), context.now());
    step(conn, context, (id, expect, "update"), |order| order.confirm(waits, by, now))
}

/// Changes what was agreed, and what is reserved for it.
///
/// # Errors
/// Those of [`Order::amend`]; `stock_insufficient`.
pub fn amend(
    conn: &mut Conn,
    context: &Context<'_>,
    (id, expect): (Uuid, Expect),
    lines: Option<Vec<SalesLine>>,
    adjustments: Option<Vec<SalesAdjustment>>,
) -> Result<Done> {
    let order = held(conn, id)?;
    let waits = order
        .map(|order| amended(conn, context, order, lines.clone(), adjustments.clone()))
        .transpose()?
        .flatten();
    step(conn, context, (id, expect, "update"), |order| {
        let mut lines = lines;
        if let Some(lines) = &mut lines {
            let mut problems = Problems::default();
            domain::orders::line::check(lines, &mut problems);
            problems.or(())?;
        }
        order.amend(lines, adjustments, waits)
    })
}

/// Whether the order would have to wait for credit as it is to be. What is wrong with that is told by the change itself.
fn amended(
    conn: &mut Conn,
    context: &Context<'_>,
    mut order: Order,
    lines: Option<Vec<SalesLine>>,
    adjustments: Option<Vec<SalesAdjustment>>,
) -> Result<Option<HoldReason>> {
    let (before, known) = (order.total(), order.lines.clone());
    if let Some(lines) = lines {
        order.lines = lines;
        domain::orders::line::check(&mut order.lines, &mut Problems::default());
    }
    if let Some(adjustments) = adjustments {
        order.adjustments = adjustments;
    }
    let code = order.currency.clone();
    let scene = line::Scene {
        before: &known,
        customer: Some(order.customer_id),
        code: &code,
    };
    line::complete(conn, context, &scene, &mut order.lines, &mut Problems::default())?;
    if order.count().is_err() {
        return Ok(None);
    }
    let more = match (order.total().and_then(units), before.and_then(units)) {
        (Some(after), Some(before)) => after > before,
        _ => true,
    };
    // An order that somebody let go on, and that has not grown since, goes on.
    if !more && order.released_by.is_some() {
        return Ok(None);
    }
    credit::waits(conn, &order)
}

/// Stops an order by hand.
///
/// # Errors
/// Those of [`Order::hold`].
pub fn hold(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, reason: String) -> Result<Done> {
    held(conn, id)?;
    step(conn, context, (id, expect, "update"), |order| order.hold(reason))
}

/// Lets an order go on; what it needs is reserved now.
///
/// # Errors
/// Those of [`Order::release`]; `stock_insufficient`.
pub fn release(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
    held(conn, id)?;
    let by = context.actor.user();
    step(conn, context, (id, expect, "release"), |order| order.release(by))
}

/// Cancels an order; what was reserved for it is free.
///
/// # Errors
/// Those of [`Order::cancel`].
pub fn cancel(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, reason: Option<String>) -> Result<Done> {
    let order = held(conn, id)?;
    let done = step(conn, context, (id, expect, "update"), |order| order.cancel(reason))?;
    if let Some(quote) = order.and_then(|order| order.quote_id) {
        conversion::release(conn, context, quote)?;
    }
    Ok(done)
}

/// Closes an order; what was reserved for what did not go out is free.
///
/// # Errors
/// Those of [`Order::close`].
pub fn close(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, reason: Option<String>) -> Result<Done> {
    held(conn, id)?;
    step(conn, context, (id, expect, "update"), |order| order.close(reason))
}
