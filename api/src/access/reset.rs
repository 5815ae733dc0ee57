//! Choosing a password by a mailed link: asking for one, and using it, whether it came after a password was forgotten or with an
//! invitation. The second factor is not touched: who has one shows it at the next sign-in as ever.
use super::form::Form;
use super::links;
use super::lockout::{Account, Counter, Network};
use super::mailed::{self, Gate, refused};
use super::password;
use super::signing_in::put;
use crate::http::app::{App, context};
use crate::http::contract::{body, empty};
use crate::http::edge;
use crate::http::operation::{Operations, open_operation};
use crate::http::problem::Failure;
use crate::mail;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::access::letters;
use domain::core::actor::{Actor, Via};
use domain::core::error::Result;
use domain::core::identifiers::email;
use domain::core::resource::Setting;
use persistence::access::credential::{self, Claimant};
use persistence::access::{device, link, session, user};
use persistence::core::conn::Conn;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Whose password was forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its part of the contract")]
pub struct PasswordResetRequest {
    /// The address they sign in with.
    #[schema(min_length = 3, max_length = 254, example = "sara@yazd.example")]
    email: String,
}

/// A new password, and the link it was asked for by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its part of the contract")]
pub struct PasswordReset {
    /// What stands behind `#token=` in the mailed link.
    #[schema(min_length = 1, max_length = 100, example = "pvl_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    token: String,
    /// Hard to guess, of any characters.
    #[schema(min_length = 8, max_length = 128, format = "password", example = "another horse, another staple")]
    new_password: String,
}

/// Takes the wish. What it comes to is found out by a job, so that neither the answer nor its time tells who exists.
async fn ask(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let written = form.needed("email", 3, 254);
    let login = match email::parse(&written) {
        Ok(address) => email::key(&address),
        Err(code) => {
            if !written.is_empty() {
                form.problems.add("/email", code);
            }
            String::new()
        }
    };
    form.finish()?;
    let (origin, now) = (edge::request_id(&request), app.now());
    app.db.write(move |conn| links::ask_for_reset(conn, &login, origin, now)).await?;
    app.jobs.wake();
    tracing::info!(target: "security", event = "password_reset_asked", ip = %edge::client_ip(&request), request_id = %origin);
    Ok(HttpResponse::Accepted().finish())
}

/// A link as it was found, before it is used.
struct Found {
    link: Uuid,
    claimant: Claimant,
}

/// Sets the password of the user whom the link was mailed to.
async fn reset(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let token = form.needed("token", 1, 100);
    let new = form.needed("new_password", 0, 10 * password::MAX_CHARS);
    form.finish()?;
    let (ip, origin, now) = (edge::client_ip(&request), edge::request_id(&request), app.now());
    let told = |outcome: &'static str, user: Option<Uuid>| {
        tracing::info!(target: "security", event = "password_reset", outcome, user_id = user.map(tracing::field::display), %ip, request_id = %origin);
    };
    let (hash, network) = (links::parse(&token), Network::of(ip));
    let gate = app.db.write(move |conn| {
        mailed::open(conn, links::PURPOSES, hash.as_ref(), network, now)?.then(|found| {
            let claimant = credential::by_id(conn, found.subject_id)?.filter(|user| user.active);
            Ok(claimant.map(|claimant| Found { link: found.id, claimant }))
        })
    });
    let gate = gate.await?;
    match &gate {
        Gate::Open(_) => {}
        Gate::Wrong => told("refused", None),
        Gate::Wait(_) => told("delayed", None),
    }
    let found = gate.pass()?;
    let (claimant, Some(hash)) = (found.claimant, hash) else {
        return Err(refused());
    };
    // A password that is too weak costs nothing: the link stays good for a better one.
    password::strength("/new_password", &new, &[&claimant.email, &claimant.name]).or(())?;
    let password = app.hashing.hash(new).await?;
    let user = claimant.credential.user_id;
    let setting = app.setting();
    let done = app.db.write(move |conn| {
        if !link::spend(conn, found.link, hash.as_bytes(), setting.now)? {
            return Ok(false);
        }
        set(conn, &claimant, &password, found.link, network, origin, &setting)?;
        Ok(true)
    });
    if !done.await? {
        told("refused", Some(user));
        return Err(refused());
    }
    app.jobs.wake();
    told("done", Some(user));
    Ok(HttpResponse::NoContent().finish())
}

/// Sets the password. Who held the old one is out: their sessions, their devices, their other links. Whoever failed with it before may
/// sign in at once. The user is told by mail.
fn set(conn: &mut Conn, to: &Claimant, hash: &str, by: Uuid, network: Network, origin: Uuid, setting: &Setting) -> Result<()> {
    let (user, now) = (to.credential.user_id, setting.now);
    let actor = Actor::themselves(user, Via::Link(by), now);
    let context = context(&actor, setting, origin);
    user::set_password(conn, &context, user, hash)?;
    credential::outdate_tokens(conn, user)?;
    // No session has the nil id: all of them end.
    session::end_others(conn, user, Uuid::nil(), "password_reset", now)?;
    device::forget(conn, user)?;
    link::forget(conn, user)?;
    let account = Account::named(&to.email);
    put(conn, &Counter::AccountNetwork(account, network), None)?;
    put(conn, &Counter::Account(account), None)?;
    if to.credential.password_hash.is_some() {
        let letter = letters::password_changed(to.reader()).outgoing()?;
        mail::post(conn, &letter, Some(user), origin, now)?;
    }
    Ok(())
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let (tag, json) = ("Access", "application/json");
    let ask_ = open_operation(
        "sendPasswordReset",
        tag,
        "Ask for a link to a new password",
        "Mails a link to the user of an address, good once and for ten minutes. The answer is the same where there is no such user. At most \
         three links of a user are open at a time; beyond that nothing is sent.",
    )
    .request_body(Some(body(json, "PasswordResetRequest", json!({"email": "sara@yazd.example"}))))
    .response("202", empty("If there is such a user, a mail is on its way."));
    let example = json!({"token": "pvl_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "new_password": "another horse, another staple"});
    let reset_ = open_operation(
        "resetPassword",
        tag,
        "Choose a password by a mailed link",
        "Takes the secret of a link from a reset or an invitation, and sets the password. All sessions of the user end; a second factor \
         stays. A link that was used, is too old or never was one answers 401 `invalid_link`; after five such tries the next must wait (429).",
    )
    .request_body(Some(body(json, "PasswordReset", example)))
    .response("204", empty("It is set; sign in with it."));
    config.service(
        Operations::at("/auth/password/reset-request")
            .post(web::route().to(ask), ask_)
            .schema::<PasswordResetRequest>(),
    );
    config.service(
        Operations::at("/auth/password/reset")
            .post(web::route().to(reset), reset_)
            .schema::<PasswordReset>(),
    );
}
