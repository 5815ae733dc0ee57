//! Bodies that are too deep, too wide, too large, ambiguous or of the wrong kind.
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tests::probe::digest;
use tests::{App, Client, Who, both, within};

const KIND: &str = "application/json";

fn post(client: &Client<'_>, body: &str) -> tests::Answer {
    client.send("POST", "/customers", KIND, body.as_bytes())
}

/// Announces more than a body may be, and sends the beginning of it: it is refused before the rest is heard.
fn too_large(app: &App, body: &str) {
    let head = format!(
        "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        app.token(Who::Owner),
        body.len()
    );
    answered(app, format!("{head}{}", &body[..64 << 10]).as_bytes(), "HTTP/1.1 413");
}

/// Sends bytes, and looks how the answer begins, which comes before they have an end.
fn answered(app: &App, bytes: &[u8], begins: &str) {
    let mut stream = TcpStream::connect(app.node().address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // A server that has heard enough may close while we still send.
    let _ = stream.write_all(bytes);
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(std::str::from_utf8(&start), Ok(begins));
}

both! {
    fn attack_20_what_is_too_deep_too_wide_or_no_number_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let before = (digest(app), app.node().memory());
        let nested = format!("{{\"kind\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let objects = "{\"a\":".repeat(10_000);
        for deep in [&nested, &objects] {
            within(Duration::from_millis(100), || post(&owner, deep).refuses(400, "invalid_json"));
        }
        let members = |n: usize| format!("{{{}}}", (0..n).map(|n| format!("\"m{n}\":1")).collect::<Vec<_>>().join(","));
        // As many as fit into a body, and the million that do not.
        let (wide, wider) = (members(60_000), members(1_000_000));
        let refused = within(Duration::from_millis(200), || post(&owner, &wide).refuses(422, "invalid"));
        assert_eq!(refused.json()["errors"].as_array().unwrap().len(), 100, "as many errors as the contract says");
        within(Duration::from_millis(100), || too_large(app, &wider));
        let long = format!("{{\"notes\":\"{}\"}}", "x".repeat(1 << 20));
        within(Duration::from_millis(100), || post(&owner, &long).refuses(413, "payload_too_large"));
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
        for number in ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "1.5", "1e3"] {
            let body = format!("{{\"limit\": {number}}}");
            let refused = owner.send("POST", "/customers/search", KIND, body.as_bytes());
            assert!(matches!(refused.status, 400 | 422), "{refused:?}");
        }
        assert_eq!(digest(app), before.0);
        let more = app.node().memory().saturating_sub(before.1);
        assert!(more < 96 << 20, "{more} bytes more");
    }

    fn attack_20_a_body_of_11_mb_is_not_read_to_its_end(app: &App) {
        let head = format!(
            "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
            app.token(Who::Owner)
        );
        let told = format!("{head}Content-Length: 11534336\r\n\r\n{{");
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        // Of the second one neither the length is told nor the end ever sent.
        for body in [told, format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(176))] {
            answered(app, body.as_bytes(), "HTTP/1.1 413");
        }
        app.be(Who::Owner).get("/customers").is(200);
    }

    fn attack_21_a_member_that_stands_twice_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        for twice in [
            r#"{"kind": "person", "family_name": "a", "family_name": "b"}"#,
            r#"{"kind": "person", "family_name": "a", "family\u005fname": "b"}"#,
            r#"{"kind": "person", "family_name": "a", "external_ids": {"erp": "1", "erp": "2"}}"#,
            r#"{"kind": "person", "family_name": "a", "contact_points": [{"kind": "email", "value": "a@x.example", "value": "b@x.example"}]}"#,
            r#"{"kind": "person", "family_name": "a", "family_name": "a"}"#,
        ] {
            post(&owner, twice).refuses(400, "duplicate_member");
        }
        owner.send("POST", "/customers/search", KIND, br#"{"limit": 1, "limit": 2}"#).refuses(400, "duplicate_member");
        let made = owner.post("/customers", json!({"kind": "person", "family_name": "x"})).is(201).id();
        let patch = owner.with("If-Match", "*").send("PATCH", &format!("/customers/{made}"), KIND, br#"{"notes": "a", "notes": "b"}"#);
        patch.refuses(400, "duplicate_member");
        let login = br#"{"email": "a@x.example", "email": "b@x.example", "password": "x"}"#;
        app.anyone().send("POST", "/auth/login", KIND, login).refuses(400, "duplicate_member");
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
        let (long, nines) = (format!("{}!", "a".repeat(100_000)), format!("{}x", "9".repeat(100_000)));
        let (dots, mail) = ("a.".repeat(50_000), format!("{}@{}", "a".repeat(50_000), "a.".repeat(25_000)));
        let refused = |body: &Value| within(Duration::from_millis(50), || owner.post("/customers", body.clone()).refuses(422, "invalid"));
        for (kind, value) in [
            ("email", &long), ("email", &mail), ("email", &dots), ("mobile", &nines), ("phone", &long), ("phone", &nines), ("fax", &nines), ("website", &long),
            ("website", &dots), ("social", &long),
        ] {
            let answer = refused(&json!({"kind": "person", "family_name": "x", "contact_points": [{"kind": kind, "value": value}]}));
            assert!(answer.json()["errors"][0]["pointer"].as_str().unwrap().starts_with("/contact_points/0"), "{answer:?}");
        }
        for member in ["family_name", "national_id", "country", "notes"] {
            let mut body = json!({"kind": "person", "family_name": "x"});
            body[member] = json!(long);
            refused(&body).blames(&format!("/{member}"), "too_long");
        }
        refused(&json!({"kind": "person", "family_name": "x", "bank_accounts": [{"iban": long}]}));
        refused(&json!({"kind": "person", "family_name": "x", "birth_date": nines}));
        refused(&json!({"kind": "person", "family_name": "x", "external_ids": {"erp": long}}));
        refused(&json!({"kind": "person", "family_name": "x", "external_ids": {long.as_str(): "1"}}));
    }

    fn attack_52_a_files_name_is_a_name_and_no_path(app: &App) {
        let owner = app.be(Who::Owner);
        let inside = std::fs::read_dir(app.data()).unwrap().count();
        let import = |name: &str| crate::imports::announce(&owner, json!({"file_name": name}));
        for path in ["..\\..\\x", "../../x", "/etc/x", "C:\\x", "a\0b", "a\nb", "a\r\nSet-Cookie: x=1", "..", ".", "invoice\u{202E}fdp.exe", "\u{2066}a"] {
            import(path).refuses(422, "invalid").blames("/file_name", "forbidden_character");
        }
        import(&"x".repeat(300)).refuses(422, "invalid").blames("/file_name", "too_long");
        // What is a name only is kept as it is and never used: the file lies under the import's id.
        for name in ["CON", "nul.csv", "~", "-rf", "$(reboot).csv", "%2e%2e%2fx", "مشتریان\u{200C}ها.csv", &"x".repeat(255)] {
            let made = import(name).is(201);
            assert_eq!(made.json()["file_name"], name);
            owner.send("PUT", &format!("/imports/{}/data", made.id()), "text/csv", b"family_name\nx\n").is(200);
            assert!(app.data().join("imports").join(made.id()).exists(), "the file is elsewhere");
            let results = owner.get(&format!("/imports/{}/results?format=csv", made.id())).is(200);
            assert_eq!(results.header("content-disposition"), "attachment; filename=\"results.csv\"");
        }
        assert_eq!(std::fs::read_dir(app.data().join("imports")).unwrap().count(), 8);
        assert_eq!(std::fs::read_dir(app.data()).unwrap().count(), inside + 1, "the folder of imports, and nothing else");
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
