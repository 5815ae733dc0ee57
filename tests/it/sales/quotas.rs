//! Quotas: for whom they are, and what was won of them; and what managers make of forecasts.
use super::{deal, pipeline, stages};
use serde_json::{Value, json};
use tests::{App, Client, Who, both};

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

fn user(app: &App, who: Who) -> String {
    app.people.users[&who].to_string()
}

/// A deal that somebody won on a day.
fn won(app: &App, who: Who, pipeline: &str, amount: &str, on: &str, more: Value) -> Value {
    let mut body = json!({"pipeline_id": pipeline, "status": "won", "close_date": on, "owner_id": user(app, who), "amount": irr(amount)});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    deal(&app.be(Who::Owner), body)
}

fn attained(client: &Client<'_>, parameters: &[(&str, &str)]) -> Vec<Value> {
    let mut all = vec![("period", "1404-Q1")];
    all.extend(parameters);
    client.list("/quotas/attainment", &all).is(200).json()["rows"]
        .as_array()
        .unwrap()
        .clone()
}

fn selling(client: &Client<'_>) -> String {
    let made = pipeline(client, json!({}));
    stages(
        client,
        &made,
        &[
            ("New", json!({})),
            ("Won", json!({"kind": "won", "probability": 100, "forecast_category": "closed"})),
        ],
    );
    made
}

both! {
    fn what_was_won_counts_for_its_owner_its_unit_and_those_above(app: &App) {
        let owner = app.be(Who::Owner);
        let pipeline = selling(&owner);
        let (head, b) = (app.people.units["head"].to_string(), app.people.units["B"].to_string());
        owner.patch(&format!("/units/{b}"), "*", json!({"manager_id": user(app, Who::Branch), "region": "شرق"})).is(200);
        owner.patch(&format!("/units/{head}"), "*", json!({"region": "مرکز"})).is(200);
        // The spring of 1404: 21 March to 21 June 2025.
        for (who, amount, on) in [
            (Who::Seller, "50.25", "2025-03-21"),
            (Who::Seller, "24.75", "2025-06-21"),
            (Who::Seller, "1000", "2025-06-22"),
            (Who::Seller, "1000", "2025-03-20"),
            (Who::Rival, "60", "2025-05-01"),
        ] {
            won(app, who, &pipeline, amount, on, json!({}));
        }
        won(app, Who::Rival, &pipeline, "1", "2025-05-01", json!({"amount": {"amount": "9", "currency": "EUR"}}));
        let quota = |more: Value| {
            let mut body = json!({"period": "1404-Q1"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/quotas", body).is(201).json()
        };
        let made = quota(json!({"owner_id": user(app, Who::Seller), "amount": irr("300")}));
        assert_eq!((&made["starts_on"], &made["ends_on"]), (&json!("2025-03-21"), &json!("2025-06-21")));
        quota(json!({"owner_id": user(app, Who::Rival), "amount": irr("40")}));
        quota(json!({"owner_id": user(app, Who::Rival), "deals": 4}));
        quota(json!({"for_unit_id": head, "amount": irr("1000")}));
        owner.post("/quotas", json!({"period": "1404-Q1", "for_unit_id": head, "amount": irr("7")})).refuses(409, "taken").blames("/period", "taken");

        let by_quota = attained(&owner, &[]);
        let of = |rows: &[Value], target: Value| rows.iter().find(|r| r["quota"] == target).unwrap_or_else(|| panic!("{rows:?}")).clone();
        let whole = of(&by_quota, irr("1000.00"));
        assert_eq!((&whole["won"], &whole["deals_won"], &whole["missing"], &whole["attained_percent"]), (&irr("135.00"), &json!(3), &irr("865.00"), &json!("13.50")), "a unit with all below it");
        let deals = by_quota.iter().find(|r| r["quota_deals"] == 4).unwrap();
        assert_eq!((&deals["quota"], &deals["won"], &deals["deals_won"], &deals["attained_percent"]), (&Value::Null, &Value::Null, &json!(2), &json!("50.00")), "in any currency");

        let by = |group: &str| attained(&owner, &[("group_by", group)]);
        let told = |rows: Vec<Value>| {
            let mut told: Vec<(String, String, String)> = rows
                .iter()
                .filter(|r| !r["quota"].is_null())
                .map(|r| [&r["quota"]["amount"], &r["won"]["amount"], &r["attained_percent"]].map(|v| v.as_str().unwrap().to_owned()).into())
                .collect();
            told.sort();
            told
        };
        let expected = [("300.00", "75.00", "25.00"), ("40.00", "60.00", "150.00")].map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())).to_vec();
        for group in ["owner", "manager", "unit", "region"] {
            assert_eq!(told(by(group)), expected, "{group}");
        }
        let regions: Vec<Value> = by("region").iter().map(|r| r["name"].clone()).collect();
        assert!(regions.contains(&json!("شرق")) && regions.contains(&json!("مرکز")), "{regions:?}");
        let managed = by("manager").into_iter().find(|r| r["id"] == json!(user(app, Who::Branch)) && !r["quota"].is_null()).unwrap();
        assert_eq!(managed["missing"], irr("0.00"), "what is reached lacks nothing");
        assert_eq!(told(attained(&owner, &[("group_by", "owner"), ("unit_id", &b)])), vec![("40.00".to_owned(), "60.00".to_owned(), "150.00".to_owned())]);

        // Everyone sees the quotas that they see, and of deals no more than those.
        assert_eq!(told(attained(&app.be(Who::Branch), &[])), vec![("40.00".to_owned(), "60.00".to_owned(), "150.00".to_owned())]);
        assert_eq!(told(attained(&app.be(Who::Viewer), &[])), vec![("300.00".to_owned(), "75.00".to_owned(), "25.00".to_owned())]);
        app.be(Who::Powerless).list("/quotas/attainment", &[("period", "1404-Q1")]).refuses(403, "forbidden");
        owner.get("/quotas/attainment").refuses(400, "invalid_parameter");
        owner.list("/quotas/attainment", &[("period", "1404-Q7")]).refuses(400, "invalid_query");
    }

    fn a_quota_may_be_for_a_product_a_pipeline_or_a_region(app: &App) {
        let owner = app.be(Who::Owner);
        let (one, other) = (selling(&owner), selling(&owner));
        let product = crate::catalog::products::product(&owner, json!({"list_price": irr("10")}));
        let lines = json!([{"product_id": product, "quantity": "3"}, {"description": "نصب", "amount": irr("5")}]);
        won(app, Who::Seller, &one, "35", "2025-05-01", json!({"lines": lines}));
        won(app, Who::Seller, &other, "100", "2025-05-02", json!({}));
        let a = app.people.units["A"].to_string();
        owner.patch(&format!("/units/{a}"), "*", json!({"region": "غرب"})).is(200);
        let seller = user(app, Who::Seller);
        for more in [json!({"product_id": product}), json!({"pipeline_id": other}), json!({"region": "غرب"}), json!({"region": "شرق"}), json!({})] {
            let mut body = json!({"period": "1404-Q1", "owner_id": seller, "amount": irr("1000")});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/quotas", body).is(201);
        }
        let sum = |parameters: &[(&str, &str)]| {
            let rows = attained(&owner, parameters);
            assert_eq!(rows.len(), 1, "{rows:?}");
            rows[0]["won"]["amount"].as_str().unwrap().to_owned()
        };
        assert_eq!(sum(&[("product_id", &product)]), "30.00");
        assert_eq!(sum(&[("pipeline_id", &other)]), "100.00");
        assert_eq!(sum(&[("region", "غرب")]), "135.00");
        assert_eq!(sum(&[("region", "شرق")]), "0.00");
        assert_eq!(sum(&[("group_by", "owner")]), "135.00", "of quotas for everything alone");
        assert_eq!(attained(&owner, &[]).len(), 5);
    }

    fn what_is_no_quota_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let refuse = |body: Value, at: &str, code: &str| {
            owner.post("/quotas", body).refuses(422, "invalid").blames(at, code);
        };
        refuse(json!({"period": "1404-Q1"}), "/amount", "required");
        refuse(json!({"period": "1404-Q1", "amount": irr("5"), "deals": 5}), "/deals", "conflict");
        refuse(json!({"period": "1404-Q1", "amount": irr("-5")}), "/amount/amount", "out_of_range");
        refuse(json!({"period": "1404-Q5", "amount": irr("5")}), "/period", "format");
        refuse(json!({"period": "spring", "deals": 1}), "/period", "format");
        // Nobody gives a quota to whom they don't reach.
        let body = json!({"period": "1404-Q1", "deals": 1, "owner_id": user(app, Who::Seller)});
        app.be(Who::Branch).post("/quotas", body).refuses(422, "invalid").blames("/owner_id", "forbidden_field");
        app.be(Who::Seller).post("/quotas", json!({"period": "1404-Q1", "deals": 1})).refuses(403, "forbidden");
    }

    fn managers_adjust_forecasts_of_their_units_beside_what_is_computed(app: &App) {
        let owner = app.be(Who::Owner);
        let pipeline = selling(&owner);
        let b = app.people.units["B"].to_string();
        let rival = user(app, Who::Rival);
        deal(&owner, json!({"pipeline_id": pipeline, "amount": irr("60"), "close_date": "2031-05-01", "owner_id": rival}));
        let branch = app.be(Who::Branch);
        let body = |more: Value| {
            let mut body = json!({"period": "1410-Q1", "number": "commit_forecast", "amount": irr("55"), "reason": "یک مناقصه می‌ماند"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        // Of a unit that nobody leads the permission decides; once somebody does, they do.
        let made = branch.post("/forecast-adjustments", body(json!({"user_id": rival}))).is(201).json();
        assert_eq!((&made["belongs_to_id"], &made["unit_id"], &made["starts_on"]), (&json!(b), &json!(b), &json!("2031-03-21")));
        owner.patch(&format!("/units/{b}"), "*", json!({"manager_id": rival})).is(200);
        branch.post("/forecast-adjustments", body(json!({"for_unit_id": b}))).refuses(422, "invalid").blames("/for_unit_id", "forbidden_field");
        owner.patch(&format!("/units/{b}"), "*", json!({"manager_id": user(app, Who::Branch)})).is(200);
        branch.post("/forecast-adjustments", body(json!({"for_unit_id": b, "amount": irr("50")}))).is(201);
        branch.post("/forecast-adjustments", body(json!({"user_id": rival}))).refuses(409, "taken").blames("/period", "taken");
        branch.post("/forecast-adjustments", body(json!({"user_id": user(app, Who::Seller)}))).refuses(422, "invalid");
        branch.post("/forecast-adjustments", body(json!({}))).refuses(422, "invalid").blames("/user_id", "required");
        branch.post("/forecast-adjustments", body(json!({"user_id": rival, "for_unit_id": b}))).refuses(422, "invalid").blames("/for_unit_id", "conflict");
        app.be(Who::Rival).post("/forecast-adjustments", body(json!({"user_id": rival}))).refuses(403, "forbidden");

        let rows = |client: &Client<'_>, group: &str| {
            let found = client.list("/forecasts", &[("period", "1410-Q1"), ("group_by", group), ("unit_id", &b)]).is(200).json();
            found["rows"][0].clone()
        };
        let row = rows(&branch, "owner");
        assert_eq!(row["numbers"]["open_forecast"], irr("60.00"), "what is computed stays");
        let told = &row["adjustments"][0];
        assert_eq!((&told["adjustment_id"], &told["number"], &told["amount"], &told["reason"], &told["by"]), (&made["id"], &json!("commit_forecast"), &irr("55.00"), &json!("یک مناقصه می‌ماند"), &json!(user(app, Who::Branch))));
        assert_eq!(rows(&branch, "unit,period")["adjustments"][0]["amount"], irr("50.00"));
        assert_eq!(rows(&branch, "period")["adjustments"], json!([]), "of a group that is nobody's");
        assert_eq!(rows(&app.be(Who::Rival), "owner")["adjustments"], json!([]), "of whom may not read them");
    }
}
