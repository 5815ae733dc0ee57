//! Templates: pipelines for common trades, with everything a seller needs on the first day. What is made from one is the organization's
//! own from then on.
use crate::core::field::Choice;
use serde::Deserialize;
use serde_json::{Map, Value};

crate::choice! {
    /// A pipeline that comes with the product.
    pub enum Template {
        /// From a need to an order.
        GeneralSales = "general_sales",
        /// An insurance policy, and its renewal.
        InsurancePolicy = "insurance_policy",
        /// Over the counter.
        Retail = "retail",
        /// More of what was bought: parts, service, upgrades.
        AfterSales = "after_sales",
    }
}

/// What a template makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// Members of the pipeline.
    pub pipeline: Map<String, Value>,
    /// The bodies of its stages, in their order; each but the pipeline and the position.
    pub stages: Vec<Map<String, Value>>,
}

impl Template {
    /// What it makes.
    ///
    /// # Errors
    /// When the file that comes with the product is not what this program reads.
    pub fn made(self) -> Result<Made, serde_json::Error> {
        serde_json::from_str(match self {
            Template::GeneralSales => include_str!("template/general_sales.json"),
            Template::InsurancePolicy => include_str!("template/insurance_policy.json"),
            Template::Retail => include_str!("template/retail.json"),
            Template::AfterSales => include_str!("template/after_sales.json"),
        })
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Template> {
        Template::WORDS.iter().filter_map(|word| Template::of(word))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use crate::core::base::Base;
    use crate::core::input::Members;
    use crate::core::instant::Instant;
    use crate::core::resource::{Input, Resource, Rules, Setting};
    use crate::sales::opportunity::Opportunity;
    use crate::sales::stage::{Stage, StageKind};
    use uuid::Uuid;

    #[test]
    fn every_template_makes_stages_that_the_rules_accept_and_that_end() {
        let setting = Setting {
            now: Instant::UNSET,
            default_region: "IR".to_owned(),
        };
        for template in Template::all() {
            let made = template.made().unwrap();
            let mut kinds = Vec::new();
            for (n, mut body) in made.stages.into_iter().enumerate() {
                body.insert("pipeline_id".to_owned(), Uuid::nil().to_string().into());
                body.insert("position".to_owned(), (n * 10).into());
                let mut members = Members::new(body, &Stage::SPEC, false);
                let input = <Stage as Resource>::Create::read(&mut members);
                assert_eq!(members.finish(), Default::default(), "{template:?}");
                let mut stage = Stage::new(input.unwrap(), Base::new(Uuid::nil(), Instant::UNSET));
                assert_eq!(stage.check(&setting), Default::default(), "{template:?} {}", stage.name);
                if let Some(condition) = stage.rule().unwrap() {
                    condition.check(&Opportunity::SPEC).unwrap();
                }
                let told = stage.guidance_en.is_some() && stage.guidance_fa.is_some();
                assert!(
                    told || stage.kind != StageKind::Open,
                    "{template:?} {} says nothing to its sellers",
                    stage.name
                );
                assert!(stage.checklist.iter().all(|item| item.text_fa.is_some()));
                kinds.push(stage.kind);
            }
            assert_eq!(kinds.iter().filter(|kind| **kind == StageKind::Won).count(), 1);
            assert_eq!(kinds.iter().filter(|kind| **kind == StageKind::Lost).count(), 1);
            assert!(kinds.len() >= 5);
        }
    }
}
