//! What an order needs from stock: reserving it, giving it back, sending it out.
use super::reservation;
use super::stock::hold;
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::Sql;
use crate::sql;
use domain::catalog::product::Product;
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::input::members;
use domain::core::pipeline::{self, Context, Expect};
use domain::orders::line::SalesLine;
use domain::orders::order::{Order, OrderStatus};
use domain::orders::reservation::{ReservationStatus, StockReservation};
use domain::orders::stock::millionths;
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How much of a product a line needs, by the number of the line and the product.
type Needs = BTreeMap<(i64, Uuid), Decimal>;

/// What one unit of a line needs from stock: the product, or of a bundle its parts, as far as their stock is kept.
fn one(conn: &mut Conn, line: &SalesLine) -> Result<Vec<(Uuid, Decimal)>> {
    let Some(product) = line.product_id.map(|id| live::<Product>(conn, id.uuid())).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    if product.stocked {
        return Ok(vec![(product.base.id.uuid(), Decimal::ONE)]);
    }
    let mut needs = Vec::new();
    for part in &product.parts {
        if live::<Product>(conn, part.product_id.uuid())?.is_some_and(|product| product.stocked) {
            needs.push((part.product_id.uuid(), part.quantity.value()));
        }
    }
    Ok(needs)
}

/// Holds all products that an order needs, and those reserved for it.
///
/// # Errors
/// Those of the database.
pub fn hold_products(conn: &mut Conn, order: &Order) -> Result<()> {
    let mut products = conn.ids(&sql!(
        "SELECT product_id FROM stock_reservations WHERE order_id = ? AND status = 'active'",
        order.base.id.uuid()
    ))?;
    for line in &order.lines {
        products.extend(one(conn, line)?.into_iter().map(|(product, _)| product));
    }
    hold(conn, products)
}

/// What is still to go out of an order.
fn needs(conn: &mut Conn, order: &Order) -> Result<Needs> {
    let mut needs = Needs::new();
    for line in &order.lines {
        let number = line.line.unwrap_or_default();
        let left = line.quantity.value() - order.shipped(number).value();
        for (product, each) in one(conn, line)? {
            *needs.entry((number, product)).or_default() += each * left;
        }
    }
    needs.retain(|_, quantity| *quantity > Decimal::ZERO);
    Ok(needs)
}

fn active(conn: &mut Conn, order: Uuid) -> Result<Vec<StockReservation>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.status = 'active' AND t0.order_id = ").bind(order);
    pick(conn, which.text(" ORDER BY t0.id"))
}

/// Brings what is reserved for an order in step with what it still needs. One that waits keeps what it has.
///
/// # Errors
/// `stock_insufficient`; those of the database.
pub fn secure(conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<()> {
    let Some(order) = live::<Order>(conn, id)? else { return Ok(()) };
    let needs = match order.status {
        OrderStatus::Draft | OrderStatus::OnHold => return Ok(()),
        OrderStatus::Confirmed | OrderStatus::PartlyShipped => needs(conn, &order)?,
        _ => Needs::new(),
    };
    // What came in by an amendment is not held yet.
    hold(conn, needs.keys().map(|(_, product)| *product))?;
    let found = active(conn, id)?;
    let mut has = Needs::new();
    for reservation in &found {
        *has.entry(key(reservation)).or_default() += reservation.open_quantity.value();
    }
    for reservation in found.iter().filter(|r| needs.get(&key(r)) != has.get(&key(r))) {
        let id = reservation.base.id.uuid();
        context.in_house(|context| reservation::change(conn, context, id, Expect::Any, |r| r.end(ReservationStatus::Released)))?;
    }
    for ((line, product), quantity) in needs.iter().filter(|(key, quantity)| has.get(key) != Some(quantity)) {
        reserve(conn, context, &order, *line, *product, *quantity)?;
    }
    Ok(())
}

fn key(reservation: &StockReservation) -> (i64, Uuid) {
    (reservation.order_line.unwrap_or_default(), reservation.product_id.uuid())
}

/// Reserves what a line needs: in the warehouse it names, or the first that has it all, or in several.
fn reserve(conn: &mut Conn, context: &Context<'_>, order: &Order, line: i64, product: Uuid, quantity: Decimal) -> Result<()> {
    let exact = |d: Decimal| Exact::new(d).map_err(|_| Error::Conflict("stock_out_of_range"));
    let named = order
        .lines
        .iter()
        .find(|l| l.line == Some(line))
        .and_then(|l| l.warehouse_id)
        .or(order.warehouse_id);
    let mut places = Sql::new(
        "SELECT w.id, s.available_millionths FROM warehouses w JOIN stock s ON s.warehouse_id = w.id AND s.deleted_at IS NULL \
         WHERE w.deleted_at IS NULL AND w.active AND s.available_millionths > 0 AND s.product_id = ",
    )
    .bind(product);
    if let Some(named) = named {
        places = places.text(" AND w.id = ").bind(named.uuid());
    }
    let mut free = Vec::new();
    conn.rows(&places.text(" ORDER BY w.priority, w.code"), |row| {
        free.push((row.uuid(0)?.unwrap_or_default(), row.integer(1)?));
        Ok(())
    })?;
    let wanted = millionths(exact(quantity)?);
    if let Some(enough) = free.iter().find(|(_, there)| *there >= wanted) {
        free = vec![*enough];
    }
    let mut left = wanted;
    for (warehouse, there) in free {
        let part = there.min(left);
        if part == 0 {
            break;
        }
        left -= part;
        let quantity = exact(Decimal::new(part, 6))?;
        let body = json!({"product_id": product, "warehouse_id": warehouse, "quantity": quantity, "note": order.number});
        context.in_house(|context| {
            pipeline::create_with::<StockReservation>(conn, context, None, members(body), |reservation| {
                reservation.base.owner_id = order.base.owner_id;
                (reservation.order_id, reservation.order_line) = (Some(order.base.id.cast()), Some(line));
                Ok(())
            })
        })?;
    }
    match left {
        0 => Ok(()),
        _ => Err(Error::Conflict("stock_insufficient")),
    }
}

/// Sends out what was reserved for parts of an order, as it was before they went.
///
/// # Errors
/// `stock_insufficient` where what was reserved is there no more; those of the database.
pub fn send(conn: &mut Conn, context: &Context<'_>, order: &Order, parts: &[(i64, Exact)]) -> Result<()> {
    let found = active(conn, order.base.id.uuid())?;
    let mut open: Vec<(Uuid, (i64, Uuid), Decimal)> = found.iter().map(|r| (r.base.id.uuid(), key(r), r.open_quantity.value())).collect();
    for (number, quantity) in parts {
        let Some(line) = order.lines.iter().find(|l| l.line == Some(*number)) else {
            continue;
        };
        for (product, each) in one(conn, line)? {
            let mut left = each * quantity.value();
            for (id, _, there) in open.iter_mut().filter(|(_, key, _)| *key == (*number, product)) {
                let part = left.min(*there);
                if part <= Decimal::ZERO {
                    continue;
                }
                (left, *there) = (left - part, *there - part);
                let part = Exact::new(part).map_err(|e| Error::Internal(e.to_string()))?;
                context.in_house(|context| reservation::change(conn, context, *id, Expect::Any, |r| r.fulfil(Some(part))))?;
            }
            if left > Decimal::ZERO {
                return Err(Error::Conflict("stock_insufficient"));
            }
        }
    }
    Ok(())
}
