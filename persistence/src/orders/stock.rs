//! What is in stock. Whoever changes it holds the product until the transaction ends, so that no two promise the same piece; that nothing is
//! promised which is not there, the table itself makes sure.
use super::known;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::{row, store};
use domain::catalog::product::Product;
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::input::members;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::problem::{Code, Problems};
use domain::orders::stock::{StockChange, StockLevel, millionths};
use serde_json::json;
use uuid::Uuid;

row! { StockLevel in stock {
    product_id: Plain,
    warehouse_id: Plain,
    on_hand: Plain,
    reserved: Plain,
    available: Plain,
    incoming: Plain,
} hidden {
    on_hand_millionths = |s: &StockLevel| millionths(s.on_hand),
    reserved_millionths = |s: &StockLevel| millionths(s.reserved),
    available_millionths = |s: &StockLevel| millionths(s.available),
    incoming_millionths = |s: &StockLevel| millionths(s.incoming),
} }
store! { StockLevel }

/// Waits until nobody else changes the stock of these products, and keeps it so until the transaction ends. Whoever needs several takes
/// them in one go: in the same order as everybody, so that no two wait for each other.
///
/// # Errors
/// Those of the database.
pub fn hold(conn: &mut Conn, products: impl IntoIterator<Item = Uuid>) -> Result<()> {
    let mut products: Vec<Uuid> = products.into_iter().collect();
    products.sort_unstable();
    products.dedup();
    products.into_iter().try_for_each(|product| conn.alone(&format!("stock {product}")))
}

/// What whoever changes what is in a warehouse holds.
fn inside(warehouse: Uuid) -> String {
    format!("warehouse {warehouse}")
}

/// Waits until nobody changes what is in a warehouse, and keeps it so until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn close(conn: &mut Conn, warehouse: Uuid) -> Result<()> {
    conn.alone(&inside(warehouse))
}

/// The product, if its stock is kept and the quantity is one of it. What the actor can't see is left to the check of references.
///
/// # Errors
/// Those of the database.
pub fn stocked(conn: &mut Conn, context: &Context<'_>, id: Uuid, quantity: Exact, problems: &mut Problems) -> Result<bool> {
    let Some(product) = known::<Product>(conn, context, id)? else {
        return Ok(false);
    };
    if !product.stocked {
        problems.with("/product_id", Code::Conflict, vec![("with", "stocked".to_owned())]);
    }
    if product.whole_units && !quantity.value().is_integer() {
        problems.with("/quantity", Code::Format, vec![("format", "a whole number".to_owned())]);
    }
    Ok(problems.0.is_empty())
}

/// What there is of a product in a warehouse; none where there was never any.
///
/// # Errors
/// Those of the database.
pub fn level(conn: &mut Conn, product: Uuid, warehouse: Uuid) -> Result<Option<StockLevel>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.product_id = ").bind(product);
    Ok(pick(conn, which.text(" AND t0.warehouse_id = ").bind(warehouse))?.pop())
}

/// Changes a level by what `change` makes of what is on hand. The product is held.
///
/// # Errors
/// Those of [`StockLevel::change`]; those of the database.
pub fn shift(
    conn: &mut Conn,
    context: &Context<'_>,
    product: Uuid,
    warehouse: Uuid,
    change: impl FnOnce(Exact) -> StockChange,
) -> Result<(StockChange, Exact)> {
    conn.together(&inside(warehouse))?;
    let before = level(conn, product, warehouse)?;
    let on_hand = before.as_ref().map_or(Exact::ZERO, |level| level.on_hand);
    let change = change(on_hand);
    let after = Exact::new(on_hand.value() + change.on_hand.value()).map_err(|_| Error::Conflict("stock_out_of_range"))?;
    context.in_house(|context| match before {
        Some(level) => {
            let id = level.base.id.uuid();
            pipeline::change::<StockLevel>(conn, context, id, Expect::Any, "update", |level| level.change(&change))
        }
        None => {
            let body = members(json!({"product_id": product, "warehouse_id": warehouse}));
            pipeline::create_with::<StockLevel>(conn, context, None, body, |level| {
                // It is seen by whoever sees the warehouse, and is nobody's own.
                level.base.owner_id = None;
                level.change(&change)
            })
        }
    })?;
    Ok((change, after))
}

/// The first active warehouse in the actor's sight, by its priority, that has so much of a product free.
///
/// # Errors
/// Those of the database.
pub fn warehouse_with(conn: &mut Conn, context: &Context<'_>, product: Uuid, quantity: Exact) -> Result<Option<Uuid>> {
    let Some(sight) = context.actor.sight("warehouses", "read") else {
        return Ok(None);
    };
    let sql = Sql::new(
        "SELECT t0.id FROM warehouses t0 JOIN stock s ON s.warehouse_id = t0.id AND s.deleted_at IS NULL \
         WHERE t0.deleted_at IS NULL AND t0.active AND s.product_id = ",
    )
    .bind(product)
    .text(" AND s.available_millionths >= ")
    .bind(millionths(quantity))
    .also(read::sight(&sight));
    Ok(conn.ids(&sql.text(" ORDER BY t0.priority, t0.code LIMIT 1"))?.pop())
}
