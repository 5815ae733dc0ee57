//! Calendar feeds: an address that a calendar program subscribes to. A program that reads calendars can send no credential, so the
//! address holds a secret, which is told once and kept as a digest beside the record.
use super::recurrence;
use crate::access::user::User;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use derive::Record;

/// The earliest alarm, in minutes: a week before.
const EARLIEST: i64 = 7 * 24 * 60;

/// An address under which a calendar program reads the tasks and appointments of one user, as far as their rights reach each time. The
/// address itself is shown once, when it is made or renewed.
#[derive(Debug, Clone, Record)]
#[record(path = "/calendars", one = "calendar", many = "calendars", tag = "Activities", fa = "تقویم‌ها")]
pub struct Calendar {
    #[record(base)]
    pub base: Base,
    /// What the calendar is called where it is subscribed to.
    #[record(min = 1, max = 100, example = r#""Peyvand""#, fa = "نام")]
    pub name: String,
    /// Whose tasks and appointments it shows: who made it.
    #[record(server, fa = "کاربر")]
    pub user_id: Option<Id<User>>,
    /// The time zone (IANA) in which Jalali dates are written where a task does not say its own; `UTC` unless given.
    #[record(default, max = 60, example = r#""Asia/Tehran""#, fa = "منطقهٔ زمانی")]
    pub time_zone: String,
    /// Whether alarms come with it; true unless given.
    #[record(default = true, example = "true", fa = "با هشدار")]
    pub alarms: bool,
    /// How many minutes before something its alarm rings, from 0 to a week; 15 unless given.
    #[record(default = 15, range = 0..=EARLIEST, example = "15", fa = "هشدار پیش از (دقیقه)")]
    pub alarm_minutes: i64,
    /// When its address was last made anew; null if it never was.
    #[record(server, fa = "زمان نوسازی نشانی")]
    pub renewed_at: Option<Instant>,
    /// When it was last read, to the minute; null if it never was.
    #[record(server, fa = "آخرین خوانش")]
    pub last_used_at: Option<Instant>,
}

impl Rules for Calendar {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.time_zone.is_empty() {
            self.time_zone = "UTC".to_owned();
        }
        if !recurrence::is_zone(&self.time_zone) {
            problems.with("/time_zone", Code::Format, vec![("format", "IANA".to_owned())]);
        }
        problems
    }
}
