//! What a record refers to: nobody learns by a reference of a record that they can't see.
use super::base::Base;
use super::error::Result;
use super::field::{Access, Kind};
use super::pipeline::Context;
use super::problem::{Code, Problems};
use super::resource::Spec;
use super::store::Storage;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a changed reference names exists, in the caller's sight: otherwise it is as if it did not.
pub(super) fn refer(
    tx: &mut dyn Storage,
    context: &Context<'_>,
    spec: &Spec,
    before: Option<&Map<String, Value>>,
    after: &Map<String, Value>,
    problems: &mut Problems,
) -> Result<()> {
    // What the server sets is not the caller's word.
    let given = |f: &&super::field::Field| f.access != Access::Server;
    for field in spec.fields.iter().skip(Base::HEAD).filter(given) {
        let (Some(now), old) = (after.get(field.name), before.and_then(|b| b.get(field.name))) else {
            continue;
        };
        match (&field.kind, now, old) {
            // An object that another member names is the record's own to check.
            (Kind::Reference("") | Kind::References(""), ..) => {}
            (Kind::Reference(object), Value::String(id), old) if old != Some(now) && !seen(tx, context, object, id)? => {
                problems.add(format!("/{}", field.name), Code::NotFound);
            }
            (Kind::References(object), Value::Array(ids), old) => {
                let known = old.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                for (i, id) in ids.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
                    if !seen(tx, context, object, id.as_str().unwrap_or_default())? {
                        problems.add(format!("/{}/{i}", field.name), Code::NotFound);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn seen(tx: &mut dyn Storage, context: &Context<'_>, object: &'static str, id: &str) -> Result<bool> {
    match Uuid::try_parse(id) {
        Ok(id) => tx.reaches(context.actor, object, "read", id),
        Err(_) => Ok(false),
    }
}
