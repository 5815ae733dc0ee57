//! Contact roles: who on the customer's side has which part in a deal.
use super::opportunity::Opportunity;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::Rules;
use crate::customers::customer::Customer;
use derive::Record;

crate::choice! {
    /// What part somebody has in a decision to buy.
    pub enum BuyingRole {
        DecisionMaker = "decision_maker", EconomicBuyer = "economic_buyer", TechnicalEvaluator = "technical_evaluator",
        Champion = "champion", Influencer = "influencer", User = "user", Procurement = "procurement", Legal = "legal",
        Opponent = "opponent", Other = "other",
    }
}

/// That somebody on the customer's side has a part in a deal. It is seen by whoever sees the deal.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/opportunity-contacts",
    one = "opportunity_contact",
    many = "opportunity_contacts",
    tag = "Sales",
    fa = "نقش‌آفرینان معامله"
)]
pub struct OpportunityContact {
    #[record(base)]
    pub base: Base,
    /// The deal.
    #[record(fixed, fa = "معامله")]
    pub opportunity_id: Id<Opportunity>,
    /// Who it is.
    #[record(fixed, fa = "شخص")]
    pub customer_id: Id<Customer>,
    /// What part they have.
    #[record(example = r#""decision_maker""#, fa = "نقش")]
    pub role: BuyingRole,
    /// Whether they are the first to talk to.
    #[record(default, fa = "طرف اصلی")]
    pub is_primary: bool,
    /// What else is to be known of it.
    #[record(max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
}

impl Rules for OpportunityContact {}
