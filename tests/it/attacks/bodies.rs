//! Bodies that are too deep, too wide, too large, ambiguous or of the wrong kind.
use serde_json::json;
use std::time::{Duration, Instant};
use tests::probe::digest;
use tests::{Client, Who, both, raw};

const KIND: &str = "application/json";

fn post(client: &Client<'_>, body: &str) -> tests::Answer {
    client.send("POST", "/customers", KIND, body.as_bytes())
}

both! {
    fn attack_20_what_is_too_deep_too_wide_or_no_number_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let before = digest(app);
        let started = Instant::now();
        let nested = format!("{{\"kind\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        post(&owner, &nested).refuses(400, "invalid_json");
        let objects = "{\"a\":".repeat(10_000);
        post(&owner, &objects).refuses(400, "invalid_json");
        let wide: Vec<String> = (0..60_000).map(|n| format!("\"m{n}\":1")).collect();
        let refused = post(&owner, &format!("{{{}}}", wide.join(","))).refuses(422, "invalid");
        assert!(refused.json()["errors"].as_array().unwrap().len() <= 100, "as many errors as the contract says");
        post(&owner, &format!("{{\"notes\":\"{}\"}}", "x".repeat(1 << 20))).refuses(413, "payload_too_large");
        for wrong in [
            r#"{"family_name": 1e400}"#, r#"{"family_name": "\ud800"}"#, r#"{"family_name": NaN}"#, r#"{"family_name": 'x'}"#, "{", "", "{} {}",
            r#"{"a": 1,}"#, "\u{feff}{}", r#"{"family_name": "a	b"}"#,
        ] {
            post(&owner, wrong).refuses(400, "invalid_json");
        }
        let mut latin1 = br#"{"kind": "person", "family_name": ""#.to_vec();
        latin1.extend([0xe9, b'"', b'}']);
        owner.send("POST", "/customers", KIND, &latin1).refuses(400, "invalid_json");
        for wrong in ["[]", "null", "1", "\"x\"", "true"] {
            post(&owner, wrong).refuses(422, "invalid");
        }
        post(&owner, r#"{"kind": "person", "family_name": 9223372036854775808}"#).refuses(422, "invalid").blames("/family_name", "wrong_type");
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(digest(app), before);
    }

    fn attack_20_a_body_of_11_mb_is_not_read_to_its_end(app: &App) {
        let head = format!(
            "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
            app.token(Who::Owner)
        );
        let told = format!("{head}Content-Length: 11534336\r\n\r\n{{");
        let reply = raw::exchange(app.node().address(), told.as_bytes(), Duration::from_secs(10));
        assert_eq!(reply.statuses(), [413], "{reply:?}");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        let untold = format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(176));
        let reply = raw::exchange(app.node().address(), untold.as_bytes(), Duration::from_secs(10));
        assert_eq!(reply.statuses().first(), Some(&413), "{reply:?}");
        app.be(Who::Owner).get("/customers").is(200);
    }

    fn attack_21_a_member_that_stands_twice_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        for twice in [
            r#"{"kind": "person", "family_name": "a", "family_name": "b"}"#,
            r#"{"kind": "person", "family_name": "a", "family\u005fname": "b"}"#,
            r#"{"kind": "person", "family_name": "a", "external_ids": {"erp": "1", "erp": "2"}}"#,
        ] {
            post(&owner, twice).refuses(400, "duplicate_member");
        }
        owner.send("POST", "/customers/search", KIND, br#"{"limit": 1, "limit": 2}"#).refuses(400, "duplicate_member");
    }

    fn attack_22_values_of_another_type_are_refused_where_they_stand(app: &App) {
        let owner = app.be(Who::Owner);
        let price = json!({"object": "customers", "name": "price", "label_en": "Price", "label_fa": "بها", "kind": "money"});
        owner.post("/custom-fields", price).is(201);
        let before = digest(app);
        for (member, value, at, code) in [
            ("family_name", json!(true), "/family_name", "wrong_type"),
            ("family_name", json!(["a"]), "/family_name", "wrong_type"),
            ("family_name", json!({"$ne": 1}), "/family_name", "wrong_type"),
            ("id", json!({"$ne": 1}), "/id", "read_only"),
            ("interests", json!("فولاد"), "/interests", "wrong_type"),
            ("interests", json!([1]), "/interests/0", "wrong_type"),
            ("birth_date", json!(19840512), "/birth_date", "wrong_type"),
            ("birth_date", json!("1984-5-12"), "/birth_date", "format"),
            ("birth_date", json!("1984-02-30"), "/birth_date", "format"),
            ("gender", json!("FEMALE"), "/gender", "not_allowed"),
            ("referrer_id", json!(7), "/referrer_id", "wrong_type"),
            ("referrer_id", json!("7"), "/referrer_id", "format"),
            ("contact_points", json!({}), "/contact_points", "wrong_type"),
            ("contact_points", json!([{"kind": "email", "value": 7}]), "/contact_points/0/value", "wrong_type"),
            ("external_ids", json!({"erp": 7}), "/external_ids/erp", "wrong_type"),
            ("external_ids", json!(["erp"]), "/external_ids", "wrong_type"),
            ("custom", json!([]), "/custom", "wrong_type"),
            ("custom", json!({"price": {"amount": "1e3", "currency": "IRR"}}), "/custom/price", "format"),
            ("custom", json!({"price": {"amount": 1000, "currency": "IRR"}}), "/custom/price", "format"),
            ("custom", json!({"price": "1000"}), "/custom/price", "wrong_type"),
        ] {
            let mut body = json!({"kind": "person", "family_name": "کریمی"});
            body[member] = value;
            owner.post("/customers", body).refuses(422, "invalid").blames(at, code);
        }
        assert_eq!(digest(app), before);
    }

    fn attack_25_long_nonsense_is_refused_in_no_time(app: &App) {
        let owner = app.be(Who::Owner);
        let long = format!("{}!", "a".repeat(100_000));
        let nines = format!("{}x", "9".repeat(100_000));
        let started = Instant::now();
        for (kind, value) in [("email", &long), ("mobile", &nines), ("website", &long), ("social", &long), ("phone", &long)] {
            let body = json!({"kind": "person", "family_name": "x", "contact_points": [{"kind": kind, "value": value}]});
            let refused = owner.post("/customers", body).refuses(422, "invalid");
            assert!(refused.json()["errors"][0]["pointer"].as_str().unwrap().starts_with("/contact_points/0"), "{refused:?}");
        }
        for member in ["family_name", "national_id", "country", "notes"] {
            let mut body = json!({"kind": "person", "family_name": "x"});
            body[member] = json!(long);
            owner.post("/customers", body).refuses(422, "invalid").blames(&format!("/{member}"), "too_long");
        }
        let iban = json!({"kind": "person", "family_name": "x", "bank_accounts": [{"iban": long}]});
        owner.post("/customers", iban).refuses(422, "invalid");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }

    fn attack_52_a_text_that_turns_its_direction_is_no_identifier(app: &App) {
        let owner = app.be(Who::Owner);
        for turn in ["\u{202E}", "\u{2066}", "\u{202A}"] {
            let mail = json!([{"kind": "email", "value": format!("ali{turn}@yazd.example")}]);
            owner.post("/customers", json!({"kind": "person", "family_name": "x", "contact_points": mail})).is(422);
            let national = json!({"kind": "person", "family_name": "x", "national_id": format!("04993{turn}70899")});
            owner.post("/customers", national).is(422);
        }
        // A half-space is a letter of Persian, and stays.
        let made = owner.post("/customers", json!({"kind": "person", "family_name": "نیک\u{200C}پور"})).is(201);
        assert_eq!(made.json()["family_name"], "نیک\u{200C}پور");
    }
}
