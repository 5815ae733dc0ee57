//! API keys.
use super::{sign_in_with, signed_in, text};
use serde_json::{Value, json};
use tests::{Who, both};

both! {
    fn a_key_is_shown_once_and_acts_for_its_maker(app: &App) {
        let owner = app.be(Who::Owner);
        let made = owner.post("/api-keys", json!({"name": "Nightly export"})).is(201);
        let secret = text(&made.json(), "secret");
        assert!(secret.starts_with("pvd_live_") && secret.contains(&text(&made.json(), "prefix")));
        let address = format!("/api-keys/{}", made.id());
        let shown = owner.get(&address).is(200);
        assert!(!shown.text().contains(&secret[18..]));
        assert_eq!(shown.json()["last_used_at"], Value::Null);
        let key = app.anyone().with_token(&secret);
        let me = key.get("/auth/me").is(200).json();
        assert_eq!(me["user"]["email"], Who::Owner.email());
        assert_eq!((&me["api_key_id"], &me["session_id"]), (&made.json()["id"], &Value::Null));
        key.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201);
        let via = app.rows(persistence::sql!("SELECT via FROM changes WHERE object = ?", "customers"), |row| row.text(0));
        assert_eq!(via, vec![Some(format!("api_key:{}", made.id()))]);
        key.call("POST", "/auth/logout").refuses(403, "session_required");
        key.post("/auth/password", json!({"current_password": "a", "new_password": "b"})).refuses(403, "session_required");
        // The digest is no way in, and neither is the key with another check.
        app.anyone().with_token(&secret[..secret.len() - 1]).get("/auth/me").refuses(401, "unauthorized");
    }

    fn a_repeat_does_not_show_the_secret_again(app: &App) {
        let owner = app.be(Who::Owner).with("Idempotency-Key", "k1").with("Prefer", "return=minimal");
        let first = owner.post("/api-keys", json!({"name": "One"})).is(201);
        let secret = text(&first.json(), "secret");
        let again = owner.post("/api-keys", json!({"name": "One"})).is(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!((again.id(), &again.json()["secret"]), (first.id(), &Value::Null));
        let kept = app.rows(persistence::sql!("SELECT body FROM idempotency_keys"), |row| row.bytes(0));
        assert!(kept.iter().flatten().all(|body| !String::from_utf8_lossy(body).contains(&secret[18..])));
    }

    fn attack_47_a_key_is_never_wider_than_its_maker(app: &App) {
        let branch = app.be(Who::Branch);
        let make = |permission: &str, scope: &str| {
            branch.post("/api-keys", json!({"name": "k", "permissions": [{"permission": permission, "scope": scope}]}))
        };
        make("customers:read", "all").refuses(422, "invalid").blames("/permissions/0/permission", "forbidden_field");
        make("customers:fly", "own").refuses(422, "invalid").blames("/permissions/0/permission", "not_found");
        make("customers", "own").refuses(422, "invalid").blames("/permissions/0/permission", "format");
        let narrow = make("customers:read", "unit").is(201).json();
        let key = app.anyone().with_token(text(&narrow, "secret"));
        key.get("/customers").is(200);
        key.post("/customers", json!({"kind": "person", "family_name": "x"})).refuses(403, "forbidden");
        key.get("/users").refuses(403, "forbidden");
        key.post("/api-keys", json!({"name": "another"})).refuses(403, "forbidden");
        app.be(Who::Powerless).post("/api-keys", json!({"name": "k"})).refuses(403, "forbidden");
    }

    fn attack_47_a_key_makes_no_wider_key(app: &App) {
        let owner = app.be(Who::Owner);
        let permissions = json!([{"permission": "api_keys:*", "scope": "own"}, {"permission": "groups:read", "scope": "all"}]);
        let parent = owner.post("/api-keys", json!({"name": "parent", "permissions": permissions})).is(201).json();
        let child = app.anyone().with_token(text(&parent, "secret")).post("/api-keys", json!({"name": "child"})).is(201).json();
        let child = app.anyone().with_token(text(&child, "secret"));
        child.get("/groups").is(200);
        child.get("/customers").refuses(403, "forbidden");
    }

    fn attack_47_a_key_dies_with_its_user_its_end_and_its_deletion(app: &App) {
        let branch = signed_in(app, Who::Branch);
        let made = branch.post("/api-keys", json!({"name": "k"})).is(201);
        let key = app.anyone().with_token(text(&made.json(), "secret"));
        key.get("/customers").is(200);
        let user = format!("/users/{}", app.people.users[&Who::Branch]);
        let owner = app.be(Who::Owner);
        owner.patch(&user, "*", json!({"active": false})).is(200);
        key.get("/customers").refuses(401, "unauthorized");
        owner.patch(&user, "*", json!({"active": true})).is(200);
        key.get("/customers").is(200);
        // Nor does a key outlive its user in the trash.
        let fresh = json!({"name": "Robot", "email": "robot@new.example", "password": "seven tall cypresses of Abarkuh", "role_ids": [app.people.roles["Test owner"]]});
        let robot = owner.post("/users", fresh).is(201).id();
        let token = text(&sign_in_with(app, "robot@new.example", "seven tall cypresses of Abarkuh"), "access_token");
        let orphan = text(&app.anyone().with_token(&token).post("/api-keys", json!({"name": "k"})).is(201).json(), "secret");
        let orphan = app.anyone().with_token(orphan);
        orphan.get("/customers").is(200);
        owner.delete(&format!("/users/{robot}"), "*").is(204);
        orphan.get("/customers").refuses(401, "unauthorized");
        app.anyone().with_token(&token).get("/customers").refuses(401, "unauthorized");
        let address = format!("/api-keys/{}", made.id());
        app.be(Who::Seller).delete(&address, "*").refuses(403, "forbidden");
        owner.delete(&address, "*").is(204);
        key.get("/customers").refuses(401, "unauthorized");
        owner.get(&address).refuses(404, "not_found");
        owner.post("/api-keys", json!({"name": "k", "expires_at": "2020-01-01T00:00:00Z"})).refuses(422, "invalid").blames("/expires_at", "out_of_range");
        let brief = owner.post("/api-keys", json!({"name": "k", "expires_at": "2999-01-01T00:00:00Z"})).is(201);
        let key = app.anyone().with_token(text(&brief.json(), "secret"));
        key.get("/customers").is(200);
        let past = domain::core::instant::Instant::from_micros(0).unwrap();
        let id: uuid::Uuid = brief.id().parse().unwrap();
        app.write(move |conn| conn.execute(&persistence::sql!("UPDATE api_keys SET expires_at = ? WHERE id = ?", past, id)));
        let other = app.another(&[]);
        key.at(other.address()).get("/customers").refuses(401, "unauthorized");
        assert!(other.stop());
    }

    fn attack_47_a_key_is_good_from_its_networks_and_in_the_header_alone(app: &App) {
        let owner = app.be(Who::Owner);
        let make = |ips: Value| owner.post("/api-keys", json!({"name": "k", "allowed_ips": ips}));
        make(json!(["everywhere"])).refuses(422, "invalid").blames("/allowed_ips/0", "format");
        let far = text(&make(json!(["192.0.2.0/24"])).is(201).json(), "secret");
        app.anyone().with_token(&far).get("/customers").refuses(401, "unauthorized");
        // What a stranger says of his address is not believed (row 45).
        app.anyone().with_token(&far).with("X-Forwarded-For", "192.0.2.7").with("X-Real-IP", "192.0.2.7").get("/customers").refuses(401, "unauthorized");
        let near = text(&make(json!(["127.0.0.0/8", "::1"])).is(201).json(), "secret");
        app.anyone().with_token(&near).get("/customers").is(200);
        app.anyone().list("/customers", &[("access_token", &near)]).refuses(401, "unauthorized");
        app.anyone().with("X-Api-Key", near).get("/customers").refuses(401, "unauthorized");
    }
}
