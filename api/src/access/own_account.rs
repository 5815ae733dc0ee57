//! One's own account over HTTP: who one is, one's password, one's second factor. What could be used to take an account over asks for the
//! password again, and ends the other sessions.
use super::form::Form;
use super::lockout::{Account, Counter, Decision};
use super::password::{self, Check};
use super::second_factor::{self, Proof};
use super::signing_in::{count_failure, put, refused, too_many};
use super::totp;
use crate::http::app::{App, context};
use crate::http::caller::SignedIn;
use crate::http::edge;
use crate::http::problem::Failure;
use crate::http::query::Query;
use crate::mail;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::letters;
use domain::access::role::Permission;
use domain::access::user::User;
use domain::core::actor::{Actor, Scope, Sight, Via};
use domain::core::error::Error;
use domain::core::problem::{Code, Problems};
use domain::core::resource::Resource;
use persistence::access::credential::{self, Claimant};
use persistence::access::{actor, link, session, user};
use persistence::core::read;
use persistence::core::view::View;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who calls, and what they may do.
pub async fn me(request: HttpRequest, app: Data<App>, signed: SignedIn) -> Result<HttpResponse, Failure> {
    Query::read(&request, &[])?;
    let shown = app
        .db
        .read(move |conn| {
            let actor = &signed.0.actor;
            let view = View::new(&User::SPEC, actor, None)?;
            let everywhere = Sight {
                actor,
                object: "users",
                action: "read",
                scope: Scope::All,
            };
            let (_, user) = read::get(conn, &everywhere, &User::SPEC, &view, actor.user_id, false)?.ok_or(Error::NotFound)?;
            let user: Value = serde_json::from_slice(&user).map_err(|e| Error::Internal(e.to_string()))?;
            let roles = actor::roles_of(conn, actor.user_id)?;
            let held: Vec<Permission> = actor
                .grants
                .0
                .iter()
                .map(|(name, scope)| Permission {
                    permission: name.clone(),
                    scope: *scope,
                })
                .collect();
            let roles: Vec<Value> = roles.iter().map(|r| json!({"id": r.id, "name": r.name})).collect();
            let (session, key) = match actor.via {
                Via::Session(id) => (Some(id), None),
                Via::ApiKey(id) => (None, Some(id)),
                Via::Link(_) | Via::Console | Via::Job(_) => (None, None),
            };
            Ok(json!({"user": user, "roles": roles, "permissions": held, "session_id": session, "api_key_id": key}))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The user of a session, who has just shown their password again. Wrong ones are counted by session, so that who has found an open
/// session can't guess the password from it.
async fn proven(app: &App, signed: &SignedIn, password: String) -> Result<(Claimant, Uuid, Counter), Failure> {
    let (session, user, now) = (signed.0.session()?, signed.0.actor.user_id, app.now());
    let counter = Counter::AccountDevice(Account::named(&user.to_string()), session);
    let (claimant, decision) = app
        .db
        .write(move |conn| {
            let claimant = credential::by_id(conn, user)?.ok_or(Error::NotFound)?;
            Ok((claimant, count_failure(conn, &counter, now)?))
        })
        .await?;
    if let Decision::Delay(wait) = decision {
        return Err(too_many(wait));
    }
    match app.hashing.verify(password, claimant.credential.password_hash.clone()).await? {
        Check::Right | Check::Outdated => {
            app.db.write(move |conn| put(conn, &counter, None)).await?;
            Ok((claimant, session, counter))
        }
        Check::Wrong | Check::Unreadable => {
            tracing::info!(target: "security", event = "reauthentication", outcome = "refused", user_id = %user);
            Err(refused())
        }
    }
}

fn noted(event: &'static str, user: Uuid, request: &HttpRequest) {
    let (ip, request_id) = (edge::client_ip(request), edge::request_id(request));
    tracing::info!(target: "security", event, outcome = "done", user_id = %user, %ip, %request_id);
}

/// Changes the password. It needs the current one, and ends the other sessions.
pub async fn change_password(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    mut payload: Payload,
) -> Result<HttpResponse, Failure> {
    signed.0.session()?;
    let mut form = Form::read(&request, &mut payload).await?;
    let current = form.needed("current_password", 1, password::MAX_CHARS);
    let new = form.needed("new_password", 0, 10 * password::MAX_CHARS);
    form.finish()?;
    let (claimant, session, _) = proven(&app, &signed, current.clone()).await?;
    let mut problems = password::strength("/new_password", &new, &[&claimant.email, &claimant.name]);
    if problems.0.is_empty() && new == current {
        problems.with("/new_password", Code::Conflict, vec![("with", "/current_password".to_owned())]);
    }
    problems.or(())?;
    let hash = app.hashing.hash(new).await?;
    let letter = letters::password_changed(claimant.reader()).outgoing()?;
    let (setting, origin) = (app.setting(), edge::request_id(&request));
    let (user, now, seen) = (claimant.credential.user_id, setting.now, claimant.credential.password_hash);
    app.db
        .write(move |conn| {
            let same = credential::by_id(conn, user)?.is_some_and(|c| c.credential.password_hash == seen);
            if !same {
                return Err(Error::Conflict("changed_meanwhile"));
            }
            let actor = Actor::themselves(user, Via::Session(session), now);
            let context = context(&actor, &setting, origin);
            user::set_password(conn, &context, user, &hash)?;
            // Another address that was mailed would set yet another.
            link::forget(conn, user)?;
            mail::post(conn, &letter, Some(user), origin, now)?;
            session::end_others(conn, user, session, "password_changed", now)
        })
        .await?;
    app.jobs.wake();
    noted("password_change", user, &request);
    Ok(HttpResponse::NoContent().finish())
}

/// Starts a second factor: its secret is answered, and asked for at sign-in once a code of it was shown.
pub async fn enroll(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.session()?;
    let mut form = Form::read(&request, &mut payload).await?;
    let password = form.needed("password", 1, password::MAX_CHARS);
    form.finish()?;
    let (claimant, ..) = proven(&app, &signed, password).await?;
    let user = claimant.credential.user_id;
    let secret = totp::secret(&mut rand::rng());
    let uri = totp::uri(&secret, &claimant.email, "Peyvand").map_err(|e| Error::Internal(e.to_string()))?;
    let sealed = app.vault.seal(user, &secret, &mut rand::rng());
    let sealed = sealed.ok_or_else(|| Error::Internal("a secret could not be sealed".to_owned()))?;
    let now = app.now();
    app.db
        .write(move |conn| {
            let mut credential = credential::by_id(conn, user)?.ok_or(Error::NotFound)?.credential;
            if credential.totp_confirmed {
                return Err(Error::Conflict("second_factor_on"));
            }
            credential.totp_secret = Some(sealed);
            credential.totp_last_step = None;
            credential::set_second_factor(conn, &credential, now)
        })
        .await?;
    noted("second_factor_enrolment", user, &request);
    let secret = uri
        .split(['?', '&'])
        .find_map(|part| part.strip_prefix("secret="))
        .unwrap_or_default()
        .to_owned();
    Ok(HttpResponse::Ok().json(json!({"secret": secret, "otpauth_uri": uri})))
}

/// Turns the second factor on by a first code of it, and answers the recovery codes.
pub async fn confirm(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let (session, user, now) = (signed.0.session()?, signed.0.actor.user_id, app.now());
    let mut form = Form::read(&request, &mut payload).await?;
    let code = form.needed("totp_code", 6, 20);
    form.finish()?;
    let counter = Counter::AccountDevice(Account::named(&user.to_string()), session);
    let codes = totp::recovery_codes(&mut rand::rng());
    let (kept, vault) = (second_factor::kept(&codes), app.vault.clone());
    let proof = Proof {
        totp_code: Some(code),
        recovery_code: None,
    };
    let outcome = app
        .db
        .write(move |conn| {
            let decision = count_failure(conn, &counter, now)?;
            if let Decision::Delay(_) = decision {
                return Ok((decision, false));
            }
            let mut credential = credential::by_id(conn, user)?.ok_or(Error::NotFound)?.credential;
            if credential.totp_confirmed {
                return Err(Error::Conflict("second_factor_on"));
            }
            if credential.totp_secret.is_none() {
                return Err(Error::Conflict("second_factor_off"));
            }
            if !second_factor::take(&mut credential, &proof, &vault, now) {
                return Ok((decision, false));
            }
            credential.totp_confirmed = true;
            credential.recovery_hashes = kept;
            credential::set_second_factor(conn, &credential, now)?;
            session::end_others(conn, user, session, "second_factor_changed", now)?;
            put(conn, &counter, None)?;
            Ok((decision, true))
        })
        .await?;
    match outcome {
        (Decision::Delay(wait), _) => Err(too_many(wait)),
        (_, false) => {
            let mut problems = Problems::default();
            problems.add("/totp_code", Code::CheckDigit);
            Err(problems.into())
        }
        (_, true) => {
            noted("second_factor_on", user, &request);
            let codes: Vec<&str> = codes.iter().map(|c| c.expose()).collect();
            Ok(HttpResponse::Ok().json(json!({"recovery_codes": codes})))
        }
    }
}

/// Removes the second factor. It needs the password, and a code or a recovery code.
pub async fn remove(request: HttpRequest, app: Data<App>, signed: SignedIn, mut payload: Payload) -> Result<HttpResponse, Failure> {
    signed.0.session()?;
    let mut form = Form::read(&request, &mut payload).await?;
    let password = form.needed("password", 1, password::MAX_CHARS);
    let proof = Proof {
        totp_code: form.text("totp_code", 0, 20),
        recovery_code: form.text("recovery_code", 0, 60),
    };
    form.finish()?;
    let (claimant, session, counter) = proven(&app, &signed, password).await?;
    let (user, now, vault) = (claimant.credential.user_id, app.now(), app.vault.clone());
    let outcome = app
        .db
        .write(move |conn| {
            let decision = count_failure(conn, &counter, now)?;
            if let Decision::Delay(_) = decision {
                return Ok((decision, false));
            }
            let mut credential = credential::by_id(conn, user)?.ok_or(Error::NotFound)?.credential;
            if !credential.totp_confirmed {
                return Err(Error::Conflict("second_factor_off"));
            }
            if !second_factor::take(&mut credential, &proof, &vault, now) {
                return Ok((decision, false));
            }
            credential.totp_confirmed = false;
            (credential.totp_secret, credential.totp_last_step) = (None, None);
            credential.recovery_hashes = Vec::new();
            credential::set_second_factor(conn, &credential, now)?;
            session::end_others(conn, user, session, "second_factor_changed", now)?;
            put(conn, &counter, None)?;
            Ok((decision, true))
        })
        .await?;
    match outcome {
        (Decision::Delay(wait), _) => Err(too_many(wait)),
        (_, false) => Err(refused()),
        (_, true) => {
            noted("second_factor_off", user, &request);
            Ok(HttpResponse::NoContent().finish())
        }
    }
}
