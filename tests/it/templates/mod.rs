//! Templates through the real program: what they may say, what they show, and what becomes of them.
mod render;
mod saved;

use serde_json::{Value, json};
use tests::{Answer, Client};

/// A Persian letter to customers, with more members or others.
pub fn letter(more: Value) -> Value {
    let mut body =
        json!({"name": "خوشامد", "kind": "letter", "language": "fa", "object": "customers", "body": "سلام {{ customer.display_name }}"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A template with this body; its address.
#[track_caller]
pub fn saved(client: &Client<'_>, body: &str) -> String {
    let made = client.post("/templates", letter(json!({"body": body}))).is(201);
    format!("/templates/{}", made.id())
}

/// A person; their id.
pub fn person(client: &Client<'_>, more: Value) -> String {
    let mut body =
        json!({"kind": "person", "given_name": "علی", "family_name": "کریمی", "gender": "male", "birth_date": "1984-05-12", "city": "یزد"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post("/customers", body).is(201).id()
}

/// Fills a template in with a customer.
#[track_caller]
pub fn filled(client: &Client<'_>, template: &str, customer: &str, format: &str) -> Answer {
    client.post(&format!("{template}/render"), json!({"record_id": customer, "format": format}))
}

/// The text of a PDF, as `peyvand extract` reads it, in one line.
pub fn text_of(pdf: &[u8]) -> String {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = tests::binary::command(&["extract", "--as", "pdf"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{out:?}");
    let text = String::from_utf8(out.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
