//! Configuration models, and the questions that are asked of them.
use super::{lock, product};
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::{Bind, Sql};
use crate::{row, store};
use domain::catalog::configuration::answer::{ConfigurationAsk, ProductConfiguration, answer, choice};
use domain::catalog::configuration::bill::{Goods, MAX_LEVEL, MAX_LINES};
use domain::catalog::configuration::model::ConfigurationModel;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::{Code, Problems};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

row! { ConfigurationModel in configuration_models {
    product_id: Plain,
    active: Plain,
    groups: Json,
    rules: Json,
    attributes: Json,
    components: Json,
    operations: Json,
} }
store! {
    ConfigurationModel,
    settle |conn, before, after, context| settle(conn, before, after, context)
}

/// A product that is sold by its variants has no configuration; components are there, and the product is not made of itself.
fn settle(conn: &mut Conn, before: Option<&ConfigurationModel>, after: &ConfigurationModel, context: &Context<'_>) -> Result<Problems> {
    let mut problems = Problems::default();
    let parts = |m: &ConfigurationModel| m.all_components().map(|(_, c)| c.product_id.uuid()).collect::<BTreeSet<Uuid>>();
    let now = parts(after);
    let own = after.product_id.uuid();
    if before.is_none() {
        let family = product::some(conn, std::iter::once(own))?.remove(&own);
        if family.is_some_and(|p| !p.variant_by.is_empty()) {
            problems.with("/product_id", Code::Conflict, vec![("with", "variant_by".to_owned())]);
        }
    }
    if before.is_some_and(|b| parts(b) == now) {
        return Ok(problems);
    }
    lock(conn)?;
    let seen = product::seen(conn, context.actor, now.iter().copied())?;
    let below = below(conn, now)?;
    let mut circles: BTreeMap<Uuid, bool> = BTreeMap::new();
    for (at, component) in after.all_components() {
        let id = component.product_id.uuid();
        let at = format!("{at}/product_id");
        if !seen.contains_key(&id) {
            problems.add(at, Code::NotFound);
        } else if *circles.entry(id).or_insert_with(|| leads(&below, id, own)) {
            problems.with(at, Code::Conflict, vec![("with", "/product_id".to_owned())]);
        }
    }
    Ok(problems)
}

/// What each of some products, and of what they are made of in turn, may be made of.
fn below(conn: &mut Conn, from: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, BTreeSet<Uuid>>> {
    let mut all: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    let mut open = from;
    while !open.is_empty() {
        if all.len() + open.len() > MAX_LINES {
            return Err(too_many("/components"));
        }
        let products = product::some(conn, open.iter().copied())?;
        let models = models(conn, open.iter().copied().map(Bind::from).collect())?;
        for id in &open {
            let parts = products.get(id).into_iter().flat_map(|p| &p.parts).map(|p| p.product_id.uuid());
            let own = models.get(id).into_iter().flat_map(ConfigurationModel::all_components);
            all.insert(*id, parts.chain(own.map(|(_, c)| c.product_id.uuid())).collect());
        }
        open = all.values().flatten().filter(|id| !all.contains_key(id)).copied().collect();
    }
    Ok(all)
}

fn too_many(at: &str) -> Error {
    let mut problems = Problems::default();
    problems.with(
        at,
        Code::TooComplex,
        vec![("limit", "products".to_owned()), ("max", MAX_LINES.to_string())],
    );
    problems.into()
}

/// Whether a product is, or may be made of, another.
fn leads(below: &BTreeMap<Uuid, BTreeSet<Uuid>>, from: Uuid, to: Uuid) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(below.get(&id).into_iter().flatten().copied());
        }
    }
    false
}

/// The models in use of some products, by product: for rules of the server's own, so without a sight.
///
/// # Errors
/// Those of the database.
pub fn models(conn: &mut Conn, products: Vec<Bind>) -> Result<BTreeMap<Uuid, ConfigurationModel>> {
    if products.is_empty() {
        return Ok(BTreeMap::new());
    }
    let which = Sql::new("t0.deleted_at IS NULL AND t0.active = ").bind(true);
    let found: Vec<ConfigurationModel> = pick(conn, which.text(" AND t0.product_id IN ").list(products))?;
    Ok(found.into_iter().map(|m| (m.product_id.uuid(), m)).collect())
}

/// Whether a product has a model, or a model has it as a component.
///
/// # Errors
/// Those of the database.
pub fn uses(conn: &mut Conn, product: Uuid) -> Result<bool> {
    let text = if conn.is_sqlite() { "" } else { "::text" };
    // The id is written in one way only, and nothing else in a model is written like it.
    let like = format!("%\"{product}\"%");
    let sql = Sql::new("SELECT 1 FROM configuration_models WHERE deleted_at IS NULL AND (product_id = ")
        .bind(product)
        .text(format!(" OR components{text} LIKE "))
        .bind(like.clone())
        .text(format!(" OR groups{text} LIKE "))
        .bind(like)
        .text(") LIMIT 1");
    Ok(conn.row(&sql, |_| Ok(()))?.is_some())
}

/// What a question needs to be answered, read at once, so that no connection waits for the solver.
#[derive(Debug)]
pub struct Gathered {
    model: ConfigurationModel,
    goods: Goods,
    /// The products among them that the asker may see.
    seen: BTreeSet<Uuid>,
    /// Whether the asker may see what things cost.
    costs: bool,
}

/// Reads what a question needs, as far as the asker may see the product. A model that is not in use is there for whoever may see the model
/// itself.
///
/// # Errors
/// `NotFound` at `/product_id`; unknown codes at `/selected`; those of the database.
pub fn gather(conn: &mut Conn, actor: &Actor, ask: &ConfigurationAsk) -> Result<Gathered> {
    let missing = || Error::invalid("/product_id", Code::NotFound);
    if !sees(conn, actor, "products", ask.product_id)? {
        return Err(missing());
    }
    let which = Sql::new("t0.deleted_at IS NULL AND t0.product_id = ").bind(ask.product_id);
    let model = pick::<ConfigurationModel>(conn, which)?.pop().ok_or_else(missing)?;
    if !model.active && !sees(conn, actor, "configuration_models", model.base.id.uuid())? {
        return Err(missing());
    }
    let goods = goods(conn, &model, ask)?;
    let seen = product::seen(conn, actor, goods.products.keys().copied())?.into_keys().collect();
    Ok(Gathered {
        model,
        goods,
        seen,
        costs: actor.may_field("products", "cost", "read"),
    })
}

impl Gathered {
    /// Answers the question. It may take as long as [`domain::catalog::configuration::solver::Budget::ASK`] allows.
    ///
    /// # Errors
    /// What is wrong with the question.
    pub fn answer(&self, ask: &ConfigurationAsk) -> Result<ProductConfiguration> {
        let mut told = answer(&self.model, ask, &self.goods)?;
        if !self.costs {
            told.bill.hide_costs();
        }
        told.bill.hide_names(|id| self.seen.contains(&id));
        Ok(told)
    }
}

fn sees(conn: &mut Conn, actor: &Actor, object: &'static str, id: Uuid) -> Result<bool> {
    match actor.sight(object, "read") {
        Some(sight) => conn.sees(object, id, &sight),
        None => Ok(false),
    }
}

/// What a bill of a choice needs: the products it is made of, level by level, and their models.
fn goods(conn: &mut Conn, model: &ConfigurationModel, ask: &ConfigurationAsk) -> Result<Goods> {
    let own = model.product_id.uuid();
    let mut goods = Goods::default();
    goods.products.extend(product::some(conn, std::iter::once(own))?);
    let choice = choice(model, ask.selected.as_deref(), "/selected")?;
    let mut open = made_of(model, &choice);
    open.extend(goods.products.values().flat_map(|p| &p.parts).map(|p| p.product_id.uuid()));
    for _ in 0..=MAX_LEVEL {
        open.retain(|id| !goods.products.contains_key(id));
        if open.is_empty() {
            break;
        }
        if goods.products.len() + open.len() > MAX_LINES {
            return Err(too_many("/product_id"));
        }
        let products = product::some(conn, open.iter().copied())?;
        let models = models(conn, open.iter().copied().map(Bind::from).collect())?;
        open = products.values().flat_map(|p| &p.parts).map(|p| p.product_id.uuid()).collect();
        open.extend(models.values().flat_map(|m| made_of(m, &m.defaults())));
        goods.products.extend(products);
        goods.models.extend(models);
    }
    Ok(goods)
}

fn made_of(model: &ConfigurationModel, choice: &[bool]) -> BTreeSet<Uuid> {
    let chosen = model.chosen(choice).flat_map(|o| &o.components);
    model.components.iter().chain(chosen).map(|c| c.product_id.uuid()).collect()
}
