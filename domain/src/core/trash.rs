//! The way into the trash and out of it, and away into another record.
use super::base::Base;
use super::error::{Error, Result};
use super::pipeline::{Context, Done, Expect, expected, find, touch, whichever, whose};
use super::resource::Resource;
use super::store::{Entry, Op, Store};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Moves a record to the trash.
pub fn delete<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
    trash(tx, context, id, expect, Op::Deleted, Map::new())
}

/// Takes a record out of the trash. It needs the same permission as putting it there.
pub fn restore<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
    trash(tx, context, id, expect, Op::Restored, Map::new())
}

/// Moves a record to the trash because another one takes its place. It needs the permission to delete it.
pub fn merge_away<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, id: Uuid, into: Uuid) -> Result<Done> {
    let noted = [("merged_into".to_owned(), serde_json::json!([null, into]))];
    trash(tx, context, id, Expect::Any, Op::Merged, noted.into_iter().collect())
}

fn trash<R: Resource>(
    tx: &mut impl Store<R>,
    context: &Context<'_>,
    id: Uuid,
    expect: Expect,
    op: Op,
    changed: Map<String, Value>,
) -> Result<Done> {
    let deletes = op != Op::Restored;
    whichever(tx, &R::SPEC, id, expect)?;
    let before: R = match find(tx, context, id, "delete", !deletes) {
        // Whoever sees it where it is hears that it is in no trash (AIP-164); to everyone else it is nowhere.
        Err(Error::NotFound) if !deletes => {
            find::<R>(tx, context, id, "delete", false)?;
            return Err(Error::Conflict("not_in_trash"));
        }
        found => found?,
    };
    if !deletes && tx.successor(R::SPEC.object, id)?.is_some() {
        // Another record answers in its place: only undoing the merge brings it back.
        return Err(Error::Conflict("merged"));
    }
    let seen = expected(before.base(), expect)?;
    let mut after = before.clone();
    touch(after.base_mut(), context);
    if !tx.trash(&after, seen, deletes.then_some(context.now()))? {
        return Err(Error::Stale(seen + 1));
    }
    // What is in the trash has no name elsewhere and no key that only one may have: both are free for another record until it comes back.
    let nothing = Base {
        external_ids: Default::default(),
        ..after.base().clone()
    };
    let (named, unnamed) = if deletes {
        (&nothing, after.base())
    } else {
        (after.base(), &nothing)
    };
    tx.name_externally(R::SPEC.object, id, unnamed, named)?.or(())?;
    match op {
        Op::Restored => tx.derive(None, Some(&after), context)?,
        _ => tx.derive(Some(&before), None, context)?,
    }
    let (version, place) = (after.base().version, whose(after.base()));
    let entry = Entry {
        object: R::SPEC.object,
        record: id,
        op,
        version,
        before: deletes.then_some(place),
        after: (!deletes).then_some(place),
        changed,
        context,
    };
    tx.note(entry)?;
    Ok(Done {
        id,
        version,
        changed: true,
    })
}
