//! What is asked before a client's write of some objects is kept, beside the checks of the record itself. A caller who knows better says so
//! by a header.
use super::headers;
use super::problem::Failure;
use actix_web::HttpRequest;
use domain::core::error::Result;
use domain::core::pipeline::{Context, Done};
use persistence::core::conn::Conn;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// A write on its way.
pub type Write<'a> = Box<dyn FnOnce(&mut Conn) -> Result<Done> + 'a>;

/// Looks at the writes of an object.
pub trait Guard: Send + Sync {
    /// The header by which it is passed, with `true`.
    fn header(&self) -> &'static str;
    /// What the contract says of the header.
    fn doc(&self) -> &'static str;
    /// The members of a body that it is about; a write without any of them passes.
    fn members(&self) -> &'static [&'static str];
    /// Runs the write, of the record of this id or of a new one, and refuses what should not be kept.
    ///
    /// # Errors
    /// Its own refusal, and whatever the write says.
    fn watch(&self, conn: &mut Conn, context: &Context<'_>, id: Option<Uuid>, write: Write<'_>) -> Result<Done>;
}

static GUARDS: Mutex<BTreeMap<&'static str, &'static dyn Guard>> = Mutex::new(BTreeMap::new());

/// Sets the guard of an object: before its routes are mounted.
pub fn set(object: &'static str, guard: &'static dyn Guard) {
    GUARDS.lock().unwrap_or_else(PoisonError::into_inner).insert(object, guard);
}

/// The guard of an object.
pub fn of(object: &str) -> Option<&'static dyn Guard> {
    GUARDS.lock().unwrap_or_else(PoisonError::into_inner).get(object).copied()
}

/// The guard that a request has to pass with this body.
///
/// # Errors
/// 400 where its header is neither `true` nor `false`.
pub fn asked(object: &str, request: &HttpRequest, body: &Map<String, Value>) -> Result<Option<&'static dyn Guard>, Failure> {
    let Some(guard) = of(object) else { return Ok(None) };
    let concerned = !headers::flag(request, guard.header())? && guard.members().iter().any(|member| body.contains_key(*member));
    Ok(concerned.then_some(guard))
}

/// Runs a write under a guard, where there is one.
///
/// # Errors
/// The guard's, and those of the write.
pub fn watched<'a>(
    guard: Option<&'static dyn Guard>,
    conn: &mut Conn,
    context: &Context<'_>,
    id: Option<Uuid>,
    write: impl FnOnce(&mut Conn) -> Result<Done> + 'a,
) -> Result<Done> {
    match guard {
        Some(guard) => guard.watch(conn, context, id, Box::new(write)),
        None => write(conn),
    }
}
