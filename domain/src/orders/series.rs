//! Series of numbers: how documents that people file are numbered, one after the other without a gap.
use crate::core::base::Base;
use crate::core::jalali::Day;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::{Datelike, NaiveDate};
use derive::Record;

crate::choice! {
    /// What is numbered.
    pub enum Numbered {
        Quote = "quote",
        Order = "order",
        Shipment = "shipment",
        PurchaseRequest = "purchase_request",
        Invoice = "invoice",
        CreditNote = "credit_note",
        Payment = "payment",
        Contract = "contract",
        Refund = "refund",
    }
}
crate::choice! {
    /// When a series begins again with its first number.
    #[derive(Default)]
    pub enum Restart {
        /// It never does.
        #[default]
        Never = "never",
        /// With each Gregorian year, which then stands in the numbers.
        Gregorian = "gregorian_year",
        /// With each year of the Persian calendar, which then stands in the numbers.
        Jalali = "jalali_year",
    }
}

/// The most digits a number is filled up to.
const WIDEST: i64 = 12;
/// The highest first number.
const HIGHEST: i64 = 1_000_000_000;

/// How one kind of document is numbered. Of several active series of a kind the one made last is in force; where there is none, the usual one.
/// Numbers are given without a gap for each prefix and year.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/number-series",
    one = "number_series",
    many = "number_series",
    tag = "Orders",
    fa = "سری‌های شماره"
)]
pub struct NumberSeries {
    #[record(base)]
    pub base: Base,
    /// What it is called.
    #[record(min = 1, max = 100, sort, example = r#""Invoices of Yazd""#, fa = "نام")]
    pub name: String,
    /// What it numbers.
    #[record(fixed, example = r#""invoice""#, fa = "نوع سند")]
    pub kind: Numbered,
    /// What stands before the number and the year: Latin letters, digits, `-`, `/`, `.` and `_`. It does not end with a digit, so that no two
    /// series can come to the same number.
    #[record(max = 20, default, example = r#""YZ-""#, fa = "پیشوند")]
    pub prefix: String,
    /// When it begins again.
    #[record(default, example = r#""jalali_year""#, fa = "آغاز دوباره")]
    pub restarts: Restart,
    /// To how many digits numbers are filled up with zeros, from 1 to 12.
    #[record(default = 6, range = 1..=WIDEST, example = "6", fa = "شمار رقم‌ها")]
    pub digits: i64,
    /// Its first number where none has been given yet, from 1 to 1000000000: to go on from another system.
    #[record(default = 1, range = 1..=HIGHEST, example = "1", fa = "نخستین شماره")]
    pub first_number: i64,
    /// Whether it may be in force.
    #[record(default = true, fa = "فعال")]
    pub active: bool,
}

impl Rules for NumberSeries {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-/._".contains(c);
        if !self.prefix.chars().all(plain) {
            problems.add("/prefix", Code::Character);
        } else if self.prefix.ends_with(|c: char| c.is_ascii_digit()) {
            problems.with(
                "/prefix",
                Code::Format,
                vec![("format", "a prefix without a digit at its end".to_owned())],
            );
        }
        problems
    }
}

/// How numbers of a kind are made: what a series in force says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbering {
    pub kind: Numbered,
    pub prefix: String,
    pub restarts: Restart,
    pub digits: usize,
    pub first: i64,
}

impl Numbering {
    /// The one that holds where an organization has made none.
    pub fn usual(kind: Numbered) -> Self {
        let prefix = match kind {
            Numbered::Quote => "Q-",
            Numbered::Order => "O-",
            Numbered::Shipment => "S-",
            Numbered::PurchaseRequest => "PR-",
            Numbered::Invoice => "I-",
            Numbered::CreditNote => "CN-",
            Numbered::Payment => "P-",
            Numbered::Contract => "C-",
            Numbered::Refund => "RF-",
        };
        Numbering {
            kind,
            prefix: prefix.to_owned(),
            restarts: Restart::Never,
            digits: 6,
            first: 1,
        }
    }

    /// What all numbers of a day have before their digits: within one such head they are counted without a gap.
    pub fn head(&self, on: NaiveDate) -> String {
        let year = match self.restarts {
            Restart::Never => return self.prefix.clone(),
            Restart::Gregorian => on.year(),
            // The calendar covers every date that a document can have.
            Restart::Jalali => Day::of(on).map_or(on.year(), |day| day.year),
        };
        format!("{}{year}-", self.prefix)
    }

    /// A number as it stands on the document.
    pub fn written(&self, head: &str, number: i64) -> String {
        format!("{head}{number:0width$}", width = self.digits)
    }
}

impl From<&NumberSeries> for Numbering {
    fn from(series: &NumberSeries) -> Self {
        Numbering {
            kind: series.kind,
            prefix: series.prefix.clone(),
            restarts: series.restarts,
            digits: usize::try_from(series.digits).unwrap_or(1),
            first: series.first_number,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;
    use crate::core::instant::Instant;
    use uuid::Uuid;

    fn series(prefix: &str, digits: i64, first: i64) -> NumberSeries {
        NumberSeries {
            base: Base::new(Uuid::nil(), Instant::UNSET),
            name: "S".to_owned(),
            kind: Numbered::Invoice,
            prefix: prefix.to_owned(),
            restarts: Restart::Never,
            digits,
            first_number: first,
            active: true,
        }
    }

    #[test]
    fn numbers_are_written_with_prefix_year_and_zeros() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let rows = [
            ("I-", Restart::Never, 6, "2026-03-20", 7, "I-000007"),
            ("I-", Restart::Gregorian, 4, "2026-03-20", 7, "I-2026-0007"),
            // The last day of 1404 and the first of 1405.
            ("ف", Restart::Jalali, 4, "2026-03-20", 7, "ف1404-0007"),
            ("F/", Restart::Jalali, 4, "2026-03-21", 7, "F/1405-0007"),
            ("", Restart::Never, 2, "2026-03-21", 12345, "12345"),
        ];
        for (prefix, restarts, digits, on, number, expected) in rows {
            let numbering = Numbering {
                kind: Numbered::Invoice,
                prefix: prefix.to_owned(),
                restarts,
                digits,
                first: 1,
            };
            let head = numbering.head(day(on));
            assert_eq!(numbering.written(&head, number), expected);
        }
    }

    #[test]
    fn a_series_is_held_to_what_keeps_numbers_apart() {
        let setting = Setting {
            now: Instant::UNSET,
            default_region: "IR".to_owned(),
        };
        for (prefix, right) in [("YZ-", true), ("", true), ("YZ-1", false), ("ف-", false), ("A B", false)] {
            let problems = series(prefix, 6, 1).check(&setting);
            assert_eq!(
                problems.0.first().map(|v| v.pointer.as_str()),
                (!right).then_some("/prefix"),
                "{prefix}"
            );
        }
    }
}
