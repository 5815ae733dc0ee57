//! Who has which part in a deal: seen and changed by whoever sees and changes the deal.
use crate::core::conn::Conn;
use crate::core::read;
use crate::{row, store};
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::sales::contact_role::OpportunityContact;
use domain::sales::opportunity::Opportunity;

row! { OpportunityContact in opportunity_contacts {
    opportunity_id: Plain,
    customer_id: Plain,
    role: Word,
    is_primary: Plain,
    notes: Maybe,
} }
store! {
    OpportunityContact,
    settle |conn, _before, after, context| of_a_deal_of_theirs(conn, after.opportunity_id, context)
}

/// That the actor may change the deal that something belongs to. One that they don't see is told of by the check of references.
///
/// # Errors
/// Those of the database.
pub fn of_a_deal_of_theirs(conn: &mut Conn, deal: Id<Opportunity>, context: &Context<'_>) -> Result<Problems> {
    let (mut problems, id) = (Problems::default(), deal.uuid());
    let sees = match context.actor.sight("opportunities", "read") {
        Some(sight) => read::exists(conn, &sight, "opportunities", id)?,
        None => false,
    };
    let changes = match context.actor.sight("opportunities", "update") {
        Some(sight) => read::exists(conn, &sight, "opportunities", id)?,
        None => false,
    };
    if sees && !changes {
        problems.add("/opportunity_id", Code::Forbidden);
    }
    Ok(problems)
}
