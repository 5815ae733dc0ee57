//! Retention: rules by which records go once they are old enough, and what became of each run of a rule. A legal hold and a document's own
//! retention are stronger than any rule; what they keep is skipped, and counted with the reason.
use crate::core::base::Base;
use crate::core::condition::{Condition, Op, Scalar};
use crate::core::field::{Choice, Kind};
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::TimeDelta;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// The kinds of records that rules are made for.
    pub enum Retained {
        Customers = "customers",
        Documents = "documents",
        Interactions = "interactions",
        Tasks = "tasks",
    }
}

crate::choice! {
    /// What a rule does with a record that is old enough: puts it into the trash, deletes it for good, or takes everything personal out of it
    /// and of all that is held on it.
    pub enum RetentionAction {
        Trash = "trash",
        Erase = "erase",
        Anonymize = "anonymize",
    }
}

impl Retained {
    /// What may be done with its records. A customer is never deleted by a rule: what the law keeps still names them.
    pub const fn actions(self) -> &'static [RetentionAction] {
        match self {
            Retained::Customers => &[RetentionAction::Trash, RetentionAction::Anonymize],
            _ => &[RetentionAction::Trash, RetentionAction::Erase],
        }
    }
}

/// A rule by which records go once they are old enough. Those that are active run once a day. A legal hold and a document's own retention are
/// stronger than any rule.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/retention-rules",
    one = "retention_rule",
    many = "retention_rules",
    tag = "Privacy",
    fa = "قواعد نگهداری"
)]
pub struct RetentionRule {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 200, sort, example = r#""Inquiries that came to nothing""#, fa = "نام")]
    pub name: String,
    /// Which kind of records it is about.
    #[record(fixed, example = r#""customers""#, fa = "نوع رکورد")]
    pub object: Retained,
    /// Which of them, written as a `filter` is; null for all.
    #[record(min = 1, max = 4096, example = r#""lifecycle_stage = \"former\"""#, fa = "شرط")]
    pub condition: Option<String>,
    /// The field that their age is counted from: a date or a moment, such as `updated_at`. A record in which it is empty has no age, and stays.
    #[record(min = 1, max = 100, example = r#""updated_at""#, fa = "فیلد تاریخ")]
    pub date_field: String,
    /// How many days old they must be, from 1 to 36500.
    #[record(range = 1..=36_500, example = "730", fa = "سن به روز")]
    pub age_days: i64,
    /// What is done with them: `trash` puts them into the trash; `erase` deletes documents, interactions and tasks for good; `anonymize` erases
    /// customers as `/erasures` does.
    #[record(example = r#""anonymize""#, fa = "کنش")]
    pub action: RetentionAction,
    /// Whether it runs. Look at its preview first.
    #[record(default, example = "true", fa = "فعال")]
    pub active: bool,
}

impl Rules for RetentionRule {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if !self.object.actions().contains(&self.action) {
            let allowed: Vec<&str> = self.object.actions().iter().map(|a| a.word()).collect();
            problems.with("/action", Code::NotAllowed, vec![("allowed", allowed.join(", "))]);
        }
        problems
    }
}

impl RetentionRule {
    /// Which records it is about at a moment, as a condition that is not checked yet. `kind` is that of the date field.
    ///
    /// # Errors
    /// What is wrong with the condition, at `/condition`, or with the date field.
    pub fn due(&self, kind: Option<&Kind>, now: Instant) -> Result<Condition, Problems> {
        let mut problems = Problems::default();
        let own = match self.condition.as_deref().map(str::parse::<Condition>).transpose() {
            Ok(own) => own,
            Err(wrong) => {
                problems.nest("/condition", wrong);
                None
            }
        };
        let before = now.after(-TimeDelta::days(self.age_days.clamp(1, 36_500)));
        let value = match kind {
            Some(Kind::Date) => Scalar::Date(before.utc().date_naive()),
            Some(Kind::Instant) => Scalar::Instant(before.utc()),
            Some(_) => {
                problems.add("/date_field", Code::WrongType);
                return Err(problems);
            }
            None => {
                problems.add("/date_field", Code::UnknownField);
                return Err(problems);
            }
        };
        let old = Condition::Compare {
            field: self.date_field.clone(),
            op: Op::Lt,
            value,
        };
        problems.or(Condition::all(own.into_iter().chain([old]).collect()))
    }
}

crate::choice! {
    /// How far a run is.
    #[derive(Default)]
    pub enum RunState {
        #[default]
        Running = "running",
        Done = "done",
        Failed = "failed",
    }
}

/// Records that a run left as they are, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionSkip {
    /// Why, as problems are coded: `document_held`, `document_retained`, `erasure_held`.
    #[schema(max_length = 50, example = "document_held")]
    pub code: String,
    /// How many.
    #[schema(minimum = 1)]
    pub count: i64,
    /// The first of them.
    #[schema(max_items = 20)]
    pub record_ids: Vec<Uuid>,
}

/// How many of the skipped are named for each reason.
pub const NAMED: usize = 20;

/// A run of a rule: how many records went, and how many stayed and why.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/retention-runs",
    one = "retention_run",
    many = "retention_runs",
    tag = "Privacy",
    fa = "اجراهای قواعد نگهداری"
)]
pub struct RetentionRun {
    #[record(base)]
    pub base: Base,
    /// The rule.
    #[record(fixed, fa = "قاعده")]
    pub rule_id: Id<RetentionRule>,
    /// How far it is.
    #[record(server, example = r#""done""#, fa = "وضعیت")]
    pub state: RunState,
    /// How many records the rule was applied to.
    #[record(server, example = "12", fa = "انجام‌شده")]
    pub applied: i64,
    /// How many it left as they are.
    #[record(server, example = "1", fa = "ردشده")]
    pub skipped: i64,
    /// Why, and which.
    #[record(server, items = RetentionSkip, max = 50, example = r#"[{"code": "document_held", "count": 1, "record_ids": ["0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20"]}]"#, fa = "دلیل‌ها")]
    pub skips: Vec<RetentionSkip>,
    /// When it ended; null while it runs.
    #[record(server, example = r#""2026-03-21T02:00:00.000Z""#, fa = "پایان")]
    pub ended_at: Option<Instant>,
}

impl Rules for RetentionRun {}

/// Notes one more record that was left as it is.
pub fn skip(skips: &mut Vec<RetentionSkip>, code: &str, record: Uuid) {
    let at = match skips.iter().position(|s| s.code == code) {
        Some(at) => at,
        None => {
            skips.push(RetentionSkip {
                code: code.to_owned(),
                count: 0,
                record_ids: Vec::new(),
            });
            skips.len() - 1
        }
    };
    if let Some(skip) = skips.get_mut(at) {
        skip.count += 1;
        if skip.record_ids.len() < NAMED {
            skip.record_ids.push(record);
        }
    }
}
