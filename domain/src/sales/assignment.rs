//! Assignment: who gets a lead. Rules are asked in their order; the first that the lead fits and that has somebody for it decides. Why
//! somebody was passed over is told, so that rules can be tried before they are used.
use super::lead::Lead;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::condition::Condition;
use crate::core::id::Id;
use crate::core::input::length;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text::fold;
use derive::Record;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// Who of those who could take a lead gets it: each in turn, or whoever has the fewest open ones.
    #[derive(Default)]
    pub enum Strategy { #[default] RoundRobin = "round_robin", LeastLoaded = "least_loaded" }
}
crate::choice! {
    /// Why somebody does not get a lead, or that they could.
    pub enum Verdict {
        /// They could take it.
        Fits = "fits",
        /// They are switched off.
        Inactive = "inactive",
        /// It is not in their territory.
        Territory = "territory",
        /// They don't know what it needs.
        Skill = "skill",
        /// They have as many open ones as they take.
        Load = "load",
    }
}

/// Somebody who takes leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    #[schema(value_type = String, format = "uuid", max_length = 36)]
    pub user_id: Id<User>,
    /// Provinces, cities or countries (ISO 3166-1 alpha-2) they take leads from; empty for everywhere.
    #[serde(default)]
    #[schema(max_items = 100, min_length = 1, max_length = 100, example = json!(["یزد", "اصفهان"]))]
    pub territories: Vec<String>,
    /// What they know; a lead that needs more passes them by.
    #[serde(default)]
    #[schema(max_items = 50, min_length = 1, max_length = 100, example = json!(["انگلیسی"]))]
    pub skills: Vec<String>,
    /// How many open leads they take at most; null for any number.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub max_open: Option<i64>,
}

/// Who gets which leads.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/assignment-rules",
    one = "assignment_rule",
    many = "assignment_rules",
    tag = "Sales",
    fa = "قاعده‌های واگذاری"
)]
pub struct AssignmentRule {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 200, sort, search, example = r#""سرنخ‌های مرکز""#, fa = "نام")]
    pub name: String,
    /// When it is asked, smaller first.
    #[record(sort, range = 0..=1_000_000, example = "10", fa = "ترتیب")]
    pub position: i64,
    /// Which leads it is about, as a filter of leads; null for all.
    #[record(max = 4096, hidden, fa = "شرط")]
    pub condition: Option<String>,
    /// Who of those who could gets it.
    #[record(default, example = r#""round_robin""#, fa = "شیوه")]
    pub strategy: Strategy,
    /// Who takes leads by it.
    #[record(items = Candidate, max = 200, fa = "نامزدها")]
    pub candidates: Vec<Candidate>,
    /// Whether it is asked.
    #[record(default = true, example = "true", fa = "فعال")]
    pub active: bool,
}

/// The most rules that are asked.
pub const MOST: usize = 200;

impl AssignmentRule {
    /// Where what is wrong with the condition is told.
    pub const CONDITION: &'static str = "/condition";

    /// The condition, not yet held against the fields of leads.
    ///
    /// # Errors
    /// What is wrong with its text.
    pub fn rule(&self) -> Result<Option<Condition>, Problems> {
        let read = self.condition.as_deref().map(str::parse::<Condition>).transpose();
        read.map_err(|wrong| wrong.at(Self::CONDITION))
    }
}

impl Rules for AssignmentRule {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = self.rule().err().unwrap_or_default();
        for (i, candidate) in self.candidates.iter().enumerate() {
            if self.candidates[..i].iter().any(|other| other.user_id == candidate.user_id) {
                problems.add(format!("/candidates/{i}/user_id"), Code::Duplicate);
            }
            if candidate.max_open.is_some_and(|n| !(0..=1_000_000).contains(&n)) {
                let params = vec![("min", "0".to_owned()), ("max", "1000000".to_owned())];
                problems.with(format!("/candidates/{i}/max_open"), Code::OutOfRange, params);
            }
            for (name, words, most) in [("territories", &candidate.territories, 100), ("skills", &candidate.skills, 50)] {
                if words.len() > most {
                    problems.with(format!("/candidates/{i}/{name}"), Code::TooLong, vec![("max", most.to_string())]);
                }
                for (n, word) in words.iter().enumerate().take(most) {
                    length(&format!("/candidates/{i}/{name}/{n}"), word, 1, 100, &mut problems);
                }
            }
        }
        problems
    }
}

/// What is known of somebody who could take a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    pub active: bool,
    /// How many open leads they have.
    pub open: i64,
}

/// How somebody was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub user: Uuid,
    pub verdict: Verdict,
    pub open: i64,
}

/// How a rule was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whether the lead fits it.
    pub fits: bool,
    /// Everyone in it, in order; nobody where the lead does not fit.
    pub judged: Vec<Judged>,
    /// Who gets the lead by it.
    pub chosen: Option<Uuid>,
}

/// Asks one rule. `last` is who got the lead before by it.
pub fn ask(
    rule: &AssignmentRule,
    condition: Option<&Condition>,
    lead: &Lead,
    shown: &Value,
    loads: &BTreeMap<Uuid, Load>,
    last: Option<Uuid>,
) -> Asked {
    if condition.is_some_and(|condition| !condition.holds(shown)) {
        return Asked {
            fits: false,
            judged: Vec::new(),
            chosen: None,
        };
    }
    let judge = |candidate: &Candidate| {
        let user = candidate.user_id.uuid();
        let load = loads.get(&user).copied().unwrap_or(Load { active: false, open: 0 });
        Judged {
            user,
            verdict: verdict(candidate, lead, load),
            open: load.open,
        }
    };
    let judged: Vec<Judged> = rule.candidates.iter().map(judge).collect();
    // Whoever comes behind the last one, going round.
    let behind = last
        .and_then(|last| judged.iter().position(|j| j.user == last))
        .map_or(0, |at| at + 1);
    let round = judged.iter().skip(behind).chain(judged.iter().take(behind));
    let fitting = round.filter(|j| j.verdict == Verdict::Fits);
    let chosen = match rule.strategy {
        Strategy::RoundRobin => fitting.map(|j| j.user).next(),
        Strategy::LeastLoaded => fitting.min_by_key(|j| j.open).map(|j| j.user),
    };
    Asked {
        fits: true,
        judged,
        chosen,
    }
}

fn verdict(candidate: &Candidate, lead: &Lead, load: Load) -> Verdict {
    let places: Vec<String> = [&lead.province, &lead.city, &lead.country]
        .into_iter()
        .flatten()
        .map(|p| fold(p))
        .collect();
    let there = candidate.territories.is_empty() || candidate.territories.iter().any(|t| places.contains(&fold(t)));
    let knows = |skill: &String| candidate.skills.iter().any(|known| fold(known) == fold(skill));
    match candidate.max_open {
        _ if !load.active => Verdict::Inactive,
        _ if !there => Verdict::Territory,
        _ if !lead.needs_skills.iter().all(knows) => Verdict::Skill,
        Some(most) if load.open >= most => Verdict::Load,
        _ => Verdict::Fits,
    }
}

#[cfg(test)]
#[path = "assignment_tests.rs"]
mod tests;
