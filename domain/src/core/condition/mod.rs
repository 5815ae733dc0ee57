//! Conditions: one grammar for lists, search, segments, assignment, routing and sharing, so that a person learns it once and no
//! two places can disagree on what it means.
//!
//! A condition is written as text ([`text`]) or as JSON ([`json`]); both give the same tree. [`Condition::check`] then holds the
//! tree against an object's fields and gives each value the type of its field. The checked tree runs as SQL, or in memory
//! ([`Condition::holds`]).
//!
//! **Null and absent.** Every condition is true or false, never unknown, and the same in SQL and in memory:
//! - `= null` is true of a null or absent field, `!= null` of any other.
//! - A comparison with a value is false of a null or absent field, except `!=`, which is true.
//! - `IN` is true of a null field only if it lists `null`; `:` never is.
//! - `NOT` is plain negation. So `NOT stage = "lost"` and `NOT stage IN ("lost")` are true of a record without a stage.
//!
//! **Paths through lists.** If a path meets a list, the condition is true if it is true of any element; an empty list counts as one
//! null, as in a left join.
mod check;
mod eval;
pub mod json;
mod scalar;
mod schema;
#[cfg(test)]
mod tests;
pub mod text;

use crate::core::problem::{Code, Problems};
pub use scalar::Scalar;

/// The longest condition, in bytes of its text form.
pub const MAX_BYTES: usize = 4096;
/// The deepest nesting: a comparison counts one, and each all, any and not around it one more.
pub const MAX_DEPTH: usize = 8;
/// The most comparisons in one condition.
pub const MAX_TERMS: usize = 50;
/// The most values of one `IN`.
pub const MAX_VALUES: usize = 100;
/// The longest text value, in characters.
pub const MAX_TEXT: usize = 1000;
/// The longest path, in characters.
pub const MAX_PATH: usize = 100;

/// What must be true of a record.
///
/// As read, the values are those that were written; after [`Condition::check`] they have the types of their fields. The lists of
/// `All` and `Any` are never empty after reading or checking, and reading gives `All` and `Any` at least two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Every part is true.
    All(Vec<Condition>),
    /// At least one part is true.
    Any(Vec<Condition>),
    /// The part is false.
    Not(Box<Condition>),
    /// The field stands in this relation to the value.
    Compare { field: String, op: Op, value: Scalar },
    /// The field equals one of the values.
    In { field: String, values: Vec<Scalar> },
    /// A list of texts or ids has exactly this one among them; a text contains this one, letter for letter. Search (`q`) is what
    /// overlooks case and Arabic or Persian spelling.
    Has { field: String, value: Scalar },
}

/// How a field is compared with a value. Text is ordered by code point, which is the order of its bytes in UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Op {
    /// All of them, in the order the contract lists them.
    pub const ALL: [Op; 6] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge];

    /// The sign, the same in text and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Op::Eq => "=",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
        }
    }

    /// The relation that this sign stands for.
    pub fn from_sign(sign: &str) -> Option<Op> {
        Op::ALL.into_iter().find(|op| op.as_str() == sign)
    }
}

impl Condition {
    /// True if all parts are; a single part stands for itself.
    pub fn all(parts: Vec<Condition>) -> Condition {
        group(parts, Condition::All)
    }

    /// True if any part is; a single part stands for itself.
    pub fn any(parts: Vec<Condition>) -> Condition {
        group(parts, Condition::Any)
    }

    /// The paths that the condition names, in reading order, each as often as it stands there.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                match open.pop()? {
                    Condition::All(parts) | Condition::Any(parts) => open.extend(parts.iter().rev()),
                    Condition::Not(part) => open.push(part),
                    Condition::Compare { field, .. } | Condition::In { field, .. } | Condition::Has { field, .. } => {
                        return Some(field.as_str());
                    }
                }
            }
        })
    }

    /// Refuses what is beyond the limits of this module, without going deeper than they allow.
    fn limit(&self) -> Result<(), Problems> {
        let mut terms = 0;
        let mut open = vec![(self, 1)];
        while let Some((condition, depth)) = open.pop() {
            if depth > MAX_DEPTH {
                return Err(too_complex("depth", MAX_DEPTH));
            }
            match condition {
                Condition::All(parts) | Condition::Any(parts) => open.extend(parts.iter().map(|p| (p, depth + 1))),
                Condition::Not(part) => open.push((part, depth + 1)),
                Condition::In { values, .. } if values.len() > MAX_VALUES => return Err(too_complex("values", MAX_VALUES)),
                Condition::Compare { .. } | Condition::In { .. } | Condition::Has { .. } => terms += 1,
            }
            if terms > MAX_TERMS {
                return Err(too_complex("terms", MAX_TERMS));
            }
        }
        Ok(())
    }

    /// What was read, if it keeps the limits and can be written as text again.
    fn within_limits(self) -> Result<Condition, Problems> {
        self.limit()?;
        if self.to_string().len() > MAX_BYTES {
            Err(too_complex("bytes", MAX_BYTES))
        } else {
            Ok(self)
        }
    }
}

fn group(mut parts: Vec<Condition>, of: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            of(parts)
        }
        None => of(parts),
    }
}

/// A code and what its text mentions.
type Fault = (Code, Vec<(&'static str, String)>);

fn one(code: Code, params: Vec<(&'static str, String)>) -> Problems {
    let mut problems = Problems::default();
    problems.with("", code, params);
    problems
}

fn too_complex(limit: &'static str, max: usize) -> Problems {
    one(Code::TooComplex, vec![("limit", limit.to_owned()), ("max", max.to_string())])
}

/// A path is names of lower-case letters, digits and `_`, none beginning with a digit, joined by points; none of the words of the
/// text form is one.
fn is_path(text: &str) -> bool {
    let name = |s: &str| {
        s.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
            && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.len() <= MAX_PATH && text.split('.').all(name) && text::Keyword::of(text).is_none()
}
