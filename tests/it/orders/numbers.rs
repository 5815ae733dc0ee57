//! 4.21: invoices are issued at once, some fail, servers are killed in between: their numbers have no gap, and none is there twice.
use super::{customer, line};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tests::node::Node;
use tests::{Who, both};

const WRITERS: usize = 16;
const INVOICES: usize = 500;

/// Sends a request, whatever becomes of it: a killed server answers nothing.
fn ask(agent: &ureq::Agent, node: &Node, token: &str, path: &str, key: &str, body: &str) -> Option<(u16, serde_json::Value)> {
    let mut answer = agent
        .post(format!("http://{}/api/v1{path}", node.address()))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", key)
        .header("If-Match", "*")
        .send(body)
        .ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.body_mut().read_json().ok()?))
}

both! {
    fn drill_4_21_invoices_are_numbered_without_a_gap_under_kills(app: &App) {
        let owner = app.be(Who::Owner);
        let (whom, token) = (customer(&owner), app.token(Who::Owner));
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30))).build().into();
        let two = !app.database().starts_with("sqlite");
        let (begun, issued, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let mut nodes: Vec<Node> = (0..if two { 2 } else { 1 }).map(|_| app.another(&[])).collect();
        while begun.load(Ordering::Relaxed) < INVOICES {
            std::thread::scope(|scope| {
                for n in 0..WRITERS {
                    let (agent, node, token, whom) = (agent.clone(), &nodes[n % nodes.len()], &token, &whom);
                    let (begun, issued, refused) = (&begun, &issued, &refused);
                    scope.spawn(move || loop {
                        let serial = begun.fetch_add(1, Ordering::Relaxed);
                        if serial >= INVOICES {
                            break;
                        }
                        // Every fourth can't be issued: its instalments do not add up. Its number is taken, and given back.
                        let fails = serial % 4 == 0;
                        let mut body = json!({"customer_id": whom, "currency": "EUR", "lines": [line("1", "10", "EUR")]});
                        if fails {
                            body["instalments"] = json!([{"due_on": "2999-01-01", "percent": "40"}]);
                        }
                        let made = ask(&agent, node, token, "/invoices", &format!("make-{serial}"), &body.to_string());
                        let Some((201, made)) = made else { break };
                        let path = format!("/invoices/{}/issue", made["id"].as_str().unwrap());
                        match ask(&agent, node, token, &path, &format!("issue-{serial}"), "") {
                            Some((200, _)) => { issued.fetch_add(1, Ordering::Relaxed); }
                            Some((422, _)) => { refused.fetch_add(1, Ordering::Relaxed); }
                            Some((503, _)) => {}
                            Some((status, body)) => panic!("{status}: {body}"),
                            None => break,
                        }
                    });
                }
                let first = &nodes[0];
                let until = begun.load(Ordering::Relaxed) + 60 + rand::random_range(0..80);
                while begun.load(Ordering::Relaxed) < until.min(INVOICES) {
                    std::thread::yield_now();
                }
                first.kill();
            });
            nodes[0] = app.another(&[]);
        }
        let all = owner.at(nodes[0].address()).all("/invoices", &[("filter", "number != null")]);
        let numbers: BTreeSet<String> = all.iter().map(|i| i["number"].as_str().unwrap().to_owned()).collect();
        assert_eq!(numbers.len(), all.len(), "a number was given twice");
        assert_eq!(numbers, (1..=all.len()).map(|n| format!("I-{n:06}")).collect());
        // Nothing that was said to be issued is lost.
        assert!(all.len() >= issued.load(Ordering::Relaxed) && refused.load(Ordering::Relaxed) > 0);
        assert_eq!(owner.at(nodes[0].address()).all("/ledger-entries", &[]).len(), all.len());
    }
}
