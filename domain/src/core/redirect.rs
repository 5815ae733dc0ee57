//! Records that follow when what they refer to changes place: their references are written anew by the server, fixed ones too.
use super::difference::{difference, document};
use super::error::{Error, Result};
use super::field::Field;
use super::id::Id;
use super::pipeline::{Context, Done, touch, whose};
use super::problem::Problems;
use super::resource::Resource;
use super::store::{Entry, Op, Store};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a record's references become: each field with its new value, and the whole of its custom values where one of them is a reference.
#[derive(Debug, Clone, Default)]
pub struct Pointing {
    pub fields: Vec<(&'static Field, Value)>,
    pub custom: Option<Map<String, Value>>,
}

/// Writes references of a record, in the trash or (with `trashed` false) outside it, and notes it in the change log.
///
/// # Errors
/// `Error::Invalid` where the record's own rules refuse what it became, `Error::Taken` where another record is the same already: what was
/// written by then is the caller's to take back.
pub fn redirect<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, id: Uuid, trashed: bool, pointing: Pointing) -> Result<Done> {
    let spec = &R::SPEC;
    tx.hold(spec.object, id)?;
    let read = context.sight(spec.object, "read")?;
    let before: R = tx.load(Id::from_uuid(id), &read, trashed)?.ok_or(Error::NotFound)?;
    for (field, value) in &pointing.fields {
        tx.point(spec.object, id, field, value)?;
    }
    let mut after: R = tx.load(Id::from_uuid(id), &read, trashed)?.ok_or(Error::NotFound)?;
    if let Some(custom) = pointing.custom {
        after.base_mut().custom = custom;
        tx.customize(spec.object, id, Some(before.base()), after.base_mut())?.or(())?;
    }
    let (seen, changed) = (before.base().version, difference(document(&before)?, document(&after)?));
    if changed.is_empty() {
        return Ok(Done {
            id,
            version: seen,
            changed: false,
        });
    }
    if !trashed {
        fits(&before, &after, context)?;
    }
    touch(after.base_mut(), context);
    if !tx.update(&before, &after)? {
        return Err(Error::Stale(seen + 1));
    }
    let place = (!trashed).then(|| whose(after.base()));
    if !trashed {
        tx.derive(Some(&before), Some(&after), context)?;
    }
    let version = after.base().version;
    tx.note(Entry {
        object: spec.object,
        record: id,
        op: Op::Updated,
        version,
        before: place,
        after: place,
        changed,
        context,
    })?;
    Ok(Done {
        id,
        version,
        changed: true,
    })
}

/// Whether the rules refuse in the new record what they did not refuse in the old one.
fn fits<R: Resource>(before: &R, after: &R, context: &Context<'_>) -> Result<()> {
    let old = before.clone().check(context.setting);
    let mut new = after.clone().check(context.setting);
    new.0.retain(|violation| !old.0.contains(violation));
    Problems::or(new, ()).map_err(Error::from)
}
