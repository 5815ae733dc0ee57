//! Keeps the forecast of this quarter and of the next by itself, as often as the organization has set.
use crate::jobs::{JobContext, JobKind, Outcome, Run, as_server};
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use domain::core::error::{Error, Result};
use domain::core::input::members;
use domain::core::pipeline::{self, Context};
use domain::core::settings::FORECAST_SNAPSHOTS;
use domain::sales::period::{Fiscal, FiscalCalendar, PeriodLength};
use domain::sales::snapshot::ForecastSnapshot;
use persistence::core::conn::Conn;
use persistence::core::{external, settings};
use persistence::sales::{course, forecast, snapshot};
use serde_json::json;

/// What the snapshots that this job takes are called as those of another system: period and day, so that each is taken once, whatever
/// restarts.
const SYSTEM: &str = "forecast_job";

/// Looks every hour.
pub struct SnapshotForecasts;
impl JobKind for SnapshotForecasts {
    fn kind(&self) -> &'static str {
        "snapshot_forecasts"
    }
    fn every(&self) -> Option<TimeDelta> {
        Some(TimeDelta::hours(1))
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(run(job))
    }
}

/// The day for which a snapshot is due: each day, or the first of the week as the calendar counts it.
fn due(often: &str, fiscal: Fiscal, today: NaiveDate) -> Option<NaiveDate> {
    let first = match fiscal.calendar {
        FiscalCalendar::Persian => Weekday::Sat,
        FiscalCalendar::Gregorian => Weekday::Mon,
    };
    match often {
        "daily" => Some(today),
        "weekly" => today.checked_sub_days(Days::new(today.weekday().days_since(first).into())),
        _ => None,
    }
}

fn take(conn: &mut Conn, context: &Context<'_>) -> Result<i64> {
    let often = settings::in_force(conn, FORECAST_SNAPSHOTS)?;
    let (fiscal, today) = (forecast::fiscal(conn)?, course::hours(conn)?.day(context.now()));
    let Some(day) = due(&often, fiscal, today) else { return Ok(0) };
    let beyond = || Error::Internal("today is in no quarter".to_owned());
    let quarter = |day| fiscal.containing(fiscal.calendar, PeriodLength::Quarter, day).ok_or_else(beyond);
    let this = quarter(today)?;
    let next = quarter(this.ends_on.succ_opt().ok_or_else(beyond)?)?;
    let mut taken = 0;
    for period in [this, next] {
        let name = format!("{}:{day}", period.key);
        // There is nothing to keep of a period in which nothing closes.
        let known = external::find(conn, "forecast_snapshots", SYSTEM, &name)?.is_some();
        if known || !snapshot::any(conn, &period)? {
            continue;
        }
        let body = members(json!({"period": period.key, "external_ids": {SYSTEM: name}}));
        pipeline::create::<ForecastSnapshot>(conn, context, None, body)?;
        taken += 1;
    }
    Ok(taken)
}

async fn run(job: &JobContext) -> Result<Outcome> {
    let (setting, id) = (job.app.setting(), job.job.claim.id);
    let taken = job
        .write(move |conn| as_server(&setting, id, id, |context| take(conn, context)))
        .await?;
    Ok(Outcome::Done(json!({"taken": taken})))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn weeks_begin_as_their_calendar_says() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let fiscal = |calendar| Fiscal { calendar, first_month: 1 };
        let (persian, gregorian) = (fiscal(FiscalCalendar::Persian), fiscal(FiscalCalendar::Gregorian));
        // 21 March 2026 was a Saturday.
        for (often, fiscal, today, expected) in [
            ("daily", persian, "2026-03-25", Some("2026-03-25")),
            ("weekly", persian, "2026-03-21", Some("2026-03-21")),
            ("weekly", persian, "2026-03-27", Some("2026-03-21")),
            ("weekly", gregorian, "2026-03-22", Some("2026-03-16")),
            ("weekly", gregorian, "2026-03-23", Some("2026-03-23")),
            ("never", persian, "2026-03-21", None),
        ] {
            assert_eq!(due(often, fiscal, day(today)), expected.map(day), "{often} {today}");
        }
    }
}
