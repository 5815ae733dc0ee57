//! Contracts: what a customer has agreed on for a time, such as a policy, a subscription or a service, and what follows when that time is over.
use super::line::{self, SalesLine, Sums};
use super::order::Order;
use super::term::{LONGEST, TermCalendar};
use crate::access::user::User;
use crate::activities::task::Task;
use crate::catalog::line::{DocumentTotals, LineTotal, Rounding, Sense};
use crate::core::base::Base;
use crate::core::exact::Exact;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::Money;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::core::text;
use crate::customers::customer::Customer;
use crate::sales::opportunity::Opportunity;
use crate::sales::pipeline::Pipeline;
use chrono::{Days, NaiveDate};
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// What kind of agreement it is.
    #[derive(Default)]
    pub enum ContractKind {
        #[default]
        Service = "service", Policy = "policy", Subscription = "subscription", Maintenance = "maintenance", Lease = "lease", Other = "other",
    }
}
crate::choice! {
    /// Where a contract stands.
    #[derive(Default)]
    pub enum ContractStatus {
        /// Being written: it can be changed, and nothing is agreed.
        #[default]
        Draft = "draft",
        /// It holds.
        Active = "active",
        /// It holds, and ends with its last day: notice was given.
        InNotice = "in_notice",
        /// Another one has taken its place: `next_id`.
        Renewed = "renewed",
        /// Its last day has passed, and nothing followed.
        Ended = "ended",
        /// It was ended before its time, or never held.
        Cancelled = "cancelled",
    }
}
crate::choice! {
    /// What follows when a contract is over.
    #[derive(Default)]
    pub enum RenewalRule {
        /// Nothing: it ends.
        #[default]
        None = "none",
        /// It ends unless somebody renews it, and we are reminded in time.
        Manual = "manual",
        /// It goes on by itself unless notice is given, and we are reminded in time.
        Automatic = "automatic",
    }
}

/// The longest notice and the longest time ahead, in days.
const LONGEST_DAYS: i64 = 3650;

/// What a customer has agreed on for a time.
#[derive(Debug, Clone, Record)]
#[record(path = "/contracts", one = "contract", many = "contracts", tag = "Contracts", fa = "قراردادها")]
pub struct Contract {
    #[record(base)]
    pub base: Base,
    /// Its number, from the series of contracts; it gets one when it is activated.
    #[record(server, max = 60, sort, search, example = r#""C-000012""#, fa = "شماره")]
    pub number: Option<String>,
    /// With whom.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// What it is called.
    #[record(min = 1, max = 200, sort, search, example = r#""بیمهٔ آتش‌سوزی انبار یزد""#, fa = "نام")]
    pub name: String,
    /// What kind of agreement it is.
    #[record(default, example = r#""policy""#, fa = "نوع")]
    pub kind: ContractKind,
    /// Where it stands.
    #[record(server, example = r#""draft""#, fa = "وضعیت")]
    pub status: ContractStatus,
    /// Its first day.
    #[record(sort, example = r#""2026-03-21""#, fa = "آغاز")]
    pub starts_on: NaiveDate,
    /// How many months it runs, at most 1200; null where `ends_on` says so, or where it runs until notice is given.
    #[record(range = 1..=LONGEST, example = "12", fa = "مدت (ماه)")]
    pub term_months: Option<i64>,
    /// In whose months the term is counted.
    #[record(default, example = r#""jalali""#, fa = "تقویم")]
    pub calendar: TermCalendar,
    /// Its last day: worked out of the term where there is one, so that the next day begins the next term.
    #[record(sort, example = r#""2027-03-20""#, fa = "پایان")]
    pub ends_on: Option<NaiveDate>,
    /// How many days before its last day notice has to be given, at most 3650.
    #[record(default, range = 0..=LONGEST_DAYS, example = "30", fa = "مهلت اعلام (روز)")]
    pub notice_days: i64,
    /// The currency of all its amounts, ISO 4217.
    #[record(min = 3, max = 3, example = r#""IRR""#, fa = "ارز")]
    pub currency: String,
    /// What it is worth for its term; where it has lines and this is null, what they come to.
    #[record(money, example = r#"{"amount": "480000000.00", "currency": "IRR"}"#, fa = "ارزش")]
    pub value: Option<Money>,
    /// What is agreed on, where that is goods or services with prices.
    #[record(items = SalesLine, max = 200, example = "[]", fa = "سطرها")]
    pub lines: Vec<SalesLine>,
    /// What follows when it is over.
    #[record(default, example = r#""automatic""#, fa = "تمدید")]
    pub renewal: RenewalRule,
    /// For how many months it is renewed; as long as it ran unless given.
    #[record(range = 1..=LONGEST, example = "12", fa = "مدت تمدید (ماه)")]
    pub renewal_term_months: Option<i64>,
    /// By how many hundredths prices change with the renewal, from −100 to 1000; below nothing they fall.
    #[record(example = r#""8""#, fa = "تغییر قیمت در تمدید (درصد)")]
    pub renewal_percent: Option<Exact>,
    /// How many days before the last day for notice the renewal is due, at most 3650: then it becomes a deal and a call.
    #[record(default = 30, range = 0..=LONGEST_DAYS, example = "30", fa = "یادآوری تمدید (روز)")]
    pub renewal_lead_days: i64,
    /// The pipeline of the deal of the renewal. Unless given, for a policy the one that was made of the template for insurance, else the default one.
    #[record(fa = "فرایند تمدید")]
    pub renewal_pipeline_id: Option<Id<Pipeline>>,
    /// The order that it came of.
    #[record(fa = "سفارش")]
    pub order_id: Option<Id<Order>>,
    /// The deal that it came of.
    #[record(fa = "معامله")]
    pub opportunity_id: Option<Id<Opportunity>>,
    /// Anything else worth knowing.
    #[record(max = 5000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// What each line comes to, in their order.
    #[record(server, items = LineTotal, max = 200, fa = "مبلغ سطرها")]
    pub line_totals: Vec<LineTotal>,
    /// What the lines come to; null without lines.
    #[record(server, like = DocumentTotals, fa = "جمع‌ها")]
    pub totals: Option<DocumentTotals>,
    /// When its renewal is due; null where nothing is renewed.
    #[record(server, sort, fa = "سررسید تمدید")]
    pub renewal_due_on: Option<NaiveDate>,
    /// The deal that the due renewal became.
    #[record(server, fa = "معاملهٔ تمدید")]
    pub renewal_opportunity_id: Option<Id<Opportunity>>,
    /// The call that it became.
    #[record(server, fa = "تماس تمدید")]
    pub renewal_task_id: Option<Id<Task>>,
    /// The contract whose place it has taken.
    #[record(server, fa = "قرارداد پیشین")]
    pub previous_id: Option<Id<Contract>>,
    /// The contract that has taken its place.
    #[record(server, fa = "قرارداد بعدی")]
    pub next_id: Option<Id<Contract>>,
    /// The first day of the first of the terms that it goes on from.
    #[record(server, fa = "آغاز نخستین دوره")]
    pub anchor_on: Option<NaiveDate>,
    /// How many months of terms there were before it since then.
    #[record(server, example = "0", fa = "ماه‌های پیشین")]
    pub anchor_months: i64,
    /// How many steps it has gone since it was made.
    #[record(server, example = "0", fa = "گام‌ها")]
    pub steps: i64,
    /// When it was activated.
    #[record(server, sort, fa = "زمان فعال‌شدن")]
    pub activated_at: Option<Instant>,
    /// Who activated it; null for the server itself.
    #[record(server, fa = "فعال‌کننده")]
    pub activated_by: Option<Id<User>>,
    /// The day on which notice was given.
    #[record(server, fa = "تاریخ اعلام پایان")]
    pub notice_on: Option<NaiveDate>,
    /// Its last day as it came to be: where it ended, was cancelled or was renewed.
    #[record(server, sort, fa = "تاریخ بسته‌شدن")]
    pub closed_on: Option<NaiveDate>,
    /// Why notice was given or it was cancelled, in words.
    #[record(server, max = 500, fa = "توضیح")]
    pub reason: Option<String>,
}

impl Rules for Contract {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        match line::known_currency(&self.currency) {
            Err(wrong) => problems.extend(wrong),
            Ok(known) => {
                if self.value.is_some_and(|value| value.currency() != known) {
                    problems.with("/value/currency", Code::Conflict, vec![("with", known.code().to_owned())]);
                }
            }
        }
        self.name = self.name.trim().to_owned();
        if text::has_bidi_control(&self.name) {
            problems.add("/name", Code::Character);
        }
        problems.at_least("/value/amount", self.value.map(Money::amount), Decimal::ZERO);
        line::check(&mut self.lines, &mut problems);
        if self
            .renewal_percent
            .is_some_and(|p| p.value() < Decimal::from(-100) || p.value() > Decimal::from(1000))
        {
            let bounds = vec![("min", "-100".to_owned()), ("max", "1000".to_owned())];
            problems.with("/renewal_percent", Code::OutOfRange, bounds);
        }
        self.dates(&mut problems);
        problems
    }
}

impl Contract {
    /// Works out what follows from its dates, and says what is wrong with them.
    fn dates(&mut self, problems: &mut Problems) {
        if let (Some(term), true) = (self.term_months, problems.0.is_empty()) {
            let (anchor, before) = (self.anchor_on.unwrap_or(self.starts_on), self.anchor_months);
            match self.calendar.last(anchor, before.saturating_add(term)) {
                Some(last) => self.ends_on = Some(last),
                None => problems.add("/term_months", Code::OutOfRange),
            }
        }
        problems.at_least("/ends_on", self.ends_on, self.starts_on);
        if self.renewal != RenewalRule::None {
            if self.ends_on.is_none() {
                problems.add("/ends_on", Code::Required);
            }
            if self.term_months.is_none() && self.renewal_term_months.is_none() {
                problems.add("/renewal_term_months", Code::Required);
            }
        }
        let waits = matches!(self.status, ContractStatus::Draft | ContractStatus::Active) && self.renewal != RenewalRule::None;
        let ahead = u64::try_from(self.notice_days.saturating_add(self.renewal_lead_days)).unwrap_or_default();
        let due = self
            .ends_on
            .filter(|_| waits)
            .and_then(|last| last.checked_sub_days(Days::new(ahead)));
        self.renewal_due_on = due;
    }

    /// Counts what its lines come to; they are complete.
    ///
    /// # Errors
    /// What makes no sense in a contract.
    pub fn count(&mut self) -> Result<(), Problems> {
        if self.lines.is_empty() {
            (self.line_totals, self.totals) = (Vec::new(), None);
            return Ok(());
        }
        let sums = Sums {
            currency: &self.currency,
            lines: &self.lines,
            adjustments: &[],
            prepaid: None,
            rounding: Rounding::None,
            sense: Sense::Sale,
        };
        let (lines, totals) = line::totals(sums)?;
        (self.line_totals, self.totals) = (lines, Some(totals));
        Ok(())
    }

    /// What it is worth for its term.
    pub fn worth(&self) -> Option<Money> {
        self.value.or(self.totals.as_ref().map(|totals| totals.payable))
    }

    /// Whether something else was agreed.
    pub fn differs(&self, other: &Contract) -> bool {
        let words = |c: &Contract| (c.name.clone(), c.currency.clone(), c.kind, c.calendar, c.renewal);
        let times = |c: &Contract| (c.starts_on, c.term_months, c.ends_on, c.notice_days);
        let next = |c: &Contract| (c.renewal_term_months, c.renewal_percent, c.value);
        words(self) != words(other) || times(self) != times(other) || next(self) != next(other) || self.lines != other.lines
    }

    /// Forgets what is personal in it; what was agreed stays.
    pub fn erase(&mut self) {
        "—".clone_into(&mut self.name);
        (self.notes, self.reason) = (None, None);
        (self.base.external_ids, self.base.custom) = Default::default();
    }

    /// What a search by text looks into.
    pub fn search_text(&self) -> String {
        text::search_key(&format!("{} {}", self.number.as_deref().unwrap_or_default(), self.name))
    }
}
