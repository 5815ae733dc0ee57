//! Products and categories: what fits together and what does not.
use serde_json::{Value, json};
use tests::records::fresh;
use tests::{Client, Who, both};

/// Makes a product that is sold, with what else it says.
pub fn product(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"sku": format!("P-{}", fresh()), "name": "میز", "kind": "good", "status": "active"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/products", body).is(201).id()
}

both! {
    fn no_two_products_have_the_same_sku(app: &App) {
        let owner = app.be(Who::Owner);
        let id = product(&owner, json!({"sku": " DESK-1 "}));
        assert_eq!(owner.get(&format!("/products/{id}")).is(200).json()["sku"], "DESK-1");
        owner.post("/products", json!({"sku": "DESK-1", "name": "x", "kind": "good"})).refuses(409, "taken").blames("/sku", "taken");
        owner.delete(&format!("/products/{id}"), "*").is(204);
        owner.post("/products", json!({"sku": "DESK-1", "name": "x", "kind": "good"})).is(201);
        owner.act(&format!("/products/{id}/restore"), "*").refuses(409, "taken");
    }

    fn what_makes_no_sense_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let refused = |more: Value, at: &str, code: &str| {
            let mut body = json!({"sku": format!("P-{}", fresh()), "name": "میز", "kind": "good"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/products", body).refuses(422, "invalid").blames(at, code);
        };
        refused(json!({"list_price": {"amount": "-1", "currency": "IRR"}}), "/list_price/amount", "out_of_range");
        refused(json!({"list_price": {"amount": "1", "currency": "IRT"}}), "/list_price", "wrong_type");
        refused(json!({"cost": {"amount": "0.0000001", "currency": "IRR"}}), "/cost", "wrong_type");
        refused(json!({"price_quantity": "0"}), "/price_quantity", "out_of_range");
        refused(json!({"price_quantity": "1e2"}), "/price_quantity", "format");
        refused(json!({"price_quantity": "1_0"}), "/price_quantity", "format");
        refused(json!({"gtin": "4006381333932"}), "/gtin", "check_digit");
        refused(json!({"kind": "service", "stocked": true}), "/stocked", "conflict");
        refused(json!({"attributes": [{"name": "رنگ", "value": ""}]}), "/attributes/0/value", "too_short");
        refused(json!({"attributes": [{"name": "رنگ", "value": "سرخ"}, {"name": "رنگ", "value": "آبی"}]}), "/attributes/1/name", "duplicate");
        refused(json!({"parts": [{"product_id": uuid::Uuid::now_v7(), "quantity": "1"}]}), "/parts", "conflict");
        refused(json!({"kind": "bundle", "status": "active"}), "/parts", "required");
        refused(json!({"kind": "bundle", "parts": [{"product_id": uuid::Uuid::now_v7(), "quantity": "1"}]}), "/parts/0/product_id", "not_found");
        refused(json!({"name": "a\u{202E}b"}), "/name", "forbidden_character");
        refused(json!({"unit": "bushel"}), "/unit", "not_allowed");
    }

    fn what_was_sold_is_never_a_draft_again(app: &App) {
        let owner = app.be(Who::Owner);
        let at = format!("/products/{}", product(&owner, json!({"status": "draft"})));
        for (to, status) in [("active", 200), ("draft", 422), ("retired", 200), ("draft", 422), ("active", 200)] {
            let answer = owner.patch(&at, "*", json!({"status": to})).is(status);
            if status == 422 {
                answer.blames("/status", "not_allowed");
            }
        }
    }

    fn variants_differ_in_what_their_parent_says(app: &App) {
        let owner = app.be(Who::Owner);
        let parent = product(&owner, json!({"variant_by": ["رنگ", "اندازه"]}));
        let of = |colour: &str, size: &str| {
            json!({"parent_id": parent, "attributes": [{"name": "رنگ", "value": colour}, {"name": "اندازه", "value": size}]})
        };
        let variant = |more: Value| {
            let mut body = json!({"sku": format!("V-{}", fresh()), "name": "میز", "kind": "good"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/products", body)
        };
        let first = variant(of("سرخ", "۱۶۰")).is(201).id();
        variant(of("آبی", "۱۶۰")).is(201);
        variant(of("سرخ", "۱۶۰")).refuses(422, "invalid").blames("/attributes", "duplicate");
        variant(json!({"parent_id": parent, "attributes": [{"name": "رنگ", "value": "سبز"}]})).refuses(422, "invalid").blames("/attributes", "required");
        variant(json!({"parent_id": first, "attributes": []})).refuses(422, "invalid").blames("/parent_id", "conflict");
        variant(json!({"parent_id": uuid::Uuid::now_v7()})).refuses(422, "invalid").blames("/parent_id", "not_found");
        let mut service = of("سبز", "۱۲۰");
        service["kind"] = json!("service");
        variant(service).refuses(422, "invalid").blames("/parent_id", "conflict");
        let at = format!("/products/{parent}");
        owner.patch(&at, "*", json!({"variant_by": ["اندازه"]})).refuses(422, "invalid").blames("/variant_by", "conflict");
        owner.patch(&at, "*", json!({"variant_by": ["رنگ"]})).is(200);
        owner.delete(&at, "*").refuses(409, "in_use");
        // One that went does not come back beside another that is like it.
        owner.delete(&format!("/products/{first}"), "*").is(204);
        variant(of("سرخ", "۱۸۰")).is(201);
        owner.act(&format!("/products/{first}/restore"), "*").refuses(422, "invalid").blames("/attributes", "duplicate");
        let found = owner.all("/products", &[("filter", &format!("parent_id = \"{parent}\""))]);
        assert_eq!(found.len(), 2);
        assert_eq!(owner.all("/products", &[("q", "آبی")]).len(), 1, "a variant is found by what it differs in");
    }

    fn a_bundle_is_made_of_goods_and_services(app: &App) {
        let owner = app.be(Who::Owner);
        let (desk, visit) = (product(&owner, json!({})), product(&owner, json!({"kind": "service"})));
        let parts = json!([{"product_id": desk, "quantity": "2"}, {"product_id": visit, "quantity": "0.5"}]);
        let bundle = product(&owner, json!({"kind": "bundle", "parts": parts}));
        let body = |parts: Value| json!({"sku": format!("B-{}", fresh()), "name": "بسته", "kind": "bundle", "parts": parts});
        owner.post("/products", body(json!([{"product_id": bundle, "quantity": "1"}]))).refuses(422, "invalid").blames("/parts/0/product_id", "conflict");
        owner.post("/products", body(json!([{"product_id": desk, "quantity": "-1"}]))).refuses(422, "invalid").blames("/parts/0/quantity", "out_of_range");
        let twice = json!([{"product_id": desk, "quantity": "1"}, {"product_id": desk, "quantity": "1"}]);
        owner.post("/products", body(twice)).refuses(422, "invalid").blames("/parts/1/product_id", "duplicate");
        owner.delete(&format!("/products/{desk}"), "*").refuses(409, "in_use");
        owner.delete(&format!("/products/{bundle}"), "*").is(204);
        owner.delete(&format!("/products/{desk}"), "*").is(204);
    }

    fn categories_are_a_tree(app: &App) {
        let owner = app.be(Who::Owner);
        let category = |name: &str, parent: Option<&str>| {
            owner.post("/product-categories", json!({"name": name, "parent_id": parent})).is(201).id()
        };
        let furniture = category("مبلمان", None);
        let desks = category("میز", Some(&furniture));
        let at = |id: &str| format!("/product-categories/{id}");
        owner.patch(&at(&furniture), "*", json!({"parent_id": desks})).refuses(422, "invalid").blames("/parent_id", "conflict");
        owner.patch(&at(&furniture), "*", json!({"parent_id": furniture})).refuses(422, "invalid").blames("/parent_id", "conflict");
        owner.delete(&at(&furniture), "*").refuses(409, "in_use");
        let desk = product(&owner, json!({"category_id": desks}));
        owner.delete(&at(&desks), "*").refuses(409, "in_use");
        owner.patch(&format!("/products/{desk}"), "*", json!({"category_id": null})).is(200);
        owner.delete(&at(&desks), "*").is(204);
        owner.delete(&at(&furniture), "*").is(204);
        owner.act(&format!("{}/restore", at(&desks)), "*").refuses(409, "parent_deleted");
    }

    fn who_sees_prices_does_not_see_what_things_cost_us(app: &App) {
        let owner = app.be(Who::Owner);
        let price = json!({"amount": "100.000000", "currency": "IRR"});
        let id = product(&owner, json!({"cost": price, "list_price": {"amount": "150", "currency": "IRR"}}));
        let at = format!("/products/{id}");
        assert_eq!(owner.get(&at).is(200).json()["cost"]["amount"], "100.00");
        let role = json!({"name": "Price reader", "permissions": [{"permission": "products:read", "scope": "all"}]});
        let role = owner.post("/roles", role).is(201).id();
        let user = format!("/users/{}", app.people.users[&Who::Powerless]);
        owner.patch(&user, "*", json!({"role_ids": [role]})).is(200);
        let reader = app.be(Who::Powerless);
        let seen = reader.get(&at).is(200).json();
        assert_eq!((&seen["cost"], &seen["list_price"]["amount"]), (&Value::Null, &json!("150.00")));
        reader.patch(&at, "*", json!({"name": "x"})).refuses(403, "forbidden");
        reader.post("/products", json!({"sku": "x", "name": "x", "kind": "good"})).refuses(403, "forbidden");
    }
}
