//! Exact keys: what two customers have in common when they are almost certainly one.
//!
//! National id, legal id, email address and mobile number count, between customers of the same kind. A landline or a fax does not: offices
//! and families share them. Between a person and an organization nothing counts: a shopkeeper's mobile is the shop's. A contact point
//! that is not valid any more does not count either, since numbers are given to others. This is the rule of the usual products (email in
//! HubSpot; email, mobile and the number of an authority in Salesforce and Dynamics), without what they make configurable.
use super::contact_point::{ContactKind, ContactPoint};
use super::customer::Customer;
use crate::core::instant::Instant;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// What two customers have in common.
    pub enum ExactKey { NationalId = "national_id", LegalId = "legal_id", Email = "email", Mobile = "mobile" }
}

/// A customer that has a key of the one that was to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DuplicateMatch {
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    pub id: Uuid,
    #[schema(max_length = 300, example = "علی کریمی")]
    pub display_name: String,
    /// What the two have in common.
    #[schema(max_items = 4)]
    pub reasons: Vec<ExactKey>,
}

/// What two customers have in common that makes them almost certainly one.
pub fn shared(a: &Customer, b: &Customer, now: Instant) -> Vec<ExactKey> {
    let mut found = Vec::new();
    if a.kind != b.kind {
        return found;
    }
    let same = |x: &Option<String>, y: &Option<String>| x.is_some() && x == y;
    if same(&a.national_id, &b.national_id) {
        found.push(ExactKey::NationalId);
    }
    if same(&a.legal_id, &b.legal_id) {
        found.push(ExactKey::LegalId);
    }
    let valid = |p: &&ContactPoint| p.valid_until.is_none_or(|until| until >= now);
    let pairs = a.contact_points.iter().filter(valid).flat_map(|x| {
        let others = b.contact_points.iter().filter(valid);
        others
            .filter(move |y| x.key().is_some() && x.key() == y.key())
            .map(move |y| (x.kind, y.kind))
    });
    let kinds: Vec<_> = pairs.collect();
    if kinds.iter().any(|(x, _)| *x == ContactKind::Email) {
        found.push(ExactKey::Email);
    }
    // What one of them calls a mobile is one.
    if kinds.iter().any(|(x, y)| [x, y].contains(&&ContactKind::Mobile)) {
        found.push(ExactKey::Mobile);
    }
    found
}
