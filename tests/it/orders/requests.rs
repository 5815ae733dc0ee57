//! Purchase requests: decided by somebody else, and ordered once.
use super::stock::product;
use super::{act, customer, euro};
use serde_json::{Value, json};
use std::sync::Barrier;
use tests::{App, Client, Who, both};

fn asked(client: &Client<'_>, whom: &str, lines: Value) -> String {
    let body = json!({"customer_id": whom, "currency": "EUR", "lines": lines, "reference": "PO-7", "ship_to": "یزد"});
    client.post("/purchase-requests", body).is(201).id()
}

fn good(client: &Client<'_>) -> String {
    product(
        client,
        json!({"list_price": euro("10"), "tax_category": "exempt", "stocked": false}),
    )
}

/// Somebody else who may do everything.
pub fn second<'a>(app: &'a App) -> Client<'a> {
    let owner = app.be(Who::Owner);
    let (email, password) = ("boss@new.example", "seven tall cypresses of Abarkuh");
    let body = json!({"name": "مدیر", "email": email, "role_ids": [app.people.roles["Test owner"]], "password": password});
    owner.post("/users", body).is(201);
    let signed = app
        .anyone()
        .post("/auth/login", json!({"email": email, "password": password}))
        .is(200)
        .json();
    app.anyone().with_token(signed["access_token"].as_str().unwrap())
}

both! {
    fn a_request_is_decided_by_somebody_else_and_ordered_once(app: &App) {
        let (owner, boss) = (app.be(Who::Owner), second(app));
        let whom = customer(&owner);
        let request = asked(&owner, &whom, json!([{"product_id": good(&owner), "quantity": "3"}]));
        let at = format!("/purchase-requests/{request}");
        assert_eq!(owner.get(&at).is(200).json()["number"], "PR-000001");
        let does = |client: &Client<'_>, verb: &str, body: Value| act(client, "/purchase-requests", &request, verb, body);
        does(&owner, "convert", json!({})).refuses(409, "request_not_approved");
        does(&owner, "approve", json!({})).refuses(409, "self_approval");
        assert_eq!(does(&boss, "approve", json!({})).is(200).json()["status"], "approved");
        does(&boss, "decline", json!({"reason": "x"})).refuses(409, "request_decided");
        owner.patch(&at, "*", json!({"reference": "PO-8"})).refuses(409, "request_decided");
        let second = (!app.database().starts_with("sqlite")).then(|| app.another(&[]));
        let servers = [app.node().address(), second.as_ref().map_or(app.node().address(), |node| node.address())];
        let start = Barrier::new(16);
        let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|n| {
                let (client, start, request) = (owner.at(servers[n % 2]), &start, &request);
                scope.spawn(move || {
                    start.wait();
                    loop {
                        let answer = act(&client, "/purchase-requests", request, "convert", json!({}));
                        if answer.status != 503 {
                            break (answer.status, answer.id());
                        }
                        std::thread::yield_now();
                    }
                })
            }).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|(status, order)| matches!(status, 200 | 201) && *order == answers[0].1), "{answers:?}");
        let order = owner.get(&format!("/orders/{}", answers[0].1)).is(200).json();
        assert_eq!((&order["totals"]["payable"], &order["purchase_request_id"], &order["reference"]), (&euro("30.00"), &json!(request), &json!("PO-7")));
        let kept = owner.get(&at).is(200).json();
        assert_eq!((&kept["status"], &kept["order_id"]), (&json!("ordered"), &order["id"]));
        owner.delete(&at, "*").refuses(409, "request_ordered");
        owner.delete(&format!("/orders/{}", answers[0].1), "*").refuses(409, "order_of_request");
        app.be(Who::Viewer).with("If-Match", "*").post(&format!("{at}/approve"), json!({})).refuses(403, "forbidden");
    }

    fn attack_56_what_makes_no_sense_in_a_request(app: &App) {
        let (owner, boss) = (app.be(Who::Owner), second(app));
        let whom = customer(&owner);
        let refused = |lines: Value| owner.post("/purchase-requests", json!({"customer_id": whom, "currency": "EUR", "lines": lines})).refuses(422, "invalid");
        refused(json!([])).blames("/lines", "required");
        refused(json!([{"product_id": good(&owner), "quantity": "-1"}])).blames("/lines/0/quantity", "out_of_range");
        refused(json!([{"quantity": "1"}])).blames("/lines/0/description", "required");
        let draft = owner.post("/products", json!({"sku": format!("D-{}", tests::records::fresh()), "name": "x", "kind": "good"})).is(201).id();
        refused(json!([{"product_id": draft, "quantity": "1"}])).blames("/lines/0/product_id", "conflict");
        // What nobody can price is told when it is to be ordered, and nothing is.
        let request = asked(&owner, &whom, json!([{"description": "چیزی تازه", "quantity": "1"}]));
        let does = |client: &Client<'_>, verb: &str, body: Value| act(client, "/purchase-requests", &request, verb, body);
        does(&boss, "approve", json!({})).is(200);
        does(&owner, "convert", json!({})).refuses(422, "invalid").blames("/lines/0/unit_price", "required");
        assert_eq!(owner.get(&format!("/purchase-requests/{request}")).is(200).json()["status"], "approved");
        let other = asked(&owner, &whom, json!([{"description": "چیزی تازه", "quantity": "1"}]));
        act(&boss, "/purchase-requests", &other, "decline", json!({"reason": "نداریم"})).is(200);
        act(&owner, "/purchase-requests", &other, "convert", json!({})).refuses(409, "request_not_approved");
    }
}
