//! What of a customer is compared, folded so that keyboards and habits of writing make no difference.
use crate::core::id::Id;
use crate::core::text::fold;
use crate::customers::contact_point::ContactKind;
use crate::customers::customer::{Customer, CustomerKind};
use chrono::NaiveDate;

/// A customer as the matcher sees it.
#[derive(Debug, Clone)]
pub struct Profile {
    pub id: Id,
    pub kind: CustomerKind,
    pub given: Option<String>,
    pub family: Option<String>,
    /// An organization's name without the words of its legal form.
    pub organization: Option<String>,
    /// National or legal id.
    pub identity: Option<String>,
    pub birth_date: Option<NaiveDate>,
    pub emails: Vec<String>,
    /// All telephone numbers, mobile ones too.
    pub phones: Vec<String>,
    pub mobiles: Vec<String>,
    pub postal_codes: Vec<String>,
    pub streets: Vec<String>,
    pub cities: Vec<String>,
}

/// Words that say what an organization is and not which.
const FORMS: [&str; 22] = [
    "شرکت",
    "موسسه",
    "گروه",
    "سهامی",
    "خاص",
    "عام",
    "با",
    "مسیولیت",
    "محدود",
    "co",
    "company",
    "ltd",
    "limited",
    "inc",
    "llc",
    "corp",
    "gmbh",
    "ag",
    "plc",
    "pty",
    "group",
    "the",
];

/// A text as words of letters and digits.
fn words(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl Profile {
    /// Nothing known: what a profile begins with.
    #[cfg(test)]
    pub fn empty() -> Self {
        Profile {
            id: Id::from_uuid(uuid::Uuid::nil()),
            kind: CustomerKind::Person,
            given: None,
            family: None,
            organization: None,
            identity: None,
            birth_date: None,
            emails: Vec::new(),
            phones: Vec::new(),
            mobiles: Vec::new(),
            postal_codes: Vec::new(),
            streets: Vec::new(),
            cities: Vec::new(),
        }
    }

    /// What there is to compare of a customer.
    pub fn of(customer: &Customer) -> Self {
        let person = customer.kind == CustomerKind::Person;
        let name = |text: &Option<String>| text.as_deref().map(words).and_then(some);
        let of_kind = |wanted: &[ContactKind]| {
            let points = customer.contact_points.iter().filter(|p| wanted.contains(&p.kind));
            points.filter_map(|p| p.key()).map(|(_, value)| value).collect::<Vec<String>>()
        };
        let organization = customer.organization_name.as_deref().unwrap_or(&customer.display_name);
        let bare: Vec<String> = words(organization)
            .split(' ')
            .filter(|w| !FORMS.contains(w))
            .map(str::to_owned)
            .collect();
        let whole = bare.join(" ");
        let texts = |of: fn(&crate::customers::address::Address) -> &Option<String>| {
            let all = customer.addresses.iter().filter_map(|a| of(a).as_deref());
            all.map(words).filter(|t| !t.is_empty()).collect::<Vec<String>>()
        };
        let mut cities = texts(|a| &a.city);
        if cities.is_empty() {
            cities.extend(name(&customer.city));
        }
        Profile {
            id: customer.base.id,
            kind: customer.kind,
            given: name(&customer.given_name),
            family: name(&customer.family_name).or_else(|| some(words(&customer.display_name)).filter(|_| customer.given_name.is_none())),
            organization: some(if whole.is_empty() { words(organization) } else { whole }).filter(|_| !person),
            identity: customer.national_id.clone().or_else(|| customer.legal_id.clone()),
            birth_date: customer.birth_date,
            emails: of_kind(&[ContactKind::Email]),
            phones: of_kind(&[ContactKind::Phone, ContactKind::Mobile, ContactKind::Fax]),
            mobiles: of_kind(&[ContactKind::Mobile]),
            postal_codes: texts(|a| &a.postal_code),
            streets: texts(|a| &a.street),
            cities,
        }
    }
}
