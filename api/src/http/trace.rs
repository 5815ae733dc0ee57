//! Where a request stands among others: W3C Trace Context, accepted where it is valid and begun afresh where it is not, and the id that
//! the client gave it. Both are for the log; neither is trusted.
use actix_web::http::header::{HeaderMap, HeaderName};
use std::fmt;

/// The trace that a request belongs to, and its own place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    trace: u128,
    /// The caller's span; none where the trace begins here.
    parent: Option<u64>,
    span: u64,
    sampled: bool,
    /// What other systems carry along, as it came.
    state: Option<String>,
}

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest `tracestate` that is carried on, in bytes.
const STATE: usize = 512;

impl Trace {
    /// The trace of a request's headers; a fresh one where they name none, or not rightly. `random` makes ids.
    pub fn of(headers: &HeaderMap, mut random: impl FnMut() -> u64) -> Trace {
        let mut nonzero = || random().max(1);
        let span = nonzero();
        let mut given = headers.get_all(&TRACEPARENT);
        let parent = match (given.next(), given.next()) {
            (Some(one), None) => one.to_str().ok().and_then(read),
            _ => None,
        };
        match parent {
            Some((trace, parent, sampled)) => Trace {
                trace,
                parent: Some(parent),
                span,
                sampled,
                state: super::encoding::listed(headers, &TRACESTATE).filter(|s| s.len() <= STATE && visible(s)),
            },
            None => Trace {
                trace: (u128::from(nonzero()) << 64) | u128::from(nonzero()),
                parent: None,
                span,
                sampled: false,
                state: None,
            },
        }
    }

    /// The trace's id, 32 hexadecimal digits.
    pub fn id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    /// What other systems carry along with the trace.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// As it is handed on: `traceparent` with this request as the parent.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// Reads `version-trace-parent-flags` (Trace Context §3.2): lower-case hexadecimal, no id all zeros, no version ff; later versions may
/// say more behind a further dash.
fn read(text: &str) -> Option<(u128, u64, bool)> {
    let hex = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mut parts = text.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if !(hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2)) || version == "ff" {
        return None;
    }
    if version == "00" && parts.next().is_some() {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok().filter(|t| *t != 0)?;
    let parent = u64::from_str_radix(parent, 16).ok().filter(|p| *p != 0)?;
    Some((trace, parent, u8::from_str_radix(flags, 16).ok()? & 1 == 1))
}

fn visible(text: &str) -> bool {
    text.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// The id that the client gave its request: at most 128 visible ASCII characters, else it is as if it had given none.
pub fn client_request_id(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(&REQUEST_ID).or_else(|| headers.get(&X_REQUEST_ID))?;
    value
        .to_str()
        .ok()
        .filter(|id| (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in all {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                map.append(HeaderName::from_static(name), value);
            }
        }
        map
    }

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_valid_parent_is_gone_on_from() {
        let trace = Trace::of(
            &headers(&[("traceparent", GOOD), ("tracestate", "a=1"), ("tracestate", "b=2")]),
            || 7,
        );
        assert_eq!(trace.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000007-01");
        assert_eq!((trace.parent, trace.state()), (Some(0x00f0_67aa_0ba9_02b7), Some("a=1,b=2")));
        let later = Trace::of(&headers(&[("traceparent", &format!("cc{}-more", &GOOD[2..]))]), || 7);
        assert_eq!(later.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn anything_else_begins_a_trace() {
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            "x".repeat(2000),
            GOOD.to_uppercase(),
            format!("{GOOD}-more"),
            format!("ff{}", &GOOD[2..]),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &zeros),
            GOOD.replace("00f067aa0ba902b7", &zeros[..16]),
        ] {
            let trace = Trace::of(&headers(&[("traceparent", &bad), ("tracestate", "a=1")]), || 7);
            assert_eq!(
                (trace.id().as_str(), trace.parent, trace.state()),
                ("00000000000000070000000000000007", None, None),
                "{bad}"
            );
        }
        let twice = Trace::of(&headers(&[("traceparent", GOOD), ("traceparent", GOOD)]), || 7);
        assert_eq!(twice.parent, None);
    }

    #[test]
    fn only_a_plain_and_short_id_of_the_client_is_noted() {
        let long = "x".repeat(129);
        for (id, noted) in [
            ("abc-1", true),
            ("", false),
            (&long, false),
            ("a b", false),
            ("a\tb", false),
            ("پ", false),
        ] {
            assert_eq!(client_request_id(&headers(&[("request-id", id)])).is_some(), noted, "{id}");
        }
    }
}
