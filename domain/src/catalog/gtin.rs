//! Global trade item numbers (GS1), the numbers below barcodes.
use crate::core::problem::Code;
use crate::core::text;

/// The number in digits alone. Spaces, hyphens and Persian or Arabic digits are accepted.
///
/// # Errors
/// `Format` unless it has 8, 12, 13 or 14 digits; `CheckDigit` when the last one does not fit (GS1 General Specifications 7.9: from the
/// right, digits weigh 3 and 1 in turn, and the check digit brings the sum to a multiple of ten).
pub fn parse(written: &str) -> Result<String, Code> {
    if written.len() > 100 {
        return Err(Code::TooLong);
    }
    let digits: String = text::digits(written).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Code::Format);
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(b, weight)| u32::from(b - b'0') * weight)
        .sum();
    if sum.is_multiple_of(10) {
        Ok(digits)
    } else {
        Err(Code::CheckDigit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_products() {
        let rows = [
            ("4006381333931", Ok("4006381333931")),
            ("96385074", Ok("96385074")),
            ("036000291452", Ok("036000291452")),
            ("00012345600012", Ok("00012345600012")),
            ("۶۲۶۰۱۰۰۳۲۰۰۱۳", Err(Code::CheckDigit)),
            ("400 6381-333931", Ok("4006381333931")),
            ("4006381333932", Err(Code::CheckDigit)),
            ("123", Err(Code::Format)),
            ("400638133393X", Err(Code::Format)),
            ("", Err(Code::Format)),
        ];
        for (written, expected) in rows {
            assert_eq!(parse(written), expected.map(str::to_owned), "{written}");
        }
        assert_eq!(parse(&"9".repeat(1000)), Err(Code::TooLong));
    }
}
