//! What happened: the feed, the audit, its seals, and copies of all of it.
mod audit;
mod backup;
mod events;
mod feed;
mod order;
mod stream;
mod verify;

use serde_json::{Value, json};
use tests::{Client, client::with_query};

/// Follows the feed until an entry fits: all entries until then, that one included, and the cursor behind them. On PostgreSQL an entry
/// can be read as soon as no older transaction of the cluster is open, which may be a moment later.
#[track_caller]
pub fn follow(client: &Client<'_>, after: &str, fits: impl Fn(&Value) -> bool) -> (Vec<Value>, String) {
    let (mut all, mut cursor) = (Vec::new(), after.to_owned());
    for _ in 0..100 {
        let page = client
            .get(&with_query("/changes", &[("after", &cursor), ("wait", "10")]))
            .is(200)
            .json();
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        cursor = page["next"].as_str().unwrap().to_owned();
        if all.iter().any(&fits) {
            return (all, cursor);
        }
    }
    panic!("no entry fits: {all:#?}");
}

/// The cursor at the end of the feed. On PostgreSQL an entry may come into sight between the look for the end and the page behind it,
/// when an older transaction of the cluster ends just then: it belongs to what was, and the cursor behind it is taken.
#[track_caller]
pub fn now(client: &Client<'_>) -> String {
    for _ in 0..100 {
        let page = client.get("/changes?after=now").is(200).json();
        if page["data"] == json!([]) {
            return page["next"].as_str().unwrap().to_owned();
        }
    }
    panic!("the feed has no end");
}

/// A person of this name.
fn person(name: &str) -> Value {
    json!({"kind": "person", "family_name": name})
}
