//! A client: one of the people, or nobody, who sends requests and gets answers that were held against the contract.
use crate::answer::Answer;
use crate::contract::{Contract, Found};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use ureq::http::{HeaderName, HeaderValue, Request, Uri};
use uuid::Uuid;

/// The connections of a test. What the server says is taken as it is: no redirects, no decoding, no error for a status.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .accept_encoding(ureq::config::AutoHeaderValue::None)
        .user_agent("peyvand-tests")
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

/// Someone who sends requests. Addresses are below `/api/v1` unless they begin with one of the other roots.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    agent: ureq::Agent,
    contract: &'a Contract,
    server: SocketAddr,
    headers: Vec<(String, String)>,
    /// Whether a key is sent where nothing is done without one.
    keys: bool,
}

/// The other roots.
const ROOTS: [&str; 7] = ["/api/", "/docs", "/health/", "/openapi", "/oauth/", "/.well-known/", "/scim/"];

/// The whole path of an address.
fn whole(address: &str) -> String {
    match ROOTS.iter().any(|root| address.starts_with(root)) {
        true => address.to_owned(),
        false => format!("/api/v1{address}"),
    }
}

impl<'a> Client<'a> {
    pub(crate) fn new(agent: ureq::Agent, contract: &'a Contract, server: SocketAddr) -> Self {
        Client {
            agent,
            contract,
            server,
            headers: Vec::new(),
            keys: true,
        }
    }
    /// The same one, of another server.
    pub fn at(&self, server: SocketAddr) -> Self {
        Client { server, ..self.clone() }
    }
    /// The same one, which sends no idempotency key of its own accord.
    pub fn keyless(&self) -> Self {
        Client {
            keys: false,
            ..self.clone()
        }
    }
    /// The same one, sending a bearer token or API key.
    pub fn with_token(&self, token: impl AsRef<str>) -> Self {
        self.with("Authorization", format!("Bearer {}", token.as_ref()))
    }
    /// The same one, sending a header with each request.
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        client.headers.push((name.to_owned(), value.into()));
        client
    }

    /// GET.
    #[track_caller]
    pub fn get(&self, address: &str) -> Answer {
        self.call("GET", address)
    }
    /// A list or another GET with parameters, encoded here: `client.list("/customers", &[("filter", "city = \"یزد\"")])`.
    #[track_caller]
    pub fn list(&self, address: &str, query: &[(&str, &str)]) -> Answer {
        self.call("GET", &with_query(address, query))
    }
    /// POST with a JSON body.
    #[track_caller]
    pub fn post(&self, address: &str, body: Value) -> Answer {
        self.send("POST", address, "application/json", body.to_string().as_bytes())
    }
    /// PUT with a JSON body.
    #[track_caller]
    pub fn put(&self, address: &str, body: Value) -> Answer {
        self.send("PUT", address, "application/json", body.to_string().as_bytes())
    }
    /// PATCH with a merge patch of the version that is named (an ETag, or `*`).
    #[track_caller]
    pub fn patch(&self, address: &str, if_match: &str, body: Value) -> Answer {
        let kind = "application/merge-patch+json";
        self.with("If-Match", if_match)
            .send("PATCH", address, kind, body.to_string().as_bytes())
    }
    /// DELETE of the version that is named.
    #[track_caller]
    pub fn delete(&self, address: &str, if_match: &str) -> Answer {
        self.with("If-Match", if_match).call("DELETE", address)
    }
    /// POST without a body, on the version that is named: an action such as `restore`.
    #[track_caller]
    pub fn act(&self, address: &str, if_match: &str) -> Answer {
        self.with("If-Match", if_match).send("POST", address, "", b"")
    }

    /// Any method, without a body.
    #[track_caller]
    pub fn call(&self, method: &str, address: &str) -> Answer {
        let request = self.request(method, &whole(address)).body(()).unwrap();
        let answered = self.agent.run(request);
        self.answer(method, &whole(address), answered)
    }
    /// Any method, with a body of any kind.
    #[track_caller]
    pub fn send(&self, method: &str, address: &str, kind: &str, body: &[u8]) -> Answer {
        let mut request = self.request(method, &whole(address));
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let answered = self.agent.run(request.body(body).unwrap());
        self.answer(method, &whole(address), answered)
    }

    #[track_caller]
    fn request(&self, method: &str, address: &str) -> ureq::http::request::Builder {
        let uri: Uri = format!("http://{}{address}", self.server)
            .parse()
            .unwrap_or_else(|e| panic!("{address}: {e}"));
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).unwrap();
            // Also what is not ASCII: some tests mean to send it.
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let given = || self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Idempotency-Key"));
        if self.keys && method == "POST" && !given() && matches!(self.contract.find(method, address), Found::Operation(o) if o.needs_key())
        {
            request = request.header("Idempotency-Key", format!("test-{}", Uuid::now_v7()));
        }
        request
    }

    #[track_caller]
    fn answer(&self, method: &str, address: &str, answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
        let mut response = answered.unwrap_or_else(|e| panic!("{method} {address}: {e}"));
        let bytes = response.body_mut().with_config().limit(256 << 20).read_to_vec().unwrap();
        let answer = Answer {
            method: method.to_owned(),
            address: address.to_owned(),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes,
        };
        answer.hold(self.contract);
        answer
    }

    /// The pages of a list from the first to the last, `limit` records each; fails on a list that does not end.
    #[track_caller]
    pub fn pages(&self, address: &str, query: &[(&str, &str)], limit: usize) -> Vec<Vec<Value>> {
        let limit = limit.to_string();
        let (mut pages, mut cursor) = (Vec::new(), None::<String>);
        while pages.len() < 10_000 {
            let mut all = query.to_vec();
            all.push(("limit", &limit));
            all.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.list(address, &all).is(200);
            pages.push(answer.data());
            let page = &answer.json()["page"];
            assert_eq!(page["has_more"], !page["next_cursor"].is_null(), "{answer:?}");
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return pages,
            }
        }
        panic!("{address} does not end");
    }
    /// All records of a list.
    #[track_caller]
    pub fn all(&self, address: &str, query: &[(&str, &str)]) -> Vec<Value> {
        self.pages(address, query, 200).concat()
    }
}

/// An address with parameters.
pub fn with_query(address: &str, query: &[(&str, &str)]) -> String {
    if query.is_empty() {
        return address.to_owned();
    }
    let text = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    format!("{address}?{}", text.collect::<Vec<_>>().join("&"))
}

/// A text as it stands in a query or a path (RFC 3986).
pub fn encode(text: &str) -> String {
    const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, &PLAIN).to_string()
}
