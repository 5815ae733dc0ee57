//! The lines of orders, invoices and credit notes: what is sold, and what it comes to.
use super::warehouse::Warehouse;
use crate::catalog::line::{
    Adjustment, AdjustmentKind, Document, DocumentAdjustment, DocumentTotals, Line, LineTotal, Rounding, Sense, TaxRate, count,
};
use crate::catalog::product::Product;
use crate::catalog::unit::UnitOfMeasure;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::input::length;
use crate::core::money::{Currency, Money, UnitPrice, currency};
use crate::core::problem::{Code, Problems};
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The highest number of a line.
const LAST: i64 = 10_000;
/// The most adjustments of a line.
const ADJUSTMENTS: usize = 20;

/// A line of an order, an invoice or a credit note. What is left out of a line with a product is the product's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesLine {
    /// Its number in the document, from 1; the next free one unless given. It stays the line's own, whatever lines come and go.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10000, example = 1)]
    pub line: Option<i64>,
    /// What is sold, where it is in the catalogue.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub product_id: Option<Id<Product>>,
    /// What is sold, in words.
    #[serde(default)]
    #[schema(max_length = 500, example = "میز کار ۱۶۰")]
    pub description: Option<String>,
    /// How much. Above nothing in an order; an invoice can take back what it tells of.
    #[schema(value_type = Exact)]
    pub quantity: Exact,
    /// What the quantity counts.
    #[serde(default)]
    pub unit: Option<UnitOfMeasure>,
    /// What `price_quantity` units cost.
    #[serde(default)]
    pub unit_price: Option<UnitPrice>,
    /// How many units the price is for.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub price_quantity: Option<Exact>,
    /// Discounts and charges of this line.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub adjustments: Vec<Adjustment>,
    /// How it is taxed.
    #[serde(default)]
    pub tax: Option<TaxRate>,
    /// From where it is served; the document's warehouse, or the first that has it, unless given.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub warehouse_id: Option<Id<Warehouse>>,
}

/// A discount or a charge on a whole document, with its own tax.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesAdjustment {
    /// Whether it takes or adds.
    pub kind: AdjustmentKind,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 200, example = "کرایهٔ حمل")]
    pub reason: Option<String>,
    /// So many hundredths of `base`; either this or `amount`.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub percent: Option<Exact>,
    /// What the percentage is taken of; the sum of the lines unless given.
    #[serde(default)]
    pub base: Option<Money>,
    /// This much; either this or `percent`.
    #[serde(default)]
    pub amount: Option<Money>,
    /// How it is taxed.
    pub tax: TaxRate,
}

/// What a document says of money.
#[derive(Debug, Clone, Copy)]
pub struct Sums<'a> {
    pub currency: &'a str,
    pub lines: &'a [SalesLine],
    pub adjustments: &'a [SalesAdjustment],
    pub prepaid: Option<Money>,
    pub rounding: Rounding,
    pub sense: Sense,
}

/// The currency of a code.
///
/// # Errors
/// `NotAllowed` at `/currency`.
pub fn known_currency(code: &str) -> Result<Currency, Problems> {
    currency(code).map_err(|_| {
        let mut problems = Problems::default();
        problems.with("/currency", Code::NotAllowed, vec![("allowed", "ISO 4217".to_owned())]);
        problems
    })
}

/// Numbers lines that have no number, and says what is wrong with them in themselves.
pub fn check(lines: &mut [SalesLine], problems: &mut Problems) {
    for i in 0..lines.len() {
        let taken = |n: i64, but: usize| lines.iter().enumerate().any(|(j, other)| j != but && other.line == Some(n));
        match lines[i].line {
            Some(n) if !(1..=LAST).contains(&n) => {
                let bounds = vec![("min", "1".to_owned()), ("max", LAST.to_string())];
                problems.with(format!("/lines/{i}/line"), Code::OutOfRange, bounds);
            }
            Some(n) if lines[..i].iter().any(|other| other.line == Some(n)) => {
                problems.add(format!("/lines/{i}/line"), Code::Duplicate);
            }
            Some(_) => {}
            None => {
                let next = (1..).find(|n| !taken(*n, i));
                lines[i].line = next;
            }
        }
        let line = &lines[i];
        if let Some(text) = &line.description {
            length(&format!("/lines/{i}/description"), text, 1, 500, problems);
        }
        if line.adjustments.len() > ADJUSTMENTS {
            problems.with(
                format!("/lines/{i}/adjustments"),
                Code::TooLong,
                vec![("max", ADJUSTMENTS.to_string())],
            );
        }
    }
}

impl SalesLine {
    /// Takes from the product what the line leaves open.
    pub fn fill(&mut self, product: &Product, in_currency: Option<Currency>) {
        if self.description.is_none() {
            self.description = Some(product.name.clone());
        }
        let unit = self.unit.is_none_or(|unit| unit == product.unit);
        self.unit.get_or_insert(product.unit);
        if self.unit_price.is_none() && unit {
            self.unit_price = product.list_price.filter(|price| Some(price.currency()) == in_currency);
            self.price_quantity.get_or_insert(product.price_quantity);
        }
        if self.tax.is_none() && !product.tax_category.is_taxed() {
            self.tax = Some(TaxRate {
                category: product.tax_category,
                percent: Exact::ZERO,
            });
        }
    }

    /// What is usual where neither the line nor a product says it, and what must be said.
    pub fn complete(&mut self, i: usize, problems: &mut Problems) {
        self.unit.get_or_insert_default();
        self.price_quantity.get_or_insert(Exact::ONE);
        for (member, missing) in [
            ("description", self.description.is_none()),
            ("unit_price", self.unit_price.is_none()),
            ("tax", self.tax.is_none()),
        ] {
            if missing {
                problems.add(format!("/lines/{i}/{member}"), Code::Required);
            }
        }
    }
}

/// Counts a document whose lines are complete.
///
/// # Errors
/// What makes no sense, and what is beyond what an amount can be.
pub fn totals(sums: Sums<'_>) -> Result<(Vec<LineTotal>, DocumentTotals), Problems> {
    let in_currency = known_currency(sums.currency)?;
    let line = |line: &SalesLine| {
        Some(Line {
            quantity: line.quantity,
            unit_price: line.unit_price?,
            price_quantity: line.price_quantity?,
            adjustments: line.adjustments.clone(),
            tax: line.tax?,
        })
    };
    let adjustment = |a: &SalesAdjustment| DocumentAdjustment {
        adjustment: Adjustment {
            kind: a.kind,
            reason: a.reason.clone(),
            percent: a.percent,
            base: a.base,
            amount: a.amount,
        },
        tax: a.tax,
    };
    let mut problems = Problems::default();
    if matches!(sums.rounding, Rounding::Given(r) if r.currency() != in_currency) {
        let with = vec![("with", in_currency.code().to_owned())];
        problems.with("/rounding/currency", Code::Conflict, with);
    }
    let document = Document {
        currency: in_currency,
        sense: sums.sense,
        lines: sums.lines.iter().filter_map(line).collect(),
        adjustments: sums.adjustments.iter().map(adjustment).collect(),
        prepaid: sums.prepaid,
        rounding: if problems.0.is_empty() { sums.rounding } else { Rounding::None },
    };
    let counted = count(&document);
    match counted {
        Err(wrong) => {
            problems.extend(wrong);
            Err(problems)
        }
        Ok(_) if !problems.0.is_empty() => Err(problems),
        Ok(counted) if units(counted.totals.payable).is_none() || units(counted.totals.gross).is_none() => {
            problems.add("/lines", Code::OutOfRange);
            Err(problems)
        }
        Ok(counted) => Ok((counted.lines, counted.totals)),
    }
}

/// An amount in the smallest units of its currency, as the database adds amounts up; none beyond 64 bits.
pub fn units(amount: Money) -> Option<i64> {
    amount.amount().mantissa().to_i64()
}

/// The amount of so many of a currency's smallest units.
///
/// # Errors
/// Those of [`Money`].
pub fn of_units(units: i64, in_currency: Currency) -> Result<Money, crate::core::money::MoneyError> {
    let scale = crate::core::money::decimals(in_currency)?;
    Money::new(rust_decimal::Decimal::new(units, scale), in_currency)
}
