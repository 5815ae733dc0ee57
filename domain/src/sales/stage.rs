//! Stages: where in a pipeline a deal is, what must be true before it leaves, and what helps it on.
use super::opportunity::Opportunity;
use super::pipeline::Pipeline;
use crate::core::base::Base;
use crate::core::condition::Condition;
use crate::core::field::Access;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Resource, Rules, Setting};
use derive::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// What becomes of a deal there: it goes on, it is won, or it is lost.
    pub enum StageKind { Open = "open", Won = "won", Lost = "lost" }
}
crate::choice! {
    /// How surely a forecast counts on a deal.
    #[derive(Default)]
    pub enum ForecastCategory {
        /// Not at all.
        Omitted = "omitted",
        #[default]
        Pipeline = "pipeline",
        /// If all goes well.
        BestCase = "best_case",
        /// As good as certain.
        Commit = "commit",
        /// It is done.
        Closed = "closed",
    }
}

/// Something to be done in a stage before a deal leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageItem {
    /// What a deal names it by, in `checklist_done`: lower-case letters, digits and `_`.
    #[schema(min_length = 1, max_length = 50, pattern = "^[a-z0-9_]{1,50}$", example = "budget_known")]
    pub key: String,
    /// What is to be done, in English.
    #[schema(min_length = 1, max_length = 300, example = "The budget is known")]
    pub text_en: String,
    /// What is to be done, in Persian; the English text stands in where it is null.
    #[serde(default)]
    #[schema(max_length = 300, example = "بودجه روشن است")]
    pub text_fa: Option<String>,
    /// Whether it must be done before a deal leaves the stage; otherwise it only helps to remember.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// The longest limit, in seconds of working time: a year of eight-hour days.
const LONGEST: i64 = 365 * 8 * 3600;

/// Where in a pipeline a deal is.
#[derive(Debug, Clone, Record)]
#[record(path = "/stages", one = "stage", many = "stages", tag = "Sales", fa = "مرحله‌های فروش")]
pub struct Stage {
    #[record(base)]
    pub base: Base,
    /// The pipeline it belongs to.
    #[record(fixed, fa = "فرایند")]
    pub pipeline_id: Id<Pipeline>,
    /// What it is called.
    #[record(min = 1, max = 100, sort, search, example = r#""نیازسنجی""#, fa = "نام")]
    pub name: String,
    /// What becomes of a deal there. A pipeline has at most one stage `won` and one `lost`.
    #[record(fixed, default = StageKind::Open, example = r#""open""#, fa = "گونه")]
    pub kind: StageKind,
    /// Where it stands among the stages of its pipeline, smaller first.
    #[record(sort, range = 0..=1_000_000, example = "20", fa = "ترتیب")]
    pub position: i64,
    /// How likely a deal that is here is won, in percent.
    #[record(default, range = 0..=100, example = "30", fa = "احتمال")]
    pub probability: i64,
    /// How surely a forecast counts on a deal that is here.
    #[record(default, example = r#""pipeline""#, fa = "ردهٔ پیش‌بینی")]
    pub forecast_category: ForecastCategory,
    /// Members of a deal that must have a value before it leaves, such as `amount` or `custom.size`.
    #[record(max = 30, hidden, example = r#"["amount", "close_date"]"#, fa = "فیلدهای لازم")]
    pub required_fields: Vec<String>,
    /// What is to be done before a deal leaves.
    #[record(items = StageItem, max = 30, example = r#"[{"key": "budget_known", "text_en": "The budget is known", "text_fa": "بودجه روشن است", "required": true}]"#, fa = "کارها")]
    pub checklist: Vec<StageItem>,
    /// What a seller should know and do here, in English.
    #[record(max = 4000, example = r#""Ask what happens if nothing is done.""#, fa = "راهنما (انگلیسی)")]
    pub guidance_en: Option<String>,
    /// What a seller should know and do here, in Persian.
    #[record(max = 4000, example = r#""بپرسید اگر کاری نکنند چه می‌شود.""#, fa = "راهنما (فارسی)")]
    pub guidance_fa: Option<String>,
    /// What must be true of a deal before it leaves, as a filter of opportunities, such as `amount.amount > 0 AND next_step != null`.
    #[record(max = 4096, hidden, fa = "شرط خروج")]
    pub exit_condition: Option<String>,
    /// Where a deal may go from here; empty for every later stage of the pipeline. A stage that is named here may be gone to straight away:
    /// what lies between need not be met.
    #[record(max = 30, fa = "مرحله‌های بعدی")]
    pub allowed_next_ids: Vec<Id<Stage>>,
    /// For how many seconds of working time a deal may be here before it counts as stuck; null for what the pipeline says.
    #[record(range = 60..=LONGEST, example = "144000", fa = "مهلت (ثانیهٔ کاری)")]
    pub time_limit_seconds: Option<i64>,
}

impl Stage {
    /// Where what is wrong with the condition is told.
    pub const CONDITION: &'static str = "/exit_condition";

    /// Its id as deals and other stages name it.
    pub fn id(&self) -> Id<Stage> {
        self.base.id.cast()
    }

    /// The condition, not yet held against the fields of opportunities.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn rule(&self) -> Result<Option<Condition>, Problems> {
        let read = self.exit_condition.as_deref().map(str::parse::<Condition>).transpose();
        read.map_err(|wrong| wrong.at(Self::CONDITION))
    }

    /// Its guidance in a language, or in the other where there is none.
    pub fn guidance(&self, persian: bool) -> Option<&str> {
        let (first, second) = match persian {
            true => (&self.guidance_fa, &self.guidance_en),
            false => (&self.guidance_en, &self.guidance_fa),
        };
        first.as_deref().or(second.as_deref())
    }
}

impl StageItem {
    /// What is to be done, in a language.
    pub fn text(&self, persian: bool) -> &str {
        match &self.text_fa {
            Some(text) if persian => text,
            _ => &self.text_en,
        }
    }

    fn check(&self, at: &str, problems: &mut Problems) {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if self.key.is_empty() || self.key.len() > 50 || !self.key.bytes().all(plain) {
            problems.with(format!("{at}/key"), Code::Format, vec![("format", "a-z, 0-9, _".to_owned())]);
        }
        crate::core::input::length(&format!("{at}/text_en"), &self.text_en, 1, 300, problems);
        if let Some(text) = &self.text_fa {
            crate::core::input::length(&format!("{at}/text_fa"), text, 1, 300, problems);
        }
    }
}

impl Rules for Stage {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match self.kind {
            StageKind::Open if self.forecast_category == ForecastCategory::Closed => {
                problems.with("/forecast_category", Code::Conflict, vec![("with", "/kind".to_owned())]);
            }
            StageKind::Open => {}
            // A deal that is over is as sure as can be.
            StageKind::Won => (self.probability, self.forecast_category) = (100, ForecastCategory::Closed),
            StageKind::Lost => (self.probability, self.forecast_category) = (0, ForecastCategory::Omitted),
        }
        for (i, item) in self.checklist.iter().enumerate() {
            item.check(&format!("/checklist/{i}"), &mut problems);
            if self.checklist[..i].iter().any(|other| other.key == item.key) {
                problems.add(format!("/checklist/{i}/key"), Code::Duplicate);
            }
        }
        for (i, name) in self.required_fields.iter().enumerate() {
            let own = Opportunity::SPEC.field(name).is_some_and(|f| f.access == Access::Free);
            // Whether there is such a custom field, storage knows.
            if !own && !name.starts_with("custom.") {
                problems.with(format!("/required_fields/{i}"), Code::UnknownField, vec![("field", name.clone())]);
            }
            if self.required_fields[..i].contains(name) {
                problems.add(format!("/required_fields/{i}"), Code::Duplicate);
            }
        }
        for (i, id) in self.allowed_next_ids.iter().enumerate() {
            if *id == self.id() {
                problems.with(format!("/allowed_next_ids/{i}"), Code::Conflict, vec![("with", "/id".to_owned())]);
            }
            if self.allowed_next_ids[..i].contains(id) {
                problems.add(format!("/allowed_next_ids/{i}"), Code::Duplicate);
            }
        }
        problems.extend(self.rule().err().unwrap_or_default());
        problems
    }
}
