#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use FiscalCalendar::{Gregorian, Persian};
use PeriodLength::{Month, Quarter, Year};

const IRAN: Fiscal = Fiscal {
    calendar: Persian,
    first_month: 1,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The days are those of printed calendars: Nowruz 1403 was 20 March 2024, 1404 21 March 2025, 1405 21 March 2026; 1403 was a leap year.
#[test]
fn periods_have_the_days_of_their_calendar() {
    let usa = Fiscal {
        calendar: Gregorian,
        first_month: 10,
    };
    let mehr = Fiscal {
        calendar: Persian,
        first_month: 7,
    };
    let cases = [
        (IRAN, "1403", "2024-03-20", "2025-03-20"),
        (IRAN, "1404", "2025-03-21", "2026-03-20"),
        (IRAN, "1405-Q1", "2026-03-21", "2026-06-21"),
        (IRAN, "1405-Q2", "2026-06-22", "2026-09-22"),
        (IRAN, "1405-Q3", "2026-09-23", "2026-12-21"),
        (IRAN, "1405-Q4", "2026-12-22", "2027-03-20"),
        (IRAN, "1403-Q4", "2024-12-21", "2025-03-20"),
        (IRAN, "1403-12", "2025-02-19", "2025-03-20"),
        (IRAN, "1405-07", "2026-09-23", "2026-10-22"),
        (IRAN, "2026-Q1", "2026-01-01", "2026-03-31"),
        (IRAN, "2024-02", "2024-02-01", "2024-02-29"),
        // A fiscal year from Mehr on: its first quarter is autumn; months and the other calendar go on as they are.
        (mehr, "1405-Q1", "2026-09-23", "2026-12-21"),
        (mehr, "1405-Q3", "2027-03-21", "2027-06-21"),
        (mehr, "1405", "2026-09-23", "2027-09-22"),
        (mehr, "1405-01", "2026-03-21", "2026-04-20"),
        (mehr, "2026", "2026-01-01", "2026-12-31"),
        (usa, "2025-Q1", "2025-10-01", "2025-12-31"),
        (usa, "2025-Q2", "2026-01-01", "2026-03-31"),
        (usa, "1405-Q1", "2026-03-21", "2026-06-21"),
    ];
    for (fiscal, key, starts, ends) in cases {
        let period = fiscal.parse(key).unwrap();
        let told = (period.key.as_str(), period.starts_on, period.ends_on);
        assert_eq!(told, (key, day(starts), day(ends)), "{fiscal:?}");
    }
    for wrong in [
        "",
        "1405-",
        "1405-Q0",
        "1405-Q5",
        "1405-00",
        "1405-13",
        "1405-7",
        "1405-Q01",
        "405",
        "01405",
        "0405-Q1",
        "1750",
        "9999",
        "1405-Q۱",
        "۱۴۰۵",
        "1405-Q",
        "1405-07-01",
        "-405",
        "+405",
    ] {
        assert_eq!(IRAN.parse(wrong), None, "{wrong}");
    }
}

#[test]
fn every_day_is_in_the_period_that_its_name_says() {
    let fiscal_years = [
        IRAN,
        Fiscal { first_month: 7, ..IRAN },
        Fiscal {
            calendar: Gregorian,
            first_month: 4,
        },
    ];
    for fiscal in fiscal_years {
        for calendar in [Persian, Gregorian] {
            for length in [Month, Quarter, Year] {
                let mut day = day("2023-01-01");
                while day.year() < 2029 {
                    let period = fiscal.containing(calendar, length, day).unwrap();
                    assert!(period.starts_on <= day && day <= period.ends_on, "{day} {period:?}");
                    assert_eq!(fiscal.parse(&period.key).as_ref(), Some(&period), "{fiscal:?}");
                    // Of a span, what follows begins where it ends.
                    let next = fiscal.containing(calendar, length, period.ends_on.succ_opt().unwrap()).unwrap();
                    assert_eq!(next.starts_on, period.ends_on.succ_opt().unwrap());
                    day = day.checked_add_days(Days::new(17)).unwrap();
                }
            }
        }
    }
    let span = (day("2026-03-20"), day("2027-03-21"));
    let keys = |most| {
        IRAN.covering(Persian, Quarter, span, most)
            .map(|all| all.into_iter().map(|p| p.key).collect::<Vec<_>>())
    };
    assert_eq!(keys(6).unwrap(), ["1404-Q4", "1405-Q1", "1405-Q2", "1405-Q3", "1405-Q4", "1406-Q1"]);
    assert_eq!(keys(5), None);
}
