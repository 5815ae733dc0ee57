//! Configurable products: what may be chosen, what is told of a choice, and what a line of a quote keeps of it.
use super::products::product;
use serde_json::{Value, json};
use std::time::Duration;
use tests::records::fresh;
use tests::{Client, Who, both, within};

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

fn option(code: &str, more: Value) -> Value {
    let mut body = json!({"code": code, "name_en": code.replace('_', " "), "name_fa": format!("گزینهٔ {code}")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A desk for 1000 rials, with its model. Electric legs need power; a glass top takes none.
struct Desk {
    product: String,
    top: String,
    model: String,
}

fn body(product: &str, top: &str) -> Value {
    json!({
        "product_id": product,
        "groups": [
            {"code": "top", "name_en": "Top", "name_fa": "صفحه", "min": 1, "max": 1, "options": [
                option("oak_top", json!({"default": true, "components": [{"product_id": top, "quantity": "1", "lead_time_days": 10, "operation": "assembly"}]})),
                option("glass_top", json!({"prices": [irr("300")]}))]},
            {"code": "legs", "name_en": "Legs", "name_fa": "پایه", "min": 1, "max": 1, "options": [
                option("wooden_legs", json!({"default": true})),
                option("electric_legs", json!({"prices": [irr("450.5")], "values": [{"attribute": "power_w", "value": "-200"}]}))]},
            {"code": "extras", "name_en": "Extras", "name_fa": "افزودنی", "options": [
                option("power_supply", json!({"prices": [irr("100")], "values": [{"attribute": "power_w", "value": "250"}]})),
                option("no_logo", json!({"prices": [irr("-50")]}))]},
        ],
        "rules": [
            {"code": "electric_needs_power", "kind": "requires", "options": ["electric_legs"], "others": ["power_supply"],
             "text_en": "Electric legs need a power supply.", "text_fa": "پایهٔ برقی منبع تغذیه لازم دارد."},
            {"code": "no_glass_on_motors", "kind": "excludes", "options": ["glass_top"], "others": ["electric_legs"]}],
        "attributes": [{"code": "power_w", "name_en": "Power left", "name_fa": "توان مانده", "unit": "W", "min": "0"}],
        "operations": [{"code": "assembly", "name_en": "Assembly", "name_fa": "مونتاژ", "resource": "workshop", "hours": "1.5", "days": 2}],
    })
}

fn desk(client: &Client<'_>) -> Desk {
    let own = product(client, json!({"list_price": irr("1000"), "tax_category": "exempt"}));
    let top = product(client, json!({"cost": irr("220"), "status": "draft"}));
    let model = client.post("/configuration-models", body(&own, &top)).is(201).id();
    Desk { product: own, top, model }
}

fn ask(product: &str, selected: &[&str]) -> Value {
    json!({"product_id": product, "selected": selected, "currency": "IRR", "quantity": "2"})
}

fn line(product: &str, selected: &[&str]) -> Value {
    json!({"product_id": product, "quantity": "2", "configuration": {"selected": selected}})
}

both! {
    fn a_choice_is_told_with_all_that_follows(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner);
        let told = owner.post("/product-configurations", ask(&desk.product, &["oak_top", "electric_legs"])).is(200).json();
        assert_eq!((&told["state"], &told["model_id"]), (&json!("incomplete"), &json!(desk.model)));
        let broken: Vec<&str> = told["violations"].as_array().unwrap().iter().map(|v| v["code"].as_str().unwrap()).collect();
        assert_eq!(broken, ["electric_needs_power", "power_w"]);
        assert_eq!(told["violations"][0]["text_fa"], "پایهٔ برقی منبع تغذیه لازم دارد.");
        assert_eq!(told["repair"], json!({"add": ["power_supply"], "remove": [], "selected": ["oak_top", "electric_legs", "power_supply"], "smallest": true}));
        let states: Vec<&str> = told["choices"].as_array().unwrap().iter().map(|c| c["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["selected", "excluded", "free", "selected", "forced", "free"]);
        assert_eq!(told["price_adjustment"], irr("450.50"));
        assert_eq!(told["attributes"][0]["value"], "-200");
        let bill = &told["bill"];
        assert_eq!((&bill["lines"][0]["product_id"], &bill["lines"][0]["quantity"], &bill["costs"]), (&json!(desk.top), &json!("2"), &json!([irr("440.00")])));
        assert_eq!((&bill["capacity"][0]["hours"], &bill["lead_time_days"]), (&json!("3"), &json!(12)));

        let by_default = owner.post("/product-configurations", json!({"product_id": desk.product})).is(200).json();
        assert_eq!((&by_default["state"], &by_default["selected"]), (&json!("valid"), &json!(["oak_top", "wooden_legs"])));
        let mut why = ask(&desk.product, &["glass_top", "wooden_legs"]);
        why["why"] = json!("electric_legs");
        let told = owner.post("/product-configurations", why).is(200).json();
        assert_eq!(told["explanation"]["rules"][0]["pointer"], "/rules/1");
        let told = owner.post("/product-configurations", ask(&desk.product, &["glass_top", "electric_legs"])).is(200).json();
        assert_eq!((&told["state"], &told["conflict"]["options"], &told["choices_of"]), (&json!("invalid"), &json!(["glass_top", "electric_legs"]), &json!("nearest")));
        assert_eq!(owner.all("/configuration-models", &[("filter", &format!("product_id = \"{}\"", desk.product))]).len(), 1);
    }

    fn questions_that_make_no_sense_are_refused_at_their_place(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner);
        let refused = |change: Value, at: &str, code: &str| {
            let mut body = ask(&desk.product, &["oak_top"]);
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            owner.post("/product-configurations", body).refuses(422, "invalid").blames(at, code);
        };
        refused(json!({"selected": ["oak_top", "velvet_top"]}), "/selected/1", "not_found");
        refused(json!({"selected": ["oak_top", "oak_top"]}), "/selected/1", "duplicate");
        refused(json!({"selected": vec!["oak_top"; 2001]}), "/selected", "too_long");
        refused(json!({"quantity": "0"}), "/quantity", "out_of_range");
        refused(json!({"currency": "IRT"}), "/currency", "format");
        refused(json!({"why": "velvet_top"}), "/why", "not_found");
        refused(json!({"colour": "red"}), "/colour", "unknown_field");
        refused(json!({"product_id": product(&owner, json!({}))}), "/product_id", "not_found");
    }

    fn models_are_sound_or_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner);
        let at = format!("/configuration-models/{}", desk.model);
        owner.post("/configuration-models", body(&desk.product, &desk.top)).refuses(409, "taken").blames("/product_id", "taken");
        // Rules that nothing meets are told, each with the others.
        let mut clash = body(&desk.product, &desk.top)["rules"].clone();
        for (i, leg) in ["wooden_legs", "electric_legs"].iter().enumerate() {
            clash.as_array_mut().unwrap().push(json!({"code": format!("r{i}"), "kind": "excludes", "options": [leg]}));
        }
        let refused = owner.with("Accept-Language", "en").patch(&at, "*", json!({"rules": clash})).refuses(422, "invalid")
            .blames("/rules/2", "contradiction").blames("/rules/3", "contradiction").blames("/groups/1/min", "contradiction").json();
        assert_eq!(refused["errors"].as_array().unwrap().len(), 3, "only the rules that clash: {refused}");
        owner.patch(&at, "*", json!({"components": [{"product_id": desk.product, "quantity": "1"}]})).refuses(422, "invalid").blames("/components/0/product_id", "conflict");
        owner.patch(&at, "*", json!({"components": [{"product_id": uuid::Uuid::now_v7(), "quantity": "1"}]})).refuses(422, "invalid").blames("/components/0/product_id", "not_found");
        // The top is made of the desk: a circle over two models.
        let circle = json!({"product_id": desk.top, "components": [{"product_id": desk.product, "quantity": "1"}]});
        owner.post("/configuration-models", circle).refuses(422, "invalid").blames("/components/0/product_id", "conflict");
        let family = product(&owner, json!({"variant_by": ["رنگ"]}));
        owner.post("/configuration-models", json!({"product_id": family})).refuses(422, "invalid").blames("/product_id", "conflict");
        owner.delete(&format!("/products/{}", desk.top), "*").refuses(409, "in_use");
        owner.delete(&format!("/products/{}", desk.product), "*").refuses(409, "in_use");
        owner.delete(&at, "*").is(204);
        owner.delete(&format!("/products/{}", desk.top), "*").is(204);
    }

    fn whoever_may_not_see_costs_or_products_is_not_told(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner);
        let question = || ask(&desk.product, &["oak_top", "wooden_legs"]);
        app.anyone().post("/product-configurations", question()).refuses(401, "unauthorized");
        app.be(Who::Powerless).post("/product-configurations", question()).refuses(403, "forbidden");
        let permissions = json!([{"permission": "products:read", "scope": "all"}]);
        let role = owner.post("/roles", json!({"name": format!("Role {}", fresh()), "permissions": permissions})).is(201).id();
        owner.patch(&format!("/users/{}", app.people.users[&Who::Seller]), "*", json!({"role_ids": [role]})).is(200);
        let seller = app.be(Who::Seller);
        let told = seller.post("/product-configurations", question()).is(200).json();
        assert_eq!((&told["bill"]["costs"], &told["bill"]["lines"][0]["cost"]), (&Value::Null, &Value::Null));
        seller.get("/configuration-models").refuses(403, "forbidden");
        // A model that is not in use is for those who may see it.
        owner.patch(&format!("/configuration-models/{}", desk.model), "*", json!({"active": false})).is(200);
        owner.post("/product-configurations", question()).is(200);
        seller.post("/product-configurations", question()).refuses(422, "invalid").blames("/product_id", "not_found");
    }

    fn a_configured_line_is_priced_step_by_step(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner);
        let price = |line: Value| owner.with("Accept-Language", "en").post("/price-quotations", json!({"currency": "IRR", "country": "IR", "lines": [line]}));
        let mut chosen = line(&desk.product, &["oak_top", "electric_legs", "power_supply", "no_logo"]);
        chosen["discounts"] = json!([{"kind": "allowance", "percent": "10"}]);
        let told = price(chosen).is(200).json();
        let priced = &told["lines"][0];
        let steps: Vec<(&str, &str)> = priced["steps"].as_array().unwrap().iter()
            .map(|s| (s["kind"].as_str().unwrap(), s["after"]["amount"].as_str().unwrap())).collect();
        let expected = [("list_price", "2000.00"), ("option", "2901.00"), ("option", "3101.00"), ("option", "3001.00"), ("discount", "2700.90")];
        assert_eq!(steps, expected);
        assert_eq!((&priced["unit_price"], &priced["price"], &priced["net"]), (&irr("1500.50"), &irr("3001.00"), &irr("2700.90")));
        assert_eq!(priced["configuration"]["options"].as_array().unwrap().len(), 4);
        assert_eq!((&priced["configuration"]["options"][1]["price"], &priced["configuration"]["attributes"][0]["value"]), (&irr("450.50"), &json!("50")));

        let told = price(json!({"product_id": desk.product, "quantity": "1"})).is(200).json();
        assert_eq!((&told["lines"][0]["net"], &told["lines"][0]["configuration"]["options"][0]["code"]), (&irr("1000.00"), &json!("oak_top")));
        let refused = price(line(&desk.product, &["oak_top", "electric_legs"])).refuses(422, "invalid")
            .blames("/lines/0/configuration/selected", "configuration_rule").json();
        let texts: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|e| e["detail"].as_str().unwrap()).collect();
        assert_eq!(texts, ["Electric legs need a power supply.", "Power left must be at least 0 W.", "The nearest valid configuration: add power_supply; remove nothing."]);
        price(line(&desk.product, &["velvet"])).refuses(422, "invalid").blames("/lines/0/configuration/selected/0", "not_found");
        price(line(&product(&owner, json!({"list_price": irr("1"), "tax_category": "exempt"})), &[])).refuses(422, "invalid").blames("/lines/0/configuration", "conflict");
        owner.post("/price-quotations", json!({"currency": "EUR", "country": "IR", "lines": [line(&desk.product, &["glass_top", "wooden_legs"])]}))
            .refuses(422, "invalid").blames("/lines/0/configuration", "conflict");
    }

    fn a_quote_keeps_the_configuration_as_it_was(app: &App) {
        let owner = app.be(Who::Owner);
        let desk = desk(&owner);
        let customer = owner.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let body = |selected: &[&str]| json!({"title": "میز", "currency": "IRR", "customer_id": customer, "lines": [line(&desk.product, selected)]});
        owner.post("/quotes", body(&["glass_top", "electric_legs", "power_supply"])).refuses(422, "invalid")
            .blames("/lines/0/configuration/selected", "configuration_rule");
        let quote = owner.post("/quotes", body(&["glass_top", "wooden_legs"])).is(201).json();
        assert_eq!((&quote["total"], &quote["lines"][0]["configuration"]["selected"]), (&irr("2600.00"), &json!(["glass_top", "wooden_legs"])));
        let at = format!("/quotes/{}", quote["id"].as_str().unwrap());
        owner.act(&format!("{at}/submit"), "*").is(200);
        // The model changes its names and prices; what was offered does not.
        let groups = owner.get(&format!("/configuration-models/{}", desk.model)).is(200).json()["groups"].clone();
        let mut dearer = groups;
        dearer[0]["options"][1]["prices"] = json!([irr("999")]);
        dearer[0]["options"][1]["name_en"] = json!("Crystal top");
        owner.patch(&format!("/configuration-models/{}", desk.model), "*", json!({"groups": dearer})).is(200);
        let kept = owner.get(&at).is(200).json();
        let option = &kept["pricing"]["lines"][0]["configuration"]["options"][0];
        assert_eq!((&kept["total"], &option["name_en"], &option["price"]), (&irr("2600.00"), &json!("glass top"), &irr("300.00")));
        assert_eq!(kept["pricing"]["lines"][0]["configuration"]["model_version"], 1);
    }

    fn attack_23_constraint_bombs_end_in_time_and_say_so(app: &App) {
        let owner = app.be(Who::Owner);
        let own = product(&owner, json!({}));
        // More pigeons than holes: what no solver of this kind can refute quickly.
        let (n, code) = (12, |p: usize, h: usize| format!("p{p}h{h}"));
        let group = |p: usize| {
            let options: Vec<Value> = (0..n).map(|h| option(&code(p, h), json!({}))).collect();
            json!({"code": format!("pigeon{p}"), "name_en": "P", "name_fa": "P", "min": 1, "options": options})
        };
        let rules = |pigeons: usize| {
            let pairs = (0..n).flat_map(|h| (0..pigeons).flat_map(move |p| (p + 1..pigeons).map(move |q| (h, p, q))));
            pairs.map(|(h, p, q)| json!({"code": format!("r{h}x{p}x{q}"), "kind": "excludes", "options": [code(p, h)], "others": [code(q, h)]})).collect::<Vec<_>>()
        };
        let bomb = |pigeons: usize| json!({"product_id": own, "groups": (0..pigeons).map(group).collect::<Vec<_>>(), "rules": rules(pigeons)});
        within(Duration::from_secs(5), || owner.post("/configuration-models", bomb(n + 1)).refuses(422, "invalid").blames("/rules", "too_complex"));
        // As many pigeons as holes can be saved; the answer comes in time whatever it could find out.
        owner.post("/configuration-models", bomb(n)).is(201);
        let question = json!({"product_id": own, "selected": (0..n / 2).map(|p| code(p, p)).collect::<Vec<_>>()});
        within(Duration::from_secs(5), || owner.post("/product-configurations", question.clone()).is(200));

        // Many options, long names of attributes in long conditions, and sums of many digits.
        let many: Vec<Value> = (0..2001).map(|o| option(&format!("o{o}"), json!({}))).collect();
        let groups: Vec<Value> = many.chunks(500).enumerate().map(|(g, options)| json!({"code": format!("g{g}"), "name_en": "G", "name_fa": "G", "options": options})).collect();
        let other = product(&owner, json!({}));
        within(Duration::from_secs(2), || owner.post("/configuration-models", json!({"product_id": other, "groups": groups})).refuses(422, "invalid").blames("/groups", "too_long"));
        let case = |when: String| json!({"product_id": other, "attributes": [{"code": "a", "name_en": "A", "name_fa": "A", "cases": [{"when": when, "value": "x"}]}]});
        for when in [format!("{}a = 1", "NOT ".repeat(400)), "a = 1 AND ".repeat(190) + "a = 1", format!("a = \"{}\"", "a".repeat(1900))] {
            within(Duration::from_secs(1), || owner.post("/configuration-models", case(when.clone())).is(422));
        }
        let digits = json!({"product_id": other, "attributes": [{"code": "a", "name_en": "A", "name_fa": "A", "max": "1"}],
            "groups": [{"code": "g", "name_en": "G", "name_fa": "G", "options": [
                option("x", json!({"values": [{"attribute": "a", "value": "999999999999999.999999"}]})), option("y", json!({"values": [{"attribute": "a", "value": "0.000001"}]}))]}]});
        within(Duration::from_secs(2), || owner.post("/configuration-models", digits.clone()).refuses(422, "invalid").blames("/attributes/0", "too_complex"));
    }
}
