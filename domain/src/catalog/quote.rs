//! Quotes: what is offered to a customer, at which price, until when, and what became of it.
use super::adjustment::Adjustment;
use super::approval::{Approval, ApprovalState, Decider, decide};
use super::ask::{self, PriceAsk, PriceAskCharge, PriceAskLine};
use super::quotation::{PriceQuotation, PricedLine};
pub use super::quote_parts::{Acceptance, AcceptanceMethod, QuoteLine, QuoteStatus};
use super::terms::PaymentTerm;
use super::valid;
use super::waterfall::StepKind;
use crate::access::user::Locale;
use crate::core::base::Base;
use crate::core::error::{Error, Result};
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::{self, Money};
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use crate::orders::order::Order;
use crate::sales::opportunity::Opportunity;
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;
use uuid::Uuid;

/// An offer to a customer. A number and a version name it; the newest version is the one that counts.
#[derive(Debug, Clone, Record)]
#[record(path = "/quotes", one = "quote", many = "quotes", tag = "Quotes", fa = "پیش‌فاکتورها")]
pub struct Quote {
    #[record(base)]
    pub base: Base,
    /// Its number, the same for all its versions.
    #[record(server, max = 60, sort, search, example = r#""Q-2026-000012""#, fa = "شماره")]
    pub number: String,
    /// Which version it is, from 1 on.
    #[record(server, example = "1", fa = "نسخه")]
    pub revision: i64,
    /// The version before it.
    #[record(server, fa = "نسخهٔ پیشین")]
    pub previous_id: Option<Id<Quote>>,
    /// How far it is.
    #[record(server, sort, example = r#""draft""#, fa = "وضعیت")]
    pub status: QuoteStatus,
    /// Whom it is offered to.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// The deal that it is offered in; its customer is the quote's.
    #[record(fa = "معامله")]
    pub opportunity_id: Option<Id<Opportunity>>,
    /// What it is about.
    #[record(min = 1, max = 200, sort, search, example = r#""میزهای دفتر یزد""#, fa = "عنوان")]
    pub title: String,
    /// The language of its document and mails; Persian unless given.
    #[record(default = Locale::Persian, example = r#""fa""#, fa = "زبان")]
    pub language: Locale,
    /// In which currency, ISO 4217.
    #[record(fixed, min = 3, max = 3, example = r#""IRR""#, fa = "ارز")]
    pub currency: String,
    /// Its last day; null for one that does not end.
    #[record(sort, example = r#""2027-03-20""#, fa = "اعتبار تا")]
    pub valid_until: Option<NaiveDate>,
    /// What is offered.
    #[record(items = QuoteLine, max = 200, fa = "سطرها")]
    pub lines: Vec<QuoteLine>,
    /// Discounts on the whole, spread over the lines.
    #[record(items = Adjustment, max = 20, fa = "تخفیف‌ها")]
    pub discounts: Vec<Adjustment>,
    /// What is added, such as freight.
    #[record(items = PriceAskCharge, max = 20, fa = "هزینه‌ها")]
    pub charges: Vec<PriceAskCharge>,
    /// Codes of coupons.
    #[record(max = 20, fa = "کوپن‌ها")]
    pub coupons: Vec<String>,
    /// By which terms it is paid.
    #[record(fa = "شرایط پرداخت")]
    pub payment_term_id: Option<Id<PaymentTerm>>,
    /// To a multiple of which step what is payable is rounded.
    #[record(fa = "گام گرد کردن")]
    pub rounding_step: Option<Exact>,
    /// What the customer reads below the lines.
    #[record(max = 5000, fa = "توضیح برای مشتری")]
    pub terms_text: Option<String>,
    /// What it costs, step by step, as of its last change; null without lines.
    #[record(server, like = PriceQuotation, fa = "قیمت")]
    pub pricing: Option<PriceQuotation>,
    /// What each optional line would cost.
    #[record(server, items = PricedLine, max = 200, fa = "قیمت گزینه‌ها")]
    pub options: Vec<PricedLine>,
    /// What is to be paid.
    #[record(server, like = Money, fa = "مبلغ")]
    pub total: Option<Money>,
    /// Which hundredths of what it would cost otherwise were taken off by discounts that were asked for.
    #[record(server, sort, example = r#""0""#, fa = "درصد تخفیف")]
    pub discount_percent: Exact,
    /// Who submitted it.
    #[record(server, fa = "پیشنهاددهنده")]
    pub submitted_by: Option<Id<crate::access::user::User>>,
    /// Who has to agree to its discount, in turn, and what they said.
    #[record(server, items = Approval, max = 50, fa = "تأییدها")]
    pub approvals: Vec<Approval>,
    /// When it was last sent.
    #[record(server, fa = "زمان ارسال")]
    pub sent_at: Option<Instant>,
    /// Where to.
    #[record(server, max = 254, fa = "ارسال به")]
    pub sent_to: Option<String>,
    /// The evidence that the customer has accepted it.
    #[record(server, like = Acceptance, fa = "پذیرش")]
    pub acceptance: Option<Acceptance>,
    /// Why the customer has declined it.
    #[record(server, max = 1000, fa = "دلیل نپذیرفتن")]
    pub declined_reason: Option<String>,
    /// The order that was made of it; of an accepted quote there is one, once.
    #[record(server, fa = "سفارش")]
    pub order_id: Option<Id<Order>>,
    /// When that was.
    #[record(server, fa = "زمان تبدیل به سفارش")]
    pub converted_at: Option<Instant>,
}

impl Rules for Quote {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        valid::currency(&mut self.currency, "/currency", &mut problems);
        self.title = self.title.trim().to_owned();
        if text::has_bidi_control(&self.title) {
            problems.add("/title", Code::Character);
        }
        for (i, line) in self.lines.iter().enumerate() {
            let at = format!("/lines/{i}");
            problems.at_least(format!("{at}/quantity"), line.quantity, Exact::LEAST);
            if let Some(note) = &line.note {
                crate::core::input::length(&format!("{at}/note"), note, 0, 500, &mut problems);
            }
        }
        // Lines are judged with their prices; what is of the whole is there without lines too.
        if let Ok(currency) = money::currency(&self.currency) {
            ask::of_the_whole(&self.discounts, &self.charges, currency, &mut problems);
        }
        problems
    }
}

impl Quote {
    /// The lines that are counted (or, with `optional`, those that are not), each with its place.
    fn lines_that(&self, optional: bool) -> impl Iterator<Item = (usize, &QuoteLine)> {
        self.lines.iter().enumerate().filter(move |(_, l)| l.optional == optional)
    }

    /// The question for the price of the lines that are counted, and the place of each in the quote.
    pub fn ask(&self) -> (PriceAsk, Vec<usize>) {
        let (places, lines) = self.lines_that(false).map(|(i, l)| (i, asked(l))).unzip();
        (self.asking(lines), places)
    }

    /// The question for the price of each optional line by itself, with its place.
    pub fn options(&self) -> Vec<(usize, PriceAsk)> {
        let one = |(i, line)| {
            let ask = PriceAsk {
                discounts: Vec::new(),
                charges: Vec::new(),
                payment_term_id: None,
                ..self.asking(vec![asked(line)])
            };
            (i, ask)
        };
        self.lines_that(true).map(one).collect()
    }

    fn asking(&self, lines: Vec<PriceAskLine>) -> PriceAsk {
        PriceAsk {
            customer_id: Some(self.customer_id.uuid()),
            currency: self.currency.clone(),
            on: None,
            country: None,
            province: None,
            lines,
            discounts: self.discounts.clone(),
            charges: self.charges.clone(),
            coupons: self.coupons.clone(),
            payment_term_id: self.payment_term_id.map(|id| id.uuid()),
            cash: false,
            rounding_step: self.rounding_step,
        }
    }

    /// Takes over what it costs.
    pub fn price(&mut self, pricing: Option<PriceQuotation>, options: Vec<PricedLine>) {
        self.discount_percent = pricing.as_ref().map(discounted).unwrap_or_default();
        self.total = pricing.as_ref().map(|p| p.totals.payable);
        self.pricing = pricing;
        self.options = options;
    }

    /// Whether a client's change of it touches what was offered.
    pub fn differs(&self, before: &Quote) -> bool {
        let of = |q: &Quote| {
            let texts = (q.title.clone(), q.terms_text.clone(), q.coupons.clone());
            let rest = (q.language, q.valid_until, q.payment_term_id, q.rounding_step);
            (texts, rest, q.lines.clone(), q.discounts.clone(), q.charges.clone())
        };
        of(self) != of(before)
    }

    fn must(&self, among: &[QuoteStatus]) -> Result<()> {
        if among.contains(&self.status) {
            Ok(())
        } else {
            Err(Error::Conflict("quote_status"))
        }
    }

    fn not_over(&self, today: NaiveDate) -> Result<()> {
        if self.valid_until.is_some_and(|last| last < today) {
            Err(Error::Conflict("quote_expired"))
        } else {
            Ok(())
        }
    }

    /// Submits a draft; without anybody who has to agree it is approved at once.
    ///
    /// # Errors
    /// `quote_status` unless it is a draft, `quote_expired`; `Required` at `/lines` where nothing is offered.
    pub fn submit(&mut self, chain: Vec<Approval>, by: Option<Uuid>, today: NaiveDate) -> Result<()> {
        self.must(&[QuoteStatus::Draft])?;
        self.not_over(today)?;
        if self.pricing.is_none() {
            return Err(Error::invalid("/lines", Code::Required));
        }
        self.submitted_by = by.map(Id::from_uuid);
        self.status = if chain.is_empty() {
            QuoteStatus::Approved
        } else {
            QuoteStatus::PendingApproval
        };
        self.approvals = chain;
        Ok(())
    }

    /// Decides the next approval: a rejected quote is a draft again, with what was said.
    ///
    /// # Errors
    /// `quote_status` unless it waits; those of [`decide`].
    pub fn decide(&mut self, agrees: bool, by: &Decider, comment: Option<String>, now: Instant) -> Result<()> {
        self.must(&[QuoteStatus::PendingApproval])?;
        let submitter = self.submitted_by.map(|id| id.uuid());
        // Who wrote it does not let it through either, whoever submitted it.
        if agrees && self.base.created_by.map(|id| id.uuid()) == Some(by.user) {
            return Err(Error::Conflict("self_approval"));
        }
        let through = decide(&mut self.approvals, agrees, by, submitter, comment, now)?;
        if !agrees {
            self.status = QuoteStatus::Draft;
        } else if through {
            self.status = QuoteStatus::Approved;
        }
        Ok(())
    }

    /// Notes that it is sent to an address.
    ///
    /// # Errors
    /// `quote_status` unless it is approved, `quote_expired`.
    pub fn send(&mut self, to: String, now: Instant) -> Result<()> {
        self.must(&[QuoteStatus::Approved, QuoteStatus::Sent])?;
        self.not_over(now.utc().date_naive())?;
        self.status = QuoteStatus::Sent;
        self.sent_at = Some(now);
        self.sent_to = Some(to);
        Ok(())
    }

    /// Notes that the customer accepts it.
    ///
    /// # Errors
    /// `quote_status` unless it is approved or sent, `quote_expired`.
    pub fn accept(&mut self, acceptance: Acceptance) -> Result<()> {
        self.must(&[QuoteStatus::Approved, QuoteStatus::Sent])?;
        self.not_over(acceptance.at.utc().date_naive())?;
        self.status = QuoteStatus::Accepted;
        self.acceptance = Some(acceptance);
        Ok(())
    }

    /// Notes that the customer declines it.
    ///
    /// # Errors
    /// `quote_status` unless it is approved or sent.
    pub fn decline(&mut self, reason: Option<String>) -> Result<()> {
        self.must(&[QuoteStatus::Approved, QuoteStatus::Sent])?;
        self.status = QuoteStatus::Declined;
        self.declined_reason = reason;
        Ok(())
    }

    /// That an order can be made of it.
    ///
    /// # Errors
    /// `quote_status` unless it is accepted; `quote_converted` where an order was made of it before.
    pub fn convertible(&self) -> Result<()> {
        self.must(&[QuoteStatus::Accepted])?;
        match self.order_id {
            Some(_) => Err(Error::Conflict("quote_converted")),
            None => Ok(()),
        }
    }

    /// Notes that an order was made of it.
    ///
    /// # Errors
    /// Those of [`Quote::convertible`].
    pub fn convert(&mut self, order: Id<Order>, now: Instant) -> Result<()> {
        self.convertible()?;
        (self.order_id, self.converted_at) = (Some(order), Some(now));
        Ok(())
    }

    /// Notes that its last day has passed.
    ///
    /// # Errors
    /// `quote_status` where that means nothing any more.
    pub fn expire(&mut self) -> Result<()> {
        self.must(&[QuoteStatus::Approved, QuoteStatus::Sent, QuoteStatus::PendingApproval])?;
        self.status = QuoteStatus::Expired;
        Ok(())
    }

    /// Gives way to a newer version.
    ///
    /// # Errors
    /// `quote_status` of a draft, which can be changed itself, and of one that was accepted or replaced.
    pub fn supersede(&mut self) -> Result<()> {
        use QuoteStatus::{Approved, Declined, Expired, PendingApproval, Sent};
        self.must(&[PendingApproval, Approved, Sent, Declined, Expired])?;
        self.status = QuoteStatus::Superseded;
        Ok(())
    }

    /// Forgets who accepted it and where it was sent: what the customer was offered stays, without them.
    pub fn erase(&mut self) {
        self.sent_to = None;
        self.declined_reason = None;
        if let Some(acceptance) = &mut self.acceptance {
            acceptance.name.clear();
            (acceptance.email, acceptance.ip, acceptance.note) = (None, None, None);
        }
    }

    /// Whether somebody still has to agree.
    pub fn waits(&self) -> bool {
        self.approvals.iter().any(|a| a.state == ApprovalState::Waiting)
    }

    /// What an acceptance is an acceptance of, as text whose digest is kept.
    ///
    /// # Errors
    /// Only if it can't be written as JSON.
    pub fn offered(&self) -> Result<String> {
        let of = serde_json::json!({
            "number": self.number, "revision": self.revision, "customer_id": self.customer_id, "title": self.title, "lines": self.lines,
            "pricing": self.pricing, "options": self.options, "terms_text": self.terms_text, "valid_until": self.valid_until,
        });
        serde_json::to_string(&of).map_err(|e| Error::Internal(e.to_string()))
    }
}

fn asked(line: &QuoteLine) -> PriceAskLine {
    PriceAskLine {
        product_id: line.product_id,
        quantity: line.quantity,
        configuration: line.configuration.clone(),
        discounts: line.discounts.clone(),
        tax: line.tax,
    }
}

/// Which hundredths of what it would cost otherwise the discounts that were asked for took off, cut up to six decimals, so that no
/// discount is smaller than it is.
fn discounted(pricing: &PriceQuotation) -> Exact {
    let steps = pricing.lines.iter().flat_map(|l| &l.steps).filter(|s| s.kind == StepKind::Discount);
    let off: Decimal = steps.map(|s| s.before.amount() - s.after.amount()).sum();
    let net: Decimal = pricing.lines.iter().map(|l| l.net.amount()).sum();
    let whole = off + net;
    if whole.is_zero() || off.is_zero() {
        return Exact::ZERO;
    }
    let share = (off / whole * Decimal::ONE_HUNDRED).round_dp_with_strategy(6, rust_decimal::RoundingStrategy::AwayFromZero);
    Exact::new(share).unwrap_or(Exact::from(100))
}

#[cfg(test)]
#[path = "quote_tests.rs"]
mod tests;
