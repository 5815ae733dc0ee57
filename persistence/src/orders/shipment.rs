//! Shipments: what goes out changes the order and the stock in the same transaction.
use super::supply::{hold_products, secure, send};
use super::{known, series};
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::{row, store};
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Done, Expect, Storage};
use domain::core::problem::{Code, Problems};
use domain::orders::order::Order;
use domain::orders::series::Numbered;
use domain::orders::shipment::{Shipment, ShipmentLine};
use uuid::Uuid;

row! { Shipment in shipments {
    number: Maybe,
    order_id: Plain,
    customer_id: Maybe,
    lines: Json,
    carrier: Maybe,
    tracking_number: Maybe,
    notes: Maybe,
    status: Word,
    delivered_at: Maybe,
    received_by: Maybe,
} hidden {
    search = Shipment::search_text,
} }
store! { Shipment, settle |conn, before, after, context| match before {
    None => leave(conn, after, context),
    Some(_) => Ok(Problems::default()),
} }

/// Makes the order and the stock what the shipment says.
fn leave(conn: &mut Conn, shipment: &mut Shipment, context: &Context<'_>) -> Result<Problems> {
    let id = shipment.order_id.uuid();
    conn.hold("orders", id)?;
    // What does not exist, or is out of sight, the check of references tells.
    if known::<Order>(conn, context, id)?.is_none() {
        return Ok(Problems::default());
    }
    let Some(order) = live::<Order>(conn, id)? else {
        return Err(Error::NotFound);
    };
    if shipment.lines.is_empty() {
        let left = |line: i64, quantity: Exact| Exact::new(quantity.value() - order.shipped(line).value()).unwrap_or_default();
        let parts = order.lines.iter().filter_map(|l| Some((l.line?, l.quantity)));
        shipment.lines = parts
            .map(|(line, quantity)| ShipmentLine {
                line,
                quantity: left(line, quantity),
            })
            .filter(|part| part.quantity > Exact::ZERO)
            .collect();
        if shipment.lines.is_empty() {
            let mut problems = Problems::default();
            problems.add("/lines", Code::Required);
            return Ok(problems);
        }
    }
    let parts = shipment.parts();
    hold_products(conn, &order)?;
    // What was reserved and has run out since is reserved again, if it is there.
    secure(conn, context, id)?;
    context.in_house(|context| pipeline::change::<Order>(conn, context, id, Expect::Any, "update", |order| order.ship(&parts)))?;
    send(conn, context, &order, &parts)?;
    shipment.customer_id = Some(order.customer_id);
    let today = context.now().utc().date_naive();
    shipment.number = Some(series::take(conn, Numbered::Shipment, today, context.now())?);
    Ok(Problems::default())
}

/// Notes that a shipment arrived, and what that is to its order.
///
/// # Errors
/// Those of [`Shipment::deliver`] and of the pipeline.
pub fn deliver(
    conn: &mut Conn,
    context: &Context<'_>,
    (id, expect): (Uuid, Expect),
    at: Option<Instant>,
    by: Option<String>,
) -> Result<Done> {
    let now = context.now();
    let order = conn.ids(&crate::sql!("SELECT order_id FROM shipments WHERE id = ?", id))?;
    for order in &order {
        conn.hold("orders", *order)?;
    }
    let done = pipeline::change::<Shipment>(conn, context, id, expect, "update", |shipment| shipment.deliver(at, by, now))?;
    if let Some(shipment) = live::<Shipment>(conn, id)? {
        let (order, parts) = (shipment.order_id.uuid(), shipment.parts());
        context.in_house(|context| {
            pipeline::change::<Order>(conn, context, order, Expect::Any, "update", |order| {
                order.deliver(&parts);
                Ok(())
            })
        })?;
    }
    Ok(done)
}
