//! Cells as people and tools write them, made into the values a body takes.
use crate::core::problem::Code;
use icu_calendar::{Date, Iso};

/// Which number comes first in a date such as 03/04/1980.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Month first, as in the United States.
    MonthFirst,
    /// Day first, as in most of Europe.
    DayFirst,
    /// Not known: only a date that reads one way is taken.
    Unknown,
}

/// Why a cell is refused: the code, and what its text mentions.
pub type Refusal = (Code, Vec<(&'static str, String)>);

/// Persian and Arabic digits as ASCII digits, all else unchanged.
pub fn digits(text: &str) -> String {
    let digit = |c: char| match c {
        '\u{06F0}'..='\u{06F9}' => char::from_digit(c as u32 - 0x06F0, 10),
        '\u{0660}'..='\u{0669}' => char::from_digit(c as u32 - 0x0660, 10),
        _ => None,
    };
    text.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

/// A date in the Gregorian calendar as YYYY-MM-DD, or none for a date that a tool writes to say there is none (`0/0/00`).
///
/// Taken: year-month-day with `-`, `/`, `.` or nothing between (a year from 1200 to 1500 is a Jalali one), day.month.year, and with slashes or
/// dashes the order that `order` says. Years have four digits. A time behind the date is taken only if it is midnight.
pub fn date(cell: &str, order: DateOrder) -> Result<Option<String>, Refusal> {
    let wrong = || (Code::Format, vec![("format", "date".to_owned())]);
    let mut text = digits(cell.trim());
    // ISO 8601 in its basic form, as registers and vCards write it.
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        text = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]);
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((&text, ""));
    let midnight = time.trim().trim_end_matches('Z').chars().all(|c| c == '0' || c == ':' || c == '.');
    let separator = day.chars().find(|c| !c.is_ascii_digit()).filter(|c| "-/.".contains(*c));
    let parts: Vec<&str> = day.split(separator.ok_or_else(wrong)?).collect();
    let [a, b, c] = parts[..] else { return Err(wrong()) };
    if !midnight
        || parts
            .iter()
            .any(|p| p.is_empty() || p.len() > 4 || !p.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(wrong());
    }
    let number = |p: &str| p.parse::<u16>().map_err(|_| wrong());
    let (x, y, z) = (number(a)?, number(b)?, number(c)?);
    if (x, y, z) == (0, 0, 0) {
        return Ok(None);
    }
    let day_first = match order {
        _ if separator == Some('.') => true,
        DateOrder::DayFirst => true,
        DateOrder::MonthFirst => false,
        DateOrder::Unknown if x == y || x > 12 => true,
        DateOrder::Unknown if y > 12 => false,
        DateOrder::Unknown => a.len() == 4,
    };
    let known = order != DateOrder::Unknown || separator == Some('.') || x == y || x > 12 || y > 12;
    match (a.len(), c.len()) {
        (4, 1..=2) => calendar(x, y, z).map(Some).ok_or_else(wrong),
        (1..=2, 4) if known && day_first => calendar(z, y, x).map(Some).ok_or_else(wrong),
        (1..=2, 4) if known => calendar(z, x, y).map(Some).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

/// Year, month and day as YYYY-MM-DD in the Gregorian calendar; none if there is no such day. A year from 1200 to 1500 is a
/// Jalali one: nobody in a CRM was born then.
pub fn calendar(year: u16, month: u16, day: u16) -> Option<String> {
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let iso = if (1200..=1500).contains(&year) {
        Date::try_new_persian(i32::from(year), month, day).ok()?.to_calendar(Iso)
    } else {
        Date::try_new_iso(i32::from(year), month, day).ok()?
    };
    let year = iso.year().extended_year();
    (1..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{:02}-{:02}", iso.month().ordinal, iso.day_of_month().0))
}

/// Yes or no as tools and people write it.
pub fn boolean(cell: &str) -> Option<bool> {
    match digits(cell.trim()).to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "x" | "ja" | "oui" | "بله" | "بلی" => Some(true),
        "false" | "no" | "n" | "0" | "nein" | "non" | "خیر" | "نه" => Some(false),
        _ => None,
    }
}

/// A lifecycle stage of ours for the word another tool uses; a word not known stays, so that validation can name it.
///
/// HubSpot's stages (subscriber, lead, marketing and sales qualified lead, opportunity, customer, evangelist) are more than
/// our four; who has not bought yet but is being worked on is a lead.
pub fn lifecycle_stage(cell: &str) -> String {
    let word: String = crate::integration::headings::key(cell);
    let stage = match word.as_str() {
        "subscriber" | "مشتریبالقوه" => "prospect",
        "marketingqualifiedlead" | "salesqualifiedlead" | "opportunity" | "سرنخ" => "lead",
        "evangelist" | "مشتری" => "customer",
        "formercustomer" | "مشتریسابق" => "former",
        _ => return cell.trim().to_lowercase(),
    };
    stage.to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn dates_are_read_as_the_tool_writes_them() {
        let read = |cell, order| date(cell, order).ok().flatten();
        for cell in [
            "1980-04-03",
            "1980/4/3",
            "1980.04.03",
            "1980-04-03T00:00:00Z",
            "1980-04-03 00:00",
            "۱۹۸۰-۰۴-۰۳",
            "3.4.1980",
        ] {
            assert_eq!(read(cell, DateOrder::Unknown).as_deref(), Some("1980-04-03"), "{cell}");
        }
        assert_eq!(read("19800403", DateOrder::Unknown).as_deref(), Some("1980-04-03"));
        assert_eq!(read("4/3/1980", DateOrder::MonthFirst).as_deref(), Some("1980-04-03"));
        assert_eq!(read("3/4/1980", DateOrder::DayFirst).as_deref(), Some("1980-04-03"));
        assert_eq!(read("25/4/1980", DateOrder::Unknown).as_deref(), Some("1980-04-25"));
        assert_eq!(read("4/25/1980", DateOrder::Unknown).as_deref(), Some("1980-04-25"));
        assert_eq!(read("5/5/1980", DateOrder::Unknown).as_deref(), Some("1980-05-05"));
        assert_eq!(date("0/0/00", DateOrder::MonthFirst), Ok(None));
    }

    #[test]
    fn a_date_that_can_mean_two_days_or_none_is_refused() {
        for cell in [
            "3/4/1980",
            "1980-02-30",
            "19800230",
            "25/25/1980",
            "12/4/85",
            "--04-12",
            "1980-04",
            "spring",
            "1980-04-03 10:15",
            "1980--1",
            "",
        ] {
            assert_eq!(date(cell, DateOrder::Unknown).unwrap_err().0, Code::Format, "{cell}");
        }
        assert!(date("25/4/1980", DateOrder::MonthFirst).is_err());
    }

    #[test]
    fn jalali_dates_become_gregorian_ones() {
        let read = |cell| date(cell, DateOrder::Unknown).unwrap().unwrap();
        assert_eq!(read("1370/05/12"), "1991-08-03");
        assert_eq!(read("۱۴۰۳/۱۲/۳۰"), "2025-03-20");
        assert_eq!(read("1399-12-30"), "2021-03-20");
        assert!(date("1402/12/30", DateOrder::Unknown).is_err(), "1402 is no leap year");
        assert!(date("1370/13/01", DateOrder::Unknown).is_err());
    }

    #[test]
    fn stages_of_other_tools_are_translated() {
        for (word, stage) in [
            ("Customer", "customer"),
            ("Marketing Qualified Lead", "lead"),
            ("marketingqualifiedlead", "lead"),
            ("Subscriber", "prospect"),
            ("مشتري", "customer"),
            ("مشتری بالقوه", "prospect"),
            ("Other", "other"),
        ] {
            assert_eq!(lifecycle_stage(word), stage);
        }
    }
}
