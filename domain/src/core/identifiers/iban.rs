//! International bank account numbers (ISO 13616), among them the Iranian Sheba: IR and 24 digits.
use super::{trimmed, ungrouped};
use crate::core::problem::Code;
use iban::{Iban, ParseBaseIbanError, ParseIbanError};

/// An IBAN has at most 34 characters (ISO 13616-1); written in groups of four, 42.
const MAX: usize = 64;

/// The account number in its electronic form: upper-case, without spaces. Groups, hyphens, lower-case and Persian or Arabic
/// digits are accepted. The check digits (ISO 7064 MOD 97-10) must hold, and the country's own structure: that of SWIFT's IBAN
/// registry, and for Iran, which the registry does not list, the Central Bank's (IR and 24 digits: two check digits, three for the bank, one
/// for the kind of account, eighteen for the account). Other countries outside the registry are refused.
///
/// # Errors
/// `CheckDigit` when only the check digits are wrong, otherwise `Format`, `TooLong`, `Character` or `Required`.
pub fn parse(text: &str) -> Result<String, Code> {
    let electronic: String = ungrouped(trimmed(text, MAX)?).map(|c| c.to_ascii_uppercase()).collect();
    match electronic.parse::<Iban>() {
        Ok(_) => Ok(electronic),
        Err(ParseIbanError::UnknownCountry(_)) if sheba(&electronic) => Ok(electronic),
        Err(ParseIbanError::InvalidBaseIban {
            source: ParseBaseIbanError::InvalidChecksum,
        }) => Err(Code::CheckDigit),
        Err(_) => Err(Code::Format),
    }
}

/// Whether it has the structure of an Iranian account number (شبا).
fn sheba(electronic: &str) -> bool {
    electronic
        .strip_prefix("IR")
        .is_some_and(|rest| rest.len() == 24 && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The account number as shown to those who may not see it: the country and the last four characters, as banks print it on
/// statements and in messages, and an asterisk for each of the others. The check digits are hidden too: with them, all but one
/// in 97 guesses at the rest could be ruled out. A text too short to hide anything becomes asterisks alone.
pub fn masked(iban: &str) -> String {
    /// Country and last four must leave most of the number hidden; the shortest IBAN, Norway's, has 15 characters.
    const SHORTEST: usize = 15;
    let length = iban.chars().count();
    let shown = |at: usize| length >= SHORTEST && (at < 2 || at + 4 >= length);
    iban.chars().enumerate().map(|(at, c)| if shown(at) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        let rows = [
            ("IR062960000000100324200001", Ok("IR062960000000100324200001")),
            ("IR06 2960 0000 0010 0324 2000 01", Ok("IR062960000000100324200001")),
            ("ir۰۶-۲۹۶۰-۰۰۰۰-۰۰۱۰-۰۳۲۴-۲۰۰۰-۰۱", Ok("IR062960000000100324200001")),
            (" NO93 8601 1117 947 ", Ok("NO9386011117947")),
            ("IR072960000000100324200001", Err(Code::CheckDigit)),
            ("IR062960000000100342200001", Err(Code::CheckDigit)),
            ("IR0629600000001003242000", Err(Code::CheckDigit)),
            ("062960000000100324200001", Err(Code::Format)),
            ("ZZ062960000000100324200001", Err(Code::CheckDigit)),
            ("IR06296000000010032420000!", Err(Code::Format)),
            ("", Err(Code::Required)),
            ("IR06\u{202E}2960000000100324200001", Err(Code::Character)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text).as_deref().map_err(|c| *c), expected, "{text:?}");
        }
        assert_eq!(parse(&"1".repeat(100_000)), Err(Code::TooLong));
    }

    #[test]
    fn masks() {
        assert_eq!(masked("IR062960000000100324200001"), "IR********************0001");
        assert_eq!(masked("NO9386011117947"), "NO*********7947");
        assert_eq!(masked("IR06"), "****");
        assert_eq!(masked(""), "");
    }
}
