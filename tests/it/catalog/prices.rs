//! Prices for somebody: books, promotions, coupons, taxes and terms, all read from what is stored.
use super::products::product;
use serde_json::{Value, json};
use tests::records::fresh;
use tests::{Client, Who, both};

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// A product at a list price, in a country that has a tax of ten hundredths.
fn desk(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"list_price": irr("1000")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    product(client, body)
}

fn taxed(client: &Client<'_>) {
    client
        .post(
            "/taxes",
            json!({"name": "VAT", "country": "IR", "category": "standard", "percent": "10"}),
        )
        .is(201);
}

fn made(client: &Client<'_>, path: &str, body: Value) -> String {
    client.post(path, body).is(201).id()
}

fn ask(product: &str, quantity: &str, more: Value) -> Value {
    let mut body = json!({"currency": "IRR", "lines": [{"product_id": product, "quantity": quantity}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn net(client: &Client<'_>, body: Value) -> String {
    let told = client.post("/price-quotations", body).is(200).json();
    told["lines"][0]["net"]["amount"].as_str().unwrap().to_owned()
}

both! {
    fn prices_are_those_of_whoever_buys(app: &App) {
        let owner = app.be(Who::Owner);
        taxed(&owner);
        let desk = desk(&owner, json!({}));
        let vip = made(&owner, "/groups", json!({"name": format!("VIP {}", fresh())}));
        let customer = made(&owner, "/customers", json!({"kind": "person", "family_name": "کریمی", "province": "یزد", "country": "IR", "customer_group": "trade"}));
        made(&owner, "/group-members", json!({"group_id": vip, "customer_id": customer}));
        let priced = |book: Value, price: &str| {
            let mut body = json!({"name": format!("Book {}", fresh()), "currency": "IRR"});
            body.as_object_mut().unwrap().extend(book.as_object().unwrap().clone());
            let book = made(&owner, "/price-books", body);
            made(&owner, "/price-book-entries", json!({"price_book_id": book, "product_id": desk, "price": irr(price)}))
        };
        let whose = json!({"customer_id": customer});
        assert_eq!(net(&owner, ask(&desk, "2", whose.clone())), "2000.00");
        priced(json!({"province": "یزد"}), "900");
        priced(json!({"customer_group": "trade", "priority": 1}), "800");
        let entry = priced(json!({"group_id": vip, "priority": 2}), "700");
        priced(json!({"group_id": made(&owner, "/groups", json!({"name": "Others"})), "priority": 9}), "1");
        let told = owner.post("/price-quotations", ask(&desk, "2", whose)).is(200).json();
        let steps: Vec<(&str, &str, &str)> = told["lines"][0]["steps"].as_array().unwrap().iter()
            .map(|s| (s["kind"].as_str().unwrap(), s["before"]["amount"].as_str().unwrap(), s["after"]["amount"].as_str().unwrap())).collect();
        assert_eq!(steps, [("list_price", "0.00", "2000.00"), ("price_book", "2000.00", "1400.00")]);
        assert_eq!(told["lines"][0]["steps"][1]["rule_id"], json!(entry));
        assert_eq!((&told["totals"]["tax"]["amount"], &told["totals"]["payable"]["amount"]), (&json!("140.00"), &json!("1540.00")));
        assert_eq!(net(&owner, ask(&desk, "2", json!({}))), "2000.00", "nobody in particular");
        assert_eq!(net(&owner, ask(&desk, "2", json!({"province": "یزد"}))), "1800.00");
    }

    fn promotions_hold_by_condition_category_and_coupon(app: &App) {
        let owner = app.be(Who::Owner);
        taxed(&owner);
        let top = made(&owner, "/product-categories", json!({"name": "مبلمان"}));
        let below = made(&owner, "/product-categories", json!({"name": "میز", "parent_id": top}));
        let desk = desk(&owner, json!({"category_id": below}));
        let customer = made(&owner, "/customers", json!({"kind": "person", "family_name": "کریمی", "city": "یزد"}));
        made(&owner, "/promotions", json!({"name": "Furniture", "kind": "percent", "percent": "10", "category_ids": [top], "condition": "customer.city = \"یزد\""}));
        let coupons = made(&owner, "/promotions", json!({"name": "Codes", "kind": "percent", "percent": "50", "coupon_only": true, "priority": -1}));
        let code = format!("half-{}", fresh());
        let coupon = made(&owner, "/coupons", json!({"code": code, "promotion_id": coupons, "max_uses_per_customer": 1}));
        let with = |more: Value| {
            let mut body = json!({"customer_id": customer});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/price-quotations", ask(&desk, "1", body)).is(200).json()
        };
        assert_eq!(net(&owner, ask(&desk, "1", json!({}))), "1000.00", "the condition is not met");
        assert_eq!(with(json!({}))["lines"][0]["net"]["amount"], "900.00");
        let told = with(json!({"coupons": [code, "NO-SUCH"]}));
        assert_eq!(told["lines"][0]["net"]["amount"], "450.00");
        let code = code.to_uppercase();
        let outcomes = json!([{"code": code, "applied": true, "reason": null}, {"code": "NO-SUCH", "applied": false, "reason": "coupon_unknown"}]);
        assert_eq!(told["coupons"], outcomes);
        let used = owner.post("/coupon-redemptions", json!({"coupon_id": coupon, "customer_id": customer, "reference": "O-1"})).is(201);
        assert_eq!(with(json!({"coupons": [code]}))["coupons"][0]["reason"], "coupon_used_up");
        owner.post("/coupon-redemptions", json!({"coupon_id": coupon, "customer_id": customer})).refuses(409, "coupon_used_up");
        owner.post("/coupon-redemptions", json!({"coupon_id": coupon})).refuses(409, "coupon_needs_customer");
        let release = format!("/coupon-redemptions/{}/release", used.id());
        owner.call("POST", &release).refuses(428, "precondition_required");
        owner.act(&release, "*").is(200);
        owner.act(&release, "*").refuses(409, "already_released");
        assert_eq!(with(json!({"coupons": [code]}))["lines"][0]["net"]["amount"], "450.00");
        owner.patch(&format!("/coupons/{coupon}"), "*", json!({"active": false})).is(200);
        owner.post("/coupon-redemptions", json!({"coupon_id": coupon, "customer_id": customer})).refuses(409, "coupon_not_valid");
        owner.delete(&format!("/promotions/{coupons}"), "*").refuses(409, "in_use");
    }

    fn what_a_promotion_needs_depends_on_its_kind(app: &App) {
        let owner = app.be(Who::Owner);
        let refused = |more: Value, at: &str, code: &str| {
            let mut body = json!({"name": "x", "kind": "percent"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/promotions", body).refuses(422, "invalid").blames(at, code);
        };
        refused(json!({}), "/percent", "required");
        refused(json!({"percent": "101"}), "/percent", "out_of_range");
        refused(json!({"percent": "-1"}), "/percent", "out_of_range");
        refused(json!({"percent": "1", "amount": irr("1")}), "/amount", "conflict");
        refused(json!({"kind": "buy_get", "percent": "100", "buy_quantity": "0", "get_quantity": "1"}), "/buy_quantity", "out_of_range");
        refused(json!({"kind": "bundle", "amount": irr("1"), "parts": [{"product_id": uuid::Uuid::now_v7(), "quantity": "1"}]}), "/parts/0/product_id", "not_found");
        refused(json!({"percent": "1", "condition": "shoe_size = 3"}), "/condition", "unknown_field");
        refused(json!({"percent": "1", "condition": "customer.national_id = \"0013542419\""}), "/condition", "unknown_field");
        refused(json!({"percent": "1", "condition": "net >= \"much\""}), "/condition", "format");
        refused(json!({"percent": "1", "from_date": "2026-02-01", "to_date": "2026-01-01"}), "/to_date", "out_of_range");
    }

    fn entries_are_in_the_currency_of_their_book(app: &App) {
        let owner = app.be(Who::Owner);
        let (book, desk) = (made(&owner, "/price-books", json!({"name": "x", "currency": "eur"})), desk(&owner, json!({})));
        let entry = |more: Value| {
            let mut body = json!({"price_book_id": book, "product_id": desk});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/price-book-entries", body)
        };
        let euro = json!({"amount": "1", "currency": "EUR"});
        entry(json!({"price": irr("1")})).refuses(422, "invalid").blames("/price/currency", "conflict");
        entry(json!({"tiers": [{"up_to": null, "price": irr("1")}]})).refuses(422, "invalid").blames("/tiers/0/price/currency", "conflict");
        entry(json!({"price": euro, "tiers": [{"up_to": null, "price": euro}]})).refuses(422, "invalid").blames("/tiers", "conflict");
        entry(json!({"tiers": [{"up_to": "1", "price": euro}]})).refuses(422, "invalid").blames("/tiers/0/up_to", "not_allowed");
        entry(json!({"price": euro})).is(201);
        entry(json!({"price": euro})).refuses(409, "taken").blames("/product_id", "taken");
        entry(json!({"price": euro, "from_date": "2026-01-01"})).is(201);
        entry(json!({"price": euro, "from_date": "2026-01-01"})).refuses(409, "taken").blames("/from_date", "taken");
        owner.post("/price-books", json!({"name": "x", "currency": "IRT"})).refuses(422, "invalid").blames("/currency", "format");
        owner.delete(&format!("/price-books/{book}"), "*").refuses(409, "in_use");
        let gone = json!({"currency": "EUR", "country": "DE", "lines": [{"product_id": desk, "quantity": "1"}]});
        owner.post("/price-quotations", gone).refuses(422, "invalid").blames("/lines/0/tax", "required");
        let tax = json!({"category": "standard", "percent": "19"});
        let told = json!({"currency": "EUR", "country": "DE", "lines": [{"product_id": desk, "quantity": "3", "tax": tax}]});
        assert_eq!(net(&owner, told), "3.00");
    }

    fn attack_56_what_makes_no_sense_in_a_price_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        taxed(&owner);
        let desk = desk(&owner, json!({}));
        let refused = |body: Value, at: &str, code: &str| {
            owner.post("/price-quotations", body).refuses(422, "invalid").blames(at, code);
        };
        refused(ask(&desk, "-1", json!({})), "/lines/0/quantity", "out_of_range");
        refused(ask(&desk, "1e3", json!({})), "/lines/0/quantity", "format");
        refused(ask(&desk, "1", json!({"currency": "USD"})), "/lines/0/product_id", "conflict");
        refused(ask(&desk, "1", json!({"currency": "US"})), "/currency", "format");
        refused(ask(&desk, "1", json!({"customer_id": uuid::Uuid::now_v7()})), "/customer_id", "not_found");
        refused(ask(&desk, "1", json!({"payment_term_id": uuid::Uuid::now_v7()})), "/payment_term_id", "not_found");
        refused(ask(&desk, "1", json!({"discounts": [{"kind": "allowance", "percent": "101"}]})), "/discounts/0/percent", "out_of_range");
        refused(ask(&desk, "1", json!({"discounts": [{"kind": "allowance", "amount": irr("1001")}]})), "/discounts/0/amount/amount", "out_of_range");
        refused(ask(&desk, "1", json!({"charges": [{"reason": "x", "amount": {"amount": "1", "currency": "EUR"}}]})), "/charges/0/amount/currency", "conflict");
        refused(ask(&desk, "1", json!({"price": "0"})), "/price", "unknown_field");
        refused(ask(&desk, "1", json!({"lines": []})), "/lines", "too_short");
        refused(ask(&desk, "1", json!({"rounding_step": "0"})), "/rounding_step", "out_of_range");
        refused(ask(&uuid::Uuid::now_v7().to_string(), "1", json!({})), "/lines/0/product_id", "not_found");
        app.be(Who::Powerless).post("/price-quotations", ask(&desk, "1", json!({}))).refuses(403, "forbidden");
        // A product out of sight is as if it were not there.
        app.be(Who::Viewer).post("/price-quotations", ask(&desk, "1", json!({}))).refuses(422, "invalid").blames("/lines/0/product_id", "not_found");
    }

    fn instalments_add_up(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner, json!({"tax_category": "exempt", "list_price": irr("1000.01")}));
        let thirds = json!([{"percent": "33.33"}, {"percent": "33.33", "after_months": 1}, {"percent": "33.34", "after_months": 2, "after_days": 5}]);
        let term = made(&owner, "/payment-terms", json!({"name": "Thirds", "instalments": thirds}));
        let told = owner.post("/price-quotations", ask(&desk, "1", json!({"payment_term_id": term, "on": "2026-01-31"}))).is(200).json();
        let parts = json!([{"due_on": "2026-01-31", "amount": irr("333.30")}, {"due_on": "2026-02-28", "amount": irr("333.30")}, {"due_on": "2026-04-05", "amount": irr("333.41")}]);
        assert_eq!(told["instalments"], parts);
        let wrong = json!({"name": "x", "instalments": [{"percent": "50"}, {"percent": "49"}]});
        owner.post("/payment-terms", wrong).refuses(422, "invalid").blames("/instalments", "out_of_range");
    }

    fn attack_55_a_coupon_is_used_as_often_as_it_may_be_however_many_come_at_once(app: &App) {
        let owner = app.be(Who::Owner);
        let promotion = made(&owner, "/promotions", json!({"name": "x", "kind": "percent", "percent": "5"}));
        let coupon = made(&owner, "/coupons", json!({"code": format!("RACE-{}", fresh()), "promotion_id": promotion, "max_uses": 50}));
        let other = (app.engine == tests::engine::Engine::Postgres).then(|| app.another(&[]));
        let done = std::sync::Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for worker in 0..20 {
                let (done, coupon, other) = (&done, &coupon, &other);
                scope.spawn(move || {
                    let client = app.be(Who::Owner);
                    let client = match other {
                        Some(node) if worker % 2 == 1 => client.at(node.address()),
                        _ => client,
                    };
                    for _ in 0..50 {
                        let answer = client.post("/coupon-redemptions", json!({"coupon_id": coupon}));
                        if answer.status != 201 {
                            answer.clone().refuses(409, "coupon_used_up");
                        }
                        done.lock().unwrap().push(answer.status);
                    }
                });
            }
        });
        let done = done.into_inner().unwrap();
        assert_eq!((done.len(), done.iter().filter(|s| **s == 201).count()), (1000, 50));
        assert_eq!(owner.all("/coupon-redemptions", &[("filter", &format!("coupon_id = \"{coupon}\""))]).len(), 50);
    }
}
