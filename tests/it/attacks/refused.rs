//! What is refused, for whatever reason, leaves nothing behind.
use serde_json::json;
use std::collections::BTreeMap;
use tests::probe::{ONES_OWN, address, call, digest};
use tests::records::{made, writable};
use tests::{Who, both};

/// How a request can be refused.
const REFUSED: [u16; 9] = [400, 401, 403, 404, 409, 412, 415, 422, 428];

both! {
    fn attack_15_nothing_is_written_before_all_is_allowed(app: &App) {
        let records: Vec<(String, String)> = writable(app).into_iter().map(|spec| (format!("/api/v1{}", spec.path), made(app, spec).id())).collect();
        let before = digest(app);
        let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
        let owner = app.be(Who::Owner);
        for operation in app.contract().operations().iter().filter(|o| o.method != "GET" && !ONES_OWN.contains(&o.id())) {
            let id = records.iter().find(|(path, _)| operation.path.starts_with(&format!("{path}/"))).map(|(_, id)| id.clone());
            let at = address(operation, &id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string()), &[("system", "erp"), ("value", "none")]);
            let mut answers = Vec::new();
            if !operation.is_open() {
                answers.extend([app.anyone(), app.anyone().with_token("pvd_live_00000000_x"), app.be(Who::Powerless)].map(|client| call(&client, operation, &at)));
            }
            let versioned = operation.parameters("header").contains(&"If-Match") && !operation.path.ends_with("{value}");
            if versioned {
                // Without its version, and with another one.
                answers.push(owner.send(operation.method, &at, operation.body().map_or("", |(kind, _)| kind), b"{}"));
                answers.push(owner.with("If-Match", "\"999\"").send(operation.method, &at, operation.body().map_or("", |(kind, _)| kind), b"{}"));
            }
            if let Some((kind, example)) = operation.body().filter(|(kind, _)| kind.contains("json")) {
                let keyed = owner.with("Idempotency-Key", format!("refused-{}", operation.id())).with("If-None-Match", if operation.method == "PUT" { "*" } else { "" });
                let keyed = if versioned { keyed.with("If-Match", "*") } else { keyed };
                let mut more = example.clone();
                more["no_such_member"] = json!(1);
                let twice = format!("{{\"a\":1,\"a\":2,{}", example.to_string().trim_start_matches('{'));
                for (kind, body) in [(kind, "{".to_owned()), (kind, more.to_string()), (kind, "[]".to_owned()), (kind, twice), ("text/plain", example.to_string())] {
                    answers.push(keyed.send(operation.method, &at, kind, body.as_bytes()));
                }
            }
            for answer in answers {
                assert!(REFUSED.contains(&answer.status), "{answer:?}");
                *seen.entry(answer.status).or_default() += 1;
            }
        }
        for status in REFUSED.iter().filter(|status| !matches!(status, 404 | 409)) {
            assert!(seen.get(status).is_some_and(|n| *n >= 10), "too few of {status}: {seen:?}");
        }
        assert_eq!(digest(app), before, "after {seen:?}");
        // The digest is one that would have told.
        owner.patch(&format!("{}/{}", records[0].0, records[0].1), "*", json!({"external_ids": {"erp": "seen"}})).is(200);
        assert_ne!(digest(app), before);
    }

    fn attack_31_an_address_brings_no_header_into_a_mail(app: &App) {
        let owner = app.be(Who::Owner);
        let before = digest(app);
        for wrong in ["a@x.example\r\nBcc: b@x.example", "a@x.example\nSubject: y", "a@x.example, b@x.example", "\"a\" <a@x.example>", "a@x.example%0d%0aBcc: b"] {
            owner.post("/users", json!({"name": "A", "email": wrong, "role_ids": []})).refuses(422, "invalid");
            let points = json!([{"kind": "email", "value": wrong}]);
            owner.post("/customers", json!({"kind": "person", "family_name": "x", "contact_points": points})).refuses(422, "invalid");
            app.anyone().post("/auth/password/reset-request", json!({"email": wrong})).refuses(422, "invalid");
        }
        // A name that goes into a letter.
        owner.post("/users", json!({"name": "A\r\nBcc: b@x.example", "email": "a@x.example", "role_ids": []})).refuses(422, "invalid");
        assert_eq!(digest(app), before);
    }

    fn attack_49_another_sites_form_moves_nothing(app: &App) {
        let form = |client: &tests::Client<'_>, method: &str, address: &str, kind: &str, body: &str| {
            client.with("Origin", "https://evil.example").with("Sec-Fetch-Site", "cross-site").send(method, address, kind, body.as_bytes())
        };
        let sign_in = json!({"email": Who::Seller.email(), "password": tests::people::PASSWORD}).to_string();
        let customer = json!({"kind": "person", "family_name": "x"}).to_string();
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            // What a form can send is not taken, whoever has signed in.
            form(&app.anyone(), "POST", "/auth/login", kind, &sign_in).refuses(415, "unsupported_media_type");
            form(&app.anyone(), "POST", "/auth/refresh", kind, "{}").refuses(415, "unsupported_media_type");
            form(&app.be(Who::Owner), "POST", "/customers", kind, &customer).refuses(415, "unsupported_media_type");
        }
        // No cookie is ever given, and none is a credential.
        let signed = app.anyone().send("POST", "/auth/login", "application/json", sign_in.as_bytes()).is(200);
        assert_eq!(signed.header("set-cookie"), "");
        let text = |member: &str| signed.json()[member].as_str().unwrap().to_owned();
        let cookie = format!("access_token={}; refresh_token={}", text("access_token"), text("refresh_token"));
        let baked = app.anyone().with("Cookie", cookie);
        form(&baked, "POST", "/customers", "application/json", &customer).refuses(401, "unauthorized");
        form(&baked, "POST", "/auth/refresh", "application/json", "{}").refuses(422, "invalid");
        let answer = form(&app.be(Who::Owner), "OPTIONS", "/customers", "", "");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert!(app.be(Who::Owner).all("/customers", &[]).iter().all(|c| c["family_name"] != "x"));
    }
}
