//! The edge: what every request and every answer passes, once. Request ids, rate limits, security headers, the problem body of
//! everything that went wrong, the framework's own refusals included, and one log line.
use super::app::App;
use super::caller::credential;
use super::limits::Told;
use super::problem::{Failure, Lang, Problem};
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;
use std::time::Instant;
use uuid::Uuid;

/// The id of a request: ours, never the client's.
#[derive(Debug, Clone, Copy)]
struct RequestId(Uuid);

/// The id of this request.
pub fn request_id(request: &HttpRequest) -> Uuid {
    request.extensions().get::<RequestId>().map_or(Uuid::nil(), |id| id.0)
}

/// Where the request comes from: the connection's other end, whatever headers claim.
pub fn client_ip(request: &HttpRequest) -> IpAddr {
    request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip())
}

/// By what a request is counted: who they are where we know it, else the network they come from.
fn counted_by(app: &App, request: &HttpRequest) -> u64 {
    let mut hasher = DefaultHasher::new();
    let known = credential(request).and_then(|token| app.callers.known(token, app.now()));
    match (known, client_ip(request)) {
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
        "/api/v1/auth/login" | "/oauth/token" => "login",
        _ if super::export::wanted(request).is_some() => "export",
        _ if path.ends_with("/search") || request.query_string().contains("q=") => "search",
        _ => "default",
    }
}

/// From when on an answer is worth a line in the log.
const SLOW_MICROS: u64 = 1_000_000;

/// The middleware.
pub async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    let started = Instant::now();
    let id = Uuid::now_v7();
    request.extensions_mut().insert(RequestId(id));
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    let free = request.path().starts_with("/health/");
    let told = if free {
        None
    } else {
        app.limits.count(policy(request.request()), counted_by(&app, request.request()))
    };
    let refusal = match told {
        Some(told) if told.refused => Some(Failure::Protocol(StatusCode::TOO_MANY_REQUESTS, "rate_limited", None)),
        _ if app.draining.load(Ordering::Relaxed) && !free => Some(Failure::Domain(domain::core::error::Error::Unavailable("stopping"))),
        _ => None,
    };
    // The router needs the request for itself alone: nothing may hold a copy of it while it runs.
    let response = match refusal {
        Some(failure) => request.into_response(HttpResponse::from_error(failure)).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    let mut response = tell(response, id);
    let raw = response.request().clone();
    dress(&app, &raw, response.headers_mut(), id, told);
    let status = response.status().as_u16();
    let micros = started.elapsed().as_micros() as u64;
    super::health::measure(status, micros);
    // What went well is told only to those who ask for it (PEYVAND_LOG=info,access=debug): a line a request would be half its cost.
    if status >= 400 || micros > SLOW_MICROS {
        tracing::info!(target: "access", request_id = %id, method = %raw.method(), path = raw.path(), status, micros);
    } else {
        tracing::debug!(target: "access", request_id = %id, method = %raw.method(), path = raw.path(), status, micros);
    }
    Ok(response)
}

/// Gives everything that went wrong its problem body.
fn tell<B: MessageBody>(response: ServiceResponse<EitherBody<B, BoxBody>>, id: Uuid) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let status = response.status();
    if status.as_u16() < 400 {
        return response;
    }
    let lang = Lang::accepted(response.request().headers().get("Accept-Language").and_then(|v| v.to_str().ok()));
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
fn dress(app: &App, request: &HttpRequest, headers: &mut HeaderMap, id: Uuid, told: Option<Told>) {
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
    put("request-id", id.to_string());
    if let Some(t) = told {
        put("ratelimit-policy", format!("\"{}\";q={};w={}", t.name, t.quota, t.window));
        put("ratelimit", format!("\"{}\";r={};t={}", t.name, t.remaining, t.reset));
        if t.refused {
            put("retry-after", t.reset.to_string());
        }
    }
    let origin = request.headers().get("Origin").and_then(|o| o.to_str().ok());
    if let Some(origin) = origin.filter(|o| app.origins.iter().any(|known| known == o)) {
        put("access-control-allow-origin", origin.to_owned());
        put("access-control-expose-headers", EXPOSED.to_owned());
        if request.method() == actix_web::http::Method::OPTIONS {
            put("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE".to_owned());
            put(
                "access-control-allow-headers",
                "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Prefer, Accept-Language".to_owned(),
            );
            put("access-control-max-age", "7200".to_owned());
        }
    }
}

const EXPOSED: &str =
    "ETag, Location, Link, Request-Id, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset, Idempotency-Replayed";
