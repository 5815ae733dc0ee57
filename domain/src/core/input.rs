//! Reading an input member by member, so that everything wrong with a body is told at once: unknown members, wrong types, wrong
//! lengths. What is left over when a record has taken its own is an unknown member.
use super::field::{Field, Kind};
use super::problem::{Code, Problems};
use super::resource::{Spec, refused};
use super::text;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The members of a JSON object on their way into a record.
#[derive(Debug)]
pub struct Members {
    members: Map<String, Value>,
    /// What was wrong so far.
    pub problems: Problems,
    spec: &'static Spec,
    patch: bool,
}

impl Members {
    /// Starts reading a create (or, with `patch`, a merge patch) of a record.
    pub fn new(members: Map<String, Value>, spec: &'static Spec, patch: bool) -> Self {
        Members {
            members,
            problems: Problems::default(),
            spec,
            patch,
        }
    }

    /// The names of the members given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A member that a create must give.
    pub fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let value = self.optional(name);
        if value.is_none()
            && !self
                .problems
                .0
                .iter()
                .any(|v| v.pointer.strip_prefix('/').is_some_and(|p| p.split('/').next() == Some(name)))
        {
            self.problems.add(format!("/{name}"), Code::Required);
        }
        value
    }

    /// A member that a create may leave out; null is the same as absent.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.value(name, value),
        }
    }

    /// A member of a patch: none when absent, `Some(None)` when null.
    pub fn present<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<Option<T>> {
        match self.members.remove(name)? {
            Value::Null => Some(None),
            value => self.value(name, value).map(Some),
        }
    }

    /// A member of a patch that null can't clear.
    pub fn kept<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        let value = self.present(name)?;
        if value.is_none() {
            self.problems.add(format!("/{name}"), Code::Required);
        }
        value
    }

    /// Ends the reading: what is left over is unknown, or the server's own.
    pub fn finish(self) -> Problems {
        let mut problems = self.problems;
        for name in self.members.keys() {
            let refusal = self.spec.field(name).and_then(|f| refused(f, self.patch));
            problems.add(format!("/{}", escape(name)), refusal.unwrap_or(Code::UnknownField));
        }
        problems
    }

    fn value<T: DeserializeOwned>(&mut self, name: &'static str, value: Value) -> Option<T> {
        let before = self.problems.0.len();
        if let Some(field) = self.spec.field(name) {
            check(field, &value, &mut self.problems);
        }
        if self.problems.0.len() > before {
            return None;
        }
        match serde_path_to_error::deserialize(value) {
            Ok(value) => Some(value),
            Err(error) => {
                let (pointer, code, params) = place(&error);
                self.problems.with(format!("/{name}{pointer}"), code, params);
                None
            }
        }
    }
}

/// The members of a JSON object that we wrote ourselves, such as the body of a write; none of any other value.
pub fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A part of a JSON pointer (RFC 6901).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether a value is of the field's kind, and within its bounds.
pub fn check(field: &Field, value: &Value, problems: &mut Problems) {
    let at = || format!("/{}", field.name);
    match (&field.kind, value) {
        (Kind::Text(max), Value::String(s)) => length(&at(), s, field.min, *max, problems),
        (Kind::Choice(words), Value::String(s)) => {
            if !words.iter().any(|w| w == s) {
                problems.with(at(), Code::NotAllowed, vec![("allowed", words.join(", "))]);
            }
        }
        (Kind::Texts, Value::Array(items)) => {
            count(&at(), items.len(), field, problems);
            for (i, item) in items.iter().enumerate() {
                match item {
                    Value::String(s) => length(&format!("{}/{i}", at()), s, 1, 100, problems),
                    _ => problems.add(format!("{}/{i}", at()), Code::WrongType),
                }
            }
        }
        (Kind::Integer, Value::Number(n)) => {
            if !n.as_i64().is_some_and(|n| field.range.contains(&n)) {
                let bounds = vec![("min", field.range.start().to_string()), ("max", field.range.end().to_string())];
                problems.with(at(), Code::OutOfRange, bounds);
            }
        }
        (Kind::Date, Value::String(s)) => {
            if s.len() != 10 || s.parse::<chrono::NaiveDate>().is_err() {
                problems.with(at(), Code::Format, vec![("format", "YYYY-MM-DD".to_owned())]);
            }
        }
        (Kind::Reference(_), Value::String(s)) => uuid(&at(), s, problems),
        (Kind::References(_), Value::Array(items)) => {
            count(&at(), items.len(), field, problems);
            for (i, item) in items.iter().enumerate() {
                uuid(&format!("{}/{i}", at()), item.as_str().unwrap_or_default(), problems);
            }
        }
        (Kind::Instant, Value::String(s)) => {
            if serde_json::from_value::<super::instant::Instant>(Value::String(s.clone())).is_err() {
                problems.with(at(), Code::Format, vec![("format", "RFC 3339".to_owned())]);
            }
        }
        (Kind::Decimal, Value::String(s)) => {
            if super::money::number(s).is_err() {
                problems.with(at(), Code::Format, vec![("format", "decimal".to_owned())]);
            }
        }
        (Kind::Structure, Value::Array(items)) => count(&at(), items.len(), field, problems),
        (Kind::Boolean, Value::Bool(_)) | (Kind::Structure | Kind::Money, Value::Object(_)) => {}
        _ => problems.add(at(), Code::WrongType),
    }
}

fn uuid(at: &str, s: &str, problems: &mut Problems) {
    if s.len() != 36 || uuid::Uuid::try_parse(s).is_err() {
        problems.with(at, Code::Format, vec![("format", "UUID".to_owned())]);
    }
}

fn count(at: &str, n: usize, field: &Field, problems: &mut Problems) {
    if n > field.max_items as usize {
        problems.with(at, Code::TooLong, vec![("max", field.max_items.to_string())]);
    } else if n < field.min as usize {
        problems.with(at, Code::TooShort, vec![("min", field.min.to_string())]);
    }
}

/// Whether a text is within its bounds, counted in characters, and free of controls.
pub fn length(at: &str, s: &str, min: u32, max: u32, problems: &mut Problems) {
    // Bytes answer for most texts, so that a hostile megabyte is never counted.
    let n = if s.len() > 4 * max as usize {
        usize::MAX
    } else {
        s.chars().count()
    };
    if n > max as usize {
        problems.with(at, Code::TooLong, vec![("max", max.to_string())]);
    } else if n < min as usize || min > 0 && s.trim().is_empty() {
        problems.with(at, Code::TooShort, vec![("min", min.to_string())]);
    } else if text::has_control(s) {
        problems.add(at, Code::Character);
    }
}

/// Reads a body that is no record's: a structure with names of its own.
///
/// # Errors
/// What is wrong with it, and where.
pub fn whole<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Problems> {
    serde_path_to_error::deserialize(Value::Object(members)).map_err(|error| {
        let mut problems = Problems::default();
        let (pointer, code, params) = place(&error);
        problems.with(pointer, code, params);
        problems
    })
}

/// Where in a structure something is wrong, and what. serde tells its reasons only in words; these have been the same since 1.0.
pub fn place(error: &serde_path_to_error::Error<serde_json::Error>) -> (String, Code, Vec<(&'static str, String)>) {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer += &format!("/{index}"),
            Segment::Map { key } => pointer += &format!("/{}", escape(key)),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let words = error.inner().to_string();
    let named = |prefix: &str| words.strip_prefix(prefix).and_then(|rest| rest.split('`').nth(1)).map(escape);
    if named("unknown field ").is_some() {
        return (pointer, Code::UnknownField, Vec::new());
    }
    if let Some(name) = named("missing field ") {
        return (format!("{pointer}/{name}"), Code::Required, Vec::new());
    }
    if let Some((_, expected)) = words.strip_prefix("unknown variant ").and_then(|rest| rest.split_once("expected ")) {
        // Each allowed word stands between backticks.
        let allowed: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return (pointer, Code::NotAllowed, vec![("allowed", allowed.join(", "))]);
    }
    let code = match words {
        w if w.starts_with("format") || w.starts_with("UUID") => Code::Format,
        _ => Code::WrongType,
    };
    (pointer, code, Vec::new())
}

/// Absent keeps, present sets: the whole of merge patch for one member.
pub fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}
