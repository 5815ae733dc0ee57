//! Merging customers and undoing it, each in the caller's one transaction.
use super::candidate;
use super::steps::{self, Steps};
use crate::core::conn::Conn;
use crate::core::merged::{self, Referring};
use crate::core::object::{Object, Of};
use crate::core::{custom, settings, trash};
use crate::privacy::erasure;
use crate::{row, store};
use chrono::TimeDelta;
use domain::core::actor::{Actor, Grants, Scope};
use domain::core::error::{Error, Result};
use domain::core::field::Kind;
use domain::core::id::Id;
use domain::core::input::Members;
use domain::core::pipeline::{self, Context, Done, Expect, Store};
use domain::core::problem::{Code, Problems};
use domain::core::redirect::Pointing;
use domain::core::resource::{Input, Resource};
use domain::customers::customer::Customer;
use domain::customers::merge::{Merge, MergeCount, Step, combine, take_back};
use domain::customize::field::CustomKind;
use serde_json::{Map, Value, json};
use uuid::Uuid;

row! { Merge in merges {
    survivor_id: Plain,
    merged_ids: Json,
    fields: Json,
    state: Word,
    moved: Json,
    undo_until: Maybe,
    undone_at: Maybe,
} }
store! { Merge }

const CUSTOMERS: &str = "customers";
const CUSTOMER: &dyn Object = &Of::<Customer>::NEW;

/// How many days a merge can be undone: the setting `merge_undo_days`, 30 unless it is set, and never longer than the trash keeps things.
///
/// # Errors
/// Those of the database.
pub fn undo_days(conn: &mut Conn) -> Result<i64> {
    let set = settings::get(conn, "merge_undo_days")?.and_then(|days| days.parse().ok());
    Ok(set.filter(|d| (0..=36_500).contains(d)).unwrap_or(30).min(trash::days(conn)?))
}

/// The actor with every permission: what refers to a customer moves with it, whether or not who merges may see it. Who did it, and by
/// what way, stays the same in the change log.
fn everywhere(actor: &Actor) -> Actor {
    Actor {
        grants: Grants([("*:*".to_owned(), Scope::All)].into()),
        ..actor.clone()
    }
}

/// How many records of each object refer to some customers.
fn counts(conn: &mut Conn, of: &[Uuid]) -> Result<Vec<MergeCount>> {
    let mut found = Vec::new();
    for object in merged::movable() {
        let count = children(conn, object, of)?.len() as i64;
        if count > 0 {
            let object = object.spec().object.to_owned();
            found.push(MergeCount { object, count });
        }
    }
    Ok(found)
}

/// Records that refer to some customers, those customers themselves aside.
fn children(conn: &mut Conn, object: &dyn Object, of: &[Uuid]) -> Result<Vec<Referring>> {
    let mut found = merged::referring(conn, object.spec(), CUSTOMERS, of)?;
    found.retain(|r| object.spec().object != CUSTOMERS || !of.contains(&r.id));
    Ok(found)
}

/// The ids that a body names, as far as they can be read.
fn named(body: &Map<String, Value>) -> Vec<Uuid> {
    let list = body.get("merged_ids").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ids = list.iter().take(20).filter_map(Value::as_str);
    ids.filter_map(|id| Uuid::try_parse(id).ok()).collect()
}

/// Merges customers: the merge's record, the survivor, the merged, and (unless it is a preview, which the caller takes back) all that
/// refers to them.
///
/// # Errors
/// `Error::Invalid` for a body that does not fit; `Error::Forbidden` where the survivor may not be changed or a merged one not deleted.
pub fn merge(conn: &mut Conn, context: &Context<'_>, body: Map<String, Value>, preview: bool) -> Result<(Done, Merge)> {
    let (moved, days) = (counts(conn, &named(&body))?, undo_days(conn)?);
    let until = context.now().after(TimeDelta::days(days));
    let done = pipeline::create_with::<Merge>(conn, context, None, body, |merge| {
        (merge.moved, merge.undo_until) = (moved, Some(until));
        Ok(())
    })?;
    let actor = everywhere(context.actor);
    let wide = context.by(&actor);
    let merge: Merge = conn
        .load(Id::from_uuid(done.id), &wide.sight("merges", "read")?, false)?
        .ok_or(Error::NotFound)?;
    let (survivor, merged): (Uuid, Vec<Uuid>) = (merge.survivor_id.uuid(), merge.merged_ids.iter().map(|id| id.uuid()).collect());
    let before = CUSTOMER.whole(conn, &wide, survivor, false)?.ok_or(Error::NotFound)?;
    let mut others = Vec::new();
    let mut problems = Problems::default();
    for (i, id) in merged.iter().enumerate() {
        let other = CUSTOMER.whole(conn, &wide, *id, false)?.ok_or(Error::NotFound)?;
        if other.get("kind") != before.get("kind") {
            problems.with(
                format!("/merged_ids/{i}"),
                Code::Conflict,
                vec![("with", "/survivor_id".to_owned())],
            );
        }
        others.push(other);
    }
    problems.or(())?;
    let mut steps = Steps::of(merge.base.id.uuid());
    let patch = combine(&before, &others, &merge.fields.clone().unwrap_or_default().0);
    // First the others go, so that what only one record can have is free for the survivor.
    for id in &merged {
        pipeline::merge_away::<Customer>(conn, context, *id, survivor)?;
        merged::note(conn, CUSTOMERS, *id, survivor, done.id)?;
    }
    let noted = [("merged_ids".to_owned(), json!([null, merged]))].into_iter().collect();
    pipeline::change_noting::<Customer>(conn, context, survivor, Expect::Any, "update", noted, |c| apply(c, patch))?;
    let after = CUSTOMER.whole(conn, &wide, survivor, false)?.ok_or(Error::NotFound)?;
    candidate::merged(conn, &wide, &merged, false)?;
    if preview {
        return Ok((done, merge));
    }
    let (old, new) = differing(&before, &after);
    steps.push(conn, Step::Survivor, CUSTOMERS, survivor, &old, &new)?;
    for (id, other) in merged.iter().zip(&others) {
        steps::rename(conn, &mut steps, *id, survivor, other)?;
    }
    for object in merged::movable() {
        for child in children(conn, object, &merged)? {
            follow(conn, &wide, &mut steps, object, child, &merged, survivor)?;
        }
    }
    Ok((done, merge))
}

/// Applies a patch to a customer as the server: sensitive members too, which who merges need not see.
fn apply(customer: &mut Customer, patch: Map<String, Value>) -> Result<()> {
    let mut members = Members::new(patch, &Customer::SPEC, true);
    let input = <Customer as Resource>::Patch::read(&mut members);
    members.finish().or(())?;
    match input {
        Some(input) => customer.apply(input),
        None => return Err(Error::Internal("a merged customer was not read and not refused".to_owned())),
    }
    Ok(())
}

/// The members in which two states of a record differ, before and after; those aside that keep themselves, or follow from the others.
fn differing(before: &Map<String, Value>, after: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let kept = |name: &str| matches!(name, "version" | "updated_at" | "updated_by" | "completeness");
    let differs = |(name, old): &(&String, &Value)| !kept(name) && after.get(*name) != Some(*old);
    let old: Map<String, Value> = before.iter().filter(differs).map(|(n, v)| (n.clone(), v.clone())).collect();
    let new = old.keys().map(|n| (n.clone(), after.get(n).cloned().unwrap_or_default())).collect();
    (old, new)
}

/// Lets one record refer to the survivor instead; where it can't be so, because it would say the same as another or refer to itself, it
/// goes to the trash.
fn follow(
    conn: &mut Conn,
    wide: &Context<'_>,
    steps: &mut Steps,
    object: &'static dyn Object,
    child: Referring,
    merged: &[Uuid],
    survivor: Uuid,
) -> Result<()> {
    let Some(before) = object.whole(conn, wide, child.id, child.trashed)? else {
        return Ok(());
    };
    let pointing = repoint(conn, object, &before, merged, survivor)?;
    match conn.savepoint(|conn| object.redirect(conn, wide, child.id, child.trashed, pointing)) {
        Ok(_) => {
            let after = object.whole(conn, wide, child.id, child.trashed)?.unwrap_or_default();
            let (old, new) = differing(&before, &after);
            steps.push(conn, Step::Moved, object.spec().object, child.id, &old, &new)
        }
        Err(Error::Invalid(_) | Error::Taken(_)) if !child.trashed => {
            object.delete(conn, wide, child.id, Expect::Any)?;
            steps.push(conn, Step::Dropped, object.spec().object, child.id, &Map::new(), &Map::new())
        }
        // In the trash it hurts nobody, and stays as it is.
        Err(Error::Invalid(_) | Error::Taken(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What a record's references become when some customers are one.
fn repoint(conn: &mut Conn, object: &dyn Object, record: &Map<String, Value>, merged: &[Uuid], survivor: Uuid) -> Result<Pointing> {
    let spec = object.spec();
    let (target, old): (String, Vec<String>) = (survivor.to_string(), merged.iter().map(Uuid::to_string).collect());
    let own = spec.object == CUSTOMERS && record.get("id").and_then(Value::as_str) == Some(&target);
    let goes = |value: &Value| value.as_str().is_some_and(|v| old.iter().any(|o| o == v));
    let linked = |link: &Value| link.get("object").and_then(Value::as_str) == Some(CUSTOMERS);
    let mut pointing = Pointing::default();
    for field in merged::fields_to(spec, CUSTOMERS) {
        let value = match (record.get(field.name), &field.kind) {
            // The survivor does not refer to itself.
            (Some(value), Kind::Reference(_)) if goes(value) && own && field.nullable => Value::Null,
            (Some(value), Kind::Reference(_)) if goes(value) => json!(target),
            (Some(Value::Array(items)), Kind::References(_)) if items.iter().any(goes) => {
                let mut all: Vec<Value> = Vec::with_capacity(items.len());
                for item in items.iter().map(|item| if goes(item) { json!(target) } else { item.clone() }) {
                    let itself = own && item.as_str() == Some(&target);
                    if !itself && !all.contains(&item) {
                        all.push(item);
                    }
                }
                Value::Array(all)
            }
            (Some(Value::Array(links)), Kind::Structure)
                if links.iter().any(|link| linked(link) && link.get("record_id").is_some_and(goes)) =>
            {
                let mut all: Vec<Value> = Vec::with_capacity(links.len());
                for link in links {
                    let mut link = link.clone();
                    if linked(&link) && link.get("record_id").is_some_and(goes) {
                        link["record_id"] = json!(target);
                    }
                    if !all.contains(&link) {
                        all.push(link);
                    }
                }
                Value::Array(all)
            }
            _ => continue,
        };
        pointing.fields.push((field, value));
    }
    let Some(Value::Object(values)) = record.get("custom").filter(|c| c.as_object().is_some_and(|c| c.values().any(goes))) else {
        return Ok(pointing);
    };
    let mut values = values.clone();
    for declaration in custom::declared(conn, spec.object)?
        .iter()
        .filter(|d| d.kind == CustomKind::Reference)
    {
        if let Some(value) = values.get_mut(&declaration.name).filter(|v| goes(v)) {
            *value = json!(target);
        }
    }
    pointing.custom = Some(values);
    Ok(pointing)
}

/// Undoes a merge: the survivor gets back what the merge changed and nobody edited since, the merged come back as they were, and what
/// had referred to them refers to them again.
///
/// # Errors
/// `Error::Conflict`: `merge_undone`, `undo_expired`; `merged` where the survivor itself was merged since, so that that merge must be
/// undone first, and `later_merge` where a later one changed the same records; `merge_not_undoable` where the survivor is in the trash, or
/// one of them erased.
pub fn undo(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
    let now = context.now();
    let done = pipeline::change::<Merge>(conn, context, id, expect, "update", |merge| merge.undo(now))?;
    let actor = everywhere(context.actor);
    let wide = context.by(&actor);
    let merge: Merge = conn
        .load(Id::from_uuid(id), &wide.sight("merges", "read")?, false)?
        .ok_or(Error::NotFound)?;
    let survivor = merge.survivor_id.uuid();
    if merged::survivor(conn, CUSTOMERS, survivor)?.is_some() {
        return Err(Error::Conflict("merged"));
    }
    let Some(current) = CUSTOMER.whole(conn, &wide, survivor, false)? else {
        return Err(Error::Conflict("merge_not_undoable"));
    };
    // An erasure has forgotten what there was before.
    if erasure::is_erased(conn, survivor)? {
        return Err(Error::Conflict("merge_not_undoable"));
    }
    if steps::overtaken(conn, id, merge.base.created_at)? {
        return Err(Error::Conflict("later_merge"));
    }
    merged::forget(conn, id)?;
    let taken = steps::read(conn, id)?;
    steps::name_back(conn, &taken)?;
    let noted = [("merged_ids".to_owned(), json!([merge.merged_ids, null]))].into_iter().collect();
    let patch = taken
        .iter()
        .find(|s| s.step == Step::Survivor)
        .map(|s| take_back(&s.before, &s.after, &current))
        .unwrap_or_default();
    pipeline::change_noting::<Customer>(conn, context, survivor, Expect::Any, "update", noted, |c| apply(c, patch))?;
    for merged in &merge.merged_ids {
        match pipeline::restore::<Customer>(conn, context, merged.uuid(), Expect::Any) {
            Err(Error::NotFound) => return Err(Error::Conflict("merge_not_undoable")),
            other => other?,
        };
    }
    let merged: Vec<Uuid> = merge.merged_ids.iter().map(|id| id.uuid()).collect();
    candidate::merged(conn, &wide, &merged, true)?;
    for step in taken.iter().rev() {
        go_home(conn, &wide, step)?;
    }
    Ok(done)
}

/// Takes one record back to where it was before the merge.
fn go_home(conn: &mut Conn, wide: &Context<'_>, step: &steps::Taken) -> Result<()> {
    let Some(object) = crate::core::object::named(&step.object) else {
        return Ok(());
    };
    match step.step {
        Step::Dropped => match object.restore(conn, wide, step.record, Expect::Any) {
            // Somebody took it out before, or it is erased.
            Err(Error::Conflict("not_in_trash") | Error::NotFound) => Ok(()),
            other => other.map(|_| ()),
        },
        Step::Moved => {
            for trashed in [false, true] {
                let Some(now) = object.whole(conn, wide, step.record, trashed)? else {
                    continue;
                };
                let mut back = take_back(&step.before, &step.after, &now);
                let mut pointing = Pointing::default();
                if let Some(Value::Object(values)) = back.remove("custom") {
                    let mut all = now.get("custom").and_then(Value::as_object).cloned().unwrap_or_default();
                    all.extend(values);
                    all.retain(|_, v| !v.is_null());
                    pointing.custom = Some(all);
                }
                let fields = back
                    .into_iter()
                    .filter_map(|(name, value)| Some((object.spec().field(&name)?, value)));
                pointing.fields = fields.collect();
                object.redirect(conn, wide, step.record, trashed, pointing)?;
            }
            Ok(())
        }
        Step::Survivor | Step::Named => Ok(()),
    }
}
