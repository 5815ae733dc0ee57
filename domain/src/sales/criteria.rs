//! What a deal must have before it leaves a stage: members with a value, things done, a condition that holds. What is missing is named,
//! piece by piece.
use super::stage::{Stage, StageItem};
use crate::core::condition::Condition;
use crate::core::field::words;
use crate::core::problem::{Code, Problems};
use crate::core::resource::Resource;
use crate::sales::opportunity::Opportunity;
use serde_json::Value;

/// The condition of a stage, held against the fields that there are.
#[derive(Debug, Clone, PartialEq)]
pub enum Exit {
    /// There is none.
    None,
    Condition(Condition),
    /// It names a custom field that is no more: nobody can say that it holds.
    Broken(String),
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Missing {
    /// A member without a value.
    Field(String),
    /// Something that is not done.
    Item(StageItem),
    /// A part of the condition that does not hold, as text.
    Condition(String),
}

/// All that a deal, in its public JSON form, lacks before it leaves a stage.
pub fn missing(stage: &Stage, exit: &Exit, deal: &Value) -> Vec<Missing> {
    let done = |key: &str| deal["checklist_done"].as_array().is_some_and(|done| done.iter().any(|d| d == key));
    let fields = stage.required_fields.iter().filter(|path| empty(deal, path));
    let items = stage.checklist.iter().filter(|item| item.required && !done(&item.key));
    let parts = match exit {
        Exit::None => Vec::new(),
        Exit::Broken(text) => vec![text.clone()],
        Exit::Condition(condition) => parts(condition).filter(|part| !part.holds(deal)).map(ToString::to_string).collect(),
    };
    fields
        .map(|path| Missing::Field(path.clone()))
        .chain(items.map(|item| Missing::Item(item.clone())))
        .chain(parts.into_iter().map(Missing::Condition))
        .collect()
}

/// What must all be true, one by one.
fn parts(condition: &Condition) -> impl Iterator<Item = &Condition> {
    match condition {
        Condition::All(parts) => parts.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// Whether nothing stands at a path: null, nothing at all, an empty text or list.
fn empty(deal: &Value, path: &str) -> bool {
    let value = path.split('.').try_fold(deal, |value, name| value.get(name));
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

impl Missing {
    /// Where it is told in a problem.
    pub fn pointer(&self) -> String {
        match self {
            Missing::Field(path) => format!("/{}", path.replace('.', "/")),
            Missing::Item(_) => "/checklist_done".to_owned(),
            Missing::Condition(_) => "/stage_id".to_owned(),
        }
    }

    /// What it is called, in a language.
    pub fn label(&self, persian: bool) -> String {
        match self {
            Missing::Field(path) => {
                let field = Opportunity::SPEC.field(path);
                match field.map(|f| (f.label_fa, f.label_en())) {
                    Some((label, _)) if persian && !label.is_empty() => label.to_owned(),
                    Some((_, label)) => label,
                    None => words(path.trim_start_matches("custom.")),
                }
            }
            Missing::Item(item) => item.text(persian).to_owned(),
            Missing::Condition(text) => text.clone(),
        }
    }

    /// Notes it as a problem, with the stage that asks for it.
    pub fn tell(&self, stage: &Stage, problems: &mut Problems) {
        let params = vec![
            ("stage", stage.name.clone()),
            ("criterion", self.label(false)),
            ("criterion_fa", self.label(true)),
        ];
        problems.with(self.pointer(), Code::Unmet, params);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use crate::core::base::Base;
    use crate::core::id::Id;
    use crate::core::instant::Instant;
    use crate::sales::stage::{ForecastCategory, StageKind};
    use serde_json::json;
    use uuid::Uuid;

    fn stage() -> Stage {
        let item = |key: &str, required| StageItem {
            key: key.to_owned(),
            text_en: format!("{key} is done"),
            text_fa: None,
            required,
        };
        Stage {
            base: Base::new(Uuid::nil(), Instant::UNSET),
            pipeline_id: Id::from_uuid(Uuid::nil()),
            name: "Proposal".to_owned(),
            kind: StageKind::Open,
            position: 1,
            probability: 10,
            forecast_category: ForecastCategory::Pipeline,
            required_fields: ["amount", "next_step", "competitor_ids", "custom.size"].map(str::to_owned).to_vec(),
            checklist: vec![item("budget", true), item("lunch", false)],
            guidance_en: None,
            guidance_fa: None,
            exit_condition: None,
            allowed_next_ids: Vec::new(),
            time_limit_seconds: None,
        }
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        let text = "amount.amount >= 1000 AND (source = \"fair\" OR source = \"web\")";
        let condition: Condition = text.parse().unwrap();
        let condition = condition.check(&Opportunity::SPEC).unwrap();
        let named = |deal: Value| -> Vec<String> {
            let found = missing(&stage(), &Exit::Condition(condition.clone()), &deal);
            found.iter().map(|m| format!("{} {}", m.pointer(), m.label(false))).collect()
        };
        assert_eq!(
            named(json!({"amount": null, "next_step": " ", "competitor_ids": []})),
            [
                "/amount Amount",
                "/next_step Next step",
                "/competitor_ids Competitors",
                "/custom/size Size",
                "/checklist_done budget is done",
                "/stage_id amount.amount >= 1000",
                "/stage_id source = \"fair\" OR source = \"web\"",
            ]
        );
        let all = json!({
            "amount": {"amount": "1000.00", "currency": "IRR"}, "next_step": "call", "competitor_ids": ["x"], "custom": {"size": 3},
            "checklist_done": ["budget"], "source": "web"
        });
        assert_eq!(named(all), [""; 0]);
        let broken = Exit::Broken("custom.gone = 1".to_owned());
        assert_eq!(
            missing(&stage(), &broken, &json!({})).pop(),
            Some(Missing::Condition("custom.gone = 1".to_owned()))
        );
    }
}
