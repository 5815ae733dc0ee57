//! Visiting cards (vCard 2.1, 3.0 and 4.0): from what a card says to the body of a customer. What a customer has no place for, and what can't
//! be read, goes into the notes in words, so that nothing that somebody wrote is lost.
use super::country::country;
use super::plan::Filled;
use super::value;
use crate::core::identifiers::iran;
use crate::core::text;
use crate::customers::contact_point::{ContactKind, known_by, normal};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A value with what the card says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    pub value: String,
    /// Types such as `work` or `cell`, in small letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// What the card's owner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How much it is preferred, 1 the most; none where the card does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<u32>,
}

/// The parts of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub family: String,
    pub given: String,
    pub additional: String,
    pub prefix: String,
    pub suffix: String,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub po_box: String,
    pub extended: String,
    pub street: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What a card says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub version: Option<String>,
    /// `individual`, `org` or another word of RFC 6350.
    pub kind: Option<String>,
    /// Whether the address book it comes from shows it as a company.
    pub company: bool,
    pub uid: Option<String>,
    #[serde(rename = "fn")]
    pub formatted: Option<String>,
    pub n: Option<Name>,
    pub nickname: Option<String>,
    pub org: Vec<String>,
    pub title: Vec<String>,
    pub role: Option<String>,
    pub tel: Vec<Typed>,
    pub email: Vec<Typed>,
    pub url: Vec<Typed>,
    /// Names in messengers and on social media, each with its service before a colon.
    pub social: Vec<Typed>,
    pub adr: Vec<Place>,
    /// As it is written.
    pub bday: Option<String>,
    /// `female`, `male` or `other`.
    pub gender: Option<String>,
    pub language: Option<String>,
    pub note: Vec<String>,
    /// How many pictures it carries.
    pub photo: usize,
}

/// What a card did not bring into a member of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOver {
    /// A picture, which was left out.
    Photo,
    /// A value that could not be read; it stands in the notes.
    Noted,
}

/// The most contact points and addresses of a customer.
const MOST_POINTS: usize = 50;
const MOST_PLACES: usize = 20;

/// A body on its way.
struct Body {
    members: Map<String, Value>,
    notes: Vec<String>,
    left: Vec<LeftOver>,
}

impl Body {
    fn put(&mut self, name: &str, text: &str) {
        // Only notes have lines.
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let text = if name == "notes" {
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            lines.join("\n").trim().to_owned()
        } else {
            lines.join(", ")
        };
        if !text.is_empty() {
            self.members.insert(name.to_owned(), json!(text));
        }
    }

    /// Keeps in the notes what can't be read.
    fn note(&mut self, what: &str, label: Option<&str>, value: &str) {
        let label = label.map(|l| format!(" ({l})")).unwrap_or_default();
        self.notes.push(format!("{what}{label}: {}", value.trim()));
        self.left.push(LeftOver::Noted);
    }
}

/// The body of a create for a card, and what is left over. `region` is where telephones without country code are read whose card has no
/// address with a country.
pub fn body(card: &Card, region: &str) -> (Filled, Vec<LeftOver>) {
    let mut body = Body {
        members: Map::new(),
        notes: Vec::new(),
        left: vec![LeftOver::Photo; card.photo.min(1)],
    };
    names(card, &mut body);
    let places = places(card, &mut body);
    let region = places
        .iter()
        .find_map(|p| p.get("country").and_then(Value::as_str))
        .unwrap_or(region)
        .to_owned();
    points(card, &region, &mut body);
    if !places.is_empty() {
        body.members.insert("addresses".to_owned(), Value::Array(places));
    }
    if let Some(written) = &card.bday {
        match birthday(written) {
            Some(date) => body.put("birth_date", &date.to_string()),
            None => body.note("Birthday", None, written),
        }
    }
    for (name, text) in [("gender", &card.gender), ("language", &card.language)] {
        body.put(name, text.as_deref().unwrap_or_default());
    }
    let said = card.note.iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    let notes: Vec<String> = said.chain(std::mem::take(&mut body.notes)).collect();
    body.put("notes", &notes.join("\n"));
    if let Some(uid) = card
        .uid
        .as_deref()
        .map(str::trim)
        .filter(|uid| !uid.is_empty() && uid.chars().count() <= 255)
    {
        body.members.insert("external_ids".to_owned(), json!({ "vcard": uid }));
    }
    let mut filled = Filled::default();
    // A card without anything on it says nothing.
    if body.members.keys().any(|name| name != "kind") {
        filled.body = body.members;
    }
    (filled, body.left)
}

fn names(card: &Card, body: &mut Body) {
    let n = card.n.clone().unwrap_or_default();
    let formatted = card.formatted.as_deref().unwrap_or_default().trim();
    let company = card.org.first().map_or("", |o| o.trim());
    let person = [&n.family, &n.given, &n.additional].iter().any(|part| !part.trim().is_empty());
    let organization = match card.kind.as_deref() {
        Some("org") => true,
        Some("individual") => false,
        _ => card.company || !person && !company.is_empty() && (formatted.is_empty() || formatted == company),
    };
    body.put("kind", if organization { "organization" } else { "person" });
    if organization {
        body.put("organization_name", if company.is_empty() { formatted } else { company });
        body.put("display_name", formatted);
    } else {
        body.put("given_name", &format!("{} {}", n.given.trim(), n.additional.trim()));
        body.put("family_name", &n.family);
        body.put("organization_name", company);
        body.put("display_name", formatted);
        if !person && formatted.is_empty() {
            // Known by nothing but a number or an address: that is what it is called, until somebody knows better.
            let known = card.nickname.as_ref().or(card.email.first().or(card.tel.first()).map(|t| &t.value));
            body.put("display_name", known.map_or(company, String::as_str));
        }
    }
    for unit in card.org.iter().skip(1).filter(|unit| !unit.trim().is_empty()) {
        body.notes.push(format!("Department: {}", unit.trim()));
    }
    let mut titles = card.title.iter().chain(&card.role).filter(|t| !t.trim().is_empty());
    if let Some(first) = titles.next() {
        body.put("job_title", first);
    }
    for other in titles {
        body.notes.push(format!("Title: {}", other.trim()));
    }
    if let Some(name) = card.nickname.as_deref().filter(|n| !n.trim().is_empty()) {
        body.notes.push(format!("Nickname: {}", name.trim()));
    }
}

/// What a way to reach somebody is for, of all its types.
fn label(types: &[String], own: Option<&str>) -> Option<String> {
    let own = own.map(str::trim).filter(|l| !l.is_empty()).map(|l| l.chars().take(50).collect());
    let known = ["work", "home", "school", "other", "main"];
    own.or_else(|| types.iter().find(|t| known.contains(&t.as_str())).cloned())
}

fn points(card: &Card, region: &str, body: &mut Body) {
    let mut all: Vec<(ContactKind, &Typed)> = Vec::new();
    for tel in &card.tel {
        let is = |word: &str| tel.types.iter().any(|t| t == word);
        let kind = match () {
            () if is("fax") => ContactKind::Fax,
            () if is("cell") || is("mobile") || is("iphone") => ContactKind::Mobile,
            () => ContactKind::Phone,
        };
        all.push((kind, tel));
    }
    let lists = [
        (ContactKind::Email, &card.email),
        (ContactKind::Website, &card.url),
        (ContactKind::Social, &card.social),
    ];
    for (kind, list) in lists {
        all.extend(list.iter().map(|one| (kind, one)));
    }
    let mut points: Vec<Value> = Vec::new();
    let mut keys: Vec<(ContactKind, String)> = Vec::new();
    for (kind, one) in &all {
        let label = label(&one.types, one.label.as_deref());
        let what = match kind {
            ContactKind::Email => "Email",
            ContactKind::Fax => "Fax",
            ContactKind::Website => "Web site",
            ContactKind::Social => "Social",
            ContactKind::Phone | ContactKind::Mobile => "Telephone",
        };
        let written = one.value.trim();
        if written.is_empty() {
            continue;
        }
        let value = match normal(*kind, written, region) {
            Ok(value) if points.len() < MOST_POINTS => value,
            _ => {
                body.note(what, label.as_deref(), written);
                continue;
            }
        };
        let key = (*kind, known_by(*kind, &value));
        if keys.contains(&key) {
            continue;
        }
        keys.push(key);
        let best = all
            .iter()
            .filter(|(k, o)| k == kind && o.preference.is_some())
            .min_by_key(|(_, o)| o.preference);
        let primary = best.is_some_and(|(_, o)| std::ptr::eq(*o, *one));
        let mut point = json!({"kind": kind, "value": written, "primary": primary});
        if let Some(label) = label {
            point["label"] = json!(label);
        }
        points.push(point);
    }
    if !points.is_empty() {
        body.members.insert("contact_points".to_owned(), Value::Array(points));
    }
}

fn places(card: &Card, body: &mut Body) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for place in &card.adr {
        let mut street: Vec<&str> = [&place.po_box, &place.extended, &place.street]
            .into_iter()
            .flat_map(|part| part.lines())
            .map(|line| line.trim().trim_end_matches(',').trim())
            .filter(|line| !line.is_empty())
            .collect();
        let land = place.country.trim();
        let code = country(land).ok().filter(|_| !land.is_empty());
        let postal = value::digits(place.postal_code.trim());
        let wrong = code.as_deref() == Some("IR") && !postal.is_empty() && iran::postal_code(&postal).is_err();
        // What has no place of its own stays in the line that people read.
        if wrong {
            street.push(place.postal_code.trim());
        }
        if code.is_none() && !land.is_empty() {
            street.push(land);
        }
        let mut made = Map::new();
        let mut put = |name: &str, text: &str| {
            if !text.trim().is_empty() {
                made.insert(name.to_owned(), json!(text.trim()));
            }
        };
        put("street", &street.join(", "));
        put("city", &place.city);
        put("province", &place.region);
        if !wrong {
            put("postal_code", &postal);
        }
        put("country", code.as_deref().unwrap_or_default());
        if made.is_empty() {
            continue;
        }
        if let Some(label) = label(&place.types, place.label.as_deref()) {
            made.insert("label".to_owned(), json!(label));
        }
        if found.len() < MOST_PLACES {
            found.push(Value::Object(made));
        } else {
            body.note("Address", None, &format!("{}, {}, {land}", street.join(", "), place.city));
        }
    }
    found
}

/// The day of birth, where a card says a whole one: `1980-03-22`, `19800322`, with or without a time.
fn birthday(written: &str) -> Option<NaiveDate> {
    let digits = text::digits(written.trim()).into_owned();
    let day = digits.split(['T', ' ']).next()?;
    NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(day, "%Y%m%d"))
        .ok()
        .filter(|_| day.len() >= 8)
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
