//! The demo as a client of its own server: it signs in, waits where it is told to wait, and brings its own ids, so that a record that
//! is there already is left as it is.
use super::house::Made;
use serde_json::{Value, json};
use std::sync::RwLock;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Response;

/// How often a refusal that may pass is waited for.
const TRIES: u32 = 30;
/// The longest single wait.
const LONGEST: Duration = Duration::from_secs(30);

/// A signed-in client. One agent keeps the connections of all its threads.
pub struct Client {
    agent: Agent,
    /// `http://…/api/v1`.
    api: String,
    email: String,
    password: String,
    token: RwLock<String>,
}

/// What a call came to: its status and its JSON.
type Answer = (u16, Value);

impl Client {
    /// Signs in.
    ///
    /// # Errors
    /// When the server can't be reached or refuses; in words.
    pub fn sign_in(origin: &str, email: &str, password: &str) -> Result<Client, String> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .max_idle_connections_per_host(64)
            .build();
        let client = Client {
            agent: config.into(),
            api: format!("{origin}/api/v1"),
            email: email.to_owned(),
            password: password.to_owned(),
            token: RwLock::default(),
        };
        client.renew()?;
        Ok(client)
    }

    /// Takes a new access token; they last fifteen minutes.
    fn renew(&self) -> Result<(), String> {
        let body = json!({"email": self.email, "password": self.password});
        let request = self
            .agent
            .post(format!("{}/auth/login", self.api))
            .header("Content-Type", "application/json");
        let (status, answer) = read(request.send(body.to_string()))?;
        let token = answer
            .get("access_token")
            .and_then(Value::as_str)
            .ok_or_else(|| refusal("signing in", status, &answer))?;
        *self.token.write().map_err(|e| e.to_string())? = token.to_owned();
        Ok(())
    }

    fn bearer(&self) -> Result<String, String> {
        Ok(format!("Bearer {}", self.token.read().map_err(|e| e.to_string())?))
    }

    /// Calls until the answer is not one that passes: too many requests, a busy server, a token that has ended.
    fn call(&self, send: impl Fn(&str) -> Result<Response<ureq::Body>, ureq::Error>) -> Result<Answer, String> {
        let mut last = (0, Value::Null);
        for _ in 0..TRIES {
            let response = send(&self.bearer()?);
            let wait = response
                .as_ref()
                .ok()
                .and_then(|r| r.headers().get("Retry-After")?.to_str().ok()?.parse().ok());
            last = read(response)?;
            match last.0 {
                401 => self.renew()?,
                429 | 503 => std::thread::sleep(Duration::from_secs(wait.unwrap_or(1)).min(LONGEST)),
                _ => break,
            }
        }
        Ok(last)
    }

    /// Reads a list of a page or less.
    ///
    /// # Errors
    /// When the server refuses; in words.
    pub fn list(&self, path: &str) -> Result<Vec<Value>, String> {
        let url = format!("{}{path}", self.api);
        let (status, mut answer) = self.call(|bearer| self.agent.get(&url).header("Authorization", bearer).call())?;
        match answer.get_mut("data").map(Value::take) {
            Some(Value::Array(data)) => Ok(data),
            _ => Err(refusal(path, status, &answer)),
        }
    }

    /// Sends what is no record with an id of ours, once: a movement of stock, a payment, an action. What has happened already is left so.
    ///
    /// # Errors
    /// When the server refuses; in words.
    pub fn send(&self, path: &str, key: &str, body: &Value) -> Result<(), String> {
        let url = format!("{}{path}", self.api);
        let body = body.to_string();
        let send = |bearer: &str| {
            let request = self.agent.post(&url).header("Authorization", bearer).header("If-Match", "*");
            request
                .header("Prefer", "return=minimal")
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .send(&body)
        };
        match self.call(send)? {
            (200 | 201 | 409, _) => Ok(()),
            (status, answer) => Err(refusal(path, status, &answer)),
        }
    }

    /// Makes a record unless it is there.
    ///
    /// # Errors
    /// When the server refuses; in words.
    pub fn make(&self, made: &Made) -> Result<(), String> {
        let url = format!("{}{}/{}", self.api, made.path, made.id);
        let body = made.body.to_string();
        let send = |bearer: &str| {
            let request = self.agent.put(&url).header("Authorization", bearer).header("If-None-Match", "*");
            request
                .header("Prefer", "return=minimal")
                .header("Skip-Duplicate-Check", "true")
                .header("Content-Type", "application/json")
                .send(&body)
        };
        match self.call(send)? {
            (201 | 412, _) => Ok(()),
            (status, answer) => Err(refusal(made.path, status, &answer)),
        }
    }
}

fn read(response: Result<Response<ureq::Body>, ureq::Error>) -> Result<Answer, String> {
    let mut response = response.map_err(|e| e.to_string())?;
    let text = response.body_mut().read_to_string().map_err(|e| e.to_string())?;
    Ok((response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
}

/// The server's own words about what it refused.
fn refusal(what: &str, status: u16, answer: &Value) -> String {
    format!(
        "{what}: {status} {} {}",
        answer["title"].as_str().unwrap_or_default(),
        answer["errors"]
    )
}

/// Whether something is served at an address.
pub fn is_there(url: &str) -> bool {
    ureq::get(url).call().is_ok_and(|r| r.status().as_u16() == 200)
}
