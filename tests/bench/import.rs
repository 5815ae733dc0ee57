//! W7: a CSV file of new customers on its way in, as an operator sends it: announced, uploaded, matched against what is there, written,
//! logged and indexed, each row exactly once.
use crate::customers;
use crate::names::Dice;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use ureq::http::Request;
use uuid::Uuid;

/// How long the server may take for a file.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A file of so many rows; serial numbers from `from` on.
pub fn file(from: u64, rows: u64) -> String {
    let mut dice = Dice(from);
    let mut text = "kind,given_name,family_name,organization_name,lifecycle_stage,language,job_title,mobile,email\n".to_owned();
    for serial in from..from + rows {
        let customer = customers::next(&mut dice, serial);
        let member = |name: &str| customer[name].as_str().unwrap_or_default();
        let point = |n: usize| customer["contact_points"][n]["value"].as_str().unwrap_or_default();
        let names = [
            "kind",
            "given_name",
            "family_name",
            "organization_name",
            "lifecycle_stage",
            "language",
            "job_title",
        ];
        let cells: Vec<&str> = names.into_iter().map(member).chain([point(0), point(1)]).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// Has a server take in a file; how long that took, from the first byte sent to the end of the last row.
pub fn run(server: SocketAddr, token: &str, file: &str) -> Duration {
    let plain = ureq::config::AutoHeaderValue::None;
    let agent = ureq::Agent::config_builder().accept_encoding(plain).timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = agent.build().into();
    let call = |method: &str, path: &str, kind: &str, body: &str| -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{server}/api/v1{path}"))
            .header("Authorization", format!("Bearer {token}"))
            .header("Idempotency-Key", Uuid::now_v7().to_string());
        let request = if kind.is_empty() {
            request
        } else {
            request.header("Content-Type", kind)
        };
        agent.run(request.body(body).unwrap()).unwrap().body_mut().read_json().unwrap()
    };
    let import = json!({"object": "customers", "format": "csv", "mode": "upsert", "match_on": "email",
        "mapping": {"mobile": "contact_points[mobile]", "email": "contact_points[email]"}});
    let id = call("POST", "/imports", "application/json", &import.to_string())["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (path, start) = (format!("/imports/{id}"), Instant::now());
    call("PUT", &format!("{path}/data"), "text/csv", file);
    call("POST", &format!("{path}/start"), "", "");
    loop {
        let import = call("GET", &path, "", "");
        if import["state"] == "done" {
            let took = start.elapsed();
            let rows = file.lines().count() as i64 - 1;
            assert_eq!(import["counts"]["created"], rows, "{import}");
            return took;
        }
        assert!(start.elapsed() < PATIENCE && import["state"] != "failed", "{import}");
        std::thread::sleep(LOOK);
    }
}
