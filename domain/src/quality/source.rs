//! Where values come from, and what it costs to get them there.
use crate::access::api_key::ApiKey;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::money::{Money, MoneyError};
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::NaiveDate;
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// By which way a value came.
    pub enum SourceKind {
        /// Somebody of us wrote it.
        ByHand = "by_hand",
        /// A file brought it.
        Import = "import",
        /// A program brought it, with an API key.
        Integration = "integration",
        /// The customer did, by an address that was mailed to them.
        Link = "link",
        /// A command on the server's own machine.
        Console = "console",
        /// It was another record's, and came by a merge.
        Merge = "merge",
        /// It stood in what happened, and somebody accepted the suggestion.
        Suggestion = "suggestion",
        /// The server itself.
        Server = "server",
        /// The change log does not tell any more.
        Unknown = "unknown",
    }
}

/// A way by which values come, with what it costs. What it has gathered is counted once a day.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/data-sources",
    one = "data_source",
    many = "data_sources",
    tag = "Data quality",
    fa = "منبع‌های داده"
)]
pub struct DataSource {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 100, sort, example = r#""Trade fair""#, fa = "نام")]
    pub name: String,
    /// By which way its values come. An import names its source itself.
    #[record(fixed, example = r#""import""#, fa = "نوع")]
    pub kind: SourceKind,
    /// Only what comes with this API key.
    #[record(fa = "کلید API")]
    pub api_key_id: Option<Id<ApiKey>>,
    /// Only what this user writes.
    #[record(fa = "کاربر")]
    pub user_id: Option<Id<User>>,
    /// Whether what comes this way counts to it where neither the import nor the API key nor the user says another source.
    #[record(default, fa = "پیش‌فرض")]
    pub is_default: bool,
    /// What each customer costs that it gives a value to.
    #[record(like = Money, example = r#"{"amount": "15000.00", "currency": "IRR"}"#, fa = "هزینهٔ هر رکورد")]
    pub cost_per_record: Option<Money>,
    /// What it costs by the month, however much it gathers; a part of a month costs its part.
    #[record(like = Money, example = r#"{"amount": "9000000.00", "currency": "IRR"}"#, fa = "هزینهٔ ماهانه")]
    pub cost_per_month: Option<Money>,
    /// Since when it costs by the month; since the record was made where that is not said.
    #[record(example = r#""2026-03-21""#, fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Its last day.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[record(max = 2000, fa = "یادداشت")]
    pub notes: Option<String>,
    /// Customers that it has given a value to.
    #[record(server, sort, fa = "شمار رکوردها")]
    pub records: i64,
    /// Values that it has given.
    #[record(server, sort, fa = "شمار مقدارها")]
    pub gathered: i64,
    /// Of these, the ones that still stand and may be used.
    #[record(server, sort, fa = "مقدارهای مانده")]
    pub kept: i64,
    /// What it has cost until it was counted.
    #[record(server, like = Money, fa = "هزینهٔ کل")]
    pub cost: Option<Money>,
    /// What each value costs that still stands; null where none does.
    #[record(server, like = Money, fa = "هزینهٔ هر مقدار مانده")]
    pub cost_per_kept: Option<Money>,
    /// When it was counted; null before the first time.
    #[record(server, fa = "زمان شمارش")]
    pub counted_at: Option<Instant>,
}

/// Days of a month, on average.
const MONTH: Decimal = Decimal::from_parts(304_375, 0, 0, false, 4);

impl Rules for DataSource {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let conflict = |with: &str| vec![("with", with.to_owned())];
        if self.api_key_id.is_some() && self.kind != SourceKind::Integration {
            problems.with("/api_key_id", Code::Conflict, conflict("/kind"));
        }
        if self.user_id.is_some() && self.kind != SourceKind::ByHand {
            problems.with("/user_id", Code::Conflict, conflict("/kind"));
        }
        if let (Some(one), Some(month)) = (self.cost_per_record, self.cost_per_month)
            && one.currency() != month.currency()
        {
            problems.with("/cost_per_month/currency", Code::Conflict, conflict("/cost_per_record/currency"));
        }
        for (at, cost) in [("/cost_per_record", self.cost_per_record), ("/cost_per_month", self.cost_per_month)] {
            problems.at_least(format!("{at}/amount"), cost.map(Money::amount), Decimal::ZERO);
        }
        problems.dates(self.from_date, self.to_date);
        problems
    }
}

/// What a source was counted to have gathered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Count {
    pub records: i64,
    pub gathered: i64,
    pub kept: i64,
}

impl DataSource {
    /// Takes over what was counted, and works out what it has cost.
    ///
    /// # Errors
    /// `OutOfRange` where the cost is beyond what an amount can be.
    pub fn count(&mut self, count: Count, now: Instant) -> Result<(), MoneyError> {
        (self.records, self.gathered, self.kept) = (count.records, count.gathered, count.kept);
        let records = self
            .cost_per_record
            .map(|one| one.checked_mul(Decimal::from(count.records)))
            .transpose()?;
        let months = self.cost_per_month.map(|one| one.checked_mul(self.months(now))).transpose()?;
        self.cost = match (records, months) {
            (Some(a), Some(b)) => Some(a.checked_add(b)?),
            (a, b) => a.or(b),
        };
        self.cost_per_kept = match (self.cost, count.kept) {
            (Some(cost), kept @ 1..) => Some(Money::rounded(cost.amount() / Decimal::from(kept), cost.currency())?),
            _ => None,
        };
        self.counted_at = Some(now);
        Ok(())
    }

    /// For how many months it has cost until now.
    fn months(&self, now: Instant) -> Decimal {
        let today = now.utc().date_naive();
        let from = self.from_date.unwrap_or_else(|| self.base.created_at.utc().date_naive());
        let to = self.to_date.map_or(today, |last| last.min(today));
        let days = (to - from).num_days() + 1;
        // Six decimals, as an exact product has room for.
        (Decimal::from(days.max(0)) / MONTH).round_dp(6)
    }
}
