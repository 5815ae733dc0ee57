//! What the records of the catalogue share: from when until when something holds, for whom, and in which money.
use crate::core::money::{self, Currency};
use crate::core::problem::{Code, Problems};
use chrono::NaiveDate;

/// Whether a day lies between two, both included; none is open.
pub fn on(day: NaiveDate, from: Option<NaiveDate>, to: Option<NaiveDate>) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

/// The currency of a code, brought into capitals; noted where it is none.
pub fn currency(code: &mut str, at: &str, problems: &mut Problems) -> Option<Currency> {
    code.make_ascii_uppercase();
    let currency = money::currency(code).ok();
    if currency.is_none() {
        problems.with(at, Code::Format, vec![("format", "ISO 4217".to_owned())]);
    }
    currency
}

/// Brings a country's code into capitals; notes what is none.
pub fn country(code: &mut Option<String>, at: &str, problems: &mut Problems) {
    let Some(country) = code else { return };
    country.make_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        problems.with(at, Code::Format, vec![("format", "ISO 3166-1 alpha-2".to_owned())]);
    }
}

/// Notes a whole number outside its bounds.
pub fn within(value: i64, min: i64, max: i64, at: &str, problems: &mut Problems) {
    if !(min..=max).contains(&value) {
        problems.with(at, Code::OutOfRange, vec![("min", min.to_string()), ("max", max.to_string())]);
    }
}

/// The highest and, below nothing, the lowest priority.
pub const MAX_PRIORITY: i64 = 1000;
