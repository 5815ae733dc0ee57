//! What is read to know a price: everything that has a say in it, once for the whole question.
use super::{configuration, product, promotion};
use crate::core::conn::Conn;
use crate::core::record::{Row, live, pick};
use crate::core::sql::{Bind, Sql};
use domain::catalog::book::{PriceBook, PriceBookEntry};
use domain::catalog::coupon;
use domain::catalog::levy::Tax;
use domain::catalog::offers::Offered;
use domain::catalog::promotion::Promotion;
use domain::catalog::quotation::{Buyer, CouponOutcome, Known, PriceAsk, PriceQuotation, quote};
use domain::catalog::terms::PaymentTerm;
use domain::core::actor::Actor;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::money;
use domain::core::pipeline::{Storage as _, document};
use domain::core::problem::{Code, Problems};
use domain::core::resource::{Named, Setting};
use domain::customers::customer::Customer;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What things cost somebody, as far as the asker may see who buys and what is bought. Stores nothing.
///
/// # Errors
/// What is wrong with the question; those of the database.
pub fn price(conn: &mut Conn, actor: &Actor, setting: &Setting, ask: &PriceAsk) -> Result<PriceQuotation> {
    ask.check().or(())?;
    let mut problems = Problems::default();
    let customer: Option<Customer> = named(conn, actor, ask.customer_id, "/customer_id", &mut problems)?;
    let term: Option<PaymentTerm> = named(conn, actor, ask.payment_term_id, "/payment_term_id", &mut problems)?;
    problems.or(())?;
    let buyer = buyer(conn, setting, ask, customer.as_ref())?;
    let mut known = Known { term, ..Known::default() };
    goods(conn, actor, ask, &mut known)?;
    offers(conn, ask, customer.as_ref(), &buyer, &mut known)?;
    Ok(quote(ask, &known, &buyer)?)
}

/// A record that the question names, if the asker may see it.
fn named<R: Row + Named>(conn: &mut Conn, actor: &Actor, id: Option<Uuid>, at: &str, problems: &mut Problems) -> Result<Option<R>> {
    let Some(id) = id else { return Ok(None) };
    let found = match conn.reaches(actor, R::OBJECT, "read", id)? {
        true => live(conn, id)?,
        false => None,
    };
    if found.is_none() {
        problems.add(at, Code::NotFound);
    }
    Ok(found)
}

fn buyer(conn: &mut Conn, setting: &Setting, ask: &PriceAsk, customer: Option<&Customer>) -> Result<Buyer> {
    let currency = money::currency(&ask.currency.to_ascii_uppercase()).map_err(|_| Error::invalid("/currency", Code::Format))?;
    let country = ask.country.clone().or_else(|| customer.and_then(|c| c.country.clone()));
    let mut groups = BTreeSet::new();
    if let Some(customer) = customer {
        let id = customer.base.id.uuid();
        let sql = Sql::new("SELECT group_id FROM group_members WHERE deleted_at IS NULL AND customer_id = ")
            .bind(id)
            .text(" UNION SELECT group_id FROM group_matches WHERE customer_id = ")
            .bind(id);
        groups.extend(conn.ids(&sql)?);
    }
    Ok(Buyer {
        currency,
        on: ask.on.unwrap_or_else(|| setting.now.utc().date_naive()),
        country: country.unwrap_or_else(|| setting.default_region.clone()).to_ascii_uppercase(),
        province: ask.province.clone().or_else(|| customer.and_then(|c| c.province.clone())),
        customer: customer.map(document).transpose()?.map_or(Value::Null, Value::Object),
        customer_group: customer.and_then(|c| c.customer_group.clone()),
        groups,
    })
}

/// The products of the lines and the parts of bundles among them, their prices, and the rates of tax.
fn goods(conn: &mut Conn, actor: &Actor, ask: &PriceAsk, known: &mut Known) -> Result<()> {
    let asked: BTreeSet<Uuid> = ask.lines.iter().map(|l| l.product_id).collect();
    let found = product::seen(conn, actor, asked.iter().copied())?;
    // Whoever may see a bundle may know what it costs, parts that they can't see by themselves included.
    let parts: BTreeSet<Uuid> = found.values().flat_map(|p| &p.parts).map(|p| p.product_id.uuid()).collect();
    let parts = product::some(conn, parts.into_iter())?;
    known.products = found;
    for (id, part) in parts {
        known.products.entry(id).or_insert(part);
    }
    let asked: Vec<Bind> = known
        .products
        .keys()
        .filter(|id| asked.contains(id))
        .map(|id| Bind::from(*id))
        .collect();
    known.models = configuration::models(conn, asked)?;
    let ids = || known.products.keys().map(|id| Bind::from(*id)).collect::<Vec<_>>();
    if !known.products.is_empty() {
        known.entries = pick::<PriceBookEntry>(conn, Sql::new("t0.deleted_at IS NULL AND t0.product_id IN ").list(ids()))?;
    }
    let books: BTreeSet<Uuid> = known.entries.iter().map(|e| e.price_book_id.uuid()).collect();
    if !books.is_empty() {
        let which = Sql::new("t0.deleted_at IS NULL AND t0.id IN ").list(books.into_iter().map(Bind::from));
        known.books = pick::<PriceBook>(conn, which)?;
    }
    known.taxes = pick::<Tax>(conn, Sql::new("t0.deleted_at IS NULL"))?;
    known.categories = categories(conn)?;
    Ok(())
}

/// Each category with itself and all above it.
fn categories(conn: &mut Conn) -> Result<BTreeMap<Uuid, Vec<Uuid>>> {
    let mut parents: BTreeMap<Uuid, Option<Uuid>> = BTreeMap::new();
    let sql = Sql::new("SELECT id, parent_id FROM product_categories WHERE deleted_at IS NULL");
    conn.rows(&sql, |row| {
        let parent = row.uuid(1)?;
        parents.extend(row.uuid(0)?.map(|id| (id, parent)));
        Ok(())
    })?;
    let above = |id: &Uuid| {
        let up = std::iter::successors(Some(*id), |id| parents.get(id).copied().flatten());
        // No tree is as deep as it has members.
        (*id, up.take(parents.len()).collect())
    };
    Ok(parents.keys().map(above).collect())
}

/// Promotions that hold on the day, those by coupon only where the question has one that is good.
fn offers(conn: &mut Conn, ask: &PriceAsk, customer: Option<&Customer>, buyer: &Buyer, known: &mut Known) -> Result<()> {
    let which = Sql::new("t0.deleted_at IS NULL AND t0.active = ")
        .bind(true)
        .text(" AND (t0.from_date IS NULL OR t0.from_date <= ")
        .bind(Bind::Date(buyer.on))
        .text(") AND (t0.to_date IS NULL OR t0.to_date >= ")
        .bind(Bind::Date(buyer.on))
        .text(")");
    let open: Vec<Promotion> = pick(conn, which)?;
    let mut by_coupon: BTreeMap<Uuid, String> = BTreeMap::new();
    let whom = customer.map(|c| Id::from_uuid(c.base.id.uuid()));
    let codes: BTreeSet<String> = ask.coupons.iter().map(|code| coupon::normal(code)).collect();
    for code in codes {
        let refused = match promotion::coupon(conn, &code)? {
            None => Some("coupon_unknown"),
            Some(coupon) => match coupon.refuses(whom, buyer.on) {
                Some(why) => Some(why),
                None if promotion::used_up(conn, &coupon, whom)? => Some("coupon_used_up"),
                None if !open.iter().any(|p| p.base.id.uuid() == coupon.promotion_id.uuid()) => Some("coupon_not_valid"),
                None => {
                    by_coupon.insert(coupon.promotion_id.uuid(), code.clone());
                    None
                }
            },
        };
        known.refused.extend(refused.map(|why| CouponOutcome {
            code,
            applied: false,
            reason: Some(why.to_owned()),
        }));
    }
    let offered = open.into_iter().filter_map(|promotion| {
        let coupon = by_coupon.get(&promotion.base.id.uuid()).cloned();
        (coupon.is_some() || !promotion.coupon_only).then_some(Offered { promotion, coupon })
    });
    known.offers = offered.collect();
    Ok(())
}
