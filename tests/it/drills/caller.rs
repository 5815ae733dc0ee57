//! Someone who writes while things break: notes every answer, and takes a broken connection for what it is.
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An answer: status, ETag's version, body, and whether it was said to be a repetition.
    Answered(u16, Option<i64>, Value, bool),
    /// The server was not there.
    Refused,
    /// The connection broke before the answer: it may have been done or not.
    Broken(String),
}

impl Outcome {
    /// The status; 0 where there was no answer.
    pub fn status(&self) -> u16 {
        match self {
            Outcome::Answered(status, ..) => *status,
            _ => 0,
        }
    }
    /// The id of the record that was answered with.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Outcome::Answered(_, _, body, _) => body["id"].as_str()?.parse().ok(),
            _ => None,
        }
    }
}

/// A caller. Each request has a connection of its own, so that a kept one that ended is not taken for a failure.
#[derive(Debug, Clone)]
pub struct Caller {
    agent: ureq::Agent,
    token: String,
}

impl Caller {
    pub fn new(token: String) -> Caller {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Caller {
            agent: agent.into(),
            token,
        }
    }

    /// Sends a body; `headers` beside the token.
    pub fn send(&self, server: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Outcome {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{server}/api/v1{path}"))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match method {
            "GET" => self.agent.run(request.body(()).unwrap()),
            _ => self.agent.run(request.body(body.to_string()).unwrap()),
        };
        let mut response = match sent {
            Ok(response) => response,
            Err(ureq::Error::Io(e)) if e.kind() == std::io::ErrorKind::ConnectionRefused => return Outcome::Refused,
            Err(e) => return Outcome::Broken(e.to_string()),
        };
        let status = response.status().as_u16();
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let version = header("ETag").and_then(|tag| tag.trim_matches('"').parse().ok());
        let replayed = header("Idempotency-Replayed").is_some();
        match response.body_mut().read_json() {
            Ok(body) => Outcome::Answered(status, version, body, replayed),
            Err(e) => Outcome::Broken(e.to_string()),
        }
    }

    /// What a node says of itself: 200 while it wants requests, 0 when it is not there.
    pub fn ready(&self, server: SocketAddr) -> u16 {
        let answer = self.agent.get(format!("http://{server}/health/ready")).call();
        answer.map_or(0, |answer| answer.status().as_u16())
    }

    /// Creates a customer of this serial number.
    pub fn create(&self, server: SocketAddr, serial: u64, headers: &[(&str, &str)]) -> Outcome {
        self.send(server, "POST", "/customers", headers, &customer(serial))
    }
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

/// A number that no other customer of this process has.
pub fn serial() -> u64 {
    SERIAL.fetch_add(1, Ordering::Relaxed)
}

/// The family name by which a customer is known again.
pub fn marker(serial: u64) -> String {
    format!("Drill-{serial}")
}

/// A customer in several tables: with a telephone number, an email address and an external id.
pub fn customer(serial: u64) -> Value {
    json!({
        "kind": "person",
        "given_name": "نگار",
        "family_name": marker(serial),
        "contact_points": [
            {"kind": "mobile", "value": format!("+98912{serial:07}")},
            {"kind": "email", "value": format!("drill{serial}@mail.example.ir")},
        ],
        "addresses": [{"country": "IR", "city": "یزد"}],
        "external_ids": {"drill": serial.to_string()},
    })
}
