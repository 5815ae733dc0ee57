//! Payments: what they are for changes the invoices, and enters the ledger, in one transaction.
use super::account::{self, Entry, broken, enter};
use super::invoice::{owed, pay};
use super::{known, series};
use crate::core::conn::Conn;
use crate::core::record::{live, pick};
use crate::core::sql::Sql;
use crate::{row, sql, store};
use chrono::NaiveDate;
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::{Code, Problems};
use domain::orders::invoice::Invoice;
use domain::orders::ledger::EntryKind;
use domain::orders::line::units;
use domain::orders::payment::{AllocateBy, Allocation, Payment, PaymentStatus, Purse, check};
use domain::orders::series::Numbered;
use uuid::Uuid;

row! { Payment in payments {
    number: Maybe,
    customer_id: Plain,
    amount: Json,
    method: Word,
    received_on: Maybe,
    reference: Maybe,
    allocations: Json,
    allocate_by: Word,
    notes: Maybe,
    status: Word,
    unallocated: Json,
    refunded: Json,
    reversed_at: Maybe,
    reversed_by: Maybe,
    reversal_reason: Maybe,
} hidden {
    currency = |p: &Payment| p.amount.currency().code().to_owned(),
    amount_units = |p: &Payment| units(p.amount).unwrap_or_default(),
    unallocated_units = |p: &Payment| p.unallocated.and_then(units).unwrap_or_default(),
    search = Payment::search_text,
} }
store! {
    Payment,
    settle |conn, before, after, context| match before {
        None => receive(conn, after, context),
        Some(_) => Ok(Problems::default()),
    },
    derive |conn, _before, after, _context| match after {
        Some(payment) => remember(conn, payment),
        None => Ok(()),
    }
}

/// Keeps which invoices a payment is or was for.
fn remember(conn: &mut Conn, payment: &Payment) -> Result<()> {
    for part in &payment.allocations {
        conn.execute(&sql!(
            "INSERT INTO payment_allocations (invoice_id, payment_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            part.invoice_id.uuid(),
            payment.base.id.uuid()
        ))?;
    }
    Ok(())
}

fn receive(conn: &mut Conn, payment: &mut Payment, context: &Context<'_>) -> Result<Problems> {
    account::hold(conn, payment.customer_id)?;
    if let Some(reference) = &payment.reference {
        let same = sql!(
            "SELECT 1 FROM payments WHERE deleted_at IS NULL AND status = 'received' AND method = ? AND reference = ?",
            payment.method.word(),
            reference
        );
        if conn.row(&same, |_| Ok(()))?.is_some() {
            return Err(Error::Taken("reference".to_owned()));
        }
    }
    let on = *payment.received_on.get_or_insert(context.now().utc().date_naive());
    payment.unallocated = Some(payment.amount);
    let asked = std::mem::take(&mut payment.allocations);
    let problems = spread(conn, payment, &asked, on, context)?;
    if !problems.0.is_empty() {
        return Ok(problems);
    }
    if payment.allocate_by == AllocateBy::Oldest {
        oldest(conn, payment, on, context)?;
    }
    payment.number = Some(series::take(conn, Numbered::Payment, on, context.now())?);
    let entry = Entry {
        customer: payment.customer_id,
        owner: payment.base.owner_id.map(Id::uuid),
        on,
        number: payment.number.as_deref(),
        invoice: None,
        credit_note: None,
        payment: Some(payment.base.id.uuid()),
    };
    enter(conn, context, EntryKind::Payment, payment.amount.negated(), &entry)?;
    Ok(problems)
}

/// Gives each invoice what is asked for it.
pub(super) fn spread(
    conn: &mut Conn,
    purse: &mut impl Purse,
    asked: &[Allocation],
    on: NaiveDate,
    context: &Context<'_>,
) -> Result<Problems> {
    let mut problems = Problems::default();
    for (i, part) in asked.iter().enumerate() {
        let invoice = match known::<Invoice>(conn, context, part.invoice_id.uuid())? {
            Some(invoice) if invoice.customer_id == purse.whose() => invoice,
            Some(_) => {
                problems.with(
                    format!("/allocations/{i}/invoice_id"),
                    Code::Conflict,
                    vec![("with", "/customer_id".to_owned())],
                );
                continue;
            }
            None => {
                problems.add(format!("/allocations/{i}/invoice_id"), Code::NotFound);
                continue;
            }
        };
        let open = invoice.owed()?;
        if open.is_zero() {
            return Err(Error::Conflict("invoice_settled"));
        }
        let Some(free) = purse.left() else { break };
        if open.currency() != free.currency() {
            problems.with(
                "/amount/currency",
                Code::Conflict,
                vec![("with", open.currency().code().to_owned())],
            );
            continue;
        }
        let most = if open.amount() < free.amount() { open } else { free };
        let amount = part.amount.unwrap_or(most);
        if amount.amount() > most.amount() {
            let at = format!("/allocations/{i}/amount/amount");
            problems.with(at, Code::OutOfRange, vec![("max", most.amount().to_string())]);
            continue;
        }
        if amount.is_zero() {
            problems.with("/amount/amount", Code::OutOfRange, vec![("min", "0.01".to_owned())]);
            continue;
        }
        pay(conn, context, part.invoice_id, amount, on)?;
        purse.give(part.invoice_id, amount)?;
    }
    Ok(problems)
}

/// Gives what is left to the invoices that are due first.
pub(super) fn oldest(conn: &mut Conn, purse: &mut impl Purse, on: NaiveDate, context: &Context<'_>) -> Result<()> {
    let Some(currency) = purse.left().map(|left| left.currency()) else {
        return Ok(());
    };
    for invoice in owed(conn, purse.whose(), Some(Sql::new("t0.currency = ").bind(currency.code())))? {
        let open = invoice.owed()?;
        let amount = match purse.left() {
            Some(free) if open.amount() < free.amount() => open,
            Some(free) => free,
            None => break,
        };
        if amount.is_zero() {
            break;
        }
        pay(conn, context, invoice.base.id.cast(), amount, on)?;
        purse.give(invoice.base.id.cast(), amount)?;
    }
    Ok(())
}

/// Gives what is left of a payment to invoices: those named, or those due first.
///
/// # Errors
/// `payment_reversed`, `invoice_settled`, `invoice_draft`; 422 for more than is owed or left; those of the pipeline.
pub fn allocate(conn: &mut Conn, context: &Context<'_>, (id, expect): (Uuid, Expect), asked: &[Allocation]) -> Result<Done> {
    account::hold_of(conn, "payments", id)?;
    let now = live::<Payment>(conn, id)?;
    let Some(mut payment) = now else {
        return pipeline::change::<Payment>(conn, context, id, expect, "update", |_| Ok(()));
    };
    let mut problems = Problems::default();
    check(asked, payment.amount, &mut problems);
    let before = payment.clone();
    // Whether the actor may do it at all comes first.
    pipeline::change::<Payment>(conn, context, id, expect, "update", |payment| match payment.status {
        PaymentStatus::Reversed => Err(Error::Conflict("payment_reversed")),
        PaymentStatus::Received => Ok(()),
    })?;
    problems.or(())?;
    let on = payment.received_on.unwrap_or_else(|| context.now().utc().date_naive());
    spread(conn, &mut payment, asked, on, context)?.or(())?;
    if asked.is_empty() {
        oldest(conn, &mut payment, on, context)?;
    }
    let (allocations, left) = (payment.allocations.clone(), payment.unallocated);
    if payment.unallocated == before.unallocated {
        return Err(Error::Conflict("payment_allocated"));
    }
    pipeline::change::<Payment>(conn, context, id, expect, "update", |payment| {
        (payment.allocations, payment.unallocated) = (allocations, left);
        Ok(())
    })
}

/// Takes a payment back: what it was for is owed again.
///
/// # Errors
/// `payment_reversed`; those of the pipeline.
pub fn reverse(conn: &mut Conn, context: &Context<'_>, (id, expect): (Uuid, Expect), reason: String) -> Result<Done> {
    account::hold_of(conn, "payments", id)?;
    let (by, now, today) = (context.actor.user(), context.now(), context.now().utc().date_naive());
    let before = live::<Payment>(conn, id)?;
    let done = pipeline::change::<Payment>(conn, context, id, expect, "reverse", |payment| payment.reverse(reason, by, now))?;
    let payment = before.ok_or(Error::NotFound)?;
    for part in &payment.allocations {
        if let Some(amount) = part.amount {
            pay(conn, context, part.invoice_id, amount.negated(), today)?;
        }
    }
    let entry = Entry {
        customer: payment.customer_id,
        owner: payment.base.owner_id.map(Id::uuid),
        on: today,
        number: payment.number.as_deref(),
        invoice: None,
        credit_note: None,
        payment: Some(id),
    };
    enter(conn, context, EntryKind::Reversal, payment.amount, &entry)?;
    Ok(done)
}

/// Frees so much of what was paid of an invoice, the latest payments first, as far as there are any. The account is held.
pub(super) fn free(conn: &mut Conn, context: &Context<'_>, invoice: &Invoice, mut amount: Money, on: NaiveDate) -> Result<()> {
    let id: Id<Invoice> = invoice.base.id.cast();
    let which = Sql::new(
        "t0.deleted_at IS NULL AND t0.status = 'received' AND t0.id IN (SELECT payment_id FROM payment_allocations WHERE invoice_id = ",
    )
    .bind(id.uuid());
    let found: Vec<Payment> = pick(conn, which.text(") ORDER BY t0.created_at DESC, t0.id DESC"))?;
    for payment in found {
        let Some(part) = payment
            .allocations
            .iter()
            .find(|part| part.invoice_id == id)
            .and_then(|part| part.amount)
        else {
            continue;
        };
        let part = if part.amount() < amount.amount() { part } else { amount };
        if part.is_zero() {
            break;
        }
        pay(conn, context, id, part.negated(), on)?;
        context.in_house(|context| {
            let id = payment.base.id.uuid();
            pipeline::change::<Payment>(conn, context, id, Expect::Any, "update", |payment| {
                payment.free(invoice.base.id.cast(), part)
            })
        })?;
        amount = amount.checked_sub(part).map_err(broken)?;
    }
    Ok(())
}
