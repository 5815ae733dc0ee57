//! What things cost somebody: the question, the answer, and the way from one to the other. Nothing is read here: what is known comes in.
pub use super::ask::{PriceAsk, PriceAskCharge, PriceAskLine};
use super::ask::{allowed, charged};
use super::book::{PriceBook, PriceBookEntry};
use super::configuration::model::ConfigurationModel;
use super::configuration::quoted::{ConfiguredLine, configured};
use super::finding::{Priced, price};
use super::levy::{self, Tax};
use super::line::{Document, DocumentAdjustment, DocumentTotals, Line, Rounding, Sense, count};
use super::offers::{self, Bought, Offered};
use super::product::Product;
use super::tax::TaxRate;
use super::terms::{Instalment, PaymentTerm};
use super::unit::UnitOfMeasure;
use super::waterfall::{PriceStep, StepKind, Waterfall};
use crate::core::exact::Exact;
use crate::core::money::{Currency, Money, MoneyError, UnitPrice};
use crate::core::problem::{Code, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A line with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PricedLine {
    pub product_id: Uuid,
    #[schema(max_length = 60)]
    pub sku: String,
    #[schema(max_length = 200)]
    pub name: String,
    pub quantity: Exact,
    pub unit: UnitOfMeasure,
    /// What `price_quantity` units cost before promotions and discounts. Of steps that are added up it is the price of the whole quantity.
    pub unit_price: UnitPrice,
    /// How many units `unit_price` is for.
    pub price_quantity: Exact,
    /// What the line costs before promotions and discounts.
    pub price: Money,
    /// What it costs, without tax.
    pub net: Money,
    pub tax: TaxRate,
    /// What is chosen of a configurable product, as it was when this was worked out; null for any other product.
    #[serde(default)]
    pub configuration: Option<ConfiguredLine>,
    /// How `net` comes about, from nothing on.
    #[schema(max_items = 200)]
    pub steps: Vec<PriceStep>,
}

/// Something that is added, with its tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PricedCharge {
    /// What for.
    #[schema(max_length = 200)]
    pub reason: String,
    /// How much, without tax.
    pub amount: Money,
    pub tax: TaxRate,
}

/// What became of a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CouponOutcome {
    #[schema(max_length = 40, example = "NOWRUZ-1405")]
    pub code: String,
    /// Whether it made something cheaper.
    pub applied: bool,
    /// Why not: `coupon_unknown`, `coupon_not_valid`, `coupon_of_another`, `coupon_needs_customer`, `coupon_used_up`, or `no_effect`.
    #[schema(max_length = 30)]
    pub reason: Option<String>,
}

/// What things cost, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceQuotation {
    #[schema(max_length = 3, example = "IRR")]
    pub currency: String,
    pub on: NaiveDate,
    #[schema(max_items = 200)]
    pub lines: Vec<PricedLine>,
    /// What is added to the lines.
    #[schema(max_items = 20)]
    pub charges: Vec<PricedCharge>,
    /// How what is payable comes about, from nothing on: the lines, charges, taxes, rounding.
    #[schema(max_items = 200)]
    pub steps: Vec<PriceStep>,
    pub totals: DocumentTotals,
    #[schema(max_items = 20)]
    pub coupons: Vec<CouponOutcome>,
    /// When what is payable is due; empty where no terms were named.
    #[schema(max_items = 60)]
    pub instalments: Vec<Instalment>,
}

/// Whoever buys, as far as prices depend on it.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub currency: Currency,
    pub on: NaiveDate,
    pub country: String,
    pub province: Option<String>,
    /// The customer in public JSON, which conditions ask; null for nobody in particular.
    pub customer: Value,
    pub customer_group: Option<String>,
    /// The groups that the customer is in.
    pub groups: BTreeSet<Uuid>,
}

/// All that is known of prices.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The products of the lines, and the parts of bundles among them.
    pub products: BTreeMap<Uuid, Product>,
    /// The configuration models in use of the products of the lines, by product.
    pub models: BTreeMap<Uuid, ConfigurationModel>,
    /// Each category with itself and all above it.
    pub categories: BTreeMap<Uuid, Vec<Uuid>>,
    pub books: Vec<PriceBook>,
    pub entries: Vec<PriceBookEntry>,
    /// Promotions, and by which coupon they hold.
    pub offers: Vec<Offered>,
    pub taxes: Vec<Tax>,
    pub term: Option<PaymentTerm>,
    /// Coupons that can't be used, with why.
    pub refused: Vec<CouponOutcome>,
}

fn broken(error: MoneyError) -> Problems {
    let mut problems = Problems::default();
    problems.add("", error.code());
    problems
}

/// What things cost somebody, and why.
///
/// # Errors
/// All that is wrong with the question, by pointers into it; `OutOfRange` at the whole where a sum is beyond what an amount can be.
pub fn quote(ask: &PriceAsk, known: &Known, buyer: &Buyer) -> Result<PriceQuotation, Problems> {
    let mut problems = Problems::default();
    let mut bought = Vec::with_capacity(ask.lines.len());
    for (i, line) in ask.lines.iter().enumerate() {
        bought.extend(open(line, known, buyer, &format!("/lines/{i}"), &mut problems));
    }
    let charges = charges(ask, known, buyer, &mut problems);
    for (i, discount) in ask.discounts.iter().enumerate() {
        allowed(discount, buyer.currency, &format!("/discounts/{i}"), &mut problems);
    }
    problems.at_least("/rounding_step", ask.rounding_step, Exact::LEAST);
    if ask.cash && ask.rounding_step.is_some() {
        problems.with("/rounding_step", Code::Conflict, vec![("with", "/cash".to_owned())]);
    }
    problems.or(())?;
    let used = offers::apply(&mut bought, known, buyer).map_err(broken)?;
    let mut problems = Problems::default();
    for (i, line) in ask.lines.iter().enumerate() {
        for (j, discount) in line.discounts.iter().enumerate() {
            let at = format!("/lines/{i}/discounts/{j}");
            if let Some(one) = bought.get_mut(i..=i) {
                offers::discount(one, discount, &at, &mut problems).map_err(broken)?;
            }
        }
    }
    for (i, discount) in ask.discounts.iter().enumerate() {
        offers::discount(&mut bought, discount, &format!("/discounts/{i}"), &mut problems).map_err(broken)?;
    }
    problems.or(())?;
    settle(ask, known, buyer, bought, charges, &used)
}

/// A line as it begins: its product, price and tax.
fn open<'a>(line: &PriceAskLine, known: &'a Known, buyer: &Buyer, at: &str, problems: &mut Problems) -> Option<Bought<'a>> {
    let before = problems.0.len();
    problems.at_least(format!("{at}/quantity"), line.quantity, Exact::LEAST);
    for (j, discount) in line.discounts.iter().enumerate() {
        allowed(discount, buyer.currency, &format!("{at}/discounts/{j}"), problems);
    }
    let Some(product) = known.products.get(&line.product_id) else {
        problems.add(format!("{at}/product_id"), Code::NotFound);
        return None;
    };
    if !product.sellable() {
        let with = if product.variant_by.is_empty() { "status" } else { "variant_by" };
        problems.with(format!("{at}/product_id"), Code::Conflict, vec![("with", with.to_owned())]);
    }
    if product.whole_units && !line.quantity.fract().is_zero() {
        problems.with(
            format!("{at}/quantity"),
            Code::Format,
            vec![("format", "a whole number".to_owned())],
        );
    }
    let tax = line.tax.or_else(|| {
        levy::rate(
            &known.taxes,
            product.tax_category,
            &buyer.country,
            buyer.province.as_deref(),
            buyer.on,
        )
    });
    match tax {
        Some(tax) => tax.check(&format!("{at}/tax"), problems),
        None => problems.add(format!("{at}/tax"), Code::Required),
    }
    let configuration = chosen(line, known, buyer, at, problems);
    if problems.0.len() > before {
        return None;
    }
    let priced = price(product, line.quantity, known, buyer);
    let priced = priced.and_then(|priced| match (priced, &configuration) {
        (Some(priced), Some(chosen)) => chosen.add_to(priced, line.quantity).map(Some),
        (priced, _) => Ok(priced),
    });
    match priced {
        Ok(Some(Priced {
            unit_price,
            price_quantity,
            waterfall,
        })) => Some(Bought {
            product,
            quantity: line.quantity,
            unit_price,
            price_quantity,
            price: waterfall.now(),
            waterfall,
            tax: tax?,
            configuration,
            touched: false,
            closed: false,
        }),
        Ok(None) => {
            problems.with(format!("{at}/product_id"), Code::Conflict, vec![("with", "/currency".to_owned())]);
            None
        }
        Err(error) => {
            problems.add(at, error.code());
            None
        }
    }
}

/// What is chosen of a line's product, if it is configurable.
fn chosen(line: &PriceAskLine, known: &Known, buyer: &Buyer, at: &str, problems: &mut Problems) -> Option<ConfiguredLine> {
    let at = format!("{at}/configuration");
    let Some(model) = known.models.get(&line.product_id) else {
        if line.configuration.is_some() {
            problems.with(at, Code::Conflict, vec![("with", "/product_id".to_owned())]);
        }
        return None;
    };
    // Finding the way out of an invalid choice takes the solver: once is enough for one answer.
    let hint = problems.0.iter().all(|v| v.code != Code::Configuration);
    match configured(model, line.configuration.as_ref(), buyer.currency, hint, &at) {
        Ok(line) => Some(line),
        Err(wrong) => {
            problems.extend(wrong);
            None
        }
    }
}

fn charges(ask: &PriceAsk, known: &Known, buyer: &Buyer, problems: &mut Problems) -> Vec<DocumentAdjustment> {
    let mut all = Vec::with_capacity(ask.charges.len());
    for (i, charge) in ask.charges.iter().enumerate() {
        let at = format!("/charges/{i}");
        let adjustment = charged(charge, buyer.currency, &at, problems);
        match levy::rate(
            &known.taxes,
            charge.tax_category,
            &buyer.country,
            buyer.province.as_deref(),
            buyer.on,
        ) {
            Some(tax) => all.push(DocumentAdjustment { adjustment, tax }),
            None => problems.with(format!("{at}/tax_category"), Code::Conflict, vec![("with", "/taxes".to_owned())]),
        }
    }
    all
}

/// Counts what the lines have come to as any document is counted.
fn settle(
    ask: &PriceAsk,
    known: &Known,
    buyer: &Buyer,
    bought: Vec<Bought<'_>>,
    charges: Vec<DocumentAdjustment>,
    used: &BTreeSet<String>,
) -> Result<PriceQuotation, Problems> {
    let document = Document {
        currency: buyer.currency,
        sense: Sense::Sale,
        lines: bought
            .iter()
            .map(Bought::line)
            .collect::<Result<Vec<Line>, MoneyError>>()
            .map_err(broken)?,
        adjustments: charges,
        prepaid: None,
        rounding: match (ask.cash, ask.rounding_step) {
            (true, _) => Rounding::Cash,
            (false, Some(step)) => Rounding::To(step),
            (false, None) => Rounding::None,
        },
    };
    let counted = count(&document)?;
    let steps = steps(&document, &counted.adjustments, &counted.totals).map_err(broken)?;
    let instalments = match &known.term {
        Some(term) => term.schedule(counted.totals.payable, buyer.on).map_err(broken)?,
        None => Vec::new(),
    };
    let outcome = |code: &String| CouponOutcome {
        code: code.clone(),
        applied: used.contains(code),
        reason: (!used.contains(code)).then(|| "no_effect".to_owned()),
    };
    let held: BTreeSet<&String> = known.offers.iter().filter_map(|o| o.coupon.as_ref()).collect();
    let charged = ask.charges.iter().zip(&document.adjustments).map(|(asked, counted)| PricedCharge {
        reason: asked.reason.clone(),
        amount: asked.amount,
        tax: counted.tax,
    });
    let coupons = held.into_iter().map(outcome).chain(known.refused.iter().cloned()).collect();
    Ok(PriceQuotation {
        currency: buyer.currency.code().to_owned(),
        on: buyer.on,
        lines: bought
            .into_iter()
            .zip(counted.lines)
            .map(|(b, total)| b.priced(total.net))
            .collect(),
        charges: charged.collect(),
        steps,
        totals: counted.totals,
        coupons,
        instalments,
    })
}

/// From nothing to what is payable.
fn steps(document: &Document, charges: &[Money], totals: &DocumentTotals) -> Result<Vec<PriceStep>, MoneyError> {
    let mut way = Waterfall::from(Money::zero(document.currency)?);
    way.to(StepKind::Lines, None, None, totals.lines);
    for (DocumentAdjustment { adjustment, .. }, amount) in document.adjustments.iter().zip(charges) {
        let after = way.now().checked_add(*amount)?;
        way.to(StepKind::Charge, None, adjustment.reason.clone(), after);
    }
    for tax in &totals.taxes {
        let after = way.now().checked_add(tax.tax)?;
        way.to(
            StepKind::Tax,
            None,
            Some(format!("{} {}%", tax.category.code(), tax.percent)),
            after,
        );
    }
    if !totals.rounding.is_zero() {
        let after = way.now().checked_add(totals.rounding)?;
        way.to(StepKind::Rounding, None, None, after);
    }
    Ok(way.into_steps())
}

#[cfg(test)]
#[path = "quotation_tests.rs"]
mod tests;
