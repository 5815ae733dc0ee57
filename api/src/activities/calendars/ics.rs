//! Tasks and appointments as an iCalendar object (RFC 5545, 7986). The text follows from what is shown alone, so that its tag changes only
//! with it: the time stamp of a component is that of its last change.
use super::zone::{self, Onset};
use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarAction, ICalendarComponent as Component, ICalendarComponentType as Type, ICalendarDuration, ICalendarParameter,
    ICalendarProperty as Property, ICalendarRelated, ICalendarStatus as Status, ICalendarTransparency as Transparency, ICalendarValue,
    ICalendarValueType,
};
use chrono::TimeDelta;
use domain::activities::calendar::Calendar;
use domain::activities::interaction::{Channel, Interaction, Outcome};
use domain::activities::task::{Priority, Task, TaskStatus};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::jalali;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long a task is shown to take.
const TASK: TimeDelta = TimeDelta::minutes(30);
/// How long an appointment is shown to take where it does not say.
const APPOINTMENT: TimeDelta = TimeDelta::hours(1);

/// What is shown, and how.
pub struct Shown<'a> {
    pub calendar: &'a Calendar,
    pub tasks: &'a [Task],
    pub appointments: &'a [Interaction],
    /// What the customers are called that the reader sees.
    pub names: &'a BTreeMap<Uuid, String>,
    /// Tasks as such, and not as events at their dates.
    pub todo: bool,
    /// Jalali dates in the descriptions.
    pub jalali: bool,
    /// Whether what we add to the texts is Persian.
    pub persian: bool,
    pub now: Instant,
}

/// A moment, and the time zone whose clock it is told by; none for UTC.
#[derive(Clone, Copy)]
struct When(Instant, Option<chrono_tz::Tz>);

/// The object under construction: components by number, the calendar itself first.
struct Writer<'a> {
    shown: &'a Shown<'a>,
    object: ICalendar,
}

/// The whole object as text.
pub fn write(shown: &Shown<'_>) -> String {
    let mut writer = Writer {
        shown,
        object: ICalendar {
            components: vec![head(shown.calendar)],
        },
    };
    writer.zones();
    for task in shown.tasks {
        match shown.todo {
            true => writer.todo(task),
            false => writer.task(task),
        }
    }
    for appointment in shown.appointments {
        writer.appointment(appointment);
    }
    writer.object.to_string()
}

fn head(calendar: &Calendar) -> Component {
    let mut head = Component::new(Type::VCalendar);
    head.add_property(Property::Version, "2.0");
    head.add_property(Property::Prodid, "-//Peyvand//Peyvand CRM//EN");
    head.add_property(Property::Calscale, calcard::common::CalendarScale::Gregorian);
    let name = clean(&calendar.name);
    head.add_property(Property::Name, name.as_str());
    head.add_property(Property::Other("X-WR-CALNAME".to_owned()), name);
    head.add_property(Property::Other("X-WR-TIMEZONE".to_owned()), calendar.time_zone.as_str());
    let often = ICalendarDuration::from_seconds(15 * 60);
    let kind = ICalendarParameter::value(ICalendarValueType::Duration);
    head.add_property_with_params(Property::RefreshInterval, [kind], often);
    head.add_property(Property::Other("X-PUBLISHED-TTL".to_owned()), "PT15M");
    head
}

/// The longest text that is shown of a record, in characters: a calendar is no place to read a report.
const LONG: usize = 2_000;

/// Text without what iCalendar can't hold: controls other than the end of a line and the tab. A long one is cut.
fn clean(text: &str) -> String {
    let mut text = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let mut short: String = text.by_ref().take(LONG).collect();
    if text.next().is_some() {
        short.push('…');
    }
    short
}

fn utc(at: Instant) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(at.utc().timestamp())
}

/// Adds a moment by the clock of its zone.
fn moment(component: &mut Component, name: Property, when: When) {
    match when.1 {
        None => component.add_property(name, utc(when.0)),
        Some(zone) => {
            let local = when.0.utc().with_timezone(&zone).naive_local();
            let zone = ICalendarParameter::tzid(zone.name().to_owned());
            component.add_property_with_params(name, [zone], PartialDateTime::from_naive_timestamp(local.and_utc().timestamp()));
        }
    }
}

/// A rule as the library keeps it, read by the library's own reader.
fn rule(text: &str) -> Option<ICalendarValue> {
    let read = ICalendar::parse(format!("BEGIN:VEVENT\r\nRRULE:{text}\r\nEND:VEVENT\r\n")).ok()?;
    let entries = read.components.into_iter().next()?.entries.into_iter();
    let mut values = entries.filter(|e| e.name == Property::Rrule).flat_map(|e| e.values);
    values.find(|value| matches!(value, ICalendarValue::RecurrenceRule(_)))
}

/// The zone by whose clock a task comes again; none for UTC.
fn zone_of(task: &Task) -> Option<chrono_tz::Tz> {
    task.time_zone.parse().ok().filter(|zone| *zone != chrono_tz::Tz::UTC)
}

impl Writer<'_> {
    /// Adds a component below another; its number.
    fn add(&mut self, below: usize, component: Component) -> usize {
        let number = self.object.components.len();
        self.object.components.push(component);
        if let (Some(parent), Ok(number)) = (self.object.components.get_mut(below), u32::try_from(number)) {
            parent.component_ids.push(number);
        }
        number
    }

    /// Adds the clocks of the zones that series go by.
    fn zones(&mut self) {
        let mut first: BTreeMap<&str, (chrono_tz::Tz, Instant)> = BTreeMap::new();
        let series = self.shown.tasks.iter().filter(|task| !self.shown.todo && task.recurrence.is_some());
        for (zone, due) in series.filter_map(|task| Some((zone_of(task)?, task.due_at?))) {
            let known = first.entry(zone.name()).or_insert((zone, due));
            known.1 = known.1.min(due);
        }
        for (name, (zone, due)) in first {
            let mut clock = Component::new(Type::VTimezone);
            clock.add_property(Property::Tzid, name);
            let clock = self.add(0, clock);
            for onset in zone::onsets(zone, due.utc()) {
                self.add(clock, observance(&onset));
            }
        }
    }

    /// What tasks and appointments have in common.
    fn begin(&self, kind: Type, uid: String, changed: (Instant, Instant, i64), summary: &str) -> Component {
        let (created, updated, version) = changed;
        let mut component = Component::new(kind);
        component.add_uid(&uid);
        component.add_dtstamp(utc(updated));
        component.add_property(Property::Created, utc(created));
        component.add_property(Property::LastModified, utc(updated));
        component.add_sequence(version.min(i64::from(i32::MAX)));
        component.add_property(Property::Summary, clean(summary));
        component
    }

    /// A word of ours, in the reader's language.
    fn word(&self, fa: &'static str, en: &'static str) -> &'static str {
        if self.shown.persian { fa } else { en }
    }

    fn customer(&self, id: Option<Uuid>) -> Option<&str> {
        id.and_then(|id| self.shown.names.get(&id)).map(String::as_str)
    }

    /// A line for the description with a Jalali date, where that is asked for.
    fn jalali(&self, label: &str, at: Instant, zone: &str) -> Option<String> {
        let date = self.shown.jalali.then(|| jalali::written(at, zone, self.shown.persian))??;
        Some(format!("{label}: {date}"))
    }

    fn describe_task(&self, task: &Task, at: Instant) -> String {
        let mut lines: Vec<String> = task.description.iter().map(|text| clean(text)).collect();
        for item in &task.checklist {
            lines.push(format!("{} {}", if item.done { '☑' } else { '☐' }, clean(&item.text)));
        }
        if let Some(name) = self.customer(task.customer_id.map(Id::uuid)) {
            lines.push(format!("{}: {}", self.word("مشتری", "Customer"), clean(name)));
        }
        // A task that says no zone of its own has UTC.
        let zone = if task.time_zone == "UTC" {
            &self.shown.calendar.time_zone
        } else {
            &task.time_zone
        };
        lines.extend(self.jalali(self.word("سررسید", "Due"), at, zone));
        lines.join("\n")
    }

    /// What rings; `end` where the alarm goes by the end of its component.
    fn alarm(&mut self, number: usize, summary: &str, at: Option<Instant>, end: bool) {
        if !self.shown.calendar.alarms {
            return;
        }
        let mut alarm = Component::new(Type::VAlarm);
        alarm.add_property(Property::Action, ICalendarAction::Display);
        alarm.add_property(Property::Description, clean(summary));
        match at {
            Some(at) => {
                let kind = ICalendarParameter::value(ICalendarValueType::DateTime);
                alarm.add_property_with_params(Property::Trigger, [kind], utc(at));
            }
            None => {
                let before = ICalendarDuration::from_seconds(-60 * self.shown.calendar.alarm_minutes);
                let related = end.then(|| ICalendarParameter::related(ICalendarRelated::End));
                alarm.add_property_with_params(Property::Trigger, related, before);
            }
        }
        self.add(number, alarm);
    }

    /// Rings before a moment, if that is still to come; at the end of the time that the task is put off for, where that is later.
    fn alarm_of(&mut self, number: usize, task: &Task, due: Instant, again: bool) {
        let put_off = task.snoozed_until.filter(|until| *until > self.shown.now && !again);
        if put_off.is_some() || due > self.shown.now || again {
            self.alarm(number, &task.title, put_off, self.shown.todo);
        }
    }

    /// A task as an event at its date; where it comes again at other times than its own, these as an event of their own.
    fn task(&mut self, task: &Task) {
        let Some(due) = task.due_at else { return };
        let (rule, later) = task.series(self.shown.now);
        let id = task.base.id.uuid();
        self.event(task, id.to_string(), due, rule.as_deref());
        if let Some((at, rule)) = later {
            self.event(task, format!("{id}-series"), at, Some(&rule));
        }
    }

    fn event(&mut self, task: &Task, uid: String, at: Instant, again: Option<&str>) {
        let changed = (task.base.created_at, task.base.updated_at, task.base.version);
        let mut event = self.begin(Type::VEvent, uid, changed, &task.title);
        let again = again.and_then(rule);
        let zone = again.as_ref().and_then(|_| zone_of(task));
        moment(&mut event, Property::Dtstart, When(at, zone));
        moment(&mut event, Property::Dtend, When(at.after(TASK), zone));
        let repeats = again.is_some();
        if let Some(rule) = again {
            event.add_property(Property::Rrule, rule);
        }
        self.detail(&mut event, task, at);
        event.add_property(Property::Status, Status::Confirmed);
        // A date to keep takes nobody's time.
        event.add_property(Property::Transp, Transparency::Transparent);
        let number = self.add(0, event);
        self.alarm_of(number, task, at, repeats);
    }

    fn detail(&self, component: &mut Component, task: &Task, at: Instant) {
        let description = self.describe_task(task, at);
        if !description.is_empty() {
            component.add_property(Property::Description, description);
        }
        let priority = match task.priority {
            Priority::Urgent => 1,
            Priority::High => 3,
            Priority::Normal => 5,
            Priority::Low => 9,
        };
        component.add_property(Property::Priority, priority);
    }

    /// A task as such. The next of its series is made when it is done, so it says nothing of others.
    fn todo(&mut self, task: &Task) {
        let Some(due) = task.due_at else { return };
        let changed = (task.base.created_at, task.base.updated_at, task.base.version);
        let mut todo = self.begin(Type::VTodo, task.base.id.uuid().to_string(), changed, &task.title);
        moment(&mut todo, Property::Due, When(due, None));
        self.detail(&mut todo, task, due);
        let status = match task.status {
            TaskStatus::InProgress => Status::InProcess,
            _ => Status::NeedsAction,
        };
        todo.add_property(Property::Status, status);
        if !task.checklist.is_empty() {
            let done = task.checklist.iter().filter(|item| item.done).count();
            todo.add_property(Property::PercentComplete, (100 * done / task.checklist.len()) as i64);
        }
        let number = self.add(0, todo);
        self.alarm_of(number, task, due, false);
    }

    fn appointment(&mut self, appointment: &Interaction) {
        let names: Vec<&str> = appointment
            .parties()
            .iter()
            .filter_map(|id| self.customer(Some(id.uuid())))
            .collect();
        let kind = match appointment.channel {
            Channel::Visit => self.word("بازدید", "Visit"),
            _ => self.word("نشست", "Meeting"),
        };
        let summary = match (&appointment.subject, names.first()) {
            (Some(subject), _) => subject.clone(),
            (None, Some(name)) => format!("{kind}: {name}"),
            (None, None) => kind.to_owned(),
        };
        let base = &appointment.base;
        let mut event = self.begin(
            Type::VEvent,
            base.id.uuid().to_string(),
            (base.created_at, base.updated_at, base.version),
            &summary,
        );
        let start = appointment.started_at;
        let takes = appointment
            .duration_seconds
            .filter(|s| *s > 0)
            .map_or(APPOINTMENT, TimeDelta::seconds);
        moment(&mut event, Property::Dtstart, When(start, None));
        moment(&mut event, Property::Dtend, When(start.after(takes), None));
        let mut lines: Vec<String> = appointment.body.iter().map(|text| clean(text)).collect();
        let others = appointment.other_participants.iter().map(String::as_str);
        let all: Vec<&str> = names.iter().copied().chain(others).collect();
        if !all.is_empty() {
            lines.push(clean(&format!("{}: {}", self.word("با", "With"), all.join(self.word("، ", ", ")))));
        }
        lines.extend(self.jalali(self.word("زمان", "Time"), start, &self.shown.calendar.time_zone));
        if !lines.is_empty() {
            event.add_property(Property::Description, lines.join("\n"));
        }
        let status = match appointment.outcome {
            Some(Outcome::Cancelled) => Status::Cancelled,
            _ => Status::Confirmed,
        };
        let rings = start > self.shown.now && appointment.outcome.is_none();
        event.add_property(Property::Status, status);
        event.add_property(Property::Transp, Transparency::Opaque);
        let number = self.add(0, event);
        if rings {
            self.alarm(number, &summary, None, false);
        }
    }
}

fn observance(onset: &Onset) -> Component {
    let mut part = Component::new(if onset.daylight { Type::Daylight } else { Type::Standard });
    let offset = |seconds: i32| PartialDateTime {
        tz_hour: u8::try_from(seconds.unsigned_abs() / 3_600).ok(),
        tz_minute: u8::try_from(seconds.unsigned_abs() / 60 % 60).ok(),
        tz_minus: seconds < 0,
        ..Default::default()
    };
    part.add_property(
        Property::Dtstart,
        PartialDateTime::from_naive_timestamp(onset.at.and_utc().timestamp()),
    );
    part.add_property(Property::Tzoffsetfrom, offset(onset.before));
    part.add_property(Property::Tzoffsetto, offset(onset.after));
    part.add_property(Property::Tzname, onset.name.as_str());
    part
}
