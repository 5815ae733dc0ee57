//! What changed in a record: what the change log keeps of a write.
use super::error::{Error, Result};
use super::resource::Resource;
use serde_json::{Map, Value};

/// The record as its JSON members.
pub fn document<R: Resource>(record: &R) -> Result<Map<String, Value>> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Error::Internal(format!("a {} is no JSON object", R::SPEC.one))),
        Err(error) => Err(Error::Internal(error.to_string())),
    }
}

/// Whether a member is told among what changed. Some the log tells by themselves; and how complete a record is follows from what it says.
pub(super) fn told(name: &str) -> bool {
    !matches!(
        name,
        "id" | "object" | "version" | "created_at" | "updated_at" | "created_by" | "updated_by" | "completeness"
    )
}

/// Each member that changed, with its value before and after.
pub(super) fn difference(old: Map<String, Value>, mut new: Map<String, Value>) -> Map<String, Value> {
    let mut changed = Map::new();
    for (name, before) in old {
        let after = new.remove(&name).unwrap_or_default();
        if before != after && told(&name) {
            changed.insert(name, Value::Array(vec![before, after]));
        }
    }
    changed
}
