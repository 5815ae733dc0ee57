//! Who supplied each value of a customer, and when: read out of the change log, from its newest entry back, until every value is explained.
//! Nothing of it is kept a second time.
use super::profile::{Profile, QualityField};
use super::source::{DataSource, SourceKind};
use crate::core::error::Result;
use crate::core::field::{Access, Choice};
use crate::core::instant::Instant;
use crate::core::pipeline::document;
use crate::core::resource::Resource;
use crate::customers::contact_point::{ContactKind, known_by};
use crate::customers::customer::Customer;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The member of a change that notes which values were confirmed without being changed.
pub const CONFIRMED: &str = "confirmed";
/// The member that notes the suggestion by which a value came.
pub const SUGGESTION: &str = "suggestion";
/// The member that notes the records that went into this one.
const MERGED: &str = "merged_ids";

/// By what way an entry of the change log was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    pub kind: SourceKind,
    /// The user; none for the server itself.
    pub user: Option<Uuid>,
    pub import: Option<Uuid>,
    pub api_key: Option<Uuid>,
    pub suggestion: Option<Uuid>,
    /// The source that the import names.
    pub named: Option<Uuid>,
}

/// One entry of the change log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub version: i64,
    pub at: Instant,
    pub by: By,
    /// Each changed member with its value before and after.
    pub changed: Map<String, Value>,
}

impl Entry {
    /// An entry as the log has it: `via` says by what the writer came in, and `import` is the import whose row it was.
    pub fn new(
        version: i64,
        at: Instant,
        user: Option<Uuid>,
        via: &str,
        import: Option<(Uuid, Option<Uuid>)>,
        changed: Map<String, Value>,
    ) -> Self {
        let (way, id) = via.split_once(':').unwrap_or((via, ""));
        let noted = |name: &str| changed.get(name).and_then(|pair| pair.get(1)).filter(|v| !v.is_null());
        let suggestion = noted(SUGGESTION).and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
        let kind = match way {
            _ if suggestion.is_some() => SourceKind::Suggestion,
            _ if noted(MERGED).is_some() => SourceKind::Merge,
            _ if import.is_some() => SourceKind::Import,
            "session" => SourceKind::ByHand,
            "api_key" => SourceKind::Integration,
            "link" => SourceKind::Link,
            "console" => SourceKind::Console,
            _ => SourceKind::Server,
        };
        let by = By {
            kind,
            user,
            import: import.map(|(id, _)| id),
            api_key: Uuid::try_parse(id).ok().filter(|_| way == "api_key"),
            suggestion,
            named: import.and_then(|(_, source)| source),
        };
        Entry { version, at, by, changed }
    }

    fn pair(&self, member: &str) -> Option<(&Value, &Value)> {
        let pair = self.changed.get(member)?;
        Some((pair.get(0)?, pair.get(1)?))
    }

    /// How many values the entry gave: of a list each item that was not there before.
    pub fn gave(&self) -> i64 {
        let own = Customer::SPEC.fields.iter().filter(|f| counts(f.name, f.access));
        let each = own.filter_map(|f| self.pair(f.name));
        each.map(|(before, after)| match after {
            Value::Null => 0,
            Value::Array(items) => items.iter().filter(|item| !holds(before, item)).count() as i64,
            Value::Object(members) => members.iter().filter(|(k, v)| !v.is_null() && before.get(k) != Some(v)).count() as i64,
            _ => 1,
        })
        .sum()
    }
}

/// Whether a member is a value that somebody supplies.
fn counts(name: &str, access: Access) -> bool {
    access != Access::Server
        && !matches!(
            name,
            "owner_id" | "external_ids" | "kind" | "language" | "display_name" | "lifecycle_stage"
        )
}

/// What tells one item of a list from the others: a way to reach somebody is the same however it is labelled.
fn key(item: &Value) -> Option<String> {
    let kind = item.get("kind").and_then(Value::as_str).and_then(ContactKind::of)?;
    Some(known_by(kind, item.get("value")?.as_str()?))
}

fn holds(list: &Value, item: &Value) -> bool {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    match key(item) {
        Some(wanted) => items.iter().any(|i| key(i).as_ref() == Some(&wanted)),
        None => items.contains(item),
    }
}

/// Which part of a member a value is.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Whole,
    Item(Value),
    Custom(String),
}

/// A value of the customer, and where it came from.
#[derive(Debug, Clone)]
pub struct Traced {
    /// The word of a profile that means it, such as `contact_points.email`.
    pub word: String,
    /// A number or address in the clear, so that it can be told from others; none for what stands in a member of its own.
    pub value: Option<String>,
    /// Whether it may still be used.
    pub usable: bool,
    member: &'static str,
    part: Part,
    /// When it came, and by what way; none where the log does not tell any more.
    pub origin: Option<(Instant, By)>,
    /// When somebody last confirmed it.
    pub confirmed_at: Option<Instant>,
}

impl Traced {
    /// Since when it is known to be so.
    pub fn since(&self) -> Option<Instant> {
        self.confirmed_at.max(self.origin.as_ref().map(|(at, _)| *at))
    }
}

/// Reads a customer's past, entry by entry.
#[derive(Debug)]
pub struct Trace {
    pub values: Vec<Traced>,
}

impl Trace {
    /// Everything that the customer has, not yet explained.
    ///
    /// # Errors
    /// `Error::Internal` where a customer is no JSON object.
    pub fn of(customer: &Customer, now: Instant) -> Result<Self> {
        let doc = document(customer)?;
        let mut values = Vec::new();
        let mut add = |word: String, value: Option<String>, usable: bool, member: &'static str, part: Part| {
            values.push(Traced {
                word,
                value,
                usable,
                member,
                part,
                origin: None,
                confirmed_at: None,
            });
        };
        for field in Customer::SPEC.fields.iter().filter(|f| counts(f.name, f.access)) {
            match (field.name, doc.get(field.name)) {
                (_, None | Some(Value::Null)) => {}
                ("contact_points", _) => {
                    for point in &customer.contact_points {
                        let item = serde_json::to_value(point).unwrap_or_default();
                        let usable = !point.do_not_use && point.valid_until.is_none_or(|until| until > now);
                        let word = format!("contact_points.{}", point.kind.word());
                        add(word, Some(point.value.clone()), usable, field.name, Part::Item(item));
                    }
                }
                ("custom", Some(Value::Object(members))) => {
                    for name in members.iter().filter(|(_, v)| !v.is_null()).map(|(name, _)| name) {
                        add(format!("custom.{name}"), None, true, field.name, Part::Custom(name.clone()));
                    }
                }
                ("addresses" | "bank_accounts", Some(Value::Array(items))) => {
                    for item in items {
                        let place = ["street", "city", "country"].map(|part| item.get(part).and_then(Value::as_str).unwrap_or_default());
                        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
                        let text = (field.name == "addresses").then(|| place.join(", "));
                        add(field.name.to_owned(), text, true, field.name, Part::Item(item.clone()));
                    }
                }
                (_, Some(Value::Array(items))) if items.is_empty() => {}
                (name, Some(_)) => add(name.to_owned(), None, true, field.name, Part::Whole),
            }
        }
        Ok(Trace { values })
    }

    /// Takes the next older entry.
    pub fn take(&mut self, entry: &Entry) {
        let confirmed = entry.pair(CONFIRMED).and_then(|(_, words)| words.as_array());
        for value in self.values.iter_mut().filter(|v| v.origin.is_none()) {
            let says = |word: &Value| word.as_str().is_some_and(|word| means(word, &value.word));
            if value.confirmed_at.is_none() && confirmed.is_some_and(|all| all.iter().any(says)) {
                value.confirmed_at = Some(entry.at);
            }
            let Some((before, after)) = entry.pair(value.member) else {
                continue;
            };
            let came = match &value.part {
                Part::Whole => true,
                Part::Item(item) => holds(after, item) && !holds(before, item),
                Part::Custom(name) => before.get(name) != after.get(name),
            };
            if came {
                value.origin = Some((entry.at, entry.by.clone()));
            }
        }
    }

    /// Whether everything is explained.
    pub fn done(&self) -> bool {
        self.values.iter().all(|v| v.origin.is_some())
    }
}

/// Whether a word of a profile means a value: `contact_points` means any of them, and a telephone may be a mobile.
pub fn means(word: &str, value: &str) -> bool {
    word == value
        || value.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'))
        || word == "contact_points.phone" && value == "contact_points.mobile"
        || value == "addresses" && word.starts_with("addresses.")
}

crate::choice! {
    /// Why something should be asked for.
    pub enum AskReason {
        /// There is none.
        Missing = "missing",
        /// There is one, and its time is over.
        Expired = "expired",
        /// It is long since anybody said so.
        Stale = "stale",
    }
}

/// Something to ask the customer next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    pub field: &'a QualityField,
    pub reason: AskReason,
    /// For how many days it has stood.
    pub age_days: Option<i64>,
}

/// What to ask next, the heaviest first: what is missing, has run out, or has stood for too long.
pub fn ask_next<'a>(profile: &'a Profile, customer: &Customer, trace: &Trace, now: Instant) -> Vec<Ask<'a>> {
    let missing = profile.missing(customer);
    let mut asks: Vec<Ask<'a>> = profile
        .fields
        .iter()
        .filter_map(|field| {
            let ask = |reason, age_days| Some(Ask { field, reason, age_days });
            if missing.contains(&field) {
                return ask(AskReason::Missing, None);
            }
            let all: Vec<&Traced> = trace.values.iter().filter(|v| means(&field.field, &v.word)).collect();
            if !all.is_empty() && all.iter().all(|v| !v.usable) {
                return ask(AskReason::Expired, None);
            }
            // What the log does not tell any more is as old as the record at most.
            let since = |v: &&Traced| v.since().unwrap_or(customer.base.created_at);
            let newest = all.iter().copied().filter(|v| v.usable).map(|v| since(&v)).max()?;
            let days = (now.utc() - newest.utc()).num_days();
            match field.stale_after_days {
                Some(most) if days > most => ask(AskReason::Stale, Some(days)),
                _ => None,
            }
        })
        .collect();
    asks.sort_by_key(|a| (-a.field.weight, a.reason));
    asks
}

/// The source that a value came from: the one its import names, else the one with its API key or its user, else the default one of its kind.
/// Of several, the one made first.
pub fn source_of<'a>(sources: &'a [DataSource], by: &By) -> Option<&'a DataSource> {
    let named = sources.iter().find(|s| by.named == Some(s.base.id.uuid()));
    let fits = |s: &&DataSource| s.kind == by.kind;
    let keyed = |s: &&DataSource| s.api_key_id.is_some_and(|id| by.api_key == Some(id.uuid()));
    let whose = |s: &&DataSource| s.user_id.is_some_and(|id| by.user == Some(id.uuid()));
    let plain = |s: &&DataSource| s.is_default;
    let mut of_kind = sources.iter().filter(fits);
    named
        .or_else(|| of_kind.clone().find(|s| keyed(s) || whose(s)))
        .or_else(|| of_kind.find(plain))
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
