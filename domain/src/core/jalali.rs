//! Moments as the Persian calendar writes them, its months, and the days that its dates are. Nothing is stored in it.
use super::instant::Instant;
use chrono::{Datelike, NaiveDate, Timelike};
use icu_calendar::Date;
use icu_calendar::cal::{Iso, Persian};

const MONTHS: [(&str, &str); 12] = [
    ("فروردین", "Farvardin"),
    ("اردیبهشت", "Ordibehesht"),
    ("خرداد", "Khordad"),
    ("تیر", "Tir"),
    ("مرداد", "Mordad"),
    ("شهریور", "Shahrivar"),
    ("مهر", "Mehr"),
    ("آبان", "Aban"),
    ("آذر", "Azar"),
    ("دی", "Dey"),
    ("بهمن", "Bahman"),
    ("اسفند", "Esfand"),
];

/// The days of the week from Monday on.
const DAYS: [(&str, &str); 7] = [
    ("دوشنبه", "Monday"),
    ("سه‌شنبه", "Tuesday"),
    ("چهارشنبه", "Wednesday"),
    ("پنجشنبه", "Thursday"),
    ("جمعه", "Friday"),
    ("شنبه", "Saturday"),
    ("یکشنبه", "Sunday"),
];

/// A day as the Persian calendar counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub year: i32,
    /// From 1, Farvardin.
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// The day of a date; none outside the calendar.
    pub fn of(date: NaiveDate) -> Option<Day> {
        let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
        let date = Date::try_new_iso(date.year(), month, day).ok()?.to_calendar(Persian);
        Some(Day {
            year: date.year().extended_year(),
            month: date.month().ordinal,
            day: date.day_of_month().0,
        })
    }
    /// The date of a day; none where the calendar has no such day.
    pub fn date(self) -> Option<NaiveDate> {
        let date = Date::try_new_persian(self.year, self.month, self.day).ok()?.to_calendar(Iso);
        let (month, day) = (u32::from(date.month().ordinal), u32::from(date.day_of_month().0));
        NaiveDate::from_ymd_opt(date.year().extended_year(), month, day)
    }
    /// What its month is called.
    pub fn month_name(self, persian: bool) -> &'static str {
        let name = usize::from(self.month).checked_sub(1).and_then(|at| MONTHS.get(at));
        name.map_or("", |(fa, en)| if persian { fa } else { en })
    }
}

/// The same day so many months of the Persian calendar on, or the last day of that month where it is shorter; none outside the calendar.
pub fn add_months(date: NaiveDate, months: u32) -> Option<NaiveDate> {
    let from = Day::of(date)?;
    let all = i64::from(from.year) * 12 + i64::from(from.month) - 1 + i64::from(months);
    let (year, month) = (i32::try_from(all.div_euclid(12)).ok()?, u8::try_from(all.rem_euclid(12) + 1).ok()?);
    // No month has fewer than 29 days.
    let to = (29.min(from.day)..=from.day)
        .rev()
        .find_map(|day| Date::try_new_persian(year, month, day).ok())?;
    let iso = to.to_calendar(Iso);
    NaiveDate::from_ymd_opt(
        iso.year().extended_year(),
        u32::from(iso.month().ordinal),
        u32::from(iso.day_of_month().0),
    )
}

/// What the day of the week of a date is called.
pub fn weekday(date: NaiveDate, persian: bool) -> &'static str {
    let name = DAYS.get(date.weekday().num_days_from_monday() as usize);
    name.map_or("", |(fa, en)| if persian { fa } else { en })
}

/// A moment by the clock of a time zone (IANA), such as `شنبه ۱ فروردین ۱۴۰۵، ۰۹:۰۰`, or `Saturday 1 Farvardin 1405, 09:00` where Persian is
/// not wanted. None for a zone that is not known and for a day outside the calendar.
pub fn written(at: Instant, zone: &str, persian: bool) -> Option<String> {
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    let local = at.utc().with_timezone(&zone);
    let date = Day::of(local.date_naive())?;
    let (weekday, month) = (weekday(local.date_naive(), persian), date.month_name(persian));
    let (year, day, hour, minute) = (date.year, date.day, local.hour(), local.minute());
    Some(match persian {
        true => digits(&format!("{weekday} {day} {month} {year}، {hour:02}:{minute:02}")),
        false => format!("{weekday} {day} {month} {year}, {hour:02}:{minute:02}"),
    })
}

/// ASCII digits as Persian ones.
pub fn digits(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0x06F0 + d)).unwrap_or(c);
    text.chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    #[test]
    fn the_year_begins_with_spring_by_the_clock_of_the_zone() {
        let at = |text: &str| serde_json::from_value::<Instant>(text.into()).unwrap();
        // Known from calendars: 1 Farvardin 1405 is 21 March 2026, 30 Esfand 1403 (a leap year) is 20 March 2025.
        let cases = [
            (
                "2026-03-21T05:30:00Z",
                "Asia/Tehran",
                "شنبه ۱ فروردین ۱۴۰۵، ۰۹:۰۰",
                "Saturday 1 Farvardin 1405, 09:00",
            ),
            (
                "2025-03-20T12:00:00Z",
                "UTC",
                "پنجشنبه ۳۰ اسفند ۱۴۰۳، ۱۲:۰۰",
                "Thursday 30 Esfand 1403, 12:00",
            ),
            (
                "2026-03-20T20:29:59Z",
                "Asia/Tehran",
                "جمعه ۲۹ اسفند ۱۴۰۴، ۲۳:۵۹",
                "Friday 29 Esfand 1404, 23:59",
            ),
            (
                "2026-03-20T20:30:00Z",
                "Asia/Tehran",
                "شنبه ۱ فروردین ۱۴۰۵، ۰۰:۰۰",
                "Saturday 1 Farvardin 1405, 00:00",
            ),
        ];
        for (moment, zone, fa, en) in cases {
            assert_eq!(written(at(moment), zone, true).as_deref(), Some(fa));
            assert_eq!(written(at(moment), zone, false).as_deref(), Some(en));
        }
        assert_eq!(written(at("2026-03-21T05:30:00Z"), "Mars/Olympus", true), None);
    }
}
