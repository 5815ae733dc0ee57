//! Nobody makes a customer a second time unaware: a create or change that gives one an exact key of another is refused with who that is.
use crate::http::guard::{Guard, Write};
use domain::core::error::{Error, Result};
use domain::core::pipeline::{Context, Done};
use persistence::core::conn::Conn;
use persistence::customers::duplicate::{find, matches, suspected};
use uuid::Uuid;

/// The guard of customers. Imports are not under it: they find by `match_on`, and report.
#[derive(Debug)]
pub struct ExactKeys;

impl Guard for ExactKeys {
    fn header(&self) -> &'static str {
        "Skip-Duplicate-Check"
    }
    fn doc(&self) -> &'static str {
        "`true` writes it although another customer has the same national id, legal id, email address or mobile number; without it that is 409 \
         with the code `duplicate`, and `matches` says who."
    }
    fn members(&self) -> &'static [&'static str] {
        &["kind", "national_id", "legal_id", "contact_points"]
    }
    fn watch(&self, conn: &mut Conn, context: &Context<'_>, id: Option<Uuid>, write: Write<'_>) -> Result<Done> {
        let before = match id {
            Some(id) => find(conn, id)?,
            None => None,
        };
        let done = write(conn)?;
        // Whoever may not read customers is told of none.
        if !done.changed || context.sight("customers", "read").is_err() || !suspected(conn, done.id)? {
            return Ok(done);
        }
        let Some(now) = find(conn, done.id)? else { return Ok(done) };
        match matches(conn, context, before.as_ref(), &now)? {
            found if found.is_empty() => Ok(done),
            found => Err(Error::Duplicate(found)),
        }
    }
}
