//! What promotions and discounts take off. Whatever is taken off the whole is spread over the lines by what they come to, so that tax
//! and returns need no rule of their own.
use super::adjustment::{Adjustment, AdjustmentKind};
use super::configuration::quoted::ConfiguredLine;
use super::line::Line;
use super::product::Product;
use super::promotion::{AppliesTo, Promotion, PromotionKind, Stacking};
use super::quotation::{Buyer, Known, PricedLine};
use super::ratio;
use super::tax::TaxRate;
use super::waterfall::{StepKind, Waterfall};
use crate::core::exact::Exact;
use crate::core::money::{Money, MoneyError, UnitPrice};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A promotion, and the code of the coupon that it holds by, if any.
#[derive(Debug, Clone)]
pub struct Offered {
    pub promotion: Promotion,
    pub coupon: Option<String>,
}

/// A line on its way to its price.
#[derive(Debug, Clone)]
pub struct Bought<'a> {
    pub product: &'a Product,
    pub quantity: Exact,
    pub unit_price: UnitPrice,
    pub price_quantity: Exact,
    /// Before anything is taken off.
    pub price: Money,
    pub waterfall: Waterfall,
    pub tax: TaxRate,
    /// What is chosen of it.
    pub configuration: Option<ConfiguredLine>,
    /// A promotion has touched it.
    pub touched: bool,
    /// No other promotion may.
    pub closed: bool,
}

impl Bought<'_> {
    /// The line as documents count it: what was taken off as allowances.
    ///
    /// # Errors
    /// Those of a difference.
    pub fn line(&self) -> Result<Line, MoneyError> {
        let off = self.waterfall.steps().iter().filter(|s| takes(s.kind));
        let allowance = |step: &super::waterfall::PriceStep| {
            Ok(Adjustment {
                kind: AdjustmentKind::Allowance,
                reason: step.label.clone(),
                percent: None,
                base: None,
                amount: Some(step.before.checked_sub(step.after)?),
            })
        };
        Ok(Line {
            quantity: self.quantity,
            unit_price: self.unit_price,
            price_quantity: self.price_quantity,
            adjustments: off.map(allowance).collect::<Result<_, MoneyError>>()?,
            tax: self.tax,
        })
    }

    /// The line as it is answered.
    pub fn priced(self, net: Money) -> PricedLine {
        PricedLine {
            product_id: self.product.base.id.uuid(),
            sku: self.product.sku.clone(),
            name: self.product.name.clone(),
            quantity: self.quantity,
            unit: self.product.unit,
            unit_price: self.unit_price,
            price_quantity: self.price_quantity,
            price: self.price,
            net,
            tax: self.tax,
            configuration: self.configuration,
            steps: self.waterfall.into_steps(),
        }
    }

    fn take(&mut self, off: Money, kind: StepKind, rule: Option<Uuid>, label: Option<String>) -> Result<(), MoneyError> {
        let after = self.waterfall.now().checked_sub(off)?;
        self.waterfall.to(kind, rule, label, after);
        Ok(())
    }
}

/// Whether a step takes off from a price that stands.
fn takes(kind: StepKind) -> bool {
    matches!(kind, StepKind::Promotion | StepKind::Coupon | StepKind::Discount)
}

/// What is bought, as conditions ask it.
fn occasion(lines: &[Bought<'_>], buyer: &Buyer) -> Result<Value, MoneyError> {
    let net = Money::sum(buyer.currency, lines.iter().map(|l| l.price))?;
    let quantity: Decimal = lines.iter().map(|l| l.quantity.value()).sum();
    Ok(json!({
        "net": net.amount().to_string(), "quantity": quantity.to_string(), "lines": lines.len(), "currency": buyer.currency.code(),
        "on": buyer.on, "country": buyer.country, "province": buyer.province, "customer": buyer.customer,
        "product_ids": lines.iter().map(|l| l.product.base.id).collect::<Vec<_>>(),
    }))
}

/// Takes off what promotions take off, the highest priority first; the codes of the coupons that did something.
///
/// # Errors
/// `OutOfRange` of a sum that is beyond what an amount can be.
pub fn apply(lines: &mut [Bought<'_>], known: &Known, buyer: &Buyer) -> Result<BTreeSet<String>, MoneyError> {
    let occasion = occasion(lines, buyer)?;
    let mut offers: Vec<&Offered> = known.offers.iter().collect();
    offers.sort_by_key(|o| (std::cmp::Reverse(o.promotion.priority), o.promotion.base.id));
    let mut used = BTreeSet::new();
    for offer in offers {
        let promotion = &offer.promotion;
        let holds = match promotion.rule() {
            Ok(rule) => rule.is_none_or(|rule| rule.holds(&occasion)),
            Err(_) => false,
        };
        if !holds || promotion.amount.is_some_and(|a| a.currency() != buyer.currency) {
            continue;
        }
        let off = taken(promotion, lines, known)?;
        let kind = if offer.coupon.is_some() {
            StepKind::Coupon
        } else {
            StepKind::Promotion
        };
        let mut did = false;
        for (at, off) in off.into_iter().filter(|(_, off)| !off.is_zero()) {
            let Some(line) = lines.get_mut(at) else { continue };
            let off = if off.amount() > line.waterfall.now().amount() {
                line.waterfall.now()
            } else {
                off
            };
            line.take(off, kind, Some(promotion.base.id.uuid()), Some(promotion.name.clone()))?;
            line.touched = true;
            line.closed |= promotion.stacking == Stacking::Exclusive;
            did = true;
        }
        if did {
            used.extend(offer.coupon.clone());
        }
    }
    Ok(used)
}

/// Whether a promotion is for a product at all.
fn meant(promotion: &Promotion, product: &Product, known: &Known) -> bool {
    if promotion.product_ids.is_empty() && promotion.category_ids.is_empty() {
        return true;
    }
    let own = [Some(product.base.id.uuid()), product.parent_id.map(|p| p.uuid())];
    let named = promotion.product_ids.iter().any(|id| own.contains(&Some(id.uuid())));
    let above = product.category_id.and_then(|c| known.categories.get(&c.uuid()));
    named || above.is_some_and(|above| promotion.category_ids.iter().any(|c| above.contains(&c.uuid())))
}

/// What a promotion takes off which lines.
fn taken(promotion: &Promotion, lines: &[Bought<'_>], known: &Known) -> Result<Vec<(usize, Money)>, MoneyError> {
    let open = |l: &Bought<'_>| !l.closed && (promotion.stacking == Stacking::Combine || !l.touched);
    let fits = |(_, l): &(usize, &Bought<'_>)| open(l) && meant(promotion, l.product, known);
    let meant: Vec<(usize, &Bought<'_>)> = lines.iter().enumerate().filter(fits).collect();
    match (promotion.kind, promotion.applies_to) {
        (PromotionKind::Percent, AppliesTo::Line) => {
            each(&meant, |l| ratio::percent(l.waterfall.now(), promotion.percent.unwrap_or_default()))
        }
        (PromotionKind::Amount, AppliesTo::Line) => each(&meant, |l| match promotion.amount {
            Some(amount) => ratio::money(&[amount.amount(), l.quantity.value()], Decimal::ONE, amount.currency()),
            None => Money::zero(l.price.currency()),
        }),
        (PromotionKind::BuyGet, _) => each(&meant, |l| got(promotion, l)),
        (PromotionKind::Bundle, _) => bundle(promotion, &meant),
        (PromotionKind::Percent | PromotionKind::Amount, AppliesTo::Document) => {
            let Some((_, first)) = meant.first() else { return Ok(Vec::new()) };
            let whole = Money::sum(first.price.currency(), meant.iter().map(|(_, l)| l.waterfall.now()))?;
            let off = match (promotion.percent, promotion.amount) {
                (Some(percent), _) => ratio::percent(whole, percent)?,
                (None, Some(amount)) => amount,
                (None, None) => return Ok(Vec::new()),
            };
            spread(off, &meant.iter().map(|(at, l)| (*at, l.waterfall.now())).collect::<Vec<_>>())
        }
    }
}

fn each(lines: &[(usize, &Bought<'_>)], off: impl Fn(&Bought<'_>) -> Result<Money, MoneyError>) -> Result<Vec<(usize, Money)>, MoneyError> {
    lines.iter().map(|(at, line)| Ok((*at, off(line)?))).collect()
}

/// What whoever buys so much gets cheaper: of each full `buy + get`, the share of `get`.
fn got(promotion: &Promotion, line: &Bought<'_>) -> Result<Money, MoneyError> {
    let (buy, get) = (
        promotion.buy_quantity.unwrap_or_default(),
        promotion.get_quantity.unwrap_or_default(),
    );
    let round = buy.value() + get.value();
    let now = line.waterfall.now();
    if round.is_zero() {
        return Money::zero(now.currency());
    }
    let cheaper = (line.quantity.value() / round).floor() * get.value();
    let percent = promotion.percent.unwrap_or_default();
    let whole = line.quantity.value() * Decimal::ONE_HUNDRED;
    ratio::money(&[now.amount(), cheaper, percent.value()], whole, now.currency())
}

/// What so many full bundles cost less than their parts.
fn bundle(promotion: &Promotion, lines: &[(usize, &Bought<'_>)]) -> Result<Vec<(usize, Money)>, MoneyError> {
    let Some(price) = promotion.amount else { return Ok(Vec::new()) };
    let mut full: Option<Decimal> = None;
    let mut found = Vec::with_capacity(promotion.parts.len());
    for part in &promotion.parts {
        let of = |(_, l): &&(usize, &Bought<'_>)| l.product.base.id.uuid() == part.product_id.uuid() && l.quantity >= part.quantity;
        let Some((at, line)) = lines.iter().find(of) else {
            return Ok(Vec::new());
        };
        let many = (line.quantity.value() / part.quantity.value()).floor();
        full = Some(full.map_or(many, |full| full.min(many)));
        found.push((*at, *line, part.quantity));
    }
    let full = full.unwrap_or_default();
    let share = |(at, line, quantity): (usize, &Bought<'_>, Exact)| {
        let now = line.waterfall.now();
        let part = ratio::money(&[now.amount(), full, quantity.value()], line.quantity.value(), now.currency())?;
        Ok((at, part))
    };
    let parts = found.into_iter().map(share).collect::<Result<Vec<(usize, Money)>, MoneyError>>()?;
    let apart = Money::sum(price.currency(), parts.iter().map(|(_, m)| *m))?;
    let together = price.checked_mul(full)?;
    let off = apart.checked_sub(together)?;
    if off.is_negative() { Ok(Vec::new()) } else { spread(off, &parts) }
}

/// An amount over lines by what they come to; never more than they come to.
fn spread(off: Money, over: &[(usize, Money)]) -> Result<Vec<(usize, Money)>, MoneyError> {
    let whole = Money::sum(off.currency(), over.iter().map(|(_, m)| *m))?;
    if whole.is_zero() {
        return Ok(Vec::new());
    }
    let off = if off.amount() > whole.amount() { whole } else { off };
    let weights: Vec<Decimal> = over.iter().map(|(_, m)| m.amount()).collect();
    let parts = off.allocate(&weights)?;
    Ok(over.iter().map(|(at, _)| *at).zip(parts).collect())
}

/// Takes off a discount that was asked for, from one line or from several together; noted where there is not so much to take it from.
///
/// # Errors
/// `OutOfRange` of a sum that is beyond what an amount can be.
pub fn discount(lines: &mut [Bought<'_>], discount: &Adjustment, at: &str, problems: &mut Problems) -> Result<(), MoneyError> {
    let Some(first) = lines.first() else { return Ok(()) };
    let whole = Money::sum(first.price.currency(), lines.iter().map(|l| l.waterfall.now()))?;
    let Some(off) = discount.counted(whole, at, problems) else {
        return Ok(());
    };
    if off.amount() > whole.amount() {
        problems.with(
            format!("{at}/amount/amount"),
            Code::OutOfRange,
            vec![("max", whole.amount().to_string())],
        );
        return Ok(());
    }
    let over: Vec<(usize, Money)> = lines.iter().enumerate().map(|(i, l)| (i, l.waterfall.now())).collect();
    for (i, off) in spread(off, &over)? {
        if let Some(line) = lines.get_mut(i).filter(|_| !off.is_zero()) {
            line.take(off, StepKind::Discount, None, discount.reason.clone())?;
        }
    }
    Ok(())
}
