//! Who has which part in a deal: seen and changed by whoever sees and changes the deal.
use crate::core::conn::Conn;
use crate::{row, store};
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::pipeline::{Context, Storage as _};
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
    let mut may = |action| conn.reaches(context.actor, "opportunities", action, id);
    if may("read")? && !may("update")? {
        problems.add("/opportunity_id", Code::Forbidden);
    }
    Ok(problems)
}
