//! The arithmetic of terms: how long a contract runs, by whole months of one of two calendars.
//!
//! A term of so many months that begins on a day ends the day before the same day of the month so many months on. Where that month is too short, its
//! last day stands for it: a month from 31 January begins the next one on 28 February and so ends on 27 February. Terms that follow one another are
//! counted from the first day of the first of them, so that a short month in between moves none that comes after it.
use crate::core::jalali;
use chrono::{Days, Months, NaiveDate};

crate::choice! {
    /// In whose months a term is counted.
    #[derive(Default)]
    pub enum TermCalendar {
        #[default]
        Gregorian = "gregorian",
        /// The Persian calendar: a year from 1 Farvardin is the year of that calendar, whether it has 365 days or 366.
        Jalali = "jalali",
    }
}

/// The longest term, in months: a hundred years.
pub const LONGEST: i64 = 1200;

impl TermCalendar {
    /// The same day so many months on, or the last day of that month where it is shorter; none outside the calendar.
    pub fn add(self, date: NaiveDate, months: i64) -> Option<NaiveDate> {
        let months = u32::try_from(months).ok()?;
        match self {
            TermCalendar::Gregorian => date.checked_add_months(Months::new(months)),
            TermCalendar::Jalali => jalali::add_months(date, months),
        }
    }

    /// The last day of so many months that begin on a day.
    pub fn last(self, first: NaiveDate, months: i64) -> Option<NaiveDate> {
        self.add(first, months)?.checked_sub_days(Days::new(1))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn terms_end_where_calendars_say() {
        use TermCalendar::{Gregorian, Jalali};
        let rows = [
            (Gregorian, "2026-01-01", 12, "2026-12-31"),
            (Gregorian, "2026-03-15", 1, "2026-04-14"),
            // The end of a month that is too short.
            (Gregorian, "2026-01-31", 1, "2026-02-27"),
            (Gregorian, "2028-01-31", 1, "2028-02-28"),
            (Gregorian, "2026-01-31", 2, "2026-03-30"),
            (Gregorian, "2028-02-29", 12, "2029-02-27"),
            (Gregorian, "2028-02-29", 48, "2032-02-28"),
            // 1 Farvardin 1405 to 29 Esfand 1405; 1403 is a leap year with 30 Esfand, 20 March 2025.
            (Jalali, "2026-03-21", 12, "2027-03-20"),
            (Jalali, "2024-03-20", 12, "2025-03-20"),
            // 31 Farvardin 1405 and a month is 31 Ordibehesht; six months on, Mehr has but 30 days.
            (Jalali, "2026-04-20", 1, "2026-05-20"),
            (Jalali, "2026-04-20", 6, "2026-10-21"),
            // 30 Esfand 1403 and a year: 29 Esfand 1404, which is 20 March 2026.
            (Jalali, "2025-03-20", 12, "2026-03-19"),
        ];
        for (calendar, first, months, last) in rows {
            assert_eq!(calendar.last(day(first), months), Some(day(last)), "{calendar:?} {first} {months}");
        }
        assert_eq!(Gregorian.add(NaiveDate::MAX, 1), None);
        assert_eq!(Jalali.add(NaiveDate::MAX, 1), None);
    }

    proptest! {
        #[test]
        fn what_follows_one_another_leaves_no_gap_and_never_drifts(start in 0_i64..40_000, term in 1_i64..40, times in 1_i64..40, jalali in any::<bool>()) {
            let calendar = if jalali { TermCalendar::Jalali } else { TermCalendar::Gregorian };
            let first = day("1990-01-01").checked_add_days(Days::new(start.unsigned_abs())).unwrap();
            let next = calendar.add(first, term * times).unwrap();
            let before = calendar.add(first, term * (times - 1)).unwrap();
            prop_assert!(before < next);
            // From anchor to anchor it is the same day of the month, or the month's last.
            let days = |date: NaiveDate| match calendar {
                TermCalendar::Gregorian => chrono::Datelike::day(&date),
                TermCalendar::Jalali => u32::from(crate::core::jalali::Day::of(date).unwrap().day),
            };
            let following = next.checked_add_days(Days::new(1)).unwrap();
            prop_assert!(days(next) == days(first) || days(next) < days(first) && days(following) == 1);
        }
    }
}
