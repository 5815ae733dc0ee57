//! Orders: what they reserve, what goes out, and where they stand.
use super::stock::{balanced, level, moves, product, warehouse};
use super::{act, confirmed, customer, euro, line};
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn is(found: [String; 4], expected: [&str; 4]) {
    assert_eq!(found, expected.map(str::to_owned));
}

fn sold(id: &str, quantity: &str) -> Value {
    json!({"product_id": id, "quantity": quantity, "unit_price": euro("20"), "tax": {"category": "standard", "percent": "10"}})
}

fn read(client: &Client<'_>, id: &str) -> Value {
    client.get(&format!("/orders/{id}")).is(200).json()
}

both! {
    fn an_order_goes_from_the_draft_to_the_delivery(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let desk = product(&owner, json!({"list_price": euro("20"), "tax_category": "exempt"}));
        let (near, far) = (warehouse(&owner, 5), warehouse(&owner, 50));
        moves(&owner, "receipt", &desk, &near, "3").is(201);
        moves(&owner, "receipt", &desk, &far, "5").is(201);
        // What the line leaves open is the product's.
        let draft = owner.post("/orders", json!({"customer_id": whom, "currency": "EUR", "lines": [{"product_id": desk, "quantity": "7"}]})).is(201);
        let json = draft.json();
        assert_eq!((&json["number"], &json["status"], &json["totals"]["payable"]), (&json!(null), &json!("draft"), &euro("140.00")));
        assert_eq!((&json["lines"][0]["line"], &json["lines"][0]["tax"]["category"]), (&json!(1), &json!("exempt")));
        let id = draft.id();
        is(level(&owner, &desk, &near), ["3", "0", "3", "0"]);
        owner.keyless().with("If-Match", "*").call("POST", &format!("/orders/{id}/confirm")).refuses(400, "idempotency_required");
        owner.call("POST", &format!("/orders/{id}/confirm")).refuses(428, "precondition_required");
        let order = owner.act(&format!("/orders/{id}/confirm"), &draft.etag()).is(200).json();
        assert_eq!((&order["number"], &order["status"]), (&json!("O-000001"), &json!("confirmed")));
        // No warehouse has it all.
        is(level(&owner, &desk, &near), ["3", "3", "0", "0"]);
        is(level(&owner, &desk, &far), ["5", "4", "1", "0"]);
        act(&owner, "/orders", &id, "confirm", json!({})).refuses(409, "order_not_draft");
        owner.patch(&format!("/orders/{id}"), "*", json!({"lines": []})).refuses(409, "order_not_draft");
        owner.patch(&format!("/orders/{id}"), "*", json!({"notes": "زنگ بزنید"})).is(200);
        owner.delete(&format!("/orders/{id}"), "*").refuses(409, "order_not_draft");
        let ship = |lines: Value| owner.post("/shipments", json!({"order_id": id, "carrier": "تیپاکس", "lines": lines}));
        ship(json!([{"line": 1, "quantity": "8"}])).refuses(422, "invalid").blames("/lines/0/quantity", "out_of_range");
        ship(json!([{"line": 2, "quantity": "1"}])).refuses(422, "invalid").blames("/lines/0/line", "not_found");
        let first = ship(json!([{"line": 1, "quantity": "4"}])).is(201);
        assert_eq!((&first.json()["number"], &first.json()["customer_id"]), (&json!("S-000001"), &json!(whom)));
        is(level(&owner, &desk, &near), ["0", "0", "0", "0"]);
        is(level(&owner, &desk, &far), ["4", "3", "1", "0"]);
        assert_eq!(read(&owner, &id)["status"], "partly_shipped");
        act(&owner, "/orders", &id, "cancel", json!({})).refuses(409, "order_shipped");
        // Two more than there were, of which one is there.
        let amend = |quantity: &str| {
            let mut line = read(&owner, &id)["lines"][0].clone();
            line["quantity"] = json!(quantity);
            act(&owner, "/orders", &id, "amend", json!({"lines": [line]}))
        };
        amend("3").refuses(422, "invalid").blames("/lines/0/quantity", "out_of_range");
        amend("9").refuses(409, "stock_insufficient");
        let amended = amend("8").is(200).json();
        assert_eq!((&amended["revision"], &amended["totals"]["payable"]), (&json!(1), &euro("160.00")));
        is(level(&owner, &desk, &far), ["4", "4", "0", "0"]);
        let second = ship(json!([])).is(201);
        assert_eq!(second.json()["lines"], json!([{"line": 1, "quantity": "4"}]));
        assert_eq!(read(&owner, &id)["status"], "shipped");
        ship(json!([])).refuses(422, "invalid").blames("/lines", "required");
        act(&owner, "/shipments", &first.id(), "deliver", json!({"received_by": "علی کریمی"})).is(200);
        act(&owner, "/shipments", &first.id(), "deliver", json!({})).refuses(409, "shipment_delivered");
        act(&owner, "/shipments", &second.id(), "deliver", json!({"delivered_at": "2999-01-01T00:00:00Z"})).refuses(422, "invalid").blames("/delivered_at", "out_of_range");
        act(&owner, "/shipments", &second.id(), "deliver", json!({})).is(200);
        assert_eq!(read(&owner, &id)["status"], "delivered");
        act(&owner, "/orders", &id, "close", json!({})).is(200);
        act(&owner, "/orders", &id, "close", json!({})).refuses(409, "order_not_open");
        balanced(app);
    }

    fn what_is_not_there_is_not_promised_and_what_is_cancelled_is_free(app: &App) {
        let owner = app.be(Who::Owner);
        let (whom, desk, here) = (customer(&owner), product(&owner, json!({})), warehouse(&owner, 5));
        let bundle = owner.post("/products", json!({"sku": format!("B-{}", tests::records::fresh()), "name": "دفتر کامل", "kind": "bundle", "status": "active",
            "parts": [{"product_id": desk, "quantity": "2"}]})).is(201).id();
        moves(&owner, "receipt", &desk, &here, "5").is(201);
        let draft = owner.post("/orders", json!({"customer_id": whom, "currency": "EUR", "lines": [sold(&desk, "1"), sold(&bundle, "3")]})).is(201).id();
        act(&owner, "/orders", &draft, "confirm", json!({})).refuses(409, "stock_insufficient");
        assert_eq!(read(&owner, &draft)["status"], "draft");
        is(level(&owner, &desk, &here), ["5", "0", "5", "0"]);
        // A number that was not given is given to the next.
        let order = confirmed(&owner, &whom, json!([sold(&desk, "1"), sold(&bundle, "2"), line("1", "3", "EUR")])).is(200).json();
        assert_eq!(order["number"], "O-000001");
        is(level(&owner, &desk, &here), ["5", "5", "0", "0"]);
        let id = order["id"].as_str().unwrap();
        act(&owner, "/orders", id, "hold", json!({})).refuses(422, "invalid").blames("/reason", "required");
        act(&owner, "/orders", id, "hold", json!({"reason": "تا فردا"})).is(200);
        owner.post("/shipments", json!({"order_id": id})).refuses(409, "order_held");
        act(&owner, "/orders", id, "release", json!({})).is(200);
        owner.post("/shipments", json!({"order_id": id, "lines": [{"line": 2, "quantity": "1"}]})).is(201);
        is(level(&owner, &desk, &here), ["3", "3", "0", "0"]);
        act(&owner, "/orders", id, "close", json!({"reason": "بس است"})).is(200);
        is(level(&owner, &desk, &here), ["3", "0", "3", "0"]);
        let other = confirmed(&owner, &whom, json!([sold(&desk, "3")])).is(200).id();
        act(&owner, "/orders", &other, "cancel", json!({"reason": "پشیمان شد"})).is(200);
        is(level(&owner, &desk, &here), ["3", "0", "3", "0"]);
        act(&owner, "/orders", &other, "cancel", json!({})).refuses(409, "order_not_open");
        balanced(app);
    }

    fn attack_56_what_makes_no_sense_in_an_order(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let order = |lines: Value| owner.post("/orders", json!({"customer_id": whom, "currency": "EUR", "lines": lines})).refuses(422, "invalid");
        order(json!([line("-1", "10", "EUR")])).blames("/lines/0/quantity", "out_of_range");
        order(json!([line("1", "-10", "EUR")])).blames("/lines/0/unit_price/amount", "out_of_range");
        order(json!([line("1", "10", "IRR")])).blames("/lines/0/unit_price/currency", "conflict");
        order(json!([{"description": "x", "quantity": "1"}])).blames("/lines/0/unit_price", "required").blames("/lines/0/tax", "required");
        let mut discount = line("1", "10", "EUR");
        discount["adjustments"] = json!([{"kind": "allowance", "percent": "101"}]);
        order(json!([discount])).blames("/lines/0/adjustments/0/percent", "out_of_range");
        let twice = json!([{"line": 1, "description": "x", "quantity": "1", "unit_price": euro("1"), "tax": {"category": "zero", "percent": "0"}}]);
        let twice = json!([twice[0], twice[0]]);
        order(twice).blames("/lines/1/line", "duplicate");
        owner.post("/orders", json!({"customer_id": whom, "currency": "XXX", "lines": []})).refuses(422, "invalid").blames("/currency", "not_allowed");
        let empty = owner.post("/orders", json!({"customer_id": whom, "currency": "EUR", "lines": []})).is(201).id();
        act(&owner, "/orders", &empty, "confirm", json!({})).refuses(422, "invalid").blames("/lines", "required");
        owner.keyless().post("/orders", json!({"customer_id": whom, "currency": "EUR"})).refuses(400, "idempotency_required");
        // In the language that was asked for.
        let fa = owner.with("Accept-Language", "fa").with("If-Match", "*").post(&format!("/orders/{empty}/release"), json!({})).refuses(409, "order_not_held");
        assert_eq!(fa.json()["title"], "این سفارش منتظر چیزی نیست");
    }
}
