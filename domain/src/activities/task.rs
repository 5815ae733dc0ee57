//! Tasks: what there is to do, who does it, and by when.
use super::interaction::Interaction;
use super::recurrence;
use crate::access::team::Team;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use crate::customers::customer::Customer;
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// What kind of work it is.
    pub enum TaskKind { Task = "task", FollowUp = "follow_up", Call = "call", Email = "email", Meeting = "meeting", Visit = "visit" }
}

crate::choice! {
    /// How far it is.
    pub enum TaskStatus { Open = "open", InProgress = "in_progress", Done = "done", Cancelled = "cancelled" }
}

impl TaskStatus {
    /// Whether nothing more is to be done.
    pub const fn is_over(self) -> bool {
        matches!(self, TaskStatus::Done | TaskStatus::Cancelled)
    }
}

crate::choice! {
    /// How much it matters.
    pub enum Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

/// One step of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// What is to be done.
    #[schema(min_length = 1, max_length = 300, example = "شماره را بررسی کن")]
    pub text: String,
    /// Whether it is.
    #[serde(default)]
    pub done: bool,
}

/// The longest wait before somebody else is asked, in minutes: ninety days.
const LONGEST_WAIT: i64 = 90 * 24 * 60;

/// Something to do: a follow-up, a call, a visit. It is for its owner (`owner_id`), or for whoever of a team takes it.
#[derive(Debug, Clone, Record)]
#[record(path = "/tasks", one = "task", many = "tasks", tag = "Activities", fa = "وظیفه‌ها")]
pub struct Task {
    #[record(base)]
    pub base: Base,
    /// What is to be done, in a line.
    #[record(min = 1, max = 300, search, example = r#""تماس برای زمان تحویل""#, fa = "عنوان")]
    pub title: String,
    /// All else there is to say.
    #[record(max = 20000, search, fa = "شرح")]
    pub description: Option<String>,
    /// What kind of work it is.
    #[record(default = TaskKind::Task, example = r#""follow_up""#, fa = "نوع")]
    pub kind: TaskKind,
    /// How far it is. A task that others must be done before can't be done before them.
    #[record(default = TaskStatus::Open, example = r#""open""#, fa = "وضعیت")]
    pub status: TaskStatus,
    /// How much it matters.
    #[record(default = Priority::Normal, example = r#""high""#, fa = "اولویت")]
    pub priority: Priority,
    /// Whom it is about.
    #[record(fa = "مشتری")]
    pub customer_id: Option<Id<Customer>>,
    /// What it follows from.
    #[record(fa = "در پی")]
    pub interaction_id: Option<Id<Interaction>>,
    /// Whose queue it stands in, until one of them takes it.
    #[record(fa = "صف")]
    pub team_id: Option<Id<Team>>,
    /// By when.
    #[record(sort, example = r#""2031-03-21T08:30:00.000Z""#, fa = "سررسید")]
    pub due_at: Option<Instant>,
    /// Out of mind until then: the view of a customer leaves it out.
    #[record(fa = "به تعویق تا")]
    pub snoozed_until: Option<Instant>,
    /// When it comes again, as a rule of iCalendar (RFC 5545), daily at most: `FREQ=WEEKLY;BYDAY=SA`. Once it is done, the next one is made. It
    /// needs `due_at`.
    #[record(max = 500, hidden, example = r#""FREQ=WEEKLY;BYDAY=SA""#, fa = "تکرار")]
    pub recurrence: Option<String>,
    /// The time zone (IANA) whose clock the recurrence goes by.
    #[record(default, max = 60, example = r#""Asia/Tehran""#, fa = "منطقهٔ زمانی")]
    pub time_zone: String,
    /// Its steps.
    #[record(items = ChecklistItem, max = 100, example = r#"[{"text": "شماره را بررسی کن", "done": false}]"#, fa = "گام‌ها")]
    pub checklist: Vec<ChecklistItem>,
    /// What must be done before it.
    #[record(max = 50, fa = "پس از")]
    pub depends_on_ids: Vec<Id<Task>>,
    /// Who gets it when it is late.
    #[record(fa = "ارجاع به")]
    pub escalate_to_id: Option<Id<User>>,
    /// How many minutes after `due_at` that is; at once, unless given.
    #[record(range = 0..=LONGEST_WAIT, example = "60", fa = "ارجاع پس از (دقیقه)")]
    pub escalate_after_minutes: Option<i64>,
    /// When that happened.
    #[record(server, fa = "زمان ارجاع")]
    pub escalated_at: Option<Instant>,
    /// When it was done.
    #[record(server, fa = "زمان انجام")]
    pub completed_at: Option<Instant>,
    /// When the first of its series was due.
    #[record(server, fa = "آغاز تکرار")]
    pub series_started_at: Option<Instant>,
    /// The next of its series, made when this one was done.
    #[record(server, fa = "وظیفهٔ بعدی")]
    pub next_id: Option<Id<Task>>,
}

impl Task {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        search_key(&format!("{} {}", self.title, self.description.as_deref().unwrap_or_default()))
    }

    /// When the next of its series is due; none where it has no series, or the series is over. What should have come in the meantime is
    /// not made up for.
    pub fn next_due(&self, now: Instant) -> Option<Instant> {
        let (rule, due) = (self.recurrence.as_deref()?, self.due_at?);
        recurrence::next(rule, self.series_started_at.unwrap_or(due), &self.time_zone, due.max(now))
    }

    /// How its series shows in a calendar: the rule by which the task itself comes again; or, where it was put off to another time or is
    /// late, the first moment that still comes and the rule from there. Neither where it has no series, or the next of it was made already.
    pub fn series(&self, now: Instant) -> (Option<String>, Option<(Instant, String)>) {
        let (Some(rule), Some(due), None) = (self.recurrence.as_deref(), self.due_at, self.next_id) else {
            return (None, None);
        };
        let rest = |from| recurrence::rest(rule, self.series_started_at.unwrap_or(due), &self.time_zone, from);
        match rest(due) {
            Some(rule) if due > now => (Some(rule), None),
            _ => {
                let next = self.next_due(now);
                (None, next.and_then(|at| Some((at, rest(at)?))))
            }
        }
    }

    /// Hands it to whom it was to go when late.
    pub fn escalate(&mut self, now: Instant) {
        if let Some(to) = self.escalate_to_id {
            self.base.owner_id = Some(to);
            self.escalated_at = Some(now);
        }
    }

    fn repeats(&mut self, problems: &mut Problems) {
        if self.time_zone.is_empty() {
            self.time_zone = "UTC".to_owned();
        }
        if !recurrence::is_zone(&self.time_zone) {
            problems.with("/time_zone", Code::Format, vec![("format", "IANA".to_owned())]);
            return;
        }
        match (&mut self.recurrence, self.due_at) {
            (None, _) => self.series_started_at = None,
            (Some(_), None) => problems.add("/due_at", Code::Required),
            (Some(rule), Some(due)) => match recurrence::parse(rule, self.series_started_at.unwrap_or(due), &self.time_zone) {
                Ok(normal) => {
                    *rule = normal;
                    self.series_started_at.get_or_insert(due);
                }
                Err(code) => problems.with(
                    "/recurrence",
                    code,
                    vec![
                        ("format", "RFC 5545".to_owned()),
                        ("allowed", "DAILY, WEEKLY, MONTHLY, YEARLY".to_owned()),
                    ],
                ),
            },
        }
    }
}

impl Rules for Task {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        self.repeats(&mut problems);
        for (i, item) in self.checklist.iter().enumerate() {
            match item.text.trim().chars().count() {
                0 => problems.add(format!("/checklist/{i}/text"), Code::Required),
                1..=300 => {}
                _ => problems.with(format!("/checklist/{i}/text"), Code::TooLong, vec![("max", "300".to_owned())]),
            }
        }
        for (i, id) in self.depends_on_ids.iter().enumerate() {
            if id.uuid() == self.base.id.uuid() {
                problems.with(format!("/depends_on_ids/{i}"), Code::Conflict, vec![("with", "/id".to_owned())]);
            }
            if self.depends_on_ids[..i].contains(id) {
                problems.add(format!("/depends_on_ids/{i}"), Code::Duplicate);
            }
        }
        match self.status {
            TaskStatus::Done => {
                self.completed_at.get_or_insert(setting.now);
            }
            _ => self.completed_at = None,
        }
        problems
    }
}
