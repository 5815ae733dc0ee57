//! Sessions over HTTP: sign in, refresh, sign out, see one's sessions and end them.
use super::form::Form;
use super::second_factor::Proof;
use super::signing_in::{self, Attempt, SignedInto};
use crate::http::app::App;
use crate::http::contract::{answer, body};
use crate::http::edge;
use crate::http::operation::{Operations, operation};
use crate::http::problem::Failure;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::core::instant::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

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

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    let tag = "Access";
    config.service(
        Operations::at("/auth/login")
            .post(
                web::route().to(login),
                operation(
                    "loginUser",
                    tag,
                    "Sign in",
                    "Opens a session with email and password, and the second factor where the user has one (401 `second_factor_required` asks \
                     for it). After repeated failures the next try must wait (429).",
                )
                .request_body(Some(body(
                    "application/json",
                    "Login",
                    json!({"email": "sara@yazd.example", "password": "correct horse battery staple"}),
                )))
                .response("200", answer("You are signed in.", "SignedIn", shown())),
            )
            .schema::<Login>()
            .schema::<SignedIn>(),
    );
}
