//! Scoring: points for what is known of a lead, by conditions that an organization weighs as it likes. A score explains itself: it is the
//! sum of its parts, and each part is a rule.
use super::lead::Lead;
use crate::core::base::Base;
use crate::core::condition::Condition;
use crate::core::id::Id;
use crate::core::problem::Problems;
use crate::core::resource::{Rules, Setting};
use derive::Record;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a rule added to a score, or took from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScorePart {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    pub rule_id: Id<ScoringRule>,
    /// What the rule is called.
    #[schema(max_length = 200, example = "از فرم وب")]
    pub name: String,
    #[schema(minimum = -1000, maximum = 1000, example = 20)]
    pub points: i64,
}

/// Points for leads that fit a condition.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/scoring-rules",
    one = "scoring_rule",
    many = "scoring_rules",
    tag = "Sales",
    fa = "قاعده‌های امتیاز"
)]
pub struct ScoringRule {
    #[record(base)]
    pub base: Base,
    /// What it is called: the explanation of a score says so.
    #[record(min = 1, max = 200, sort, search, example = r#""از فرم وب""#, fa = "نام")]
    pub name: String,
    /// Which leads it is about, as a filter of leads, such as `channel = "form" AND amount.amount > 0`.
    #[record(min = 1, max = 4096, hidden, example = r#""channel = \"form\"""#, fa = "شرط")]
    pub condition: String,
    /// How many points it gives, from -1000 to 1000.
    #[record(range = -1_000..=1_000, example = "20", fa = "امتیاز")]
    pub points: i64,
    /// Whether it counts.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

/// The most rules that count.
pub const MOST: usize = 200;

impl ScoringRule {
    /// Where what is wrong with the condition is told.
    pub const CONDITION: &'static str = "/condition";

    /// The condition, not yet held against the fields of leads.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn rule(&self) -> Result<Condition, Problems> {
        self.condition.parse::<Condition>().map_err(|wrong| wrong.at(Self::CONDITION))
    }
}

impl Rules for ScoringRule {
    fn check(&mut self, _setting: &Setting) -> Problems {
        self.rule().err().unwrap_or_default()
    }
}

/// Scores a lead, in its public JSON form, by rules whose conditions were held against the fields of leads.
pub fn score(lead: &mut Lead, shown: &Value, rules: &[(ScoringRule, Condition)]) {
    let fits = rules.iter().filter(|(_, condition)| condition.holds(shown));
    lead.score_parts = fits
        .map(|(rule, _)| ScorePart {
            rule_id: rule.base.id.cast(),
            name: rule.name.clone(),
            points: rule.points,
        })
        .collect();
    lead.score = lead.score_parts.iter().map(|part| part.points).sum();
}
