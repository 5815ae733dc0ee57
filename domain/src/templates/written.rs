//! How dates, numbers and amounts are written in a language.
use crate::access::user::Locale;
use crate::core::instant::Instant;
use crate::core::jalali::{self, Day};
use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use rust_decimal::Decimal;

/// The language and the clock that values are written by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    pub language: Locale,
    pub zone: Tz,
}

/// By which calendar a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    Gregorian,
    Jalali,
}

/// How much of a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// In numbers.
    Short,
    /// With the name of the month.
    #[default]
    Long,
    /// With the day of the week as well.
    Full,
}

impl Style {
    /// The style that a template calls so.
    pub fn of(word: &str) -> Option<Style> {
        match word {
            "short" => Some(Style::Short),
            "long" => Some(Style::Long),
            "full" => Some(Style::Full),
            _ => None,
        }
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("ژانویه", "January"),
    ("فوریه", "February"),
    ("مارس", "March"),
    ("آوریل", "April"),
    ("مه", "May"),
    ("ژوئن", "June"),
    ("ژوئیه", "July"),
    ("اوت", "August"),
    ("سپتامبر", "September"),
    ("اکتبر", "October"),
    ("نوامبر", "November"),
    ("دسامبر", "December"),
];

/// What currencies are called in Persian; others go by their code.
const CURRENCIES: [(&str, &str); 8] = [
    ("IRR", "ریال"),
    ("EUR", "یورو"),
    ("USD", "دلار آمریکا"),
    ("GBP", "پوند"),
    ("AED", "درهم امارات"),
    ("TRY", "لیر ترکیه"),
    ("CNY", "یوان"),
    ("IQD", "دینار عراق"),
];

impl Manner {
    fn persian(self) -> bool {
        self.language == Locale::Persian
    }

    /// The digits of a text as the language writes them.
    pub fn digits(self, text: &str) -> String {
        if self.persian() { jalali::digits(text) } else { text.to_owned() }
    }

    /// The calendar that the language's readers use where none is asked for.
    pub fn calendar(self) -> Calendar {
        if self.persian() { Calendar::Jalali } else { Calendar::Gregorian }
    }

    /// The day of a moment by the clock of the zone.
    pub fn day(self, at: Instant) -> NaiveDate {
        at.utc().with_timezone(&self.zone).date_naive()
    }

    /// The hour and minute of a moment by the clock of the zone.
    pub fn time(self, at: Instant) -> String {
        let local = at.utc().with_timezone(&self.zone);
        self.digits(&format!("{:02}:{:02}", local.hour(), local.minute()))
    }

    /// A date, such as `۱ فروردین ۱۴۰۵`, `1405/01/01` or `Saturday 21 March 2026`. A day that the Persian calendar does not reach is written
    /// in the Gregorian one.
    pub fn date(self, date: NaiveDate, calendar: Calendar, style: Style) -> String {
        let persian = self.persian();
        let jalali = Day::of(date).filter(|_| calendar == Calendar::Jalali);
        let (year, month, day, name) = match jalali {
            Some(d) => (d.year, u32::from(d.month), u32::from(d.day), d.month_name(persian)),
            None => {
                let names = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
                (date.year(), date.month(), date.day(), if persian { names.0 } else { names.1 })
            }
        };
        let text = match style {
            Style::Short if persian || jalali.is_some() => format!("{year}/{month:02}/{day:02}"),
            Style::Short => format!("{year}-{month:02}-{day:02}"),
            Style::Long => format!("{day} {name} {year}"),
            Style::Full => format!("{} {day} {name} {year}", jalali::weekday(date, persian)),
        };
        self.digits(&text)
    }

    /// A number with its thousands apart.
    pub fn number(self, number: Decimal) -> String {
        let text = number.abs().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let (apart, point) = if self.persian() { ('٬', '٫') } else { (',', '.') };
        let mut out = String::new();
        if number.is_sign_negative() && !number.is_zero() {
            // The sign stays before the number in a line that runs from right to left.
            out.push_str(if self.persian() { "\u{200E}-" } else { "-" });
        }
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(apart);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(point);
            out.push_str(fraction);
        }
        self.digits(&out)
    }

    /// An amount with its currency: `۱٬۲۵۰٬۰۰۰ ریال`, `EUR 1,250.50`. Rials have no fraction in practice: one of nought is left out.
    pub fn money(self, amount: Decimal, currency: &str) -> String {
        let whole = currency == "IRR" && amount.fract().is_zero();
        let number = self.number(if whole { amount.trunc() } else { amount });
        match (self.persian(), CURRENCIES.iter().find(|(code, _)| *code == currency)) {
            (true, Some((_, name))) => format!("{number} {name}"),
            (true, None) => format!("{number} {currency}"),
            (false, _) => format!("{currency} {number}"),
        }
    }

    /// An amount of rials in tomans, of which each is ten.
    pub fn tomans(self, rials: Decimal) -> String {
        let number = self.number((rials / Decimal::TEN).normalize());
        if self.persian() {
            format!("{number} تومان")
        } else {
            format!("{number} toman")
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    const FA: Manner = Manner {
        language: Locale::Persian,
        zone: Tz::Asia__Tehran,
    };
    const EN: Manner = Manner {
        language: Locale::English,
        zone: Tz::UTC,
    };

    #[test]
    fn dates_are_written_by_both_calendars_in_both_languages() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 21).unwrap();
        use Calendar::{Gregorian, Jalali};
        use Style::{Full, Long, Short};
        for (manner, calendar, style, text) in [
            (FA, Jalali, Short, "۱۴۰۵/۰۱/۰۱"),
            (FA, Jalali, Long, "۱ فروردین ۱۴۰۵"),
            (FA, Jalali, Full, "شنبه ۱ فروردین ۱۴۰۵"),
            (FA, Gregorian, Short, "۲۰۲۶/۰۳/۲۱"),
            (FA, Gregorian, Long, "۲۱ مارس ۲۰۲۶"),
            (EN, Jalali, Short, "1405/01/01"),
            (EN, Jalali, Long, "1 Farvardin 1405"),
            (EN, Gregorian, Short, "2026-03-21"),
            (EN, Gregorian, Full, "Saturday 21 March 2026"),
        ] {
            assert_eq!(manner.date(day, calendar, style), text);
        }
        let late: Instant = serde_json::from_value("2026-03-20T20:30:00Z".into()).unwrap();
        assert_eq!((FA.day(late), FA.time(late)), (day, "۰۰:۰۰".to_owned()));
        assert_eq!(EN.time(late), "20:30");
    }

    #[test]
    fn numbers_and_amounts_are_grouped() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        for (text, fa, en) in [
            ("0", "۰", "0"),
            ("999", "۹۹۹", "999"),
            ("1000", "۱٬۰۰۰", "1,000"),
            ("1250000.5", "۱٬۲۵۰٬۰۰۰٫۵", "1,250,000.5"),
            ("-12345", "\u{200E}-۱۲٬۳۴۵", "-12,345"),
        ] {
            assert_eq!((FA.number(d(text)), EN.number(d(text))), (fa.to_owned(), en.to_owned()));
        }
        assert_eq!(FA.money(d("1250000.00"), "IRR"), "۱٬۲۵۰٬۰۰۰ ریال");
        assert_eq!(EN.money(d("1250.50"), "EUR"), "EUR 1,250.50");
        assert_eq!(FA.money(d("3"), "JPY"), "۳ JPY");
        assert_eq!(FA.tomans(d("1250000.00")), "۱۲۵٬۰۰۰ تومان");
    }
}
