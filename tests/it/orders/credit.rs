//! Credit: orders beyond it wait and are not lost, whoever confirms how many at once.
use super::{act, confirmed, customer, euro, issued, line};
use serde_json::{Value, json};
use std::sync::Barrier;
use tests::{Who, both};

both! {
    fn an_order_beyond_the_limit_waits_for_somebody_else(app: &App) {
        let (owner, branch) = (app.be(Who::Owner), app.be(Who::Owner));
        let whom = customer(&owner);
        let account = owner.post("/credit-accounts", json!({"customer_id": whom, "credit_limit": euro("100")})).is(201);
        owner.post("/credit-accounts", json!({"customer_id": whom, "credit_limit": euro("900")})).refuses(409, "taken");
        confirmed(&owner, &whom, json!([line("1", "60", "EUR")])).is(200);
        let held = confirmed(&owner, &whom, json!([line("1", "40.01", "EUR")])).is(200).json();
        assert_eq!((&held["status"], &held["hold_reason"], &held["number"]), (&json!("on_hold"), &json!("credit_limit"), &json!("O-000002")));
        let fits = confirmed(&owner, &whom, json!([line("1", "40", "EUR")])).is(200).json();
        assert_eq!(fits["status"], "confirmed");
        let id = held["id"].as_str().unwrap();
        // Whoever confirmed it does not let it go on.
        act(&branch, "/orders", id, "release", json!({})).refuses(409, "self_approval");
        app.be(Who::Viewer).with("If-Match", "*").post(&format!("/orders/{id}/release"), json!({})).refuses(403, "forbidden");
        let second = owner.post("/users", json!({"name": "مدیر مالی", "email": "cfo@new.example", "role_ids": [app.people.roles["Test owner"]], "password": "seven tall cypresses of Abarkuh"})).is(201);
        let signed = app.anyone().post("/auth/login", json!({"email": "cfo@new.example", "password": "seven tall cypresses of Abarkuh"})).is(200).json();
        let manager = app.anyone().with_token(signed["access_token"].as_str().unwrap());
        let released = act(&manager, "/orders", id, "release", json!({})).is(200).json();
        assert_eq!((&released["status"], &released["released_by"]), (&json!("confirmed"), &json!(second.id())));
        // In another currency the customer has no credit.
        let foreign = owner.post("/orders", json!({"customer_id": whom, "currency": "USD", "lines": [line("1", "1", "USD")]})).is(201).id();
        assert_eq!(act(&owner, "/orders", &foreign, "confirm", json!({})).is(200).json()["hold_reason"], "credit_currency");
        // What is invoiced is owed as before; what is paid is not.
        let told = owner.get(&format!("/customers/{whom}/credit")).is(200).json();
        assert_eq!(told["accounts"][0]["exposure"], euro("140.01"));
        assert_eq!(told["accounts"][0]["available"], euro("-40.01"));
        issued(&owner, &whom, json!([line("1", "10", "EUR")]), json!({}));
        let told = owner.get(&format!("/customers/{whom}/credit")).is(200).json();
        assert_eq!((&told["accounts"][0]["open_orders"], &told["accounts"][0]["unpaid_invoices"]), (&euro("140.01"), &euro("10.00")));
        act(&owner, "/credit-accounts", &account.id(), "block", json!({"reason": "چک برگشتی"})).is(200);
        act(&owner, "/credit-accounts", &account.id(), "unblock", json!({})).refuses(409, "self_approval");
        let blocked = confirmed(&owner, &whom, json!([line("1", "0.01", "EUR")])).is(200).json();
        assert_eq!(blocked["hold_reason"], "credit_blocked");
        act(&manager, "/credit-accounts", &account.id(), "unblock", json!({})).is(200);
        app.be(Who::Powerless).get(&format!("/customers/{whom}/credit")).refuses(403, "forbidden");
    }

    fn attack_55_no_order_slips_past_the_limit(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        owner.post("/credit-accounts", json!({"customer_id": whom, "credit_limit": euro("100")})).is(201);
        let second = (!app.database().starts_with("sqlite")).then(|| app.another(&[]));
        let servers = [app.node().address(), second.as_ref().map_or(app.node().address(), |node| node.address())];
        let drafts: Vec<String> = (0..40)
            .map(|_| owner.post("/orders", json!({"customer_id": whom, "currency": "EUR", "lines": [line("1", "10", "EUR")]})).is(201).id())
            .collect();
        let start = Barrier::new(drafts.len());
        let statuses: Vec<Value> = std::thread::scope(|scope| {
            let threads: Vec<_> = drafts.iter().enumerate().map(|(n, id)| {
                let (client, start) = (owner.at(servers[n % 2]), &start);
                scope.spawn(move || {
                    start.wait();
                    loop {
                        let answer = act(&client, "/orders", id, "confirm", json!({}));
                        if answer.status != 503 {
                            break answer.is(200).json()["status"].clone();
                        }
                        std::thread::yield_now();
                    }
                })
            }).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let went = statuses.iter().filter(|s| **s == "confirmed").count();
        let waits = statuses.iter().filter(|s| **s == "on_hold").count();
        assert_eq!((went, waits), (10, 30));
        let mut numbers: Vec<String> = owner.all("/orders", &[]).iter().map(|o| o["number"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        assert_eq!(numbers, (1..=40).map(|n| format!("O-{n:06}")).collect::<Vec<_>>());
    }
}
