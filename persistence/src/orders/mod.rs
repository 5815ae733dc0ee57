//! Orders, what is in stock for them, invoices and payments.
pub mod account;
pub mod balance;
pub mod contract;
pub mod conversion;
pub mod credit;
pub mod credit_note;
pub mod dashboard;
pub mod invoice;
mod line;
mod movement;
pub mod order;
pub mod overview;
pub mod payment;
mod refund;
pub mod request;
pub mod reservation;
pub mod series;
pub mod shipment;
pub mod stock;
mod supply;
mod warehouse;

use crate::core::conn::Conn;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::pipeline::{Context, Store};
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use domain::customers::customer::Customer;
use domain::sales::opportunity::Opportunity;
use uuid::Uuid;

/// Notes a deal of another customer's, where one was named anew: before and after.
pub(crate) fn of_deal(
    conn: &mut Conn,
    context: &Context<'_>,
    (was, is): (Option<Id<Opportunity>>, Option<Id<Opportunity>>),
    customer: Id<Customer>,
    problems: &mut Problems,
) -> Result<()> {
    let Some(deal) = is.filter(|_| was != is) else { return Ok(()) };
    // One that is not there, or out of sight, the check of references tells.
    if known::<Opportunity>(conn, context, deal.uuid())?.is_some_and(|deal| deal.customer_id != customer) {
        problems.with("/opportunity_id", Code::Conflict, vec![("with", "/customer_id".to_owned())]);
    }
    Ok(())
}

/// A record that the actor can see; none otherwise.
pub(crate) fn known<R: Resource>(conn: &mut Conn, context: &Context<'_>, id: Uuid) -> Result<Option<R>>
where
    Conn: Store<R>,
{
    match context.actor.sight(R::SPEC.object, "read") {
        Some(sight) => conn.load(Id::from_uuid(id), &sight, false),
        None => Ok(None),
    }
}
