//! Recurrence: when something comes again, by the rules of iCalendar (RFC 5545 §3.3.10), which the crate `rrule` reads and follows.
use crate::core::instant::Instant;
use crate::core::problem::Code;
use chrono::SubsecRound;
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};

/// The longest rule, in characters.
pub const MAX: usize = 500;

/// The rule in its normal spelling, for a series that begins at `first` in a time zone.
///
/// # Errors
/// `Format` for what is no rule, `NotAllowed` for a series closer than daily, which no person works off.
pub fn parse(rule: &str, first: Instant, zone: &str) -> Result<String, Code> {
    let text = rule.trim().trim_start_matches("RRULE:");
    let rule: RRule<Unvalidated> = text.parse().map_err(|_| Code::Format)?;
    if !matches!(
        rule.get_freq(),
        Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly
    ) {
        return Err(Code::NotAllowed);
    }
    if rule.get_interval() == 0 {
        return Err(Code::Format);
    }
    // With its beginning, as some rules do not fit one.
    series(text, first, zone).map(|_| text.to_ascii_uppercase())
}

/// Whether a time zone of this name is known (IANA).
pub fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}

/// The first moment of the series behind another; none when it is over.
pub fn next(rule: &str, first: Instant, zone: &str, after: Instant) -> Option<Instant> {
    let series = series(rule, first, zone).ok()?;
    let from = after.after(chrono::TimeDelta::seconds(1)).utc().with_timezone(&Tz::UTC);
    let found = series.after(from).all(1);
    found.dates.first().map(|at| Instant::new(at.to_utc()))
}

/// Moments of a series that are counted at most.
const COUNTED: u16 = 5_000;

/// The rule of what is left of a series from one of its moments on, that moment included; none where `from` is no moment of it, or there
/// are too many before it to count.
pub fn rest(rule: &str, first: Instant, zone: &str, from: Instant) -> Option<String> {
    let at = from.utc().trunc_subsecs(0).with_timezone(&Tz::UTC);
    let end = at.checked_add_signed(chrono::TimeDelta::seconds(1))?;
    let all = series(rule, first, zone).ok()?;
    if all.clone().after(at).before(end).all(1).dates.is_empty() {
        return None;
    }
    let parsed: RRule<Unvalidated> = rule.parse().ok()?;
    let Some(count) = parsed.get_count() else {
        return Some(rule.to_owned());
    };
    let until = all.before(end).all(COUNTED);
    // The moment itself is among those that are left.
    let passed = u32::try_from(until.dates.len()).ok()?.checked_sub(1)?;
    if until.limited || passed >= count {
        return None;
    }
    let left = format!("COUNT={}", count - passed);
    let parts = rule
        .split(';')
        .map(|part| if part.starts_with("COUNT=") { left.as_str() } else { part });
    Some(parts.collect::<Vec<_>>().join(";"))
}

fn series(rule: &str, first: Instant, zone: &str) -> Result<RRuleSet, Code> {
    let zone: chrono_tz::Tz = zone.parse().map_err(|_| Code::NotAllowed)?;
    let start = first.utc().with_timezone(&Tz::Tz(zone));
    let rule: RRule<Unvalidated> = rule.parse().map_err(|_| Code::Format)?;
    rule.build(start).map_err(|_| Code::Format)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        serde_json::from_value(text.into()).unwrap()
    }

    #[test]
    fn a_series_goes_on_from_where_it_is_asked() {
        let first = at("2026-03-21T05:30:00Z");
        let cases = [
            // Every second Saturday; the clock of Tehran knows no summer time since 2022.
            ("FREQ=WEEKLY;INTERVAL=2", "Asia/Tehran", first, Some("2026-04-04T05:30:00Z")),
            ("FREQ=DAILY", "UTC", at("2026-05-01T12:00:00Z"), Some("2026-05-02T05:30:00Z")),
            ("FREQ=MONTHLY;BYDAY=-1FR", "UTC", first, Some("2026-03-27T05:30:00Z")),
            ("FREQ=DAILY;COUNT=3", "UTC", at("2026-03-23T05:30:00Z"), None),
            ("FREQ=DAILY;UNTIL=20260322T235959Z", "UTC", at("2026-03-22T05:30:00Z"), None),
            // Nine in the morning in Berlin is another hour of UTC from the end of March.
            (
                "FREQ=WEEKLY",
                "Europe/Berlin",
                at("2026-03-28T05:29:00Z"),
                Some("2026-03-28T05:30:00Z"),
            ),
            (
                "FREQ=WEEKLY",
                "Europe/Berlin",
                at("2026-03-28T05:31:00Z"),
                Some("2026-04-04T04:30:00Z"),
            ),
        ];
        for (rule, zone, after, wanted) in cases {
            assert_eq!(next(rule, first, zone, after), wanted.map(at), "{rule} after {after}");
        }
    }

    #[test]
    fn what_is_left_of_a_series_ends_when_the_series_does() {
        let first = at("2026-03-21T05:30:00Z");
        let cases = [
            ("FREQ=WEEKLY;COUNT=4;BYDAY=SA", first, Some("FREQ=WEEKLY;COUNT=4;BYDAY=SA")),
            (
                "FREQ=WEEKLY;COUNT=4;BYDAY=SA",
                at("2026-04-04T05:30:00Z"),
                Some("FREQ=WEEKLY;COUNT=2;BYDAY=SA"),
            ),
            ("FREQ=WEEKLY;COUNT=4;BYDAY=SA", at("2026-04-18T05:30:00Z"), None),
            (
                "FREQ=WEEKLY;INTERVAL=2",
                at("2026-04-04T05:30:00.250Z"),
                Some("FREQ=WEEKLY;INTERVAL=2"),
            ),
            // Put off to another day, it is no moment of the series any more.
            ("FREQ=WEEKLY;INTERVAL=2", at("2026-03-28T05:30:00Z"), None),
            ("FREQ=DAILY", at("2026-03-22T06:30:00Z"), None),
        ];
        for (rule, from, wanted) in cases {
            assert_eq!(rest(rule, first, "Asia/Tehran", from).as_deref(), wanted, "{rule} from {from}");
        }
    }

    #[test]
    fn what_is_no_rule_for_people_is_refused() {
        let first = at("2026-03-21T05:30:00Z");
        assert_eq!(parse("rrule", first, "UTC"), Err(Code::Format));
        assert_eq!(parse("FREQ=SECONDLY", first, "UTC"), Err(Code::NotAllowed));
        assert_eq!(parse("FREQ=DAILY;INTERVAL=0", first, "UTC"), Err(Code::Format));
        assert_eq!(
            parse("RRULE:FREQ=WEEKLY;BYDAY=SA", first, "UTC").as_deref(),
            Ok("FREQ=WEEKLY;BYDAY=SA")
        );
        assert!(is_zone("Asia/Tehran") && !is_zone("Tehran/Asia"));
    }
}
