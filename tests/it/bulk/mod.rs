//! Bulk actions: one change to many records, through the real program.
mod actions;
mod refused;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{Answer, Client};

/// Starts a bulk action on customers.
pub fn start(client: &Client<'_>, which: Value, action: Value) -> Answer {
    client.post("/bulk-actions", body(which, action))
}

/// The body of a bulk action on customers; `which` over the usual.
pub fn body(which: Value, action: Value) -> Value {
    let mut body = json!({"object": "customers", "action": action});
    body.as_object_mut().unwrap().extend(which.as_object().unwrap().clone());
    body
}

/// Looks until something is so.
pub fn until(client: &Client<'_>, id: &str, so: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let action = client.get(&format!("/bulk-actions/{id}")).is(200).json();
        if so(&action) {
            return action;
        }
        assert!(Instant::now() < end, "it does not come to that: {action}");
        std::thread::yield_now();
    }
}

/// Runs a bulk action on customers to its end.
pub fn done(client: &Client<'_>, which: Value, action: Value) -> Value {
    ended(client, &start(client, which, action).is(202).id())
}

/// Looks until it has ended.
pub fn ended(client: &Client<'_>, id: &str) -> Value {
    let action = until(client, id, |action| action["state"] != "running");
    add_up(&action);
    action
}

/// Undoes it to the end.
pub fn undone(client: &Client<'_>, id: &str) -> Value {
    client.act(&format!("/bulk-actions/{id}/undo"), "*").is(202);
    until(client, id, |action| action["undo"]["done"] == json!(true))["undo"].clone()
}

/// That what was tried is the sum of the rest.
pub fn add_up(action: &Value) {
    let count = |name: &str| action["counts"][name].as_i64().unwrap();
    let rest: i64 = ["done", "unchanged", "skipped", "failed"].map(count).iter().sum();
    assert_eq!(count("tried"), rest, "{action}");
}

/// The records of an outcome, as the report tells them; all where it is empty.
pub fn told(client: &Client<'_>, id: &str, status: &str) -> Vec<Value> {
    let status = if status.is_empty() {
        String::new()
    } else {
        format!("&status={status}")
    };
    let text = client
        .get(&format!("/bulk-actions/{id}/results?format=ndjson{status}"))
        .is(200)
        .text();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
