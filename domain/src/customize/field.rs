//! Custom fields: declared by the organization on any object, then checked, filtered, sorted, imported and described like built-in ones.
use crate::core::base::Base;
use crate::core::field::Kind;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;
use rust_decimal::Decimal;
use serde_json::Value;

crate::choice! {
    /// What a custom field holds.
    pub enum CustomKind {
        Text = "text",
        Number = "number",
        Money = "money",
        Date = "date",
        Choice = "choice",
        MultiChoice = "multi_choice",
        Reference = "reference",
        Boolean = "boolean",
        Url = "url",
    }
}

/// A field that the organization adds to an object.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/custom-fields",
    one = "custom_field",
    many = "custom_fields",
    tag = "Customization",
    fa = "فیلدهای سفارشی"
)]
pub struct CustomField {
    #[record(base)]
    pub base: Base,
    /// The object that has the field, such as `customers`.
    #[record(fixed, min = 1, max = 50, sort, example = r#""customers""#, fa = "موجودیت")]
    pub object: String,
    /// Its name below `custom`: lower-case letters, digits and underscores.
    #[record(fixed, min = 1, max = 50, sort, example = r#""shoe_size""#, fa = "نام")]
    pub name: String,
    /// What it is called on English screens.
    #[record(min = 1, max = 100, search, example = r#""Shoe size""#, fa = "برچسب انگلیسی")]
    pub label_en: String,
    /// What it is called on Persian screens.
    #[record(min = 1, max = 100, search, example = r#""اندازهٔ کفش""#, fa = "برچسب فارسی")]
    pub label_fa: String,
    /// What it holds.
    #[record(fixed, example = r#""number""#, fa = "نوع")]
    pub kind: CustomKind,
    /// The words to choose from, of a choice.
    #[record(example = r#"[]"#, fa = "گزینه‌ها")]
    pub choices: Vec<String>,
    /// Whether a create must give it.
    #[record(default, fa = "الزامی")]
    pub required: bool,
}

impl Rules for CustomField {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let plain = |s: &str| {
            s.starts_with(|c: char| c.is_ascii_lowercase()) && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !plain(&self.name) {
            problems.with("/name", Code::Format, vec![("format", "[a-z][a-z0-9_]*".to_owned())]);
        }
        let chooses = matches!(self.kind, CustomKind::Choice | CustomKind::MultiChoice);
        if chooses == self.choices.is_empty() {
            problems.with(
                "/choices",
                if chooses { Code::Required } else { Code::Conflict },
                vec![("with", "/kind".to_owned())],
            );
        }
        problems
    }
}

impl CustomField {
    /// What its values are checked against.
    pub fn declaration(&self) -> Declaration {
        Declaration {
            name: self.name.clone(),
            kind: self.kind,
            choices: self.choices.clone(),
            required: self.required,
        }
    }
}

/// The most characters of a custom text: at four bytes each, what an entry of PostgreSQL's index holds (2704 bytes with its other columns).
const MAX_TEXT: u32 = 500;

/// What a custom field's values are checked against.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub name: String,
    pub kind: CustomKind,
    pub choices: Vec<String>,
    pub required: bool,
}

/// A value in the form whose order is the value's, for an index.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    Text(String),
    Number(Decimal),
}

impl Declaration {
    /// The kind of its values in the field table's terms.
    pub fn field_kind(&self) -> Kind {
        match self.kind {
            CustomKind::Text => Kind::Text(MAX_TEXT),
            CustomKind::Url => Kind::Text(2000),
            CustomKind::Number | CustomKind::Money => Kind::Decimal,
            CustomKind::Date => Kind::Date,
            CustomKind::Choice => Kind::Choice(self.choices.iter().cloned().map(Into::into).collect()),
            CustomKind::MultiChoice => Kind::Texts,
            CustomKind::Reference => Kind::Reference(""),
            CustomKind::Boolean => Kind::Boolean,
        }
    }

    /// What a condition may name below `custom`, and what stands there: a field, or the amount of one that is money.
    pub fn kind_at(all: &[Declaration], path: &str) -> Option<Kind> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let declaration = all.iter().find(|d| d.name == name)?;
        match (declaration.kind, rest) {
            // Money as such is compared with nothing; the refusal names its parts.
            (CustomKind::Money, None) => Some(Kind::Money),
            (CustomKind::Money, Some("amount")) => Some(Kind::Decimal),
            (_, None) => Some(declaration.field_kind()),
            (_, Some(_)) => None,
        }
    }

    /// What is wrong with a value; pointers are relative to it.
    pub fn check(&self, value: &Value) -> Problems {
        let mut problems = Problems::default();
        let chosen = |v: &Value| v.as_str().is_some_and(|s| self.choices.iter().any(|c| c == s));
        let allowed = || vec![("allowed", self.choices.join(", "))];
        match (self.kind, value) {
            (CustomKind::Text, Value::String(s)) => crate::core::input::length("", s, 1, MAX_TEXT, &mut problems),
            (CustomKind::Url, Value::String(s)) => {
                if s.len() > 2000 || !url::Url::parse(s).is_ok_and(|u| matches!(u.scheme(), "http" | "https")) {
                    problems.with("", Code::Format, vec![("format", "URL".to_owned())]);
                }
            }
            (CustomKind::Number, Value::Number(_) | Value::String(_)) => {
                if number(value).is_none() {
                    problems.with("", Code::Format, vec![("format", "decimal".to_owned())]);
                }
            }
            (CustomKind::Money, Value::Object(_)) => {
                if serde_json::from_value::<crate::core::money::Money>(value.clone()).is_err() {
                    problems.with("", Code::Format, vec![("format", "money".to_owned())]);
                }
            }
            (CustomKind::Date, Value::String(s)) if s.len() == 10 && s.parse::<chrono::NaiveDate>().is_ok() => {}
            (CustomKind::Reference, Value::String(s)) if s.len() == 36 && uuid::Uuid::try_parse(s).is_ok() => {}
            (CustomKind::Date | CustomKind::Reference, Value::String(_)) => {
                let format = if self.kind == CustomKind::Date { "YYYY-MM-DD" } else { "UUID" };
                problems.with("", Code::Format, vec![("format", format.to_owned())]);
            }
            (CustomKind::Choice, Value::String(_)) if !chosen(value) => problems.with("", Code::NotAllowed, allowed()),
            (CustomKind::MultiChoice, Value::Array(items)) => {
                for (i, _) in items.iter().enumerate().filter(|(_, v)| !chosen(v)) {
                    problems.with(format!("/{i}"), Code::NotAllowed, allowed());
                }
            }
            (CustomKind::Boolean, Value::Bool(_)) | (CustomKind::Choice, Value::String(_)) => {}
            _ => problems.add("", Code::WrongType),
        }
        problems
    }

    /// The keys under which a checked value is found.
    pub fn keys(&self, value: &Value) -> Vec<Key> {
        match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).map(|s| Key::Text(s.to_owned())).collect(),
            Value::Object(money) => money.get("amount").and_then(number).map(Key::Number).into_iter().collect(),
            Value::Bool(b) => vec![Key::Text(b.to_string())],
            _ if self.kind == CustomKind::Number => number(value).map(Key::Number).into_iter().collect(),
            // An id is the same in either case.
            Value::String(s) if self.kind == CustomKind::Reference => vec![Key::Text(s.to_ascii_lowercase())],
            Value::String(s) => vec![Key::Text(s.clone())],
            _ => Vec::new(),
        }
    }
}

/// An exact decimal of at most 15 digits before the point and 6 behind it, from a JSON number or string.
fn number(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(n) => n.to_string(),
        Value::String(s) => s.clone(),
        _ => return None,
    };
    let n: Decimal = text.parse().ok()?;
    let fits = n.abs() < Decimal::from(1_000_000_000_000_000_i64) && n.normalize().scale() <= 6;
    fits.then_some(n)
}
