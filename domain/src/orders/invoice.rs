//! Invoices: what a customer owes, and by when. An invoice that was issued stays as it is; what was wrong is put right by a credit note.
use super::line::{self, SalesAdjustment, SalesLine, Sums};
use super::order::{LONGEST_DAYS, Order};
use crate::catalog::line::{DocumentTotals, LineTotal, Rounding, Sense};
use crate::catalog::terms::{Instalment, PaymentTerm};
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::{Money, MoneyError};
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use chrono::{Days, NaiveDate};
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::choice! {
    /// Where an invoice stands.
    #[derive(Default)]
    pub enum InvoiceStatus {
        /// Being written: it can be changed, and nothing is owed.
        #[default]
        Draft = "draft",
        /// It has its number, and is owed.
        Issued = "issued",
        /// Some of it was paid or credited.
        PartPaid = "part_paid",
        /// Nothing of it is owed any more.
        Paid = "paid",
        /// All that was not paid of it was credited.
        Credited = "credited",
    }
}

/// A part of an invoice that is due by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceInstalment {
    /// By when it is to be paid.
    pub due_on: NaiveDate,
    /// So many hundredths of the invoice; either this or `amount`. Instalments add up to the invoice.
    #[serde(default)]
    #[schema(value_type = Option<Exact>)]
    pub percent: Option<Exact>,
    /// This much; either this or `percent`.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// What is due, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DuePart {
    pub due_on: NaiveDate,
    pub amount: Money,
}

/// What a customer owes for what was sold.
#[derive(Debug, Clone, Record)]
#[record(path = "/invoices", one = "invoice", many = "invoices", tag = "Invoices", fa = "فاکتورها")]
pub struct Invoice {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of invoices; it gets one when it is issued.
    #[record(server, max = 60, sort, search, example = r#""I-000042""#, fa = "شماره")]
    pub number: Option<String>,
    /// Who owes it.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// The order that it is for. Without lines of its own it has the order's.
    #[record(fixed, fa = "سفارش")]
    pub order_id: Option<Id<Order>>,
    /// Where it stands.
    #[record(server, example = r#""draft""#, fa = "وضعیت")]
    pub status: InvoiceStatus,
    /// The currency of all its amounts, ISO 4217; the order's unless given.
    #[record(max = 3, default, example = r#""EUR""#, fa = "ارز")]
    pub currency: String,
    /// What was sold. A negative quantity takes something back.
    #[record(items = SalesLine, max = 500, example = r#"[{"line": 1, "product_id": null, "description": "Desk 160", "quantity": "2", "unit": "piece", "unit_price": {"amount": "400.00", "currency": "EUR"}, "price_quantity": "1", "adjustments": [], "tax": {"category": "standard", "percent": "25"}, "warehouse_id": null}]"#, fa = "سطرها")]
    pub lines: Vec<SalesLine>,
    /// Discounts and charges on the whole invoice.
    #[record(items = SalesAdjustment, max = 20, example = r#"[{"kind": "charge", "reason": "Insurance", "percent": null, "base": null, "amount": {"amount": "25.00", "currency": "EUR"}, "tax": {"category": "standard", "percent": "25"}}]"#, fa = "تخفیف‌ها و هزینه‌ها")]
    pub adjustments: Vec<SalesAdjustment>,
    /// What was paid before, elsewhere: it is taken off what is owed.
    #[record(like = Money, fa = "پیش‌پرداخت")]
    pub prepaid: Option<Money>,
    /// What rounding adds to what is owed, or takes.
    #[record(like = Money, fa = "گرد کردن")]
    pub rounding: Option<Money>,
    /// The day that stands on it; the day on which it is issued unless given. Never a day to come.
    #[record(sort, example = r#""2026-03-21""#, fa = "تاریخ")]
    pub issued_on: Option<NaiveDate>,
    /// Within how many days it is to be paid, at most 3650, where it has no instalments; the order's unless given.
    #[record(range = 0..=LONGEST_DAYS, example = "30", fa = "مهلت پرداخت (روز)")]
    pub payment_days: Option<i64>,
    /// By which terms it is paid, where it has no instalments; the order's unless given. Then `payment_days` says nothing.
    #[record(fa = "شرایط پرداخت")]
    pub payment_term_id: Option<Id<PaymentTerm>>,
    /// By parts, each due by itself; they add up to what is owed.
    #[record(items = InvoiceInstalment, max = 60, example = "[]", fa = "اقساط")]
    pub instalments: Vec<InvoiceInstalment>,
    /// What the customer calls it.
    #[record(max = 100, search, example = r#""PO-1042""#, fa = "مرجع مشتری")]
    pub reference: Option<String>,
    /// Anything else that it says.
    #[record(max = 5000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// What each line comes to, in their order.
    #[record(server, items = LineTotal, max = 500, fa = "مبلغ سطرها")]
    pub line_totals: Vec<LineTotal>,
    /// What it comes to.
    #[record(server, like = DocumentTotals, fa = "جمع‌ها")]
    pub totals: Option<DocumentTotals>,
    /// What is due, and when: the instalments, or all of it on one day. Empty before it is issued.
    #[record(server, items = DuePart, max = 60, fa = "سررسیدها")]
    pub due: Vec<DuePart>,
    /// By when the last of it is to be paid.
    #[record(server, sort, fa = "آخرین سررسید")]
    pub due_on: Option<NaiveDate>,
    /// When it was issued.
    #[record(server, sort, fa = "زمان صدور")]
    pub issued_at: Option<Instant>,
    /// What was paid of it.
    #[record(server, like = Money, fa = "پرداخت‌شده")]
    pub paid: Option<Money>,
    /// What was credited of it.
    #[record(server, like = Money, fa = "برگشت‌شده")]
    pub credited: Option<Money>,
    /// What is still owed of it.
    #[record(server, like = Money, fa = "مانده")]
    pub open: Option<Money>,
    /// The day from which on nothing of it was owed.
    #[record(server, sort, fa = "روز تسویه")]
    pub settled_on: Option<NaiveDate>,
}

impl Rules for Invoice {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        // Of an order's currency nothing is known here.
        if !(self.currency.is_empty() && self.order_id.is_some())
            && let Err(wrong) = line::known_currency(&self.currency)
        {
            problems.extend(wrong);
        }
        line::check(&mut self.lines, &mut problems);
        // The day of whoever is furthest ahead of us.
        let today = setting.now.after(chrono::TimeDelta::hours(14)).utc().date_naive();
        if self.issued_on.is_some_and(|day| day > today) {
            problems.with("/issued_on", Code::OutOfRange, vec![("max", today.to_string())]);
        }
        for (i, part) in self.instalments.iter().enumerate() {
            let at = format!("/instalments/{i}");
            match (part.percent, part.amount) {
                (None, None) => problems.add(format!("{at}/amount"), Code::Required),
                (Some(_), Some(_)) => problems.with(format!("{at}/amount"), Code::Conflict, vec![("with", format!("{at}/percent"))]),
                (Some(percent), None) if percent <= Exact::ZERO || percent.value() > Decimal::ONE_HUNDRED => {
                    let bounds = vec![("min", "0.000001".to_owned()), ("max", "100".to_owned())];
                    problems.with(format!("{at}/percent"), Code::OutOfRange, bounds);
                }
                (None, Some(amount)) if amount.is_negative() || amount.is_zero() => {
                    problems.with(format!("{at}/amount/amount"), Code::OutOfRange, vec![("min", "0.01".to_owned())]);
                }
                _ => {}
            }
            if i > 0 {
                problems.at_least(format!("{at}/due_on"), part.due_on, self.instalments[i - 1].due_on);
            }
        }
        problems
    }
}

impl Invoice {
    /// Counts what it comes to; its lines are complete.
    ///
    /// # Errors
    /// What makes no sense in an invoice.
    pub fn count(&mut self) -> Result<(), Problems> {
        let sums = Sums {
            currency: &self.currency,
            lines: &self.lines,
            adjustments: &self.adjustments,
            prepaid: self.prepaid,
            rounding: self.rounding.map_or(Rounding::None, Rounding::Given),
            sense: Sense::Account,
        };
        let (lines, totals) = line::totals(sums)?;
        (self.line_totals, self.totals) = (lines, Some(totals));
        Ok(())
    }

    /// What it comes to without what was paid before.
    ///
    /// # Errors
    /// Those of money.
    pub fn gross(&self) -> Result<Option<Money>, MoneyError> {
        self.totals.as_ref().map(|t| t.gross.checked_add(t.rounding)).transpose()
    }

    /// Whether it says something else.
    pub fn differs(&self, other: &Invoice) -> bool {
        let said = |i: &Invoice| {
            let words = (i.reference.clone(), i.notes.clone(), i.currency.clone());
            (
                words,
                i.prepaid,
                i.rounding,
                i.issued_on,
                (i.payment_days, i.payment_term_id),
                i.instalments.clone(),
            )
        };
        self.lines != other.lines || self.adjustments != other.adjustments || said(self) != said(other)
    }

    /// Issues it on a day, by its terms: from now on it is owed, and stays as it is.
    ///
    /// # Errors
    /// `invoice_issued`; 422 without lines, for less than nothing, and for instalments that do not add up to it.
    pub fn issue(&mut self, today: NaiveDate, term: Option<&PaymentTerm>, now: Instant) -> Result<()> {
        if self.status != InvoiceStatus::Draft {
            return Err(Error::Conflict("invoice_issued"));
        }
        if self.lines.is_empty() {
            return Err(Error::invalid("/lines", Code::Required));
        }
        let Some(totals) = &self.totals else {
            return Err(Error::invalid("/lines", Code::Required));
        };
        let payable = totals.payable;
        let mut problems = Problems::default();
        problems.at_least("/lines", payable.amount(), Decimal::ZERO);
        problems.or(())?;
        let on = *self.issued_on.get_or_insert(today);
        self.due = self.parts(payable, on, term)?;
        self.due_on = self.due.last().map(|part| part.due_on);
        let zero = Money::zero(payable.currency()).map_err(broken)?;
        (self.issued_at, self.paid, self.credited, self.open) = (Some(now), Some(zero), Some(zero), Some(payable));
        self.status = InvoiceStatus::Issued;
        self.stand(on);
        Ok(())
    }

    /// What of it is due when.
    fn parts(&self, payable: Money, on: NaiveDate, term: Option<&PaymentTerm>) -> Result<Vec<DuePart>> {
        let usual = u64::try_from(self.payment_days.unwrap_or_default()).unwrap_or_default();
        if let (true, Some(term)) = (self.instalments.is_empty(), term) {
            let due = |part: Instalment| DuePart {
                due_on: part.due_on,
                amount: part.amount,
            };
            let parts = term
                .schedule(payable, on)
                .map_err(|e| Error::invalid("/payment_term_id", e.code()))?;
            return Ok(parts.into_iter().map(due).collect());
        }
        if self.instalments.is_empty() {
            let due_on = on.checked_add_days(Days::new(usual)).unwrap_or(on);
            return Ok(vec![DuePart { due_on, amount: payable }]);
        }
        let mut problems = Problems::default();
        let mut amounts = Vec::with_capacity(self.instalments.len());
        let percent: Decimal = self.instalments.iter().filter_map(|part| part.percent).map(|p| p.value()).sum();
        for (i, part) in self.instalments.iter().enumerate() {
            problems.at_least(format!("/instalments/{i}/due_on"), part.due_on, on);
            match (part.amount, part.percent) {
                (Some(amount), _) if amount.currency() != payable.currency() => {
                    let with = vec![("with", payable.currency().code().to_owned())];
                    problems.with(format!("/instalments/{i}/amount/currency"), Code::Conflict, with);
                }
                (Some(amount), _) => amounts.push(amount),
                (None, Some(percent)) => amounts.push(payable.checked_mul(percent.value() / Decimal::ONE_HUNDRED).map_err(broken)?),
                (None, None) => {}
            }
        }
        problems.or(())?;
        let sum = Money::sum(payable.currency(), amounts.iter().copied()).map_err(broken)?;
        let rest = payable.checked_sub(sum).map_err(broken)?;
        let mut problems = Problems::default();
        match amounts.last_mut() {
            // What rounding the percentages left over is the last one's.
            Some(last) if percent == Decimal::ONE_HUNDRED && self.instalments.iter().all(|p| p.percent.is_some()) => {
                *last = last.checked_add(rest).map_err(broken)?;
            }
            _ if !rest.is_zero() => problems.with("/instalments", Code::Conflict, vec![("with", payable.amount().to_string())]),
            _ => {}
        }
        problems.or(())?;
        let parts = self.instalments.iter().zip(amounts);
        Ok(parts
            .map(|(part, amount)| DuePart {
                due_on: part.due_on,
                amount,
            })
            .collect())
    }

    /// Whether it is owed or was.
    ///
    /// # Errors
    /// `invoice_draft`.
    pub fn owed(&self) -> Result<Money> {
        self.open.ok_or(Error::Conflict("invoice_draft"))
    }

    /// Takes a payment of it, or (below nothing) takes one back.
    ///
    /// # Errors
    /// `invoice_draft`, `invoice_settled` where nothing is owed any more; `Error::Invalid` for more than is owed.
    pub fn pay(&mut self, amount: Money, on: NaiveDate) -> Result<()> {
        let (open, paid) = (self.owed()?, self.paid.ok_or(Error::Conflict("invoice_draft"))?);
        if !amount.is_negative() && open.is_zero() {
            return Err(Error::Conflict("invoice_settled"));
        }
        let left = open.checked_sub(amount).map_err(|e| Error::invalid("/amount/currency", e.code()))?;
        let paid = paid.checked_add(amount).map_err(broken)?;
        if left.is_negative() || paid.is_negative() {
            let mut problems = Problems::default();
            problems.with("/amount/amount", Code::OutOfRange, vec![("max", open.amount().to_string())]);
            return Err(problems.into());
        }
        (self.open, self.paid) = (Some(left), Some(paid));
        self.stand(on);
        Ok(())
    }

    /// Credits some of it; what of that was not owed any more, which is then the customer's.
    ///
    /// # Errors
    /// `invoice_draft`; `Error::Invalid` at `/lines` for more than it came to.
    pub fn credit(&mut self, amount: Money, on: NaiveDate) -> Result<Money> {
        let (open, credited) = (self.owed()?, self.credited.ok_or(Error::Conflict("invoice_draft"))?);
        let gross = self.gross().map_err(broken)?.ok_or(Error::Conflict("invoice_draft"))?;
        let sum = credited.checked_add(amount).map_err(|e| Error::invalid("/currency", e.code()))?;
        if gross.checked_sub(sum).map_err(broken)?.is_negative() {
            let left = gross.checked_sub(credited).map_err(broken)?;
            let mut problems = Problems::default();
            problems.with("/lines", Code::OutOfRange, vec![("max", left.amount().to_string())]);
            return Err(problems.into());
        }
        let taken = if amount.amount() > open.amount() { open } else { amount };
        self.credited = Some(sum);
        self.open = Some(open.checked_sub(taken).map_err(broken)?);
        self.stand(on);
        amount.checked_sub(taken).map_err(broken)
    }

    /// Where it stands by what is owed of it.
    fn stand(&mut self, on: NaiveDate) {
        let is = |amount: Option<Money>| amount.is_some_and(|m| !m.is_zero());
        let settled = !is(self.open);
        self.status = match () {
            () if settled && !is(self.paid) && is(self.credited) => InvoiceStatus::Credited,
            () if settled => InvoiceStatus::Paid,
            () if is(self.paid) || is(self.credited) => InvoiceStatus::PartPaid,
            () => InvoiceStatus::Issued,
        };
        self.settled_on = match self.settled_on {
            _ if !settled => None,
            None => Some(on),
            kept => kept,
        };
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        let parts = [self.number.as_deref(), self.reference.as_deref()];
        text::search_key(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// A sum beyond what an amount can be: of amounts that were checked, so a fault of ours.
pub(super) fn broken(error: MoneyError) -> Error {
    Error::Internal(error.to_string())
}
