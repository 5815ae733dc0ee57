//! Credit accounts, and whether an order may go on.
use super::account;
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::Sql;
use crate::{row, store};
use domain::core::error::Result;
use domain::core::id::Id;
use domain::customers::customer::Customer;
use domain::orders::credit::{CreditAccount, must_wait};
use domain::orders::line::units;
use domain::orders::order::{HoldReason, Order};

row! { CreditAccount in credit_accounts {
    customer_id: Plain,
    credit_limit: Json,
    notes: Maybe,
    blocked: Plain,
    blocked_reason: Maybe,
    blocked_by: Maybe,
} hidden {
    currency = |a: &CreditAccount| a.credit_limit.currency().code().to_owned(),
} }
store! { CreditAccount }

/// The credit accounts of a customer.
///
/// # Errors
/// Those of the database.
pub fn accounts(conn: &mut Conn, customer: Id<Customer>) -> Result<Vec<CreditAccount>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.customer_id = ").bind(customer.uuid());
    pick(conn, which.text(" ORDER BY t0.currency"))
}

/// Why an order must wait for credit, as it is now. The account is held.
///
/// # Errors
/// Those of the database.
pub fn waits(conn: &mut Conn, order: &Order) -> Result<Option<HoldReason>> {
    let accounts = accounts(conn, order.customer_id)?;
    if accounts.is_empty() {
        return Ok(None);
    }
    let (orders, invoices) = account::exposure(conn, order.customer_id, &order.currency, Some(order.base.id.uuid()))?;
    let mut more = order.clone();
    // As it will be, once it holds.
    more.status = domain::orders::order::OrderStatus::Confirmed;
    let more = order.total().and_then(units).map_or(0, |_| more.open_units());
    Ok(must_wait(&accounts, &order.currency, orders.saturating_add(invoices), more))
}
