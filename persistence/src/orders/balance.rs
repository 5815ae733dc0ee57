//! What customers owe, by the ledger, and how long it has been due.
use super::account::broken;
use super::invoice::owed;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::sql::Sql;
use crate::sql;
use chrono::NaiveDate;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::money::{Currency, Money, currency};
use domain::customers::customer::Customer;
use domain::orders::invoice::Invoice;
use domain::orders::ledger::{Ageing, PaymentBehaviour};
use domain::orders::line::of_units;
use std::collections::BTreeMap;

/// What a customer owes in a currency.
#[derive(Debug, Clone)]
pub struct Balance {
    /// By the ledger: below nothing, it is theirs.
    pub balance: Money,
    /// What of their payments and of their credit notes is for no invoice yet.
    pub unallocated: Money,
    pub ageing: Ageing,
    /// The invoices of which something is owed, those due first first.
    pub invoices: Vec<Invoice>,
}

/// What a customer owes on a day, by currency, as far as the actor may see: the ledger up to that day, and what is open now by how long it
/// has been due then.
///
/// # Errors
/// `Error::Forbidden` without the permission to read the ledger; those of the database.
pub fn balances(conn: &mut Conn, actor: &Actor, customer: Id<Customer>, on: NaiveDate) -> Result<BTreeMap<String, Balance>> {
    let sight = actor
        .sight("ledger_entries", "read")
        .ok_or_else(|| Error::Forbidden("ledger_entries:read".to_owned()))?;
    let mut found: BTreeMap<String, Balance> = BTreeMap::new();
    let sums = Sql::new(
        "SELECT t0.currency, CAST(SUM(t0.amount_units) AS BIGINT) FROM ledger_entries t0 WHERE t0.deleted_at IS NULL AND t0.customer_id = ",
    )
    .bind(customer.uuid())
    .text(" AND t0.on_date <= ")
    .bind(crate::core::sql::Bind::Date(on))
    .also(read::sight(&sight))
    .text(" GROUP BY t0.currency");
    for (code, units) in pairs(conn, &sums)? {
        let code = known(&code)?;
        empty(&mut found, code)?.balance = of_units(units, code).map_err(broken)?;
    }
    if let Some(sight) = actor.sight("payments", "read") {
        let free = Sql::new("SELECT t0.currency, CAST(SUM(t0.unallocated_units) AS BIGINT) FROM payments t0 WHERE t0.deleted_at IS NULL AND t0.customer_id = ")
            .bind(customer.uuid())
            .also(read::sight(&sight))
            .text(" GROUP BY t0.currency");
        for (code, units) in pairs(conn, &free)? {
            let code = known(&code)?;
            empty(&mut found, code)?.unallocated = of_units(units, code).map_err(broken)?;
        }
    }
    if let Some(sight) = actor.sight("credit_notes", "read") {
        let free = Sql::new(
            "SELECT t0.currency, CAST(SUM(t0.unallocated_units) AS BIGINT) FROM credit_notes t0 WHERE t0.deleted_at IS NULL \
             AND t0.unallocated_units > 0 AND t0.customer_id = ",
        )
        .bind(customer.uuid())
        .also(read::sight(&sight))
        .text(" GROUP BY t0.currency");
        for (code, units) in pairs(conn, &free)? {
            let code = known(&code)?;
            let more = of_units(units, code).map_err(broken)?;
            let balance = empty(&mut found, code)?;
            balance.unallocated = balance.unallocated.checked_add(more).map_err(broken)?;
        }
    }
    if let Some(sight) = actor.sight("invoices", "read") {
        for invoice in owed(conn, customer, read::sight(&sight))? {
            let open = invoice.owed()?;
            let balance = empty(&mut found, open.currency())?;
            balance.ageing.add(&invoice.due, open, on).map_err(broken)?;
            balance.invoices.push(invoice);
        }
    }
    Ok(found)
}

fn known(code: &str) -> Result<Currency> {
    currency(code).map_err(broken)
}

fn empty(all: &mut BTreeMap<String, Balance>, of: Currency) -> Result<&mut Balance> {
    let zero = Money::zero(of).map_err(broken)?;
    Ok(all.entry(of.code().to_owned()).or_insert(Balance {
        balance: zero,
        unallocated: zero,
        ageing: Ageing::none(zero),
        invoices: Vec::new(),
    }))
}

/// Texts and numbers, row by row.
pub(super) fn pairs(conn: &mut Conn, sql: &Sql) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::new();
    conn.rows(sql, |row| {
        found.push((row.text(0)?.unwrap_or_default(), row.integer(1)?));
        Ok(())
    })?;
    Ok(found)
}

/// Invoices that say how a customer pays: the latest.
const LATEST: i64 = 500;

/// How a customer has paid.
///
/// # Errors
/// Those of the database.
pub fn behaviour(conn: &mut Conn, customer: Id<Customer>) -> Result<PaymentBehaviour> {
    let settled = sql!(
        "SELECT due_on, settled_on FROM invoices WHERE deleted_at IS NULL AND customer_id = ? AND status = 'paid' AND due_on IS NOT NULL \
         AND settled_on IS NOT NULL ORDER BY settled_on DESC, id DESC LIMIT ?",
        customer.uuid(),
        LATEST
    );
    let mut late = Vec::new();
    conn.rows(&settled, |row| {
        let day = |at| {
            let mut found = None;
            row.at(at, &mut |cell| {
                found = Some(cell.date()?);
                Ok(())
            })?;
            Ok::<_, Error>(found)
        };
        if let (Some(due), Some(settled)) = (day(0)?, day(1)?) {
            late.push((settled - due).num_days());
        }
        Ok(())
    })?;
    Ok(PaymentBehaviour::of(&late))
}
