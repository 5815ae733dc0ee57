//! Selling: pipelines, deals on their way, who sees them, what becomes of them.
mod board;
mod deals;
mod forecasts;
mod leads;
mod pipelines;
mod plans;
mod quotas;
mod results;
mod samples;
mod snapshots;
mod steps;
mod watch;

use serde_json::{Value, json};
use tests::Client;
use tests::records::fresh;

/// A customer.
pub fn customer(client: &Client<'_>) -> String {
    let body = json!({"kind": "organization", "organization_name": format!("فولاد {}", fresh())});
    client.post("/customers", body).is(201).id()
}

/// A deal of a new customer.
pub fn deal(client: &Client<'_>, more: Value) -> Value {
    let mut body = json!({"name": "میلگرد", "customer_id": customer(client)});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/opportunities", body).is(201).json()
}

/// Where a deal is.
pub fn at(deal: &Value) -> String {
    format!("/opportunities/{}", deal["id"].as_str().unwrap())
}

/// A pipeline, without stages unless a template is named.
pub fn pipeline(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"name": format!("Pipeline {}", fresh())});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/pipelines", body).is(201).id()
}

/// Makes stages of a pipeline in order, each with a name and what else it says; their ids.
pub fn stages(client: &Client<'_>, pipeline: &str, stages: &[(&str, Value)]) -> Vec<String> {
    let make = |(n, (name, more)): (usize, &(&str, Value))| {
        let mut body = json!({"pipeline_id": pipeline, "name": name, "position": (n + 1) * 10});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post("/stages", body).is(201).id()
    };
    stages.iter().enumerate().map(make).collect()
}

/// A pipeline of three open stages, won and lost. The first asks for nothing, the second for an amount, something done and a condition.
pub fn course(client: &Client<'_>) -> (String, Vec<String>) {
    let pipeline = pipeline(client, json!({"reopen_within_days": 30}));
    let asks = json!({
        "probability": 40, "required_fields": ["amount"], "exit_condition": "next_step != null AND amount.amount >= 100",
        "checklist": [
            {"key": "budget", "text_en": "The budget is known", "text_fa": "بودجه روشن است"},
            {"key": "lunch", "text_en": "We had lunch", "required": false}
        ],
        "guidance_en": "Talk to whoever decides.", "guidance_fa": "با تصمیم‌گیرنده حرف بزنید.", "time_limit_seconds": 3600
    });
    let made = stages(
        client,
        &pipeline,
        &[
            ("New", json!({"probability": 10})),
            ("Talks", asks),
            ("Offer", json!({"probability": 70, "forecast_category": "commit"})),
            ("Won", json!({"kind": "won"})),
            ("Lost", json!({"kind": "lost"})),
        ],
    );
    (pipeline, made)
}
