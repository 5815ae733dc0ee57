//! The edge: what every request and every answer passes, once. Request ids, rate limits, security headers, the problem body of
//! everything that went wrong, the framework's own refusals included, and one log line.
use super::app::App;
use super::caller::known;
use super::encoding::{Coding, accepts, compress, listed};
use super::limits::Told;
use super::problem::{Failure, Lang, Problem};
use super::trace::{Trace, client_request_id};
use crate::activities::calendars;
use crate::changes::denials;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::FutureExt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use uuid::Uuid;

/// The id of a request: ours, never the client's.
#[derive(Debug, Clone, Copy)]
struct RequestId(Uuid);

/// The id of this request.
pub fn request_id(request: &HttpRequest) -> Uuid {
    request.extensions().get::<RequestId>().map_or(Uuid::nil(), |id| id.0)
}

/// The trace of this request, to be handed on to jobs and webhooks.
pub fn trace(request: &HttpRequest) -> Option<Trace> {
    request.extensions().get::<Trace>().cloned()
}

/// Where the request comes from: the connection's other end, whatever headers claim.
pub fn client_ip(request: &HttpRequest) -> IpAddr {
    request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip())
}

/// By what a request is counted: who they are where we know it, else the network they come from.
fn counted_by(app: &App, request: &HttpRequest) -> u64 {
    let mut hasher = DefaultHasher::new();
    match (known(app, request), client_ip(request)) {
        (Some(caller), _) => caller.actor.user_id.hash(&mut hasher),
        (None, IpAddr::V4(ip)) => ip.hash(&mut hasher),
        // One household or office has a /64 of its own.
        (None, IpAddr::V6(ip)) => ip.octets()[..8].hash(&mut hasher),
    }
    hasher.finish()
}

/// Which policy a request falls under, beside the default one.
fn policy(request: &HttpRequest) -> &'static str {
    let path = request.path();
    match path {
        "/api/v1/auth/login"
        | "/api/v1/auth/password/reset"
        | "/api/v1/auth/password/reset-request"
        | "/api/v1/consents/confirm"
        | "/oauth/token" => "login",
        // The feed is followed in lines as well, and followers come back often.
        _ if super::export::wanted(request).is_some() && !path.starts_with("/api/v1/changes") => "export",
        _ if path.ends_with("/privacy-export") => "export",
        _ if path.starts_with("/api/v1/calendar-feeds/") => "calendar",
        _ if path.ends_with("/search") || request.query_string().contains("q=") => "search",
        _ => "default",
    }
}

/// A path as the log may have it. Calendar programs can send no credential but the address itself: what stands where a secret does is
/// left out, be it one or a mistyped one.
fn unsecret(path: &str) -> String {
    let mut hidden = String::with_capacity(path.len());
    let mut behind = None;
    for part in path.split_inclusive('/') {
        let (word, end) = part.strip_suffix('/').map_or((part, ""), |word| (word, "/"));
        let told = match behind {
            // The id comes first, then the secret.
            Some(1) => false,
            _ => !word.contains(calendars::SECRET),
        };
        hidden += if told || word.is_empty() { word } else { "…" };
        hidden += end;
        behind = match behind {
            _ if word.eq_ignore_ascii_case("calendar-feeds") => Some(0),
            Some(n) if !word.is_empty() => Some(n + 1),
            other => other,
        };
    }
    hidden
}

/// From when on an answer is worth a line in the log.
const SLOW_MICROS: u64 = 1_000_000;

/// What of a request is needed once it is answered, when the request itself may be gone.
struct Seen {
    id: Uuid,
    started: Instant,
    method: Method,
    path: String,
    lang: Lang,
    origin: Option<String>,
    accept: Option<String>,
    coding: Option<Coding>,
    trace: Trace,
    named: Option<String>,
    told: Option<Told>,
}

impl Seen {
    fn of(request: &ServiceRequest, id: Uuid) -> Seen {
        let headers = request.headers();
        let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
        let secret = request.path().starts_with("/api/v1/auth/") || request.path().starts_with("/oauth/");
        Seen {
            id,
            started: Instant::now(),
            method: request.method().clone(),
            path: unsecret(request.path()),
            lang: Lang::accepted(text(ACCEPT_LANGUAGE)),
            origin: text(ORIGIN).map(str::to_owned),
            accept: listed(headers, &ACCEPT),
            coding: listed(headers, &ACCEPT_ENCODING)
                .filter(|_| !secret)
                .and_then(|h| Coding::accepted(Some(&h))),
            trace: Trace::of(headers, rand::random),
            named: client_request_id(headers).map(str::to_owned),
            told: None,
        }
    }

    /// Whether only reading is asked for, so that a refusal afterwards leaves nothing half done.
    fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }

    /// Notes the answer: one line in the log, one more in the metrics. No header and no query is ever logged: both hold secrets.
    fn log(&self, status: u16) {
        let micros = self.started.elapsed().as_micros() as u64;
        super::health::measure(status, micros);
        let (trace, named) = (self.trace.id(), self.named.as_deref());
        // What went well is told only to those who ask for it (PEYVAND_LOG=info,access=debug): a line a request would be half its cost.
        if status >= 400 || micros > SLOW_MICROS {
            tracing::info!(target: "access", request_id = %self.id, method = %self.method, path = self.path, status, micros,
                trace_id = trace, client_request_id = named);
        } else {
            tracing::debug!(target: "access", request_id = %self.id, method = %self.method, path = self.path, status, micros,
                trace_id = trace, client_request_id = named);
        }
    }
}

/// Bounds of what comes before the body; the server's own, beyond which it reads nothing, are 96 headers, 64 KiB of address and 128 KiB in all.
const MAX_URI: usize = 48 << 10;
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;

/// What is refused before anything else looks at the request.
fn refusal(app: &App, request: &ServiceRequest, seen: &mut Seen) -> Option<Failure> {
    let protocol = |status, code| Some(Failure::Protocol(status, code, None));
    if request.uri().path_and_query().map_or(0, |p| p.as_str().len()) > MAX_URI {
        return protocol(StatusCode::URI_TOO_LONG, "uri_too_long");
    }
    let bytes: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if request.headers().len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return protocol(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large");
    }
    // Balancers are never counted: they must hear the truth when it matters most.
    if !seen.path.starts_with("/health/") {
        seen.told = app.limits.count(policy(request.request()), counted_by(app, request.request()));
    }
    if seen.told.is_some_and(|t| t.refused) {
        return protocol(StatusCode::TOO_MANY_REQUESTS, "rate_limited");
    }
    // What a template gives is a file of the form that the body asks for.
    let gives_file = seen.path.ends_with("/render") || seen.path.ends_with("/templates/preview");
    let writes = !seen.reads() && seen.method != Method::OPTIONS && !gives_file;
    // Of a write that answers nothing when all is well, a generated client knows problems alone, and asks for those.
    let problems = seen
        .accept
        .as_deref()
        .is_some_and(|accept| accept.contains("application/problem+json"));
    if writes && !problems && !accepts(seen.accept.as_deref(), "application/json") {
        return protocol(StatusCode::NOT_ACCEPTABLE, "not_acceptable");
    }
    None
}

/// The middleware.
pub async fn edge(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut seen = Seen::of(&request, Uuid::now_v7());
    request.extensions_mut().insert(RequestId(seen.id));
    request.extensions_mut().insert(seen.trace.clone());
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let refusal = refusal(&app, &request, &mut seen);
    let response = match refusal {
        Some(failure) => {
            // Not `into_response`, which would forget the failure that the problem is written from.
            ServiceResponse::new(request.into_parts().0, HttpResponse::from_error(failure)).map_into_right_body()
        }
        // The router needs the request for itself alone: nothing may hold a copy of it while it runs.
        None => match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => response.map_into_left_body(),
            Ok(Err(error)) => {
                tracing::error!(request_id = %seen.id, %error, "a request failed outside its handler");
                return Err(broken(&app, &seen));
            }
            // What it said is in the log already, by the hook of all panics.
            Err(_) => return Err(broken(&app, &seen)),
        },
    };
    refused(&app, &response, seen.id).await;
    let response = tell(acceptable(response, &seen), &seen);
    let mut response = compress(response, seen.coding);
    dress(&app, &seen, response.headers_mut());
    seen.log(response.status().as_u16());
    Ok(response)
}

/// The answer where a handler has broken down and taken its request with it: a problem like any other, on a connection that lives on.
fn broken(app: &App, seen: &Seen) -> Error {
    let failure = Failure::Domain(domain::core::error::Error::Internal("broken".to_owned()));
    let problem = failure.render(seen.lang, &seen.id.to_string());
    let mut response = HttpResponse::InternalServerError();
    response
        .insert_header(("Content-Language", seen.lang.as_str()))
        .content_type("application/problem+json");
    let mut response = response.body(serde_json::to_vec(&problem).unwrap_or_default());
    dress(app, seen, response.headers_mut());
    seen.log(500);
    InternalError::from_response("a request broke down", response).into()
}

/// An answer to a reader that is not of a kind the reader takes is refused instead.
fn acceptable<B: MessageBody>(response: ServiceResponse<EitherBody<B, BoxBody>>, seen: &Seen) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|k| k.to_str().ok());
    let fits = kind.is_none_or(|kind| accepts(seen.accept.as_deref(), kind));
    if fits || !seen.reads() || !response.status().is_success() || seen.path.starts_with("/health/") {
        return response;
    }
    let failure = Failure::Protocol(StatusCode::NOT_ACCEPTABLE, "not_acceptable", None);
    ServiceResponse::new(response.into_parts().0, HttpResponse::from_error(failure)).map_into_right_body()
}

/// Leaves a trace in the audit of what somebody may not do.
async fn refused<B>(app: &App, response: &ServiceResponse<B>, id: Uuid) {
    if response.status() != StatusCode::FORBIDDEN {
        return;
    }
    let failure = response.response().error().and_then(|e| e.as_error::<Failure>());
    if let (Some(Failure::Domain(domain::core::error::Error::Forbidden(permission))), Some(caller)) =
        (failure, known(app, response.request()))
    {
        let request = response.request();
        let path: String = request.path().chars().take(200).collect();
        denials::note(app, &caller.actor, permission, format!("{} {path}", request.method()), id).await;
    }
}

/// Gives everything that went wrong its problem body.
fn tell<B: MessageBody>(response: ServiceResponse<EitherBody<B, BoxBody>>, seen: &Seen) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let status = response.status();
    // Whether the server is ready is no problem of the request that asks: its body says what is missing.
    let told = status == StatusCode::SERVICE_UNAVAILABLE && response.response().error().is_none() && seen.path.starts_with("/health/");
    if status.as_u16() < 400 || told {
        return response;
    }
    let (lang, id) = (seen.lang, seen.id);
    let problem = match response.response().error() {
        Some(error) => match error.as_error::<Failure>() {
            Some(failure) => {
                if status.is_server_error() {
                    tracing::error!(request_id = %id, %failure, "a request failed");
                }
                failure.render(lang, &id.to_string())
            }
            None => {
                tracing::debug!(request_id = %id, %error, "the framework refused a request");
                foreign(status, lang, id)
            }
        },
        None => foreign(status, lang, id),
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let (request, old) = response.into_parts();
    let mut new = HttpResponse::build(StatusCode::from_u16(problem.status).unwrap_or(status));
    for (name, value) in old
        .headers()
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "content-type" | "content-length"))
    {
        new.append_header((name.clone(), value.clone()));
    }
    new.insert_header(("Content-Language", lang.as_str()))
        .content_type("application/problem+json");
    ServiceResponse::new(request, new.body(body)).map_into_right_body()
}

/// What the framework itself refused.
fn foreign(status: StatusCode, lang: Lang, id: Uuid) -> Problem {
    let code = match status.as_u16() {
        404 => "not_found",
        405 => "method_not_allowed",
        406 => "not_acceptable",
        408 => "timeout",
        413 => "payload_too_large",
        414 => "uri_too_long",
        415 => "unsupported_media_type",
        431 => "headers_too_large",
        503 => "overloaded",
        500..=599 => "internal",
        _ => "bad_request",
    };
    Failure::Protocol(status, code, None).render(lang, &id.to_string())
}

/// The headers of every answer.
fn dress(app: &App, seen: &Seen, headers: &mut HeaderMap) {
    let mut set = |name: &'static str, value: &'static str| {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set("cache-control", "no-store");
    set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    set("cross-origin-resource-policy", "same-origin");
    set("vary", "Accept, Accept-Language, Accept-Encoding, Origin");
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("request-id", seen.id.to_string());
    if app.base_url.starts_with("https://") {
        put("strict-transport-security", "max-age=63072000; includeSubDomains".to_owned());
    }
    if let Some(t) = seen.told {
        put("ratelimit-policy", format!("\"{}\";q={};w={}", t.name, t.quota, t.window));
        put("ratelimit", format!("\"{}\";r={};t={}", t.name, t.remaining, t.reset));
        if t.refused {
            put("retry-after", t.reset.to_string());
        }
    }
    if let Some(origin) = seen.origin.as_deref().filter(|o| app.origins.iter().any(|known| known == o)) {
        put("access-control-allow-origin", origin.to_owned());
        put("access-control-expose-headers", EXPOSED.to_owned());
        if seen.method == Method::OPTIONS {
            put("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE".to_owned());
            put("access-control-allow-headers", CALLED_WITH.to_owned());
            put("access-control-max-age", "7200".to_owned());
        }
    }
}

/// What pages of other origins may send.
const CALLED_WITH: &str = "Accept, Accept-Language, Authorization, Content-Digest, Content-Encoding, Content-Type, Idempotency-Key, If-Match, \
                           If-None-Match, If-Range, Last-Event-ID, Prefer, Range, Repr-Digest, Request-Id, Skip-Duplicate-Check, \
                           traceparent, tracestate";
/// What they may read of an answer.
const EXPOSED: &str = "Accept-Ranges, Content-Digest, Content-Disposition, Content-Location, Content-Range, Deprecation, ETag, Idempotency-Replayed, Link, Location, \
     RateLimit, RateLimit-Policy, Repr-Digest, Request-Id, Retry-After, Sunset";

#[cfg(test)]
mod tests;
