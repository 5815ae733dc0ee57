//! Forecasts as they were: what deals of a period were like at a moment, kept so that what became of them can be told afterwards.
use crate::core::base::Base;
use crate::core::instant::Instant;
use crate::core::resource::Rules;
use chrono::NaiveDate;
use derive::Record;

/// All deals that were to close in a period, as they were at a moment. Nobody changes it.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/forecast-snapshots",
    one = "forecast_snapshot",
    many = "forecast_snapshots",
    tag = "Sales",
    fa = "نگاشت‌های پیش‌بینی"
)]
pub struct ForecastSnapshot {
    #[record(base)]
    pub base: Base,
    /// Which deals: those that were to close in this year, such as `1405`, quarter, such as `1405-Q1`, or month, such as `1405-07`.
    #[record(fixed, min = 4, max = 7, sort, example = r#""1405-Q1""#, fa = "دوره")]
    pub period: String,
    /// Why it was taken.
    #[record(fixed, max = 500, example = r#""جلسهٔ پیش‌بینی هفته""#, fa = "یادداشت")]
    pub note: Option<String>,
    /// When it was taken.
    #[record(server, sort, example = r#""2026-03-21T08:30:00.000Z""#, fa = "زمان")]
    pub taken_at: Option<Instant>,
    /// How many deals it holds, whoever may see them.
    #[record(server, example = "120", fa = "شمار معامله‌ها")]
    pub deals: i64,
    /// The first day of its period.
    #[record(server, example = r#""2026-03-21""#, fa = "آغاز")]
    pub starts_on: Option<NaiveDate>,
    /// The last day of its period.
    #[record(server, example = r#""2026-06-21""#, fa = "پایان")]
    pub ends_on: Option<NaiveDate>,
}

impl Rules for ForecastSnapshot {}
