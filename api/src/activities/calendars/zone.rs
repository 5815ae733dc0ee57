//! The clock of a time zone as iCalendar tells it (RFC 5545 §3.6.5): each change of its offset over some years, from the data of IANA. A
//! program that knows the zone by its name goes by its own data; this is for the others.
use chrono::{DateTime, Datelike, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};

/// How many years from the first moment on are told.
const YEARS: i32 = 12;

/// From when on which offset is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onset {
    /// By the clock as it was just before.
    pub at: NaiveDateTime,
    /// Seconds east of UTC before and after.
    pub before: i32,
    pub after: i32,
    /// What the offset is called, such as `CEST`.
    pub name: String,
    pub daylight: bool,
}

/// The onsets that are needed to know the clock from a moment on: the offset of the beginning of its year, and each change behind it.
pub fn onsets(zone: Tz, first: DateTime<Utc>) -> Vec<Onset> {
    let year = |n: i32| Utc.with_ymd_and_hms(n, 1, 1, 0, 0, 0).single().unwrap_or(first);
    let (mut at, end) = (year(first.year()), year(first.year() + YEARS));
    let mut found = vec![onset(zone, at, at)];
    while at < end {
        let next = at + TimeDelta::days(1);
        if offset(zone, at) != offset(zone, next) {
            found.push(onset(zone, at, change(zone, at, next)));
        }
        at = next;
    }
    found
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// The first second at which the offset is no longer that of `low`.
fn change(zone: Tz, low: DateTime<Utc>, high: DateTime<Utc>) -> DateTime<Utc> {
    let (old, mut low, mut high) = (offset(zone, low), low.timestamp(), high.timestamp());
    let moment = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset(zone, moment(middle)) == old {
            low = middle;
        } else {
            high = middle;
        }
    }
    moment(high)
}

fn onset(zone: Tz, old: DateTime<Utc>, at: DateTime<Utc>) -> Onset {
    let (before, now) = (offset(zone, old), zone.offset_from_utc_datetime(&at.naive_utc()));
    let after = now.fix().local_minus_utc();
    let sign = if after < 0 { '-' } else { '+' };
    let (hours, minutes) = (after.unsigned_abs() / 3_600, after.unsigned_abs() / 60 % 60);
    Onset {
        at: at.naive_utc() + TimeDelta::seconds(before.into()),
        before,
        after,
        // Where nobody has letters for it, it is called by its hours.
        name: now
            .abbreviation()
            .map_or_else(|| format!("{sign}{hours:02}{minutes:02}"), str::to_owned),
        daylight: !now.dst_offset().is_zero(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    fn told(zone: &str, year: i32) -> Vec<(String, i32, i32, String, bool)> {
        let first = Utc.with_ymd_and_hms(year, 6, 1, 0, 0, 0).unwrap();
        let all = onsets(zone.parse().unwrap(), first);
        all.into_iter()
            .map(|o| (o.at.to_string(), o.before, o.after, o.name, o.daylight))
            .collect()
    }

    /// By what the laws say: Iran put its clocks on for the last time on 22 March 2022 and back on 21 September; Germany does so on the last
    /// Sundays of March and October.
    #[test]
    fn each_change_is_told_by_the_clock_before_it() {
        let tehran = told("Asia/Tehran", 2022);
        let wanted = [
            ("2022-01-01 03:30:00", 12_600, 12_600, "+0330", false),
            ("2022-03-22 00:00:00", 12_600, 16_200, "+0430", true),
            ("2022-09-22 00:00:00", 16_200, 12_600, "+0330", false),
        ];
        assert_eq!(
            tehran,
            wanted.map(|(at, before, after, name, on)| (at.to_owned(), before, after, name.to_owned(), on))
        );
        let berlin = told("Europe/Berlin", 2026);
        assert_eq!(berlin.len(), 1 + 2 * YEARS as usize);
        assert_eq!(berlin[1], ("2026-03-29 02:00:00".to_owned(), 3_600, 7_200, "CEST".to_owned(), true));
        assert_eq!(berlin[2], ("2026-10-25 03:00:00".to_owned(), 7_200, 3_600, "CET".to_owned(), false));
        assert_eq!(told("UTC", 2026).len(), 1);
    }
}
