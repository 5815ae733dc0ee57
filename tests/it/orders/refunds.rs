//! What is left of what a customer paid or was credited: for other invoices, or paid back, once.
use super::stock::{moves, product, warehouse};
use super::{act, customer, euro, issued, line};
use serde_json::{Value, json};
use std::sync::Barrier;
use tests::{Client, Who, both};

/// What a customer owes by the ledger, and what of theirs is for nothing yet.
fn account(client: &Client<'_>, whom: &str) -> (String, String) {
    let told = client.get(&format!("/customers/{whom}/balance")).is(200).json();
    let euros = told["balances"].as_array().unwrap();
    let amount = |name: &str| euros[0][name]["amount"].as_str().unwrap().to_owned();
    (amount("balance"), amount("unallocated"))
}

fn read(client: &Client<'_>, address: &str) -> Value {
    client.get(address).is(200).json()
}

both! {
    fn what_a_paid_invoice_was_credited_is_for_others_or_paid_back(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let invoice = issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({})).id();
        let payment = owner.post("/payments", json!({"customer_id": whom, "amount": euro("100"), "method": "cash"})).is(201).id();
        owner.post("/refunds", json!({"payment_id": payment, "method": "cash"})).refuses(409, "refund_nothing");
        owner.post("/credit-notes", json!({"invoice_id": invoice, "reason": "برگشت"})).is(201);
        assert_eq!(account(&owner, &whom), ("-100.00".to_owned(), "100.00".to_owned()));
        // Some of it is for another invoice, the rest is paid back.
        let other = issued(&owner, &whom, json!([line("1", "30", "EUR")]), json!({})).id();
        act(&owner, "/payments", &payment, "allocate", json!({"allocations": [{"invoice_id": other}]})).is(200);
        let refund = |more: Value| {
            let mut body = json!({"payment_id": payment, "method": "bank_transfer"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/refunds", body)
        };
        refund(json!({"amount": euro("70.01")})).refuses(422, "invalid").blames("/amount/amount", "out_of_range");
        refund(json!({"amount": euro("-1")})).refuses(422, "invalid").blames("/amount/amount", "out_of_range");
        refund(json!({"amount": {"amount": "1", "currency": "IRR"}})).refuses(422, "invalid");
        refund(json!({"payment_id": null})).refuses(422, "invalid").blames("/payment_id", "required");
        refund(json!({"refunded_on": "2999-01-01"})).refuses(422, "invalid").blames("/refunded_on", "out_of_range");
        owner.keyless().post("/refunds", json!({"payment_id": payment, "method": "cash"})).refuses(400, "idempotency_required");
        let first = refund(json!({"amount": euro("20"), "reference": "TRX-1"})).is(201);
        assert_eq!((&first.json()["number"], &first.json()["customer_id"]), (&json!("RF-000001"), &json!(whom)));
        refund(json!({"amount": euro("1"), "reference": "TRX-1"})).refuses(409, "taken");
        let rest = refund(json!({})).is(201).json();
        assert_eq!(rest["amount"], euro("50.00"));
        refund(json!({})).refuses(409, "refund_nothing");
        let kept = read(&owner, &format!("/payments/{payment}"));
        assert_eq!((&kept["unallocated"], &kept["refunded"]), (&euro("0.00"), &euro("70.00")));
        assert_eq!(account(&owner, &whom), ("0.00".to_owned(), "0.00".to_owned()));
        // It stays as it is.
        let at = format!("/refunds/{}", first.id());
        assert!(owner.patch(&at, "*", json!({"amount": euro("1")})).status >= 400);
        assert!(owner.delete(&at, "*").status >= 400);
        let entries = owner.all("/ledger-entries", &[("filter", &format!("customer_id = \"{whom}\" AND kind = \"refund\""))]);
        assert_eq!(entries.len(), 2);
    }

    fn the_surplus_of_a_credit_note_is_for_others_or_paid_back(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        // Paid elsewhere before: when it is credited there is no payment to free.
        let invoice = issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({"prepaid": euro("100")})).id();
        let note = owner.post("/credit-notes", json!({"invoice_id": invoice, "reason": "برگشت"})).is(201).json();
        let id = note["id"].as_str().unwrap();
        assert_eq!((&note["surplus"], &note["unallocated"]), (&euro("100.00"), &euro("100.00")));
        assert_eq!(account(&owner, &whom), ("-100.00".to_owned(), "100.00".to_owned()));
        act(&owner, "/credit-notes", id, "allocate", json!({})).refuses(409, "payment_allocated");
        let (one, two) = (issued(&owner, &whom, json!([line("1", "30", "EUR")]), json!({})).id(), issued(&owner, &whom, json!([line("1", "50", "EUR")]), json!({})).id());
        let others = issued(&owner, &customer(&owner), json!([line("1", "50", "EUR")]), json!({})).id();
        let give = |parts: Value| act(&owner, "/credit-notes", id, "allocate", json!({"allocations": parts}));
        give(json!([{"invoice_id": others}])).refuses(422, "invalid").blames("/allocations/0/invoice_id", "conflict");
        give(json!([{"invoice_id": one, "amount": euro("30.01")}])).refuses(422, "invalid").blames("/allocations/0/amount/amount", "out_of_range");
        give(json!([{"invoice_id": one}, {"invoice_id": one}])).refuses(422, "invalid").blames("/allocations/1/invoice_id", "duplicate");
        let given = give(json!([{"invoice_id": two, "amount": euro("10")}])).is(200).json();
        assert_eq!((&given["unallocated"], &given["allocations"][0]["amount"]), (&euro("90.00"), &euro("10.00")));
        // Without any named, those due first.
        let given = act(&owner, "/credit-notes", id, "allocate", json!({})).is(200).json();
        assert_eq!(given["unallocated"], euro("20.00"));
        for invoice in [&one, &two] {
            assert_eq!(read(&owner, &format!("/invoices/{invoice}"))["status"], "paid");
        }
        give(json!([{"invoice_id": one}])).refuses(409, "invoice_settled");
        owner.post("/refunds", json!({"credit_note_id": id, "method": "cash"})).is(201);
        assert_eq!(account(&owner, &whom), ("0.00".to_owned(), "0.00".to_owned()));
        assert_eq!(read(&owner, &format!("/credit-notes/{id}"))["refunded"], euro("20.00"));
        app.be(Who::Viewer).with("If-Match", "*").post(&format!("/credit-notes/{id}/allocate"), json!({})).refuses(403, "forbidden");
    }

    fn attack_55_nothing_is_paid_back_twice(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let payment = owner.post("/payments", json!({"customer_id": whom, "amount": euro("100"), "method": "cash"})).is(201).id();
        let start = Barrier::new(20);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..20).map(|_| {
                let (client, start, payment) = (app.be(Who::Owner), &start, &payment);
                scope.spawn(move || {
                    start.wait();
                    loop {
                        let answer = client.post("/refunds", json!({"payment_id": payment, "method": "cash", "amount": euro("20")}));
                        if answer.status != 503 {
                            break answer.status;
                        }
                        std::thread::yield_now();
                    }
                })
            }).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 5, "{statuses:?}");
        assert!(statuses.iter().all(|s| matches!(s, 201 | 409)), "{statuses:?}");
        assert_eq!(account(&owner, &whom), ("0.00".to_owned(), "0.00".to_owned()));
    }

    fn a_product_in_stock_is_not_deleted(app: &App) {
        let owner = app.be(Who::Owner);
        let (good, here) = (product(&owner, json!({})), warehouse(&owner, 5));
        moves(&owner, "receipt", &good, &here, "3").is(201);
        let at = format!("/products/{good}");
        owner.delete(&at, "*").refuses(409, "product_in_stock");
        moves(&owner, "issue", &good, &here, "3").is(201);
        moves(&owner, "expect", &good, &here, "1").is(201);
        owner.delete(&at, "*").refuses(409, "product_in_stock");
        moves(&owner, "unexpect", &good, &here, "1").is(201);
        owner.delete(&at, "*").is(204);
    }
}
