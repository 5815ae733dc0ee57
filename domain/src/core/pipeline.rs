//! The way of a write, the same for every record: read the body, find the record in the caller's sight, change it, check the
//! result, write it with its version, note it in the change log. Storage comes in as a trait, time and ids as values.
use super::actor::{Actor, Sight};
use super::base::Base;
pub use super::difference::document;
use super::difference::{difference, told};
use super::error::{Error, Result};
use super::field::{Access, Field};
use super::id::{Id, Ids};
use super::input::{Members, check};
use super::instant::Instant;
use super::placement::place;
use super::problem::{Code, Problems};
use super::references::refer;
use super::resource::{Input, Resource, Setting, Spec};
pub use super::store::{Entry, Op, Storage, Store};
pub use super::trash::{delete, merge_away, restore};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a write knows of its surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub setting: &'a Setting,
    pub ids: &'a dyn Ids,
    /// The request or job that causes it, for the change log.
    pub origin: Uuid,
}

impl Context<'_> {
    /// The moment of the write.
    pub fn now(&self) -> Instant {
        self.setting.now
    }

    /// What the actor may do, or that they may not.
    pub fn sight(&self, object: &'static str, action: &'static str) -> Result<Sight<'_>> {
        self.actor
            .sight(object, action)
            .ok_or_else(|| Error::Forbidden(format!("{object}:{action}")))
    }

    /// The same write in somebody else's name.
    pub fn by<'b>(&'b self, actor: &'b Actor) -> Context<'b> {
        Context { actor, ..*self }
    }

    /// Runs a body as the server itself, in the name of whoever caused it: what follows from a change is not theirs to be allowed.
    ///
    /// # Errors
    /// Those of the body.
    pub fn in_house<T>(&self, body: impl FnOnce(&Context<'_>) -> Result<T>) -> Result<T> {
        let actor = Actor::themselves(self.actor.user_id, self.actor.via, self.now());
        body(&self.by(&actor))
    }

    /// Runs a body in the server's own name: what follows from a change and was nobody's decision.
    ///
    /// # Errors
    /// Those of the body.
    pub fn by_server<T>(&self, body: impl FnOnce(&Context<'_>) -> Result<T>) -> Result<T> {
        let actor = Actor::server(self.actor.via, self.now());
        body(&self.by(&actor))
    }
}

/// Which version the caller means to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever it is now (`If-Match: *`).
    Any,
    Version(i64),
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    pub id: Uuid,
    pub version: i64,
    /// False where the change left everything as it was, so that nothing was written.
    pub changed: bool,
}

/// Reads an input, or says all that is wrong with it.
fn read<I: Input>(body: Map<String, Value>, spec: &'static Spec, patch: bool, actor: &Actor) -> Result<I> {
    let mut members = Members::new(body, spec, patch);
    for field in spec.fields.iter().filter(|f| f.mask.is_some()) {
        if members.names().any(|n| n == field.name) && !actor.may_field(spec.object, field.name, "write") {
            members.problems.add(format!("/{}", field.name), Code::Forbidden);
        }
    }
    let input = I::read(&mut members);
    let problems = members.finish();
    match input {
        Some(input) => Ok(problems.or(input)?),
        None if problems.0.is_empty() => Err(Error::Internal(format!("a {} was not read and not refused", spec.one))),
        None => Err(problems.into()),
    }
}

/// Reads a patch for nothing: whether the actor may say this, of whichever record.
pub fn readable<R: Resource>(actor: &Actor, body: Map<String, Value>) -> Result<()> {
    read::<R::Patch>(body, &R::SPEC, true, actor).map(|_| ())
}

/// Creates a record; `id` where the client brings its own.
pub fn create<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Done> {
    create_with(tx, context, id, body, |_: &mut R| Ok(()))
}

/// Creates a record whose server-owned members are set by a rule, before its checks.
pub fn create_with<R: Resource>(
    tx: &mut impl Store<R>,
    context: &Context<'_>,
    id: Option<Uuid>,
    body: Map<String, Value>,
    rule: impl FnOnce(&mut R) -> Result<()>,
) -> Result<Done> {
    keep(tx, context, draft_with(context, id, body, rule)?)
}

/// A record read and checked as far as that goes without storage: what may be made ahead, on another thread than the writer's.
#[derive(Debug, Clone)]
pub struct Draft<R> {
    record: R,
    problems: Problems,
}

impl<R> Draft<R> {
    /// The record as it would be, before storage has a say.
    pub fn record(&self) -> &R {
        &self.record
    }
    /// What is wrong with the record in itself.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
}

/// Reads the body of a create.
pub fn draft<R: Resource>(context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Draft<R>> {
    draft_with(context, id, body, |_: &mut R| Ok(()))
}

fn draft_with<R: Resource>(
    context: &Context<'_>,
    id: Option<Uuid>,
    body: Map<String, Value>,
    rule: impl FnOnce(&mut R) -> Result<()>,
) -> Result<Draft<R>> {
    context.sight(R::SPEC.object, "create")?;
    let input: R::Create = read(body, &R::SPEC, false, context.actor)?;
    let id = id.unwrap_or_else(|| context.ids.next());
    let mut record = R::new(input, base(id, context));
    rule(&mut record)?;
    let problems = record.check(context.setting);
    Ok(Draft { record, problems })
}

/// Creates the record of a draft.
pub fn keep<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, draft: Draft<R>) -> Result<Done> {
    let spec = &R::SPEC;
    let sight = context.sight(spec.object, "create")?;
    let Draft { mut record, mut problems } = draft;
    let id = record.base().id.uuid();
    if problems.0.is_empty() {
        problems = tx.settle(None, &mut record, context)?;
    }
    place(tx, &sight, None, &mut record, &mut problems)?;
    let mut doc = document(&record)?;
    refer(tx, context, spec, None, &doc, &mut problems)?;
    let nothing = base(id, context);
    problems.extend(tx.customize(spec.object, id, None, record.base_mut())?);
    problems.or(())?;
    tx.insert(&record)?;
    tx.name_externally(spec.object, id, &nothing, record.base())?.or(())?;
    tx.derive(None, Some(&record), context)?;
    doc.insert("custom".to_owned(), Value::Object(record.base().custom.clone()));
    let changed = doc
        .into_iter()
        .filter(|(k, v)| told(k) && !v.is_null())
        .map(|(k, v)| (k, Value::Array(vec![Value::Null, v])));
    let entry = Entry {
        object: spec.object,
        record: id,
        op: Op::Created,
        version: 1,
        before: None,
        after: Some(whose(record.base())),
        changed: changed.collect(),
        context,
    };
    tx.note(entry)?;
    Ok(Done {
        id,
        version: 1,
        changed: true,
    })
}

/// Changes a record by a merge patch. What is fixed may be repeated as it is, so that one body serves to create and to change.
pub fn patch<R: Resource>(
    tx: &mut impl Store<R>,
    context: &Context<'_>,
    id: Uuid,
    expect: Expect,
    mut body: Map<String, Value>,
) -> Result<Done> {
    let fixed = R::SPEC.fields.iter().filter(|f| f.access == Access::Fixed);
    let repeated: Vec<(&Field, Value)> = fixed.filter_map(|f| Some((f, body.remove(f.name)?))).collect();
    let mut problems = Problems::default();
    // Null is what a field that was not given is.
    for (field, value) in repeated.iter().filter(|(field, value)| !(field.nullable && value.is_null())) {
        check(field, value, &mut problems);
    }
    problems.or(())?;
    let input: R::Patch = read(body, &R::SPEC, true, context.actor)?;
    change(tx, context, id, expect, "update", |record| {
        if !repeated.is_empty() {
            let (now, mut problems) = (document(record)?, Problems::default());
            for (field, _) in repeated.iter().filter(|(field, value)| now.get(field.name) != Some(value)) {
                problems.add(format!("/{}", field.name), Code::Fixed);
            }
            problems.or(())?;
        }
        record.apply(input);
        Ok(())
    })
}

/// Changes a record by a rule of its own: what every action is.
pub fn change<R: Resource>(
    tx: &mut impl Store<R>,
    context: &Context<'_>,
    id: Uuid,
    expect: Expect,
    action: &'static str,
    rule: impl FnOnce(&mut R) -> Result<()>,
) -> Result<Done> {
    change_noting(tx, context, id, expect, action, Map::new(), rule)
}

/// As [`change`], and notes in the change log what else happened to the record; then it is a change even where no member differs.
pub fn change_noting<R: Resource>(
    tx: &mut impl Store<R>,
    context: &Context<'_>,
    id: Uuid,
    expect: Expect,
    action: &'static str,
    noted: Map<String, Value>,
    rule: impl FnOnce(&mut R) -> Result<()>,
) -> Result<Done> {
    let spec = &R::SPEC;
    whichever(tx, spec, id, expect)?;
    let before = find(tx, context, id, action, false)?;
    let seen = expected(before.base(), expect)?;
    let sight = context.sight(spec.object, action)?;
    let mut after = before.clone();
    rule(&mut after)?;
    let mut problems = after.check(context.setting);
    if problems.0.is_empty() {
        problems = tx.settle(Some(&before), &mut after, context)?;
    }
    place(tx, &sight, Some(&before), &mut after, &mut problems)?;
    problems.extend(tx.customize(spec.object, id, Some(before.base()), after.base_mut())?);
    let (old, new) = (document(&before)?, document(&after)?);
    refer(tx, context, spec, Some(&old), &new, &mut problems)?;
    problems.or(())?;
    let mut changed = difference(old, new);
    changed.extend(noted);
    if changed.is_empty() {
        return Ok(Done {
            id,
            version: seen,
            changed: false,
        });
    }
    touch(after.base_mut(), context);
    if !tx.update(&before, &after)? {
        return Err(Error::Stale(seen + 1));
    }
    tx.name_externally(spec.object, id, before.base(), after.base())?.or(())?;
    tx.derive(Some(&before), Some(&after), context)?;
    let version = after.base().version;
    let entry = Entry {
        object: spec.object,
        record: id,
        op: Op::Updated,
        version,
        before: Some(whose(before.base())),
        after: Some(whose(after.base())),
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

/// The record, if the actor may see it and do this to it: 404 when it is out of sight, 403 when it is in sight but not theirs to change.
pub(super) fn find<R: Resource>(tx: &mut impl Store<R>, context: &Context<'_>, id: Uuid, action: &'static str, trashed: bool) -> Result<R> {
    let object = R::SPEC.object;
    let act = context.sight(object, action)?;
    let read = context.sight(object, "read")?;
    let Some(record) = Store::<R>::load(tx, Id::from_uuid(id), &read, trashed)? else {
        return Err(match tx.successor(object, id)? {
            // It was merged. Whoever sees the record that took its place hears so; to everyone else it is nowhere.
            Some(survivor) if !trashed && tx.sees(object, survivor, &read)? => Error::Conflict("merged"),
            _ => Error::NotFound,
        });
    };
    let (owner, unit) = whose(record.base());
    if !act.covers(owner, unit) && tx.load(Id::from_uuid(id), &act, trashed)?.is_none() {
        return Err(Error::Forbidden(format!("{object}:{action}")));
    }
    Ok(record)
}

/// Who means the record whichever version it has is never told that it was another: they wait for whoever changes it now.
pub(super) fn whichever(tx: &mut impl Storage, spec: &Spec, id: Uuid, expect: Expect) -> Result<()> {
    match expect {
        Expect::Any => tx.hold(spec.object, id),
        Expect::Version(_) => Ok(()),
    }
}

pub(super) fn expected(base: &Base, expect: Expect) -> Result<i64> {
    match expect {
        Expect::Version(v) if v != base.version => Err(Error::Stale(base.version)),
        _ => Ok(base.version),
    }
}

/// The base of a record made now by this actor, before its input has a say.
fn base(id: Uuid, context: &Context<'_>) -> Base {
    Base {
        created_by: context.actor.user(),
        updated_by: context.actor.user(),
        owner_id: context.actor.user(),
        ..Base::new(id, context.now())
    }
}

pub(super) fn touch(base: &mut Base, context: &Context<'_>) {
    base.version += 1;
    base.updated_at = context.now();
    base.updated_by = context.actor.user();
}

/// Owner and unit.
pub(super) fn whose(base: &Base) -> (Option<Uuid>, Option<Uuid>) {
    (base.owner_id.map(Id::uuid), base.unit_id.map(Id::uuid))
}
