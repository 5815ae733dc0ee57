//! The addresses of OAuth2 and of what is published about us: at the root, where the standards put them.
use super::oauth::{self, ClientToken};
use super::sessions::problem;
use crate::http::contract::{answer, body, content, empty};
use crate::http::operation::{Operations, open_operation};
use actix_web::web;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::{Response, ResponseBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

/// The one way in which a program gets a token here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum GrantType {
    ClientCredentials,
}

/// What a client sends for a token.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct TokenRequest {
    /// How the client gets the token.
    grant_type: GrantType,
    /// The id of an API key, unless `Authorization: Basic` names it.
    #[schema(max_length = 100)]
    client_id: Option<String>,
    /// The API key itself, unless `Authorization: Basic` gives it.
    #[schema(max_length = 200)]
    client_secret: Option<String>,
    /// Less than the key may do: `customers.read groups.read`.
    #[schema(max_length = 4000)]
    scope: Option<String>,
}

/// What is sent to end a session by one of its tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read member by member; this is its part of the contract")]
pub struct RevocationRequest {
    /// A refresh token or an access token.
    #[schema(min_length = 1, max_length = 8192)]
    token: String,
    /// Which of them it is; not needed.
    #[schema(max_length = 50)]
    token_type_hint: Option<String>,
}

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Nothing {}

/// A document of another standard.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "its part of the contract")]
pub struct Metadata(Value);

fn open(id: &str, summary: &str, doc: &str) -> OperationBuilder {
    open_operation(id, "Access", summary, doc)
}

fn document(doc: &str, kind: &str, example: Value) -> Response {
    ResponseBuilder::new()
        .description(doc)
        .content(kind, content("Metadata", example))
        .build()
}

/// The routes at the root.
pub fn routes(config: &mut ServiceConfig) {
    let form = "application/x-www-form-urlencoded";
    let base = "https://api.peyvand.example";
    let client = json!({"grant_type": "client_credentials", "scope": "customers.read"});
    let token = json!({"access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln", "token_type": "Bearer", "expires_in": 900, "scope": "customers.read"});
    let issue =
        "Client credentials (RFC 6749 §4.4): the client is an API key, its id and the key itself. The token may do what the key may.";
    config.service(
        Operations::at("/oauth/token")
            .post(
                web::route().to(oauth::token),
                open("createToken", "Get a token for a program", issue)
                    .request_body(Some(body(form, "TokenRequest", client)))
                    .response("200", answer("A token.", "ClientToken", token))
                    .response("401", problem()),
            )
            .schema::<TokenRequest>()
            .schema::<ClientToken>(),
    );
    let end = "Ends the session that a refresh or access token belongs to (RFC 7009). A token that is no good is no error.";
    config.service(
        Operations::at("/oauth/revoke")
            .post(
                web::route().to(oauth::revoke),
                open("revokeToken", "End a session by one of its tokens", end)
                    .request_body(Some(body(
                        form,
                        "RevocationRequest",
                        json!({"token": "pvr_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
                    )))
                    .response("200", answer("It has ended.", "Nothing", json!({}))),
            )
            .schema::<RevocationRequest>()
            .schema::<Nothing>(),
    );
    let key = json!({"keys": [{
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "use": "sig", "alg": "ES256", "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
    }]});
    let not_modified = || empty("You have this already.");
    config.service(
        Operations::at("/.well-known/jwks.json")
            .get(
                || web::route().to(oauth::jwks),
                open(
                    "getKeys",
                    "Get the public keys",
                    "The keys that access tokens are checked with (RFC 7517).",
                )
                .response("200", document("The keys.", "application/json", key))
                .response("304", not_modified()),
            )
            .schema::<Metadata>(),
    );
    config.service(
        Operations::at("/.well-known/oauth-authorization-server").get(
            || web::route().to(oauth::server),
            open(
                "getAuthorizationServer",
                "Get the OAuth2 metadata",
                "What an OAuth2 client must know of us (RFC 8414).",
            )
            .response("200", document("The metadata.", "application/json", oauth::metadata(base)))
            .response("304", not_modified()),
        ),
    );
    config.service(
        Operations::at("/.well-known/api-catalog").get(
            || web::route().to(oauth::api_catalog),
            open(
                "getApiCatalog",
                "Get the catalogue of APIs",
                "Where the API and its description are (RFC 9727).",
            )
            .response("200", document("The catalogue.", "application/linkset+json", oauth::catalog(base)))
            .response("304", not_modified()),
        ),
    );
}
