//! Where the cells of a column go: the grammar of import targets.
//!
//! ```text
//! target   = "id"                                    the record to change, by our own id
//!          | member                                  a plain member of the body: given_name, birth_date, owner_id
//!          | member "@" ("name" | "email" | "phone" | "external:" system)
//!                                                    a reference, by what the record it means is called or reached under
//!          | "birth_date." ("year" | "month" | "day")    one date in three columns
//!          | "contact_points[" kind [":" label] ["#" n] "]"
//!          | "contact_points[" kind "#" n "].label"
//!          | "addresses" ["[" [label] ["#" n] "]"] "." part
//!          | member "[" currency "]"                  an amount of money in that currency (ISO 4217): amount[IRR]
//!          | "external_ids." system | "custom." field
//! kind     = "phone" | "mobile" | "fax" | "email" | "website" | "social"
//! part     = "street" | "district" | "city" | "province" | "postal_code" | "country" | "formatted" | "label"
//! ```
//! `#n` (1 to 99) ties columns together that speak of one thing, such as the value and the label of a third e-mail address.
//! `formatted` is the whole address as one text; it becomes the street of an address that has no other part.
use crate::core::problem::Code;
use std::fmt;

/// What a contact point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointKind {
    Phone,
    Mobile,
    Fax,
    Email,
    Website,
    Social,
}

/// One part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressPart {
    Street,
    District,
    City,
    Province,
    PostalCode,
    Country,
    Formatted,
    Label,
}

/// One part of a date that stands in three columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatePart {
    Year,
    Month,
    Day,
}

/// Where the cells of one column go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Our own id of the record to change; no member of the body.
    Id,
    /// A plain member of the body.
    Member(String),
    /// An amount of money: the member and the currency.
    Amount(String, String),
    /// A reference, by something else than our own id: the member and what is looked for.
    Lookup(String, By),
    /// A part of the birth date.
    BirthDate(DatePart),
    /// A contact point, or with `names` the label of the one in the same slot.
    Point {
        kind: PointKind,
        label: Option<String>,
        slot: Option<u8>,
        names: bool,
    },
    /// A part of an address.
    Address {
        label: Option<String>,
        slot: Option<u8>,
        part: AddressPart,
    },
    /// The record's id in another system.
    ExternalId(String),
    /// A custom field.
    Custom(String),
}

/// By what a reference finds its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Its name, letter by letter.
    Name,
    Email,
    Phone,
    /// What another system calls it.
    External(String),
}

impl By {
    fn parse(text: &str) -> Result<By, Refusal> {
        match text.split_once(':') {
            Some(("external", system)) => name_of(system).map(By::External),
            None if text == "name" => Ok(By::Name),
            None if text == "email" => Ok(By::Email),
            None if text == "phone" => Ok(By::Phone),
            _ => Err((
                Code::NotAllowed,
                vec![("allowed", "name, email, phone, external:SYSTEM".to_owned())],
            )),
        }
    }
}

/// Why a text is no target: the code, and what its text mentions.
pub type Refusal = (Code, Vec<(&'static str, String)>);

const POINTS: [(&str, PointKind); 6] = [
    ("phone", PointKind::Phone),
    ("mobile", PointKind::Mobile),
    ("fax", PointKind::Fax),
    ("email", PointKind::Email),
    ("website", PointKind::Website),
    ("social", PointKind::Social),
];
const PARTS: [(&str, AddressPart); 8] = [
    ("street", AddressPart::Street),
    ("district", AddressPart::District),
    ("city", AddressPart::City),
    ("province", AddressPart::Province),
    ("postal_code", AddressPart::PostalCode),
    ("country", AddressPart::Country),
    ("formatted", AddressPart::Formatted),
    ("label", AddressPart::Label),
];
const DATE_PARTS: [(&str, DatePart); 3] = [("year", DatePart::Year), ("month", DatePart::Month), ("day", DatePart::Day)];

impl PointKind {
    /// The kind as the body spells it.
    pub fn as_str(self) -> &'static str {
        word(&POINTS, self)
    }
}

impl AddressPart {
    /// The part as the body spells it.
    pub fn as_str(self) -> &'static str {
        word(&PARTS, self)
    }
}

impl Target {
    /// The most characters of a label, a system or a field name.
    pub const NAME_MAX: usize = 64;

    /// Reads a target as the grammar above says.
    ///
    /// # Errors
    /// `unknown_field` for a member that cannot be, `not_allowed` (`allowed`) for a kind or part, `out_of_range` for `#n`,
    /// `too_long` (`max`) for a name, `format` for anything else.
    pub fn parse(text: &str) -> Result<Target, Refusal> {
        if text == "id" {
            return Ok(Target::Id);
        }
        if let Some(part) = text.strip_prefix("birth_date.") {
            return find(&DATE_PARTS, part).map(Target::BirthDate);
        }
        if let Some(rest) = text.strip_prefix("contact_points") {
            let (inside, rest) = brackets(rest)?.ok_or_else(|| format("contact_points[kind:label#n]"))?;
            let (name, slot) = slot(inside)?;
            let (kind, label) = name.split_once(':').map_or((name, None), |(kind, label)| (kind, Some(label)));
            let names = match rest {
                "" => false,
                ".label" if slot.is_some() => true,
                _ => return Err(format("contact_points[kind:label#n].label")),
            };
            return Ok(Target::Point {
                kind: find(&POINTS, kind)?,
                label: label.map(name_of).transpose()?,
                slot,
                names,
            });
        }
        if let Some(rest) = text.strip_prefix("addresses") {
            let (inside, rest) = brackets(rest)?.unwrap_or(("", rest));
            let (label, slot) = slot(inside)?;
            let part = rest.strip_prefix('.').ok_or_else(|| format("addresses[label#n].part"))?;
            return Ok(Target::Address {
                label: (!label.is_empty()).then(|| name_of(label)).transpose()?,
                slot,
                part: find(&PARTS, part)?,
            });
        }
        if let Some(system) = text.strip_prefix("external_ids.") {
            return name_of(system).map(Target::ExternalId);
        }
        if let Some(field) = text.strip_prefix("custom.") {
            return name_of(field).map(Target::Custom);
        }
        if let Some((name, rest)) = text.split_once('[') {
            let code = rest.strip_suffix(']').ok_or_else(|| format("member[CURRENCY]"))?;
            let Target::Member(name) = Target::parse(name)? else {
                return Err((Code::UnknownField, Vec::new()));
            };
            if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(format("member[CURRENCY]"));
            }
            return Ok(Target::Amount(name, code.to_owned()));
        }
        let (name, by) = text.split_once('@').map_or((text, None), |(name, by)| (name, Some(by)));
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !["external_ids", "custom"].contains(&name);
        if !plain || name.len() > Target::NAME_MAX {
            return Err((Code::UnknownField, Vec::new()));
        }
        Ok(match by {
            Some(by) => Target::Lookup(name.to_owned(), By::parse(by)?),
            None => Target::Member(name.to_owned()),
        })
    }

    /// Several columns may share this target: the cells are joined or each makes its own entry.
    pub fn repeats(&self) -> bool {
        match self {
            Target::Member(name) => ["given_name", "family_name", "notes"].contains(&name.as_str()),
            Target::Point { slot, .. } => slot.is_none(),
            Target::Address { part, .. } => *part == AddressPart::Street,
            _ => false,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = |slot: &Option<u8>| slot.map(|n| format!("#{n}")).unwrap_or_default();
        match self {
            Target::Id => f.write_str("id"),
            Target::Member(name) => f.write_str(name),
            Target::Amount(name, currency) => write!(f, "{name}[{currency}]"),
            Target::Lookup(name, By::Name) => write!(f, "{name}@name"),
            Target::Lookup(name, By::Email) => write!(f, "{name}@email"),
            Target::Lookup(name, By::Phone) => write!(f, "{name}@phone"),
            Target::Lookup(name, By::External(system)) => write!(f, "{name}@external:{system}"),
            Target::BirthDate(part) => write!(f, "birth_date.{}", word(&DATE_PARTS, *part)),
            Target::Point { kind, label, slot, names } => {
                let label = label.as_ref().map(|l| format!(":{l}")).unwrap_or_default();
                let names = if *names { ".label" } else { "" };
                write!(f, "contact_points[{}{label}{}]{names}", kind.as_str(), tail(slot))
            }
            Target::Address {
                label: None,
                slot: None,
                part,
            } => write!(f, "addresses.{}", part.as_str()),
            Target::Address { label, slot, part } => {
                write!(
                    f,
                    "addresses[{}{}].{}",
                    label.as_deref().unwrap_or_default(),
                    tail(slot),
                    part.as_str()
                )
            }
            Target::ExternalId(system) => write!(f, "external_ids.{system}"),
            Target::Custom(field) => write!(f, "custom.{field}"),
        }
    }
}

fn format(form: &str) -> Refusal {
    (Code::Format, vec![("format", form.to_owned())])
}

fn word<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, v)| *v == value).map_or("", |(name, _)| name)
}

fn find<T: Copy>(table: &[(&'static str, T)], name: &str) -> Result<T, Refusal> {
    let found = table.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let allowed = table.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
        (Code::NotAllowed, vec![("allowed", allowed)])
    })
}

/// What stands in brackets, and what follows; none if there are no brackets.
fn brackets(text: &str) -> Result<Option<(&str, &str)>, Refusal> {
    match text.strip_prefix('[') {
        None => Ok(None),
        Some(rest) => rest.split_once(']').map(Some).ok_or_else(|| format("[…]")),
    }
}

fn slot(text: &str) -> Result<(&str, Option<u8>), Refusal> {
    let Some((name, n)) = text.rsplit_once('#') else {
        return Ok((text, None));
    };
    match n.parse::<u8>() {
        Ok(n @ 1..=99) => Ok((name, Some(n))),
        _ => Err((Code::OutOfRange, vec![("min", "1".into()), ("max", "99".into())])),
    }
}

fn name_of(text: &str) -> Result<String, Refusal> {
    if text.chars().count() > Target::NAME_MAX {
        return Err((Code::TooLong, vec![("max", Target::NAME_MAX.to_string())]));
    }
    if text.is_empty() || text.trim() != text || text.chars().any(|c| c.is_control() || "[]#:".contains(c)) {
        return Err(format("a name without []#:"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn every_form_reads_and_is_written_back() {
        for text in [
            "id",
            "given_name",
            "birth_date",
            "birth_date.month",
            "contact_points[email]",
            "contact_points[mobile:work]",
            "contact_points[phone#2]",
            "contact_points[phone#2].label",
            "contact_points[phone:محل کار#12]",
            "addresses.city",
            "addresses[home].postal_code",
            "addresses[#3].formatted",
            "addresses[work#1].label",
            "external_ids.hubspot",
            "custom.shoe_size",
            "from_id@name",
            "owner_id@email",
            "to_id@external:erp",
            "amount[IRR]",
        ] {
            assert_eq!(Target::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_target_says_what_is_wrong() {
        let code = |text: &str| Target::parse(text).unwrap_err().0;
        assert_eq!(code("Given Name"), Code::UnknownField);
        assert_eq!(code(""), Code::UnknownField);
        assert_eq!(code("custom"), Code::UnknownField);
        assert_eq!(code("contact_points"), Code::Format);
        assert_eq!(code("contact_points[email"), Code::Format);
        assert_eq!(code("contact_points[email].value.x"), Code::Format);
        assert_eq!(code("contact_points[email].label"), Code::Format, "a label of which one?");
        assert_eq!(code("contact_points[pager]"), Code::NotAllowed);
        assert_eq!(code("contact_points[email#0]"), Code::OutOfRange);
        assert_eq!(code("contact_points[email#100]"), Code::OutOfRange);
        assert_eq!(code("contact_points[email:]"), Code::Format);
        assert_eq!(code("addresses"), Code::Format);
        assert_eq!(code("addresses[home].planet"), Code::NotAllowed);
        assert_eq!(code("external_ids."), Code::Format);
        assert_eq!(code("from_id@"), Code::NotAllowed);
        assert_eq!(code("from_id@external:"), Code::Format);
        assert_eq!(code("amount[rial]"), Code::Format);
        assert_eq!(code("amount[IRR"), Code::Format);
        assert_eq!(code("From@name"), Code::UnknownField);
        assert_eq!(code(&format!("custom.{}", "x".repeat(65))), Code::TooLong);
    }
}
