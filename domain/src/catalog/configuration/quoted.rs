//! A configuration on a line with a price: what was chosen, kept as it was, and what it adds to the price.
use super::answer::valid;
use super::attribute::AttributeResult;
use super::model::ConfigurationModel;
use crate::catalog::finding::Priced;
use crate::catalog::ratio;
use crate::catalog::waterfall::StepKind;
use crate::core::exact::Exact;
use crate::core::money::{Currency, MoneyError, UnitPrice};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is chosen of a configurable product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineConfiguration {
    /// The codes of the options that are chosen.
    #[schema(max_items = 2000, min_length = 1, max_length = 40)]
    pub selected: Vec<String>,
}

/// An option as it was when its line was priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfiguredOption {
    /// The code of its group.
    #[schema(max_length = 40)]
    pub group: String,
    #[schema(max_length = 40)]
    pub code: String,
    #[schema(max_length = 200)]
    pub name_en: String,
    #[schema(max_length = 200)]
    pub name_fa: String,
    /// What it adds to the price of one unit; null for nothing.
    pub price: Option<UnitPrice>,
}

/// The configuration of a line, as it was when the line was priced: later changes of the model do not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfiguredLine {
    pub model_id: Uuid,
    #[schema(minimum = 1)]
    pub model_version: i64,
    #[schema(max_items = 2000)]
    pub options: Vec<ConfiguredOption>,
    #[schema(max_items = 50)]
    pub attributes: Vec<AttributeResult>,
}

/// The configuration of a line whose product has a model: what is chosen, else what is by default.
///
/// # Errors
/// Below `at`, which points at the line's `configuration`: codes that are not known; each rule that the choice breaks and, with `hint`, the
/// smallest change that makes it valid; `Conflict` where an option has prices, and none in this currency.
pub fn configured(
    model: &ConfigurationModel,
    asked: Option<&LineConfiguration>,
    currency: Currency,
    hint: bool,
    at: &str,
) -> Result<ConfiguredLine, Problems> {
    let choice = valid(model, asked.map(|a| &a.selected[..]), hint, &format!("{at}/selected"))?;
    let attributes = model.computed(&choice).map_err(|wrong| wrong.at(at))?;
    let mut problems = Problems::default();
    let mut options = Vec::new();
    let chosen = model.options().zip(&choice).filter(|(_, chosen)| **chosen);
    for ((g, _, option), _) in chosen {
        let price = option.prices.iter().find(|p| p.currency() == currency).copied();
        if price.is_none() && !option.prices.is_empty() {
            problems.with(
                at,
                Code::Conflict,
                vec![("with", "/currency".to_owned()), ("name", option.code.clone())],
            );
        }
        options.push(ConfiguredOption {
            group: model.groups.get(g).map(|group| group.code.clone()).unwrap_or_default(),
            code: option.code.clone(),
            name_en: option.name_en.clone(),
            name_fa: option.name_fa.clone(),
            price: price.filter(|p| !p.amount().is_zero()),
        });
    }
    problems.or(ConfiguredLine {
        model_id: model.base.id.uuid(),
        model_version: model.base.version,
        options,
        attributes,
    })
}

impl ConfiguredLine {
    /// Adds to a price what its options add to the price of one unit, a step each. Every step is the price of the quantity at the unit price
    /// reached by then, so that the last one is what the line comes to.
    ///
    /// # Errors
    /// `OutOfRange` of a price that is beyond what an amount can be, or below nothing; `Scale`.
    pub fn add_to(&self, mut priced: Priced, quantity: Exact) -> Result<Priced, MoneyError> {
        let per = priced.price_quantity.value();
        for option in &self.options {
            let Some(price) = option.price else { continue };
            let more = price.amount().checked_mul(per).ok_or(MoneyError::OutOfRange)?;
            let now = priced.unit_price.amount().checked_add(more).ok_or(MoneyError::OutOfRange)?;
            priced.unit_price = UnitPrice::new(now.normalize(), price.currency())?;
            let after = ratio::money(&[quantity.value(), priced.unit_price.amount()], per, price.currency())?;
            priced
                .waterfall
                .to(StepKind::Option, Some(self.model_id), Some(option.name_fa.clone()), after);
        }
        if priced.unit_price.amount() < Decimal::ZERO {
            return Err(MoneyError::OutOfRange);
        }
        Ok(priced)
    }
}
