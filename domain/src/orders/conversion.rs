//! What becomes of a quote in an order: its lines at the price that was accepted, as lines that come to the same again.
use super::line::{SalesAdjustment, SalesLine};
use crate::access::user::Locale;
use crate::catalog::adjustment::{Adjustment, AdjustmentKind};
use crate::catalog::quotation::PricedLine;
use crate::catalog::quote::Quote;
use crate::catalog::waterfall::{PriceStep, StepKind};
use crate::core::error::{Error, Result};
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What an order takes over from a quote.
#[derive(Debug, Clone, Default)]
pub struct Ordered {
    pub lines: Vec<SalesLine>,
    pub adjustments: Vec<SalesAdjustment>,
    /// The promotions that a coupon opened and that made something cheaper.
    pub by_coupon: BTreeSet<Uuid>,
}

/// What an accepted quote orders, with the optional lines that were chosen: their places among its lines, from 1 on.
///
/// # Errors
/// `Error::Invalid` at `/options`: for a place where no optional line is, and one that is named twice; at `/lines` of the quote where it has no price.
pub fn ordered(quote: &Quote, options: &[i64]) -> Result<Ordered> {
    let mut problems = Problems::default();
    let place = |n: i64| {
        usize::try_from(n - 1)
            .ok()
            .filter(|i| quote.lines.get(*i).is_some_and(|l| l.optional))
    };
    for (i, n) in options.iter().enumerate() {
        if place(*n).is_none() {
            problems.add(format!("/options/{i}"), Code::NotFound);
        } else if options[..i].contains(n) {
            problems.add(format!("/options/{i}"), Code::Duplicate);
        }
    }
    problems.or(())?;
    let chosen: BTreeSet<usize> = options.iter().filter_map(|n| place(*n)).collect();
    let pricing = quote.pricing.as_ref().ok_or_else(|| Error::invalid("/lines", Code::Required))?;
    let (mut sure, mut perhaps) = (pricing.lines.iter(), quote.options.iter());
    let mut taken = Ordered::default();
    for (i, line) in quote.lines.iter().enumerate() {
        let priced = if line.optional { perhaps.next() } else { sure.next() };
        let Some(priced) = priced.filter(|_| !line.optional || chosen.contains(&i)) else {
            continue;
        };
        let coupons = priced.steps.iter().filter(|s| s.kind == StepKind::Coupon);
        taken.by_coupon.extend(coupons.filter_map(|s| s.rule_id));
        taken.lines.push(SalesLine {
            line: i64::try_from(i + 1).ok(),
            product_id: Some(Id::from_uuid(priced.product_id)),
            description: Some(described(&named(priced, quote.language), line.note.as_deref())),
            quantity: priced.quantity,
            unit: Some(priced.unit),
            unit_price: Some(priced.unit_price),
            price_quantity: Some(priced.price_quantity),
            adjustments: allowances(priced)?,
            tax: Some(priced.tax),
            warehouse_id: None,
        });
    }
    taken.adjustments = pricing
        .charges
        .iter()
        .map(|charge| SalesAdjustment {
            kind: AdjustmentKind::Charge,
            reason: Some(charge.reason.clone()),
            percent: None,
            base: None,
            amount: Some(charge.amount),
            tax: charge.tax,
        })
        .collect();
    Ok(taken)
}

/// The most letters of a line's description.
const DESCRIPTION: usize = 500;

/// What was sold, with the options of a configurable product.
fn named(priced: &PricedLine, language: Locale) -> String {
    let options = priced.configuration.iter().flat_map(|c| &c.options);
    let options = options.map(|o| if language == Locale::Persian { &o.name_fa } else { &o.name_en }.as_str());
    let options = options
        .collect::<Vec<_>>()
        .join(if language == Locale::Persian { "، " } else { ", " });
    match options.is_empty() {
        true => priced.name.clone(),
        false => format!("{} ({options})", priced.name),
    }
}

/// What a line is called, with what the customer was told of it as far as there is room.
fn described(name: &str, note: Option<&str>) -> String {
    let whole = match note.map(str::trim).filter(|note| !note.is_empty()) {
        Some(note) => format!("{name}: {note}"),
        None => name.to_owned(),
    };
    whole.chars().take(DESCRIPTION).collect()
}

/// The most adjustments of a line.
const MOST: usize = 20;

/// What was taken off a price by promotions, coupons and discounts, as allowances: with them the line comes to the same. What is beyond the
/// number that a line may have becomes one with the last.
///
/// # Errors
/// A fault of ours: steps of several currencies.
pub fn allowances(line: &PricedLine) -> Result<Vec<Adjustment>> {
    let broken = |e: crate::core::money::MoneyError| Error::Internal(e.to_string());
    let takes = |s: &&PriceStep| matches!(s.kind, StepKind::Promotion | StepKind::Coupon | StepKind::Discount);
    let mut all: Vec<Adjustment> = Vec::new();
    for step in line.steps.iter().filter(takes) {
        let off = step.before.checked_sub(step.after).map_err(broken)?;
        if off.is_zero() {
            continue;
        }
        let full = all.len() >= MOST;
        match all.last_mut().and_then(|last| last.amount.as_mut()).filter(|_| full) {
            Some(sum) => *sum = sum.checked_add(off).map_err(broken)?,
            None => all.push(Adjustment {
                kind: AdjustmentKind::Allowance,
                reason: step.label.as_deref().map(|label| label.chars().take(200).collect()),
                percent: None,
                base: None,
                amount: Some(off),
            }),
        }
    }
    Ok(all)
}
