//! Reading a body: bounded, UTF-8 JSON, no member twice, not too deep. The order is the contract's: 415, 413, 400.
use super::problem::Failure;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;
use std::time::Duration;

/// The JSON kinds of bodies.
pub const JSON: &[&str] = &["application/json"];
/// What a merge patch may be sent as: some generated clients can't say the first.
pub const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// Checks that the body is of one of these kinds, in UTF-8.
pub fn expect_type(request: &HttpRequest, allowed: &'static [&'static str]) -> Result<(), Failure> {
    let given = request
        .headers()
        .get("Content-Type")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let mut parts = given.split(';');
    let kind = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let charset = parts
        .filter_map(|p| p.trim().strip_prefix("charset="))
        .next()
        .map(|c| c.trim_matches('"').to_ascii_lowercase());
    let utf8 = charset.as_deref().is_none_or(|c| c == "utf-8" || c == "utf8");
    if allowed.contains(&kind.as_str()) && utf8 {
        return Ok(());
    }
    let name = if request.method() == "PATCH" {
        "accept-patch"
    } else {
        "accept-post"
    };
    Err(unsupported(name, allowed[0]))
}

/// A body of a kind or packing that is not read here; the header says which are.
pub fn unsupported(name: &'static str, allowed: &'static str) -> Failure {
    Failure::Protocol(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        Some((HeaderName::from_static(name), HeaderValue::from_static(allowed))),
    )
}

/// The whole body, of at most `max` bytes.
pub async fn bytes(request: &HttpRequest, payload: &mut Payload, max: usize) -> Result<Bytes, Failure> {
    let told = request
        .headers()
        .get("Content-Length")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<usize>().ok());
    if told.is_some_and(|n| n > max) {
        return Err(Failure::Protocol(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", None));
    }
    let reading = collect(payload, told.unwrap_or(1024).min(max), max);
    match tokio::time::timeout(ARRIVAL, reading).await {
        Ok(read) => read,
        Err(_) => Err(Failure::Protocol(StatusCode::REQUEST_TIMEOUT, "timeout", None)),
    }
}

/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

async fn collect(payload: &mut Payload, likely: usize, max: usize) -> Result<Bytes, Failure> {
    let mut body = BytesMut::with_capacity(likely);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Failure::Body("invalid_json", "The body did not arrive whole.".to_owned()))?;
        if body.len() + chunk.len() > max {
            return Err(Failure::Protocol(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", None));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The members of a JSON object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    match parse(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err(Failure::from(domain::core::error::Error::invalid(
            "",
            domain::core::problem::Code::WrongType,
        ))),
    }
}

/// A JSON value (I-JSON, RFC 7493: no member twice).
pub fn parse(bytes: &[u8]) -> Result<Value, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        match error.to_string().starts_with(TWICE) {
            true => Failure::Body("duplicate_member", place),
            false => Failure::Body("invalid_json", place),
        }
    })
}

const TWICE: &str = "duplicate member";
/// The largest whole number that every JSON reader keeps exactly (RFC 7493): 2^53 - 1.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// Reads a value and refuses a member that stands twice.
struct Strict;
impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}
impl<'de> Visitor<'de> for Strict {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }
    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(n.into())
    }
    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(n.into())
    }
    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        // 43.0 and 4.3e1 are whole numbers to JSON Schema, and so to the contract.
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and within what an f64 keeps exactly")]
        if n.fract() == 0.0 && n.abs() <= EXACT {
            return Ok((n as i64).into());
        }
        Ok(Number::from_f64(n).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::String(s.to_owned()))
    }
    fn visit_string<E>(self, s: String) -> Result<Value, E> {
        Ok(Value::String(s))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Strict)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
    use super::*;

    fn code(text: &str) -> &'static str {
        match parse(text.as_bytes()) {
            Ok(_) => "ok",
            Err(Failure::Body(code, _)) => code,
            Err(_) => "another failure",
        }
    }

    #[test]
    fn a_member_twice_a_bomb_and_a_lone_surrogate_are_refused() {
        assert_eq!(code(r#"{"a": 1, "b": {"c": 1}}"#), "ok");
        assert_eq!(code(r#"{"email": "a@x", "email": "b@x"}"#), "duplicate_member");
        assert_eq!(code(r#"{"a": {"b": 1, "b": 2}}"#), "duplicate_member");
        assert_eq!(code(&("[".repeat(10_000) + &"]".repeat(10_000))), "invalid_json");
        assert_eq!(code(r#"{"a": 1e400}"#), "invalid_json");
        assert_eq!(code(r#"{"a": "\ud800"}"#), "invalid_json");
        assert_eq!(code("{} {}"), "invalid_json");
        for (text, value) in [
            ("43.0", Value::from(43)),
            ("-4.3e1", Value::from(-43)),
            ("43.5", Value::from(43.5)),
            ("1e300", Value::from(1e300)),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), value);
        }
        assert_eq!(parse(b"9223372036854775808").unwrap(), Value::from(9_223_372_036_854_775_808_u64));
    }
}
