//! Credit notes: issued when they are made, with what they are to the invoice, its order, its payments and the ledger, in one transaction.
use super::account::{self, Entry, bill, broken, enter};
use super::{known, line, payment, series};
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::{row, store};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Done, Expect};
use domain::core::problem::{Code, Problems};
use domain::orders::credit_note::CreditNote;
use domain::orders::invoice::Invoice;
use domain::orders::ledger::EntryKind;
use domain::orders::line::units;
use domain::orders::payment::{Allocation, check};
use domain::orders::series::Numbered;
use uuid::Uuid;

row! { CreditNote in credit_notes {
    number: Maybe,
    invoice_id: Plain,
    customer_id: Maybe,
    reason: Plain,
    currency: Plain,
    lines: Json,
    adjustments: Json,
    issued_on: Maybe,
    rounding: Json,
    line_totals: Json,
    totals: Json,
    surplus: Json,
    allocations: Json,
    unallocated: Json,
    refunded: Json,
} hidden {
    unallocated_units = |n: &CreditNote| n.unallocated.and_then(units).unwrap_or_default(),
    search = CreditNote::search_text,
} }
store! { CreditNote, settle |conn, before, after, context| match before {
    None => issue(conn, after, context),
    Some(_) => Ok(Problems::default()),
} }

fn issue(conn: &mut Conn, note: &mut CreditNote, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let id = note.invoice_id.uuid();
    account::hold_of(conn, "invoices", id)?;
    // What does not exist, or is out of sight, the check of references tells.
    if known::<Invoice>(conn, context, id)?.is_none() {
        return Ok(problems);
    }
    let invoice: Invoice = live(conn, id)?.ok_or(Error::NotFound)?;
    let open = invoice.owed()?;
    note.currency.clone_from(&invoice.currency);
    note.customer_id = Some(invoice.customer_id);
    let on = *note.issued_on.get_or_insert(context.now().utc().date_naive());
    if let Some(day) = invoice.issued_on {
        problems.at_least("/issued_on", on, day);
    }
    if note.lines.is_empty() && note.adjustments.is_empty() {
        match invoice.credited {
            Some(part) if !part.is_zero() => problems.add("/lines", Code::Required),
            _ => (note.lines, note.adjustments, note.rounding) = (invoice.lines.clone(), invoice.adjustments.clone(), invoice.rounding),
        }
    } else {
        let scene = line::Scene {
            before: &invoice.lines,
            customer: None,
            code: &invoice.currency,
        };
        line::complete(conn, context, &scene, &mut note.lines, &mut problems)?;
    }
    if problems.0.is_empty()
        && let Err(wrong) = note.count()
    {
        problems.extend(wrong);
    }
    let (true, Some(total)) = (problems.0.is_empty(), note.total()) else {
        return Ok(problems);
    };
    // What was paid of it and is no longer owed is free for other invoices.
    let more = total.checked_sub(open).map_err(broken)?;
    if more.amount() > rust_decimal::Decimal::ZERO {
        payment::free(conn, context, &invoice, more, on)?;
    }
    let mut surplus = Money::zero(total.currency()).map_err(broken)?;
    context.in_house(|context| {
        pipeline::change::<Invoice>(conn, context, id, Expect::Any, "update", |invoice| {
            surplus = invoice.credit(total, on)?;
            Ok(())
        })
    })?;
    (note.surplus, note.unallocated) = (Some(surplus), Some(surplus));
    if let Some(order) = invoice.order_id {
        bill(conn, context, order, total.negated())?;
    }
    note.number = Some(series::take(conn, Numbered::CreditNote, on, context.now())?);
    let entry = Entry {
        customer: invoice.customer_id,
        owner: invoice.base.owner_id.map(Id::uuid),
        on,
        number: note.number.as_deref(),
        invoice: Some(id),
        credit_note: Some(note.base.id.uuid()),
        payment: None,
    };
    enter(conn, context, EntryKind::CreditNote, total.negated(), &entry)?;
    Ok(problems)
}

/// Gives what of a credit note was not owed any more to other invoices: those named, or those due first.
///
/// # Errors
/// `payment_allocated` where nothing is left or owed; `invoice_settled`, `invoice_draft`; 422 for more than is owed or left; those of the pipeline.
pub fn allocate(conn: &mut Conn, context: &Context<'_>, (id, expect): (Uuid, Expect), asked: &[Allocation]) -> Result<Done> {
    account::hold_of(conn, "credit_notes", id)?;
    // Whether the actor may do it at all comes first.
    pipeline::change::<CreditNote>(conn, context, id, expect, "update", |_| Ok(()))?;
    let mut note = live::<CreditNote>(conn, id)?.ok_or(Error::NotFound)?;
    let before = note
        .unallocated
        .filter(|left| !left.is_zero())
        .ok_or(Error::Conflict("payment_allocated"))?;
    let mut problems = Problems::default();
    check(asked, before, &mut problems);
    problems.or(())?;
    let on = context.now().utc().date_naive();
    payment::spread(conn, &mut note, asked, on, context)?.or(())?;
    if asked.is_empty() {
        payment::oldest(conn, &mut note, on, context)?;
    }
    let (allocations, left) = (note.allocations, note.unallocated);
    if left == Some(before) {
        return Err(Error::Conflict("payment_allocated"));
    }
    pipeline::change::<CreditNote>(conn, context, id, expect, "update", |note| {
        (note.allocations, note.unallocated) = (allocations, left);
        Ok(())
    })
}
