//! A record without its type: the face by which handlers, imports and batches reach any record. What is generic is small and
//! synchronous; everything above is compiled once.
use super::conn::Conn;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::core::id::Id;
use domain::core::pipeline::{self, Context, Done, Draft, Expect, Store};
use domain::core::problem::Problems;
use domain::core::redirect::{self, Pointing};
use domain::core::resource::{Resource, Spec};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Any record.
pub trait Object: Send + Sync {
    fn spec(&self) -> &'static Spec;
    fn create(&self, conn: &mut Conn, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Done>;
    /// Reads the body of a create ahead of its time.
    fn draft(&self, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Box<dyn Drafted>>;
    fn patch(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, body: Map<String, Value>) -> Result<Done>;
    /// Whether the actor may say this in a patch, of whichever record.
    fn readable(&self, actor: &Actor, body: Map<String, Value>) -> Result<()>;
    fn delete(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done>;
    fn restore(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done>;
    /// Writes references of a record, fixed ones too: what follows a merge.
    fn redirect(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, trashed: bool, to: Pointing) -> Result<Done>;
    /// All members of a record in the clear, if the actor may see it, in the trash or (with `trashed` false) outside it.
    fn whole(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, trashed: bool) -> Result<Option<Map<String, Value>>>;
}

/// A draft without its type.
pub trait Drafted: Send + Sync {
    /// What is wrong with the record in itself.
    fn problems(&self) -> &Problems;
    /// Creates the record; the draft stays, for when the transaction is tried again.
    fn keep(&self, conn: &mut Conn, context: &Context<'_>) -> Result<Done>;
}

impl<R: Resource> Drafted for Draft<R>
where
    Conn: Store<R>,
{
    fn problems(&self) -> &Problems {
        Draft::problems(self)
    }
    fn keep(&self, conn: &mut Conn, context: &Context<'_>) -> Result<Done> {
        pipeline::keep::<R>(conn, context, self.clone())
    }
}

/// The record `R`, as an [`Object`].
#[derive(Debug)]
pub struct Of<R>(PhantomData<fn() -> R>);

impl<R> Of<R> {
    pub const NEW: Self = Of(PhantomData);
}

impl<R: Resource> Object for Of<R>
where
    Conn: Store<R>,
{
    fn spec(&self) -> &'static Spec {
        &R::SPEC
    }
    fn create(&self, conn: &mut Conn, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Done> {
        pipeline::create::<R>(conn, context, id, body)
    }
    fn draft(&self, context: &Context<'_>, id: Option<Uuid>, body: Map<String, Value>) -> Result<Box<dyn Drafted>> {
        Ok(Box::new(pipeline::draft::<R>(context, id, body)?))
    }
    fn patch(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, body: Map<String, Value>) -> Result<Done> {
        pipeline::patch::<R>(conn, context, id, expect, body)
    }
    fn readable(&self, actor: &Actor, body: Map<String, Value>) -> Result<()> {
        pipeline::readable::<R>(actor, body)
    }
    fn delete(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
        pipeline::delete::<R>(conn, context, id, expect)
    }
    fn restore(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect) -> Result<Done> {
        pipeline::restore::<R>(conn, context, id, expect)
    }
    fn redirect(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, trashed: bool, to: Pointing) -> Result<Done> {
        redirect::redirect::<R>(conn, context, id, trashed, to)
    }
    fn whole(&self, conn: &mut Conn, context: &Context<'_>, id: Uuid, trashed: bool) -> Result<Option<Map<String, Value>>> {
        let sight = context.sight(R::SPEC.object, "read")?;
        let record: Option<R> = conn.load(Id::from_uuid(id), &sight, trashed)?;
        record.as_ref().map(pipeline::document).transpose()
    }
}

/// What this program serves.
struct Known {
    objects: BTreeMap<&'static str, &'static dyn Object>,
    /// Permissions beside those of records.
    permissions: BTreeSet<(&'static str, &'static str)>,
}
static KNOWN: Mutex<Known> = Mutex::new(Known {
    objects: BTreeMap::new(),
    permissions: BTreeSet::new(),
});

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that an object is mounted.
pub fn mount(object: &'static dyn Object) {
    known().objects.insert(object.spec().object, object);
}

/// The objects that were mounted.
pub fn mounted() -> BTreeMap<&'static str, &'static dyn Object> {
    known().objects.clone()
}

/// The mounted object of this name.
pub fn named(name: &str) -> Option<&'static dyn Object> {
    known().objects.get(name).copied()
}

/// Notes permissions that are asked for beside `create`, `read`, `update` and `delete` of records.
pub fn allow(object: &'static str, actions: &[&'static str]) {
    known().permissions.extend(actions.iter().map(|action| (object, *action)));
}

/// What may be done with any record.
const USUAL: [&str; 4] = ["create", "read", "update", "delete"];

/// Whether `object:action` is a permission that anything asks for: of a record, of one of its sensitive fields, or one of those noted.
/// Where nothing is mounted, as in a program that only fills a database, nothing is unknown.
pub fn is_permission(text: &str) -> bool {
    let known = known();
    if known.objects.is_empty() {
        return true;
    }
    let Some((object, action)) = text.split_once(':') else {
        return false;
    };
    let noted = |o: &str, a: &str| {
        known
            .permissions
            .iter()
            .any(|(object, action)| (o == "*" || o == *object) && (a == "*" || a == *action))
    };
    let usual = action == "*" || USUAL.contains(&action);
    match (object.split_once('.'), known.objects.get(object)) {
        (Some((object, field)), _) => {
            let masked = |o: &&'static dyn Object| o.spec().field(field).is_some_and(|f| f.mask.is_some());
            known.objects.get(object).is_some_and(masked) && matches!(action, "read" | "write" | "*")
        }
        (None, Some(_)) => usual || noted(object, action),
        (None, None) => object == "*" && usual || noted(object, action),
    }
}
