//! OAuth2 for programs, and what is published.
use super::{post_form, sign_in, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tests::{Who, both};

both! {
    fn a_program_gets_a_token_for_its_key(app: &App) {
        let made = app.be(Who::Owner).post("/api-keys", json!({"name": "robot", "permissions": [{"permission": "customers:*", "scope": "all"}]})).is(201);
        let (id, secret) = (made.id(), text(&made.json(), "secret"));
        let grant = ("grant_type", "client_credentials");
        let anyone = app.anyone();
        let body = post_form(&anyone, "/oauth/token", &[grant, ("client_id", &id), ("client_secret", &secret)]).is(200).json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(900)));
        let robot = app.anyone().with_token(text(&body, "access_token"));
        robot.get("/customers").is(200);
        robot.get("/users").refuses(403, "forbidden");
        assert_eq!(robot.get("/auth/me").is(200).json()["api_key_id"], json!(id));
        let basic = app.anyone().with("Authorization", format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))));
        let body = post_form(&basic, "/oauth/token", &[grant, ("scope", "customers.read")]).is(200).json();
        assert_eq!(body["scope"], "customers.read");
        let reader = app.anyone().with_token(text(&body, "access_token"));
        reader.get("/customers").is(200);
        reader.post("/customers", json!({"kind": "person", "family_name": "x"})).refuses(403, "forbidden");
        let refused = post_form(&basic, "/oauth/token", &[grant, ("scope", "users.read")]).refuses(400, "invalid_scope");
        assert_eq!(refused.json()["error"], "invalid_scope");
        // The key's end is the end of its tokens.
        app.be(Who::Owner).delete(&format!("/api-keys/{id}"), "*").is(204);
        robot.get("/customers").refuses(401, "unauthorized");
        reader.get("/customers").refuses(401, "unauthorized");
        post_form(&basic, "/oauth/token", &[grant]).refuses(401, "invalid_client");
    }

    fn a_wrong_client_is_refused_as_the_standard_says(app: &App) {
        let made = app.be(Who::Owner).post("/api-keys", json!({"name": "robot"})).is(201);
        let other = app.be(Who::Owner).post("/api-keys", json!({"name": "other"})).is(201);
        let (id, secret) = (made.id(), text(&made.json(), "secret"));
        let token = |form: &[(&str, &str)]| post_form(&app.anyone(), "/oauth/token", form);
        let grant = ("grant_type", "client_credentials");
        let answer = token(&[grant, ("client_id", &other.id()), ("client_secret", &secret)]).refuses(401, "invalid_client");
        assert!(answer.header("www-authenticate").starts_with("Basic"));
        assert_eq!(answer.json()["error"], "invalid_client");
        token(&[grant]).refuses(401, "invalid_client");
        token(&[("client_id", &id), ("client_secret", &secret)]).refuses(400, "invalid_request");
        token(&[("grant_type", "password"), ("username", "a"), ("password", "b")]).refuses(400, "unsupported_grant_type");
        token(&[grant, grant]).refuses(400, "invalid_request");
        app.anyone().post("/oauth/token", json!({"grant_type": "client_credentials"})).refuses(415, "unsupported_media_type");
    }

    fn a_session_is_revoked_by_either_of_its_tokens(app: &App) {
        for which in ["access_token", "refresh_token"] {
            let opened = sign_in(app, Who::Seller);
            let me = app.anyone().with_token(text(&opened, "access_token"));
            me.get("/auth/me").is(200);
            post_form(&app.anyone(), "/oauth/revoke", &[("token", &text(&opened, which))]).is(200);
            me.get("/auth/me").refuses(401, "unauthorized");
            app.anyone().post("/auth/refresh", json!({"refresh_token": opened["refresh_token"]})).refuses(401, "invalid_grant");
        }
        post_form(&app.anyone(), "/oauth/revoke", &[("token", "no token at all")]).is(200);
        post_form(&app.anyone(), "/oauth/revoke", &[]).refuses(400, "invalid_request");
        let (token, other) = (("token", "no token at all"), ("other", "1"));
        post_form(&app.anyone(), "/oauth/revoke", &[token, token]).refuses(400, "invalid_request");
        // What we don't know is passed over, however often it stands (RFC 6749 §3.2); a hint that we don't know too.
        post_form(&app.anyone(), "/oauth/revoke", &[token, other, other, ("token_type_hint", "id_token")]).is(200);
        post_form(&app.anyone(), "/oauth/revoke", &[token, ("token_type_hint", &"x".repeat(51))]).refuses(400, "invalid_request");
    }

    fn what_others_must_know_is_published(app: &App) {
        let keys = app.anyone().get("/.well-known/jwks.json").is(200);
        assert_eq!(keys.json()["keys"][0]["alg"], "ES256");
        assert!(keys.header("cache-control").starts_with("public"));
        assert!(!keys.text().contains("\"d\""));
        app.anyone().with("If-None-Match", keys.etag()).get("/.well-known/jwks.json").is(304);
        // No address of the request finds its way into it.
        let about = app.anyone().with("X-Forwarded-Host", "evil.example").get("/.well-known/oauth-authorization-server").is(200).json();
        assert_eq!(about["issuer"], tests::node::BASE_URL);
        assert_eq!(about["jwks_uri"], format!("{}/.well-known/jwks.json", tests::node::BASE_URL));
        let catalog = app.anyone().get("/.well-known/api-catalog").is(200);
        assert_eq!(catalog.header("content-type"), "application/linkset+json");
        assert_eq!(catalog.json()["linkset"][0]["anchor"], format!("{}/api/v1", tests::node::BASE_URL));
    }
}
