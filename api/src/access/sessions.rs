//! Sessions over HTTP: sign in, refresh, sign out, see one's sessions and end them.
use super::form::Form;
use super::refreshing;
use super::second_factor::Proof;
use super::signing_in::{self, Attempt, SignedInto};
use crate::http::app::App;
use crate::http::caller;
use crate::http::contract::{answer, body, empty, path_id};
use crate::http::crud::id;
use crate::http::edge;
use crate::http::operation::{Operations, open_operation, operation};
use crate::http::problem::Failure;
use crate::http::query::Query;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::error::Error;
use domain::core::instant::Instant;
use persistence::access::session;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// What a sign-in shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct Login {
    /// The address of the user.
    #[schema(min_length = 1, max_length = 254, example = "sara@yazd.example")]
    email: String,
    /// The password, exactly as it was chosen.
    #[schema(min_length = 1, max_length = 128, format = "password", example = "correct horse battery staple")]
    password: String,
    /// The code that the authenticator app shows, for those who have one.
    #[schema(max_length = 20, example = "123456")]
    totp_code: Option<String>,
    /// One of the recovery codes instead of it.
    #[schema(max_length = 60)]
    recovery_code: Option<String>,
    /// What an earlier sign-in from this device answered: it exempts from the delays that strangers cause.
    #[schema(max_length = 100)]
    device_token: Option<String>,
}

/// What a sign-in or a refresh answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Goes into `Authorization: Bearer …`.
    #[schema(max_length = 8192)]
    access_token: String,
    /// Always `Bearer`.
    #[schema(max_length = 10)]
    token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(minimum = 1, maximum = 900)]
    expires_in: i64,
    /// Gives the next pair, once.
    #[schema(max_length = 100)]
    refresh_token: String,
    /// When the refresh token ends if it is not used.
    refresh_expires_at: Instant,
    /// To be kept by a device that was not known, and shown at its next sign-in.
    #[schema(max_length = 100)]
    device_token: Option<String>,
}

impl From<SignedInto> for SignedIn {
    fn from(s: SignedInto) -> Self {
        SignedIn {
            access_token: s.access_token,
            token_type: "Bearer",
            expires_in: s.expires_in,
            refresh_token: s.refresh_token,
            refresh_expires_at: s.refresh_expires_at,
            device_token: s.device_token,
        }
    }
}

fn shown() -> Value {
    json!({
        "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 900,
        "refresh_token": "pvr_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "refresh_expires_at": "2026-04-04T08:30:00.000Z", "device_token": null
    })
}

/// The software that calls, as it names itself, cut to what is kept.
fn user_agent(request: &HttpRequest) -> String {
    let text = request
        .headers()
        .get("User-Agent")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    text.chars().take(200).collect()
}

async fn login(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let attempt = Attempt {
        email: form.needed("email", 1, 254),
        password: form.needed("password", 1, 128),
        proof: Proof {
            totp_code: form.text("totp_code", 0, 20),
            recovery_code: form.text("recovery_code", 0, 60),
        },
        device_token: form.text("device_token", 0, 100),
        ip: edge::client_ip(&request),
        user_agent: user_agent(&request),
        origin: edge::request_id(&request),
    };
    form.finish()?;
    let signed = signing_in::sign_in(&app, attempt).await?;
    Ok(HttpResponse::Ok().json(SignedIn::from(signed)))
}

/// What a refresh shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct Refresh {
    /// The refresh token of the answer before.
    #[schema(min_length = 1, max_length = 100)]
    refresh_token: String,
}

async fn refresh(request: HttpRequest, app: Data<App>, mut payload: Payload) -> Result<HttpResponse, Failure> {
    let mut form = Form::read(&request, &mut payload).await?;
    let token = form.needed("refresh_token", 1, 100);
    form.finish()?;
    let from = refreshing::From {
        ip: edge::client_ip(&request),
        user_agent: user_agent(&request),
        origin: edge::request_id(&request),
    };
    let signed = refreshing::refresh(&app, &token, from).await?;
    Ok(HttpResponse::Ok().json(SignedIn::from(signed)))
}

async fn logout(request: HttpRequest, app: Data<App>, signed: caller::SignedIn) -> Result<HttpResponse, Failure> {
    Query::read(&request, &[])?;
    let session = signed.0.session()?;
    end(&app, session, signed.0.actor.user_id, "signed_out", &request).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn end(app: &App, session: Uuid, user: Uuid, why: &'static str, request: &HttpRequest) -> Result<(), Failure> {
    let now = app.now();
    let ended = app.db.write(move |conn| session::end(conn, session, user, why, now)).await?;
    if !ended {
        return Err(Error::NotFound.into());
    }
    let request_id = edge::request_id(request);
    tracing::info!(target: "security", event = "session", outcome = why, user_id = %user, session_id = %session, %request_id);
    Ok(())
}

/// A session, as its user sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    #[schema(format = "uuid", max_length = 36)]
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    created_at: Instant,
    /// When it was last refreshed.
    used_at: Instant,
    /// When it ends if it is not used.
    expires_at: Instant,
    /// The address it was last used from.
    #[schema(max_length = 45, example = "192.0.2.7")]
    ip: String,
    /// The software, as it names itself.
    #[schema(max_length = 200)]
    user_agent: String,
}

/// A user's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionPage {
    #[schema(max_items = 200)]
    data: Vec<Session>,
    #[schema(schema_with = page)]
    page: Value,
}

fn page() -> utoipa::openapi::Ref {
    utoipa::openapi::Ref::from_schema_name("Page")
}

async fn list(request: HttpRequest, app: Data<App>, signed: caller::SignedIn) -> Result<HttpResponse, Failure> {
    Query::read(&request, &[])?;
    let (user, now) = (signed.0.actor.user_id, app.now());
    let current = signed.0.session().ok();
    let found = app.db.read(move |conn| session::living(conn, user, now)).await?;
    let data = found.into_iter().map(|s| Session {
        id: s.id.to_string(),
        current: Some(s.id) == current,
        created_at: s.created_at,
        used_at: s.used_at,
        expires_at: s.expires_at,
        ip: s.ip,
        user_agent: s.user_agent,
    });
    Ok(HttpResponse::Ok().json(SessionPage {
        data: data.collect(),
        page: json!({"next_cursor": null, "has_more": false}),
    }))
}

async fn revoke(request: HttpRequest, app: Data<App>, signed: caller::SignedIn, path: web::Path<String>) -> Result<HttpResponse, Failure> {
    Query::read(&request, &[])?;
    let session = id(&path)?;
    end(&app, session, signed.0.actor.user_id, "revoked", &request).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = "Access";
    let login = open_operation(
        "loginUser",
        tag,
        "Sign in",
        "Opens a session with email and password, and the second factor where the user has one (401 `second_factor_required` asks for it). \
         After repeated failures the next try must wait (429).",
    )
    .request_body(Some(body(
        "application/json",
        "Login",
        json!({"email": "sara@yazd.example", "password": "correct horse battery staple"}),
    )))
    .response("200", answer("You are signed in.", "SignedIn", shown()))
    .response("401", problem());
    let refresh_ = open_operation(
        "refreshSession",
        tag,
        "Get the next pair of tokens",
        "Spends the refresh token and answers the next one with a fresh access token. One that comes a second time was copied: then the \
         whole session ends.",
    )
    .request_body(Some(body(
        "application/json",
        "Refresh",
        json!({"refresh_token": shown()["refresh_token"]}),
    )))
    .response("200", answer("The session goes on.", "SignedIn", shown()))
    .response("401", problem());
    let session = json!({
        "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20", "current": true, "created_at": "2026-03-21T08:30:00.000Z",
        "used_at": "2026-03-21T08:45:00.000Z", "expires_at": "2026-04-04T08:45:00.000Z", "ip": "192.0.2.7", "user_agent": "Peyvand/1.0"
    });
    let sessions = json!({"data": [session], "page": {"next_cursor": null, "has_more": false}});
    config.service(
        Operations::at("/auth/login")
            .post(web::route().to(self::login), login)
            .schema::<Login>()
            .schema::<SignedIn>(),
    );
    config.service(
        Operations::at("/auth/refresh")
            .post(web::route().to(refresh), refresh_)
            .schema::<Refresh>(),
    );
    config.service(
        Operations::at("/auth/logout").post(
            web::route().to(logout),
            operation(
                "logoutUser",
                tag,
                "Sign out",
                "Ends the session that asks. Its tokens are refused from then on.",
            )
            .response("204", empty("You are signed out.")),
        ),
    );
    config.service(
        Operations::at("/auth/sessions")
            .get(
                || web::route().to(list),
                operation(
                    "listSessions",
                    tag,
                    "List your sessions",
                    "Your sessions that go on, the one used last first.",
                )
                .response("200", answer("Your sessions.", "SessionPage", sessions)),
            )
            .schema::<SessionPage>(),
    );
    config.service(
        Operations::at("/auth/sessions/{id}").delete(
            web::route().to(revoke),
            operation(
                "revokeSession",
                tag,
                "End one of your sessions",
                "Its tokens are refused from then on.",
            )
            .parameter(path_id())
            .response("204", empty("It has ended.")),
        ),
    );
}

/// The refusal of a credential, for operations that are open.
pub fn problem() -> utoipa::openapi::Ref {
    utoipa::openapi::Ref::from_response_name("Problem")
}
