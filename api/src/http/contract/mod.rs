//! The contract: written from what is mounted. A record's part comes from its field table and its routes; operations of their own bring
//! theirs. What every operation shares, such as its refusals, is added once, at the end.
mod finish;
mod known;
mod operations;
mod parts;
mod schemas;

use super::crud::Has;
use persistence::core::object::Object;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub use finish::{finish, problem};
pub use operations::{listing, paths};
pub use parts::{
    answer, body, conditional, content, empty, flag_header, header, idempotency_key, if_match, key_needed, limit, linked, needed_query,
    operation_id, optional_body, path_id, path_text, query, text, words,
};
pub use schemas::{page_name, schemas, shared};

static MOUNTED: Mutex<BTreeMap<&'static str, (&'static dyn Object, Has)>> = Mutex::new(BTreeMap::new());

/// Notes that an object is mounted, with which of the usual operations.
pub fn register(object: &'static dyn Object, has: Has) {
    persistence::core::object::mount(object);
    MOUNTED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(object.spec().object, (object, has));
}

/// The objects that were mounted.
pub fn mounted() -> BTreeMap<&'static str, &'static dyn Object> {
    mounted_with().into_iter().map(|(name, (object, _))| (name, object)).collect()
}

/// The objects that were mounted, each with which of the usual operations it has.
pub fn mounted_with() -> BTreeMap<&'static str, (&'static dyn Object, Has)> {
    MOUNTED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
