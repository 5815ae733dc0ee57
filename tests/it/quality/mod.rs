//! How good the data is, through the real program.
mod sources;
mod suggestions;
mod values;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{App, Client, Who};

/// A customer; its id.
pub fn customer(client: &Client<'_>, body: Value) -> String {
    let mut all = json!({"kind": "person"});
    for (name, value) in body.as_object().unwrap() {
        all[name] = value.clone();
    }
    client.with("Skip-Duplicate-Check", "true").post("/customers", all).is(201).id()
}

/// Looks until something is so.
#[track_caller]
pub fn until<T>(mut look: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        match look() {
            Ok(found) => return found,
            Err(is) => assert!(Instant::now() < end, "it does not come to that: {is}"),
        }
        std::thread::yield_now();
    }
}

/// Begins a job as the owner, and waits for its end; what it says.
#[track_caller]
pub fn job(app: &App, address: &str) -> Value {
    let owner = app.be(Who::Owner);
    let begun = owner.send("POST", address, "", b"").is(202);
    let place = begun.header("location").to_owned();
    until(|| {
        let job = owner.get(&place).is(200).json();
        match job["state"].as_str() {
            Some("done") => Ok(job["result"].clone()),
            _ => Err(job.to_string()),
        }
    })
}
