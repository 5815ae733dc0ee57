//! Refunds: what is paid back is taken off the payment or the credit note and entered in the ledger, in one transaction.
use super::account::{self, Entry, enter};
use super::{known, series};
use crate::core::conn::Conn;
use crate::core::record::live;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::field::Choice;
use domain::core::id::Id;
use domain::core::money::Money;
use domain::core::pipeline::{self, Context, Expect};
use domain::core::problem::Problems;
use domain::orders::credit_note::CreditNote;
use domain::orders::ledger::EntryKind;
use domain::orders::payment::{Payment, Purse};
use domain::orders::refund::Refund;
use domain::orders::series::Numbered;

row! { Refund in refunds {
    number: Maybe,
    payment_id: Maybe,
    credit_note_id: Maybe,
    customer_id: Maybe,
    amount: Json,
    method: Word,
    refunded_on: Maybe,
    reference: Maybe,
    notes: Maybe,
} hidden {
    search = Refund::search_text,
} }
store! { Refund, settle |conn, before, after, context| match before {
    None => pay_back(conn, after, context),
    Some(_) => Ok(Problems::default()),
} }

fn pay_back(conn: &mut Conn, refund: &mut Refund, context: &Context<'_>) -> Result<Problems> {
    // What does not exist, or is out of sight, the check of references tells.
    match (refund.payment_id, refund.credit_note_id) {
        (Some(id), None) => {
            account::hold_of(conn, "payments", id.uuid())?;
            if known::<Payment>(conn, context, id.uuid())?.is_none() {
                return Ok(Problems::default());
            }
            let payment: Payment = live(conn, id.uuid())?.ok_or(Error::NotFound)?;
            let amount = some(refund, &payment)?;
            context.in_house(|context| {
                pipeline::change::<Payment>(conn, context, id.uuid(), Expect::Any, "update", |payment| payment.refund(amount))
            })?;
            note(conn, refund, &payment, amount, payment.base.owner_id.map(Id::uuid), context)
        }
        (None, Some(id)) => {
            account::hold_of(conn, "credit_notes", id.uuid())?;
            if known::<CreditNote>(conn, context, id.uuid())?.is_none() {
                return Ok(Problems::default());
            }
            let credit: CreditNote = live(conn, id.uuid())?.ok_or(Error::NotFound)?;
            let amount = some(refund, &credit)?;
            context.in_house(|context| {
                pipeline::change::<CreditNote>(conn, context, id.uuid(), Expect::Any, "update", |credit| credit.refund(amount))
            })?;
            note(conn, refund, &credit, amount, credit.base.owner_id.map(Id::uuid), context)
        }
        _ => Ok(Problems::default()),
    }
}

/// How much is paid back: what was asked for, or all that is left.
fn some(refund: &Refund, purse: &impl Purse) -> Result<Money> {
    let left = purse.left().filter(|left| !left.is_zero());
    refund.amount.or(left).ok_or(Error::Conflict("refund_nothing"))
}

fn note(
    conn: &mut Conn,
    refund: &mut Refund,
    purse: &impl Purse,
    amount: Money,
    owner: Option<uuid::Uuid>,
    context: &Context<'_>,
) -> Result<Problems> {
    if let Some(reference) = &refund.reference {
        let same = sql!(
            "SELECT 1 FROM refunds WHERE deleted_at IS NULL AND method = ? AND reference = ?",
            refund.method.word(),
            reference
        );
        if conn.row(&same, |_| Ok(()))?.is_some() {
            return Err(Error::Taken("reference".to_owned()));
        }
    }
    let on = *refund.refunded_on.get_or_insert(context.now().utc().date_naive());
    (refund.amount, refund.customer_id) = (Some(amount), Some(purse.whose()));
    refund.number = Some(series::take(conn, Numbered::Refund, on, context.now())?);
    let entry = Entry {
        customer: purse.whose(),
        owner,
        on,
        number: refund.number.as_deref(),
        invoice: None,
        credit_note: refund.credit_note_id.map(Id::uuid),
        payment: refund.payment_id.map(Id::uuid),
    };
    enter(conn, context, EntryKind::Refund, amount, &entry)?;
    Ok(Problems::default())
}
