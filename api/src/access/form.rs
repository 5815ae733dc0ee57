//! The body of an operation that is no record: its members, each within its bounds, and all that is wrong with them at once.
use crate::http::problem::Failure;
use crate::http::{body, query};
use actix_web::HttpRequest;
use actix_web::web::Payload;
use domain::core::input::escape;
use domain::core::problem::{Code, Problems};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The most that such a body holds, in bytes.
const MAX: usize = 64 << 10;

/// Members on their way into an operation.
#[derive(Debug, Default)]
pub struct Form {
    members: Map<String, Value>,
    /// The names of members that stand twice; only a form that is sent encoded can have them.
    repeated: BTreeSet<String>,
    pub problems: Problems,
}

impl Form {
    /// Reads a JSON body; the operation takes no query.
    pub async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Form, Failure> {
        query::Query::read(request, &[])?;
        body::expect_type(request, body::JSON)?;
        let bytes = body::bytes(request, payload, MAX).await?;
        Ok(Form {
            members: body::object(&bytes)?,
            ..Form::default()
        })
    }

    /// The same of a body that a form sent (RFC 6749 has them): each member a text. One that we read must not stand twice; others are
    /// passed over, however often they stand (§3.2).
    pub async fn read_encoded(request: &HttpRequest, payload: &mut Payload) -> Result<Form, Failure> {
        query::Query::read(request, &[])?;
        body::expect_type(request, &["application/x-www-form-urlencoded"])?;
        let bytes = body::bytes(request, payload, MAX).await?;
        let mut form = Form::default();
        for (name, value) in form_urlencoded::parse(&bytes) {
            if form.members.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
                form.repeated.insert(name.into_owned());
            }
        }
        Ok(form)
    }

    /// A text within bounds, counted in characters; none when it is absent or null.
    pub fn text(&mut self, name: &str, min: usize, max: usize) -> Option<String> {
        if self.repeated.contains(name) {
            self.problems.add(format!("/{name}"), Code::Duplicate);
        }
        match self.members.remove(name)? {
            Value::Null => None,
            Value::String(text) => {
                let n = text.chars().count();
                if n > max {
                    self.problems
                        .with(format!("/{name}"), Code::TooLong, vec![("max", max.to_string())]);
                } else if n < min {
                    self.problems
                        .with(format!("/{name}"), Code::TooShort, vec![("min", min.to_string())]);
                } else if text.contains('\0') {
                    self.problems.add(format!("/{name}"), Code::Character);
                } else {
                    return Some(text);
                }
                None
            }
            _ => {
                self.problems.add(format!("/{name}"), Code::WrongType);
                None
            }
        }
    }

    /// A text that must be there; empty where it is not, with its problem noted.
    pub fn needed(&mut self, name: &str, min: usize, max: usize) -> String {
        let before = self.problems.0.len();
        let text = self.text(name, min, max);
        if text.is_none() && self.problems.0.len() == before {
            self.problems.add(format!("/{name}"), Code::Required);
        }
        text.unwrap_or_default()
    }

    /// Ends the reading: what is left over is unknown.
    pub fn finish(mut self) -> Result<(), Failure> {
        for name in self.members.keys() {
            self.problems.add(format!("/{}", escape(name)), Code::UnknownField);
        }
        Ok(self.problems.or(())?)
    }

    /// Ends the reading of a body that may hold more than we know, as RFC 6749 §3.1 asks.
    pub fn finish_open(self) -> Result<(), Failure> {
        Ok(self.problems.or(())?)
    }
}
