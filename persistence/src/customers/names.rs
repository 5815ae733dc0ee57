//! What customers are called, for whoever shows them beside something else.
use crate::core::conn::Conn;
use crate::core::names;
use domain::core::actor::Actor;
use domain::core::error::Result;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What those of some customers that the actor sees are called.
pub fn names(conn: &mut Conn, actor: &Actor, ids: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, String>> {
    match actor.sight("customers", "read") {
        Some(sight) => names::names(conn, &sight, "display_name", ids, false),
        None => Ok(BTreeMap::new()),
    }
}
