//! A model as constraints on which options are chosen: each with the place in the model that it comes from, and what it says to people.
use super::model::{Aggregate, ComputedAttribute, ConfigurationModel, ConfigurationRule, ModelOption, RuleKind};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most steps that a limited sum may have: its values, as whole numbers without a common divisor, added up. The solver's memory for a
/// limit grows with them.
pub const MAX_STEPS: u64 = 1_000_000;
/// The most values of options in all limited sums of one model.
pub const MAX_TERMS: usize = 5000;

crate::choice! {
    /// What kind of rule it is that a choice breaks.
    pub enum BrokenKind {
        GroupMin = "group_min", GroupMax = "group_max", Requires = "requires", Excludes = "excludes", AttributeMin = "attribute_min",
        AttributeMax = "attribute_max",
    }
}

/// A rule of the model that speaks of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrokenRule {
    pub kind: BrokenKind,
    /// The code of the group, rule or attribute.
    #[schema(max_length = 40, example = "electric_needs_power")]
    pub code: String,
    /// Where it stands in the model.
    #[schema(max_length = 200, example = "/rules/0")]
    pub pointer: String,
    #[schema(max_length = 1000, example = "Electric legs need a power supply.")]
    pub text_en: String,
    #[schema(max_length = 1000, example = "پایهٔ برقی منبع تغذیه لازم دارد.")]
    pub text_fa: String,
}

/// What a constraint asks, of places in [`ConfigurationModel::options`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// So many of these at least.
    AtLeast(Vec<usize>, usize),
    /// So many of these at most.
    AtMost(Vec<usize>, usize),
    /// Whoever has all of the first has one of the others.
    Requires(Vec<usize>, Vec<usize>),
    /// Whoever has all of the first has none of the others; without others, nobody has all of the first.
    Excludes(Vec<usize>, Vec<usize>),
    /// The weights of what is chosen come to so much at most.
    Weight(Vec<(usize, i64)>, i64),
}

impl Demand {
    /// Whether a choice meets it.
    pub fn holds(&self, choice: &[bool]) -> bool {
        let has = |i: &usize| choice.get(*i).copied().unwrap_or_default();
        let many = |of: &[usize]| of.iter().filter(|i| has(i)).count();
        match self {
            Demand::AtLeast(of, least) => many(of) >= *least,
            Demand::AtMost(of, most) => many(of) <= *most,
            Demand::Requires(all, others) => !all.iter().all(has) || others.iter().any(has),
            Demand::Excludes(all, others) => !all.iter().all(has) || (!others.is_empty() && !others.iter().any(has)),
            Demand::Weight(weights, most) => weights.iter().filter(|(i, _)| has(i)).map(|(_, w)| w).sum::<i64>() <= *most,
        }
    }
}

/// A demand, and what it says to people.
#[derive(Debug, Clone)]
pub struct Constraint {
    pub demand: Demand,
    pub rule: BrokenRule,
}

/// The constraints of a model whose parts are well formed.
///
/// # Errors
/// `TooComplex` at an attribute whose limit has too many steps to be solved, or too many values.
pub fn constraints(model: &ConfigurationModel) -> Result<Vec<Constraint>, Problems> {
    let mut all = Vec::new();
    let mut first = 0;
    for (g, group) in model.groups.iter().enumerate() {
        let of: Vec<usize> = (first..first + group.options.len()).collect();
        first += group.options.len();
        let rule = |kind, side: &str, en: String, fa: String| told(kind, &group.code, format!("/groups/{g}/{side}"), en, fa);
        let least = group.min as usize;
        if least > 0 {
            let texts = (
                format!("Choose at least {least} of: {}.", group.name_en),
                format!("از «{}» دست‌کم {least} گزینه برگزینید.", group.name_fa),
            );
            all.push(Constraint {
                demand: Demand::AtLeast(of.clone(), least),
                rule: rule(BrokenKind::GroupMin, "min", texts.0, texts.1),
            });
        }
        if let Some(most) = group.max.map(|max| max as usize).filter(|max| *max < of.len()) {
            let texts = (
                format!("Choose at most {most} of: {}.", group.name_en),
                format!("از «{}» دست‌بالا {most} گزینه برگزینید.", group.name_fa),
            );
            all.push(Constraint {
                demand: Demand::AtMost(of, most),
                rule: rule(BrokenKind::GroupMax, "max", texts.0, texts.1),
            });
        }
    }
    let options: Vec<&ModelOption> = model.options().map(|(_, _, option)| option).collect();
    let places = model.places();
    let of = |codes: &[String]| -> Vec<usize> { codes.iter().filter_map(|code| places.get(code.as_str()).copied()).collect() };
    for (i, rule) in model.rules.iter().enumerate() {
        let (some, others) = (of(&rule.options), of(&rule.others));
        let told = sentence(rule, format!("/rules/{i}"), &options, &some, &others);
        let demand = match rule.kind {
            RuleKind::Requires => Demand::Requires(some, others),
            RuleKind::Excludes => Demand::Excludes(some, others),
        };
        all.push(Constraint { demand, rule: told });
    }
    limits(model, &options, &mut all)?;
    Ok(all)
}

fn told(kind: BrokenKind, code: &str, pointer: String, en: String, fa: String) -> BrokenRule {
    let short = |text: String| text.chars().take(1000).collect();
    BrokenRule {
        kind,
        code: code.to_owned(),
        pointer,
        text_en: short(en),
        text_fa: short(fa),
    }
}

/// What a rule says: its own words, else a sentence made of the names.
fn sentence(rule: &ConfigurationRule, pointer: String, options: &[&ModelOption], some: &[usize], others: &[usize]) -> BrokenRule {
    let names = |of: &[usize], name: fn(&ModelOption) -> &str, and: &str| -> String {
        let some: Vec<&str> = of.iter().filter_map(|i| options.get(*i)).map(|o| name(o)).collect();
        some.join(and)
    };
    let en = |of: &[usize]| names(of, |o| &o.name_en, ", ");
    let fa = |of: &[usize]| names(of, |o| &o.name_fa, "، ");
    let (kind, text_en, text_fa) = match rule.kind {
        RuleKind::Requires => (
            BrokenKind::Requires,
            format!("With {}, choose one of: {}.", en(some), en(others)),
            format!("با {} یکی از این‌ها لازم است: {}.", fa(some), fa(others)),
        ),
        RuleKind::Excludes if others.is_empty() => (
            BrokenKind::Excludes,
            format!("These do not go together: {}.", en(some)),
            format!("این‌ها با هم نمی‌شوند: {}.", fa(some)),
        ),
        RuleKind::Excludes => (
            BrokenKind::Excludes,
            format!("With {}, none of these goes: {}.", en(some), en(others)),
            format!("با {} هیچ‌یک از این‌ها نمی‌شود: {}.", fa(some), fa(others)),
        ),
    };
    let own = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
    told(
        kind,
        &rule.code,
        pointer,
        own(&rule.text_en).unwrap_or(text_en),
        own(&rule.text_fa).unwrap_or(text_fa),
    )
}

/// The limits of sums.
fn limits(model: &ConfigurationModel, options: &[&ModelOption], all: &mut Vec<Constraint>) -> Result<(), Problems> {
    let mut problems = Problems::default();
    let mut terms = 0;
    for (i, attribute) in model.attributes.iter().enumerate() {
        if attribute.aggregate != Aggregate::Sum || (attribute.min.is_none() && attribute.max.is_none()) {
            continue;
        }
        let at = format!("/attributes/{i}");
        let values: Vec<(usize, Decimal)> = options
            .iter()
            .enumerate()
            .filter_map(|(o, option)| {
                let own = option.values.iter().find(|v| v.attribute == attribute.code)?;
                (!own.value.is_zero()).then_some((o, own.value.value()))
            })
            .collect();
        terms += values.len();
        if terms > MAX_TERMS {
            problems.with(
                at,
                Code::TooComplex,
                vec![("limit", "values".to_owned()), ("max", MAX_TERMS.to_string())],
            );
            continue;
        }
        let base = attribute.base.unwrap_or_default().value();
        let sides = [
            (BrokenKind::AttributeMax, attribute.max.map(|max| max.value() - base), Decimal::ONE),
            (
                BrokenKind::AttributeMin,
                attribute.min.map(|min| base - min.value()),
                Decimal::NEGATIVE_ONE,
            ),
        ];
        for (kind, most, sign) in sides {
            let Some(most) = most else { continue };
            let signed: Vec<(usize, Decimal)> = values.iter().map(|(o, v)| (*o, *v * sign)).collect();
            match whole(&signed, most) {
                Some(demand) => all.push(Constraint {
                    demand,
                    rule: limited(attribute, kind, at.clone()),
                }),
                None => problems.with(
                    at.clone(),
                    Code::TooComplex,
                    vec![("limit", "steps".to_owned()), ("max", MAX_STEPS.to_string())],
                ),
            }
        }
    }
    problems.or(())
}

fn limited(attribute: &ComputedAttribute, kind: BrokenKind, at: String) -> BrokenRule {
    let unit = attribute.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
    let (limit, side, en, fa) = match kind {
        BrokenKind::AttributeMin => (attribute.min, "min", "at least", "دست‌کم"),
        _ => (attribute.max, "max", "at most", "دست‌بالا"),
    };
    let limit = limit.unwrap_or_default();
    let en = format!("{} must be {en} {limit}{unit}.", attribute.name_en);
    let fa = format!("«{}» باید {fa} {limit}{unit} باشد.", attribute.name_fa);
    told(kind, &attribute.code, format!("{at}/{side}"), en, fa)
}

/// A weighted sum in whole numbers without a common divisor; none where it has too many steps.
fn whole(values: &[(usize, Decimal)], most: Decimal) -> Option<Demand> {
    let scale = values.iter().map(|(_, v)| v.normalize().scale()).max().unwrap_or_default();
    let factor = Decimal::from(10_u64.checked_pow(scale)?);
    let weights: Vec<(usize, i128)> = values
        .iter()
        .map(|(o, v)| Some((*o, v.checked_mul(factor)?.to_i128()?)))
        .collect::<Option<_>>()?;
    let common = weights.iter().fold(0_i128, |a, (_, w)| gcd(a, w.abs())).max(1);
    // Every sum is a multiple of the divisor, so that the next one below the limit is the limit.
    let most = most.checked_mul(factor)?.floor().to_i128()?.div_euclid(common);
    let weights: Vec<(usize, i128)> = weights.into_iter().map(|(o, w)| (o, w / common)).collect();
    let steps = weights.iter().try_fold(0_i128, |sum, (_, w)| sum.checked_add(w.abs()))?;
    if steps > i128::from(MAX_STEPS) {
        return None;
    }
    // A limit beyond what the sum can be is the same as one just beyond it.
    let most = most.clamp(-steps - 1, steps);
    let small = |w: i128| i64::try_from(w).ok();
    let weights = weights
        .into_iter()
        .map(|(o, w)| Some((o, small(w)?)))
        .collect::<Option<Vec<(usize, i64)>>>()?;
    Some(Demand::Weight(weights, small(most)?))
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The rules that a choice breaks, in the order of the model.
pub fn broken(constraints: &[Constraint], choice: &[bool]) -> Vec<BrokenRule> {
    let out = constraints.iter().filter(|c| !c.demand.holds(choice));
    out.map(|c| c.rule.clone()).collect()
}
