//! Query strings, read strictly: an unknown parameter is refused by name, and so is one that stands twice.
use super::problem::Failure;
use actix_web::HttpRequest;
use domain::core::error::Error;
use domain::core::instant::Instant;
use domain::core::problem::{Code, Problems};
use domain::core::text;
use std::collections::BTreeMap;

/// The longest value of a parameter, in bytes, unless its reader says less.
pub const MAX: usize = 4096;

/// The parameters of a request.
#[derive(Debug, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads the query string; `allowed` are the names this operation declares.
    pub fn read(request: &HttpRequest, allowed: &[&str]) -> Result<Query, Failure> {
        let mut found = BTreeMap::new();
        if request.query_string().is_empty() {
            return Ok(Query(found));
        }
        for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
            if !allowed.contains(&name.as_ref()) {
                return Err(Failure::Parameter(name.chars().take(100).collect(), "unknown_parameter"));
            }
            if value.contains('\0') || value.len() > MAX {
                return Err(Failure::Parameter(name.into_owned(), "invalid_parameter"));
            }
            if found.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Failure::Parameter(name.into_owned(), "repeated_parameter"));
            }
        }
        Ok(Query(found))
    }

    /// A parameter as it came.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that is `true` or `false`; false where it is absent.
    pub fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Failure::Parameter(name.to_owned(), "invalid_parameter")),
        }
    }

    /// An id in the usual spelling.
    pub fn id(&self, name: &'static str) -> Result<Option<uuid::Uuid>, Failure> {
        let parse = |text: &str| uuid::Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
        self.parsed(name, parse)
    }

    /// A moment (RFC 3339).
    pub fn moment(&self, name: &'static str) -> Result<Option<Instant>, Failure> {
        self.parsed(name, |text| serde_json::from_value(text.into()).ok())
    }

    /// Words to search for, folded, of at least two characters in all and at most 400.
    pub fn terms(&self, name: &'static str) -> Result<Vec<String>, Failure> {
        // As the contract's pattern counts: to it the byte order mark (U+FEFF) is space.
        let space = |c: &char| c.is_whitespace() || *c == '\u{FEFF}';
        let parse = |text: &str| {
            let fits = text.chars().filter(|c| !space(c)).count() >= 2 && text.chars().count() <= 400 && !text.contains('\0');
            fits.then(|| text::terms(text))
        };
        Ok(self.parsed(name, parse)?.unwrap_or_default())
    }

    /// A parameter as `parse` reads it; what it can't read is refused.
    pub fn parsed<T>(&self, name: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Failure> {
        let refused = || Failure::Parameter(name.to_owned(), "invalid_parameter");
        self.text(name).map(|text| parse(text).ok_or_else(refused)).transpose()
    }

    /// A whole number within bounds, or what it is where it is absent.
    pub fn number(&self, name: &'static str, default: usize, min: usize, max: usize) -> Result<usize, Failure> {
        let Some(text) = self.text(name) else { return Ok(default) };
        match text.parse::<usize>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n),
            Ok(_) => {
                let bounds = vec![("min", min.to_string()), ("max", max.to_string())];
                Err(unfit(name, Code::OutOfRange, bounds).into())
            }
            Err(_) => Err(Failure::Parameter(name.to_owned(), "invalid_parameter")),
        }
    }
}

impl Query {
    /// The same parameters, given as members of a JSON body.
    pub fn from_members(members: serde_json::Map<String, serde_json::Value>, allowed: &[&str]) -> Result<Query, Failure> {
        use serde_json::Value;
        let (mut found, mut problems) = (BTreeMap::new(), Problems::default());
        for (name, value) in members {
            match value {
                _ if !allowed.contains(&name.as_str()) => {
                    problems.add(format!("/{}", domain::core::input::escape(&name)), Code::UnknownField)
                }
                Value::Null => {}
                Value::String(s) if s.len() <= MAX => {
                    found.insert(name, s);
                }
                Value::String(_) => problems.with(format!("/{name}"), Code::TooLong, vec![("max", MAX.to_string())]),
                Value::Number(n) => {
                    found.insert(name, n.to_string());
                }
                _ => problems.add(format!("/{name}"), Code::WrongType),
            }
        }
        Ok(problems.or(Query(found))?)
    }
}

/// That a parameter is well written, and all the same not to be had: beyond its bounds, beside another one, of what is not there. 422, where
/// what can't be read is 400.
pub fn unfit(name: &str, code: Code, params: Vec<(&'static str, String)>) -> Error {
    let mut problems = Problems::default();
    problems.with(format!("/{name}"), code, params);
    Error::Invalid(problems)
}
