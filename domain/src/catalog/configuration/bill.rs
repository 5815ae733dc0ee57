//! The bill of materials: what a choice is made of down to what is bought, what that costs, the work it takes and how long.
use super::lead::{LeadStep, Schedule, Wait, schedule};
use super::model::{ConfigurationModel, WorkStep};
use crate::catalog::product::Product;
use crate::catalog::ratio;
use crate::catalog::unit::UnitOfMeasure;
use crate::core::exact::Exact;
use crate::core::money::{Money, MoneyError};
use crate::core::problem::{Code, Problems};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The deepest that parts are parts of parts.
pub const MAX_LEVEL: usize = 20;
/// The most lines of one bill.
pub const MAX_LINES: usize = 5000;

/// Products and models, by product, as far as a bill needs them.
#[derive(Debug, Clone, Default)]
pub struct Goods {
    pub products: BTreeMap<Uuid, Product>,
    pub models: BTreeMap<Uuid, ConfigurationModel>,
}

/// A line of a bill of materials. What it is made of follows it, one level deeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BillLine {
    pub product_id: Uuid,
    /// Null for whoever may not see the product.
    #[schema(max_length = 60)]
    pub sku: Option<String>,
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// How deep it stands: 1 for what the product itself is made of.
    #[schema(minimum = 1, maximum = 20, example = 1)]
    pub level: u32,
    /// How much of it the whole quantity needs; more than six decimals are rounded up.
    pub quantity: Exact,
    pub unit: UnitOfMeasure,
    /// Whether it is made of the lines below it; what is not is bought.
    pub made: bool,
    /// What is bought costs so much; null where that is not known, and without `products.cost:read`.
    pub cost: Option<Money>,
}

/// Hours that something takes of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capacity {
    #[schema(max_length = 100, example = "workshop")]
    pub resource: String,
    pub hours: Exact,
}

/// What a choice is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BillOfMaterials {
    #[schema(max_items = 5000)]
    pub lines: Vec<BillLine>,
    /// What all that is bought costs, by currency; null without `products.cost:read`.
    #[schema(max_items = 200)]
    pub costs: Option<Vec<Money>>,
    /// Whether the cost of everything that is bought is known.
    pub cost_complete: bool,
    /// Hours by resource, for the whole quantity.
    #[schema(max_items = 5000)]
    pub capacity: Vec<Capacity>,
    /// Days from the order until it is made.
    #[schema(minimum = 0, example = 16)]
    pub lead_time_days: i64,
    /// What decides that: each link begins where the one before it ends.
    #[schema(max_items = 5000)]
    pub critical_path: Vec<LeadStep>,
}

/// A bill on its way.
struct Writing<'a> {
    goods: &'a Goods,
    lines: Vec<BillLine>,
    hours: BTreeMap<&'a str, Decimal>,
    path: Vec<Uuid>,
}

/// Rounded up to the decimals that a quantity can have.
fn up(value: Decimal) -> Result<Exact, MoneyError> {
    Exact::new(value.round_dp_with_strategy(6, RoundingStrategy::AwayFromZero))
}

fn refused(code: Code, params: Vec<(&'static str, String)>) -> Problems {
    let mut problems = Problems::default();
    problems.with("/product_id", code, params);
    problems
}

fn times(a: Decimal, b: Decimal) -> Result<Exact, Problems> {
    let product = a.checked_mul(b).ok_or(MoneyError::OutOfRange).and_then(up);
    product.map_err(|error| refused(error.code(), Vec::new()))
}

/// The bill of so many units of a model's product with a choice.
///
/// # Errors
/// At `/product_id`: `Conflict` where something is made of itself, `TooComplex` beyond [`MAX_LEVEL`] and [`MAX_LINES`], `OutOfRange` where a
/// number has too many digits, `NotFound` where a component is no longer there.
pub fn bill(model: &ConfigurationModel, choice: &[bool], quantity: Exact, goods: &Goods) -> Result<BillOfMaterials, Problems> {
    let mut writing = Writing {
        goods,
        lines: Vec::new(),
        hours: BTreeMap::new(),
        path: vec![model.product_id.uuid()],
    };
    let product = goods.products.get(&model.product_id.uuid());
    let schedule = writing.made(product, Some((model, choice)), quantity, 1)?.unwrap_or_default();
    let wrong = |error: MoneyError| refused(error.code(), Vec::new());
    let mut costs: BTreeMap<&str, Money> = BTreeMap::new();
    for cost in writing.lines.iter().filter_map(|line| line.cost) {
        let sum = match costs.get(cost.currency().code()) {
            Some(sum) => sum.checked_add(cost).map_err(wrong)?,
            None => cost,
        };
        costs.insert(cost.currency().code(), sum);
    }
    let costs: Vec<Money> = costs.into_values().collect();
    let hours = writing.hours.into_iter();
    let capacity = hours.map(|(resource, hours)| {
        let resource = resource.to_owned();
        up(hours).map(|hours| Capacity { resource, hours }).map_err(wrong)
    });
    Ok(BillOfMaterials {
        capacity: capacity.collect::<Result<_, Problems>>()?,
        cost_complete: writing.lines.iter().all(|line| line.made || line.cost.is_some()),
        costs: Some(costs),
        lines: writing.lines,
        lead_time_days: schedule.days,
        critical_path: schedule.path,
    })
}

impl BillOfMaterials {
    /// Takes out what things cost.
    pub fn hide_costs(&mut self) {
        self.costs = None;
        self.lines.iter_mut().for_each(|line| line.cost = None);
    }

    /// Takes out what products are called that somebody may not see.
    pub fn hide_names(&mut self, seen: impl Fn(Uuid) -> bool) {
        for line in self.lines.iter_mut().filter(|line| !seen(line.product_id)) {
            (line.sku, line.name) = (None, None);
        }
    }
}

impl<'a> Writing<'a> {
    /// Writes what a product is made of; its schedule, or none where it is not made.
    fn made(
        &mut self,
        product: Option<&'a Product>,
        model: Option<(&'a ConfigurationModel, &[bool])>,
        quantity: Exact,
        level: u32,
    ) -> Result<Option<Schedule>, Problems> {
        let own = model.into_iter().flat_map(|(model, choice)| chosen_parts(model, choice));
        let bundled = product.into_iter().flat_map(|p| &p.parts);
        let bundled = bundled.map(|part| (part.product_id.uuid(), part.quantity, None, None));
        let parts: Vec<Part<'a>> = own.chain(bundled).collect();
        let steps: Vec<&'a WorkStep> = model.into_iter().flat_map(|(model, choice)| chosen_work(model, choice)).collect();
        if parts.is_empty() && steps.is_empty() {
            return Ok(None);
        }
        for step in &steps {
            let hours = times(step.hours.value(), quantity.value())?.value() + step.setup_hours.value();
            let sum = self.hours.entry(step.resource.as_str()).or_default();
            *sum = sum.checked_add(hours).ok_or_else(|| refused(Code::OutOfRange, Vec::new()))?;
        }
        let mut waits = Vec::with_capacity(parts.len());
        for (id, many, days, operation) in parts {
            let own = self.part(id, times(many.value(), quantity.value())?, level)?;
            waits.push(Wait {
                product_id: id,
                days: days.unwrap_or(own),
                operation,
            });
        }
        let schedule = schedule(&steps, &waits);
        schedule
            .map(Some)
            .ok_or_else(|| refused(Code::Conflict, vec![("with", "a circle of operations".to_owned())]))
    }

    /// Writes a part and what it is made of; how long that takes.
    fn part(&mut self, id: Uuid, quantity: Exact, level: u32) -> Result<i64, Problems> {
        if self.path.contains(&id) {
            return Err(refused(Code::Conflict, vec![("with", format!("/products/{id}"))]));
        }
        if self.lines.len() >= MAX_LINES {
            return Err(refused(
                Code::TooComplex,
                vec![("limit", "lines".to_owned()), ("max", MAX_LINES.to_string())],
            ));
        }
        if self.path.len() > MAX_LEVEL {
            return Err(refused(
                Code::TooComplex,
                vec![("limit", "levels".to_owned()), ("max", MAX_LEVEL.to_string())],
            ));
        }
        let goods = self.goods;
        let product = goods.products.get(&id);
        let Some(product) = product else {
            return Err(refused(Code::NotFound, vec![("name", format!("/products/{id}"))]));
        };
        let at = self.lines.len();
        self.lines.push(BillLine {
            product_id: id,
            sku: Some(product.sku.clone()),
            name: Some(product.name.clone()),
            level,
            quantity,
            unit: product.unit,
            made: false,
            cost: None,
        });
        self.path.push(id);
        let model = goods.models.get(&id).filter(|m| m.active);
        let defaults = model.map(|m| m.defaults());
        let schedule = self.made(Some(product), model.zip(defaults.as_deref()), quantity, level + 1)?;
        self.path.pop();
        let cost = match product.cost {
            Some(cost) if schedule.is_none() => {
                let factors = [cost.amount(), quantity.value()];
                Some(ratio::money(&factors, product.price_quantity.value(), cost.currency()).map_err(|e| refused(e.code(), Vec::new()))?)
            }
            _ => None,
        };
        if let Some(line) = self.lines.get_mut(at) {
            line.made = schedule.is_some();
            line.cost = cost;
        }
        Ok(schedule.map_or(0, |s| s.days))
    }
}

/// A part: what, how much for one, how long it is waited for where that is said, and by which operation.
type Part<'a> = (Uuid, Exact, Option<i64>, Option<&'a str>);

fn chosen_parts<'a>(model: &'a ConfigurationModel, choice: &[bool]) -> Vec<Part<'a>> {
    let of_options = model.options().zip(choice).filter(|(_, chosen)| **chosen);
    let of_options = of_options.flat_map(|((_, _, option), _)| &option.components);
    let all = model.components.iter().chain(of_options);
    all.map(|c| (c.product_id.uuid(), c.quantity, c.lead_time_days, c.operation.as_deref()))
        .collect()
}

fn chosen_work<'a>(model: &'a ConfigurationModel, choice: &[bool]) -> Vec<&'a WorkStep> {
    let of_options = model.options().zip(choice).filter(|(_, chosen)| **chosen);
    let of_options = of_options.flat_map(|((_, _, option), _)| &option.operations);
    model.operations.iter().chain(of_options).collect()
}
