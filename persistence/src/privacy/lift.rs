//! Taking an identifier out of the ledger of erasures, with a record of who did and why.
use super::ledger;
use crate::core::conn::Conn;
use crate::{row, sql, store};
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::pipeline::{self, Context, Done, Storage as _};
use domain::core::problem::Code;
use domain::privacy::lift::ErasureLift;
use serde_json::{Map, Value};

row! { ErasureLift in erasure_lifts {
    kind: Word,
    reason: Plain,
    erasure_id: Maybe,
    erased_at: Maybe,
} }
store! { ErasureLift }

/// Lifts one identifier, in the form in which the ledger hashes it.
///
/// # Errors
/// `not_found` at `/value` where nobody whose erasure the actor may see was known by it; those of the pipeline for the record of it.
pub fn lift(conn: &mut Conn, context: &Context<'_>, identifier: &str, body: Map<String, Value>) -> Result<Done> {
    let hash = ledger::hash(identifier)?;
    let found = sql!("SELECT erasure_id, erased_at FROM erased_identifiers WHERE hash = ?", hash.as_str());
    let blocked = conn.row(&found, |row| Ok((row.uuid(0)?, row.instant(1)?)))?;
    // Who may not see the erasure does not hear that there was one.
    let seen = match blocked {
        Some((Some(erasure), _)) => conn.reaches(context.actor, "erasures", "read", erasure)?,
        _ => false,
    };
    let Some((erasure, at)) = blocked.filter(|_| seen) else {
        return Err(Error::invalid("/value", Code::NotFound));
    };
    let done = pipeline::create_with::<ErasureLift>(conn, context, None, body, |lift| {
        lift.erasure_id = erasure.map(Id::from_uuid);
        lift.erased_at = at;
        Ok(())
    })?;
    conn.execute(&sql!("DELETE FROM erased_identifiers WHERE hash = ?", hash))?;
    Ok(done)
}
