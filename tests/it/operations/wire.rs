//! How the server speaks: codings, forms, heads, preflights. Rows 13, 45, 48, 50, 51, 58 and 60 of the attack table stand here too.
use serde_json::{Value, json};
use std::time::Duration;
use tests::engine::Engine;
use tests::raw::exchange;
use tests::{App, Who, both};

/// Long enough for a slow machine; a server that answers is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);

both! {
    fn a_server_whose_log_cannot_be_written_goes_on(app: &App) {
        // Every answer is a line.
        let node = app.another(&[("PEYVAND_LOG", "info,access=debug")]);
        let owner = app.be(Who::Owner).at(node.address());
        node.hang_up(|| {
            owner.get("/objects").is(200);
        });
        for _ in 0..3 {
            owner.get("/objects").is(200);
        }
        assert!(node.stop(), "it did not end well");
    }

    fn answers_are_compressed_as_the_client_likes_best(app: &App) {
        let owner = app.be(Who::Owner);
        let plain = owner.with("Accept-Encoding", "identity").get("/objects").is(200);
        assert_eq!(plain.header("content-encoding"), "");
        for (asked, coding) in [("br", "br"), ("zstd", "zstd"), ("gzip;q=0.5, br;q=0.7", "br"), ("gzip;q=0", ""), ("*", "zstd")] {
            let packed = owner.with("Accept-Encoding", asked).get("/objects").is(200);
            assert_eq!(packed.header("content-encoding"), coding, "{asked}");
            assert_eq!(coding.is_empty(), packed.bytes == plain.bytes, "{asked}");
            assert!(packed.header("vary").contains("Accept-Encoding"));
        }
        // The client of the tests unpacks gzip by itself, so that is asked for byte by byte.
        let token = app.token(Who::Owner);
        let asked = format!("GET /api/v1/objects HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nAccept-Encoding: gzip\r\n\r\n");
        let reply = exchange(app.node().address(), asked.as_bytes(), PATIENCE);
        assert!(reply.text.contains("content-encoding: gzip"), "{:?}", reply.statuses());
        let br = owner.with("Accept-Encoding", "br");
        assert_eq!(br.get("/objects/nothing").header("content-encoding"), "", "too small to be worth it");
        assert_eq!(br.get("/auth/sessions").header("content-encoding"), "", "sign-in is never compressed");
    }

    fn only_forms_we_have_are_answered_and_a_refused_write_writes_nothing(app: &App) {
        let owner = app.be(Who::Owner);
        for accept in ["text/html", "application/xml;q=1, text/*", "application/json;q=0, */*"] {
            let picky = owner.with("Accept", accept);
            picky.get("/customers").refuses(406, "not_acceptable");
            picky.post("/groups", json!({"name": "Never"})).refuses(406, "not_acceptable");
        }
        assert!(owner.list("/groups", &[("filter", "name = \"Never\"")]).is(200).data().is_empty());
        let group = owner.post("/groups", json!({"name": "Briefly"})).is(201).id();
        owner.with("Accept", "application/problem+json").delete(&format!("/groups/{group}"), "*").is(204);
        for accept in ["application/json", "application/*", "text/html, */*;q=0.1"] {
            owner.with("Accept", accept).get("/customers").is(200);
        }
    }

    fn other_spellings_of_a_path_are_nothing(app: &App) {
        let owner = app.be(Who::Owner);
        for path in [
            "/api/v1//customers", "//api/v1/customers", "/api/v1/Customers", "/api/v1/customers/", "/api/v1/customers;x",
            "/api/v1/customers/%2e%2e/users", "/api/v1/customers%2f", "/api/v1/customers/%2f..", "/docs/../Cargo.toml", "/docs/%2e%2e/x",
        ] {
            let none = owner.get(path).refuses(404, "not_found");
            assert_eq!(none.header("cache-control"), "no-store");
        }
        let customer = owner.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        for tail in [";a.css", "/x.css", "%2f.."] {
            owner.get(&format!("/customers/{customer}{tail}")).refuses(404, "not_found");
        }
        owner.with("X-HTTP-Method-Override", "DELETE").get(&format!("/customers/{customer}")).is(200);
        owner.get(&format!("/customers/{customer}")).is(200);
    }

    fn heads_beyond_bounds_are_refused(app: &App) {
        let owner = app.be(Who::Owner);
        owner.with("X-Much", "y".repeat(20_000)).get("/customers").refuses(431, "headers_too_large");
        let many = (0..80).fold(owner.with("X-0", "y"), |client, n| client.with(&format!("X-{n}"), "y"));
        many.get("/customers").refuses(431, "headers_too_large");
        owner.get(&format!("/customers?filter={}", "a".repeat(50_000))).refuses(414, "uri_too_long");
        let server = app.node().address();
        let flood = format!("GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: {}\r\n\r\n", "y".repeat(200_000));
        let reply = exchange(server, flood.as_bytes(), PATIENCE);
        assert!(reply.closed && matches!(reply.statuses()[..], [] | [431]), "{:?}", reply.statuses());
    }

    fn what_could_be_smuggled_is_refused_and_the_connection_closed(app: &App) {
        for (name, head) in [
            ("both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde"),
            ("a folded header", "X-A: b\r\n c\r\n\r\n"),
            ("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n"),
        ] {
            let bytes = format!("POST /api/v1/customers HTTP/1.1\r\nHost: x\r\n{head}");
            let reply = exchange(app.node().address(), bytes.as_bytes(), PATIENCE);
            assert_eq!((reply.closed, reply.statuses()), (true, vec![400]), "{name}: {}", reply.text);
        }
    }

    fn traces_and_clients_ids_are_noted_and_spoofed_addresses_are_not(app: &App) {
        let known = "4bf92f3577b34da6a3ce929d0e0e4736";
        let client = app.be(Who::Owner).with("traceparent", format!("00-{known}-00f067aa0ba902b7-01"));
        let client = client.with("Request-Id", "mine-\u{31}").with("X-Forwarded-For", "203.0.113.77").with("X-User-Id", "1");
        let told = client.get("/customers/nothing-\u{31}").is(404);
        let line = app.node().logged(|l| l.contains("nothing-1"));
        let json: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&json["fields"]["trace_id"], &json["fields"]["client_request_id"]), (&json!(known), &json!("mine-1")));
        assert_eq!(json["fields"]["request_id"], told.header("request-id"));
        let token = app.token(Who::Owner);
        client.get("/customers?filter=%1b%5b31m%0aname").is(400);
        app.be(Who::Owner).get("/customers/%1b%5b31m%0ainjected").is(404);
        app.node().logged(|l| l.contains("injected"));
        for line in app.node().log() {
            assert!(!line.contains("203.0.113.77") && !line.contains(&token) && !line.contains('\u{1b}'), "{line}");
            assert!(line.starts_with("listening on ") || serde_json::from_str::<Value>(&line).is_ok(), "{line}");
        }
    }

    fn the_documentation_needs_nobody_else(app: &App) {
        let anyone = app.anyone();
        let page = anyone.get("/docs").is(200);
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'") && !policy.contains("http"), "{policy}");
        let text = page.text();
        assert!(!text.contains("http:") && !text.contains("https:"), "{text}");
        for part in text.split('"').filter(|p| p.starts_with("/docs/")) {
            assert!(!anyone.get(part).is(200).bytes.is_empty(), "{part}");
        }
        assert!(anyone.get("/docs/start.js").is(200).text().contains("/openapi.json"));
        anyone.get("/docs/index.html").is(404);
    }
}

fn page_of_another_origin(app: &App) {
    let asked = |origin: &str| {
        let client = app.anyone().with("Origin", origin).with("Access-Control-Request-Method", "PATCH");
        client.call("OPTIONS", "/customers").is(204)
    };
    let good = asked("https://crm.example");
    assert_eq!(good.header("access-control-allow-origin"), "https://crm.example");
    assert!(good.header("access-control-allow-headers").contains("If-Match"));
    assert!(good.header("access-control-allow-methods").contains("PATCH"));
    assert_eq!(good.header("access-control-max-age"), "7200");
    assert_eq!(good.header("access-control-allow-credentials"), "");
    for bad in [
        "https://evil",
        "null",
        "https://crm.example.evil",
        "http://crm.example",
        "https://crm.example:8443",
    ] {
        assert_eq!(asked(bad).header("access-control-allow-origin"), "", "{bad}");
    }
    let read = app.anyone().with("Origin", "https://crm.example").get("/customers").is(401);
    assert!(read.header("access-control-expose-headers").contains("ETag"));
    assert!(
        read.header("strict-transport-security").starts_with("max-age=63072000"),
        "the address is https"
    );
    app.anyone().get("/docs").is(404);
}

/// Origins, an https address, and documentation switched off: what a server is told at its start.
#[test]
fn what_the_server_is_told_at_its_start_holds() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let settings = [
            ("PEYVAND_ORIGINS", "https://crm.example"),
            ("PEYVAND_BASE_URL", "https://api.crm.example"),
            ("PEYVAND_DOCS", "off"),
        ];
        page_of_another_origin(&App::with(engine, &settings));
    }
}
