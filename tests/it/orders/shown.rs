//! What of orders is shown elsewhere: the view of a customer, the timeline, and the dashboard.
use super::requests::second;
use super::stock::{moves, product, warehouse};
use super::{act, confirmed, customer, euro, issued, line};
use serde_json::{Value, json};
use tests::{Who, both};

both! {
    fn a_customer_is_seen_with_their_orders_and_what_they_owe(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let order = confirmed(&owner, &whom, json!([line("1", "30", "EUR")])).is(200).json();
        let gone = confirmed(&owner, &whom, json!([line("1", "5", "EUR")])).is(200).id();
        act(&owner, "/orders", &gone, "cancel", json!({})).is(200);
        let invoice = issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({"issued_on": "2026-01-01"})).json();
        owner.post("/payments", json!({"customer_id": whom, "amount": euro("40"), "method": "card"})).is(201);
        let whole = owner.get(&format!("/customers/{whom}/360")).is(200).json();
        let orders: Vec<(&Value, &Value)> = whole["orders"]["data"].as_array().unwrap().iter().map(|o| (&o["id"], &o["status"])).collect();
        assert_eq!(orders, [(&order["id"], &json!("confirmed")), (&json!(gone), &json!("cancelled"))], "what is under way comes first");
        let owes = &whole["balances"]["data"][0];
        assert_eq!((&owes["balance"], &owes["overdue"], &owes["open_invoices"]), (&euro("60.00"), &euro("60.00"), &json!(1)));
        let told = owner.list(&format!("/customers/{whom}/timeline"), &[("kinds", "order,invoice,payment")]).is(200).data();
        let kinds: Vec<(&str, &str)> = told.iter().map(|i| (i["kind"].as_str().unwrap(), i["word"].as_str().unwrap())).collect();
        assert_eq!(kinds, [("payment", "card"), ("invoice", "part_paid"), ("order", "cancelled"), ("order", "confirmed")]);
        assert_eq!(told[1]["title"], invoice["number"]);
    }

    fn what_a_customer_asks_for_and_gets_back_is_seen_as_well(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let asks = |reference: &str| {
            let lines = json!([{"description": "میز", "quantity": "1"}]);
            let body = json!({"customer_id": whom, "currency": "EUR", "lines": lines, "reference": reference});
            owner.post("/purchase-requests", body).is(201).json()
        };
        let (first, latest, refused) = (asks("PO-1"), asks("PO-2"), asks("PO-3"));
        act(&second(app), "/purchase-requests", refused["id"].as_str().unwrap(), "decline", json!({"reason": "ناموجود"})).is(200);
        let invoice = issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({})).id();
        let payment = owner.post("/payments", json!({"customer_id": whom, "amount": euro("100"), "method": "cash"})).is(201).id();
        let note = owner.post("/credit-notes", json!({"invoice_id": invoice, "reason": "برگشت"})).is(201).json();
        let refund = owner.post("/refunds", json!({"payment_id": payment, "method": "bank_transfer", "reference": "TRX-1"})).is(201).json();

        let section = |client: &tests::Client<'_>| client.get(&format!("/customers/{whom}/360?sections=purchase_requests")).is(200).json();
        let whole = section(&owner);
        let shown: Vec<(&Value, &Value)> = whole["purchase_requests"]["data"].as_array().unwrap().iter().map(|r| (&r["id"], &r["status"])).collect();
        let (open, declined) = (json!("open"), json!("declined"));
        assert_eq!(shown, [(&latest["id"], &open), (&first["id"], &open), (&refused["id"], &declined)], "what waits for us comes first");
        let told = owner.list(&format!("/customers/{whom}/timeline"), &[("kinds", "purchase_request,credit_note,refund")]).is(200).data();
        let items: Vec<[&Value; 4]> = told.iter().map(|i| [&i["kind"], &i["word"], &i["title"], &i["summary"]]).collect();
        let texts = |kind: &str, word: &str, record: &Value, summary: &str| [json!(kind), json!(word), record["number"].clone(), json!(summary)];
        let expected = [
            texts("refund", "bank_transfer", &refund, "TRX-1"),
            texts("credit_note", "issued", &note, "برگشت"),
            texts("purchase_request", "declined", &refused, "PO-3"),
            texts("purchase_request", "open", &latest, "PO-2"),
            texts("purchase_request", "open", &first, "PO-1"),
        ];
        assert_eq!(items, expected.each_ref().map(|item| item.each_ref()));
    }

    fn the_dashboard_counts_stock_consumption_and_orders(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let (desk, lamp) = (product(&owner, json!({})), product(&owner, json!({})));
        let (here, there) = (warehouse(&owner, 5), warehouse(&owner, 50));
        for (product, warehouse, quantity) in [(&desk, &here, "100"), (&desk, &there, "20"), (&lamp, &here, "7")] {
            moves(&owner, "receipt", product, warehouse, quantity).is(201);
        }
        moves(&owner, "issue", &desk, &there, "20").is(201);
        let sold = json!([{"product_id": desk, "quantity": "10", "unit_price": euro("20"), "tax": {"category": "zero", "percent": "0"}}]);
        let order = confirmed(&owner, &whom, sold.clone()).is(200).id();
        owner.post("/shipments", json!({"order_id": order})).is(201);
        confirmed(&owner, &whom, sold).is(200);
        issued(&owner, &whom, json!([line("1", "100", "EUR")]), json!({"issued_on": "2026-01-01"}));
        let told = owner.get("/dashboards/orders").is(200).json();
        let first = &told["products"][0];
        assert_eq!((&first["product_id"], &first["consumed"], &first["on_hand"]), (&json!(desk), &json!("30"), &json!("90")));
        // 80 are free, and 30 went out in 30 days.
        assert_eq!((&first["available"], &first["days_left"]), (&json!("80"), &json!(80)));
        assert_eq!((&told["products"][1]["product_id"], &told["products"][1]["days_left"]), (&json!(lamp), &json!(null)));
        let orders: Vec<(&Value, &Value, &Value)> = told["orders"].as_array().unwrap().iter().map(|o| (&o["status"], &o["orders"], &o["total"])).collect();
        assert_eq!(orders, [(&json!("confirmed"), &json!(1), &euro("200.00")), (&json!("shipped"), &json!(1), &euro("200.00"))]);
        assert_eq!(told["receivables"], json!([{"open": euro("100.00"), "overdue": euro("100.00")}]));
        let one = owner.list("/dashboards/orders", &[("warehouse_id", there.as_str())]).is(200).json();
        assert_eq!((&one["products"][0]["on_hand"], &one["products"][0]["consumed"]), (&json!("0"), &json!("20")));
        owner.get("/dashboards/orders?since=2031-01-01T00:00:00Z&until=2030-01-01T00:00:00Z").refuses(422, "invalid");
        app.be(Who::Powerless).get("/dashboards/orders").refuses(403, "forbidden");
    }
}
