//! What people let us do with their data, and how they get it back or gone, through the real program.
mod archive;
mod consents;
mod erasures;
mod opt_in;
mod retention;

use serde_json::{Value, json};
use tests::Client;

/// A customer with an email address and a mobile telephone; their id.
pub fn sara(client: &Client<'_>, email: &str) -> String {
    let body = json!({"kind": "person", "given_name": "سارا", "family_name": "کریمی", "country": "IR", "contact_points": [
        {"kind": "email", "value": email}, {"kind": "mobile", "value": "09121234567"}]});
    // Others have the number, too.
    client.with("Skip-Duplicate-Check", "true").post("/customers", body).is(201).id()
}

/// Says something about the email address of a customer.
#[track_caller]
pub fn says(client: &Client<'_>, customer: &str, email: &str, status: &str, more: Value) -> Value {
    let mut body = json!({"customer_id": customer, "contact_kind": "email", "contact_value": email, "channel": "email", "purpose": "newsletter",
        "status": status, "source": "web_form"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post("/consents", body).is(201).json()
}

/// Whether a customer may be sent the newsletter by email, and why.
#[track_caller]
pub fn may(client: &Client<'_>, customer: &str) -> (bool, String) {
    let query = [("channel", "email"), ("purpose", "newsletter")];
    let verdict = client.list(&format!("/customers/{customer}/may-contact"), &query).is(200).json();
    (
        verdict["allowed"].as_bool().unwrap(),
        verdict["reason"].as_str().unwrap().to_owned(),
    )
}
