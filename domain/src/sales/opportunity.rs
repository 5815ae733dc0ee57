//! Opportunities: deals in progress, from the first interest to won or lost. Where a deal is, is never edited: see [`super::course`].
use super::competitor::Competitor;
use super::lead::Lead;
use super::line::{self, OpportunityLine};
use super::pipeline::Pipeline;
use super::stage::{ForecastCategory, Stage, StageKind};
use super::working_time::WorkingTime;
use crate::access::user::User;
use crate::catalog::product::Product;
use crate::catalog::quote::Quote;
use crate::core::base::Base;
use crate::core::field::Choice;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text::search_key;
use crate::customers::customer::Customer;
use crate::orders::order::Order;
use chrono::{NaiveDate, TimeDelta};
use derive::Record;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// Whether a deal goes on, is won or is lost.
    #[derive(Default)]
    pub enum OpportunityStatus { #[default] Open = "open", Won = "won", Lost = "lost" }
}
crate::choice! {
    /// Whether it is business with somebody new or something new, more of what is there, or the same again.
    #[derive(Default)]
    pub enum OpportunityKind { #[default] NewBusiness = "new_business", Expansion = "expansion", Renewal = "renewal" }
}
crate::choice! {
    /// Why a deal was won or lost.
    pub enum CloseReason {
        Price = "price", Product = "product", Service = "service", Relationship = "relationship", Delivery = "delivery", Timing = "timing",
        Budget = "budget", Competitor = "competitor", NoDecision = "no_decision", NoResponse = "no_response", Other = "other",
    }
}
crate::choice! {
    /// What somebody of ours does in a deal.
    pub enum DealRole {
        Lead = "lead", Seller = "seller", Presales = "presales", Technical = "technical", Manager = "manager", Partner = "partner",
        Other = "other",
    }
}

impl From<StageKind> for OpportunityStatus {
    fn from(kind: StageKind) -> Self {
        match kind {
            StageKind::Open => OpportunityStatus::Open,
            StageKind::Won => OpportunityStatus::Won,
            StageKind::Lost => OpportunityStatus::Lost,
        }
    }
}
impl OpportunityStatus {
    /// The kind of stages that deals of this status are in.
    pub const fn stage_kind(self) -> StageKind {
        match self {
            OpportunityStatus::Open => StageKind::Open,
            OpportunityStatus::Won => StageKind::Won,
            OpportunityStatus::Lost => StageKind::Lost,
        }
    }
}

/// Somebody of ours who works on a deal, and so sees and changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamMember {
    #[schema(value_type = String, format = "uuid", max_length = 36, example = "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a25")]
    pub user_id: Id<User>,
    pub role: DealRole,
    /// Which part of the deal counts for them, in percent, with at most two decimals. Where anyone has a part, all parts together are 100.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 6, pattern = r"^(100(\.00?)?|\d{1,2}(\.\d{1,2})?)$", example = "60")]
    pub split_percent: Option<Decimal>,
}

/// That the day on which a deal is expected to close was put off or brought forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CloseDateMove {
    pub from: NaiveDate,
    /// Null where it was taken away.
    pub to: Option<NaiveDate>,
    pub at: Instant,
    /// By whom; null for the server itself.
    #[schema(value_type = Option<String>, format = "uuid", max_length = 36)]
    pub by: Option<Id<User>>,
}

/// Moves of the closing day that are kept with a deal, the latest.
const MOVES: usize = 50;

/// A deal in progress, from the first interest to won or lost.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/opportunities",
    one = "opportunity",
    many = "opportunities",
    tag = "Sales",
    fa = "معامله‌ها"
)]
pub struct Opportunity {
    #[record(base)]
    pub base: Base,
    /// What the deal is called.
    #[record(min = 1, max = 200, sort, search, example = r#""میلگرد برای برج مهر""#, fa = "نام")]
    pub name: String,
    /// Who would buy.
    #[record(fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// The pipeline it goes through; the default one unless given.
    #[record(fixed, default = Id::from_uuid(Uuid::nil()), fa = "فرایند")]
    pub pipeline_id: Id<Pipeline>,
    /// The stage it is in: the first of the pipeline unless given. Another one needs the permission `opportunities:load`, by which history is
    /// taken over; from then on it changes by the actions `advance`, `win`, `lose` and `reopen`.
    #[record(fixed, default = Id::from_uuid(Uuid::nil()), fa = "مرحله")]
    pub stage_id: Id<Stage>,
    /// Whether it goes on, is won or is lost: always what its stage is. `won` and `lost` need the permission `opportunities:load`; where no stage is
    /// given, the pipeline's stage of that kind is meant.
    #[record(fixed, default, example = r#""open""#, fa = "وضعیت")]
    pub status: OpportunityStatus,
    /// Whether it is new business, more, or the same again.
    #[record(default, example = r#""new_business""#, fa = "گونه")]
    pub kind: OpportunityKind,
    /// What would be sold. Where there are lines, `amount` is what they come to.
    #[record(items = OpportunityLine, max = 200, example = r#"[{"product_id": null, "description": "میلگرد ۱۴", "quantity": "50", "unit_price": {"amount": "25000000.00", "currency": "IRR"}, "discount_percent": "0", "amount": {"amount": "1250000000.00", "currency": "IRR"}}]"#, fa = "سطرها")]
    pub lines: Vec<OpportunityLine>,
    /// What it is worth: what its lines come to, or without lines what the seller says.
    #[record(money, sort, example = r#"{"amount": "1250000000.00", "currency": "IRR"}"#, fa = "مبلغ")]
    pub amount: Option<Money>,
    /// What it is mainly about; where there are lines, they say it.
    #[record(fa = "کالا")]
    pub product_id: Option<Id<Product>>,
    /// When it is expected to close; once it is won or lost, when that was.
    #[record(sort, example = r#""2031-03-21""#, fa = "تاریخ بستن")]
    pub close_date: Option<NaiveDate>,
    /// When work on it began; the day it was made unless given.
    #[record(example = r#""2026-03-21""#, fa = "تاریخ آغاز")]
    pub started_on: Option<NaiveDate>,
    /// How likely it is won, in percent, by the seller's own judgement; null for what its stage says. Another stage takes it away.
    #[record(range = 0..=100, example = "70", fa = "احتمال به نظر فروشنده")]
    pub own_probability: Option<i64>,
    /// How surely a forecast counts on it, by the seller's own judgement; null for what its stage says. Another stage takes it away.
    #[record(example = r#""commit""#, fa = "ردهٔ پیش‌بینی به نظر فروشنده")]
    pub own_forecast_category: Option<ForecastCategory>,
    /// What is to be done next.
    #[record(max = 500, search, example = r#""فرستادن پیش‌فاکتور""#, fa = "گام بعدی")]
    pub next_step: Option<String>,
    /// By when.
    #[record(example = r#""2026-04-04""#, fa = "تاریخ گام بعدی")]
    pub next_step_on: Option<NaiveDate>,
    /// All else there is to say.
    #[record(max = 10000, search, fa = "شرح")]
    pub description: Option<String>,
    /// Where it came from, such as a fair or a call.
    #[record(max = 100, example = r#""نمایشگاه""#, fa = "منبع")]
    pub source: Option<String>,
    /// The campaign that it came of.
    #[record(max = 200, fa = "کارزار")]
    pub campaign: Option<String>,
    /// The partner who brought it or takes part in it.
    #[record(fa = "شریک")]
    pub partner_id: Option<Id<Customer>>,
    /// Who else would like to sell.
    #[record(max = 20, fa = "رقیبان")]
    pub competitor_ids: Vec<Id<Competitor>>,
    /// Who of us works on it, beside its owner.
    #[record(items = TeamMember, max = 50, fa = "گروه فروش")]
    pub team: Vec<TeamMember>,
    /// The keys of what is done of the checklists of its stages.
    #[record(max = 200, hidden, example = r#"["need_known"]"#, fa = "کارهای انجام‌شده")]
    pub checklist_done: Vec<String>,
    /// Why it was won or lost. Given on create, it belongs to history that is taken over.
    #[record(fixed, fa = "علت برد یا باخت")]
    pub close_reason: Option<CloseReason>,
    /// The same in words.
    #[record(fixed, max = 2000, fa = "شرح برد یا باخت")]
    pub close_note: Option<String>,
    /// To whom it was lost.
    #[record(fixed, fa = "رقیب برنده")]
    pub lost_to_id: Option<Id<Competitor>>,
    /// The lead that it came of.
    #[record(server, fa = "سرنخ")]
    pub lead_id: Option<Id<Lead>>,
    /// How likely it is won, in percent: the seller's own judgement, else what its stage says.
    #[record(server, example = "30", fa = "احتمال")]
    pub probability: i64,
    /// How surely a forecast counts on it: the seller's own judgement, else what its stage says.
    #[record(server, example = r#""pipeline""#, fa = "ردهٔ پیش‌بینی")]
    pub forecast_category: ForecastCategory,
    /// When it came into its stage.
    #[record(server, example = r#""2026-03-21T08:30:00.000Z""#, fa = "ورود به مرحله")]
    pub stage_entered_at: Option<Instant>,
    /// Until when it may stay there before it counts as stuck; null for ever.
    #[record(server, fa = "مهلت مرحله")]
    pub stage_due_at: Option<Instant>,
    /// Why it went back, or was reopened.
    #[record(server, max = 2000, fa = "علت جابه‌جایی")]
    pub stage_note: Option<String>,
    /// When it was won or lost.
    #[record(server, fa = "زمان بستن")]
    pub closed_at: Option<Instant>,
    /// How often its closing day was moved.
    #[record(server, example = "0", fa = "جابه‌جایی تاریخ بستن")]
    pub close_date_moves: i64,
    /// The latest moves of its closing day, the last one last.
    #[record(server, items = CloseDateMove, max = 50, fa = "تاریخ‌های بستن")]
    pub close_dates: Vec<CloseDateMove>,
    /// Since when it is known to have been in its stage for too long; null where it has not.
    #[record(server, fa = "گیرکرده از")]
    pub stuck_at: Option<Instant>,
    /// Since when it is known to be open behind its closing day; null where it is not.
    #[record(server, fa = "عقب‌افتاده از")]
    pub slipping_at: Option<Instant>,
    /// The quote of the deal that the customer accepted last. A stage that asks for one has `accepted_quote_id != null` among what must be true.
    #[record(server, fa = "پیش‌فاکتور پذیرفته‌شده")]
    pub accepted_quote_id: Option<Id<Quote>>,
    /// The order that was made of the deal's quote last.
    #[record(server, fa = "سفارش")]
    pub order_id: Option<Id<Order>>,
}

/// How a deal is closed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Closing {
    pub reason: Option<CloseReason>,
    pub note: Option<String>,
    pub lost_to: Option<Id<Competitor>>,
    /// The day it was closed on; today, unless given.
    pub on: Option<NaiveDate>,
}

impl Opportunity {
    /// All that a search by text looks into.
    pub fn search_text(&self) -> String {
        let more = [&self.next_step, &self.description].map(|t| t.as_deref().unwrap_or_default());
        search_key(&format!("{} {} {}", self.name, more[0], more[1]))
    }

    /// Puts it into a stage, as of a moment.
    pub fn enter(&mut self, stage: &Stage, pipeline: &Pipeline, now: Instant, hours: &WorkingTime) {
        (self.own_probability, self.own_forecast_category) = (None, None);
        self.stage_id = stage.id();
        self.status = stage.kind.into();
        self.stage_entered_at = Some(now);
        self.stage_due_at = match (stage.kind, stage.time_limit_seconds, pipeline.stuck_after_days) {
            (StageKind::Won | StageKind::Lost, ..) | (_, None, None) => None,
            (_, Some(seconds), _) => hours.after(now, seconds),
            (_, None, Some(days)) => Some(now.after(TimeDelta::days(days))),
        };
        (self.stuck_at, self.slipping_at) = (None, None);
        self.judge(stage);
    }

    /// Its probability and category, by the seller's judgement and its stage.
    pub fn judge(&mut self, stage: &Stage) {
        let open = stage.kind == StageKind::Open;
        self.probability = self.own_probability.filter(|_| open).unwrap_or(stage.probability);
        self.forecast_category = self.own_forecast_category.filter(|_| open).unwrap_or(stage.forecast_category);
    }

    /// Notes how and when it was closed.
    pub fn close(&mut self, closing: Closing, now: Instant, today: NaiveDate) {
        self.close_date = Some(closing.on.unwrap_or(today));
        self.close_reason = closing.reason;
        self.close_note = closing.note;
        self.lost_to_id = closing.lost_to;
        if let Some(to) = closing.lost_to.filter(|to| !self.competitor_ids.contains(to)) {
            self.competitor_ids.push(to);
        }
        self.closed_at = Some(now);
    }

    /// Takes back that it was closed.
    pub fn reopen(&mut self, note: Option<String>) {
        (self.close_reason, self.close_note, self.lost_to_id, self.closed_at) = (None, None, None, None);
        self.stage_note = note;
    }

    /// Counts and keeps a move of the closing day of a deal that goes on.
    pub fn moved(&mut self, before: Option<NaiveDate>, now: Instant, by: Option<Id<User>>, today: NaiveDate) {
        let Some(from) = before.filter(|from| Some(*from) != self.close_date) else {
            return;
        };
        self.close_date_moves += 1;
        self.close_dates.push(CloseDateMove {
            from,
            to: self.close_date,
            at: now,
            by,
        });
        let surplus = self.close_dates.len().saturating_sub(MOVES);
        self.close_dates.drain(..surplus);
        if self.close_date.is_none_or(|day| day >= today) {
            self.slipping_at = None;
        }
    }

    /// Forgets what it says of the person who would have bought; what it was worth, when, and what became of it is counted on.
    pub fn erase(&mut self) {
        "—".clone_into(&mut self.name);
        (self.next_step, self.description, self.close_note, self.stage_note) = (None, None, None, None);
        self.lines.iter_mut().for_each(OpportunityLine::erase);
        self.base.custom.clear();
        self.base.external_ids.clear();
    }

    fn team(&self, problems: &mut Problems) {
        let mut sum = Decimal::ZERO;
        for (i, member) in self.team.iter().enumerate() {
            if self.team[..i].iter().any(|other| other.user_id == member.user_id) {
                problems.add(format!("/team/{i}/user_id"), Code::Duplicate);
            }
            let Some(split) = member.split_percent else { continue };
            let at = format!("/team/{i}/split_percent");
            if split < Decimal::ZERO || split > Decimal::ONE_HUNDRED {
                problems.with(at, Code::OutOfRange, vec![("min", "0".to_owned()), ("max", "100".to_owned())]);
            } else if split.normalize().scale() > 2 {
                problems.with(at, Code::Format, vec![("format", "0.00".to_owned())]);
            } else {
                sum += split;
            }
        }
        let shared = self.team.iter().any(|member| member.split_percent.is_some());
        if shared && problems.0.is_empty() && sum != Decimal::ONE_HUNDRED {
            problems.with(
                "/team",
                Code::OutOfRange,
                vec![("min", "100".to_owned()), ("max", "100".to_owned())],
            );
        }
    }
}

impl Rules for Opportunity {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        problems.at_least("/amount/amount", self.amount.map(Money::amount), Decimal::ZERO);
        if self.own_forecast_category == Some(ForecastCategory::Closed) {
            let words = ForecastCategory::WORDS
                .iter()
                .filter(|word| *word != ForecastCategory::Closed.word());
            let allowed = words.map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
            problems.with("/own_forecast_category", Code::NotAllowed, vec![("allowed", allowed)]);
        }
        if let Some(start) = self.started_on {
            problems.at_least("/close_date", self.close_date, start);
        }
        let rivals = &self.competitor_ids;
        for (i, _) in rivals.iter().enumerate().filter(|(i, id)| rivals[..*i].contains(id)) {
            problems.add(format!("/competitor_ids/{i}"), Code::Duplicate);
        }
        line::check(&self.lines, &mut problems);
        let mut team = Problems::default();
        self.team(&mut team);
        problems.extend(team);
        problems
    }
}

#[cfg(test)]
#[path = "opportunity_tests.rs"]
mod tests;
