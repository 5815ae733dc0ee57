//! Suggestions: a number or an address that keeps turning up in what happens with a customer, and that the customer does not have.
use super::profile::Profile;
use super::signature::signed;
use crate::access::user::User;
use crate::activities::interaction::{Channel, Direction, Interaction};
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::identifiers::phone;
use crate::core::instant::Instant;
use crate::core::resource::Rules;
use crate::customers::contact_point::{ContactKind, ContactPoint, known_by};
use crate::customers::customer::Customer;
use chrono::TimeDelta;
use derive::Record;
use std::collections::{BTreeMap, BTreeSet};

crate::choice! {
    /// What became of it: nobody looked, the customer has it, it is not to be suggested again.
    #[derive(Default)]
    pub enum SuggestionState { #[default] Open = "open", Accepted = "accepted", Dismissed = "dismissed" }
}

crate::choice! {
    /// Why something is suggested.
    pub enum SuggestionReason {
        /// The customer calls from it, or is called there.
        Calls = "calls",
        /// Messages or faxes come from it or go there.
        Messages = "messages",
        /// Mails come from it or go there.
        Emails = "emails",
        /// It stands under the customer's mails.
        Signature = "signature",
        /// It stands there in the place of another one, which `replaces` tells.
        SignatureChanged = "signature_changed",
    }
}

/// A way to reach a customer that stands in what happened with them, and not in their record. Who sees the customer sees it.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/suggestions",
    one = "suggestion",
    many = "suggestions",
    tag = "Data quality",
    fa = "پیشنهادها"
)]
pub struct Suggestion {
    #[record(base)]
    pub base: Base,
    /// Whose it seems to be.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// What kind of way it is.
    #[record(fixed, example = r#""mobile""#, fa = "نوع")]
    pub contact_kind: ContactKind,
    /// The number or address, in normal form.
    #[record(fixed, min = 1, max = 254, example = r#""+989351234567""#, fa = "مقدار")]
    pub value: String,
    /// The contact point that it seems to have taken the place of.
    #[record(server, max = 254, fa = "به جای")]
    pub replaces: Option<String>,
    /// Why: `calls`, `messages`, `emails`, `signature`, `signature_changed`.
    #[record(server, max = 10, example = r#"["calls"]"#, fa = "دلیل‌ها")]
    pub reasons: Vec<String>,
    /// How often it turned up.
    #[record(server, sort, example = "4", fa = "دفعات")]
    pub occurrences: i64,
    /// When it turned up first.
    #[record(server, fa = "نخستین بار")]
    pub first_seen_at: Option<Instant>,
    /// When it turned up last.
    #[record(server, sort, fa = "آخرین بار")]
    pub last_seen_at: Option<Instant>,
    /// Where it turned up: the latest interactions, the newest first.
    #[record(server, max = 20, fa = "شواهد")]
    pub interaction_ids: Vec<Id<Interaction>>,
    /// What became of it. What was dismissed is never suggested again.
    #[record(server, example = r#""open""#, fa = "وضعیت")]
    pub state: SuggestionState,
    /// Who said so; null while it is open, and where the customer got it otherwise.
    #[record(server, fa = "تصمیم‌گیرنده")]
    pub decided_by: Option<Id<User>>,
}

impl Rules for Suggestion {}

/// Evidence that is kept of one suggestion.
const EVIDENCE: usize = 20;
/// Mails under which a number must stand to be more than a slip.
const MAILS: usize = 2;

/// What was found in the interactions of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub kind: ContactKind,
    pub value: String,
    pub replaces: Option<String>,
    pub reasons: Vec<SuggestionReason>,
    pub occurrences: i64,
    pub first_seen_at: Instant,
    pub last_seen_at: Instant,
    pub interactions: Vec<Id<Interaction>>,
}

/// How often something turned up, and where.
#[derive(Default)]
struct Seen {
    kind: Option<ContactKind>,
    value: String,
    reasons: BTreeSet<SuggestionReason>,
    /// Those under the mails counted apart.
    used: usize,
    signed: usize,
    at: Vec<(Instant, Id<Interaction>)>,
}

/// The ways to reach a customer that keep turning up in their interactions and are not among their contact points. `some` are interactions
/// with this customer, of any age and order; a telephone without country code is read in `region`.
pub fn find(customer: &Customer, some: &[Interaction], profile: &Profile, region: &str) -> Vec<Found> {
    let Some(latest) = some.iter().map(|i| i.started_at).max() else {
        return Vec::new();
    };
    let since = latest.after(-TimeDelta::days(profile.suggest_within_days));
    let region = customer.country.as_deref().unwrap_or(region);
    let known: BTreeSet<String> = customer.contact_points.iter().map(ContactPoint::known_by).collect();
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    // Which numbers stood under each mail, the oldest first.
    let mut mails: Vec<(Instant, Vec<String>)> = Vec::new();
    let mut recent: Vec<&Interaction> = some.iter().filter(|i| i.started_at >= since).collect();
    recent.sort_by_key(|i| (i.started_at, i.base.id.uuid()));
    for one in recent {
        if let Some((reason, kind, value)) = used(one) {
            let seen = all.entry(known_by(kind, &value)).or_default();
            (seen.kind, seen.value) = (Some(kind), value);
            seen.used += 1;
            seen.reasons.insert(reason);
            seen.at.push((one.started_at, one.base.id.cast()));
        }
        if one.channel == Channel::Email && one.direction == Some(Direction::Inbound) {
            let numbers = signed(one.body.as_deref().unwrap_or_default(), region);
            let keys = numbers.iter().map(|(kind, value)| known_by(*kind, value)).collect();
            for (kind, value) in numbers {
                let seen = all.entry(known_by(kind, &value)).or_default();
                (seen.kind, seen.value) = (Some(kind), value);
                seen.signed += 1;
                seen.at.push((one.started_at, one.base.id.cast()));
            }
            mails.push((one.started_at, keys));
        }
    }
    let enough = |seen: &Seen| seen.used as i64 >= profile.suggest_after || seen.signed >= MAILS;
    let mut found: Vec<Found> = Vec::new();
    for (key, mut seen) in all.into_iter().filter(|(key, seen)| !known.contains(key) && enough(seen)) {
        let Some(kind) = seen.kind else { continue };
        let replaces = if seen.signed >= MAILS {
            replaced(customer, &mails, &key)
        } else {
            None
        };
        match (&replaces, seen.signed) {
            (Some(_), _) => _ = seen.reasons.insert(SuggestionReason::SignatureChanged),
            (None, 1..) => _ = seen.reasons.insert(SuggestionReason::Signature),
            (None, 0) => {}
        }
        seen.at.sort_by_key(|(at, id)| (*at, id.uuid()));
        seen.at.dedup();
        let times: Vec<Instant> = seen.at.iter().map(|(at, _)| *at).collect();
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            continue;
        };
        found.push(Found {
            kind,
            value: seen.value,
            replaces,
            reasons: seen.reasons.into_iter().collect(),
            occurrences: times.len() as i64,
            first_seen_at: *first,
            last_seen_at: *last,
            interactions: seen.at.iter().rev().take(EVIDENCE).map(|(_, id)| *id).collect(),
        });
    }
    found
}

/// The number or address that an interaction went by.
fn used(one: &Interaction) -> Option<(SuggestionReason, ContactKind, String)> {
    let (by, value) = one.key()?;
    let (reason, kind) = match one.channel {
        Channel::Email => (SuggestionReason::Emails, ContactKind::Email),
        Channel::Fax => (SuggestionReason::Messages, ContactKind::Fax),
        Channel::Call => (SuggestionReason::Calls, line(&value)),
        _ => (SuggestionReason::Messages, line(&value)),
    };
    let value = if by == "email" {
        one.address.clone().unwrap_or(value)
    } else {
        value
    };
    Some((reason, kind, value))
}

/// Whether a number is a mobile's.
fn line(number: &str) -> ContactKind {
    match phone::parse(number, "") {
        Ok(phone) if phone.kind == phone::Kind::Mobile => ContactKind::Mobile,
        _ => ContactKind::Phone,
    }
}

/// The contact point that stood under the mails before the new number did, and under none since.
fn replaced(customer: &Customer, mails: &[(Instant, Vec<String>)], key: &str) -> Option<String> {
    let first = mails.iter().position(|(_, keys)| keys.iter().any(|k| k == key))?;
    let (before, since) = mails.split_at(first);
    let stands = |mails: &[(Instant, Vec<String>)], key: &String| mails.iter().any(|(_, keys)| keys.contains(key));
    let telephone = |p: &&ContactPoint| matches!(p.kind, ContactKind::Phone | ContactKind::Mobile);
    let mut gone = customer
        .contact_points
        .iter()
        .filter(telephone)
        .filter(|p| stands(before, &p.known_by()) && !stands(since, &p.known_by()));
    // Of two that went nobody knows which one it was.
    match (gone.next(), gone.next()) {
        (Some(one), None) => Some(one.value.clone()),
        _ => None,
    }
}

impl Suggestion {
    /// Takes over what was found.
    pub fn see(&mut self, found: &Found) {
        self.replaces.clone_from(&found.replaces);
        self.reasons = found
            .reasons
            .iter()
            .map(|r| crate::core::field::Choice::word(*r).to_owned())
            .collect();
        self.occurrences = found.occurrences;
        (self.first_seen_at, self.last_seen_at) = (Some(found.first_seen_at), Some(found.last_seen_at));
        self.interaction_ids.clone_from(&found.interactions);
    }

    /// Somebody decides: the customer has it, or it is not theirs.
    ///
    /// # Errors
    /// `suggestion_decided` where somebody did before.
    pub fn decide(&mut self, accepted: bool, by: Option<Id<User>>) -> Result<()> {
        if self.state != SuggestionState::Open {
            return Err(Error::Conflict("suggestion_decided"));
        }
        self.state = if accepted {
            SuggestionState::Accepted
        } else {
            SuggestionState::Dismissed
        };
        self.decided_by = by;
        Ok(())
    }

    /// Gives it to the customer; what it takes the place of is not valid any more.
    pub fn give(&self, customer: &mut Customer, now: Instant) {
        let key = known_by(self.contact_kind, &self.value);
        if let Some(old) = &self.replaces {
            let old = customer
                .contact_points
                .iter_mut()
                .find(|p| p.value == *old && p.valid_until.is_none());
            if let Some(old) = old {
                old.valid_until = Some(now);
            }
        }
        if customer.contact_points.iter().any(|p| p.known_by() == key) {
            return;
        }
        customer
            .contact_points
            .push(ContactPoint::new(self.contact_kind, self.value.clone()));
    }
}
