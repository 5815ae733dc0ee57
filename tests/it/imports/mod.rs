//! Imports: files of records in, through the real program.
mod cards;
mod files;
mod rows;
mod samples;
mod taking_back;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::records::fresh;
use tests::{Answer, App, Client, Who};

/// Announces an import; `more` over the usual.
pub fn announce(client: &Client<'_>, more: Value) -> Answer {
    let mut body = json!({"object": "customers", "format": "csv", "mode": "create"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let key = format!("import-{}-{}", std::process::id(), fresh());
    client.with("Idempotency-Key", key).post("/imports", body)
}

/// Announces an import and sends its file; its id.
pub fn uploaded(client: &Client<'_>, more: Value, file: &[u8]) -> String {
    let id = announce(client, more).is(201).id();
    client.send("PUT", &format!("/imports/{id}/data"), "text/csv", file).is(200);
    id
}

/// Looks until the import has ended.
pub fn ended(client: &Client<'_>, id: &str) -> Value {
    until(client, id, |import| {
        !matches!(import["state"].as_str(), Some("uploaded" | "running"))
    })
}

/// Looks until something is so.
pub fn until(client: &Client<'_>, id: &str, so: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let import = client.get(&format!("/imports/{id}")).is(200).json();
        if so(&import) {
            return import;
        }
        assert!(Instant::now() < end, "it does not come to that: {import}");
        std::thread::yield_now();
    }
}

/// Runs an import to its end.
pub fn done(app: &App, more: Value, file: &[u8]) -> Value {
    let owner = app.be(Who::Owner);
    let id = uploaded(&owner, more, file);
    owner.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
    ended(&owner, &id)
}

/// The rows of an outcome, as the report tells them.
pub fn told(client: &Client<'_>, id: &str, status: &str) -> Vec<Value> {
    let text = client
        .get(&format!("/imports/{id}/results?status={status}&format=ndjson"))
        .is(200)
        .text();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// That what was read is the sum of the rest.
pub fn add_up(import: &Value) {
    let count = |name: &str| import["counts"][name].as_i64().unwrap();
    let rest: i64 = ["created", "updated", "unchanged", "skipped", "failed"].map(count).iter().sum();
    assert_eq!(count("read"), rest, "{import}");
}
