//! The question for a configuration, and the answer: whether it is valid, what repairs it, what can still be chosen, and what follows.
use super::attribute::AttributeResult;
use super::bill::{BillOfMaterials, Goods, bill};
use super::constraint::{BrokenRule, Constraint, broken, constraints};
use super::model::ConfigurationModel;
use super::solver::{Budget, Clash, Found, Near, Solver, Stand};
use crate::core::error::Result;
use crate::core::exact::Exact;
use crate::core::money::{self, UnitPrice};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// How a choice stands.
    pub enum ConfigurationState {
        /// It meets every rule.
        Valid = "valid",
        /// It breaks a rule, and choosing more, without taking anything back, can meet them all.
        Incomplete = "incomplete",
        /// It breaks a rule, and no more choosing helps: something has to be taken back.
        Invalid = "invalid",
        /// It breaks a rule, and whether more choosing helps was not found out in time.
        Undecided = "undecided",
    }
}
crate::choice! {
    /// How an option stands to what is chosen.
    pub enum OptionState {
        Selected = "selected",
        /// It has to be chosen.
        Forced = "forced",
        /// It can't be chosen.
        Excluded = "excluded",
        /// It can be chosen or not.
        Free = "free",
        /// That was not found out in time.
        Unknown = "unknown",
    }
}
crate::choice! {
    /// Of which choice something is told: the one that was asked, or the nearest valid one.
    pub enum ChoiceOf { Asked = "asked", Nearest = "nearest" }
}

/// What somebody wants to know of a configuration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationAsk {
    /// The configurable product.
    pub product_id: Uuid,
    /// The codes of the options that are chosen; what is chosen by default unless given.
    #[serde(default)]
    #[schema(max_items = 2000, min_length = 1, max_length = 40)]
    pub selected: Option<Vec<String>>,
    /// How many units of the product; one unless given.
    #[serde(default)]
    pub quantity: Option<Exact>,
    /// In which currency prices are told, ISO 4217; none are told unless given.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 3, example = "IRR")]
    pub currency: Option<String>,
    /// The code of an option: why can't it be chosen, or why does it have to be?
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, example = "glass_top")]
    pub why: Option<String>,
}

/// Rules and choices that can't all hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationConflict {
    #[schema(max_items = 4000)]
    pub rules: Vec<BrokenRule>,
    /// The codes of the chosen options that have a part in it.
    #[schema(max_items = 2000, max_length = 40)]
    pub options: Vec<String>,
    /// Whether leaving out any one of them would resolve it. False where the time ended before that was known.
    pub minimal: bool,
}

/// The smallest change after which a choice is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationRepair {
    /// The codes of the options to choose.
    #[schema(max_items = 2000, max_length = 40)]
    pub add: Vec<String>,
    /// The codes of the options to take back.
    #[schema(max_items = 2000, max_length = 40)]
    pub remove: Vec<String>,
    /// All that is chosen then.
    #[schema(max_items = 2000, max_length = 40)]
    pub selected: Vec<String>,
    /// Whether it is known that no smaller change does. False where the time ended before that was known.
    pub smallest: bool,
}

/// An option as a configurator shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptionChoice {
    #[schema(max_length = 40)]
    pub group: String,
    #[schema(max_length = 40)]
    pub option: String,
    pub state: OptionState,
}

/// What a chosen option adds to the price of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptionPrice {
    #[schema(max_length = 40)]
    pub option: String,
    /// Null where it has prices in other currencies alone.
    pub price: Option<UnitPrice>,
}

/// A configuration, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductConfiguration {
    pub product_id: Uuid,
    pub model_id: Uuid,
    /// The version of the model that was asked.
    #[schema(minimum = 1, example = 3)]
    pub model_version: i64,
    pub state: ConfigurationState,
    /// The codes of the options that are chosen, in the order of the model.
    #[schema(max_items = 2000, max_length = 40)]
    pub selected: Vec<String>,
    /// The rules that the choice breaks.
    #[schema(max_items = 4500)]
    pub violations: Vec<BrokenRule>,
    /// Of an invalid choice: rules and choices that can't all hold.
    pub conflict: Option<ConfigurationConflict>,
    /// The smallest change that makes it valid; null for a valid one, and where none was found in time.
    pub repair: Option<ConfigurationRepair>,
    /// Every option and how it stands to what is chosen. In a group of which one at most is chosen, an option stands to what is chosen in the
    /// other groups: whoever takes it takes it instead.
    #[schema(max_items = 2000)]
    pub choices: Vec<OptionChoice>,
    /// Of which choice `choices` tells; of the nearest valid one where the choice is invalid.
    pub choices_of: ChoiceOf,
    /// The answer to `why`; null where the option can be chosen or not, and where the time ended.
    pub explanation: Option<ConfigurationConflict>,
    /// What each chosen option that has a price adds to the price of one unit.
    #[schema(max_items = 2000)]
    pub prices: Vec<OptionPrice>,
    /// Their sum; null without a currency, and where one of them has no price in it.
    pub price_adjustment: Option<UnitPrice>,
    /// The computed attributes of the choice.
    #[schema(max_items = 50)]
    pub attributes: Vec<AttributeResult>,
    /// What the choice is made of.
    pub bill: BillOfMaterials,
}

/// A list of codes as a choice.
///
/// # Errors
/// `NotFound` and `Duplicate` at the places of the list, `TooLong`.
pub fn choice(model: &ConfigurationModel, selected: Option<&[String]>, at: &str) -> Result<Vec<bool>, Problems> {
    let Some(selected) = selected else {
        return Ok(model.defaults());
    };
    let mut problems = Problems::default();
    let places = model.places();
    let mut choice = vec![false; places.len()];
    if selected.len() > super::model::MAX_OPTIONS {
        problems.with(at, Code::TooLong, vec![("max", super::model::MAX_OPTIONS.to_string())]);
        return Err(problems);
    }
    for (i, code) in selected.iter().enumerate() {
        match places.get(code.as_str()).and_then(|place| choice.get_mut(*place)) {
            None => problems.add(format!("{at}/{i}"), Code::NotFound),
            Some(true) => problems.add(format!("{at}/{i}"), Code::Duplicate),
            Some(chosen) => *chosen = true,
        }
    }
    problems.or(choice)
}

/// The change from one choice to another.
pub fn repair(model: &ConfigurationModel, asked: &[bool], near: &Near) -> ConfigurationRepair {
    let only = |this: &[bool], other: &[bool]| -> Vec<bool> { this.iter().zip(other).map(|(a, b)| *a && !b).collect() };
    ConfigurationRepair {
        add: model.codes(&only(&near.choice, asked)),
        remove: model.codes(&only(asked, &near.choice)),
        selected: model.codes(&near.choice),
        smallest: near.proven,
    }
}

fn conflict(model: &ConfigurationModel, all: &[Constraint], clash: &Clash) -> ConfigurationConflict {
    let mut part = vec![false; model.options().count()];
    for i in &clash.options {
        part.get_mut(*i).into_iter().for_each(|slot| *slot = true);
    }
    ConfigurationConflict {
        rules: clash
            .constraints
            .iter()
            .filter_map(|i| all.get(*i))
            .map(|c| c.rule.clone())
            .collect(),
        options: model.codes(&part),
        minimal: clash.minimal,
    }
}

/// What chosen options add to the price of one unit, and the sum.
///
/// # Errors
/// `Format` at `/currency` where it is none; `OutOfRange` of a sum with too many digits.
pub fn prices(
    model: &ConfigurationModel,
    choice: &[bool],
    currency: Option<&str>,
) -> Result<(Vec<OptionPrice>, Option<UnitPrice>), Problems> {
    let wrong = |code| {
        let mut problems = Problems::default();
        problems.with("/currency", code, vec![("format", "ISO 4217".to_owned())]);
        problems
    };
    let Some(currency) = currency else {
        return Ok((Vec::new(), None));
    };
    let currency = money::currency(&currency.to_ascii_uppercase()).map_err(|_| wrong(Code::Format))?;
    let priced = model.chosen(choice).filter(|option| !option.prices.is_empty());
    let prices: Vec<OptionPrice> = priced
        .map(|option| OptionPrice {
            option: option.code.clone(),
            price: option.prices.iter().find(|p| p.currency() == currency).copied(),
        })
        .collect();
    if prices.iter().any(|p| p.price.is_none()) {
        return Ok((prices, None));
    }
    let sum: Decimal = prices.iter().filter_map(|p| p.price).map(UnitPrice::amount).sum();
    let sum = UnitPrice::new(sum, currency).map_err(|error| wrong(error.code()))?;
    Ok((prices, Some(sum)))
}

/// Answers a question for a configuration.
///
/// # Errors
/// What is wrong with the question, by pointers into it; those of [`bill`]; `Internal` where the solver fails.
pub fn answer(model: &ConfigurationModel, ask: &ConfigurationAsk, goods: &Goods) -> Result<ProductConfiguration> {
    let mut problems = Problems::default();
    let quantity = ask.quantity.unwrap_or(Exact::ONE);
    problems.at_least("/quantity", quantity, Exact::LEAST);
    let asked = choice(model, ask.selected.as_deref(), "/selected");
    let asked = asked.unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Vec::new()
    });
    let why = ask.why.as_deref().map(|code| model.places().get(code).copied());
    if why == Some(None) {
        problems.add("/why", Code::NotFound);
    }
    problems.or(())?;
    let (prices, price_adjustment) = prices(model, &asked, ask.currency.as_deref())?;
    let (attributes, bill) = (model.computed(&asked)?, bill(model, &asked, quantity, goods)?);
    let all = constraints(model)?;
    let violations = broken(&all, &asked);
    let mut solver = Solver::new(&all, asked.len(), Budget::ASK)?;
    let selected: Vec<(usize, bool)> = asked.iter().enumerate().filter(|(_, c)| **c).map(|(i, _)| (i, true)).collect();
    let state = if violations.is_empty() {
        ConfigurationState::Valid
    } else {
        match solver.possible(&selected)? {
            Found::Yes(_) => ConfigurationState::Incomplete,
            Found::No => ConfigurationState::Invalid,
            Found::Unknown => ConfigurationState::Undecided,
        }
    };
    let clash = match state {
        ConfigurationState::Invalid => solver.clash(&selected)?,
        _ => None,
    };
    let near = match state {
        ConfigurationState::Valid => None,
        _ => solver.nearest(&asked)?,
    };
    let (of, choices_of) = match (&near, state) {
        (Some(near), ConfigurationState::Invalid | ConfigurationState::Undecided) => (&near.choice, ChoiceOf::Nearest),
        _ => (&asked, ChoiceOf::Asked),
    };
    let stands = solver.stands(of, &groups(model))?;
    let explanation = match why.flatten() {
        Some(option) => explain(&mut solver, of, option, stands.get(option).copied(), model)?,
        None => None,
    };
    Ok(ProductConfiguration {
        product_id: model.product_id.uuid(),
        model_id: model.base.id.uuid(),
        model_version: model.base.version,
        state,
        selected: model.codes(&asked),
        violations,
        conflict: clash.map(|clash| conflict(model, &all, &clash)),
        repair: near.as_ref().map(|near| repair(model, &asked, near)),
        choices: told(model, &stands),
        choices_of,
        explanation: explanation.map(|clash| conflict(model, &all, &clash)),
        prices,
        price_adjustment,
        attributes,
        bill,
    })
}

/// The places of each group's options, and whether one of them at most is chosen.
fn groups(model: &ConfigurationModel) -> Vec<(std::ops::Range<usize>, bool)> {
    let mut first = 0;
    let group = |group: &super::model::OptionGroup| {
        let range = first..first + group.options.len();
        first = range.end;
        (range, group.max == Some(1))
    };
    model.groups.iter().map(group).collect()
}

/// Why an option can't be chosen, or has to be.
fn explain(solver: &mut Solver, of: &[bool], option: usize, stand: Option<Stand>, model: &ConfigurationModel) -> Result<Option<Clash>> {
    let other = match stand {
        Some(Stand::Excluded) => true,
        Some(Stand::Forced) => false,
        _ => return Ok(None),
    };
    let instead = groups(model).into_iter().find(|(range, single)| *single && range.contains(&option));
    let kept = |i: &usize| other && instead.as_ref().is_some_and(|(range, _)| range.contains(i));
    let chosen = of.iter().enumerate().filter(|(i, c)| **c && !kept(i)).map(|(i, _)| (i, true));
    let choices: Vec<(usize, bool)> = chosen.chain([(option, other)]).collect();
    solver.clash(&choices)
}

fn told(model: &ConfigurationModel, stands: &[Stand]) -> Vec<OptionChoice> {
    let options = model.options().zip(stands);
    let one = |((g, _, option), stand): ((usize, usize, &super::model::ModelOption), &Stand)| {
        Some(OptionChoice {
            group: model.groups.get(g)?.code.clone(),
            option: option.code.clone(),
            state: match stand {
                Stand::Selected => OptionState::Selected,
                Stand::Forced => OptionState::Forced,
                Stand::Excluded => OptionState::Excluded,
                Stand::Free => OptionState::Free,
                Stand::Unknown => OptionState::Unknown,
            },
        })
    };
    options.filter_map(one).collect()
}

/// A valid choice that is not asked about any further, such as that of a line with a price.
///
/// # Errors
/// At `at`: codes that are not known; every rule that it breaks and, with `hint`, the smallest change that makes it valid, where that is found
/// in time.
pub fn valid(model: &ConfigurationModel, selected: Option<&[String]>, hint: bool, at: &str) -> Result<Vec<bool>, Problems> {
    let asked = choice(model, selected, at)?;
    let all = constraints(model)?;
    let violations = broken(&all, &asked);
    if violations.is_empty() {
        return Ok(asked);
    }
    let mut problems = Problems::default();
    let say = |en: String, fa: String| vec![("text_en", en), ("text_fa", fa)];
    for rule in violations.into_iter().take(Problems::MAX - 1) {
        problems.with(at, Code::Configuration, say(rule.text_en, rule.text_fa));
    }
    // Without the solver the refusal stands all the same.
    let near = || Solver::new(&all, asked.len(), Budget::SAVE)?.nearest(&asked);
    if let Some(near) = Some(()).filter(|()| hint).and_then(|()| near().ok().flatten()) {
        let change = repair(model, &asked, &near);
        let list = |codes: &[String], none: &str| if codes.is_empty() { none.to_owned() } else { codes.join(", ") };
        let short = |text: String| text.chars().take(900).collect::<String>();
        let (add, remove) = (&change.add, &change.remove);
        problems.with(
            at,
            Code::Configuration,
            say(
                short(format!(
                    "The nearest valid configuration: add {}; remove {}.",
                    list(add, "nothing"),
                    list(remove, "nothing")
                )),
                short(format!(
                    "نزدیک‌ترین پیکربندی درست: افزودن {}؛ برداشتن {}.",
                    list(add, "هیچ"),
                    list(remove, "هیچ")
                )),
            ),
        );
    }
    Err(problems)
}
