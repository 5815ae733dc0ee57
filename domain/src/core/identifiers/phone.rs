//! Telephone numbers: read as people write them, kept in E.164 (ITU-T).
//!
//! The numbering plans are libphonenumber's, from the crate `phonenumber`. Its parser is not used: it drops trunk prefixes twice, and
//! those of the reader's country from foreign numbers, so that Saint Petersburg (`+7 812`) and Rome (`+39 06`) cannot be reached.
use super::trimmed;
use crate::core::problem::Code;
use crate::core::text;
use phonenumber::Type;
use phonenumber::metadata::{DATABASE, Database, Metadata};

/// Characters of a number as people write it, groups, brackets and extension included. It bounds the work on hostile input.
const MAX: usize = 64;
/// `+` and at most 15 digits (E.164 §6.2.1); some plans know longer numbers, which cannot be called from everywhere.
const MAX_E164: usize = 16;
/// Longest extension, in digits; longer ones are mistakes.
const MAX_EXTENSION: usize = 9;

/// What kind of line a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Mobile,
    Fixed,
    /// Any other kind, such as toll-free, or one that the numbering plan does not tell apart (North America).
    Other,
}

/// A telephone number that its numbering plan can assign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// `+`, country code and national number; at most 15 digits.
    pub e164: String,
    /// ISO 3166-1 alpha-2 code of the country or territory the number belongs to; `001` for numbers of no country, such as +800.
    pub country: String,
    pub kind: Kind,
    /// The extension to dial after the call is answered, in digits. It is no part of E.164.
    pub extension: Option<String>,
}

/// E.164 form, country and kind.
type Found = (String, String, Kind);

/// Reads a number written in any usual way: with Persian or Arabic digits, in groups, with brackets, with a country code after
/// `+` or `00`, with an extension (`x12`, `ext. 12`, `#12`, `;ext=12`, «داخلی ۱۲»). A number without a country code is read as
/// dialled within `default_region`, an ISO 3166-1 alpha-2 code. Letters (`1-800-FLOWERS`) are not read.
///
/// The number must fit the numbering plan of its country (metadata of Google's libphonenumber). Whether it is in service is not
/// known. Short numbers (`110`) have no international form and are refused.
///
/// # Errors
/// `TooLong` beyond 64 characters, `Character` for control and bidirectional control characters, `Required` when empty, otherwise
/// `Format`.
pub fn parse(text: &str, default_region: &str) -> Result<Phone, Code> {
    let text = text::digits(trimmed(text, MAX)?).to_lowercase();
    let (number, extension) = split_extension(text.strip_prefix("tel:").unwrap_or(&text))?;
    let dialled = dialled(number)?;
    let home = DATABASE.by_id(&default_region.to_ascii_uppercase());
    let abroad = match dialled.strip_prefix('+') {
        Some(digits) => Some(digits),
        None => exit_code(&dialled, home).and_then(|length| dialled.get(length..)),
    };
    let found = match (abroad, home) {
        (Some(digits), _) => international(digits),
        (None, Some(home)) => national(&dialled, home).or_else(|| {
            // «98912…» where +98912… is meant.
            dialled
                .starts_with(&home.country_code().to_string())
                .then(|| international(&dialled))
                .flatten()
        }),
        (None, None) => None,
    };
    let (e164, country, kind) = found.filter(|(e164, ..)| e164.len() <= MAX_E164).ok_or(Code::Format)?;
    Ok(Phone {
        e164,
        country,
        kind,
        extension,
    })
}

/// The length of the digits dialled for a call abroad: the region's own (`011` in North America, `0011` in Australia), or `00`, which
/// most regions use and everyone understands.
fn exit_code(dialled: &str, home: Option<&Metadata>) -> Option<usize> {
    let own = home
        .and_then(Metadata::international_prefix)
        .and_then(|prefix| prefix.find(dialled));
    let own = own.filter(|found| found.start() == 0).map(|found| found.end());
    own.or_else(|| dialled.starts_with("00").then_some(2))
}

/// Reads a number that begins with its country code. No country code is the beginning of another.
fn international(digits: &str) -> Option<Found> {
    (1..=3).find_map(|length| {
        let (code, rest) = digits.split_at_checked(length)?;
        let code = code.parse::<u16>().ok().filter(|code| *code > 0)?;
        let main = *DATABASE.by_code(&code)?.first()?;
        national(rest, main)
    })
}

/// Reads a number as dialled within the country of a plan. The trunk prefix is dropped, or replaced as the plan says, where what
/// remains looks like a number; `+98 (0)912…` is common, and `+7 812…` begins with Russia's trunk prefix and has none.
fn national(digits: &str, home: &Metadata) -> Option<Found> {
    let trunk = without_trunk(digits, home);
    let code = home.country_code();
    let found = |number: &str| plan(code, number).map(|(plan, kind)| (format!("+{code}{number}"), plan.id().to_owned(), kind));
    let looks = |number: &String| home.descriptors().general().is_match(number);
    match trunk {
        Some(number) if looks(&number) => found(&number).or_else(|| found(digits)),
        Some(number) => found(digits).or_else(|| found(&number)),
        None => found(digits),
    }
}

/// The number without its plan's trunk prefix, or as the plan's rule rewrites it; none when there is none to drop.
fn without_trunk(digits: &str, plan: &Metadata) -> Option<String> {
    let Some(prefix) = plan.national_prefix_for_parsing() else {
        return digits.strip_prefix(plan.national_prefix()?).map(str::to_owned);
    };
    let found = prefix.captures(digits)?;
    let whole = found.get(0).filter(|whole| whole.start() == 0 && whole.end() > 0)?;
    let captured = found.len() > 1 && found.get(found.len() - 1).is_some();
    match plan.national_prefix_transform_rule() {
        Some(rule) if captured => Some(prefix.replace(digits, rule).into_owned()),
        _ => digits.get(whole.end()..).map(str::to_owned),
    }
}

/// The numbering plan that assigns the national number, and the kind of line it assigns it to.
fn plan(code: u16, national: &str) -> Option<(&'static Metadata, Kind)> {
    let database: &'static Database = &DATABASE;
    let plans = database.by_code(&code)?;
    if let [plan] = plans.as_slice() {
        return kind(plan, national).map(|kind| (*plan, kind));
    }
    // In this order a plan with leading digits of its own is asked for them alone (libphonenumber's getRegionCodeForNumber).
    let plans = database.region(&code)?.into_iter().filter_map(|region| database.by_id(region));
    plans.into_iter().find_map(|plan| match plan.leading_digits() {
        Some(leading) if leading.find(national).is_none_or(|found| found.start() != 0) => None,
        _ => kind(plan, national).map(|kind| (plan, kind)),
    })
}

/// The kind of line of a national number; none when the plan does not assign it.
fn kind(plan: &Metadata, national: &str) -> Option<Kind> {
    const OTHERS: [Type; 8] = [
        Type::PremiumRate,
        Type::TollFree,
        Type::SharedCost,
        Type::Voip,
        Type::PersonalNumber,
        Type::Pager,
        Type::Uan,
        Type::Voicemail,
    ];
    let plan = plan.descriptors();
    let fits = |kind: Type| plan.get(kind).is_some_and(|numbers| numbers.is_match(national));
    if !plan.general().is_match(national) {
        None
    } else if OTHERS.into_iter().any(fits) {
        Some(Kind::Other)
    } else {
        match (fits(Type::Mobile), fits(Type::FixedLine)) {
            (true, false) => Some(Kind::Mobile),
            (false, true) => Some(Kind::Fixed),
            (true, true) => Some(Kind::Other),
            (false, false) => None,
        }
    }
}

/// Digits with at most one `+` before them; brackets and separators are dropped, anything else is refused.
fn dialled(number: &str) -> Result<String, Code> {
    let mut dialled = String::with_capacity(number.len());
    for c in number.chars() {
        match c {
            '0'..='9' => dialled.push(c),
            '+' | '＋' if dialled.is_empty() => dialled.push('+'),
            '(' | ')' | '[' | ']' | '-' | '.' | '/' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200B}'..='\u{200F}' => {}
            c if c.is_whitespace() => {}
            _ => return Err(Code::Format),
        }
    }
    Ok(dialled)
}

/// The number and its extension. The text is lower-case.
fn split_extension(text: &str) -> Result<(&str, Option<String>), Code> {
    const MARKS: [&str; 8] = [";ext=", "extension", "ext", "داخلی", "داخلي", "x", "#", ","];
    let Some((number, rest)) = MARKS.iter().find_map(|mark| text.split_once(mark)) else {
        return Ok((text, None));
    };
    let extension = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '=' | '#' | ')'));
    let written = (1..=MAX_EXTENSION).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_digit());
    // «(داخلی ۱۲)» and "(ext. 12)" leave their bracket behind.
    if written {
        Ok((number.trim_end_matches([' ', '(', ',', ';']), Some(extension.to_owned())))
    } else {
        Err(Code::Format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (
        &'static str,
        &'static str,
        Result<(&'static str, &'static str, Kind, Option<&'static str>), Code>,
    );

    #[test]
    fn reads() {
        let tehran = Ok(("+982188881234", "IR", Kind::Fixed, None));
        let mobile = Ok(("+989123456789", "IR", Kind::Mobile, None));
        let rows: &[Row] = &[
            ("09123456789", "IR", mobile),
            ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", mobile),
            ("٠٩١٢-٣٤٥-٦٧٨٩", "ir", mobile),
            ("9123456789", "IR", mobile),
            ("+98 (0)912 345 6789", "DE", mobile),
            ("0098 912 345 6789", "IR", mobile),
            ("00989123456789", "US", mobile),
            ("+989123456789", "", mobile),
            ("tel:+98-912-345-6789", "", mobile),
            ("\u{200E}+98 912 345 6789\u{200E}", "", mobile),
            ("021 8888 1234", "IR", tehran),
            ("(021) 8888-1234", "IR", tehran),
            ("021-88881234 داخلی ۱۲", "IR", Ok(("+982188881234", "IR", Kind::Fixed, Some("12")))),
            (
                "021 8888 1234 (ext. 007)",
                "IR",
                Ok(("+982188881234", "IR", Kind::Fixed, Some("007"))),
            ),
            ("+98 21 88881234;ext=5", "", Ok(("+982188881234", "IR", Kind::Fixed, Some("5")))),
            ("02188881234 x12#", "IR", Ok(("+982188881234", "IR", Kind::Fixed, Some("12")))),
            ("030 901820", "DE", Ok(("+4930901820", "DE", Kind::Fixed, None))),
            ("+1 613-782-7274", "IR", Ok(("+16137827274", "CA", Kind::Other, None))),
            ("+800 1234 0000", "IR", Ok(("+80012340000", "001", Kind::Other, None))),
            ("+39 06 4550 1234", "IR", Ok(("+390645501234", "IT", Kind::Fixed, None))),
            ("011 39 06 4550 1234", "US", Ok(("+390645501234", "IT", Kind::Fixed, None))),
            ("0011 98 912 345 6789", "AU", mobile),
            ("+7 812 123 45 67", "IR", Ok(("+78121234567", "RU", Kind::Fixed, None))),
            ("8 (812) 123-45-67", "RU", Ok(("+78121234567", "RU", Kind::Fixed, None))),
            ("8 800 555 35 35", "RU", Ok(("+78005553535", "RU", Kind::Other, None))),
            ("011 15-2345-6789", "AR", Ok(("+5491123456789", "AR", Kind::Mobile, None))),
            ("460-1234", "AG", Ok(("+12684601234", "AG", Kind::Fixed, None))),
            ("989123456789", "IR", mobile),
            ("+229 01 95 12 34 56", "IR", Ok(("+2290195123456", "BJ", Kind::Mobile, None))),
            ("", "IR", Err(Code::Required)),
            ("+", "IR", Err(Code::Format)),
            ("00", "IR", Err(Code::Format)),
            ("1", "IR", Err(Code::Format)),
            ("110", "IR", Err(Code::Format)),
            ("0912345678", "IR", Err(Code::Format)),
            ("091234567890", "IR", Err(Code::Format)),
            ("09123456789", "", Err(Code::Format)),
            ("09123456789", "XX", Err(Code::Format)),
            ("+9991234567", "IR", Err(Code::Format)),
            ("0912+3456789", "IR", Err(Code::Format)),
            ("0912*3456789", "IR", Err(Code::Format)),
            ("1-800-FLOWERS", "US", Err(Code::Format)),
            ("02188881234 x", "IR", Err(Code::Format)),
            ("02188881234 x1 x2", "IR", Err(Code::Format)),
            ("02188881234 x1234567890", "IR", Err(Code::Format)),
            ("tel:8888;phone-context=+98-21", "IR", Err(Code::Format)),
            ("0912\n3456789", "IR", Err(Code::Character)),
            ("0912\u{202E}3456789", "IR", Err(Code::Character)),
        ];
        for (text, region, expected) in rows {
            let phone = parse(text, region);
            let found = phone
                .as_ref()
                .map(|p| (p.e164.as_str(), p.country.as_str(), p.kind, p.extension.as_deref()))
                .map_err(|c| *c);
            assert_eq!(found, *expected, "{text:?} in {region}");
        }
    }

    #[test]
    fn refuses_what_is_too_long() {
        for part in ["1", "+", "(", " ", "x", "۱", "-"] {
            assert_eq!(parse(&part.repeat(100_000), "IR"), Err(Code::TooLong), "{part}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "(00|\\+)?[0-9()+ x#*-]{0,20}", region in "IR|US|DE|AU|CN|AR|") {
            if let Ok(phone) = parse(&text, &region) {
                // The form that is stored reads as itself.
                proptest::prop_assert_eq!(parse(&phone.e164, "").map(|p| p.e164), Ok(phone.e164));
            }
        }
    }
}
