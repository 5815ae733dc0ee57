//! E-mail addresses: one form to send to and a key to find by.
use super::trimmed;
use crate::core::problem::Code;
use validator::ValidateEmail;

/// Longest address in characters (RFC 5321 §4.5.3.1.3, a path of 256 octets less its angle brackets).
const MAX: usize = 254;
/// Longest local part (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// The address to send to: the domain in lower-case ASCII (internationalized names as Punycode, UTS #46), the part before the `@`
/// as written, because only the receiving server knows whether its case matters.
///
/// The grammar is HTML's (what an `<input type=email>` accepts), narrowed to what mail servers take: a dotted domain, no dot at
/// either end of the local part and no two in a row (RFC 5321 dot-string). Display names, comments, quoted local parts and
/// address literals are refused.
///
/// # Errors
/// `TooLong` beyond 254 characters or 64 before the `@`; `Character` for control, line-break and bidirectional control characters;
/// `Format` otherwise; `Required` when empty.
pub fn parse(text: &str) -> Result<String, Code> {
    let text = trimmed(text, MAX)?;
    let (local, domain) = text.rsplit_once('@').ok_or(Code::Format)?;
    if local.len() > MAX_LOCAL {
        return Err(Code::TooLong);
    }
    let domain = idna::domain_to_ascii(domain).map_err(|_| Code::Format)?;
    let address = format!("{local}@{domain}");
    if address.len() > MAX {
        return Err(Code::TooLong);
    }
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let top = domain.rsplit_once('.').map(|(_, top)| top).ok_or(Code::Format)?;
    // A last label of digits would be an IPv4 address.
    let numeric = top.bytes().all(|b| b.is_ascii_digit());
    if dots || numeric || domain.starts_with('[') || !address.validate_email() {
        return Err(Code::Format);
    }
    Ok(address)
}

/// The key under which an address from [`parse`] is found again: all lower-case, since no mail provider in use tells addresses
/// apart by case.
pub fn key(address: &str) -> String {
    address.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        let rows = [
            ("Sara.Karimi@Example.IR", Ok("Sara.Karimi@example.ir")),
            (" a+b@x.co ", Ok("a+b@x.co")),
            ("o'neil_1@mail.example.com", Ok("o'neil_1@mail.example.com")),
            ("info@پارسی.ایران", Ok("info@xn--mgbug11aqn.xn--mgba3a4f16a")),
            ("info@BÜCHER.example", Ok("info@xn--bcher-kva.example")),
            ("", Err(Code::Required)),
            ("a", Err(Code::Format)),
            ("@x.co", Err(Code::Format)),
            ("a@", Err(Code::Format)),
            ("a@localhost", Err(Code::Format)),
            ("a@x..co", Err(Code::Format)),
            ("a@.co", Err(Code::Format)),
            ("a@x.co.", Err(Code::Format)),
            ("a@-x.co", Err(Code::Format)),
            ("a@1.2.3.4", Err(Code::Format)),
            ("a@[127.0.0.1]", Err(Code::Format)),
            (".a@x.co", Err(Code::Format)),
            ("a.@x.co", Err(Code::Format)),
            ("a..b@x.co", Err(Code::Format)),
            ("a b@x.co", Err(Code::Format)),
            ("a@b@x.co", Err(Code::Format)),
            ("A <a@x.co>", Err(Code::Format)),
            ("\"a b\"@x.co", Err(Code::Format)),
            ("سارا@x.co", Err(Code::Format)),
            ("a@x.co\r\nBcc: b@x.co", Err(Code::Character)),
            ("a\n@x.co", Err(Code::Character)),
            ("a\u{202E}@x.co", Err(Code::Character)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text).as_deref().map_err(|c| *c), expected, "{text:?}");
        }
    }

    #[test]
    fn lengths() {
        let domain = format!("{}.{}.{}", "d".repeat(63), "e".repeat(63), "f".repeat(58));
        let local = "l".repeat(64);
        assert_eq!(parse(&format!("{local}@{domain}.co")).map(|a| a.len()), Ok(254));
        assert_eq!(parse(&format!("{local}@{domain}f.co")), Err(Code::TooLong));
        assert_eq!(parse(&format!("{local}l@x.co")), Err(Code::TooLong));
        assert_eq!(parse(&format!("{}!", "a".repeat(100_000))), Err(Code::TooLong));
    }

    #[test]
    fn keys() {
        assert_eq!(key("Sara.Karimi@example.ir"), "sara.karimi@example.ir");
    }
}
