//! Documents through the real program: contents, versions, text, and who may have them.
mod content;
mod place;
mod reach;
mod records;
mod sweep;
pub mod text;
mod versions;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tests::{Answer, App, Client};

/// A document without a content; its address.
pub fn made(client: &Client<'_>, name: &str) -> String {
    format!("/documents/{}", client.post("/documents", json!({"name": name})).is(201).id())
}

/// Sends a content for whichever version the document has.
#[track_caller]
pub fn send(client: &Client<'_>, document: &str, kind: &str, bytes: &[u8]) -> Answer {
    client
        .with("If-Match", "*")
        .send("PUT", &format!("{document}/content"), kind, bytes)
}

/// A document with a content; its address.
#[track_caller]
pub fn filled(client: &Client<'_>, name: &str, kind: &str, bytes: &[u8]) -> String {
    let document = made(client, name);
    send(client, &document, kind, bytes).is(200);
    document
}

/// The digest of bytes as RFC 9530 writes it.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

/// All files that documents have in their place, with those that are on their way there.
pub fn stored(app: &App) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let places = BTreeSet::from([app.data().join("documents"), app.contents()]);
    for folder in places.iter().flat_map(|place| std::fs::read_dir(place).into_iter().flatten()) {
        let folder = folder.unwrap().path();
        found.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    found
}

/// Looks until the text of a document was read, or could not be.
pub fn extracted(client: &Client<'_>, document: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let json = client.get(document).is(200).json();
        if json["extraction"] != "pending" {
            return json;
        }
        assert!(Instant::now() < end, "its text is not read: {json}");
        std::thread::yield_now();
    }
}
