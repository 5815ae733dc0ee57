//! HTTP itself, used against us: smuggling, tricks with paths and methods, foreign origins, forged cursors, stolen keys.
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tests::probe::digest;
use tests::{App, Who, both, raw};

const PATIENCE: Duration = Duration::from_secs(15);

/// Sends a request by the owner, byte by byte but for its credential.
fn owner(app: &App, lines: &str, body: &str) -> raw::Reply {
    let token = app.token(Who::Owner);
    let bytes = format!("{lines}\r\nHost: peyvand.test\r\nAuthorization: Bearer {token}\r\n{body}");
    raw::exchange(app.node().address(), bytes.as_bytes(), PATIENCE)
}

both! {
    fn attack_13_paths_and_methods_are_taken_as_they_are(app: &App) {
        let made = app.be(Who::Owner).post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201);
        let before = digest(app);
        let id = made.id();
        for path in [
            "/api/v1//customers", "//api/v1/customers", "/api/v1/customers/", "/api/v1/Customers", "/API/v1/customers", "/api/v1/customers%2f",
            "/api/v1/customers/%2e%2e/users", "/api/v1/customers/../users", "/api/v1/./customers", "/api/v1/customers;x=1", "/api/v1/customers%00",
            "/api/v1/customers%3flimit=1", "/api/v1/customers.json", "/api/v2/customers", "/api/v1/users/..%2fcustomers",
        ] {
            let reply = owner(app, &format!("GET {path} HTTP/1.1"), "Connection: close\r\n\r\n");
            assert_eq!(reply.statuses(), [404], "{path}: {reply:?}");
        }
        let address = format!("/customers/{id}");
        for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"] {
            app.be(Who::Owner).with(name, "DELETE").get(&address).is(200);
            app.be(Who::Owner).with(name, "DELETE").with("If-Match", "*").send("POST", &address, "application/json", b"{}").is(405);
        }
        app.be(Who::Owner).get(&format!("{address}?_method=DELETE")).refuses(400, "unknown_parameter");
        assert_eq!(digest(app), before);
    }

    fn attack_45_headers_of_a_proxy_are_not_believed_from_a_stranger(app: &App) {
        let id = app.people.users[&Who::Owner].to_string();
        for name in ["X-User-Id", "X-Remote-User", "X-Forwarded-User", "X-Api-Key", "Cookie"] {
            app.anyone().with(name, &id).get("/customers").refuses(401, "unauthorized");
        }
        let limited = app.another(&[("PEYVAND_RATE_LIMITS", "default=5/3600")]);
        let mut statuses = Vec::new();
        for n in 0..8 {
            let (ip, forwarded) = (format!("203.0.113.{n}"), format!("for=203.0.113.{n}"));
            let stranger = app.anyone().at(limited.address()).with("X-Forwarded-For", &ip).with("X-Real-IP", &ip).with("Forwarded", &forwarded);
            let answer = stranger.get("/customers");
            if answer.status == 429 {
                assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0, "{answer:?}");
                answer.clone().refuses(429, "rate_limited");
            }
            statuses.push(answer.status);
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
        app.anyone().at(limited.address()).get("/health/live").is(200);
    }

    fn attack_48_a_request_has_one_length(app: &App) {
        let before = digest(app);
        let hidden = "GET /api/v1/users HTTP/1.1\r\nHost: x\r\n\r\n";
        let kind = "Content-Type: application/json\r\n";
        let cases = [
            ("both lengths", format!("{kind}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
            ("both lengths, the other way", format!("{kind}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n{hidden}")),
            ("two lengths", format!("{kind}Content-Length: 2\r\nContent-Length: {}\r\n\r\n{{}}{hidden}", hidden.len() + 2)),
            ("a list of lengths", format!("{kind}Content-Length: 2, 2\r\n\r\n{{}}{hidden}")),
            ("a signed length", format!("{kind}Content-Length: +2\r\n\r\n{{}}{hidden}")),
            ("an unknown coding", format!("{kind}Transfer-Encoding: xchunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{hidden}")),
            ("a folded header", format!("{kind}X-Long: a\r\n b\r\nContent-Length: 2\r\n\r\n{{}}{hidden}")),
            ("a space before the colon", format!("{kind}Content-Length : 2\r\n\r\n{{}}{hidden}")),
            ("a length of letters", format!("{kind}Content-Length: 0x2\r\n\r\n{{}}{hidden}")),
            ("two codings", format!("{kind}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}")),
            ("chunked, but not at last", format!("{kind}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n{hidden}")),
            ("a bare line feed", format!("{kind}X-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
            ("bare line feeds at the end of the head", format!("{kind}Content-Length: 2\n\n{{}}{hidden}")),
            ("a bare carriage return", format!("{kind}X-A: b\rContent-Length: 2\r\n\r\n{{}}{hidden}")),
            ("a null in a header", format!("{kind}X-A: b\0\r\nContent-Length: 2\r\n\r\n{{}}{hidden}")),
            ("a chunk of no number", format!("{kind}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n{hidden}")),
        ];
        for (name, body) in cases {
            let reply = owner(app, "POST /api/v1/customers HTTP/1.1", &body);
            let statuses = reply.statuses();
            assert!(reply.closed, "{name}: the connection stays open: {reply:?}");
            // Where the length breaks in the middle of a body, closing is all the answer there can be.
            let broken = name == "a chunk of no number" && statuses.is_empty();
            assert!(broken || statuses == [400], "{name}: {reply:?}");
        }
        assert_eq!(digest(app), before);
        app.be(Who::Owner).get("/customers").is(200);
    }

    fn attack_50_other_origins_are_told_nothing(app: &App) {
        let ours = "https://crm.example";
        let node = app.another(&[("PEYVAND_ORIGINS", ours)]);
        let client = app.be(Who::Owner).at(node.address());
        for origin in ["https://evil.example", "null", "https://crm.example.evil", "http://crm.example", "https://crm.example:444",
                       "https://crm.exampl", "https://xcrm.example", "*"] {
            for answer in [client.with("Origin", origin).get("/customers"), client.with("Origin", origin).call("OPTIONS", "/customers")] {
                assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}: {answer:?}");
                assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{origin}: {answer:?}");
            }
        }
        let known = client.with("Origin", ours).get("/customers").is(200);
        assert_eq!(known.header("access-control-allow-origin"), ours);
        assert!(known.header("vary").contains("Origin"));
        assert!(known.header("access-control-expose-headers").contains("ETag"));
    }

    fn attack_51_no_cache_is_led_to_keep_what_is_private(app: &App) {
        let owner = app.be(Who::Owner);
        let id = owner.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        for tail in ["/x.css", ";a.css", "%2fx.css", ".css", "%2f..", "%0a.css", "%23.css", "/..%2fx.js"] {
            let answer = owner.get(&format!("/customers/{id}{tail}")).refuses(404, "not_found");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(!answer.text().contains("کریمی"));
        }
    }

    fn attack_54_an_idempotency_key_is_ones_own_and_has_one_effect(app: &App) {
        let body = json!({"kind": "person", "family_name": "کریمی"});
        let keyed = |who| app.be(who).with("Idempotency-Key", "a-shared.key:1");
        let (first, stolen) = (keyed(Who::Owner).post("/customers", body.clone()).is(201), keyed(Who::Seller).post("/customers", body.clone()).is(201));
        assert_ne!(first.id(), stolen.id());
        assert_eq!(stolen.header("idempotency-replayed"), "");
        keyed(Who::Owner).post("/customers", json!({"kind": "person", "family_name": "x"})).refuses(422, "idempotency_key_reused");
        // The same key on another address is another request.
        keyed(Who::Owner).post("/groups", json!({"name": "گروه"})).is(201);
        for wrong in ["", "a b", "ک", &"k".repeat(256), "a\"b"] {
            app.be(Who::Owner).with("Idempotency-Key", wrong).post("/customers", body.clone()).refuses(400, "invalid_parameter");
        }
        let before = app.be(Who::Owner).all("/customers", &[]).len();
        let racing = app.be(Who::Owner).with("Idempotency-Key", "raced");
        let answers: Vec<_> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..50).map(|_| scope.spawn(|| racing.post("/customers", body.clone()))).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let ids: BTreeSet<String> = answers.iter().filter(|a| a.status == 201).map(|a| a.id()).collect();
        assert_eq!(ids.len(), 1, "one effect");
        for other in answers.into_iter().filter(|a| a.status != 201) {
            other.refuses(409, "idempotency_in_flight");
        }
        assert_eq!(app.be(Who::Owner).all("/customers", &[]).len(), before + 1);
    }

    fn attack_57_a_cursor_belongs_to_its_list_and_its_reader(app: &App) {
        let owner = app.be(Who::Owner);
        for n in 0..5 {
            owner.post("/customers", json!({"kind": "person", "family_name": format!("کریمی {n}")})).is(201);
            owner.post("/groups", json!({"name": format!("گروه {n}")})).is(201);
        }
        let page = |address: &str, query: &[(&str, &str)]| owner.list(address, &[query, &[("limit", "2")]].concat()).is(200).json();
        let cursor = page("/customers", &[])["page"]["next_cursor"].as_str().unwrap().to_owned();
        owner.list("/customers", &[("cursor", &cursor)]).is(200);
        let refused = |who, address: &str, query: &[(&str, &str)]| {
            app.be(who).list(address, query).refuses(400, "cursor_mismatch");
        };
        refused(Who::Branch, "/customers", &[("cursor", &cursor)]);
        refused(Who::Owner, "/groups", &[("cursor", &cursor)]);
        refused(Who::Owner, "/customers", &[("cursor", &cursor), ("filter", "city = \"x\"")]);
        refused(Who::Owner, "/customers", &[("cursor", &cursor), ("sort", "display_name")]);
        refused(Who::Owner, "/customers", &[("cursor", &cursor), ("q", "کریمی")]);
        refused(Who::Owner, "/customers", &[("cursor", &cursor), ("include_deleted", "true")]);
        for cut in 0..cursor.len() {
            refused(Who::Owner, "/customers", &[("cursor", &cursor[..cut])]);
        }
        for at in [0, 10, cursor.len() / 2, cursor.len() - 2] {
            let mut forged = cursor.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            refused(Who::Owner, "/customers", &[("cursor", std::str::from_utf8(&forged).unwrap())]);
        }
        for forged in ["W10", "AAAAAAAAAAAAAAAAAAAAAFtdXQ", "null", "0", "' OR 1=1", "../../x"] {
            refused(Who::Owner, "/customers", &[("cursor", forged)]);
        }
        owner.list("/customers", &[("cursor", &"A".repeat(5000))]).is(400);
        let huge = super::wire::owner(app, &format!("GET /api/v1/customers?cursor={} HTTP/1.1", "A".repeat(1 << 20)), "\r\n");
        assert!(huge.closed && matches!(huge.statuses()[..], [400 | 414 | 431]), "{huge:?}");
        let body = json!({"cursor": "A".repeat(60_000)});
        assert!(matches!(owner.post("/customers/search", body).status, 400 | 422));
        assert_eq!(page("/customers", &[])["page"]["has_more"], Value::Bool(true));
    }
}
