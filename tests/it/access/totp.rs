//! The second factor.
use super::{sign_in, text};
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{App, Client, Who, both};
use totp_rs::{Algorithm, Builder};

/// A code of the step so many after the current one.
pub fn code(secret: &[u8], steps: i64) -> String {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(0)
        .with_step_duration(30)
        .with_secret(secret.to_vec())
        .build()
        .unwrap();
    let now = chrono::Utc::now().timestamp() + 30 * steps;
    totp.generate(u64::try_from(now).unwrap()).to_string()
}

/// RFC 4648 base 32, without padding.
fn base32(text: &str) -> Vec<u8> {
    let value = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap() as u32;
    let bits: Vec<bool> = text
        .chars()
        .flat_map(|c| (0..5).rev().map(move |i| value(c) >> i & 1 == 1))
        .collect();
    bits.chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |n, bit| n << 1 | u8::from(*bit)))
        .collect()
}

/// Turns it on; the secret and the recovery codes.
pub fn turn_on(me: &Client<'_>) -> (Vec<u8>, Vec<String>) {
    me.post("/auth/totp", json!({"password": "not my password"}))
        .refuses(401, "invalid_credentials");
    let enrolment = me.post("/auth/totp", json!({"password": PASSWORD})).is(200).json();
    assert!(text(&enrolment, "otpauth_uri").starts_with("otpauth://totp/"));
    let secret = base32(&text(&enrolment, "secret"));
    me.post("/auth/totp/confirm", json!({"totp_code": "000000"}))
        .refuses(422, "invalid")
        .blames("/totp_code", "check_digit");
    // The step before, so that the current one is left for signing in.
    let codes = me
        .post("/auth/totp/confirm", json!({"totp_code": code(&secret, -1)}))
        .is(200)
        .json();
    let codes: Vec<String> = codes["recovery_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

fn login(app: &App, more: Value) -> tests::Answer {
    let mut body = json!({"email": Who::Seller.email(), "password": PASSWORD});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.anyone().post("/auth/login", body)
}

both! {
    fn once_on_it_is_asked_for_and_each_code_is_good_once(app: &App) {
        let (opened, other) = (sign_in(app, Who::Seller), sign_in(app, Who::Seller));
        let me = app.anyone().with_token(text(&opened, "access_token"));
        let (secret, recovery) = turn_on(&me);
        me.post("/auth/totp", json!({"password": PASSWORD})).refuses(409, "second_factor_on");
        // A change of factor ends the other sessions.
        me.get("/auth/me").is(200);
        app.anyone().with_token(text(&other, "access_token")).get("/auth/me").refuses(401, "unauthorized");
        login(app, json!({})).refuses(401, "second_factor_required");
        login(app, json!({"totp_code": "000000"})).refuses(401, "invalid_credentials");
        let now = code(&secret, 1);
        login(app, json!({"totp_code": now})).is(200);
        login(app, json!({"totp_code": now})).refuses(401, "invalid_credentials");
        login(app, json!({"recovery_code": recovery[3].to_lowercase()})).is(200);
        login(app, json!({"recovery_code": recovery[3]})).refuses(401, "invalid_credentials");
        // What is kept of it opens nothing by itself.
        let kept = app.rows(persistence::sql!("SELECT totp_secret FROM credentials WHERE totp_confirmed = ?", true), |row| row.bytes(0));
        let sealed = kept[0].clone().unwrap();
        assert!(!sealed.windows(secret.len()).any(|w| w == secret));
        let body = json!({"password": PASSWORD, "recovery_code": recovery[0]}).to_string();
        let remove = |body: &str| me.send("DELETE", "/auth/totp", "application/json", body.as_bytes());
        remove(&json!({"password": PASSWORD, "totp_code": "000000"}).to_string()).refuses(401, "invalid_credentials");
        remove(&body).is(204);
        remove(&body).refuses(409, "second_factor_off");
        login(app, json!({})).is(200);
    }

    fn guesses_of_a_code_must_wait(app: &App) {
        let me = app.anyone().with_token(text(&sign_in(app, Who::Seller), "access_token"));
        let (secret, _) = turn_on(&me);
        for _ in 0..5 {
            login(app, json!({"totp_code": "000000"})).refuses(401, "invalid_credentials");
        }
        login(app, json!({"totp_code": code(&secret, 1)})).refuses(429, "too_many_failures");
    }

    fn being_asked_for_the_code_is_no_failure(app: &App) {
        let me = app.anyone().with_token(text(&sign_in(app, Who::Seller), "access_token"));
        let (secret, _) = turn_on(&me);
        for _ in 0..7 {
            login(app, json!({})).refuses(401, "second_factor_required");
        }
        login(app, json!({"totp_code": code(&secret, 1)})).is(200);
    }
}
