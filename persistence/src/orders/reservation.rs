//! Reservations, each with its entries in the ledger of stock.
use super::movement::reserved;
use super::stock::{hold, stocked, warehouse_with};
use crate::core::conn::Conn;
use crate::core::sql::Sql;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::Problems;
use domain::orders::movement::MovementKind;
use domain::orders::reservation::{ReservationStatus, StockReservation};
use uuid::Uuid;

row! { StockReservation in stock_reservations {
    product_id: Plain,
    warehouse_id: Maybe,
    quantity: Plain,
    expires_at: Maybe,
    note: Maybe,
    open_quantity: Plain,
    order_id: Maybe,
    order_line: Maybe,
    status: Word,
} }
store! { StockReservation, settle |conn, before, after, context| settle(conn, before, after, context) }

fn settle(conn: &mut Conn, before: Option<&StockReservation>, after: &mut StockReservation, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let product = after.product_id.uuid();
    let (kind, quantity) = match before {
        None => {
            if !stocked(conn, context, product, after.quantity, &mut problems)? {
                return Ok(problems);
            }
            hold(conn, [product])?;
            if after.warehouse_id.is_none() {
                let found = warehouse_with(conn, context, product, after.quantity)?;
                after.warehouse_id = Some(Id::from_uuid(found.ok_or(Error::Conflict("stock_insufficient"))?));
            }
            after.open_quantity = after.quantity;
            (MovementKind::Reserve, after.quantity)
        }
        Some(before) if before.open_quantity == after.open_quantity => return Ok(problems),
        Some(before) => {
            let gone = Exact::new(before.open_quantity.value() - after.open_quantity.value());
            let kind = match after.status {
                ReservationStatus::Released | ReservationStatus::Expired => MovementKind::Release,
                ReservationStatus::Active | ReservationStatus::Fulfilled => MovementKind::Fulfil,
            };
            (kind, gone.map_err(|e| Error::Internal(e.to_string()))?)
        }
    };
    let Some(warehouse) = after.warehouse_id.map(Id::uuid) else {
        return Ok(problems);
    };
    reserved(conn, context, kind, after, warehouse, quantity)?;
    Ok(problems)
}

/// Changes a reservation by a rule. Its product is held first: whoever ends several of one product, and whoever ends one of them meanwhile,
/// must come to the same order.
///
/// # Errors
/// Those of the rule and of the pipeline.
pub fn change(
    conn: &mut Conn,
    context: &Context<'_>,
    id: Uuid,
    expect: Expect,
    rule: impl FnOnce(&mut StockReservation) -> Result<()>,
) -> Result<Done> {
    let product = conn.ids(&sql!("SELECT product_id FROM stock_reservations WHERE id = ?", id))?;
    hold(conn, product)?;
    pipeline::change::<StockReservation>(conn, context, id, expect, "update", rule)
}

/// Active reservations whose time is over, the longest over first, at most so many.
///
/// # Errors
/// Those of the database.
pub fn over(conn: &mut Conn, now: Instant, most: i64) -> Result<Vec<Uuid>> {
    let sql = Sql::new("SELECT id FROM stock_reservations WHERE deleted_at IS NULL AND status = 'active' AND expires_at <= ").bind(now);
    conn.ids(&sql.text(" ORDER BY expires_at, id LIMIT ").bind(most))
}
