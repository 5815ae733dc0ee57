//! An answer, and what must hold of every one: its status is declared, a refusal is a problem (RFC 9457), it can be traced, it is not
//! cached, and it tells nothing of our insides.
use crate::contract::{Contract, Found};
use serde_json::Value;
use std::fmt;
use ureq::http::HeaderMap;
use uuid::Uuid;

/// What the server answered.
#[derive(Clone)]
pub struct Answer {
    pub method: String,
    pub address: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body: String = String::from_utf8_lossy(&self.bytes).chars().take(4000).collect();
        write!(f, "{} {} answered {}", self.method, self.address, self.status)?;
        let telling = ["content-type", "etag", "location", "allow", "retry-after", "request-id"];
        for name in telling.iter().filter(|name| self.headers.contains_key(**name)) {
            write!(f, "; {name}: {}", self.header(name))?;
        }
        write!(f, "\n{body}")
    }
}

/// What no answer may hold: signs of storage, of code, of secrets.
const INSIDES: [&str; 9] = [
    "$argon2",
    "password_hash",
    "totp_secret",
    "refresh_hash",
    "panicked",
    "diesel",
    "UNIQUE constraint",
    "SELECT ",
    "/src/",
];

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
    /// Asserts the status and the code of a refusal.
    #[track_caller]
    pub fn refuses(self, status: u16, code: &str) -> Answer {
        assert_eq!((self.status, self.json()["code"].as_str()), (status, Some(code)), "{self:?}");
        self
    }
    /// Asserts that a refusal has an error at a pointer (`/email`) or parameter (`filter`), with a code.
    #[track_caller]
    pub fn blames(self, place: &str, code: &str) -> Answer {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let found = errors
            .iter()
            .any(|e| (e["pointer"] == place || e["parameter"] == place) && e["code"] == code);
        assert!(found, "nothing at {place} with {code}: {self:?}");
        self
    }
    /// The body as JSON; null where there is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    /// A header; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    /// The ETag, as it goes into If-Match.
    #[track_caller]
    pub fn etag(&self) -> String {
        assert!(self.headers.contains_key("etag"), "no ETag: {self:?}");
        self.header("etag").to_owned()
    }
    /// The member `id`.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {self:?}")).to_owned()
    }
    /// The records of a page.
    #[track_caller]
    pub fn data(&self) -> Vec<Value> {
        let json = self.json();
        json["data"].as_array().unwrap_or_else(|| panic!("no page: {self:?}")).clone()
    }
    /// The ids of the records of a page.
    #[track_caller]
    pub fn ids(&self) -> Vec<String> {
        self.data()
            .iter()
            .map(|r| r["id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Holds what every answer must keep.
    #[track_caller]
    pub(crate) fn hold(&self, contract: &Contract) {
        if self.address.starts_with("/api/") {
            self.hold_status(contract);
        }
        if !self.address.starts_with("/health/") {
            let id = self.header("request-id");
            assert!(Uuid::try_parse(id).is_ok(), "no Request-Id: {self:?}");
        }
        let public = self.header("cache-control").starts_with("public") && !self.address.starts_with("/api/v1");
        // A calendar program keeps what it subscribed to, and asks each time.
        let subscribed = self.address.contains(".ics") && matches!(self.status, 200 | 304);
        let told = if subscribed { "private, no-cache" } else { "no-store" };
        assert!(public || self.header("cache-control") == told, "it could be cached: {self:?}");
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{self:?}");
        if self.status >= 400 && self.method != "HEAD" && !self.address.starts_with("/health/") {
            self.hold_problem();
        }
        let text = self.text();
        // The contract itself may speak of such things, and a refusal may repeat what was asked.
        if !self.address.starts_with("/openapi") {
            let found = INSIDES.iter().find(|word| text.contains(*word) && !self.address.contains(*word));
            assert_eq!(found, None, "it tells of our insides: {self:?}");
        }
    }

    #[track_caller]
    fn hold_status(&self, contract: &Contract) {
        match contract.find(&self.method, &self.address) {
            Found::Operation(operation) => assert!(
                operation.statuses().contains(&self.status),
                "{} is not declared for {}: {self:?}",
                self.status,
                operation.id()
            ),
            Found::Path(mut methods) if self.method == "OPTIONS" => {
                assert_eq!(self.status, 204, "{self:?}");
                methods.push("OPTIONS".to_owned());
                if methods.iter().any(|m| m == "GET") {
                    methods.push("HEAD".to_owned());
                }
                methods.sort_unstable();
                assert_eq!(self.header("allow"), methods.join(", "), "{self:?}");
            }
            Found::Path(_) => assert!(matches!(self.status, 400 | 405), "{self:?}"),
            Found::Nothing => assert!(
                matches!(self.status, 400 | 404 | 414),
                "an answer of an address that is not declared: {self:?}"
            ),
        }
    }

    #[track_caller]
    fn hold_problem(&self) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let json = self.json();
        assert_eq!(json["status"], self.status, "{self:?}");
        assert_eq!(json["instance"], format!("/requests/{}", self.header("request-id")), "{self:?}");
        let code = json["code"].as_str().unwrap_or_default();
        assert!(
            !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{self:?}"
        );
        assert!(json["type"].as_str().is_some_and(|t| t.starts_with("https://")), "{self:?}");
        assert!(json["title"].as_str().is_some_and(|t| !t.is_empty()), "{self:?}");
        assert!(matches!(self.header("content-language"), "en" | "fa"), "{self:?}");
        for error in json["errors"].as_array().unwrap_or_else(|| panic!("no errors: {self:?}")) {
            let placed = error["pointer"].is_string() != error["parameter"].is_string();
            assert!(placed && error["code"].is_string() && error["detail"].is_string(), "{self:?}");
        }
    }
}
