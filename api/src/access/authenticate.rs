//! From a credential to its actor: an access token or an API key, checked against what is stored, so that what was revoked is refused
//! within seconds.
use super::token::Claims;
use crate::http::app::App;
use crate::http::caller::Caller;
use crate::http::problem::Failure;
use actix_web::web::Data;
use domain::core::actor::Via;
use persistence::access::{actor, session};
use std::net::IpAddr;
use std::sync::Arc;

/// Who has this credential.
///
/// # Errors
/// [`Failure::Unauthorized`] whatever is wrong with it: which it is, only the log says.
pub async fn caller(app: &Data<App>, token: String, _ip: IpAddr) -> Result<Arc<Caller>, Failure> {
    let now = app.now();
    let claims = {
        let keys = app.keys.read().map_err(|_| Failure::Unauthorized)?;
        app.tokens.verify(&keys, &token, now.utc()).map_err(|error| {
            tracing::info!(?error, "a token was refused");
            Failure::Unauthorized
        })?
    };
    let caller = Arc::new(by_token(app, claims, now).await?);
    app.callers.keep(token, caller.clone());
    Ok(caller)
}

async fn by_token(app: &Data<App>, claims: Claims, now: domain::core::instant::Instant) -> Result<Caller, Failure> {
    let (user, sid) = (claims.sub, claims.sid);
    let account = app
        .db
        .read(move |conn| match session::lives(conn, sid, user, now)? {
            true => actor::load(conn, user, Via::Session(sid), now),
            false => Ok(None),
        })
        .await?
        .ok_or(Failure::Unauthorized)?;
    if !account.active || account.session_version != claims.sv {
        return Err(Failure::Unauthorized);
    }
    Ok(Caller {
        actor: account.actor,
        expires_at_micros: claims.exp * 1_000_000,
    })
}
