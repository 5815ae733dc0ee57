//! Invoices: what they come to, that they stay as they were issued, and what puts them right.
use super::{act, confirmed, customer, euro, issued, line};
use serde_json::{Value, json};
use tests::{Client, Who, both};

/// The balance of a customer in euros, on a day.
pub fn balance(client: &Client<'_>, customer: &str, on: &str) -> Value {
    let told = client
        .list(&format!("/customers/{customer}/balance"), &[("as_of", on)])
        .is(200)
        .json();
    told["balances"]
        .as_array()
        .unwrap()
        .iter()
        .find(|b| b["currency"] == "EUR")
        .cloned()
        .unwrap_or(Value::Null)
}

both! {
    fn an_invoice_that_was_issued_stays_as_it_is(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let body = json!({"customer_id": whom, "currency": "EUR", "payment_days": 30, "issued_on": "2026-03-21", "lines": [line("2", "50", "EUR")]});
        let draft = owner.post("/invoices", body.clone()).is(201);
        let (id, json) = (draft.id(), draft.json());
        assert_eq!((&json["number"], &json["open"], &json["totals"]["payable"]), (&json!(null), &json!(null), &euro("100.00")));
        owner.patch(&format!("/invoices/{id}"), "*", json!({"reference": "PO-7"})).is(200);
        act(&owner, "/invoices", &id, "issue", json!({})).is(200);
        let invoice = owner.get(&format!("/invoices/{id}")).is(200).json();
        assert_eq!((&invoice["number"], &invoice["status"], &invoice["due_on"]), (&json!("I-000001"), &json!("issued"), &json!("2026-04-20")));
        assert_eq!((&invoice["open"], &invoice["due"]), (&euro("100.00"), &json!([{"due_on": "2026-04-20", "amount": euro("100.00")}])));
        for change in [json!({"lines": []}), json!({"reference": "PO-8"}), json!({"currency": "USD"}), json!({"issued_on": "2026-03-22"}), json!({"notes": "x"}), json!({"prepaid": euro("1")})] {
            owner.patch(&format!("/invoices/{id}"), "*", change).refuses(409, "invoice_issued");
        }
        for set in ["number", "open", "paid", "status", "totals", "due"] {
            owner.patch(&format!("/invoices/{id}"), "*", json!({set: invoice[set]})).refuses(422, "invalid").blames(&format!("/{set}"), "read_only");
        }
        owner.delete(&format!("/invoices/{id}"), "*").refuses(409, "invoice_issued");
        act(&owner, "/invoices", &id, "issue", json!({})).refuses(409, "invoice_issued");
        // One that failed takes no number.
        let mut wrong = body.clone();
        wrong["instalments"] = json!([{"due_on": "2026-04-01", "percent": "40"}]);
        let wrong = owner.post("/invoices", wrong).is(201).id();
        act(&owner, "/invoices", &wrong, "issue", json!({})).refuses(422, "invalid").blames("/instalments", "conflict");
        let third = issued(&owner, &whom, json!([line("1", "9.99", "EUR")]), json!({"instalments": [{"due_on": "2031-01-01", "percent": "50"}, {"due_on": "2031-02-01", "percent": "50"}]})).json();
        assert_eq!((&third["number"], &third["due"][0]["amount"], &third["due"][1]["amount"]), (&json!("I-000002"), &euro("5.00"), &euro("4.99")));
        let owed = balance(&owner, &whom, "2026-05-20");
        assert_eq!((&owed["balance"], &owed["overdue"]), (&euro("100.00"), &euro("100.00")), "the other invoice is of today");
        assert_eq!(owed["ageing"][1]["amount"], euro("100.00"), "30 days");
        assert_eq!(balance(&owner, &whom, "2026-05-21")["ageing"][2]["amount"], euro("100.00"), "31 days");
        let fa = owner.with("Accept-Language", "fa").get(&format!("/customers/{whom}/balance")).is(200);
        assert_eq!((fa.header("content-language"), &fa.json()["balances"][0]["ageing"][0]["label"]), ("fa", &json!("سررسید نشده")));
        app.be(Who::Powerless).get(&format!("/customers/{whom}/balance")).refuses(403, "forbidden");
        owner.get(&format!("/customers/{}/balance", uuid::Uuid::now_v7())).refuses(404, "not_found");
        owner.get(&format!("/customers/{whom}/balance?as_of=yesterday")).refuses(400, "invalid_parameter");
    }

    fn an_order_is_invoiced_once(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let order = confirmed(&owner, &whom, json!([line("2", "50", "EUR"), line("1", "20", "EUR")])).is(200).id();
        let of_order = |more: Value| {
            let mut body = json!({"customer_id": whom, "order_id": order});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/invoices", body)
        };
        let other = customer(&owner);
        owner.post("/invoices", json!({"customer_id": other, "order_id": order})).refuses(422, "invalid").blames("/order_id", "conflict");
        of_order(json!({"currency": "USD"})).refuses(422, "invalid").blames("/currency", "conflict");
        let (first, again) = (of_order(json!({})).is(201), of_order(json!({})).is(201));
        assert_eq!((&first.json()["totals"]["payable"], &first.json()["currency"]), (&euro("120.00"), &json!("EUR")));
        act(&owner, "/invoices", &first.id(), "issue", json!({})).is(200);
        act(&owner, "/invoices", &again.id(), "issue", json!({})).refuses(409, "order_invoiced");
        of_order(json!({})).refuses(422, "invalid").blames("/lines", "required");
        assert_eq!(owner.get(&format!("/orders/{order}")).is(200).json()["invoiced"], euro("120.00"));
        act(&owner, "/orders", &order, "cancel", json!({})).refuses(409, "order_invoiced");
        // What was credited may be invoiced again.
        owner.post("/credit-notes", json!({"invoice_id": first.id(), "reason": "نشانی نادرست"})).is(201);
        act(&owner, "/invoices", &again.id(), "issue", json!({})).is(200);
        assert_eq!(balance(&owner, &whom, "2999-01-01")["balance"], euro("120.00"));
        let draft = owner.post("/orders", json!({"customer_id": whom, "currency": "EUR", "lines": []})).is(201).id();
        owner.post("/invoices", json!({"customer_id": whom, "order_id": draft})).refuses(409, "order_not_open");
    }

    fn a_credit_note_puts_an_invoice_right(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let invoice = issued(&owner, &whom, json!([line("4", "25", "EUR")]), json!({"issued_on": "2026-03-21"}));
        let credit = |body: Value| {
            let mut all = json!({"invoice_id": invoice.id(), "reason": "برگشت کالا"});
            all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            owner.post("/credit-notes", all)
        };
        credit(json!({"lines": [line("1", "100.01", "EUR")]})).refuses(422, "invalid").blames("/lines", "out_of_range");
        credit(json!({"lines": [line("-1", "10", "EUR")]})).refuses(422, "invalid").blames("/lines", "out_of_range");
        credit(json!({"issued_on": "2026-03-20"})).refuses(422, "invalid").blames("/issued_on", "out_of_range");
        let note = credit(json!({"lines": [line("1", "25", "EUR")]})).is(201).json();
        assert_eq!((&note["number"], &note["customer_id"], &note["surplus"]), (&json!("CN-000001"), &json!(whom), &euro("0.00")));
        credit(json!({})).refuses(422, "invalid").blames("/lines", "required");
        let now = owner.get(&format!("/invoices/{}", invoice.id())).is(200).json();
        assert_eq!((&now["open"], &now["credited"], &now["status"]), (&euro("75.00"), &euro("25.00"), &json!("part_paid")));
        // What was paid and is credited then is free for another invoice.
        let payment = owner.post("/payments", json!({"customer_id": whom, "amount": euro("75"), "method": "cash"})).is(201);
        credit(json!({"lines": [line("2", "25", "EUR")]})).is(201);
        let now = owner.get(&format!("/invoices/{}", invoice.id())).is(200).json();
        assert_eq!((&now["open"], &now["paid"], &now["credited"], &now["status"]), (&euro("0.00"), &euro("25.00"), &euro("75.00"), &json!("paid")));
        let free = owner.get(&format!("/payments/{}", payment.id())).is(200).json();
        assert_eq!((&free["unallocated"], &free["allocations"][0]["amount"]), (&euro("50.00"), &euro("25.00")));
        assert_eq!(balance(&owner, &whom, "2999-01-01")["balance"], euro("-50.00"));
        let draft = owner.post("/invoices", json!({"customer_id": whom, "currency": "EUR", "lines": [line("1", "1", "EUR")]})).is(201).id();
        owner.post("/credit-notes", json!({"invoice_id": draft, "reason": "x"})).refuses(409, "invoice_draft");
        owner.patch(&format!("/credit-notes/{}", note["id"].as_str().unwrap()), "*", json!({"reason": "y"})).is(405);
    }
}
