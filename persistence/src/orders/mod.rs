//! Orders, what is in stock for them, invoices and payments.
pub mod account;
pub mod balance;
pub mod credit;
mod credit_note;
pub mod dashboard;
pub mod invoice;
mod line;
mod movement;
pub mod order;
pub mod overview;
pub mod payment;
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
use domain::core::resource::Resource;
use uuid::Uuid;

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
