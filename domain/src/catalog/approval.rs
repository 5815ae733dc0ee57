//! Who may let discounts through: limits by role, delegation for a while, and the chain of approvals that follows from them.
use crate::access::role::Role;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// How far an approval is.
    pub enum ApprovalState { Waiting = "waiting", Approved = "approved", Rejected = "rejected" }
}

/// Up to which discount the holders of a role let a quote through. Where there is no limit at all, nobody's discount needs an approval.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/discount-limits",
    one = "discount_limit",
    many = "discount_limits",
    tag = "Quotes",
    fa = "سقف‌های تخفیف"
)]
pub struct DiscountLimit {
    #[record(base)]
    pub base: Base,
    /// The role.
    #[record(fixed, fa = "نقش")]
    pub role_id: Id<Role>,
    /// Hundredths of what a quote would cost without the discounts that were asked for, from 0 to 100.
    #[record(example = r#""15""#, fa = "سقف درصد")]
    pub max_percent: Exact,
}

impl Rules for DiscountLimit {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if *self.max_percent < Decimal::ZERO || *self.max_percent > Decimal::ONE_HUNDRED {
            let params = vec![("min", "0".to_owned()), ("max", "100".to_owned())];
            problems.with("/max_percent", Code::OutOfRange, params);
        }
        problems
    }
}

/// That somebody approves in another's place for a while: with that person's roles, and never what they have submitted themselves.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/approval-delegations",
    one = "approval_delegation",
    many = "approval_delegations",
    tag = "Quotes",
    fa = "جانشینی تأیید"
)]
pub struct ApprovalDelegation {
    #[record(base)]
    pub base: Base,
    /// In whose place; nobody but they themselves, or who may do everything, says so.
    #[record(fixed, fa = "به جای")]
    pub from_user_id: Id<User>,
    /// Who approves.
    #[record(fixed, fa = "جانشین")]
    pub to_user_id: Id<User>,
    /// The first day.
    #[record(example = r#""2026-07-23""#, fa = "از تاریخ")]
    pub from_date: NaiveDate,
    /// The last day.
    #[record(example = r#""2026-08-22""#, fa = "تا تاریخ")]
    pub to_date: NaiveDate,
}

impl Rules for ApprovalDelegation {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        problems.at_least("/to_date", self.to_date, self.from_date);
        if self.from_user_id == self.to_user_id {
            problems.with("/to_user_id", Code::Conflict, vec![("with", "/from_user_id".to_owned())]);
        }
        problems
    }
}

/// One link of the chain: a role whose holders have to agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// The role that has to agree.
    pub role_id: Uuid,
    /// Up to which discount it may.
    pub max_percent: Exact,
    pub state: ApprovalState,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// In whose place, where that was delegated.
    pub on_behalf_of: Option<Uuid>,
    pub decided_at: Option<Instant>,
    #[schema(max_length = 1000)]
    pub comment: Option<String>,
}

/// Who decides: a user with their own roles, and those in whose place they stand.
#[derive(Debug, Clone)]
pub struct Decider {
    pub user: Uuid,
    pub roles: BTreeSet<Uuid>,
    /// Users that have delegated to this one, each with their roles.
    pub delegators: Vec<(Uuid, BTreeSet<Uuid>)>,
}

/// The approvals that a discount needs when somebody with these roles submits it: each higher limit in turn, up to the first that is enough.
/// Empty where their own limit is enough, or where there are no limits.
///
/// # Errors
/// `Conflict("no_approver")` where no limit is enough.
pub fn chain(discount: Exact, own: &BTreeSet<Uuid>, limits: &[DiscountLimit]) -> Result<Vec<Approval>> {
    let held = limits.iter().filter(|l| own.contains(&l.role_id.uuid()));
    let mine = held.map(|l| l.max_percent).max().unwrap_or_default();
    if limits.is_empty() || discount <= mine {
        return Ok(Vec::new());
    }
    let mut above: Vec<&DiscountLimit> = limits.iter().filter(|l| l.max_percent > mine).collect();
    above.sort_by_key(|l| (l.max_percent, l.base.id));
    // Of roles with one limit, any one has to agree: the one said first.
    above.dedup_by_key(|l| l.max_percent);
    let enough = above.iter().position(|l| l.max_percent >= discount);
    let enough = enough.ok_or(Error::Conflict("no_approver"))?;
    let link = |limit: &&DiscountLimit| Approval {
        role_id: limit.role_id.uuid(),
        max_percent: limit.max_percent,
        state: ApprovalState::Waiting,
        decided_by: None,
        on_behalf_of: None,
        decided_at: None,
        comment: None,
    };
    Ok(above.iter().take(enough + 1).map(link).collect())
}

/// Decides the next link of a chain; true when the whole chain agrees now.
///
/// # Errors
/// `Conflict("self_approval")` for whoever submitted it; `Forbidden` for who has not the role, nor stands in for somebody who has;
/// `Conflict("not_pending")` where nothing waits.
pub fn decide(
    chain: &mut [Approval],
    agrees: bool,
    by: &Decider,
    submitter: Option<Uuid>,
    comment: Option<String>,
    now: Instant,
) -> Result<bool> {
    let waiting = chain.iter().position(|a| a.state == ApprovalState::Waiting);
    let Some(link) = waiting.and_then(|at| chain.get_mut(at)) else {
        return Err(Error::Conflict("not_pending"));
    };
    if submitter == Some(by.user) {
        return Err(Error::Conflict("self_approval"));
    }
    let role = link.role_id;
    let standing = if by.roles.contains(&role) {
        None
    } else {
        let found = by
            .delegators
            .iter()
            .find(|(user, roles)| roles.contains(&role) && submitter != Some(*user));
        let (user, _) = found.ok_or_else(|| Error::Forbidden("quotes:approve".to_owned()))?;
        Some(*user)
    };
    link.state = if agrees { ApprovalState::Approved } else { ApprovalState::Rejected };
    link.decided_by = Some(by.user);
    link.on_behalf_of = standing;
    link.decided_at = Some(now);
    link.comment = comment;
    Ok(agrees && chain.iter().all(|a| a.state == ApprovalState::Approved))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn now() -> Instant {
        serde_json::from_value(serde_json::json!("2026-05-01T08:00:00Z")).unwrap()
    }

    fn limit(role: u128, percent: u32) -> DiscountLimit {
        DiscountLimit {
            base: Base::new(Uuid::from_u128(1000 + role), now()),
            role_id: Id::from_uuid(Uuid::from_u128(role)),
            max_percent: Exact::from(percent),
        }
    }

    fn roles(some: &[u128]) -> BTreeSet<Uuid> {
        some.iter().map(|n| Uuid::from_u128(*n)).collect()
    }

    fn by(user: u128, own: &[u128], delegators: &[(u128, &[u128])]) -> Decider {
        Decider {
            user: Uuid::from_u128(user),
            roles: roles(own),
            delegators: delegators.iter().map(|(u, r)| (Uuid::from_u128(*u), roles(r))).collect(),
        }
    }

    #[test]
    fn the_chain_goes_up_to_the_first_limit_that_is_enough() {
        let limits = [limit(1, 5), limit(2, 15), limit(3, 40), limit(4, 15)];
        let of = |discount: u32, own: &[u128]| {
            let chain = chain(Exact::from(discount), &roles(own), &limits);
            chain.map(|c| c.iter().map(|a| a.role_id.as_u128()).collect::<Vec<_>>()).ok()
        };
        assert_eq!(of(5, &[1]), Some(vec![]));
        assert_eq!(of(6, &[1]), Some(vec![2]));
        assert_eq!(of(16, &[1]), Some(vec![2, 3]));
        assert_eq!(of(16, &[2]), Some(vec![3]));
        assert_eq!(of(1, &[]), Some(vec![1]), "who has no limit has none of their own");
        assert_eq!(of(41, &[3]), None);
        assert_eq!(of(41, &[1]), None);
        assert_eq!(super::chain(Exact::from(99), &roles(&[]), &[]).unwrap(), []);
    }

    #[test]
    fn links_are_decided_in_turn_and_by_nobody_who_submitted() {
        let mut links = chain(Exact::from(30), &roles(&[1]), &[limit(1, 5), limit(2, 15), limit(3, 40)]).unwrap();
        let me = Some(Uuid::from_u128(10));
        let mut ask = |who: Decider| decide(&mut links, true, &who, me, None, now());
        assert!(matches!(ask(by(10, &[2, 3], &[])), Err(Error::Conflict("self_approval"))));
        assert!(matches!(ask(by(11, &[3], &[])), Err(Error::Forbidden(_))), "not their turn");
        assert!(
            matches!(ask(by(11, &[], &[(10, &[2])])), Err(Error::Forbidden(_))),
            "nobody stands in for who submitted"
        );
        assert!(!ask(by(11, &[], &[(12, &[2])])).unwrap());
        assert!(ask(by(13, &[3], &[])).unwrap());
        assert!(matches!(ask(by(13, &[3], &[])), Err(Error::Conflict("not_pending"))));
        assert_eq!(links[0].on_behalf_of, Some(Uuid::from_u128(12)));
        let mut again = chain(Exact::from(30), &roles(&[1]), &[limit(1, 5), limit(3, 40)]).unwrap();
        assert!(!decide(&mut again, false, &by(13, &[3], &[]), me, Some("much".to_owned()), now()).unwrap());
        assert_eq!(again[0].state, ApprovalState::Rejected);
    }
}
