//! What an organization can set: names, what they mean, and what they may be. `peyvand settings` reads and writes them.
use super::problem::{Code, Problems};
use crate::sales::working_time::WorkingTime;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A country, as ISO 3166-1 writes it in two letters.
    Country,
    /// A whole number within bounds.
    Whole(i64, i64),
    /// A text of at most so many characters.
    Text(usize),
    /// A time zone by its IANA name.
    Zone,
    /// The hours of a week in which people work.
    Hours,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A setting.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub name: &'static str,
    pub form: Form,
    /// What holds where nothing was set; empty for nothing.
    pub usual: &'static str,
    /// What it is for.
    pub doc: &'static str,
}

/// The setting of the time zone.
pub const TIME_ZONE: &str = "time_zone";
/// The setting of the calendar of fiscal years.
pub const FISCAL_CALENDAR: &str = "fiscal_calendar";
/// The setting of the month in which fiscal years begin.
pub const FISCAL_FIRST_MONTH: &str = "fiscal_first_month";
/// The setting of how often forecasts are kept.
pub const FORECAST_SNAPSHOTS: &str = "forecast_snapshots";
/// The setting of the working hours.
pub const WORKING_HOURS: &str = "working_hours";

const MEBI: i64 = 1 << 20;

/// All of them, by name.
pub const ALL: [Known; 14] = [
    Known {
        name: "changes_retention_days",
        form: Form::Whole(30, 36_500),
        usual: "",
        doc: "how many days superseded entries of the change log are kept; for ever unless set",
    },
    Known {
        name: "default_region",
        form: Form::Country,
        usual: "IR",
        doc: "the country whose telephone numbers are written without a country code; from the next start",
    },
    Known {
        name: "document_max_bytes",
        form: Form::Whole(1, 1_000_000 * MEBI),
        usual: "104857600",
        doc: "the largest content of a document",
    },
    Known {
        name: FISCAL_CALENDAR,
        form: Form::Word(&["persian", "gregorian"]),
        usual: "persian",
        doc: "the calendar of the fiscal year: persian or gregorian",
    },
    Known {
        name: FISCAL_FIRST_MONTH,
        form: Form::Whole(1, 12),
        usual: "1",
        doc: "the month of that calendar in which the fiscal year begins",
    },
    Known {
        name: FORECAST_SNAPSHOTS,
        form: Form::Word(&["never", "daily", "weekly"]),
        usual: "weekly",
        doc: "how often the forecast of this quarter and the next is kept: never, daily or weekly",
    },
    Known {
        name: "import_max_bytes",
        form: Form::Whole(1, 1_000_000 * MEBI),
        usual: "1073741824",
        doc: "the largest file of an import, unpacked",
    },
    Known {
        name: "merge_undo_days",
        form: Form::Whole(0, 3_650),
        usual: "30",
        doc: "how many days a merge can be taken back; never longer than the trash keeps what was merged",
    },
    Known {
        name: "organization_address",
        form: Form::Text(500),
        usual: "",
        doc: "the address at the head of letters",
    },
    Known {
        name: "organization_name",
        form: Form::Text(200),
        usual: "",
        doc: "the name at the head of letters",
    },
    Known {
        name: "organization_telephone",
        form: Form::Text(50),
        usual: "",
        doc: "the telephone number at the head of letters",
    },
    Known {
        name: "purge_days",
        form: Form::Whole(1, 3_650),
        usual: "30",
        doc: "how many days records lie in the trash",
    },
    Known {
        name: TIME_ZONE,
        form: Form::Zone,
        usual: "Asia/Tehran",
        doc: "the time zone whose clock days and working hours go by",
    },
    Known {
        name: WORKING_HOURS,
        form: Form::Hours,
        usual: "sat-wed 08:00-12:00 13:00-17:00; thu 08:00-13:00",
        doc: "when people work: what counts as time in a stage",
    },
];

/// A setting by its name.
pub fn known(name: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| known.name == name)
}

impl Known {
    /// A value as it is kept.
    ///
    /// # Errors
    /// `Format`, `OutOfRange` or `TooLong`, at the setting's name.
    pub fn value(&self, text: &str) -> Result<String, Problems> {
        let (at, text) = (format!("/{}", self.name), text.trim());
        let mut problems = Problems::default();
        match self.form {
            Form::Country => {
                let country = text.to_ascii_uppercase();
                if country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) {
                    return Ok(country);
                }
                problems.with(at, Code::Format, vec![("format", "ISO 3166-1 alpha-2".to_owned())]);
            }
            Form::Whole(min, max) => match super::text::digits(text).parse::<i64>() {
                Ok(number) if (min..=max).contains(&number) => return Ok(number.to_string()),
                Ok(_) => problems.with(at, Code::OutOfRange, vec![("min", min.to_string()), ("max", max.to_string())]),
                Err(_) => problems.with(at, Code::Format, vec![("format", "a whole number".to_owned())]),
            },
            Form::Zone if crate::activities::recurrence::is_zone(text) => return Ok(text.to_owned()),
            Form::Zone => problems.with(at, Code::Format, vec![("format", "IANA".to_owned())]),
            Form::Hours if WorkingTime::parse(text, "UTC").is_ok() => return Ok(text.to_owned()),
            Form::Hours => problems.with(
                at,
                Code::Format,
                vec![("format", "sat-wed 08:00-17:00; thu 08:00-13:00".to_owned())],
            ),
            Form::Word(words) if words.contains(&text) => return Ok(text.to_owned()),
            Form::Word(words) => problems.with(at, Code::NotAllowed, vec![("allowed", words.join(", "))]),
            Form::Text(max) if text.chars().count() > max => problems.with(at, Code::TooLong, vec![("max", max.to_string())]),
            Form::Text(_) => return Ok(text.to_owned()),
        }
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_to_their_form() {
        let value = |name: &str, text: &str| known(name).and_then(|known| known.value(text).ok());
        assert_eq!(value("default_region", " gb ").as_deref(), Some("GB"));
        assert_eq!(value("default_region", "GBR"), None);
        assert_eq!(value("purge_days", "۴۵").as_deref(), Some("45"));
        assert_eq!(value("purge_days", "0"), None);
        assert_eq!(value("changes_retention_days", "29"), None);
        assert_eq!(value("organization_name", "فولاد یزد").as_deref(), Some("فولاد یزد"));
        assert!(known("ready_probe").is_none(), "the server's own are nobody's to set");
    }

    #[test]
    fn what_holds_unless_set_may_be_set() {
        for known in ALL.iter().filter(|known| !known.usual.is_empty()) {
            assert_eq!(known.value(known.usual).ok().as_deref(), Some(known.usual), "{}", known.name);
        }
        assert!(ALL.is_sorted_by_key(|known| known.name));
    }
}
