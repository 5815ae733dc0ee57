//! Access tokens that somebody tampered with.
use super::{sign_in, text};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tests::{App, Who, both};

/// The parts of a real token: header, claims, signature.
fn parts(app: &App) -> (Value, Value, String) {
    let token = text(&sign_in(app, Who::Owner), "access_token");
    let mut parts = token.split('.');
    let mut json = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap()).unwrap();
    let (header, claims) = (json(), json());
    (header, claims, parts.next().unwrap().to_owned())
}

fn token(header: &Value, claims: &Value, signature: &str) -> String {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.{signature}", encode(header), encode(claims))
}

both! {
    fn rows_36_to_38_a_changed_token_is_no_token(app: &App) {
        let (header, claims, signature) = parts(app);
        let with = |from: &Value, name: &str, value: Value| {
            let mut json = from.clone();
            json[name] = value;
            json
        };
        let mut headers = vec![with(&header, "alg", json!("none")), with(&header, "alg", json!("HS256")), with(&header, "typ", json!("JWT"))];
        for (name, value) in [
            ("kid", json!("../../x")), ("jku", json!("http://127.0.0.1:9/jwks.json")), ("x5u", json!("http://127.0.0.1:9/x")),
            ("jwk", json!({"kty": "EC"})), ("crit", json!(["exp"])),
        ] {
            headers.push(with(&header, name, value));
        }
        let mut tokens: Vec<String> = headers.iter().map(|h| token(h, &claims, &signature)).collect();
        tokens.push(token(&with(&header, "alg", json!("none")), &claims, ""));
        for (name, value) in [("exp", json!("9999999999")), ("aud", json!("another")), ("sub", json!(app.people.users[&Who::Seller])), ("sv", json!(99))] {
            tokens.push(token(&header, &with(&claims, name, value), &signature));
        }
        tokens.push(text(&sign_in(app, Who::Owner), "refresh_token"));
        tokens.push("a.b.c".to_owned());
        for bad in tokens {
            let answer = app.anyone().with_token(&bad).get("/customers").refuses(401, "unauthorized");
            assert!(answer.header("www-authenticate").contains("invalid_token"), "{answer:?}");
        }
        app.anyone().get("/customers").refuses(401, "unauthorized");
    }

    fn row_45_who_one_is_comes_from_the_credential_alone(app: &App) {
        let owner = app.people.users[&Who::Owner].to_string();
        let stranger = app.anyone().with("X-User-Id", owner.clone()).with("X-Remote-User", owner).with("X-Forwarded-For", "127.0.0.1");
        stranger.get("/customers").refuses(401, "unauthorized");
    }
}
