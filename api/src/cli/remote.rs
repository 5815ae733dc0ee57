//! What the commands that speak to a server share: where it is, who asks, and what its refusals say.
use super::Outcome;
use clap::Args;
use serde_json::Value;
use std::time::Duration;
use ureq::http::Response;
use ureq::{Agent, Body};

/// Where the server is, and by whose credential it is asked.
#[derive(Debug, Clone, Args)]
pub struct Remote {
    /// Such as https://crm.example.org
    #[arg(long, env = "PEYVAND_URL")]
    url: String,
    /// An access token or an API key.
    #[arg(long, env = "PEYVAND_TOKEN", hide_env_values = true)]
    token: String,
}

impl Remote {
    /// The whole address of a path below `/api/v1`.
    pub fn address(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url.trim_end_matches('/'))
    }
    /// The credential as a header.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
    /// What sends requests: refusals are answers, and no time limit but on silence.
    pub fn agent(&self) -> Agent {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(600)))
            .build()
            .into()
    }
}

/// The answer, or the refusal in words.
pub fn good(answer: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, String> {
    let mut answer = answer.map_err(|e| format!("the server can't be reached: {e}"))?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let problem: Value = answer.body_mut().read_json().unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut words = format!("{} ({status})", text(&problem, "title"));
    for part in [text(&problem, "detail"), text(&problem, "instance")] {
        if !part.is_empty() {
            words += &format!(" {part}");
        }
    }
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        words += &format!(
            "\n  {}{} {}",
            text(error, "pointer"),
            text(error, "parameter"),
            text(error, "detail")
        );
    }
    Err(words)
}

/// The answer's JSON.
pub fn json(answer: Result<Response<Body>, ureq::Error>) -> Result<Value, String> {
    good(answer)?
        .body_mut()
        .read_json()
        .map_err(|e| format!("the answer can't be read: {e}"))
}

/// A failure with a file, in words.
pub fn file(path: &std::path::Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Copies a body to where it goes.
pub fn copy(answer: Response<Body>, out: &mut dyn std::io::Write) -> Outcome {
    let mut reader = answer.into_body().into_reader();
    std::io::copy(&mut reader, out)
        .map(|_| ())
        .map_err(|e| format!("the answer was cut off: {e}"))
}
