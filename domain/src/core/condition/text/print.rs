//! Writing the text form.
use std::fmt;

use super::super::Condition;

impl fmt::Display for Condition {
    /// The canonical text form, with no more parentheses than are needed. What was read from text or JSON reads back as the same.
    /// An empty group, which is never read, is written `()`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::All(parts) => join(f, parts, " AND ", |part| matches!(part, Condition::All(_) | Condition::Any(_))),
            Condition::Any(parts) => join(f, parts, " OR ", |part| matches!(part, Condition::Any(_))),
            Condition::Not(part) => {
                f.write_str("NOT ")?;
                enclose(f, part, matches!(**part, Condition::All(_) | Condition::Any(_)))
            }
            Condition::Compare { field, op, value } => write!(f, "{field} {} {value}", op.as_str()),
            Condition::In { field, values } => {
                write!(f, "{field} IN (")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Condition::Has { field, value } => write!(f, "{field} : {value}"),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str, enclosed: fn(&Condition) -> bool) -> fmt::Result {
    if parts.is_empty() {
        return f.write_str("()");
    }
    for (i, part) in parts.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { word })?;
        enclose(f, part, enclosed(part))?;
    }
    Ok(())
}

fn enclose(f: &mut fmt::Formatter<'_>, part: &Condition, enclosed: bool) -> fmt::Result {
    if enclosed { write!(f, "({part})") } else { write!(f, "{part}") }
}
