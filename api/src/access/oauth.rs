//! OAuth2 for programs: client credentials (RFC 6749 §4.4) with an API key as the client, revocation (RFC 7009), and what is published
//! about both (RFC 7517, 8414, 9727).
use super::authenticate::{networks, note_use, permission};
use super::form::Form;
use super::secret::Digest;
use super::signing_in::issue;
use super::token::{self, Grant};
use super::{api_key, refresh};
use crate::http::app::App;
use crate::http::edge;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::http::reading::{respond, weak};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::access::api_key::may_come_from;
use domain::core::actor::{Grants, Scope, Via};
use domain::core::id::Id;
use persistence::access::{actor, api_key as keys, session};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a client gets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientToken {
    /// Goes into `Authorization: Bearer …`.
    #[schema(max_length = 8192)]
    access_token: String,
    /// Always `Bearer`.
    #[schema(max_length = 10)]
    token_type: &'static str,
    /// Seconds until it ends.
    #[schema(minimum = 1, maximum = 900)]
    expires_in: i64,
    /// The scopes asked for; empty for all that the key may do.
    #[schema(max_length = 4000)]
    scope: String,
}

/// A form that is no good is an `invalid_request`, whatever is wrong with it.
fn bad(failure: Failure) -> Failure {
    match failure {
        Failure::Domain(_) => Failure::OAuth("invalid_request"),
        other => other,
    }
}

/// The client's name and secret from `Authorization: Basic` (RFC 6749 §2.3.1: each form-encoded before).
fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let text = request.headers().get("Authorization")?.to_str().ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned());
    Some((plain(id)?, plain(secret)?))
}

/// Gives a program an access token for its API key.
pub async fn token(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read_encoded(&request, &mut payload).await?;
    let grant_type = form.needed("grant_type", 1, 100);
    let (id, secret) = (form.text("client_id", 0, 100), form.text("client_secret", 0, 200));
    let scope = form.text("scope", 0, 4000).unwrap_or_default();
    form.finish_open().map_err(bad)?;
    if grant_type != "client_credentials" {
        return Err(Failure::OAuth("unsupported_grant_type"));
    }
    let (id, secret) = match (basic(&request), id, secret) {
        // One way of naming oneself at a time (RFC 6749 §2.3).
        (Some(_), _, Some(_)) => return Err(Failure::OAuth("invalid_request")),
        (Some(client), ..) => client,
        (None, Some(id), Some(secret)) => (id, secret),
        _ => return Err(Failure::OAuth("invalid_client")),
    };
    let (ip, request_id) = (edge::client_ip(&request), edge::request_id(&request));
    let granted = client(&app, &id, &secret, scope, &request).await;
    let outcome = if granted.is_ok() { "issued" } else { "refused" };
    let client_id = Uuid::try_parse(&id).ok().map(tracing::field::display);
    tracing::info!(target: "security", event = "client_token", outcome, client_id, %ip, %request_id);
    Ok(HttpResponse::Ok().json(granted?))
}

async fn client(app: &Data<App>, id: &str, secret: &str, scope: String, request: &HttpRequest) -> Result<ClientToken, Failure> {
    let unknown = || Failure::OAuth("invalid_client");
    let now = app.now();
    let id = Uuid::try_parse(id).map_err(|_| unknown())?;
    let parsed = api_key::parse(secret, &app.environment).map_err(|_| unknown())?;
    let found = app
        .db
        .read(move |conn| {
            let Some((key, hash)) = keys::by_id(conn, id)?.filter(|(key, _)| key.is_good(now)) else {
                return Ok(None);
            };
            let user = key.user_id.map(Id::uuid).unwrap_or_default();
            let account = actor::load(conn, user, Via::ApiKey(id), now)?.filter(|a| a.active);
            Ok(account.map(|account| (key, hash, account)))
        })
        .await?;
    let (key, hash, account) = found.ok_or_else(unknown)?;
    let same = Digest::from_bytes(&hash).is_some_and(|stored| parsed.is(&stored));
    let near = may_come_from(&networks(&key).map_err(|_| unknown())?, edge::client_ip(request));
    if !same || !near {
        return Err(unknown());
    }
    let held = key.narrow(&account.actor.grants);
    let mut wanted = Grants::default();
    for name in scope.split(' ').filter(|s| !s.is_empty()) {
        let name = permission(name).ok_or(Failure::OAuth("invalid_scope"))?;
        let (object, action) = name.split_once(':').unwrap_or_default();
        if held.scope(object, action).is_none() {
            return Err(Failure::OAuth("invalid_scope"));
        }
        wanted.add(&name, Scope::All);
    }
    let grant = Grant {
        sub: account.actor.user_id,
        client_id: id.to_string(),
        scope: scope.split(' ').filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" "),
        sid: id,
        sv: account.session_version,
        jti: Uuid::now_v7(),
    };
    note_use(app, &key, now);
    Ok(ClientToken {
        access_token: issue(app, &grant, now)?,
        token_type: "Bearer",
        expires_in: token::MAX_LIFETIME.num_seconds(),
        scope: grant.scope,
    })
}

/// Ends the session of a refresh or access token. One that is no good is no error (RFC 7009 §2.2).
pub async fn revoke(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read_encoded(&request, &mut payload).await?;
    let text = form.needed("token", 1, token::MAX_BYTES);
    // What it hints at shows in the token itself; one that we don't know is no error (RFC 7009 §2.1).
    form.text("token_type_hint", 0, 50);
    form.finish_open().map_err(bad)?;
    let now = app.now();
    let session = if let Some(digest) = refresh::parse(&text) {
        let found = app.db.write(move |conn| session::of_token(conn, digest.as_bytes())).await?;
        found.map(|(session, _)| (session.id, session.user_id))
    } else {
        let ring = app.keys.read().map_err(|_| Failure::Unauthorized)?;
        let claims = app.tokens.verify(&ring, &text, now.utc()).ok();
        claims.map(|claims| (claims.sid, claims.sub))
    };
    if let Some((session_id, user_id)) = session {
        let ended = app
            .db
            .write(move |conn| session::end(conn, session_id, user_id, "revoked", now))
            .await?;
        let request_id = edge::request_id(&request);
        if ended {
            tracing::info!(target: "security", event = "session", outcome = "revoked", %user_id, %session_id, %request_id);
        }
    }
    Ok(HttpResponse::Ok().json(json!({})))
}

/// A public document: kept by caches for five minutes, and told apart by a tag.
fn published(request: &HttpRequest, document: &Value, kind: &'static str) -> Result<HttpResponse, Failure> {
    Query::read(request, &[])?;
    let body = document.to_string().into_bytes();
    let mut response = respond(request, weak(&body), body, None)?;
    let headers = response.headers_mut();
    use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    if headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(response)
}

/// The public keys that access tokens are checked with.
pub async fn jwks(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Failure> {
    let keys = app.keys.read().map_err(|_| Failure::Unauthorized)?.jwks(app.now().utc());
    published(&request, &keys, "application/json")
}

/// What an OAuth2 client must know of us.
pub fn metadata(base: &str) -> Value {
    json!({
        "issuer": base,
        "token_endpoint": format!("{base}/oauth/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": ["none"],
        "jwks_uri": format!("{base}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "service_documentation": format!("{base}/openapi.json"),
        "ui_locales_supported": ["fa", "en"],
    })
}

/// See [`metadata`].
pub async fn server(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Failure> {
    published(&request, &metadata(&app.base_url), "application/json")
}

/// Where the API and what describes it are.
pub fn catalog(base: &str) -> Value {
    json!({"linkset": [{
        "anchor": format!("{base}/api/v1"),
        "service-desc": [
            {"href": format!("{base}/openapi.json"), "type": "application/json"},
            {"href": format!("{base}/openapi.yaml"), "type": "application/yaml"}
        ],
        "service-meta": [{"href": format!("{base}/.well-known/oauth-authorization-server"), "type": "application/json"}],
        "status": [{"href": format!("{base}/health/ready"), "type": "application/json"}]
    }]})
}

/// See [`catalog`].
pub async fn api_catalog(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Failure> {
    published(&request, &catalog(&app.base_url), "application/linkset+json")
}
