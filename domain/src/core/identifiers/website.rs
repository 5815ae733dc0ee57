//! Web site addresses.
use super::trimmed;
use crate::core::problem::Code;
use url::{Host, Url};

/// Longest address in characters, as written and in normal form: what browsers and servers agree to take.
const MAX: usize = 2048;

/// The address in the normal form of the URL standard: lower-case ASCII host (Punycode for internationalized names), no default
/// port, escaped path. `https://` is assumed when no scheme is written. Only `http` and `https` with a dotted host name are
/// accepted: no user name or password, which would make `https://bank.example@evil.example` look like the bank, no IP address.
///
/// # Errors
/// `TooLong` beyond 2048 characters, `Character` for control and bidirectional control characters, `NotAllowed` for another scheme,
/// `Format` otherwise, `Required` when empty.
pub fn parse(text: &str) -> Result<String, Code> {
    let text = trimmed(text, MAX)?;
    let address = match text.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) => Url::parse(text),
        _ => Url::parse(&format!("https://{text}")),
    };
    let address = address.map_err(|_| Code::Format)?;
    if !matches!(address.scheme(), "http" | "https") {
        return Err(Code::NotAllowed);
    }
    let named = match address.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').contains('.'),
        _ => false,
    };
    if !named || !address.username().is_empty() || address.password().is_some() || text.contains(char::is_whitespace) {
        return Err(Code::Format);
    }
    if address.as_str().len() > MAX {
        return Err(Code::TooLong);
    }
    Ok(address.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        let rows = [
            ("example.ir", Ok("https://example.ir/")),
            ("example.ir:8443/a", Ok("https://example.ir:8443/a")),
            ("HTTP://Example.IR:80/A?q=1#f", Ok("http://example.ir/A?q=1#f")),
            (
                "https://پارسی.ایران/خانه",
                Ok("https://xn--mgbug11aqn.xn--mgba3a4f16a/%D8%AE%D8%A7%D9%86%D9%87"),
            ),
            ("example.ir/?next=http://x.y", Ok("https://example.ir/?next=http://x.y")),
            ("", Err(Code::Required)),
            ("ftp://example.ir", Err(Code::NotAllowed)),
            ("file:///etc/passwd", Err(Code::NotAllowed)),
            ("javascript://example.ir/%0Aalert(1)", Err(Code::NotAllowed)),
            ("javascript:alert(1)", Err(Code::Format)),
            ("mailto:a@x.co", Err(Code::Format)),
            ("data:text/html,x", Err(Code::Format)),
            ("https://bank.example@evil.example/", Err(Code::Format)),
            ("https://u:p@example.ir/", Err(Code::Format)),
            ("http://127.0.0.1/", Err(Code::Format)),
            ("http://2130706433/", Err(Code::Format)),
            ("http://[::1]/", Err(Code::Format)),
            ("localhost", Err(Code::Format)),
            ("two words.ir", Err(Code::Format)),
            ("https://", Err(Code::Format)),
            ("https://example.ir/\r\nX: y", Err(Code::Character)),
            ("https://example.ir/\u{202E}gpj", Err(Code::Character)),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text).as_deref().map_err(|c| *c), expected, "{text:?}");
        }
        assert_eq!(parse(&"a".repeat(100_000)), Err(Code::TooLong));
        // 400 characters as written, 2400 escaped.
        assert_eq!(parse(&format!("example.ir/{}", "خ".repeat(400))), Err(Code::TooLong));
    }
}
