//! Products, their variants and what bundles are made of.
use super::lock;
use crate::core::conn::Conn;
use crate::core::read;
use crate::core::record::{live, pick};
use crate::core::sql::{Bind, Sql};
use crate::orders::stock::hold;
use crate::{row, sql, store};
use domain::catalog::product::{Product, ProductKind};
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::pipeline::{Context, Storage as _};
use domain::core::problem::{Code, Problems};
use std::collections::BTreeMap;
use uuid::Uuid;

row! { Product in products {
    sku: Plain,
    name: Plain,
    name_en: Maybe,
    name_fa: Maybe,
    description: Maybe,
    kind: Word,
    status: Word,
    category_id: Maybe,
    unit: Word,
    whole_units: Plain,
    stocked: Plain,
    cost: Json,
    list_price: Json,
    price_quantity: Plain,
    tax_category: Word,
    gtin: Maybe,
    attributes: Json,
    variant_by: Json,
    parent_id: Maybe,
    parts: Json,
} hidden {
    search = Product::search_text,
} }
store! {
    Product,
    settle |conn, before, after, context| settle(conn, before, after, context),
    derive |conn, before, after, _context| keep(conn, before, after)
}

fn settle(conn: &mut Conn, before: Option<&Product>, after: &Product, context: &Context<'_>) -> Result<Problems> {
    let mut problems = before.map(|b| after.moved(b.status)).unwrap_or_default();
    if before.is_none_or(|b| b.parts != after.parts) {
        parts(conn, after, context, &mut problems)?;
    }
    let family = |p: &Product| (p.variant_by.clone(), p.attributes.clone());
    if before.is_none_or(|b| family(b) != family(after)) {
        lock(conn)?;
        related(conn, after, context, &mut problems)?;
    }
    Ok(problems)
}

/// A bundle is made of goods and services that are there, and is no part of a bundle itself.
fn parts(conn: &mut Conn, bundle: &Product, context: &Context<'_>, problems: &mut Problems) -> Result<()> {
    let found = seen(conn, context.actor, bundle.parts.iter().map(|p| p.product_id.uuid()))?;
    for (i, part) in bundle.parts.iter().enumerate() {
        let at = format!("/parts/{i}/product_id");
        match found.get(&part.product_id.uuid()) {
            None => problems.add(at, Code::NotFound),
            Some(product) if product.kind == ProductKind::Bundle || !product.variant_by.is_empty() => {
                problems.with(at, Code::Conflict, vec![("with", "/kind".to_owned())]);
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A variant fits its parent and is like none of its siblings; a parent keeps fitting its variants.
fn related(conn: &mut Conn, product: &Product, context: &Context<'_>, problems: &mut Problems) -> Result<()> {
    if let Some(parent) = product.parent_id {
        let seen = conn.reaches(context.actor, "products", "read", parent.uuid())?;
        // What can't be seen is told to be absent, where references are looked at.
        if let Some(parent) = live::<Product>(conn, parent.uuid())?.filter(|_| seen) {
            let siblings = variants(conn, parent.base.id.uuid())?;
            problems.extend(product.varies(&parent, &siblings));
        }
        return Ok(());
    }
    let variants = variants(conn, product.base.id.uuid())?;
    for (i, variant) in variants.iter().enumerate() {
        if !variant.varies(product, &variants[..i]).0.is_empty() {
            problems.with(
                "/variant_by",
                Code::Conflict,
                vec![("with", format!("/products/{}", variant.base.id))],
            );
        }
    }
    Ok(())
}

/// The variants of a product.
///
/// # Errors
/// Those of the database.
pub fn variants(conn: &mut Conn, parent: Uuid) -> Result<Vec<Product>> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.parent_id = ").bind(parent);
    pick(conn, which.text(" ORDER BY t0.sku"))
}

/// Products that are not in the trash, by their ids: for rules of the server's own, so without a sight.
///
/// # Errors
/// Those of the database.
pub fn some(conn: &mut Conn, ids: impl Iterator<Item = Uuid>) -> Result<BTreeMap<Uuid, Product>> {
    by_id(conn, ids, None)
}

/// The same of those that an actor sees.
///
/// # Errors
/// Those of the database.
pub fn seen(conn: &mut Conn, actor: &Actor, ids: impl Iterator<Item = Uuid>) -> Result<BTreeMap<Uuid, Product>> {
    match actor.sight("products", "read") {
        Some(sight) => by_id(conn, ids, read::sight(&sight)),
        None => Ok(BTreeMap::new()),
    }
}

fn by_id(conn: &mut Conn, ids: impl Iterator<Item = Uuid>, within: Option<Sql>) -> Result<BTreeMap<Uuid, Product>> {
    let ids: Vec<Bind> = ids.map(Bind::from).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let which = Sql::new("t0.deleted_at IS NULL AND t0.id IN ").list(ids).also(within);
    Ok(pick::<Product>(conn, which)?.into_iter().map(|p| (p.base.id.uuid(), p)).collect())
}

/// No product goes while it has variants, bundles are made of it or some of it is in stock; a variant does not come back beside one that is like it.
fn keep(conn: &mut Conn, before: Option<&Product>, after: Option<&Product>) -> Result<()> {
    match (before, after) {
        (Some(product), None) => {
            let id = product.base.id.uuid();
            // Who is changing its stock is waited for, before others have to wait; who comes next no longer finds it.
            hold(conn, [id])?;
            lock(conn)?;
            if in_use(conn, id)? {
                return Err(Error::Conflict("in_use"));
            }
            match in_stock(conn, id)? {
                true => Err(Error::Conflict("product_in_stock")),
                false => Ok(()),
            }
        }
        (None, Some(product)) if product.base.version > 1 && product.parent_id.is_some() => {
            lock(conn)?;
            let parent = product.parent_id.map(|id| id.uuid()).unwrap_or_default();
            let Some(parent) = live::<Product>(conn, parent)? else {
                return Err(Error::Conflict("parent_deleted"));
            };
            let siblings = variants(conn, parent.base.id.uuid())?;
            Ok(product.varies(&parent, &siblings).or(())?)
        }
        _ => Ok(()),
    }
}

/// Whether some of it lies in a warehouse, is promised or is on its way.
fn in_stock(conn: &mut Conn, id: Uuid) -> Result<bool> {
    let some = sql!(
        "SELECT 1 FROM stock WHERE product_id = ? AND deleted_at IS NULL AND (on_hand_millionths > 0 OR reserved_millionths > 0 \
         OR incoming_millionths > 0) LIMIT 1",
        id
    );
    Ok(conn.row(&some, |_| Ok(()))?.is_some())
}

fn in_use(conn: &mut Conn, id: Uuid) -> Result<bool> {
    let variant = sql!("SELECT 1 FROM products WHERE parent_id = ? AND deleted_at IS NULL LIMIT 1", id);
    if conn.row(&variant, |_| Ok(()))?.is_some() {
        return Ok(true);
    }
    if super::configuration::uses(conn, id)? {
        return Ok(true);
    }
    let within = if conn.is_sqlite() {
        "EXISTS (SELECT 1 FROM json_each(b.parts) p WHERE json_extract(p.value, '$.product_id') = "
    } else {
        "EXISTS (SELECT 1 FROM jsonb_array_elements(b.parts) p WHERE p ->> 'product_id' = "
    };
    let bundle = Sql::new(format!(
        "SELECT 1 FROM products b WHERE b.kind = 'bundle' AND b.deleted_at IS NULL AND {within}"
    ));
    let bundle = bundle.bind(id.to_string()).text(") LIMIT 1");
    Ok(conn.row(&bundle, |_| Ok(()))?.is_some())
}
