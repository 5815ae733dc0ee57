//! Pipelines: the ways that deals go, each with its stages and its rules for going back.
use super::template::Template;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::Rules;
use derive::Record;

crate::choice! {
    /// Whether a deal may go back to an earlier stage: as it likes, if it is said why, or never.
    #[derive(Default)]
    pub enum GoingBack { Free = "free", #[default] WithReason = "with_reason", Never = "never" }
}

/// The longest time after which a deal may be reopened, in days.
pub const LONGEST_REOPENING: i64 = 3_650;

/// A way that deals go, from the first stage to won or lost.
#[derive(Debug, Clone, Record)]
#[record(path = "/pipelines", one = "pipeline", many = "pipelines", tag = "Sales", fa = "فرایندهای فروش")]
pub struct Pipeline {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 100, sort, search, example = r#""فروش عمومی""#, fa = "نام")]
    pub name: String,
    /// What it is for.
    #[record(max = 1000, fa = "توضیح")]
    pub description: Option<String>,
    /// The template its stages are made from when it is created; null for one whose stages are made one by one.
    #[record(fixed, example = r#""general_sales""#, fa = "الگو")]
    pub template: Option<Template>,
    /// Whether a deal that names no pipeline goes here. Setting it takes it from the one that had it.
    #[record(default, fa = "پیش‌فرض")]
    pub is_default: bool,
    /// Whether a deal may go back to an earlier stage.
    #[record(default, example = r#""with_reason""#, fa = "بازگشت به مرحلهٔ پیش")]
    pub going_back: GoingBack,
    /// For how many days after it was won or lost a deal may be reopened; null for ever, 0 for never.
    #[record(range = 0..=LONGEST_REOPENING, example = "90", fa = "مهلت بازگشایی (روز)")]
    pub reopen_within_days: Option<i64>,
    /// For how many days a deal may stay in a stage without a limit of its own before it counts as stuck; null for ever.
    #[record(range = 1..=LONGEST_REOPENING, example = "30", fa = "مهلت مرحله (روز)")]
    pub stuck_after_days: Option<i64>,
}

impl Rules for Pipeline {}

impl Pipeline {
    /// Its id as its stages and deals name it.
    pub fn id(&self) -> Id<Pipeline> {
        self.base.id.cast()
    }
}
