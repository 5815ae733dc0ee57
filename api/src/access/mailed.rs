//! What is common to all addresses that are mailed to somebody ([`persistence::access::link`]): how a try with one is counted, and refused.
use super::lockout::{Counter, Decision, Network};
use super::secret::Digest;
use super::signing_in::{counted, succeed, too_many};
use crate::http::problem::Failure;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use chrono::TimeDelta;
use domain::core::error::Result;
use domain::core::instant::Instant;
use persistence::access::link::{self, Found};
use persistence::core::conn::Conn;

/// What a try meets.
pub enum Gate<T> {
    Open(T),
    Wrong,
    Wait(TimeDelta),
}

impl<T> Gate<T> {
    /// Goes on behind an open gate, which may turn out to be a wrong one.
    ///
    /// # Errors
    /// Those of the step.
    pub fn then<U>(self, step: impl FnOnce(T) -> Result<Option<U>>) -> Result<Gate<U>> {
        Ok(match self {
            Gate::Open(found) => step(found)?.map_or(Gate::Wrong, Gate::Open),
            Gate::Wrong => Gate::Wrong,
            Gate::Wait(wait) => Gate::Wait(wait),
        })
    }

    /// What is behind it, or the refusal, which is the same whatever is wrong with a link.
    ///
    /// # Errors
    /// 401 for what is not or no longer a link, 429 for too many tries.
    pub fn pass(self) -> Result<T, Failure> {
        match self {
            Gate::Open(found) => Ok(found),
            Gate::Wait(wait) => Err(too_many(wait)),
            Gate::Wrong => Err(refused()),
        }
    }
}

/// Counts a try before its link is looked for, so that of tries sent at once no more are looked at than one after another. A link that is
/// found takes its own try back.
///
/// # Errors
/// Those of the database.
pub fn open(conn: &mut Conn, purposes: &[&'static str], hash: Option<&Digest>, from: Network, now: Instant) -> Result<Gate<Found>> {
    let counter = Counter::Link(from);
    let (decision, before) = counted(conn, &counter, now)?;
    if let Decision::Delay(wait) = decision {
        return Ok(Gate::Wait(wait));
    }
    let found = match hash {
        Some(hash) => link::find(conn, purposes, hash.as_bytes(), now)?,
        None => None,
    };
    if found.is_some() {
        succeed(conn, &[(counter, before)])?;
    }
    Ok(found.map_or(Gate::Wrong, Gate::Open))
}

/// The refusal of a link, whatever is wrong with it.
pub fn refused() -> Failure {
    let header = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    Failure::Protocol(actix_web::http::StatusCode::UNAUTHORIZED, "invalid_link", Some(header))
}
