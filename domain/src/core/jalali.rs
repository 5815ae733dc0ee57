//! Moments as the Persian calendar writes them. For display alone: nothing is stored or read in it here.
use super::instant::Instant;
use chrono::{Datelike, Timelike};
use icu_calendar::Date;
use icu_calendar::cal::Persian;

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

/// A moment by the clock of a time zone (IANA), such as `شنبه ۱ فروردین ۱۴۰۵، ۰۹:۰۰`, or `Saturday 1 Farvardin 1405, 09:00` where Persian is
/// not wanted. None for a zone that is not known and for a day outside the calendar.
pub fn written(at: Instant, zone: &str, persian: bool) -> Option<String> {
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    let local = at.utc().with_timezone(&zone);
    let (month, day) = (u8::try_from(local.month()).ok()?, u8::try_from(local.day()).ok()?);
    let date = Date::try_new_iso(local.year(), month, day).ok()?.to_calendar(Persian);
    let name = MONTHS.get(usize::from(date.month().ordinal).checked_sub(1)?)?;
    let weekday = DAYS.get(local.weekday().num_days_from_monday() as usize)?;
    let (year, day, hour, minute) = (date.year().extended_year(), date.day_of_month().0, local.hour(), local.minute());
    Some(match persian {
        true => digits(&format!("{} {day} {} {year}، {hour:02}:{minute:02}", weekday.0, name.0)),
        false => format!("{} {day} {} {year}, {hour:02}:{minute:02}", weekday.1, name.1),
    })
}

/// ASCII digits as Persian ones.
fn digits(text: &str) -> String {
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
