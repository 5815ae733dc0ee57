//! The ledger of stock: an entry changes the level in the same transaction.
use super::known;
use super::stock::{hold, shift, stocked};
use crate::core::conn::Conn;
use crate::{row, store};
use domain::core::error::Result;
use domain::core::exact::Exact;
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::input::members;
use domain::core::pipeline::{self, Context};
use domain::core::problem::{Code, Problems};
use domain::orders::movement::{MovementKind, StockMovement};
use domain::orders::reservation::StockReservation;
use domain::orders::stock::millionths;
use domain::orders::warehouse::Warehouse;
use serde_json::json;
use uuid::Uuid;

row! { StockMovement in stock_movements {
    kind: Word,
    product_id: Plain,
    warehouse_id: Plain,
    quantity: Plain,
    to_warehouse_id: Maybe,
    expected: Plain,
    note: Maybe,
    on_hand_change: Plain,
    reserved_change: Plain,
    incoming_change: Plain,
    on_hand_after: Plain,
    pair_id: Maybe,
    reservation_id: Maybe,
} hidden {
    on_hand_millionths = |m: &StockMovement| millionths(m.on_hand_change),
} }
store! { StockMovement, settle |conn, before, after, context| match before {
    None => enter(conn, after, context),
    Some(_) => Ok(Problems::default()),
} }

/// Makes the level what the entry says.
fn enter(conn: &mut Conn, entry: &mut StockMovement, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let (product, warehouse) = (entry.product_id.uuid(), entry.warehouse_id.uuid());
    if !entry.kind.by_hand() && entry.reservation_id.is_none() && entry.pair_id.is_none() {
        let some = MovementKind::WORDS
            .iter()
            .filter(|word| MovementKind::of(word).is_some_and(MovementKind::by_hand));
        let allowed = some.map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
        problems.with("/kind", Code::NotAllowed, vec![("allowed", allowed)]);
    }
    if !stocked(conn, context, product, entry.quantity, &mut problems)? {
        return Ok(problems);
    }
    let places = [
        ("/warehouse_id", Some(entry.warehouse_id)),
        ("/to_warehouse_id", entry.to_warehouse_id),
    ];
    let (mut there, comes) = (
        true,
        !matches!(
            entry.kind,
            MovementKind::Issue | MovementKind::Release | MovementKind::Fulfil | MovementKind::Unexpect
        ),
    );
    for (at, id) in places.into_iter().filter_map(|(at, id)| Some((at, id?))) {
        // What does not exist, or is out of sight, the check of references tells.
        let Some(place) = known::<Warehouse>(conn, context, id.uuid())? else {
            there = false;
            continue;
        };
        let leaves = entry.kind == MovementKind::Transfer && at == "/warehouse_id";
        if !place.active && comes && !leaves && entry.kind != MovementKind::Count {
            problems.with(at, Code::Conflict, vec![("with", "active".to_owned())]);
        }
    }
    if !there || !problems.0.is_empty() {
        return Ok(problems);
    }
    hold(conn, [product])?;
    let (change, after) = shift(conn, context, product, warehouse, |on_hand| entry.change(on_hand))?;
    entry.note(change, after);
    if let (MovementKind::Transfer, Some(to)) = (entry.kind, entry.to_warehouse_id) {
        let other = json!({
            "kind": MovementKind::TransferIn, "product_id": product, "warehouse_id": to, "quantity": entry.quantity, "note": entry.note,
        });
        let out = entry.base.id.cast();
        entry.pair_id = Some(Id::from_uuid(context.in_house(|context| {
            let made = pipeline::create_with::<StockMovement>(conn, context, None, members(other), |entry| {
                entry.pair_id = Some(out);
                Ok(())
            });
            Ok(made?.id)
        })?));
    }
    Ok(problems)
}

/// Enters what became of a reservation.
///
/// # Errors
/// Those of the level; those of the database.
pub(super) fn reserved(
    conn: &mut Conn,
    context: &Context<'_>,
    kind: MovementKind,
    reservation: &StockReservation,
    warehouse: Uuid,
    quantity: Exact,
) -> Result<()> {
    let body = json!({
        "kind": kind, "product_id": reservation.product_id, "warehouse_id": warehouse, "quantity": quantity, "note": reservation.note,
    });
    context
        .in_house(|context| {
            pipeline::create_with::<StockMovement>(conn, context, None, members(body), |entry| {
                entry.reservation_id = Some(reservation.base.id.cast());
                Ok(())
            })
        })
        .map(|_| ())
}
