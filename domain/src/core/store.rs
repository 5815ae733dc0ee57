//! What the pipeline asks of storage. Traits, so that rules know no database.
use super::actor::{Actor, Sight};
use super::base::Base;
use super::error::Result;
use super::field::Field;
use super::id::Id;
use super::instant::Instant;
use super::pipeline::Context;
use super::problem::Problems;
use super::resource::Resource;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What happened to a record, as the change log says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Created,
    Updated,
    Deleted,
    Restored,
    /// It went into another record, which answers in its place.
    Merged,
}

impl Op {
    /// The word of the change log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Op::Created => "created",
            Op::Updated => "updated",
            Op::Deleted => "deleted",
            Op::Restored => "restored",
            Op::Merged => "merged",
        }
    }
}

/// One entry of the change log, before storage gives it its place.
pub struct Entry<'a> {
    pub object: &'static str,
    pub record: Uuid,
    pub op: Op,
    pub version: i64,
    /// Owner and unit before and after: whether it came into or left somebody's sight.
    pub before: Option<(Option<Uuid>, Option<Uuid>)>,
    pub after: Option<(Option<Uuid>, Option<Uuid>)>,
    /// Each changed field with its value before and after.
    pub changed: Map<String, Value>,
    pub context: &'a Context<'a>,
}

/// What the pipeline asks of storage, whatever the record.
pub trait Storage {
    /// Whether a record of the object exists within a sight.
    fn sees(&mut self, object: &str, id: Uuid, sight: &Sight<'_>) -> Result<bool>;
    /// Whether an actor may do something to a record of the object: it is there, within their sight for that action.
    fn reaches(&mut self, actor: &Actor, object: &'static str, action: &'static str, id: Uuid) -> Result<bool> {
        match actor.sight(object, action) {
            Some(sight) => self.sees(object, id, &sight),
            None => Ok(false),
        }
    }
    /// Waits until nobody else is changing the record, and keeps it so until this write ends.
    fn hold(&mut self, object: &'static str, id: Uuid) -> Result<()>;
    /// Appends to the change log.
    fn note(&mut self, entry: Entry<'_>) -> Result<()>;
    /// The unit of a user; none where there is no such user.
    fn unit_of(&mut self, user: Uuid) -> Result<Option<Option<Uuid>>>;
    /// Keeps the index of external ids in step; one that another record has is `Code::Taken` at its pointer.
    fn name_externally(&mut self, object: &'static str, id: Uuid, before: &Base, after: &Base) -> Result<Problems>;
    /// Checks custom values against their declarations, and keeps their index in step.
    fn customize(&mut self, object: &'static str, id: Uuid, before: Option<&Base>, after: &mut Base) -> Result<Problems>;
    /// The record that one was merged into, however often that was merged in turn; none for a record that was not merged.
    fn successor(&mut self, object: &str, id: Uuid) -> Result<Option<Uuid>>;
    /// Writes a reference (or list of references) into a record's row, whoever may set it; the record's version is the caller's to raise.
    fn point(&mut self, object: &str, id: Uuid, field: &Field, to: &serde_json::Value) -> Result<()>;
}

/// What the pipeline asks of storage for one kind of record. There is no finder without a sight.
pub trait Store<R: Resource>: Storage {
    /// The record, if it is within the sight and not in the trash (or, with `trashed`, only if it is).
    fn load(&mut self, id: Id, sight: &Sight<'_>, trashed: bool) -> Result<Option<R>>;
    fn insert(&mut self, record: &R) -> Result<()>;
    /// Writes what has changed over the record as it was seen; false when its version is no longer that one.
    fn update(&mut self, before: &R, after: &R) -> Result<bool>;
    /// Moves the record to the trash or back, as of its version.
    fn trash(&mut self, record: &R, seen: i64, at: Option<Instant>) -> Result<bool>;
    /// Sets members that follow from other records, and says what does not fit them. Only of a record that its own rules let
    /// pass; before the row is written.
    fn settle(&mut self, _before: Option<&R>, _after: &mut R, _context: &Context<'_>) -> Result<Problems> {
        Ok(Problems::default())
    }
    /// Keeps what is derived from the record in step with it: keys to find it by, trees. After the row is written.
    fn derive(&mut self, _before: Option<&R>, _after: Option<&R>, _context: &Context<'_>) -> Result<()> {
        Ok(())
    }
}
