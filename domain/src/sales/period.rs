//! Periods that forecasts and quotas are for: months, quarters and years of the Gregorian and of the Persian calendar. The organization sets
//! in which of the two its fiscal year runs, and with which month it begins; periods of the other calendar begin with its first month.
//!
//! A period is named by its year and what of it is meant: `1405`, `1405-Q1`, `1405-07`. Which calendar that is, the year says: no Persian
//! year of business reaches [`FIRST_GREGORIAN`]. Months are those of the calendar; quarters and years are those of the fiscal year, which is
//! named by the calendar year that it begins in.
use crate::core::jalali;
use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

/// The first year that is taken for a Gregorian one. The Persian year 1700 begins in 2321.
const FIRST_GREGORIAN: i32 = 1700;
/// Years that a period may be of: by the Persian calendar and by the Gregorian.
const YEARS: [std::ops::RangeInclusive<i32>; 2] = [1200..=1699, 1821..=2320];
/// How keys of periods are written, as a regular expression.
pub const PERIOD_KEY: &str = r"^(1[2-6]\d{2}|18(2[1-9]|[3-9]\d)|19\d{2}|2([0-2]\d{2}|3[01]\d|320))(-(Q[1-4]|0[1-9]|1[0-2]))?$";

crate::choice! {
    /// A calendar.
    #[derive(Default)]
    pub enum FiscalCalendar { #[default] Persian = "persian", Gregorian = "gregorian" }
}
crate::choice! {
    /// How long a period is.
    #[derive(Default)]
    pub enum PeriodLength { Month = "month", #[default] Quarter = "quarter", Year = "year" }
}

/// How the organization counts its years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fiscal {
    pub calendar: FiscalCalendar,
    /// The month, from 1, in which its year begins.
    pub first_month: u8,
}

/// A span of days with a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Period {
    /// Its name, such as `1405-Q1`, `2026-Q3`, `1405-07` or `1405`.
    #[schema(max_length = 7, pattern = r"^\d{4}(-(Q[1-4]|0[1-9]|1[0-2]))?$", example = "1405-Q1")]
    pub key: String,
    /// Its first day.
    #[schema(example = "2026-03-21")]
    pub starts_on: NaiveDate,
    /// Its last day.
    #[schema(example = "2026-06-21")]
    pub ends_on: NaiveDate,
}

impl Period {
    /// How long it is, as its name says.
    pub fn length(&self) -> PeriodLength {
        match self.key.len() {
            4 => PeriodLength::Year,
            _ if self.key.contains('Q') => PeriodLength::Quarter,
            _ => PeriodLength::Month,
        }
    }
}

/// A period of a calendar, before it has a name: the year and month that it begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Begin {
    year: i32,
    month: u8,
}

impl Begin {
    fn after(self, months: i32) -> Option<Begin> {
        let count = self.year.checked_mul(12)? + i32::from(self.month) - 1 + months;
        let month = u8::try_from(count.rem_euclid(12)).ok()? + 1;
        Some(Begin {
            year: count.div_euclid(12),
            month,
        })
    }
    fn date(self, calendar: FiscalCalendar) -> Option<NaiveDate> {
        let (year, month, day) = (self.year, self.month, 1);
        match calendar {
            FiscalCalendar::Gregorian => NaiveDate::from_ymd_opt(year, u32::from(month), 1),
            FiscalCalendar::Persian => jalali::Day { year, month, day }.date(),
        }
    }
    fn of(date: NaiveDate, calendar: FiscalCalendar) -> Option<Begin> {
        match calendar {
            FiscalCalendar::Gregorian => Some(Begin {
                year: date.year(),
                month: u8::try_from(date.month()).ok()?,
            }),
            FiscalCalendar::Persian => jalali::Day::of(date).map(|day| Begin {
                year: day.year,
                month: day.month,
            }),
        }
    }
}

impl PeriodLength {
    const fn months(self) -> u8 {
        match self {
            PeriodLength::Month => 1,
            PeriodLength::Quarter => 3,
            PeriodLength::Year => 12,
        }
    }
}

impl Fiscal {
    /// The month, from 1, in which years of a calendar begin.
    fn first_month(self, calendar: FiscalCalendar) -> u8 {
        if calendar == self.calendar {
            self.first_month.clamp(1, 12)
        } else {
            1
        }
    }

    fn period(self, calendar: FiscalCalendar, length: PeriodLength, begin: Begin) -> Option<Period> {
        let first = self.first_month(calendar);
        // The fiscal year that it is in, and how many months of that are gone when it begins.
        let year = if begin.month >= first { begin.year } else { begin.year - 1 };
        let gone = (begin.month + 12 - first) % 12;
        let key = match length {
            PeriodLength::Month => format!("{:04}-{:02}", begin.year, begin.month),
            PeriodLength::Quarter => format!("{year:04}-Q{}", gone / 3 + 1),
            PeriodLength::Year => format!("{year:04}"),
        };
        let next = begin.after(i32::from(length.months()))?;
        Some(Period {
            key,
            starts_on: begin.date(calendar)?,
            ends_on: next.date(calendar)?.pred_opt()?,
        })
    }

    /// The period of a calendar and length that a day is in; none outside the calendars.
    pub fn containing(self, calendar: FiscalCalendar, length: PeriodLength, day: NaiveDate) -> Option<Period> {
        let month = Begin::of(day, calendar)?;
        let within = (month.month + 12 - self.first_month(calendar)) % length.months();
        self.period(calendar, length, month.after(-i32::from(within))?)
    }

    /// The calendar that a period is of.
    pub fn calendar_of(self, period: &Period) -> FiscalCalendar {
        match period.key.get(..4).and_then(|year| year.parse::<i32>().ok()) {
            Some(year) if year >= FIRST_GREGORIAN => FiscalCalendar::Gregorian,
            _ => FiscalCalendar::Persian,
        }
    }

    /// The period of a name.
    pub fn parse(self, key: &str) -> Option<Period> {
        let (year, rest) = key.split_once('-').map_or((key, None), |(year, rest)| (year, Some(rest)));
        let plain = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        let year: i32 = if plain(year, 4) { year.parse().ok()? } else { return None };
        if !YEARS.iter().any(|years| years.contains(&year)) {
            return None;
        }
        let calendar = if year < FIRST_GREGORIAN {
            FiscalCalendar::Persian
        } else {
            FiscalCalendar::Gregorian
        };
        let first = Begin {
            year,
            month: self.first_month(calendar),
        };
        let number = |text: &str, digits: usize| plain(text, digits).then(|| text.parse::<u8>().ok()).flatten();
        match (rest, rest.and_then(|rest| rest.strip_prefix('Q'))) {
            (None, _) => self.period(calendar, PeriodLength::Year, first),
            (_, Some(quarter)) => {
                let n = number(quarter, 1).filter(|n| (1..=4).contains(n))?;
                self.period(calendar, PeriodLength::Quarter, first.after(3 * (i32::from(n) - 1))?)
            }
            (Some(month), None) => {
                let month = number(month, 2).filter(|n| (1..=12).contains(n))?;
                self.period(calendar, PeriodLength::Month, Begin { year, month })
            }
        }
    }

    /// The periods that have any day from one to another, in their order; as many as `most`, or none where there are more.
    pub fn covering(
        self,
        calendar: FiscalCalendar,
        length: PeriodLength,
        (from, to): (NaiveDate, NaiveDate),
        most: usize,
    ) -> Option<Vec<Period>> {
        let mut all = vec![self.containing(calendar, length, from)?];
        while let Some(next) = all
            .last()
            .and_then(|p| p.ends_on.checked_add_days(Days::new(1)))
            .filter(|day| *day <= to)
        {
            if all.len() == most {
                return None;
            }
            all.push(self.containing(calendar, length, next)?);
        }
        Some(all)
    }
}

#[cfg(test)]
#[path = "period_tests.rs"]
mod tests;
