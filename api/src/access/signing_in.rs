//! Signing in with a password, and a second factor where the user has one. In this order, so that nothing tells who exists and nobody can
//! try faster than the policy of [`super::lockout`] lets them: count a failure, look at the password (or do the same work for nobody),
//! then in one transaction take the second factor, take the failure back and open the session.
use super::device::{self, MAX_PER_ACCOUNT};
use super::lockout::{self, Account, Counter, Decision, Failures, Network, OnSuccess};
use super::password::Check;
use super::refresh::{self, Family};
use super::secret::Digest;
use super::{second_factor, token};
use crate::http::app::App;
use crate::http::problem::Failure;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use chrono::TimeDelta;
use domain::core::error::{Error, Result};
use domain::core::identifiers::email;
use domain::core::instant::Instant;
use persistence::access::credential::{self, Claimant};
use persistence::access::session::{self, Session};
use persistence::access::{device as devices, failures};
use persistence::core::conn::Conn;
use std::net::IpAddr;
use uuid::Uuid;

/// What a client shows to sign in.
#[derive(Debug)]
pub struct Attempt {
    pub email: String,
    pub password: String,
    pub proof: second_factor::Proof,
    pub device_token: Option<String>,
    pub ip: IpAddr,
    pub user_agent: String,
    /// The request, for the log.
    pub origin: Uuid,
}

/// What a sign-in or a refresh gives.
#[derive(Debug)]
pub struct SignedInto {
    pub access_token: String,
    pub expires_in: i64,
    pub refresh_token: String,
    pub refresh_expires_at: Instant,
    /// A secret of the device, where it was not known before.
    pub device_token: Option<String>,
}

/// The refusal of whatever is wrong with a sign-in.
pub fn refused() -> Failure {
    challenge("invalid_credentials")
}

fn challenge(code: &'static str) -> Failure {
    Failure::Protocol(
        StatusCode::UNAUTHORIZED,
        code,
        Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
    )
}

/// The refusal of a try that comes too soon after failures.
pub fn too_many(wait: TimeDelta) -> Failure {
    let seconds = HeaderValue::from(wait.num_seconds().max(1));
    Failure::Protocol(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", Some((RETRY_AFTER, seconds)))
}

/// What is known before the password is looked at.
struct Counted {
    claimant: Option<Claimant>,
    known_device: Option<Uuid>,
    /// Each counter with what it held before this try.
    counters: Vec<(Counter, Option<Failures>)>,
}

enum Gate {
    Open(Box<Counted>),
    Wait(TimeDelta),
}

/// Signs in.
///
/// # Errors
/// 401 whatever is wrong with it, 401 `second_factor_required`, 429 with the time to wait, 503.
pub async fn sign_in(app: &App, attempt: Attempt) -> Result<SignedInto, Failure> {
    let now = app.now();
    let login = email::parse(&attempt.email).map_or_else(|_| attempt.email.trim().to_lowercase(), |a| email::key(&a));
    let (account, network) = (Account::named(&login), Network::of(attempt.ip));
    let presented = attempt.device_token.as_deref().and_then(device::parse);
    let gate = app
        .db
        .write(move |conn| count(conn, &login, account, network, presented, now))
        .await?;
    let counted = match gate {
        Gate::Open(counted) => *counted,
        Gate::Wait(wait) => {
            event("delayed", None, &attempt);
            return Err(too_many(wait));
        }
    };
    let user = counted.claimant.as_ref().map(|c| c.credential.user_id);
    let stored = counted.claimant.as_ref().and_then(|c| c.credential.password_hash.clone());
    let check = app.hashing.verify(attempt.password.clone(), stored.clone()).await?;
    let claimant = match (check, counted.claimant.clone()) {
        (Check::Right | Check::Outdated, Some(claimant)) if claimant.active => claimant,
        (check, _) => {
            if check == Check::Unreadable {
                tracing::error!(target: "security", ?user, "a stored password is no hash of ours");
            }
            event("refused", user, &attempt);
            return Err(refused());
        }
    };
    let rehashed = match check {
        Check::Outdated => Some(app.hashing.hash(attempt.password.clone()).await?),
        _ => None,
    };
    if claimant.credential.totp_confirmed && attempt.proof.is_empty() {
        // The password was right: that try was no failure. It tells nothing to one who knows the password anyway.
        app.db
            .write(move |conn| {
                counted
                    .counters
                    .iter()
                    .try_for_each(|(counter, before)| put(conn, counter, *before))
            })
            .await?;
        event("second_factor_asked", user, &attempt);
        return Err(challenge("second_factor_required"));
    }
    open(app, attempt, claimant, counted, rehashed, stored, now).await
}

/// Reads the counters and counts a failure on each, before anything is looked at.
fn count(conn: &mut Conn, login: &str, account: Account, network: Network, presented: Option<Digest>, now: Instant) -> Result<Gate> {
    let claimant = credential::by_email(conn, login)?;
    let known_device = match (presented, &claimant) {
        (Some(digest), Some(claimant)) => devices::find(conn, digest.as_bytes())?.and_then(|d| {
            let device = device::Device {
                id: d.id,
                account: d.user_id,
                digest: Digest::from_bytes(&d.hash)?,
                last_used: d.used_at.utc(),
            };
            device
                .is_known(claimant.credential.user_id, &digest, now.utc())
                .then_some(device.id)
        }),
        _ => None,
    };
    let mut counters = Vec::new();
    for counter in lockout::counters(account, network, known_device) {
        let held = held(conn, &counter)?;
        counters.push((counter, held));
    }
    if let Decision::Delay(wait) = lockout::decide(&counters, now.utc()) {
        return Ok(Gate::Wait(wait));
    }
    for (counter, before) in &counters {
        put(conn, counter, Some(Failures::one_more(counter, *before, now.utc())))?;
    }
    Ok(Gate::Open(Box::new(Counted {
        claimant,
        known_device,
        counters,
    })))
}

fn held(conn: &mut Conn, counter: &Counter) -> Result<Option<Failures>> {
    Ok(failures::get(conn, &counter.to_string())?.map(|f| Failures {
        count: u32::try_from(f.count).unwrap_or(u32::MAX),
        last: f.last_at.utc(),
        forgiven_to: f.forgiven_to.utc(),
    }))
}

/// Decides about a try that one counter counts, and counts a failure on it.
pub fn count_failure(conn: &mut Conn, counter: &Counter, now: Instant) -> Result<Decision> {
    counted(conn, counter, now).map(|(decision, _)| decision)
}

/// The same, with what the counter held before this try.
pub fn counted(conn: &mut Conn, counter: &Counter, now: Instant) -> Result<(Decision, Option<Failures>)> {
    let before = held(conn, counter)?;
    let decision = lockout::decide(&[(*counter, before)], now.utc());
    if decision == Decision::Allowed {
        put(conn, counter, Some(Failures::one_more(counter, before, now.utc())))?;
    }
    Ok((decision, before))
}

/// Sets a counter.
pub fn put(conn: &mut Conn, counter: &Counter, held: Option<Failures>) -> Result<()> {
    let key = counter.to_string();
    match held.filter(|f| f.count > 0) {
        None => failures::clear(conn, &key),
        Some(f) => failures::set(
            conn,
            &key,
            &failures::Failures {
                count: i64::from(f.count),
                last_at: Instant::new(f.last),
                forgiven_to: Instant::new(f.forgiven_to),
            },
        ),
    }
}

/// Does to the counters what a success means for each. They are read again: other tries may have been counted meanwhile.
pub fn succeed(conn: &mut Conn, counters: &[(Counter, Option<Failures>)]) -> Result<()> {
    for (counter, before) in counters {
        let now = held(conn, counter)?;
        match counter.on_success() {
            OnSuccess::Clear => put(conn, counter, None)?,
            OnSuccess::TakeBack => put(conn, counter, now.map(|f| f.taken_back(*before)))?,
        }
    }
    Ok(())
}

/// Takes the second factor and opens the session, in one transaction.
async fn open(
    app: &App,
    attempt: Attempt,
    claimant: Claimant,
    counted: Counted,
    rehashed: Option<String>,
    checked: Option<String>,
    now: Instant,
) -> Result<SignedInto, Failure> {
    let user = claimant.credential.user_id;
    let next = refresh::generate(&mut rand::rng());
    let family = Family {
        started: now.utc(),
        last_used: now.utc(),
        ended: false,
    };
    let session = Session {
        id: Uuid::now_v7(),
        user_id: user,
        refresh_hash: next.digest().as_bytes().to_vec(),
        created_at: now,
        used_at: now,
        expires_at: Instant::new(family.expires()),
        ended_at: None,
        ip: attempt.ip.to_string(),
        user_agent: attempt.user_agent.clone(),
    };
    let (sid, expires_at) = (session.id, session.expires_at);
    let fresh = counted.known_device.is_none().then(|| device::generate(&mut rand::rng()));
    let fresh_hash = fresh.as_ref().map(|secret| secret.digest().as_bytes().to_vec());
    let (proof, vault) = (attempt.proof.clone(), app.vault.clone());
    let opened = app
        .db
        .write(move |conn| {
            let Some(claimant) = credential::by_id(conn, user)? else {
                return Ok(None);
            };
            // A password changed since it was looked at, or a user switched off: as if it had been so before.
            if !claimant.active || claimant.credential.password_hash != checked {
                return Ok(None);
            }
            let mut credential = claimant.credential;
            if credential.totp_confirmed {
                if !second_factor::take(&mut credential, &proof, &vault, now) {
                    return Ok(None);
                }
                credential::set_second_factor(conn, &credential, now)?;
            }
            if let Some(hash) = &rehashed {
                credential::keep_hash(conn, user, hash, now)?;
            }
            succeed(conn, &counted.counters)?;
            session::start(conn, &session)?;
            match (counted.known_device, fresh_hash) {
                (Some(device), _) => devices::used(conn, device, now)?,
                (None, Some(hash)) => {
                    let new = devices::Device {
                        id: Uuid::now_v7(),
                        user_id: user,
                        hash,
                        used_at: now,
                    };
                    devices::add(conn, &new, MAX_PER_ACCOUNT)?;
                }
                (None, None) => {}
            }
            Ok(Some(credential.session_version))
        })
        .await?;
    let Some(sv) = opened else {
        event("second_factor_refused", Some(user), &attempt);
        return Err(refused());
    };
    event("signed_in", Some(user), &attempt);
    Ok(SignedInto {
        access_token: access_token(app, user, sid, sv, now)?,
        expires_in: token::MAX_LIFETIME.num_seconds(),
        refresh_token: next.expose().to_owned(),
        refresh_expires_at: expires_at,
        device_token: fresh.map(|secret| secret.expose().to_owned()),
    })
}

/// The name under which people sign in, as an OAuth2 client.
pub const OWN_CLIENT: &str = "peyvand";

/// Signs an access token for a session.
pub fn access_token(app: &App, user: Uuid, sid: Uuid, sv: i64, now: Instant) -> Result<String, Failure> {
    let grant = token::Grant {
        sub: user,
        client_id: OWN_CLIENT.to_owned(),
        scope: String::new(),
        sid,
        sv,
        jti: Uuid::now_v7(),
    };
    issue(app, &grant, now)
}

/// Signs an access token.
pub fn issue(app: &App, grant: &token::Grant, now: Instant) -> Result<String, Failure> {
    let keys = app
        .keys
        .read()
        .map_err(|_| Error::Internal("the key ring is poisoned".to_owned()))?;
    let signed = app.tokens.issue(&keys, grant, now.utc());
    signed.map_err(|e| Error::Internal(e.to_string()).into())
}

/// One line of the security log.
fn event(outcome: &str, user: Option<Uuid>, attempt: &Attempt) {
    tracing::info!(target: "security", event = "sign_in", outcome, user_id = user.map(tracing::field::display), ip = %attempt.ip, request_id = %attempt.origin);
}
