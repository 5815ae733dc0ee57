//! From the quote to the order: what was accepted is what is ordered, once.
use super::stock::product;
use super::{act, customer, euro};
use serde_json::{Value, json};
use std::sync::Barrier;
use tests::records::fresh;
use tests::{Answer, Client, Who, both};

/// A quote of two lines, one of them optional, with a discount, freight, a tax and a step of rounding.
fn offered(client: &Client<'_>, whom: &str, more: Value) -> Value {
    let good = |price: &str| product(client, json!({"list_price": euro(price), "stocked": false}));
    let taxed = json!({"category": "standard", "percent": "10"});
    let mut body = json!({
        "customer_id": whom, "title": "میزها", "currency": "EUR", "rounding_step": "1", "discounts": [{"kind": "allowance", "percent": "5"}],
        "charges": [{"reason": "کرایه", "amount": euro("7.30"), "tax_category": "zero"}],
        "lines": [
            {"product_id": good("33.33"), "quantity": "3", "tax": taxed, "note": "رنگ گردویی"},
            {"product_id": good("19.99"), "quantity": "2", "tax": taxed, "optional": true},
            {"product_id": good("0.07"), "quantity": "11", "tax": taxed, "discounts": [{"kind": "allowance", "percent": "50"}]}
        ]
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/quotes", body).is(201).json()
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

fn accepted(client: &Client<'_>, quote: &Value) -> Value {
    act(client, "/quotes", id(quote), "submit", json!({})).is(200);
    act(client, "/quotes", id(quote), "accept", json!({"name": "مریم کریمی"}))
        .is(200)
        .json()
}

fn convert(client: &Client<'_>, quote: &Value, options: Value) -> Answer {
    act(client, "/quotes", id(quote), "convert", json!({"options": options}))
}

both! {
    fn an_accepted_quote_becomes_an_order_that_comes_to_the_same(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let deal = owner.post("/opportunities", json!({"name": "میزها", "customer_id": whom})).is(201).json();
        let others = owner.post("/opportunities", json!({"name": "میزها", "customer_id": customer(&owner)})).is(201).json();
        let parts = json!([{"percent": "40"}, {"percent": "60", "after_months": 1}]);
        let term = owner.post("/payment-terms", json!({"name": "دو قسط", "instalments": parts})).is(201).id();
        let quote = offered(&owner, &whom, json!({"opportunity_id": deal["id"], "payment_term_id": term}));
        let at = format!("/quotes/{}", id(&quote));
        owner.patch(&at, "*", json!({"opportunity_id": others["id"]})).refuses(422, "invalid").blames("/opportunity_id", "conflict");
        convert(&owner, &quote, json!([])).refuses(409, "quote_status");
        accepted(&owner, &quote);
        owner.keyless().with("If-Match", "*").post(&format!("{at}/convert"), json!({})).refuses(400, "idempotency_required");
        owner.post(&format!("{at}/convert"), json!({})).refuses(428, "precondition_required");
        owner.with("If-Match", "\"1\"").post(&format!("{at}/convert"), json!({})).refuses(412, "stale");
        convert(&owner, &quote, json!([1])).refuses(422, "invalid").blames("/options/0", "not_found");
        convert(&owner, &quote, json!([2, 2])).refuses(422, "invalid").blames("/options/1", "duplicate");
        convert(&owner, &quote, json!([0, 99])).refuses(422, "invalid").blames("/options/0", "not_found").blames("/options/1", "not_found");
        let order = convert(&owner, &quote, json!([])).is(201).json();
        assert_eq!((&order["totals"]["payable"], &order["totals"]["taxes"]), (&quote["total"], &quote["pricing"]["totals"]["taxes"]));
        assert_eq!((&order["status"], &order["customer_id"], &order["quote_id"], &order["opportunity_id"]), (&json!("draft"), &json!(whom), &quote["id"], &deal["id"]));
        let lines: Vec<&Value> = order["lines"].as_array().unwrap().iter().map(|l| &l["line"]).collect();
        assert_eq!((lines, &order["lines"][0]["description"]), (vec![&json!(1), &json!(3)], &json!("میز: رنگ گردویی")));
        // Whoever asks again gets the same, whatever version they mean.
        assert_eq!(convert(&owner, &quote, json!([2])).is(200).id(), id(&order));
        assert_eq!(owner.with("If-Match", "\"1\"").post(&format!("{at}/convert"), json!({})).is(200).id(), id(&order));
        // The quote and the deal know of it; the deal's changes tell.
        let kept = owner.get(&at).is(200).json();
        assert_eq!((&kept["order_id"], &kept["status"], kept["converted_at"].is_string()), (&order["id"], &json!("accepted"), true));
        let deal = owner.get(&format!("/opportunities/{}", id(&deal))).is(200).json();
        assert_eq!((&deal["accepted_quote_id"], &deal["order_id"], &deal["version"]), (&quote["id"], &order["id"], &json!(3)));
        let of_deal = format!("opportunity_id = \"{}\"", id(&deal));
        assert_eq!(owner.list("/orders", &[("filter", &of_deal)]).is(200).ids(), [id(&order)]);
        // What was accepted is not edited away; from where it is served is.
        let mine = format!("/orders/{}", id(&order));
        let mut cheaper = order["lines"].clone();
        cheaper[0]["unit_price"] = euro("1");
        owner.patch(&mine, "*", json!({"lines": cheaper})).refuses(409, "order_of_quote");
        owner.patch(&mine, "*", json!({"lines": []})).refuses(409, "order_of_quote");
        owner.patch(&mine, "*", json!({"quote_id": null})).refuses(422, "invalid").blames("/quote_id", "read_only");
        owner.patch(&mine, "*", json!({"ship_to": "یزد"})).is(200);
        owner.delete(&mine, "*").refuses(409, "order_of_quote");
        owner.delete(&at, "*").refuses(409, "quote_not_draft");
        // The invoice of it is paid by the terms of the quote.
        act(&owner, "/orders", id(&order), "confirm", json!({})).is(200);
        let invoice = owner.post("/invoices", json!({"customer_id": whom, "order_id": order["id"]})).is(201).json();
        assert_eq!((&invoice["totals"]["payable"], &invoice["payment_term_id"]), (&quote["total"], &json!(term)));
        let due = act(&owner, "/invoices", id(&invoice), "issue", json!({})).is(200).json()["due"].clone();
        let amount = |v: &Value| v["amount"]["amount"].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
        assert_eq!(due.as_array().unwrap().len(), 2);
        assert_eq!((amount(&due[0]) + amount(&due[1])).to_string(), quote["total"]["amount"].as_str().unwrap());
        app.be(Who::Viewer).with("If-Match", "*").post(&format!("{at}/convert"), json!({})).refuses(403, "forbidden");
    }

    fn chosen_options_are_ordered_with_the_rest(app: &App) {
        let owner = app.be(Who::Owner);
        let quote = accepted(&owner, &offered(&owner, &customer(&owner), json!({})));
        let order = convert(&owner, &quote, json!([2])).is(201).json();
        let nets: Vec<&Value> = order["line_totals"].as_array().unwrap().iter().map(|l| &l["net"]).collect();
        let priced = &quote["pricing"]["lines"];
        assert_eq!(nets, [&priced[0]["net"], &quote["options"][0]["net"], &priced[1]["net"]]);
    }

    fn a_product_that_is_no_longer_sold_is_delivered_as_promised(app: &App) {
        let owner = app.be(Who::Owner);
        let good = product(&owner, json!({"list_price": euro("10"), "tax_category": "exempt", "stocked": false}));
        let body = json!({"lines": [{"product_id": good, "quantity": "1"}]});
        let quote = accepted(&owner, &offered(&owner, &customer(&owner), body));
        owner.patch(&format!("/products/{good}"), "*", json!({"status": "retired", "list_price": euro("99")})).is(200);
        assert_eq!(convert(&owner, &quote, json!([])).is(201).json()["totals"]["payable"], quote["total"]);
    }

    fn attack_55_of_many_who_convert_at_once_one_makes_the_order(app: &App) {
        let owner = app.be(Who::Owner);
        let second = (!app.database().starts_with("sqlite")).then(|| app.another(&[]));
        let servers = [app.node().address(), second.as_ref().map_or(app.node().address(), |node| node.address())];
        let whom = customer(&owner);
        let quote = accepted(&owner, &offered(&owner, &whom, json!({})));
        let start = Barrier::new(24);
        let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..24).map(|n| {
                let (client, start, quote) = (owner.at(servers[n % 2]), &start, &quote);
                scope.spawn(move || {
                    start.wait();
                    loop {
                        let answer = convert(&client, quote, json!([]));
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
        let orders = owner.all("/orders", &[("filter", &format!("customer_id = \"{whom}\""))]);
        assert_eq!(orders.len(), 1);
    }

    fn a_coupon_is_used_with_the_order_and_free_when_it_is_cancelled(app: &App) {
        let owner = app.be(Who::Owner);
        let promotion = owner.post("/promotions", json!({"name": "Codes", "kind": "percent", "percent": "50", "coupon_only": true})).is(201).id();
        let code = format!("ONCE-{}", fresh());
        owner.post("/coupons", json!({"code": code, "promotion_id": promotion, "max_uses": 1})).is(201);
        let asked = || accepted(&owner, &offered(&owner, &customer(&owner), json!({"coupons": [code]})));
        let (one, two) = (asked(), asked());
        let order = convert(&owner, &one, json!([])).is(201).json();
        assert_eq!(order["totals"]["payable"], one["total"]);
        let reference = format!("reference = \"{}\"", one["number"].as_str().unwrap());
        let used = |client: &Client<'_>| client.list("/coupon-redemptions", &[("filter", &reference)]).is(200).data();
        assert_eq!((used(&owner).len(), used(&owner)[0]["used_on"].is_string()), (1, true));
        convert(&owner, &two, json!([])).refuses(409, "coupon_used_up");
        assert_eq!(owner.get(&format!("/quotes/{}", id(&two))).is(200).json()["order_id"], json!(null));
        act(&owner, "/orders", id(&order), "cancel", json!({})).is(200);
        assert!(used(&owner)[0]["released_at"].is_string());
        convert(&owner, &two, json!([])).is(201);
        // The cancelled order is still the one of its quote.
        assert_eq!(convert(&owner, &one, json!([])).is(200).id(), id(&order));
    }

    fn a_stage_can_ask_for_an_accepted_quote(app: &App) {
        let owner = app.be(Who::Owner);
        let pipeline = owner.post("/pipelines", json!({"name": format!("Pipeline {}", fresh())})).is(201).id();
        for (n, (name, more)) in [("Offer", json!({"exit_condition": "accepted_quote_id != null"})), ("Won", json!({"kind": "won"})), ("Lost", json!({"kind": "lost"}))].into_iter().enumerate() {
            let mut body = json!({"pipeline_id": pipeline, "name": name, "position": n + 1});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/stages", body).is(201);
        }
        let whom = customer(&owner);
        let deal = owner.post("/opportunities", json!({"name": "میزها", "customer_id": whom, "pipeline_id": pipeline})).is(201).id();
        act(&owner, "/opportunities", &deal, "win", json!({})).refuses(409, "criteria_unmet");
        let quote = offered(&owner, &whom, json!({"opportunity_id": deal}));
        act(&owner, "/opportunities", &deal, "win", json!({})).refuses(409, "criteria_unmet");
        accepted(&owner, &quote);
        act(&owner, "/opportunities", &deal, "win", json!({})).is(200);
    }

    fn what_an_order_leaves_open_the_catalogue_says(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = owner.post("/customers", json!({"kind": "organization", "organization_name": format!("فولاد {}", fresh()), "country": "DE"})).is(201).id();
        owner.post("/taxes", json!({"name": "VAT", "country": "DE", "category": "standard", "percent": "19"})).is(201);
        let good = product(&owner, json!({"list_price": euro("100"), "stocked": false}));
        let book = owner.post("/price-books", json!({"name": "Wholesale", "currency": "EUR"})).is(201).id();
        let tiers = json!([{"up_to": "9", "price": euro("90")}, {"price": euro("80")}]);
        let entry = json!({"price_book_id": book, "product_id": good, "tiers": tiers});
        let entered = owner.post("/price-book-entries", entry);
        assert_eq!(entered.status, 201, "{entered:?}");
        let promotion = owner.post("/promotions", json!({"name": "Summer", "kind": "percent", "percent": "10"})).is(201).id();
        let asked = |line: Value| {
            let body = json!({"customer_id": whom, "currency": "EUR", "lines": [line]});
            [owner.post("/orders", body.clone()).is(201).json(), owner.post("/invoices", body).is(201).json()]
        };
        let quotation = owner.post("/price-quotations", json!({"customer_id": whom, "currency": "EUR", "lines": [{"product_id": good, "quantity": "10"}]})).is(200).json();
        for document in asked(json!({"product_id": good, "quantity": "10"})) {
            assert_eq!(document["totals"]["payable"], quotation["totals"]["payable"]);
            assert_eq!((&document["lines"][0]["tax"], &document["lines"][0]["adjustments"][0]["reason"]), (&json!({"category": "standard", "percent": "19"}), &json!("Summer")));
        }
        // Who says the price, or a discount of their own, gets no promotion beside it; the tax is that of the place still.
        for document in asked(json!({"product_id": good, "quantity": "10", "unit_price": euro("50")})) {
            assert_eq!(document["totals"]["payable"], euro("595.00"));
        }
        owner.delete(&format!("/promotions/{promotion}"), "*").is(204);
        // Without a rate for its place a line says its tax itself.
        let far = customer(&owner);
        owner.post("/orders", json!({"customer_id": far, "currency": "EUR", "lines": [{"product_id": good, "quantity": "1"}]}))
            .refuses(422, "invalid").blames("/lines/0/tax", "required");
    }
}
