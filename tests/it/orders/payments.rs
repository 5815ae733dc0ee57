//! Payments: for what they are, that nobody pays twice, and that the ledger says the same as the documents.
use super::invoices::balance;
use super::{act, customer, euro, issued, line};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::sync::Barrier;
use tests::{Client, Who, both};

fn pay(client: &Client<'_>, customer: &str, amount: &str, more: Value) -> tests::Answer {
    let mut body = json!({"customer_id": customer, "amount": euro(amount), "method": "bank_transfer"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/payments", body)
}

fn amount(value: &Value) -> Decimal {
    value["amount"].as_str().map_or(Decimal::ZERO, |text| text.parse().unwrap())
}

/// The ledger is what invoices, credit notes and payments come to, and what is owed is what is open less what is free.
fn balanced(client: &Client<'_>, customer: &str) {
    let filter = format!("customer_id = \"{customer}\"");
    let all = |path: &str| client.all(path, &[("filter", &filter)]);
    let sum = |records: &[Value], of: fn(&Value) -> Decimal| records.iter().map(of).sum::<Decimal>();
    let ledger = sum(&all("/ledger-entries"), |e| amount(&e["amount"]));
    let invoices: Vec<Value> = all("/invoices").into_iter().filter(|i| i["status"] != "draft").collect();
    let billed = sum(&invoices, |i| amount(&i["totals"]["payable"]));
    let credited = sum(&all("/credit-notes"), |n| amount(&n["totals"]["payable"]));
    let payments: Vec<Value> = all("/payments").into_iter().filter(|p| p["status"] == "received").collect();
    let paid = sum(&payments, |p| amount(&p["amount"]));
    assert_eq!(ledger, billed - credited - paid);
    let (open, free) = (
        sum(&invoices, |i| amount(&i["open"])),
        sum(&payments, |p| amount(&p["unallocated"])),
    );
    let surplus = sum(&all("/credit-notes"), |n| amount(&n["surplus"]));
    assert_eq!(ledger, open - free - surplus);
    for payment in &payments {
        let parts: Decimal = payment["allocations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| amount(&a["amount"]))
            .sum();
        assert_eq!(parts + amount(&payment["unallocated"]), amount(&payment["amount"]));
    }
    for invoice in &invoices {
        let parts: Decimal = payments
            .iter()
            .flat_map(|p| p["allocations"].as_array().unwrap())
            .filter(|a| a["invoice_id"] == invoice["id"])
            .map(|a| amount(&a["amount"]))
            .sum();
        assert_eq!(parts, amount(&invoice["paid"]));
    }
    let told = balance(client, customer, "2999-01-01");
    assert_eq!(amount(&told["balance"]), ledger);
}

both! {
    fn a_payment_is_for_what_is_due_first_and_the_rest_stays(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let late = issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({"issued_on": "2026-01-01", "payment_days": 60}));
        let soon = issued(&owner, &whom, json!([line("1", "50", "EUR")]), json!({"issued_on": "2026-01-02", "payment_days": 10}));
        let first = pay(&owner, &whom, "120", json!({"received_on": "2026-02-01", "reference": "TRX-1"})).is(201).json();
        assert_eq!(first["number"], "P-000001");
        assert_eq!(first["allocations"], json!([{"invoice_id": soon.id(), "amount": euro("50.00")}, {"invoice_id": late.id(), "amount": euro("70.00")}]));
        pay(&owner, &whom, "120", json!({"reference": "TRX-1"})).refuses(409, "taken").blames("/reference", "taken");
        let only = |invoice: &str, amount: Value| json!({"allocations": [{"invoice_id": invoice, "amount": amount}]});
        // Nobody pays twice.
        pay(&owner, &whom, "50", only(&soon.id(), euro("50"))).refuses(409, "invoice_settled");
        pay(&owner, &whom, "50", only(&late.id(), euro("30.01"))).refuses(422, "invalid").blames("/allocations/0/amount/amount", "out_of_range");
        pay(&owner, &whom, "-5", json!({})).refuses(422, "invalid").blames("/amount/amount", "out_of_range");
        pay(&owner, &whom, "0", json!({})).refuses(422, "invalid").blames("/amount/amount", "out_of_range");
        pay(&owner, &customer(&owner), "50", only(&late.id(), euro("1"))).refuses(422, "invalid").blames("/allocations/0/invoice_id", "conflict");
        owner.post("/payments", json!({"customer_id": whom, "amount": {"amount": "9", "currency": "USD"}, "method": "cash", "allocations": [{"invoice_id": late.id()}]}))
            .refuses(422, "invalid").blames("/amount/currency", "conflict");
        owner.keyless().post("/payments", json!({"customer_id": whom, "amount": euro("1"), "method": "cash"})).refuses(400, "idempotency_required");
        balanced(&owner, &whom);
        // More than is owed stays theirs, until there is something to pay.
        let over = pay(&owner, &whom, "45", only(&late.id(), json!(null))).is(201).json();
        assert_eq!(over["unallocated"], euro("15.00"));
        assert_eq!(balance(&owner, &whom, "2999-01-01")["balance"], euro("-15.00"));
        let id = over["id"].as_str().unwrap();
        act(&owner, "/payments", id, "allocate", json!({})).refuses(409, "payment_allocated");
        let next = issued(&owner, &whom, json!([line("1", "40", "EUR")]), json!({}));
        act(&owner, "/payments", id, "allocate", json!({"allocations": [{"invoice_id": next.id(), "amount": euro("15.01")}]})).refuses(422, "invalid");
        let used = act(&owner, "/payments", id, "allocate", json!({"allocations": [{"invoice_id": next.id()}]})).is(200).json();
        assert_eq!((&used["unallocated"], &used["version"]), (&euro("0.00"), &json!(2)));
        balanced(&owner, &whom);
        // It bounced: what it was for is owed again, and its reference may come again.
        act(&owner, "/payments", first["id"].as_str().unwrap(), "reverse", json!({"reason": "چک برگشت خورد"})).is(200);
        act(&owner, "/payments", first["id"].as_str().unwrap(), "reverse", json!({"reason": "x"})).refuses(409, "payment_reversed");
        let again = owner.get(&format!("/invoices/{}", soon.id())).is(200).json();
        assert_eq!((&again["status"], &again["open"], &again["settled_on"]), (&json!("issued"), &euro("50.00"), &json!(null)));
        balanced(&owner, &whom);
        pay(&owner, &whom, "120", json!({"reference": "TRX-1"})).is(201);
        balanced(&owner, &whom);
        let told = owner.get(&format!("/customers/{whom}/credit")).is(200).json();
        assert_eq!(told["behaviour"]["settled"], 2);
        owner.patch(&format!("/payments/{id}"), "*", json!({"notes": "x"})).is(405);
        owner.delete(&format!("/payments/{id}"), "*").is(405);
    }

    fn attack_56_one_invoice_is_paid_once_however_many_pay_at_once(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let invoice = issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({}));
        let second = (!app.database().starts_with("sqlite")).then(|| app.another(&[]));
        let servers = [app.node().address(), second.as_ref().map_or(app.node().address(), |node| node.address())];
        let start = Barrier::new(30);
        let made: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..30).map(|n| {
                let (client, start, invoice, whom) = (owner.at(servers[n % 2]), &start, invoice.id(), &whom);
                scope.spawn(move || {
                    start.wait();
                    loop {
                        let more = json!({"allocate_by": "nothing", "allocations": [{"invoice_id": invoice, "amount": euro("20")}]});
                        let answer = pay(&client, whom, "20", more);
                        match answer.status {
                            503 => std::thread::yield_now(),
                            409 => { answer.refuses(409, "invoice_settled"); break 409 }
                            status => break status,
                        }
                    }
                })
            }).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(made.iter().filter(|s| **s == 201).count(), 5, "{made:?}");
        assert_eq!(made.iter().filter(|s| **s == 409).count(), 25, "{made:?}");
        assert_eq!(owner.get(&format!("/invoices/{}", invoice.id())).is(200).json()["status"], "paid");
        balanced(&owner, &whom);
    }

    fn a_repeated_payment_is_one_payment(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let keyed = owner.with("Idempotency-Key", "rent-of-march");
        let first = pay(&keyed, &whom, "10", json!({})).is(201);
        let again = pay(&keyed, &whom, "10", json!({})).is(201);
        assert_eq!((first.text(), again.header("idempotency-replayed")), (again.text(), "true"));
        pay(&keyed, &whom, "11", json!({})).refuses(422, "idempotency_key_reused");
        assert_eq!(owner.all("/payments", &[]).len(), 1);
        balanced(&owner, &whom);
    }
}
