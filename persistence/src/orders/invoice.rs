//! Invoices: issuing one gives it its number, enters it in the ledger and notes it at its order, in one transaction.
use super::account::{self, Entry, bill, broken, enter};
use super::{known, line, series};
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::Sql;
use crate::{row, store};
use domain::catalog::terms::PaymentTerm;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Done, Expect, Storage};
use domain::core::problem::{Code, Problems};
use domain::customers::customer::Customer;
use domain::orders::invoice::{Invoice, InvoiceStatus};
use domain::orders::ledger::EntryKind;
use domain::orders::line::units;
use domain::orders::order::{Order, OrderStatus};
use domain::orders::series::Numbered;
use uuid::Uuid;

row! { Invoice in invoices {
    number: Maybe,
    customer_id: Plain,
    order_id: Maybe,
    status: Word,
    currency: Plain,
    lines: Json,
    adjustments: Json,
    prepaid: Json,
    rounding: Json,
    issued_on: Maybe,
    payment_days: Maybe,
    payment_term_id: Maybe,
    instalments: Json,
    reference: Maybe,
    notes: Maybe,
    line_totals: Json,
    totals: Json,
    due: Json,
    due_on: Maybe,
    issued_at: Maybe,
    paid: Json,
    credited: Json,
    open: Json,
    settled_on: Maybe,
} hidden {
    total_units = |i: &Invoice| i.totals.as_ref().and_then(|t| units(t.payable)).unwrap_or_default(),
    open_units = |i: &Invoice| i.open.and_then(units).unwrap_or_default(),
    search = Invoice::search_text,
} }
store! {
    Invoice,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |_conn, before, after, _context| match (before, after) {
        // Books are kept.
        (Some(gone), None) if gone.status != InvoiceStatus::Draft => Err(Error::Conflict("invoice_issued")),
        _ => Ok(()),
    }
}

fn settle(conn: &mut Conn, before: Option<&Invoice>, after: &mut Invoice, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    if before.is_none() && after.order_id.is_some() && !of_order(conn, after, context, &mut problems)? {
        return Ok(problems);
    }
    let issuing = before.is_some_and(|b| b.status == InvoiceStatus::Draft) && after.status != InvoiceStatus::Draft;
    let differs = before.is_none_or(|b| after.differs(b));
    if before.is_some_and(|b| differs && b.status != InvoiceStatus::Draft) {
        return Err(Error::Conflict("invoice_issued"));
    }
    if differs && !issuing {
        let known = before.map_or(&[][..], |b| &b.lines);
        let code = after.currency.clone();
        let scene = line::Scene {
            before: known,
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
    if let (true, None, Some(on)) = (issuing, &after.number, after.issued_on) {
        after.number = Some(series::take(conn, Numbered::Invoice, on, context.now())?);
    }
    Ok(problems)
}

/// Takes over from the order what the invoice leaves open; false where the order is not to be seen, which the check of references tells.
fn of_order(conn: &mut Conn, invoice: &mut Invoice, context: &Context<'_>, problems: &mut Problems) -> Result<bool> {
    let Some(id) = invoice.order_id else { return Ok(true) };
    let Some(order) = known::<Order>(conn, context, id.uuid())? else {
        return Ok(false);
    };
    if matches!(order.status, OrderStatus::Draft | OrderStatus::OnHold | OrderStatus::Cancelled) {
        return Err(Error::Conflict("order_not_open"));
    }
    if order.customer_id != invoice.customer_id {
        problems.with("/order_id", Code::Conflict, vec![("with", "/customer_id".to_owned())]);
    }
    if invoice.currency.is_empty() {
        invoice.currency.clone_from(&order.currency);
    } else if invoice.currency != order.currency {
        problems.with("/currency", Code::Conflict, vec![("with", order.currency.clone())]);
    }
    if invoice.payment_days.is_none() {
        invoice.payment_days = Some(order.payment_days);
    }
    if invoice.payment_term_id.is_none() && invoice.instalments.is_empty() {
        invoice.payment_term_id = order.payment_term_id;
    }
    if invoice.reference.is_none() {
        invoice.reference.clone_from(&order.reference);
    }
    if invoice.lines.is_empty() {
        match order.invoiced {
            // What is left of an order that was invoiced in part, only people know.
            Some(part) if !part.is_zero() => problems.add("/lines", Code::Required),
            _ => {
                if let (None, Some(totals)) = (invoice.rounding, order.totals.as_ref().filter(|t| !t.rounding.is_zero())) {
                    invoice.rounding = Some(totals.rounding);
                }
                (invoice.lines, invoice.adjustments) = (order.lines, order.adjustments);
            }
        }
    }
    Ok(problems.0.is_empty())
}

/// Issues an invoice.
///
/// # Errors
/// Those of [`Invoice::issue`]; `order_invoiced` for more than its order comes to; those of the pipeline.
pub fn issue(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
    account::hold_of(conn, "invoices", id)?;
    let (now, today) = (context.now(), context.now().utc().date_naive());
    let draft = live::<Invoice>(conn, id)?;
    let order = draft.as_ref().and_then(|invoice| invoice.order_id);
    let term = match draft.and_then(|invoice| invoice.payment_term_id) {
        Some(term) => live::<PaymentTerm>(conn, term.uuid())?,
        None => None,
    };
    if let Some(order) = order {
        conn.hold("orders", order.uuid())?;
    }
    let done = pipeline::change::<Invoice>(conn, context, id, expect, "update", |invoice| {
        invoice.issue(today, term.as_ref(), now)
    })?;
    let invoice: Invoice = live(conn, id)?.ok_or(Error::NotFound)?;
    if let (Some(order), Some(gross)) = (order, invoice.gross().map_err(broken)?) {
        bill(conn, context, order, gross)?;
    }
    let amount = invoice.open.ok_or(Error::Conflict("invoice_draft"))?;
    let entry = Entry {
        customer: invoice.customer_id,
        owner: invoice.base.owner_id.map(Id::uuid),
        on: invoice.issued_on.unwrap_or(today),
        number: invoice.number.as_deref(),
        invoice: Some(id),
        credit_note: None,
        payment: None,
    };
    enter(conn, context, EntryKind::Invoice, amount, &entry)?;
    Ok(done)
}

/// The invoices of a customer of which something is owed, those due first first.
///
/// # Errors
/// Those of the database.
pub fn owed(conn: &mut Conn, customer: Id<Customer>, within: Option<Sql>) -> Result<Vec<Invoice>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.open_units > 0 AND t0.customer_id = ").bind(customer.uuid());
    pick(conn, which.also(within).text(" ORDER BY t0.due_on, t0.issued_on, t0.number, t0.id"))
}

/// Pays some of an invoice, or takes a payment back (below nothing).
///
/// # Errors
/// Those of [`Invoice::pay`].
pub(super) fn pay(conn: &mut Conn, context: &Context<'_>, id: Id<Invoice>, amount: Money, on: chrono::NaiveDate) -> Result<()> {
    context
        .in_house(|context| pipeline::change::<Invoice>(conn, context, id.uuid(), Expect::Any, "update", |invoice| invoice.pay(amount, on)))
        .map(|_| ())
}
