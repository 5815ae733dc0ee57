//! The arithmetic of documents with lines: quotes, orders, invoices, credit notes. One piece of code, so that a price that was quoted is
//! the price that is invoiced.
//!
//! The rules are those of EN 16931 as profiled by Peppol BIS Billing 3 (BR-CO-10 to BR-CO-17):
//! - A line's price is quantity × unit price ÷ the quantity the price is for, rounded once. Its net amount is that, less its allowances,
//!   plus its charges, each rounded by itself.
//! - The document's sum of lines is the sum of their net amounts as they stand there, so it is equal by construction, not by luck.
//! - Tax is worked out once for each category and rate, on the sum of what it is due on, and rounded there; never line by line.
//! - What is payable is the sum with tax, less what was prepaid, plus a rounding that stands in the document as an amount of its own.
//!
//! Everything is rounded half away from zero to the decimals that ISO 4217 gives the currency.
use super::adjustment::other;
pub use super::adjustment::{Adjustment, AdjustmentKind};
use super::ratio;
use super::tax::TaxCategory;
pub use super::tax::TaxRate;
use crate::core::exact::Exact;
use crate::core::money::{Currency, Money, MoneyError, UnitPrice};
use crate::core::problem::{Code, Problems};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A line as far as it is counted.
#[derive(Debug, Clone)]
pub struct Line {
    pub quantity: Exact,
    pub unit_price: UnitPrice,
    /// How many units `unit_price` is for; above nothing.
    pub price_quantity: Exact,
    pub adjustments: Vec<Adjustment>,
    pub tax: TaxRate,
}

/// An adjustment of the whole document, which is taxed by itself.
#[derive(Debug, Clone)]
pub struct DocumentAdjustment {
    pub adjustment: Adjustment,
    pub tax: TaxRate,
}

/// What kind of document it is: what makes sense in one does not in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// Something is sold: a quote, an order. Quantities are above nothing, and no line and no document is worth less than nothing.
    Sale,
    /// What was sold is told, or taken back, in part perhaps: an invoice, a credit note. A quantity may be negative.
    Account,
}

/// How what is payable is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// Not at all: it has the currency's own decimals.
    #[default]
    None,
    /// As cash is in this currency: see [`cash_step`].
    Cash,
    /// To a multiple of a step above nothing, such as 1000 of Iranian rials.
    To(Exact),
    /// By an amount that the document says.
    Given(Money),
}

/// A document as far as it is counted.
#[derive(Debug, Clone)]
pub struct Document {
    pub currency: Currency,
    pub sense: Sense,
    pub lines: Vec<Line>,
    pub adjustments: Vec<DocumentAdjustment>,
    /// What was paid before.
    pub prepaid: Option<Money>,
    pub rounding: Rounding,
}

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineTotal {
    /// Quantity times price, before adjustments.
    pub price: Money,
    /// What each of its adjustments comes to, in their order; an allowance is not negative.
    #[schema(max_items = 50)]
    pub adjustments: Vec<Money>,
    /// The price less allowances plus charges, without tax.
    pub net: Money,
}

/// The tax of one category and rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxTotal {
    pub category: TaxCategory,
    /// The rate in hundredths.
    pub percent: Exact,
    /// What it is taken of.
    pub taxable: Money,
    /// What it comes to.
    pub tax: Money,
}

/// What a document comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentTotals {
    /// The sum of the net amounts of the lines (BT-106).
    pub lines: Money,
    /// The sum of the document's allowances (BT-107).
    pub allowances: Money,
    /// The sum of the document's charges (BT-108).
    pub charges: Money,
    /// Without tax (BT-109): lines less allowances plus charges.
    pub net: Money,
    /// Tax by category and rate.
    #[schema(max_items = 100)]
    pub taxes: Vec<TaxTotal>,
    /// The sum of the taxes (BT-110).
    pub tax: Money,
    /// With tax (BT-112).
    pub gross: Money,
    /// Paid before (BT-113).
    pub prepaid: Money,
    /// What rounding adds or takes (BT-114).
    pub rounding: Money,
    /// What is to be paid (BT-115): gross less prepaid plus rounding.
    pub payable: Money,
}

/// What a document and each of its lines come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub lines: Vec<LineTotal>,
    /// What each adjustment of the document comes to, in their order.
    pub adjustments: Vec<Money>,
    pub totals: DocumentTotals,
}

/// The step to which sums of cash are rounded where a currency's smallest coin is not its smallest unit; none where there is no such rule.
/// The steps are those of the central banks; the euro has them in some countries only, and the rial has none by law.
pub fn cash_step(currency: Currency) -> Option<Exact> {
    let hundredths = match currency {
        Currency::AUD | Currency::CAD | Currency::CHF | Currency::MYR | Currency::SGD => 5,
        Currency::HKD | Currency::ILS | Currency::NZD => 10,
        Currency::DKK => 50,
        Currency::CZK | Currency::NOK | Currency::SEK => 100,
        Currency::HUF => 500,
        _ => return None,
    };
    Exact::new(Decimal::new(hundredths, 2)).ok()
}

/// Counts a document. Pointers of what is wrong are below the document: `/lines/0/quantity`, `/adjustments/1/percent`, `/prepaid`.
///
/// # Errors
/// All that makes no sense in such a document: another currency, a rate or a discount beyond 100 %, a negative price, in a sale a quantity
/// or a sum below nothing; and what is beyond what an amount can be.
pub fn count(document: &Document) -> Result<Counted, Problems> {
    let mut problems = Problems::default();
    let currency = document.currency;
    let sale = document.sense == Sense::Sale;
    let mut lines = Vec::with_capacity(document.lines.len());
    for (i, line) in document.lines.iter().enumerate() {
        let at = format!("/lines/{i}");
        match line.count(currency, sale, &at, &mut problems) {
            Ok(Some(total)) => lines.push(total),
            Ok(None) => {}
            Err(error) => problems.add(at, error.code()),
        }
    }
    problems.or(())?;
    let sum = |amounts: &mut dyn Iterator<Item = Money>| Money::sum(currency, amounts).map_err(whole);
    let line_sum = sum(&mut lines.iter().map(|l| l.net))?;
    let mut problems = Problems::default();
    let mut adjustments = Vec::with_capacity(document.adjustments.len());
    for (i, DocumentAdjustment { adjustment, tax }) in document.adjustments.iter().enumerate() {
        let at = format!("/adjustments/{i}");
        tax.check(&format!("{at}/tax"), &mut problems);
        adjustments.extend(adjustment.counted(line_sum, &at, &mut problems));
    }
    if document.prepaid.is_some_and(|p| p.currency() != currency) {
        other(currency, "/prepaid", &mut problems);
    }
    problems.or(())?;
    document.total(lines, adjustments, line_sum).map_err(whole)?
}

fn whole(error: MoneyError) -> Problems {
    let mut problems = Problems::default();
    problems.add("", error.code());
    problems
}

impl Line {
    /// What it comes to; none, with the reasons noted, where it makes no sense.
    fn count(&self, currency: Currency, sale: bool, at: &str, problems: &mut Problems) -> Result<Option<LineTotal>, MoneyError> {
        let before = problems.0.len();
        if sale {
            problems.at_least(format!("{at}/quantity"), self.quantity, Exact::LEAST);
        }
        problems.at_least(format!("{at}/unit_price/amount"), self.unit_price.amount(), Decimal::ZERO);
        problems.at_least(format!("{at}/price_quantity"), self.price_quantity, Exact::LEAST);
        if self.unit_price.currency() != currency {
            other(currency, &format!("{at}/unit_price"), problems);
        }
        self.tax.check(&format!("{at}/tax"), problems);
        if problems.0.len() > before {
            return Ok(None);
        }
        let price = ratio::money(
            &[self.quantity.value(), self.unit_price.amount()],
            self.price_quantity.value(),
            currency,
        )?;
        let (mut net, mut adjustments) = (price, Vec::with_capacity(self.adjustments.len()));
        for (i, adjustment) in self.adjustments.iter().enumerate() {
            let Some(amount) = adjustment.counted(price, &format!("{at}/adjustments/{i}"), problems) else {
                continue;
            };
            net = adjustment.applied(net, amount)?;
            adjustments.push(amount);
        }
        if sale && net.is_negative() {
            let params = vec![("max", price.amount().to_string())];
            problems.with(format!("{at}/adjustments"), Code::OutOfRange, params);
        }
        Ok((problems.0.len() == before).then_some(LineTotal { price, adjustments, net }))
    }
}

impl Document {
    fn total(&self, lines: Vec<LineTotal>, adjustments: Vec<Money>, line_sum: Money) -> Result<Result<Counted, Problems>, MoneyError> {
        let zero = Money::zero(self.currency)?;
        let (mut allowances, mut charges) = (zero, zero);
        let mut taxable: BTreeMap<TaxRate, Money> = BTreeMap::new();
        for (line, total) in self.lines.iter().zip(&lines) {
            let sum = taxable.entry(line.tax).or_insert(zero);
            *sum = sum.checked_add(total.net)?;
        }
        for (DocumentAdjustment { adjustment, tax }, amount) in self.adjustments.iter().zip(&adjustments) {
            let sum = match adjustment.kind {
                AdjustmentKind::Allowance => &mut allowances,
                AdjustmentKind::Charge => &mut charges,
            };
            *sum = sum.checked_add(*amount)?;
            let sum = taxable.entry(*tax).or_insert(zero);
            *sum = adjustment.applied(*sum, *amount)?;
        }
        let mut problems = Problems::default();
        if self.sense == Sense::Sale && taxable.values().any(|sum| sum.is_negative()) {
            let params = vec![("max", line_sum.amount().to_string())];
            problems.with("/adjustments", Code::OutOfRange, params);
            return Ok(Err(problems));
        }
        let tax = |(rate, taxable): (TaxRate, Money)| {
            let tax = ratio::percent(taxable, rate.percent)?;
            let TaxRate { category, percent } = rate;
            Ok(TaxTotal {
                category,
                percent,
                taxable,
                tax,
            })
        };
        let taxes = taxable.into_iter().map(tax).collect::<Result<Vec<TaxTotal>, MoneyError>>()?;
        let tax = Money::sum(self.currency, taxes.iter().map(|t| t.tax))?;
        let net = line_sum.checked_sub(allowances)?.checked_add(charges)?;
        let gross = net.checked_add(tax)?;
        let prepaid = self.prepaid.unwrap_or(zero);
        let open = gross.checked_sub(prepaid)?;
        let rounding = match self.rounding {
            Rounding::None => zero,
            Rounding::Given(amount) => amount,
            Rounding::Cash => cash_step(self.currency)
                .map_or(Ok(open), |step| ratio::to_step(open, step))?
                .checked_sub(open)?,
            Rounding::To(step) => ratio::to_step(open, step)?.checked_sub(open)?,
        };
        let totals = DocumentTotals {
            lines: line_sum,
            allowances,
            charges,
            net,
            taxes,
            tax,
            gross,
            prepaid,
            rounding,
            payable: open.checked_add(rounding)?,
        };
        Ok(Ok(Counted {
            lines,
            adjustments,
            totals,
        }))
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
