//! The collections, and what is put into them. Numbers, addresses and names to be searched are columns with an index each; where customers
//! live is JSON in their own row. Every user who has signed in may do everything.
use crate::names::{Dice, TRADES_FA};
use crate::rich::{self, about};
use crate::{bare, customers};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use ureq::http::Request;

/// Who may make collections: a mail address and a password.
pub const SUPERUSER: (&str, &str) = ("bench@example.com", "bench-bench");
/// Who is measured: an ordinary user.
const SELLER: (&str, &str) = ("seller@example.com", "seller-seller");
/// How many rows a batch takes.
const CHUNK: usize = 1000;

/// Somebody who has signed in.
pub struct Client {
    /// Where the program listens.
    pub server: SocketAddr,
    /// What is sent as `Authorization`.
    pub token: String,
    /// The user's id.
    pub user: String,
}

impl Client {
    /// The ordinary user.
    pub fn seller(server: SocketAddr) -> Client {
        Client::sign_in(server, "users", SELLER)
    }

    fn sign_in(server: SocketAddr, collection: &str, (mail, password): (&str, &str)) -> Client {
        let (token, user) = (String::new(), String::new());
        let nobody = Client { server, token, user };
        let path = format!("/api/collections/{collection}/auth-with-password");
        let found = nobody.call("POST", &path, &json!({"identity": mail, "password": password}).to_string());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Client {
            server,
            token: text(&found["token"]),
            user: text(&found["record"]["id"]),
        }
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(120)));
        let agent: ureq::Agent = agent.http_status_as_error(false).build().into();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.server))
            .header("Authorization", &self.token)
            .header("Content-Type", "application/json")
            .body(body);
        let mut answer = agent.run(request.unwrap()).unwrap();
        let told = answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {told}");
        serde_json::from_str(&told).unwrap()
    }

    /// Makes a collection; its id.
    fn collection(&self, name: &str, mut fields: Vec<Value>, indexes: &[&str]) -> String {
        fields.push(json!({"name": "created", "type": "autodate", "onCreate": true}));
        fields.push(json!({"name": "updated", "type": "autodate", "onCreate": true, "onUpdate": true}));
        let all = indexes
            .iter()
            .enumerate()
            .map(|(n, on)| format!("CREATE INDEX {name}_{n} ON {name} ({on})"));
        let signed_in = "@request.auth.id != \"\"";
        let body = json!({
            "name": name, "type": "base", "fields": fields, "indexes": all.collect::<Value>(),
            "listRule": signed_in, "viewRule": signed_in, "createRule": signed_in, "updateRule": signed_in, "deleteRule": signed_in,
        });
        let made = self.call("POST", "/api/collections", &body.to_string());
        made["id"].as_str().unwrap().to_owned()
    }

    /// Creates the records of a collection, many at a time; their ids.
    fn put(&self, collection: &str, rows: impl Iterator<Item = Value>) -> Vec<String> {
        let (mut rows, mut ids) = (rows.peekable(), Vec::new());
        while rows.peek().is_some() {
            let answers = self.call("POST", "/api/batch", &batch(collection, rows.by_ref().take(CHUNK)));
            let answers = answers.as_array().unwrap().iter();
            ids.extend(answers.map(|answer| answer["body"]["id"].as_str().unwrap().to_owned()));
        }
        ids
    }
}

/// Names what collections and rows look like: a folder with others is not used.
pub fn shape() -> String {
    bare::name([
        include_str!("collections.rs"),
        include_str!("../customers.rs"),
        include_str!("../rich.rs"),
    ])
}

/// The body of a batch that creates records.
pub fn batch(collection: &str, rows: impl Iterator<Item = Value>) -> String {
    let url = format!("/api/collections/{collection}/records");
    let requests = rows.map(|body| json!({"method": "POST", "url": url, "body": body}));
    json!({"requests": requests.collect::<Value>()}).to_string()
}

/// The record of the next customer: the same as our server is sent, with the name in one piece, and with number and address as columns.
pub fn customer(dice: &mut Dice, serial: u64, owner: &str) -> Value {
    let mut body = customers::next(dice, serial);
    let name = |member: &str| body[member].as_str().unwrap_or_default();
    let whole = match name("organization_name") {
        "" => format!("{} {}", name("given_name"), name("family_name")),
        name => name.to_owned(),
    };
    let points = body["contact_points"].take();
    for (member, value) in [
        ("name", json!(whole)),
        ("mobile", points[0]["value"].clone()),
        ("email", points[1]["value"].clone()),
        ("owner", json!(owner)),
    ] {
        body[member] = value;
    }
    body.as_object_mut().unwrap().remove("contact_points");
    body
}

fn text(name: &str) -> Value {
    json!({"name": name, "type": "text"})
}
fn of(kind: &str, name: &str) -> Value {
    json!({"name": name, "type": kind})
}
fn one_of(name: &str, values: &[&str]) -> Value {
    json!({"name": name, "type": "select", "values": values, "maxSelect": 1})
}
fn to(name: &str, collection: &str) -> Value {
    json!({"name": name, "type": "relation", "collectionId": collection, "maxSelect": 1})
}

/// Makes the collections.
fn build(admin: &Client) {
    // The collection that every installation begins with.
    let users = "_pb_users_auth_";
    let fields = vec![
        one_of("kind", &["person", "organization"]),
        text("name"),
        text("given_name"),
        text("family_name"),
        text("organization_name"),
        text("job_title"),
        one_of("lifecycle_stage", &["lead", "prospect", "customer", "former"]),
        one_of("language", &["fa", "en"]),
        text("mobile"),
        text("email"),
        of("json", "addresses"),
        of("json", "interests"),
        to("owner", users),
    ];
    let indexes = ["lifecycle_stage, updated", "name", "mobile", "email", "owner"];
    let customers = admin.collection("customers", fields, &indexes);
    let whose = || to("customer", &customers);
    let fields = vec![
        whose(),
        text("name"),
        to("owner", users),
        of("number", "amount"),
        one_of("stage", &["open", "won", "lost"]),
    ];
    admin.collection("opportunities", fields, &["customer", "owner"]);
    let fields = vec![whose(), text("subject"), to("owner", users), one_of("state", &["open", "closed"])];
    admin.collection("tickets", fields, &["customer", "owner"]);
    let fields = vec![whose(), text("subject"), to("owner", users), of("date", "at")];
    admin.collection("activities", fields, &["customer, at", "owner"]);
    let fields = vec![
        whose(),
        one_of("channel", &["call", "email", "meeting", "message"]),
        one_of("direction", &["inbound", "outbound"]),
        of("date", "started_at"),
        of("number", "duration_seconds"),
        text("subject"),
        text("body"),
        of("json", "keywords"),
    ];
    admin.collection("interactions", fields, &["customer, started_at"]);
    let fields = vec![whose(), text("title"), of("date", "due_at"), one_of("kind", &["call", "meeting"])];
    admin.collection("tasks", fields, &["customer, due_at"]);
    let fields = vec![whose(), text("name"), of("json", "tags")];
    admin.collection("documents", fields, &["customer, created"]);
}

/// So many hours before (or after) the first of 2026.
fn hours(n: i64) -> String {
    let end: DateTime<Utc> = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    (end + TimeDelta::hours(n)).format("%Y-%m-%d %H:%M:%S%.3fZ").to_string()
}

/// Makes the collections of a new folder and fills them: so many customers, half as many deals, tickets and activities each, and the long
/// files.
pub fn fill(server: SocketAddr, size: u64) {
    let admin = Client::sign_in(server, "_superusers", SUPERUSER);
    // Nobody is slowed down, requests are not written down, and what creates many records is allowed.
    let settings = json!({
        "batch": {"enabled": true, "maxRequests": 20_000, "timeout": 120, "maxBodySize": 128 << 20},
        "rateLimits": {"enabled": false}, "logs": {"maxDays": 0},
    });
    admin.call("PATCH", "/api/settings", &settings.to_string());
    build(&admin);
    let (mail, password) = SELLER;
    let seller = json!({"email": mail, "password": password, "passwordConfirm": password, "verified": true});
    admin.call("POST", "/api/collections/users/records", &seller.to_string());

    let seller = Client::seller(server);
    let (mut dice, owner) = (Dice(size), seller.user.clone());
    let all = seller.put("customers", (0..size).map(|serial| customer(&mut dice, serial, &owner)));
    let half = || all.iter().step_by(2);
    let rows = half().map(|id| {
        let name = format!("قرارداد {}", dice.one(&TRADES_FA));
        json!({"customer": id, "name": name, "owner": owner, "amount": dice.below(5_000_000_000), "stage": dice.one(&["open", "won", "lost"])})
    });
    seller.put("opportunities", rows);
    let subject = |dice: &mut Dice| format!("پرسش دربارهٔ {}", dice.one(&TRADES_FA));
    let rows =
        half().map(|id| json!({"customer": id, "subject": subject(&mut dice), "owner": owner, "state": dice.one(&["open", "closed"])}));
    seller.put("tickets", rows);
    let rows =
        half().map(|id| json!({"customer": id, "subject": subject(&mut dice), "owner": owner, "at": hours(-(dice.below(9000) as i64))}));
    seller.put("activities", rows);

    let long = |rows: i64| {
        let all = all.iter().step_by((size / rich::HOW_MANY).max(1) as usize);
        all.flat_map(move |id| (0..rows).map(move |n| (id, n)))
    };
    let rows = long(rich::INTERACTIONS);
    let rows = rows.map(|(id, n)| about(rich::interaction(&mut dice), json!({"customer": id, "started_at": hours(-7 * n)})));
    seller.put("interactions", rows);
    let rows = long(rich::TASKS).map(|(id, n)| about(rich::task(&mut dice), json!({"customer": id, "due_at": hours(9 * n)})));
    seller.put("tasks", rows);
    let rows = long(rich::DOCUMENTS).map(|(id, n)| about(rich::document(n), json!({"customer": id})));
    seller.put("documents", rows);
}
