//! Working time: how long something took by the hours that people work, and when a limit of working hours is over.
use crate::core::instant::Instant;
use crate::core::problem::Code;
use crate::core::text::digits;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// The hours of a week in which people work, by the clock of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingTime {
    /// By day, from Monday: spans in seconds since midnight, in order, none touching another.
    week: [Vec<(i64, i64)>; 7],
    zone: Tz,
}

/// Days are looked at one by one up to this many; what takes longer is nobody's working time.
const MOST_DAYS: i64 = 36_600;
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

fn day(name: &str) -> Result<usize, Code> {
    let found = DAYS.iter().position(|(known, _)| *known == name);
    found.ok_or(Code::Format)
}

/// `08:30` as seconds since midnight; `24:00` is the end of the day.
fn clock(text: &str) -> Result<i64, Code> {
    let (hours, minutes) = text.split_once(':').ok_or(Code::Format)?;
    let number = |part: &str| part.parse::<i64>().ok().filter(|_| part.len() == 2).ok_or(Code::Format);
    match (number(hours)?, number(minutes)?) {
        (24, 0) => Ok(24 * 3600),
        (h @ 0..24, m @ 0..60) => Ok(h * 3600 + m * 60),
        _ => Err(Code::Format),
    }
}

impl WorkingTime {
    /// Reads hours such as `sat-wed 08:00-12:00 13:00-17:00; thu 08:00-13:00`, and a time zone by its IANA name.
    ///
    /// # Errors
    /// `Format` for what is neither, or has no hours at all.
    pub fn parse(hours: &str, zone: &str) -> Result<Self, Code> {
        let zone: Tz = zone.trim().parse().map_err(|_| Code::Format)?;
        let mut week: [Vec<(i64, i64)>; 7] = Default::default();
        for part in digits(hours).to_lowercase().split(';').map(str::trim).filter(|p| !p.is_empty()) {
            let mut words = part.split_whitespace();
            let days = words.next().ok_or(Code::Format)?;
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let (first, last) = (day(first)?, day(last)?);
            let mut spans = Vec::new();
            for word in words {
                let (from, to) = word.split_once('-').ok_or(Code::Format)?;
                let (from, to) = (clock(from)?, clock(to)?);
                if from >= to || spans.last().is_some_and(|(_, end)| *end >= from) {
                    return Err(Code::Format);
                }
                spans.push((from, to));
            }
            if spans.is_empty() {
                return Err(Code::Format);
            }
            // A week goes round: `sat-wed` are five days.
            for n in 0..=(last + 7 - first) % 7 {
                week[(first + n) % 7].clone_from(&spans);
            }
        }
        match week.iter().all(Vec::is_empty) {
            true => Err(Code::Format),
            false => Ok(WorkingTime { week, zone }),
        }
    }

    /// A moment of a day by the clock of the zone. Where the clock jumps over it, the first moment behind the jump; where it comes twice,
    /// the first of the two.
    fn at(&self, day: NaiveDate, seconds: i64) -> DateTime<Utc> {
        let mut local = day.and_time(chrono::NaiveTime::MIN) + TimeDelta::seconds(seconds);
        for _ in 0..48 {
            if let Some(found) = self.zone.from_local_datetime(&local).earliest() {
                return found.to_utc();
            }
            local += TimeDelta::minutes(15);
        }
        Utc.from_utc_datetime(&local)
    }

    /// The spans of working time from the day of a moment on, in order.
    fn spans(&self, from: Instant) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let first = from.utc().with_timezone(&self.zone).date_naive();
        (0..MOST_DAYS)
            .filter_map(move |n| first.checked_add_signed(TimeDelta::days(n)))
            .flat_map(move |day| {
                let spans = &self.week[day.weekday().num_days_from_monday() as usize];
                spans.iter().map(move |(start, end)| (self.at(day, *start), self.at(day, *end)))
            })
    }

    /// The day that it is by the clock of the zone.
    pub fn day(&self, at: Instant) -> NaiveDate {
        at.utc().with_timezone(&self.zone).date_naive()
    }

    /// The first moment of a day by the clock of the zone.
    pub fn midnight(&self, day: NaiveDate) -> Instant {
        Instant::new(self.at(day, 0))
    }

    /// How many seconds of working time lie between two moments; none where the second is not behind the first.
    pub fn between(&self, from: Instant, to: Instant) -> i64 {
        let (from_at, to_at) = (from.utc(), to.utc());
        let spans = self.spans(from).take_while(|(start, _)| *start < to_at);
        let within = |(start, end): (DateTime<Utc>, DateTime<Utc>)| (end.min(to_at) - start.max(from_at)).num_seconds().max(0);
        spans.map(within).sum()
    }

    /// The moment when so many seconds of working time have gone by.
    pub fn after(&self, from: Instant, seconds: i64) -> Option<Instant> {
        let mut left = seconds;
        for (start, end) in self.spans(from) {
            let start = start.max(from.utc());
            let here = (end - start).num_seconds();
            if here >= left && end > start {
                return Some(Instant::new(start + TimeDelta::seconds(left)));
            }
            left -= here.max(0);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        serde_json::from_value(text.into()).unwrap()
    }
    fn tehran() -> WorkingTime {
        WorkingTime::parse("sat-wed 08:00-12:00 13:00-17:00; thu 08:00-13:00", "Asia/Tehran").unwrap()
    }

    #[test]
    fn only_working_hours_count() {
        // 1405-01-15 is a Saturday; Tehran is three and a half hours ahead.
        for (from, to, hours) in [
            ("2026-04-04T04:30:00Z", "2026-04-04T13:30:00Z", 8),
            ("2026-04-04T08:00:00Z", "2026-04-04T10:00:00Z", 1),
            ("2026-04-02T04:30:00Z", "2026-04-04T05:30:00Z", 6),
            ("2026-04-03T00:00:00Z", "2026-04-03T20:00:00Z", 0),
            ("2026-04-04T04:30:00Z", "2026-04-11T04:30:00Z", 45),
            ("2026-04-11T04:30:00Z", "2026-04-04T04:30:00Z", 0),
        ] {
            assert_eq!(tehran().between(at(from), at(to)), hours * 3600, "{from} {to}");
        }
        assert_eq!(
            tehran().after(at("2026-04-02T08:30:00Z"), 2 * 3600),
            Some(at("2026-04-04T05:30:00Z"))
        );
    }

    #[test]
    fn the_hours_of_a_day_on_which_the_clock_jumps_are_those_of_the_clock() {
        let berlin = WorkingTime::parse("mon-sun 00:00-24:00", "Europe/Berlin").unwrap();
        let (from, to) = (at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z"));
        assert_eq!(berlin.between(from, to), 23 * 3600);
        assert_eq!(berlin.day(at("2026-03-28T23:30:00Z")), "2026-03-29".parse().unwrap());
    }

    #[test]
    fn what_are_no_hours_is_refused() {
        for (hours, zone) in [
            ("", "Asia/Tehran"),
            ("sat", "Asia/Tehran"),
            ("sat 8:00-9:00", "Asia/Tehran"),
            ("sat 09:00-08:00", "Asia/Tehran"),
            ("sat 08:00-10:00 09:00-11:00", "Asia/Tehran"),
            ("someday 08:00-10:00", "Asia/Tehran"),
            ("sat 08:00-10:00", "Mars/Olympus"),
        ] {
            assert_eq!(WorkingTime::parse(hours, zone), Err(Code::Format), "{hours} {zone}");
        }
    }

    proptest! {
        #[test]
        fn a_limit_is_over_when_so_much_working_time_has_gone_by(start in 0_i64..4_000_000_000, seconds in 1_i64..2_000_000) {
            let from = Instant::from_micros(start * 1_000_000).unwrap();
            let end = tehran().after(from, seconds).unwrap();
            prop_assert_eq!(tehran().between(from, end), seconds);
        }
    }
}
