//! Iranian identifiers: کد ملی of a person, شناسه ملی of a legal entity, and the postal code. All accept Persian and Arabic digits
//! and the usual grouping, and give plain ASCII digits.
use super::{trimmed, ungrouped};
use crate::core::problem::Code;

/// Digits and their grouping never need more characters.
const MAX: usize = 32;

/// A person's national id (کد ملی) as ten digits. Registers that lost leading zeros are repaired: eight or nine digits are filled
/// up with zeros on the left.
///
/// Rule (National Organization for Civil Registration; «الگوریتم کد ملی»): three digits for the place of issue, six for the person,
/// one check digit. With s the sum of the i-th digit times 11 − i for i = 1…9 and r = s mod 11, the check digit is r when r < 2,
/// otherwise 11 − r. Ten equal digits satisfy this and are never issued.
///
/// # Errors
/// `CheckDigit` when it does not hold; `Format` for another number of digits, anything but digits, or ten equal ones.
pub fn national_id(text: &str) -> Result<String, Code> {
    let given = numerals(text)?;
    let digits: Vec<u32> = match given.len() {
        8..=10 => std::iter::repeat_n(0, 10 - given.len()).chain(given).collect(),
        _ => return Err(Code::Format),
    };
    let sum: u32 = digits
        .iter()
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = match sum % 11 {
        r @ 0..=1 => r,
        r => 11 - r,
    };
    accepted(&digits, check)
}

/// A legal entity's national id (شناسه ملی اشخاص حقوقی) as eleven digits.
///
/// Rule (State Organization for Registration of Deeds and Properties; «الگوریتم شناسه ملی اشخاص حقوقی»): the tenth digit plus two is
/// added to each of the first ten digits; the sums are multiplied by 29, 27, 23, 19, 17, 29, 27, 23, 19, 17 and added; the
/// remainder by 11, with 10 taken as 0, is the eleventh digit. Eleven equal digits are refused.
///
/// # Errors
/// `CheckDigit` when it does not hold; `Format` for another number of digits, anything but digits, or eleven equal ones.
pub fn legal_id(text: &str) -> Result<String, Code> {
    const WEIGHTS: [u32; 5] = [29, 27, 23, 19, 17];
    let digits = numerals(text)?;
    let (11, Some(tenth)) = (digits.len(), digits.get(9)) else {
        return Err(Code::Format);
    };
    let sum: u32 = digits
        .iter()
        .take(10)
        .zip(WEIGHTS.iter().cycle())
        .map(|(digit, weight)| (digit + tenth + 2) * weight)
        .sum();
    accepted(&digits, sum % 11 % 10)
}

/// A postal code (کد پستی) as ten digits.
///
/// Rule (Iran Post's ten-digit code, as validator.js and persian-tools publish it): 2 does not occur, nor does 0 among the first five
/// digits; the fifth digit, which ends the delivery route, is not 5; the first four digits are not all equal. There is no check digit.
///
/// # Errors
/// `Format` when it is not so written.
pub fn postal_code(text: &str) -> Result<String, Code> {
    let digits = numerals(text)?;
    let written = digits.len() == 10 && !digits.contains(&2) && digits.get(4) != Some(&5);
    if !written || digits.iter().take(5).any(|d| *d == 0) || digits.iter().take(4).all(|d| Some(d) == digits.first()) {
        return Err(Code::Format);
    }
    Ok(plain(&digits))
}

fn numerals(text: &str) -> Result<Vec<u32>, Code> {
    ungrouped(trimmed(text, MAX)?).map(|c| c.to_digit(10).ok_or(Code::Format)).collect()
}

fn plain(digits: &[u32]) -> String {
    digits.iter().filter_map(|d| char::from_digit(*d, 10)).collect()
}

fn accepted(digits: &[u32], check: u32) -> Result<String, Code> {
    if digits.iter().all(|d| Some(d) == digits.first()) {
        Err(Code::Format)
    } else if digits.last() == Some(&check) {
        Ok(plain(digits))
    } else {
        Err(Code::CheckDigit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static str, Result<&'static str, Code>);

    fn holds(parse: fn(&str) -> Result<String, Code>, rows: &[Row]) {
        for (text, expected) in rows {
            assert_eq!(parse(text).as_deref().map_err(|c| *c), *expected, "{text:?}");
        }
        assert_eq!(parse(&"1".repeat(100_000)), Err(Code::TooLong));
        assert_eq!(parse(" "), Err(Code::Required));
        assert_eq!(parse("12345\u{202E}67890"), Err(Code::Character));
    }

    #[test]
    fn national_ids() {
        // By hand: 8·8 + 4·7 + 5·6 + 7·5 + 5·4 + 9·3 + 4·2 = 212, remainder 3, check digit 8.
        holds(
            national_id,
            &[
                ("0084575948", Ok("0084575948")),
                ("84575948", Ok("0084575948")),
                ("084575948", Ok("0084575948")),
                ("۰۰۸۴۵۷۵۹۴۸", Ok("0084575948")),
                ("٠٠٨-٤٥٧٥٩٤-٨", Ok("0084575948")),
                ("0084575947", Err(Code::CheckDigit)),
                ("0085475948", Err(Code::CheckDigit)),
                ("1111111111", Err(Code::Format)),
                ("00000000", Err(Code::Format)),
                ("4575948", Err(Code::Format)),
                ("00084575948", Err(Code::Format)),
                ("008457594x", Err(Code::Format)),
                ("²084575948", Err(Code::Format)),
            ],
        );
    }

    #[test]
    fn legal_ids() {
        holds(
            legal_id,
            &[
                ("10380284790", Ok("10380284790")),
                ("14007650912", Ok("14007650912")),
                ("۱۰۳۸۰۲۸۴۷۹۰", Ok("10380284790")),
                ("10380284792", Err(Code::CheckDigit)),
                ("10380824790", Err(Code::CheckDigit)),
                ("1038028479", Err(Code::Format)),
                ("00000000000", Err(Code::Format)),
            ],
        );
    }

    #[test]
    fn postal_codes() {
        holds(
            postal_code,
            &[
                ("8915818411", Ok("8915818411")),
                ("89158-18411", Ok("8915818411")),
                ("۸۹۱۵۸ ۱۸۴۱۱", Ok("8915818411")),
                ("8915518411", Err(Code::Format)),
                ("8905818411", Err(Code::Format)),
                ("8916789101", Ok("8916789101")),
                ("8925818411", Err(Code::Format)),
                ("8915818412", Err(Code::Format)),
                ("1111818411", Err(Code::Format)),
                ("891581841", Err(Code::Format)),
                ("89158184a1", Err(Code::Format)),
            ],
        );
    }
}
