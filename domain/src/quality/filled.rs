//! What of a customer has a value. A profile names values by these words, and so does all that is told of them.
//!
//! ```text
//! value = member                      a plain member of the customer: national_id, birth_date, interests
//!       | "contact_points." kind      a way to reach it that may be used; "phone" takes a mobile too
//!       | "addresses." part           an address that has this part: city, street, postal_code
//!       | "contact_points" | "addresses" | "bank_accounts"      any of them
//!       | "custom." field             a field of the organization's own
//! ```
use crate::core::field::Choice;
use crate::customers::address::Address;
use crate::customers::contact_point::ContactKind;
use crate::customers::customer::{Customer, CustomerKind};

/// A word and what it asks of a customer, or of an address.
type Word<T> = (&'static str, fn(&T) -> bool);

fn says(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|t| !t.trim().is_empty())
}

/// The plain members that can be asked for. What every customer has by itself, such as its language, says nothing.
const MEMBERS: [Word<Customer>; 29] = [
    ("given_name", |c| says(&c.given_name)),
    ("family_name", |c| says(&c.family_name)),
    ("organization_name", |c| says(&c.organization_name)),
    ("national_id", |c| says(&c.national_id)),
    ("legal_id", |c| says(&c.legal_id)),
    ("birth_date", |c| c.birth_date.is_some()),
    ("gender", |c| c.gender.is_some()),
    ("identifying_features", |c| says(&c.identifying_features)),
    ("province", |c| says(&c.province)),
    ("city", |c| says(&c.city)),
    ("district", |c| says(&c.district)),
    ("country", |c| says(&c.country)),
    ("interests", |c| !c.interests.is_empty()),
    ("tastes", |c| says(&c.tastes)),
    ("tendencies", |c| says(&c.tendencies)),
    ("buying_habits", |c| says(&c.buying_habits)),
    ("field_of_work", |c| says(&c.field_of_work)),
    ("job_class", |c| says(&c.job_class)),
    ("job_title", |c| says(&c.job_title)),
    ("credit_class", |c| c.credit_class.is_some()),
    ("access_class", |c| says(&c.access_class)),
    ("customer_group", |c| says(&c.customer_group)),
    ("notes", |c| says(&c.notes)),
    ("marketer_id", |c| c.marketer_id.is_some()),
    ("referrer_id", |c| c.referrer_id.is_some()),
    ("liaison_id", |c| c.liaison_id.is_some()),
    ("contact_points", |c| c.contact_points.iter().any(|p| !p.do_not_use)),
    ("addresses", |c| !c.addresses.is_empty()),
    ("bank_accounts", |c| !c.bank_accounts.is_empty()),
];

/// The parts of an address that can be asked for.
const PARTS: [Word<Address>; 6] = [
    ("country", |a| says(&a.country)),
    ("province", |a| says(&a.province)),
    ("city", |a| says(&a.city)),
    ("district", |a| says(&a.district)),
    ("street", |a| says(&a.street)),
    ("postal_code", |a| says(&a.postal_code)),
];

/// Whether a customer has a value; false for a word that is none.
pub fn has(customer: &Customer, word: &str) -> bool {
    match word.split_once('.') {
        None => MEMBERS.iter().any(|(name, has)| *name == word && has(customer)),
        Some(("contact_points", kind)) => ContactKind::of(kind).is_some_and(|kind| reaches(customer, kind)),
        Some(("addresses", part)) => PARTS.iter().any(|(name, has)| *name == part && customer.addresses.iter().any(has)),
        Some(("custom", name)) => customer.base.custom.get(name).is_some_and(|v| !v.is_null()),
        Some(_) => false,
    }
}

/// Whether there is a way of this kind to reach it; a mobile telephone is a telephone.
fn reaches(customer: &Customer, kind: ContactKind) -> bool {
    let fits = |k: ContactKind| k == kind || kind == ContactKind::Phone && k == ContactKind::Mobile;
    customer.contact_points.iter().any(|p| fits(p.kind) && !p.do_not_use)
}

/// Whether a word means something a customer of this kind can have.
pub fn is_word(word: &str, kind: CustomerKind) -> bool {
    match word.split_once('.') {
        None => match word {
            "national_id" => kind == CustomerKind::Person,
            "legal_id" => kind == CustomerKind::Organization,
            _ => MEMBERS.iter().any(|(name, _)| *name == word),
        },
        Some(("contact_points", kind)) => ContactKind::of(kind).is_some(),
        Some(("addresses", part)) => PARTS.iter().any(|(name, _)| *name == part),
        Some(("custom", name)) => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            !name.is_empty() && name.len() <= 60 && name.chars().all(plain)
        }
        Some(_) => false,
    }
}

/// Which of all words a customer has a value for, as bits, and its custom values: two customers with the same score alike in any profile.
pub fn shape(customer: &Customer) -> (u64, Vec<&str>) {
    let members = MEMBERS.iter().map(|(_, has)| has(customer));
    let kinds = ContactKind::WORDS.iter().filter_map(|word| ContactKind::of(word));
    let parts = PARTS.iter().map(|(_, has)| customer.addresses.iter().any(has));
    let all = members.chain(kinds.map(|kind| reaches(customer, kind))).chain(parts);
    let bits = all.enumerate().fold(0, |bits, (at, has)| bits | u64::from(has) << at);
    let custom = customer.base.custom.iter().filter(|(_, v)| !v.is_null());
    (bits, custom.map(|(name, _)| name.as_str()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::field::Access;
    use crate::core::resource::Resource;
    use std::collections::BTreeSet;

    #[test]
    fn every_member_that_a_client_may_set_can_be_asked_for() {
        let own = Customer::SPEC.fields.iter().filter(|f| f.access == Access::Free && f.nullable);
        let lists = ["interests", "contact_points", "addresses", "bank_accounts"];
        let known: BTreeSet<&str> = own.map(|f| f.name).filter(|n| *n != "owner_id").chain(lists).collect();
        assert_eq!(MEMBERS.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), known);
        assert!(MEMBERS.len() + ContactKind::WORDS.len() + PARTS.len() <= 64, "each has a bit");
    }

    #[test]
    fn words_are_known_by_their_kind_of_customer() {
        for word in [
            "national_id",
            "contact_points.mobile",
            "addresses.postal_code",
            "custom.size",
            "interests",
        ] {
            assert!(is_word(word, CustomerKind::Person), "{word}");
        }
        for word in [
            "legal_id",
            "contact_points.pager",
            "addresses.planet",
            "custom.",
            "custom.Größe",
            "language",
            "",
            "a.b",
        ] {
            assert!(!is_word(word, CustomerKind::Person), "{word}");
        }
        assert!(is_word("legal_id", CustomerKind::Organization) && !is_word("national_id", CustomerKind::Organization));
    }
}
