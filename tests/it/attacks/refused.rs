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
}
