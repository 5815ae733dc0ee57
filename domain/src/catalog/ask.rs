//! The question for a price.
use super::adjustment::{Adjustment, AdjustmentKind};
use super::configuration::quoted::LineConfiguration;
use super::tax::{TaxCategory, TaxRate};
use super::valid;
use crate::core::exact::Exact;
use crate::core::money::{Currency, Money};
use crate::core::problem::{Code, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most lines of one question.
pub const MAX_LINES: usize = 200;
/// The most coupons, discounts or charges of one question.
pub const MAX_EXTRAS: usize = 20;

/// Something that is to be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceAskLine {
    /// What.
    pub product_id: Uuid,
    /// How much; above nothing.
    pub quantity: Exact,
    /// What is chosen of a configurable product; what is chosen by default unless given. An invalid choice is refused with the rules that it
    /// breaks and the smallest change that repairs it.
    #[serde(default)]
    pub configuration: Option<LineConfiguration>,
    /// Discounts on this line, taken off one after the other from what promotions have left; a percentage is of what is left.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub discounts: Vec<Adjustment>,
    /// How it is taxed, where that is not to be found by product, place and date.
    #[serde(default)]
    pub tax: Option<TaxRate>,
}

/// Something that is added to a document, such as freight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceAskCharge {
    /// What for.
    #[schema(min_length = 1, max_length = 200, example = "کرایهٔ حمل")]
    pub reason: String,
    /// How much, without tax.
    pub amount: Money,
    /// How it is taxed.
    #[serde(default)]
    #[schema(value_type = Option<TaxCategory>)]
    pub tax_category: TaxCategory,
}

/// What somebody wants to know the price of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceAsk {
    /// Who buys: their place, their group and their fields decide on prices. Null for nobody in particular.
    #[serde(default)]
    pub customer_id: Option<Uuid>,
    /// In which currency, ISO 4217.
    #[schema(min_length = 3, max_length = 3, example = "IRR")]
    pub currency: String,
    /// On which day; today (UTC) unless given.
    #[serde(default)]
    pub on: Option<NaiveDate>,
    /// Where, ISO 3166-1 alpha-2; the customer's country, else the organization's, unless given.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 2, example = "IR")]
    pub country: Option<String>,
    /// Where in the country; the customer's province unless given.
    #[serde(default)]
    #[schema(max_length = 100, example = "یزد")]
    pub province: Option<String>,
    /// What is bought.
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<PriceAskLine>,
    /// Discounts on the whole, taken off one after the other and spread over the lines by what they come to.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub discounts: Vec<Adjustment>,
    /// What is added.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub charges: Vec<PriceAskCharge>,
    /// Codes of coupons. One that is not known or can't be used is told in the answer, and is no error.
    #[serde(default)]
    #[schema(max_items = 20, max_length = 40)]
    pub coupons: Vec<String>,
    /// By which terms it is paid; the answer has the instalments then.
    #[serde(default)]
    pub payment_term_id: Option<Uuid>,
    /// Whether what is payable is rounded as cash is in this currency.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub cash: bool,
    /// To a multiple of which step what is payable is rounded, such as 1000 of rials.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub rounding_step: Option<Exact>,
}

impl PriceAsk {
    /// What is wrong with the question in itself.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        let lists = [
            ("/lines", self.lines.len(), MAX_LINES),
            ("/discounts", self.discounts.len(), MAX_EXTRAS),
            ("/charges", self.charges.len(), MAX_EXTRAS),
            ("/coupons", self.coupons.len(), MAX_EXTRAS),
        ];
        let per_line = self.lines.iter().enumerate();
        let per_line = per_line.map(|(i, line)| (format!("/lines/{i}/discounts"), line.discounts.len(), MAX_EXTRAS));
        for (at, many, most) in lists.into_iter().map(|(at, n, most)| (at.to_owned(), n, most)).chain(per_line) {
            if many > most {
                problems.with(at, Code::TooLong, vec![("max", most.to_string())]);
            }
        }
        if self.lines.is_empty() {
            problems.with("/lines", Code::TooShort, vec![("min", "1".to_owned())]);
        }
        let mut code = self.currency.clone();
        valid::currency(&mut code, "/currency", &mut problems);
        valid::country(&mut self.country.clone(), "/country", &mut problems);
        if let Some(province) = &self.province {
            crate::core::input::length("/province", province, 0, 100, &mut problems);
        }
        for (i, code) in self.coupons.iter().enumerate() {
            crate::core::input::length(&format!("/coupons/{i}"), code, 1, 40, &mut problems);
        }
        problems
    }
}

/// What is wrong in themselves with the discounts and charges of a whole.
pub(super) fn of_the_whole(discounts: &[Adjustment], charges: &[PriceAskCharge], currency: Currency, problems: &mut Problems) {
    for (i, discount) in discounts.iter().enumerate() {
        allowed(discount, currency, &format!("/discounts/{i}"), problems);
    }
    for (i, charge) in charges.iter().enumerate() {
        charged(charge, currency, &format!("/charges/{i}"), problems);
    }
}

/// A discount takes off.
pub(super) fn allowed(discount: &Adjustment, currency: Currency, at: &str, problems: &mut Problems) {
    if discount.kind != AdjustmentKind::Allowance {
        problems.with(format!("{at}/kind"), Code::NotAllowed, vec![("allowed", "allowance".to_owned())]);
    }
    if discount.base.is_some() {
        problems.with(format!("{at}/base"), Code::Conflict, vec![("with", format!("{at}/percent"))]);
    }
    discount.check(currency, at, problems);
}

/// The charge as it is added, and what is wrong with it in itself.
pub(super) fn charged(charge: &PriceAskCharge, currency: Currency, at: &str, problems: &mut Problems) -> Adjustment {
    crate::core::input::length(&format!("{at}/reason"), &charge.reason, 1, 200, problems);
    let adjustment = Adjustment {
        kind: AdjustmentKind::Charge,
        reason: Some(charge.reason.clone()),
        percent: None,
        base: None,
        amount: Some(charge.amount),
    };
    adjustment.check(currency, at, problems);
    adjustment
}
