//! A bulk action: one change to many records, from what it asks for to what became of each. What may happen to it in which state stands
//! here; what became of the records is kept beside it.
use super::import::Outcome;
use crate::core::base::Base;
use crate::core::condition::Condition;
use crate::core::error::{Error, Result};
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

crate::choice! {
    /// How far it is: its records are being changed, all were tried, it could not go on, or it was given up.
    #[derive(Default)]
    pub enum BulkState { #[default] Running = "running", Done = "done", Failed = "failed", Cancelled = "cancelled" }
}
crate::choice! {
    /// What became of one record: changed, so already, passed over because it is not the caller's to change, or refused by a rule.
    pub enum BulkOutcome { Done = "done", Unchanged = "unchanged", Skipped = "skipped", Failed = "failed" }
}

impl From<Outcome> for BulkOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Created | Outcome::Updated => BulkOutcome::Done,
            Outcome::Unchanged => BulkOutcome::Unchanged,
            Outcome::Skipped => BulkOutcome::Skipped,
            Outcome::Failed => BulkOutcome::Failed,
        }
    }
}

/// Whose the records are to be. The unit follows the owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BulkAssign {
    /// The user.
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20")]
    pub owner_id: Option<Uuid>,
    /// The team whose queue they stand in; only of objects that have one, such as tasks.
    pub team_id: Option<Uuid>,
}

/// Words to put on the records and to take off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BulkTag {
    #[schema(schema_with = words)]
    pub add: Vec<String>,
    #[schema(schema_with = words)]
    pub remove: Vec<String>,
}

/// Words to put on or take off, in the contract.
fn words() -> RefOr<Schema> {
    let word = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(100));
    ArrayBuilder::new().items(word).max_items(Some(MOST_TAGS)).into()
}

/// The group to put customers into, or the one to take them out of; one that is kept by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BulkGroup {
    #[schema(example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21")]
    pub add: Option<Uuid>,
    pub remove: Option<Uuid>,
}

/// Fields and their new values, as in a merge patch of one record: null clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BulkFields(pub Map<String, Value>);
impl PartialSchema for BulkFields {
    fn schema() -> RefOr<Schema> {
        crate::core::schema::anything()
    }
}
impl ToSchema for BulkFields {}

/// What is done to each record: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BulkWhat {
    pub assign: Option<BulkAssign>,
    pub tag: Option<BulkTag>,
    pub group: Option<BulkGroup>,
    pub change: Option<BulkFields>,
}

impl BulkWhat {
    /// Exactly one thing, and that not empty.
    fn check(&self, problems: &mut Problems) {
        let given = [
            ("assign", self.assign.is_some()),
            ("tag", self.tag.is_some()),
            ("group", self.group.is_some()),
            ("change", self.change.is_some()),
        ];
        let mut given = given.iter().filter(|(_, there)| *there).map(|(name, _)| *name);
        let Some(first) = given.next() else {
            problems.add("/action", Code::Required);
            return;
        };
        for other in given {
            problems.with(
                format!("/action/{other}"),
                Code::Conflict,
                vec![("with", format!("/action/{first}"))],
            );
        }
        let nothing = match self {
            BulkWhat { assign: Some(a), .. } => *a == BulkAssign::default(),
            BulkWhat { tag: Some(t), .. } => t.add.is_empty() && t.remove.is_empty(),
            BulkWhat { group: Some(g), .. } => *g == BulkGroup::default(),
            BulkWhat { change: Some(c), .. } => c.0.is_empty(),
            _ => false,
        };
        if nothing {
            problems.add(format!("/action/{first}"), Code::Required);
        }
        if let Some(tag) = &self.tag {
            tag.check(problems);
        }
        if self.group.as_ref().is_some_and(|g| g.add.is_some() && g.remove.is_some()) {
            problems.with(
                "/action/group/remove",
                Code::Conflict,
                vec![("with", "/action/group/add".to_owned())],
            );
        }
    }
}

/// The most words to put on or take off at once.
const MOST_TAGS: usize = 20;

impl BulkTag {
    fn check(&self, problems: &mut Problems) {
        for (member, words) in [("add", &self.add), ("remove", &self.remove)] {
            let at = format!("/action/tag/{member}");
            if words.len() > MOST_TAGS {
                problems.with(&at, Code::TooLong, vec![("max", MOST_TAGS.to_string())]);
            }
            for (i, word) in words.iter().enumerate() {
                crate::core::input::length(&format!("{at}/{i}"), word, 1, 100, problems);
                if words[..i].contains(word) || member == "remove" && self.add.contains(word) {
                    problems.add(format!("{at}/{i}"), Code::Duplicate);
                }
            }
        }
    }

    /// The words of a record afterwards: those it had, in their order, then the new ones.
    pub fn apply(&self, now: &[String]) -> Vec<String> {
        let mut all: Vec<String> = now.iter().filter(|w| !self.remove.contains(w)).cloned().collect();
        for word in &self.add {
            if !all.contains(word) {
                all.push(word.clone());
            }
        }
        all
    }
}

/// Some records, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BulkIds(pub Vec<Uuid>);

impl BulkIds {
    /// The most that one action names; more are found by a condition.
    pub const MOST: usize = 1_000;
}
impl PartialSchema for BulkIds {
    fn schema() -> RefOr<Schema> {
        let id = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .max_length(Some(36));
        ArrayBuilder::new().items(id).min_items(Some(1)).max_items(Some(Self::MOST)).into()
    }
}
impl ToSchema for BulkIds {}

/// What became of the records so far: `tried` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkCounts {
    #[schema(minimum = 0, example = 120)]
    pub tried: i64,
    /// Changed.
    #[schema(minimum = 0, example = 117)]
    pub done: i64,
    /// So already.
    #[schema(minimum = 0, example = 1)]
    pub unchanged: i64,
    /// Passed over: not there, or not the caller's to change.
    #[schema(minimum = 0, example = 0)]
    pub skipped: i64,
    /// Refused by a rule.
    #[schema(minimum = 0, example = 2)]
    pub failed: i64,
}

impl BulkCounts {
    /// Counts one record.
    pub fn count(&mut self, outcome: BulkOutcome, times: i64) {
        self.tried += times;
        *match outcome {
            BulkOutcome::Done => &mut self.done,
            BulkOutcome::Unchanged => &mut self.unchanged,
            BulkOutcome::Skipped => &mut self.skipped,
            BulkOutcome::Failed => &mut self.failed,
        } += times;
    }
}

/// How far undoing it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkUndo {
    /// Whether all records were looked at.
    pub done: bool,
    /// Records that are as they were before.
    #[schema(minimum = 0, example = 110)]
    pub restored: i64,
    /// Records that were left alone, because somebody changed them since or they are out of reach.
    #[schema(minimum = 0, example = 7)]
    pub conflicts: i64,
}

/// One change to many records, made in the background record by record.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/bulk-actions",
    one = "bulk_action",
    many = "bulk_actions",
    tag = "Bulk actions",
    fa = "کارهای گروهی"
)]
pub struct BulkAction {
    #[record(base)]
    pub base: Base,
    /// What the records are, such as `customers`.
    #[record(fixed, min = 1, max = 50, example = r#""customers""#, fa = "موجودیت")]
    pub object: String,
    /// What is done to each: exactly one of these.
    #[record(fixed, like = BulkWhat, example = r#"{"assign": null, "tag": {"add": ["نمایشگاه"], "remove": []}, "group": null, "change": null}"#, fa = "کار")]
    pub action: BulkWhat,
    /// Which records, as a filter; or else `ids` says which.
    #[record(fixed, max = 4096, hidden, example = r#""city = \"یزد\"""#, fa = "شرط")]
    pub condition: Option<String>,
    /// Which records, by their ids.
    #[record(fixed, like = BulkIds, fa = "شناسه‌ها")]
    pub ids: Option<BulkIds>,
    /// How far it is.
    #[record(server, example = r#""done""#, fa = "وضعیت")]
    pub state: BulkState,
    /// How many records it was about when it began.
    #[record(server, example = "120", fa = "شمار رکوردها")]
    pub matched: i64,
    /// What became of the records so far.
    #[record(server, like = BulkCounts, example = r#"{"tried": 120, "done": 117, "unchanged": 1, "skipped": 0, "failed": 2}"#, fa = "شمارش")]
    pub counts: BulkCounts,
    /// Why it could not go on: a code.
    #[record(server, max = 50, fa = "علت ناکامی")]
    pub failure: Option<String>,
    /// How far undoing it is; null unless that was asked for.
    #[record(server, like = BulkUndo, fa = "بازگردانی")]
    pub undo: Option<BulkUndo>,
    /// When it began.
    #[record(server, fa = "آغاز")]
    pub started_at: Option<Instant>,
    /// When it came to its end.
    #[record(server, fa = "پایان")]
    pub finished_at: Option<Instant>,
}

impl Rules for BulkAction {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        self.action.check(&mut problems);
        match (&self.condition, &mut self.ids) {
            (None, None) => problems.add("/condition", Code::Required),
            (Some(_), Some(_)) => problems.with("/ids", Code::Conflict, vec![("with", "/condition".to_owned())]),
            (None, Some(ids)) if ids.0.is_empty() => problems.with("/ids", Code::TooShort, vec![("min", "1".to_owned())]),
            (None, Some(ids)) if ids.0.len() > BulkIds::MOST => {
                problems.with("/ids", Code::TooLong, vec![("max", BulkIds::MOST.to_string())]);
            }
            (None, Some(ids)) => {
                // In the order in which they are gone through, each once.
                ids.0.sort_unstable();
                ids.0.dedup();
            }
            (Some(_), None) => {}
        }
        if let Err(wrong) = self.filter() {
            problems.extend(wrong);
        }
        problems
    }
}

impl BulkAction {
    /// The condition, not yet held against the object's fields.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn filter(&self) -> Result<Option<Condition>, Problems> {
        let read = self.condition.as_deref().map(str::parse::<Condition>).transpose();
        read.map_err(|wrong| wrong.at("/condition"))
    }

    /// It came to its end: all records were tried, or it could not go on. One that was given up stays so.
    pub fn end(&mut self, counts: BulkCounts, failure: Option<&str>, now: Instant) {
        self.counts = counts;
        if self.state == BulkState::Running {
            self.state = if failure.is_some() { BulkState::Failed } else { BulkState::Done };
            self.failure = failure.map(str::to_owned);
            self.finished_at = Some(now);
        }
    }

    /// No further record is changed; those that were stay.
    ///
    /// # Errors
    /// `bulk_ended` when it came to its end before.
    pub fn cancel(&mut self, counts: BulkCounts, now: Instant) -> Result<()> {
        if self.state != BulkState::Running {
            return Err(Error::Conflict("bulk_ended"));
        }
        (self.state, self.counts, self.finished_at) = (BulkState::Cancelled, counts, Some(now));
        Ok(())
    }

    /// What it did is to be undone.
    ///
    /// # Errors
    /// `bulk_running` while records may still be changed, `bulk_undone` when that was asked before, `bulk_nothing_to_undo` where none was
    /// changed.
    pub fn take_back(&mut self) -> Result<()> {
        match self.state {
            BulkState::Running => Err(Error::Conflict("bulk_running")),
            _ if self.undo.is_some() => Err(Error::Conflict("bulk_undone")),
            _ if self.counts.done == 0 => Err(Error::Conflict("bulk_nothing_to_undo")),
            _ => {
                self.undo = Some(BulkUndo::default());
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests;
