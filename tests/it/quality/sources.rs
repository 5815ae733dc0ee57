//! Sources of data, and what they cost.
use super::{customer, job};
use crate::imports;
use serde_json::{Value, json};
use tests::{Who, both};

both! {
    fn each_source_is_counted_with_its_cost(app: &App) {
        let owner = app.be(Who::Owner);
        let rial = |amount: &str| json!({"amount": amount, "currency": "IRR"});
        let fair = owner.post("/data-sources", json!({"name": "Fair", "kind": "import", "cost_per_record": rial("15000.00")})).is(201).id();
        let rest = owner.post("/data-sources", json!({"name": "Other files", "kind": "import", "is_default": true})).is(201).id();
        let desk = owner.post("/data-sources", json!({"name": "Desk", "kind": "by_hand", "is_default": true, "cost_per_month": rial("3043.75"), "from_date": "2020-01-01", "to_date": "2020-04-09"})).is(201).id();
        let file = |n: u32| format!("Email,First Name\nali{n}@yazd.example,Ali\nsara{n}@yazd.example,Sara\n");
        let import = imports::done(app, json!({"data_source_id": fair}), file(1).as_bytes());
        assert_eq!(import["counts"]["created"], 2, "{import}");
        imports::done(app, json!({}), file(2).as_bytes());
        let ali = owner.list("/customers", &[("q", "ali1@yazd.example")]).is(200).data().remove(0);
        // One of its addresses is not to be used any more, one name was wrong.
        let mut point = ali["contact_points"][0].clone();
        point["do_not_use"] = json!(true);
        owner.patch(&format!("/customers/{}", ali["id"].as_str().unwrap()), "*", json!({"given_name": "Alireza", "contact_points": [point]})).is(200);
        customer(&owner, json!({"given_name": "Reza"}));
        job(app, "/data-sources/count");
        let told = |id: &str| {
            let source = owner.get(&format!("/data-sources/{id}")).is(200).json();
            assert!(source["counted_at"].is_string(), "{source}");
            (["records", "gathered", "kept"].map(|n| source[n].as_i64().unwrap()), source["cost"].clone(), source["cost_per_kept"].clone())
        };
        assert_eq!(told(&fair), ([2, 4, 2], rial("30000.00"), rial("15000.00")));
        assert_eq!(told(&rest), ([2, 4, 4], Value::Null, Value::Null));
        // A hundred days of 100 a day.
        assert_eq!(told(&desk), ([2, 2, 2], rial("10000.00"), rial("5000.00")));
        let best = owner.list("/data-sources", &[("sort", "-kept")]).is(200).data();
        assert_eq!(best[0]["name"], "Other files");
        // What one customer's data cost is told to those who may read sources.
        let quality = |who: Who| app.be(who).get(&format!("/customers/{}/quality", ali["id"].as_str().unwrap())).is(200).json();
        let mine = quality(Who::Owner)["collected"].clone();
        assert_eq!(mine[0], json!({"data_source_id": fair, "name": "Fair", "values": 1, "cost": rial("15000.00")}));
        let role = app.people.roles["Test viewer"];
        owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": [{"permission": "customers:read", "scope": "all"}]})).is(200);
        assert_eq!(quality(Who::Viewer)["collected"], Value::Null);
        assert!(quality(Who::Viewer)["values"].as_array().unwrap().iter().all(|v| v["data_source_id"].is_null()));
    }

    fn a_source_is_held_to_its_kind_and_currency(app: &App) {
        let owner = app.be(Who::Owner);
        let body = json!({"name": "x", "kind": "import", "user_id": app.people.users[&Who::Owner], "cost_per_record": {"amount": "-1.00", "currency": "IRR"},
            "cost_per_month": {"amount": "1.00", "currency": "EUR"}, "from_date": "2026-01-02", "to_date": "2026-01-01"});
        owner.post("/data-sources", body).refuses(422, "invalid").blames("/user_id", "conflict").blames("/cost_per_month/currency", "conflict")
            .blames("/cost_per_record/amount", "out_of_range").blames("/to_date", "out_of_range");
        app.be(Who::Viewer).send("POST", "/data-sources/count", "", b"").refuses(403, "forbidden");
        imports::announce(&owner, json!({"data_source_id": uuid::Uuid::now_v7()})).refuses(422, "invalid").blames("/data_source_id", "not_found");
    }
}
