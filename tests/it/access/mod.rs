//! Who may come in, and who may do what. Numbers are rows of the list of attacks.
mod explain;
mod invitations;
mod keys;
mod matrix;
mod oauth;
mod passwords;
mod records;
mod roles;
mod sessions;
mod tokens;
mod totp;

use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{App, Client, Who};

/// A whole sign-in: the answer's body.
pub fn sign_in(app: &App, who: Who) -> Value {
    sign_in_with(app, &who.email(), PASSWORD)
}

/// A sign-in that must succeed.
pub fn sign_in_with(app: &App, email: &str, password: &str) -> Value {
    app.anyone()
        .post("/auth/login", json!({"email": email, "password": password}))
        .is(200)
        .json()
}

/// A text member of a body.
pub fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name}: {body}")).to_owned()
}

/// A client by a whole sign-in.
pub fn signed_in<'a>(app: &'a App, who: Who) -> Client<'a> {
    app.anyone().with_token(text(&sign_in(app, who), "access_token"))
}

pub use totp::turn_on as second_factor;

/// Posts a form.
pub fn post_form(client: &Client<'_>, address: &str, form: &[(&str, &str)]) -> tests::Answer {
    let body = tests::client::with_query("", form);
    client.send(
        "POST",
        address,
        "application/x-www-form-urlencoded",
        body.trim_start_matches('?').as_bytes(),
    )
}

/// Waits until no job of a kind is open.
pub fn settled(app: &App, kind: &str) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let open = |state: &str| app.be(Who::Owner).list("/jobs", &[("kind", kind), ("state", state)]).is(200).ids();
    while !(open("queued").is_empty() && open("running").is_empty()) {
        assert!(std::time::Instant::now() < end, "{kind} does not come to its end");
        std::thread::yield_now();
    }
}
