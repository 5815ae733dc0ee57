//! The account of a customer: whoever moves money on it, or counts what is on it to decide something, holds it first. Then come the invoice,
//! the order, the stock and the number, always in this order, so that no two wait for each other.
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::core::sql::Sql;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::input::members;
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Expect};
use domain::customers::customer::Customer;
use domain::orders::ledger::{EntryKind, LedgerEntry};
use domain::orders::line::units;
use domain::orders::order::Order;
use serde_json::json;
use uuid::Uuid;

row! { LedgerEntry in ledger_entries {
    customer_id: Plain,
    kind: Word,
    on_date: Plain,
    amount: Json,
    number: Maybe,
    invoice_id: Maybe,
    credit_note_id: Maybe,
    payment_id: Maybe,
} hidden {
    currency = |e: &LedgerEntry| e.amount.currency().code().to_owned(),
    amount_units = |e: &LedgerEntry| units(e.amount).unwrap_or_default(),
} }
store! { LedgerEntry }

/// Holds the account of a customer until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn hold(conn: &mut Conn, customer: Id<Customer>) -> Result<()> {
    conn.alone(&format!("account {customer}"))
}

/// Holds the account of the customer that a document names, and then the document itself.
///
/// # Errors
/// Those of the database.
pub fn hold_of(conn: &mut Conn, object: &'static str, id: Uuid) -> Result<()> {
    use domain::core::pipeline::Storage;
    let customer = conn.ids(&Sql::new(format!("SELECT customer_id FROM {object} WHERE id = ")).bind(id))?;
    if let Some(customer) = customer.first() {
        hold(conn, Id::from_uuid(*customer))?;
    }
    conn.hold(object, id)
}

/// Enters what moved.
///
/// # Errors
/// Those of the pipeline.
pub fn enter(conn: &mut Conn, context: &Context<'_>, kind: EntryKind, amount: Money, whose: &Entry<'_>) -> Result<()> {
    let body = json!({
        "customer_id": whose.customer, "kind": kind, "on_date": whose.on, "amount": amount, "number": whose.number,
    });
    context
        .in_house(|context| {
            pipeline::create_with::<LedgerEntry>(conn, context, None, members(body), |entry| {
                entry.base.owner_id = whose.owner.map(Id::from_uuid);
                entry.invoice_id = whose.invoice.map(Id::from_uuid);
                entry.credit_note_id = whose.credit_note.map(Id::from_uuid);
                entry.payment_id = whose.payment.map(Id::from_uuid);
                Ok(())
            })
        })
        .map(|_| ())
}

/// Of whom and of what an entry is.
#[derive(Debug)]
pub struct Entry<'a> {
    pub customer: Id<Customer>,
    pub owner: Option<Uuid>,
    pub on: chrono::NaiveDate,
    pub number: Option<&'a str>,
    pub invoice: Option<Uuid>,
    pub credit_note: Option<Uuid>,
    pub payment: Option<Uuid>,
}

/// Notes that so much more of an order was invoiced; below nothing, that it was credited.
///
/// # Errors
/// `order_invoiced` for more than the order comes to; those of the pipeline.
pub fn bill(conn: &mut Conn, context: &Context<'_>, order: Id<Order>, amount: Money) -> Result<()> {
    // One that was deleted since has nothing to note.
    if live::<Order>(conn, order.uuid())?.is_none() {
        return Ok(());
    }
    context
        .in_house(|context| pipeline::change::<Order>(conn, context, order.uuid(), Expect::Any, "update", |order| order.bill(amount)))
        .map(|_| ())
}

/// What a customer owes in a currency, in its smallest units: what is open of orders, and of invoices. `but` is an order that is not counted.
///
/// # Errors
/// Those of the database.
pub fn exposure(conn: &mut Conn, customer: Id<Customer>, currency: &str, but: Option<Uuid>) -> Result<(i64, i64)> {
    let orders = sql!(
        "SELECT CAST(COALESCE(SUM(open_units), 0) AS BIGINT) FROM orders WHERE deleted_at IS NULL AND open_units > 0 AND customer_id = ? \
         AND currency = ? AND id <> ?",
        customer.uuid(),
        currency,
        but.unwrap_or_default()
    );
    let invoices = sql!(
        "SELECT CAST(COALESCE(SUM(open_units), 0) AS BIGINT) FROM invoices WHERE deleted_at IS NULL AND open_units > 0 AND customer_id = ? \
         AND currency = ?",
        customer.uuid(),
        currency
    );
    let mut sum = |sql: &Sql| conn.row(sql, |row| row.integer(0)).map(Option::unwrap_or_default);
    Ok((sum(&orders)?, sum(&invoices)?))
}

/// A sum beyond what an amount can be: of amounts that were checked, so a fault of ours.
pub(super) fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}
