//! Going on with a session: one refresh token for the next. See [`super::refresh`] for the rules.
use super::refresh::{self, Decision, Family, Presented};
use super::secret::Digest;
use super::signing_in::{SignedInto, access_token};
use super::token;
use crate::http::app::App;
use crate::http::problem::Failure;
use crate::mail;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use domain::access::letters;
use domain::core::error::Result;
use domain::core::instant::Instant;
use persistence::access::credential;
use persistence::access::session::{self, Session};
use persistence::core::conn::Conn;
use std::net::IpAddr;
use uuid::Uuid;

/// Where a refresh comes from.
#[derive(Debug)]
pub struct From {
    pub ip: IpAddr,
    pub user_agent: String,
    /// The request, for the log.
    pub origin: Uuid,
}

/// What became of a presented token.
enum Became {
    Next {
        session: Session,
        session_version: i64,
    },
    /// It was copied; its session has ended with it.
    Ended(Session),
    Nothing,
}

/// The refusal of a refresh token, whatever is wrong with it.
fn refused() -> Failure {
    let header = (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    Failure::Protocol(StatusCode::UNAUTHORIZED, "invalid_grant", Some(header))
}

/// Spends a refresh token and gives the next pair.
///
/// # Errors
/// 401 `invalid_grant`.
pub async fn refresh(app: &App, text: &str, from: From) -> Result<SignedInto, Failure> {
    let now = app.now();
    let presented = refresh::parse(text).ok_or_else(refused)?;
    let next = refresh::generate(&mut rand::rng());
    let hash = next.digest().as_bytes().to_vec();
    let (ip, user_agent, request_id) = (from.ip.to_string(), from.user_agent, from.origin);
    let became = app
        .db
        .write(move |conn| spend(conn, &presented, hash, ip, user_agent, request_id, now))
        .await?;
    match became {
        Became::Next { session, session_version } => Ok(SignedInto {
            access_token: access_token(app, session.user_id, session.id, session_version, now)?,
            expires_in: token::MAX_LIFETIME.num_seconds(),
            refresh_token: next.expose().to_owned(),
            refresh_expires_at: session.expires_at,
            device_token: None,
        }),
        Became::Ended(session) => {
            app.jobs.wake();
            let (user_id, session_id) = (session.user_id, session.id);
            tracing::warn!(target: "security", event = "refresh", outcome = "reused", %user_id, %session_id, ip = %from.ip, %request_id);
            Err(refused())
        }
        Became::Nothing => {
            tracing::info!(target: "security", event = "refresh", outcome = "refused", ip = %from.ip, %request_id);
            Err(refused())
        }
    }
}

fn spend(conn: &mut Conn, presented: &Digest, next: Vec<u8>, ip: String, user_agent: String, origin: Uuid, now: Instant) -> Result<Became> {
    let Some((mut session, spent)) = session::of_token(conn, presented.as_bytes())? else {
        return Ok(Became::Nothing);
    };
    let which = match (spent, Digest::from_bytes(&session.refresh_hash)) {
        (true, Some(current)) => refresh::classify(presented, &current, &[*presented]),
        (false, Some(current)) => refresh::classify(presented, &current, &[]),
        (_, None) => Presented::Unknown,
    };
    let mut family = Family {
        started: session.created_at.utc(),
        last_used: session.used_at.utc(),
        ended: session.ended_at.is_some(),
    };
    match refresh::decide(which, &family, now.utc()) {
        Decision::Refuse => Ok(Became::Nothing),
        Decision::EndFamily => {
            session::end(conn, session.id, session.user_id, "refresh_reused", now)?;
            if let Some(user) = credential::by_id(conn, session.user_id)?.filter(|u| u.active) {
                let letter = letters::session_copied(user.reader(), &ip).outgoing()?;
                mail::post(conn, &letter, Some(session.user_id), origin, now)?;
            }
            Ok(Became::Ended(session))
        }
        Decision::Rotate => {
            let Some(user) = credential::by_id(conn, session.user_id)?.filter(|u| u.active) else {
                return Ok(Became::Nothing);
            };
            family.last_used = now.utc();
            let old = std::mem::replace(&mut session.refresh_hash, next);
            (session.used_at, session.expires_at) = (now, Instant::new(family.expires()));
            (session.ip, session.user_agent) = (ip, user_agent);
            session::rotate(conn, &old, &session)?;
            Ok(Became::Next {
                session,
                session_version: user.credential.session_version,
            })
        }
    }
}
