//! The lines of documents: what they leave open is the catalogue's.
use super::known;
use crate::catalog::pricing;
use crate::core::conn::Conn;
use domain::catalog::product::{Product, ProductStatus};
use domain::catalog::quotation::{PriceAsk, PriceAskLine, PricedLine};
use domain::catalog::tax::{TaxCategory, TaxRate};
use domain::core::error::{Error, Result};
use domain::core::exact::Exact;
use domain::core::id::Id;
use domain::core::money::currency;
use domain::core::pipeline::Context;
use domain::core::problem::{Code, Problems};
use domain::customers::customer::Customer;
use domain::orders::conversion::allowances;
use domain::orders::line::SalesLine;
use domain::orders::warehouse::Warehouse;
use std::collections::{BTreeMap, BTreeSet};

/// Where lines stand.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What the document said before: it may go on saying it.
    pub before: &'a [SalesLine],
    /// Who buys, where prices are asked for.
    pub customer: Option<Id<Customer>>,
    /// The currency's code.
    pub code: &'a str,
}

/// Gives lines that leave their price or their tax open what the catalogue says today: the price for this customer with its promotions, and the
/// tax of the place. A line with a price of its own keeps it, one with adjustments of its own gets no promotions. What has no price there stays open.
fn price(conn: &mut Conn, context: &Context<'_>, scene: &Scene<'_>, lines: &mut [SalesLine]) -> Result<()> {
    let open = |line: &SalesLine| line.unit_price.is_none() || line.tax.is_none();
    let mut asked: Vec<usize> = (0..lines.len())
        .filter(|i| lines[*i].product_id.is_some() && open(&lines[*i]))
        .collect();
    let Some(customer) = scene.customer else { return Ok(()) };
    let mut untaxed: BTreeSet<usize> = BTreeSet::new();
    // Each round leaves out what the one before had no answer for.
    while !asked.is_empty() {
        let one = |i: &usize| {
            let line = lines.get(*i)?;
            let nothing = TaxRate {
                category: TaxCategory::Zero,
                percent: Exact::ZERO,
            };
            Some(PriceAskLine {
                product_id: line.product_id?.uuid(),
                quantity: line.quantity,
                configuration: None,
                discounts: Vec::new(),
                tax: line.tax.or_else(|| untaxed.contains(i).then_some(nothing)),
            })
        };
        let ask = PriceAsk {
            customer_id: Some(customer.uuid()),
            currency: scene.code.to_owned(),
            on: None,
            country: None,
            province: None,
            lines: asked.iter().filter_map(one).collect(),
            discounts: Vec::new(),
            charges: Vec::new(),
            coupons: Vec::new(),
            payment_term_id: None,
            cash: false,
            rounding_step: None,
        };
        match pricing::price(conn, context.actor, context.setting, &ask) {
            Ok(priced) => {
                for (i, priced) in asked.iter().zip(&priced.lines) {
                    if let Some(line) = lines.get_mut(*i) {
                        take(line, priced, !untaxed.contains(i))?;
                    }
                }
                return Ok(());
            }
            Err(Error::Invalid(problems)) => {
                let mut wrong: BTreeMap<usize, bool> = BTreeMap::new();
                for violation in &problems.0 {
                    let mut parts = violation.pointer.trim_start_matches("/lines/").split('/');
                    let place = parts
                        .next()
                        .and_then(|n| n.parse::<usize>().ok())
                        .and_then(|n| asked.get(n).copied());
                    let Some(i) = place else { return Ok(()) };
                    let only_tax = parts.next() == Some("tax") && lines.get(i).is_some_and(|line| line.tax.is_none());
                    wrong.entry(i).and_modify(|tax| *tax &= only_tax).or_insert(only_tax);
                }
                if wrong.is_empty() {
                    return Ok(());
                }
                asked.retain(|i| wrong.get(i).is_none_or(|only_tax| *only_tax));
                untaxed.extend(wrong.into_iter().filter(|(_, only_tax)| *only_tax).map(|(i, _)| i));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Takes over a price, and the tax where it is known.
fn take(line: &mut SalesLine, priced: &PricedLine, taxed: bool) -> Result<()> {
    if line.unit_price.is_none() && line.unit.is_none_or(|unit| unit == priced.unit) {
        (line.unit_price, line.price_quantity) = (Some(priced.unit_price), Some(priced.price_quantity));
        if line.adjustments.is_empty() {
            line.adjustments = allowances(priced)?;
        }
    }
    if line.tax.is_none() && taxed {
        line.tax = Some(priced.tax);
    }
    Ok(())
}

/// Completes lines from the catalogue, and notes what is wrong with them. What a line said before it may go on saying, though the product is
/// no longer sold or out of sight.
///
/// # Errors
/// Those of the database.
pub fn complete(conn: &mut Conn, context: &Context<'_>, scene: &Scene<'_>, lines: &mut [SalesLine], problems: &mut Problems) -> Result<()> {
    let in_currency = currency(scene.code).ok();
    price(conn, context, scene, lines)?;
    for (i, line) in lines.iter_mut().enumerate() {
        let old = scene.before.iter().find(|old| old.line == line.line);
        if let Some(id) = line.product_id {
            let same = old.is_some_and(|old| old.product_id == Some(id));
            match known::<Product>(conn, context, id.uuid())? {
                Some(product) => {
                    if !same && (product.status != ProductStatus::Active || !product.variant_by.is_empty()) {
                        problems.with(
                            format!("/lines/{i}/product_id"),
                            Code::Conflict,
                            vec![("with", "status".to_owned())],
                        );
                    }
                    if product.whole_units && !line.quantity.value().is_integer() {
                        problems.with(
                            format!("/lines/{i}/quantity"),
                            Code::Format,
                            vec![("format", "a whole number".to_owned())],
                        );
                    }
                    line.fill(&product, in_currency);
                }
                None if same => {}
                None => problems.add(format!("/lines/{i}/product_id"), Code::NotFound),
            }
        }
        if let Some(id) = line.warehouse_id {
            let same = old.is_some_and(|old| old.warehouse_id == Some(id));
            if !same && known::<Warehouse>(conn, context, id.uuid())?.is_none() {
                problems.add(format!("/lines/{i}/warehouse_id"), Code::NotFound);
            }
        }
        line.complete(i, problems);
    }
    Ok(())
}
