//! The request headers that handlers ask for, each with its limits.
use super::problem::Failure;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use domain::core::pipeline::Expect;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands as itself in every part of an address and of a header (RFC 3986 §2.3, RFC 8187).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text in percent signs, for a part of an address or a name in a header.
pub fn percent(text: &str) -> String {
    utf8_percent_encode(text, &UNRESERVED).to_string()
}

/// The longest value of a declared header.
const MAX: usize = 200;

/// A header of at most the declared length.
pub fn value<'a>(request: &'a HttpRequest, name: &'static str) -> Result<Option<&'a str>, Failure> {
    let Some(value) = request.headers().get(name) else {
        return Ok(None);
    };
    let wrong = || Failure::Parameter(name.to_owned(), "invalid_parameter");
    let text = value.to_str().map_err(|_| wrong())?;
    if text.len() > MAX { Err(wrong()) } else { Ok(Some(text)) }
}

/// A header that may be as long as a query parameter.
pub fn long<'a>(request: &'a HttpRequest, name: &'static str) -> Result<Option<&'a str>, Failure> {
    let Some(value) = request.headers().get(name) else {
        return Ok(None);
    };
    let wrong = || Failure::Parameter(name.to_owned(), "invalid_parameter");
    value
        .to_str()
        .ok()
        .filter(|text| text.len() <= super::query::MAX)
        .map(Some)
        .ok_or_else(wrong)
}

/// Which version the caller means to change; it must be said (428).
pub fn if_match(request: &HttpRequest) -> Result<Expect, Failure> {
    let Some(text) = value(request, "If-Match")? else {
        return Err(Failure::Protocol(StatusCode::PRECONDITION_REQUIRED, "precondition_required", None));
    };
    match text {
        "*" => Ok(Expect::Any),
        _ => {
            // A weak or unreadable tag matches no version: it is stale, whatever the version is.
            let version = text
                .strip_prefix('"')
                .and_then(|t| t.strip_suffix('"'))
                .and_then(|t| t.parse().ok());
            Ok(Expect::Version(version.unwrap_or(0)))
        }
    }
}

/// Which version is meant, where the caller says so.
///
/// # Errors
/// Those of the header.
pub fn expect(request: &HttpRequest) -> Result<Expect, Failure> {
    match request.headers().contains_key("If-Match") {
        true => if_match(request),
        false => Ok(Expect::Any),
    }
}

/// `If-None-Match: *`: only if there is none yet.
pub fn only_new(request: &HttpRequest) -> Result<bool, Failure> {
    match value(request, "If-None-Match")? {
        None => Ok(false),
        Some("*") => Ok(true),
        // A tag would mean nothing here; passed over, the caller would believe in a protection that is not there.
        Some(_) => Err(Failure::Parameter("If-None-Match".to_owned(), "invalid_parameter")),
    }
}

/// Whether the caller has this very version.
pub fn has_seen(request: &HttpRequest, etag: &str) -> Result<bool, Failure> {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    Ok(value(request, "If-None-Match")?.is_some_and(|text| text == "*" || text.split(',').any(|tag| bare(tag) == bare(etag))))
}

/// A header that is `true` or `false`; false where it is absent.
pub fn flag(request: &HttpRequest, name: &'static str) -> Result<bool, Failure> {
    match value(request, name)? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Failure::Parameter(name.to_owned(), "invalid_parameter")),
    }
}

/// The idempotency key, with or without the draft's quotes.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Failure> {
    let Some(value) = request.headers().get("Idempotency-Key") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.:-".contains(&b);
    if (1..=255).contains(&text.len()) && text.bytes().all(plain) {
        Ok(Some(text.to_owned()))
    } else {
        Err(Failure::Parameter("Idempotency-Key".to_owned(), "invalid_parameter"))
    }
}

/// Objects that are made, and acted on, under an idempotency key alone: done twice, it would cost money.
const KEYED: [&str; 6] = ["credit_notes", "invoices", "orders", "payments", "purchase_requests", "refunds"];

/// Whether writes of an object that are no change of a named version need an idempotency key.
pub fn is_keyed(object: &str) -> bool {
    KEYED.contains(&object)
}

/// The idempotency key, which must be there.
///
/// # Errors
/// `idempotency_required`; those of the header.
pub fn needs_key(request: &HttpRequest) -> Result<(), Failure> {
    match idempotency_key(request)? {
        Some(_) => Ok(()),
        None => Err(Failure::Parameter("Idempotency-Key".to_owned(), "idempotency_required")),
    }
}

/// `Prefer: return=minimal` (RFC 7240).
pub fn wants_minimal(request: &HttpRequest) -> bool {
    let prefers = |v: &actix_web::http::header::HeaderValue| v.to_str().is_ok_and(|v| v.split(',').any(|p| p.trim() == "return=minimal"));
    request.headers().get_all("Prefer").any(prefers)
}
