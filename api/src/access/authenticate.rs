//! From a credential to its actor: an access token or an API key, checked against what is stored, so that what was revoked is refused
//! within seconds.
use super::api_key;
use super::secret::Digest;
use super::token::{Claims, TokenError};
use crate::http::app::App;
use crate::http::caller::Caller;
use crate::http::problem::Failure;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::TimeDelta;
use domain::access::api_key::{ApiKey, may_come_from, network};
use domain::core::actor::{Actor, Grants, Scope, Via};
use domain::core::error::Result as Stored;
use domain::core::id::Id;
use domain::core::instant::Instant;
use persistence::access::actor::{self, Account};
use persistence::access::{api_key as keys, session};
use persistence::core::conn::Conn;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// How exactly it is known when a key was last used: it is not worth a write for each request.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Who has this credential.
///
/// # Errors
/// [`Failure::Unauthorized`] whatever is wrong with it: which it is, only the log says. 431 for a token beyond any of ours.
pub async fn caller(app: &Data<App>, token: String, ip: IpAddr) -> Result<Arc<Caller>, Failure> {
    let now = app.now();
    let found = if api_key::looks_like(&token) {
        by_key(app, &token, ip, now).await
    } else {
        by_token(app, &token, ip, now).await
    };
    let caller = Arc::new(found.inspect_err(|_| tracing::info!(target: "security", event = "credential", outcome = "refused", %ip))?);
    app.callers.keep(token, caller.clone());
    Ok(caller)
}

async fn by_token(app: &Data<App>, token: &str, ip: IpAddr, now: Instant) -> Result<Caller, Failure> {
    let claims = {
        let ring = app.keys.read().map_err(|_| Failure::Unauthorized)?;
        app.tokens.verify(&ring, token, now.utc()).map_err(|error| {
            tracing::info!(?error, "a token was refused");
            match error {
                TokenError::TooLarge => Failure::Protocol(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", None),
                _ => Failure::Unauthorized,
            }
        })?
    };
    let (user, sid, sv, expires_at_micros) = (claims.sub, claims.sid, claims.sv, claims.exp.saturating_mul(1_000_000));
    let of_client = claims.client_id == sid.to_string();
    let access = app.db.access();
    let (account, key) = app
        .db
        .read(move |conn| {
            if of_client {
                let key = keys::by_id(conn, sid)?.map(|(key, _)| key).filter(|key| key.is_good(now));
                return match key.filter(|key| key.user_id.map(Id::uuid) == Some(user)) {
                    Some(key) => Ok((actor::load(conn, user, Via::ApiKey(sid), now)?, Some(key))),
                    None => Ok((None, None)),
                };
            }
            match session::lives(conn, sid, user, now)? {
                true => Ok((actor::load(conn, user, Via::Session(sid), now)?, None)),
                false => Ok((None, None)),
            }
        })
        .await?;
    let account = account
        .filter(|a| a.active && a.session_version == sv)
        .ok_or(Failure::Unauthorized)?;
    let mut actor = account.actor;
    let networks = match &key {
        Some(key) => restrict(&mut actor, key, ip)?,
        None => Vec::new(),
    };
    if let Some(wanted) = scopes(&claims) {
        actor.grants = actor.grants.both(&wanted);
    }
    Ok(Caller {
        actor,
        access,
        expires_at_micros,
        networks,
    })
}

async fn by_key(app: &Data<App>, text: &str, ip: IpAddr, now: Instant) -> Result<Caller, Failure> {
    let parsed = api_key::parse(text, &app.environment).map_err(|_| Failure::Unauthorized)?;
    let prefix = parsed.id.to_owned();
    let access = app.db.access();
    let (key, hash, account) = app
        .db
        .read(move |conn| of_key(conn, &prefix, now))
        .await?
        .ok_or(Failure::Unauthorized)?;
    let same = Digest::from_bytes(&hash).is_some_and(|stored| parsed.is(&stored));
    if !same || !account.active {
        return Err(Failure::Unauthorized);
    }
    let mut actor = account.actor;
    let networks = restrict(&mut actor, &key, ip)?;
    note_use(app, &key, now);
    let never = i64::MAX;
    Ok(Caller {
        actor,
        access,
        expires_at_micros: key.expires_at.map_or(never, Instant::micros),
        networks,
    })
}

fn of_key(conn: &mut Conn, prefix: &str, now: Instant) -> Stored<Option<(ApiKey, Vec<u8>, Account)>> {
    let Some((key, hash)) = keys::by_prefix(conn, prefix)?.filter(|(key, _)| key.is_good(now)) else {
        return Ok(None);
    };
    let Some(user) = key.user_id else { return Ok(None) };
    let account = actor::load(conn, user.uuid(), Via::ApiKey(key.base.id.uuid()), now)?;
    Ok(account.map(|account| (key, hash, account)))
}

/// Holds an actor to the limits of the key they come by; the networks it is good from.
fn restrict(actor: &mut Actor, key: &ApiKey, ip: IpAddr) -> Result<Vec<ipnet::IpNet>, Failure> {
    actor.grants = key.narrow(&actor.grants);
    let networks = networks(key)?;
    if may_come_from(&networks, ip) {
        Ok(networks)
    } else {
        Err(Failure::Unauthorized)
    }
}

/// A key's networks. One that does not read is no reason to let everyone in.
pub fn networks(key: &ApiKey) -> Result<Vec<ipnet::IpNet>, Failure> {
    let all: Option<Vec<_>> = key.allowed_ips.iter().map(|text| network(text)).collect();
    all.ok_or(Failure::Unauthorized)
}

/// What a token's scopes allow, such as `customers.read`; none where it has no scopes and allows all that its user may.
fn scopes(claims: &Claims) -> Option<Grants> {
    let all = claims.scope.split(' ').filter(|s| !s.is_empty()).filter_map(permission);
    (!claims.scope.is_empty()).then(|| Grants(all.map(|name| (name, Scope::All)).collect()))
}

/// A scope as a permission: `customers.read` is `customers:read`.
pub fn permission(scope: &str) -> Option<String> {
    scope.rsplit_once('.').map(|(object, action)| format!("{object}:{action}"))
}

/// Notes a key's use, after the answer and at most once a minute.
pub fn note_use(app: &Data<App>, key: &ApiKey, now: Instant) {
    let since = now.after(-USED_EVERY);
    if key.last_used_at.is_some_and(|at| at >= since) {
        return;
    }
    let (app, id): (_, Uuid) = (app.clone(), key.base.id.uuid());
    actix_web::rt::spawn(async move {
        if let Err(error) = app.db.write(move |conn| keys::used(conn, id, now, since)).await {
            tracing::warn!(%error, "a key's use was not noted");
        }
    });
}
