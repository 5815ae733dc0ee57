//! The account team: who of us works with a customer beside its owner.
use crate::access::user::User;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// What somebody of ours does for a customer.
    pub enum AccountRole {
        Manager = "manager", Sponsor = "sponsor", Seller = "seller", Presales = "presales", Technical = "technical", Service = "service",
        Finance = "finance", Partner = "partner", Other = "other",
    }
}

/// Somebody of ours who works with a customer, and so sees and changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountTeamMember {
    #[schema(value_type = String, format = "uuid", max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25")]
    pub user_id: Id<User>,
    pub role: AccountRole,
}

/// That nobody is in it twice.
pub(super) fn check(team: &[AccountTeamMember]) -> Problems {
    let mut problems = Problems::default();
    for (i, member) in team.iter().enumerate() {
        if team[..i].iter().any(|other| other.user_id == member.user_id) {
            problems.add(format!("/account_team/{i}/user_id"), Code::Duplicate);
        }
    }
    problems
}
