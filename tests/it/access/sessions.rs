//! Signing in, going on, signing out.
use super::{sign_in, sign_in_with, signed_in, text};
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Who, both};

both! {
    fn a_session_is_opened_seen_and_ended(app: &App) {
        let opened = sign_in(app, Who::Seller);
        assert_eq!(opened["token_type"], "Bearer");
        assert_eq!(opened["expires_in"], 900);
        assert!(text(&opened, "refresh_token").starts_with("pvr_") && text(&opened, "device_token").starts_with("pvdev_"));
        let me = app.anyone().with_token(text(&opened, "access_token"));
        let seen = me.get("/auth/me").is(200).json();
        assert_eq!(seen["user"]["email"], Who::Seller.email());
        assert_eq!(seen["roles"][0]["name"], "Test seller");
        assert!(seen["permissions"].as_array().unwrap().contains(&json!({"permission": "customers:*", "scope": "own"})));
        let sessions = me.get("/auth/sessions").is(200).data();
        let current: Vec<&Value> = sessions.iter().filter(|s| s["current"] == true).collect();
        assert_eq!(current.len(), 1);
        assert_eq!(current[0]["id"], seen["session_id"]);
        // The template's own session is another one of theirs.
        let other = sessions.iter().find(|s| s["current"] == false).unwrap();
        let address = format!("/auth/sessions/{}", other["id"].as_str().unwrap());
        app.be(Who::Seller).get("/auth/me").is(200);
        signed_in(app, Who::Rival).call("DELETE", &address).refuses(404, "not_found");
        me.call("DELETE", &address).is(204);
        app.be(Who::Seller).get("/auth/me").refuses(401, "unauthorized");
        me.call("DELETE", &address).refuses(404, "not_found");
        me.call("POST", "/auth/logout").is(204);
        me.get("/auth/me").refuses(401, "unauthorized");
        app.anyone().post("/auth/refresh", json!({"refresh_token": opened["refresh_token"]})).refuses(401, "invalid_grant");
    }

    fn attack_40_a_refresh_token_is_good_once_and_a_copy_ends_the_family(app: &App) {
        let first = sign_in(app, Who::Seller);
        let refresh = |token: &Value| app.anyone().post("/auth/refresh", json!({"refresh_token": token}));
        let second = refresh(&first["refresh_token"]).is(200).json();
        let third = refresh(&second["refresh_token"]).is(200).json();
        let me = app.anyone().with_token(text(&third, "access_token"));
        me.get("/auth/me").is(200);
        // Two generations old: still known as a copy.
        refresh(&first["refresh_token"]).refuses(401, "invalid_grant");
        refresh(&third["refresh_token"]).refuses(401, "invalid_grant");
        me.get("/auth/me").refuses(401, "unauthorized");
        app.node().logged(|line| line.contains("\"refresh\"") && line.contains("reused"));
        let mail = app.post().mail_to(&Who::Seller.email());
        assert_eq!(mail.header("Subject"), "One of your sessions was ended");
        assert!(mail.text().contains("127.0.0.1") && mail.text().contains("change your password"), "{}", mail.text());
    }

    fn of_two_refreshes_at_once_one_goes_on(app: &App) {
        let opened = sign_in(app, Who::Rival);
        let answers: Vec<u16> = std::thread::scope(|threads| {
            let all: Vec<_> = (0..4)
                .map(|_| threads.spawn(|| app.anyone().post("/auth/refresh", json!({"refresh_token": opened["refresh_token"]})).status))
                .collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|s| **s == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|s| **s == 401).count(), 3, "{answers:?}");
    }

    fn attack_39_who_is_switched_off_is_out_at_once(app: &App) {
        let opened = sign_in(app, Who::Seller);
        let me = app.anyone().with_token(text(&opened, "access_token"));
        me.get("/customers").is(200);
        let address = format!("/users/{}", app.people.users[&Who::Seller]);
        let owner = app.be(Who::Owner);
        owner.patch(&address, "*", json!({"active": false})).is(200);
        me.get("/customers").refuses(401, "unauthorized");
        let again = || app.anyone().post("/auth/refresh", json!({"refresh_token": opened["refresh_token"]}));
        again().refuses(401, "invalid_grant");
        app.anyone().post("/auth/login", json!({"email": Who::Seller.email(), "password": PASSWORD})).refuses(401, "invalid_credentials");
        // Back again, but what was out stays out.
        owner.patch(&address, "*", json!({"active": true})).is(200);
        me.get("/customers").refuses(401, "unauthorized");
        again().refuses(401, "invalid_grant");
        sign_in(app, Who::Seller);
    }

    fn attack_39_a_role_that_is_taken_is_gone_at_once(app: &App) {
        let me = signed_in(app, Who::Seller);
        me.get("/customers").is(200);
        let address = format!("/users/{}", app.people.users[&Who::Seller]);
        app.be(Who::Owner).patch(&address, "*", json!({"role_ids": []})).is(200);
        me.get("/customers").refuses(403, "forbidden");
        // Another node knows within seconds; this one never heard of them.
        let other = app.another(&[]);
        me.at(other.address()).get("/customers").refuses(403, "forbidden");
        assert!(other.stop());
    }

    fn attack_39_a_change_of_password_ends_the_other_sessions(app: &App) {
        let (kept, other) = (sign_in(app, Who::Seller), sign_in(app, Who::Seller));
        let me = app.anyone().with_token(text(&kept, "access_token"));
        let elsewhere = app.anyone().with_token(text(&other, "access_token"));
        elsewhere.get("/auth/me").is(200);
        let change = |current: &str, new: &str| me.post("/auth/password", json!({"current_password": current, "new_password": new}));
        change("not my password at all", "another bridge, another river").refuses(401, "invalid_credentials");
        change(PASSWORD, "password1").refuses(422, "invalid").blames("/new_password", "too_weak");
        change(PASSWORD, "short").refuses(422, "invalid").blames("/new_password", "too_short");
        change(PASSWORD, PASSWORD).refuses(422, "invalid").blames("/new_password", "conflict");
        elsewhere.get("/auth/me").is(200);
        change(PASSWORD, "another bridge, another river").is(204);
        me.get("/auth/me").is(200);
        elsewhere.get("/auth/me").refuses(401, "unauthorized");
        let told = app.be(Who::Owner).all("/audit", &[("object", "users"), ("record_id", &app.people.users[&Who::Seller].to_string())]);
        assert!(told.iter().any(|e| e["changes"][0]["field"] == "password_set_at" && e["via"].as_str().unwrap().starts_with("session:")), "{told:?}");
        assert_eq!(app.post().mail_to(&Who::Seller.email()).header("Subject"), "Your password was changed");
        app.anyone().post("/auth/refresh", json!({"refresh_token": other["refresh_token"]})).refuses(401, "invalid_grant");
        app.anyone().post("/auth/login", json!({"email": Who::Seller.email(), "password": PASSWORD})).refuses(401, "invalid_credentials");
        sign_in_with(app, &Who::Seller.email(), "another bridge, another river");
    }

    fn attack_41_guesses_must_wait_but_a_known_device_need_not(app: &App) {
        let known = text(&sign_in(app, Who::Seller), "device_token");
        let guess = |email: &str, password: &str| app.anyone().post("/auth/login", json!({"email": email, "password": password}));
        let email = Who::Seller.email();
        for _ in 0..5 {
            guess(&email, "a wrong guess").refuses(401, "invalid_credentials");
        }
        let refused = guess(&email, "a wrong guess").refuses(429, "too_many_failures");
        let wait: u32 = refused.header("retry-after").parse().unwrap();
        assert!((1..=900).contains(&wait));
        // Not even the right password is looked at.
        guess(&email.to_uppercase(), PASSWORD).refuses(429, "too_many_failures");
        let from_device = json!({"email": email, "password": PASSWORD, "device_token": known});
        let answer = app.anyone().post("/auth/login", from_device).is(200).json();
        assert_eq!(answer["device_token"], Value::Null);
        // A device of somebody else's is none.
        let mine = text(&sign_in(app, Who::Rival), "device_token");
        let borrowed = json!({"email": email, "password": PASSWORD, "device_token": mine});
        app.anyone().post("/auth/login", borrowed).refuses(429, "too_many_failures");
        guess("nobody@peyvand.test", "a wrong guess").refuses(401, "invalid_credentials");
    }

    fn attack_42_an_unknown_user_is_refused_like_a_known_one(app: &App) {
        let guess = |email: &str| app.anyone().post("/auth/login", json!({"email": email, "password": "a wrong guess"}));
        let plain = |answer: tests::Answer| {
            let mut json = answer.refuses(401, "invalid_credentials").json();
            json["instance"] = Value::Null;
            json
        };
        assert_eq!(plain(guess(&Who::Seller.email())), plain(guess("nobody@peyvand.test")));
        for _ in 0..4 {
            plain(guess("nobody@peyvand.test"));
        }
        // The delay comes for both.
        guess("nobody@peyvand.test").refuses(429, "too_many_failures");
    }

    fn a_sign_in_body_is_held_to_its_bounds(app: &App) {
        let login = |body: Value| app.anyone().post("/auth/login", body).refuses(422, "invalid");
        login(json!({})).blames("/email", "required").blames("/password", "required");
        login(json!({"email": 1, "password": ["x"], "admin": true})).blames("/email", "wrong_type").blames("/admin", "unknown_field");
        login(json!({"email": "a".repeat(255), "password": "b".repeat(129)})).blames("/email", "too_long").blames("/password", "too_long");
    }
}
