//! What follows from the choices: sums, and cases by conditions.
use super::model::{Aggregate, ComputedAttribute, ConfigurationModel};
use crate::core::condition::Condition;
use crate::core::exact::Exact;
use crate::core::field::{Kind, Lookup};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A computed attribute with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttributeResult {
    #[schema(max_length = 40, example = "weight_kg")]
    pub code: String,
    #[schema(max_length = 200, example = "Weight")]
    pub name_en: String,
    #[schema(max_length = 200, example = "وزن")]
    pub name_fa: String,
    #[schema(max_length = 20, example = "kg")]
    pub unit: Option<String>,
    /// A decimal number or a text; null where it has none.
    #[schema(max_length = 200, example = "32.5")]
    pub value: Option<String>,
}

/// What a case of an attribute may ask: what is chosen in each group, and the attributes before it.
struct Asked<'a> {
    model: &'a ConfigurationModel,
    before: usize,
}

impl ComputedAttribute {
    /// What its value is: a number, unless a case says something else.
    fn kind(&self) -> Kind {
        if self.cases.iter().all(|case| Exact::parse(&case.value).is_ok()) {
            Kind::Decimal
        } else {
            Kind::Text(200)
        }
    }
}

impl Lookup for Asked<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.model.groups.iter().any(|g| g.code == path) {
            return Some(Kind::Texts);
        }
        let before = self.model.attributes.iter().take(self.before);
        before.into_iter().find(|a| a.code == path).map(ComputedAttribute::kind)
    }
}

impl ConfigurationModel {
    /// The condition of a case of the attribute at a place.
    fn case(&self, place: usize, when: &str) -> Result<Condition, Problems> {
        let read: Condition = when.parse()?;
        read.check(&Asked {
            model: self,
            before: place,
        })
    }

    /// Notes conditions of cases that do not read.
    pub(super) fn check_cases(&self, problems: &mut Problems) {
        for (i, attribute) in self.attributes.iter().enumerate() {
            for (c, case) in attribute.cases.iter().enumerate() {
                if let Err(wrong) = self.case(i, &case.when) {
                    problems.extend(wrong.at(&format!("/attributes/{i}/cases/{c}/when")));
                }
            }
        }
    }

    /// The computed attributes of a choice.
    ///
    /// # Errors
    /// `OutOfRange` at an attribute whose sum has too many digits.
    pub fn computed(&self, choice: &[bool]) -> Result<Vec<AttributeResult>, Problems> {
        let mut record = Map::new();
        let mut place = 0;
        for group in &self.groups {
            let chosen = group.options.iter().zip(choice.iter().skip(place)).filter(|(_, c)| **c);
            record.insert(group.code.clone(), chosen.map(|(o, _)| Value::from(o.code.as_str())).collect());
            place += group.options.len();
        }
        let mut all = Vec::with_capacity(self.attributes.len());
        let mut problems = Problems::default();
        for (i, attribute) in self.attributes.iter().enumerate() {
            let value = if attribute.cases.is_empty() {
                match self.aggregated(attribute, choice) {
                    Some(value) => value.map(|v| v.to_string()),
                    None => {
                        problems.add(format!("/attributes/{i}"), Code::OutOfRange);
                        None
                    }
                }
            } else {
                let now = Value::Object(record.clone());
                let holds = |when: &str| self.case(i, when).is_ok_and(|condition| condition.holds(&now));
                attribute.cases.iter().find(|case| holds(&case.when)).map(|case| case.value.clone())
            };
            record.insert(attribute.code.clone(), json!(value));
            all.push(AttributeResult {
                code: attribute.code.clone(),
                name_en: attribute.name_en.clone(),
                name_fa: attribute.name_fa.clone(),
                unit: attribute.unit.clone(),
                value,
            });
        }
        problems.or(all)
    }

    /// Its value, if it has one; none where it has too many digits.
    fn aggregated(&self, attribute: &ComputedAttribute, choice: &[bool]) -> Option<Option<Exact>> {
        let of_options = self.chosen(choice).flat_map(|o| &o.values);
        let values = of_options.filter(|v| v.attribute == attribute.code).map(|v| v.value);
        match attribute.aggregate {
            Aggregate::Sum => {
                let base = attribute.base.unwrap_or_default().value();
                let sum = values.map(Exact::value).try_fold(base, Decimal::checked_add)?;
                Exact::new(sum).ok().map(Some)
            }
            Aggregate::Min => Some(values.chain(attribute.base).min()),
            Aggregate::Max => Some(values.chain(attribute.base).max()),
        }
    }
}
