//! Filling a template in. Values never stand in the text that is read as Markdown: marks stand for them, and the values take the place of
//! their marks afterwards. So nothing that a record holds, neither braces nor Markdown nor HTML, can become part of the template.
use super::check::check;
use super::filters::{plain, register};
use super::shape::Shape;
use super::template::{MAX_SUBJECT, Template};
use super::values::shaped;
use super::written::Manner;
use crate::access::user::Locale;
use crate::core::error::{Error, Result};
use crate::core::problem::{Code, Problems};
use crate::core::resource::Spec;
use crate::customize::field::Declaration;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of a filled-in body, values included.
pub const MAX_FILLED: usize = 256 << 10;
/// The most steps that filling in may take.
const FUEL: u64 = 200_000;

/// What a template may name.
#[derive(Debug, Clone)]
pub struct Names(BTreeMap<String, Shape>);

impl Names {
    /// What a template for an object may name: its record by its singular, such as `customer`, the organization, the user who fills it in and
    /// today.
    pub fn new(object: Option<(&'static Spec, &[Declaration])>, related: &dyn Fn(&str) -> Option<&'static Spec>) -> Names {
        let text = |name| (name, Shape::Text);
        let mut roots = BTreeMap::from([
            ("organization".to_owned(), Shape::of(["name", "address", "telephone"].map(text))),
            ("user".to_owned(), Shape::of(["name", "email"].map(text))),
            ("today".to_owned(), Shape::Date),
            ("now".to_owned(), Shape::Instant),
        ]);
        if let Some((spec, custom)) = object {
            roots.insert(spec.one.to_owned(), Shape::of_record(spec, custom, related));
        }
        Names(roots)
    }

    /// What is wrong with a subject and a body.
    pub fn check(&self, subject: Option<&str>, body: &str) -> Problems {
        let mut problems = Problems::default();
        if let Some(subject) = subject {
            problems.extend(check(subject, "/subject", &self.0));
        }
        problems.extend(check(body, "/body", &self.0));
        problems
    }
}

/// A template filled in: the body as Markdown with marks, and what stands for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub subject: Option<String>,
    pub body: Marked,
}

/// Markdown in which marks stand for values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    text: String,
    values: Vec<String>,
}

/// The first and the last of the characters that marks are made of: Unicode's private use, which no text means anything by.
const RESERVED: std::ops::RangeInclusive<char> = '\u{E000}'..='\u{E0FF}';
const BEGIN: char = '\u{E000}';
const END: char = '\u{E001}';
/// The sixteen digits of a mark.
const DIGIT: u32 = 0xE010;

/// Whether a character stands for something else in a filled-in template, so that none may be in its source.
pub fn is_reserved(c: char) -> bool {
    RESERVED.contains(&c)
}

fn mark(index: usize) -> String {
    let digits = format!("{index:x}");
    let digit = |c: char| c.to_digit(16).and_then(|d| char::from_u32(DIGIT + d)).unwrap_or(END);
    std::iter::once(BEGIN).chain(digits.chars().map(digit)).chain([END]).collect()
}

impl Marked {
    /// A text in which nothing stands for anything else.
    pub fn of(text: &str) -> Marked {
        Marked {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// The Markdown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A piece of the Markdown with its values in the place of their marks.
    pub fn unmark(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(BEGIN) {
            out.push_str(before);
            let (digits, after) = behind.split_once(END).unwrap_or((behind, ""));
            let digit = |c: char| char::from_digit(u32::from(c).wrapping_sub(DIGIT), 16);
            let index: String = digits.chars().filter_map(digit).collect();
            let value = usize::from_str_radix(&index, 16).ok().and_then(|at| self.values.get(at));
            out.push_str(value.map_or("", String::as_str));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// Values as they are met, and how many bytes they have come to.
#[derive(Default)]
struct Met {
    values: Vec<String>,
    bytes: usize,
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_FILLED {
            return Err(std::io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Fills one text in; its values apart.
fn fill_one(source: &str, context: &minijinja::Value, manner: Manner, at: &str) -> Result<Marked> {
    let met = Arc::new(Mutex::new(Met::default()));
    // Nothing is in it but what is put there: no function, no filter, no test of the engine's own.
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_test("none", |value: &minijinja::Value| value.is_none());
    register(&mut environment, manner);
    let noted = met.clone();
    environment.set_formatter(move |out, _, value| {
        let text: String = plain(manner, value).chars().filter(|c| !is_reserved(*c)).collect();
        let mut met = noted.lock().unwrap_or_else(PoisonError::into_inner);
        met.bytes += text.len();
        if met.bytes > MAX_FILLED {
            return Err(minijinja::Error::new(ErrorKind::WriteFailure, "too long"));
        }
        out.write_str(&mark(met.values.len()))?;
        met.values.push(text);
        Ok(())
    });
    let mut out = Bounded(Vec::new());
    let filled = environment
        .template_from_named_str("template", source)
        .and_then(|template| template.render_captured_to(context.clone(), &mut out).map(|_| ()));
    filled.map_err(|error| refusal(&error, at))?;
    let text = String::from_utf8(out.0).map_err(|e| Error::Internal(e.to_string()))?;
    let values = std::mem::take(&mut met.lock().unwrap_or_else(PoisonError::into_inner).values);
    Ok(Marked { text, values })
}

fn refusal(error: &minijinja::Error, at: &str) -> Error {
    let mut problems = Problems::default();
    let line = ("line", error.line().unwrap_or(1).to_string());
    match error.kind() {
        ErrorKind::OutOfFuel => problems.with(at, Code::TooComplex, vec![("max", format!("{FUEL} steps"))]),
        ErrorKind::WriteFailure => problems.with(at, Code::TooComplex, vec![("max", format!("{MAX_FILLED} bytes"))]),
        ErrorKind::UndefinedError => problems.with(at, Code::UnknownField, vec![line]),
        _ => {
            let why = error.detail().unwrap_or_default().to_owned();
            problems.with(at, Code::Template, vec![line, ("why", why)]);
        }
    }
    Error::Invalid(problems)
}

impl Template {
    /// How it writes values.
    pub fn manner(&self) -> Manner {
        Manner {
            language: self.language,
            // Checked when it was saved.
            zone: self.time_zone.parse().unwrap_or(match self.language {
                Locale::Persian => chrono_tz::Asia::Tehran,
                Locale::English => chrono_tz::UTC,
            }),
        }
    }

    /// Fills it in with values by their names; what it may name and has no value is nothing.
    ///
    /// # Errors
    /// `Invalid` where it grows too long or takes too many steps, or names what there is no more, such as a custom field that was removed.
    pub fn fill(&self, names: &Names, values: &Value) -> Result<Filled> {
        let root = |(name, shape): (&String, &Shape)| (name.clone(), shaped(shape, values.get(name).unwrap_or(&Value::Null)));
        let context = minijinja::Value::from_pairs(names.0.iter().map(root));
        let manner = self.manner();
        let subject = match &self.subject {
            None => None,
            Some(subject) => {
                let marked = fill_one(subject, &context, manner, "/subject")?;
                // One line, whatever the values hold.
                let line = marked.unmark(marked.text());
                let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
                Some(line.chars().take(2 * MAX_SUBJECT as usize).collect())
            }
        };
        let body = fill_one(&self.body, &context, manner, "/body")?;
        Ok(Filled { subject, body })
    }
}

#[cfg(test)]
#[path = "fill_tests.rs"]
mod tests;
