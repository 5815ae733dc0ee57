//! Forecasts: what they add up, of which deals, in which periods, and for whom.
use super::{at, customer, deal, pipeline, stages};
use serde_json::{Value, json};
use tests::{App, Client, Who, both};

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// A pipeline with a stage for each category, won and lost.
fn course(client: &Client<'_>) -> (String, Vec<String>) {
    let pipeline = pipeline(client, json!({}));
    let stage = |percent: i64, category: &str| json!({"probability": percent, "forecast_category": category});
    let made = stages(
        client,
        &pipeline,
        &[
            ("New", stage(20, "pipeline")),
            ("Talks", stage(60, "best_case")),
            ("Offer", stage(90, "commit")),
            ("Asleep", stage(50, "omitted")),
            ("Won", json!({"kind": "won", "probability": 100, "forecast_category": "closed"})),
            ("Lost", json!({"kind": "lost", "forecast_category": "omitted"})),
        ],
    );
    (pipeline, made)
}

/// The deals of a quarter, one for each category, and one more in the next.
fn quarter(app: &App, pipeline: &str, stages: &[String]) {
    let owner = app.be(Who::Owner);
    let (seller, rival) = (app.people.users[&Who::Seller], app.people.users[&Who::Rival]);
    let rows = [
        (0, "10", "2026-03-21", seller),
        (1, "20.50", "2026-04-20", seller),
        (2, "40", "2026-04-21", rival),
        (3, "5", "2026-06-21", rival),
        (4, "100", "2026-05-01", seller),
        (5, "3", "2026-05-01", seller),
        (0, "1000", "2026-06-22", seller),
        (0, "7000", "2026-03-20", seller),
    ];
    for (stage, amount, close, whose) in rows {
        deal(
            &owner,
            json!({"pipeline_id": pipeline, "stage_id": stages[stage], "amount": irr(amount), "close_date": close, "started_on": "2026-01-01", "owner_id": whose}),
        );
    }
}

fn ask(client: &Client<'_>, parameters: &[(&str, &str)]) -> Value {
    client.list("/forecasts", parameters).is(200).json()
}

/// The amount of a sum, or of money.
fn money(of: &Value) -> String {
    let amount = of["amount"].as_str().or(of["amount"]["amount"].as_str());
    amount.unwrap_or_default().to_owned()
}

/// A member of each row's numbers, beside the names of its group.
fn told(found: &Value, member: &str) -> Vec<(String, String)> {
    let name = |row: &Value| {
        let groups = row["group"].as_array().unwrap().iter();
        groups
            .map(|g| g["name"].as_str().unwrap_or("-").to_owned())
            .collect::<Vec<_>>()
            .join("/")
    };
    let rows = found["rows"].as_array().unwrap().iter();
    rows.map(|row| (name(row), money(&row["numbers"][member]))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

both! {
    fn a_forecast_tells_apart_how_surely_one_counts_on_deals(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, stages) = course(&owner);
        quarter(app, &pipeline, &stages);
        let found = ask(&owner, &[("period", "1405-Q1"), ("pipeline_id", &pipeline)]);
        assert_eq!(found["periods"], json!([{"key": "1405-Q1", "starts_on": "2026-03-21", "ends_on": "2026-06-21"}]));
        assert_eq!(found["rows"].as_array().unwrap().len(), 1, "{found}");
        let numbers = &found["rows"][0]["numbers"];
        assert_eq!(numbers, &found["totals"][0]);
        let sum = |deals: i64, amount: &str| json!({"deals": deals, "amount": irr(amount)});
        assert_eq!(
            numbers,
            &json!({
                "currency": "IRR", "won": sum(1, "100.00"), "commit": sum(1, "40.00"), "best_case": sum(1, "20.50"), "pipeline": sum(1, "10.00"),
                "omitted": sum(1, "5.00"), "lost": sum(1, "3.00"),
                // 90 % of 40, 60 % of 20.50, 20 % of 10.
                "weighted": irr("50.30"), "expected": irr("150.30"), "commit_forecast": irr("140.00"), "best_case_forecast": irr("160.50"),
                "open_forecast": irr("170.50")
            })
        );
        let months = ask(&owner, &[("from", "2026-04-01"), ("to", "2026-06-01"), ("period_length", "month"), ("pipeline_id", &pipeline)]);
        assert_eq!(told(&months, "open_forecast"), pairs(&[("1405-01", "30.50"), ("1405-02", "140.00"), ("1405-03", "0.00")]));
        let gregorian = ask(&owner, &[("from", "2026-01-01"), ("to", "2026-06-30"), ("calendar", "gregorian"), ("pipeline_id", &pipeline)]);
        assert_eq!(told(&gregorian, "pipeline"), pairs(&[("2026-Q1", "7010.00"), ("2026-Q2", "1000.00")]));
        let year = ask(&owner, &[("period", "1405"), ("period_length", "quarter"), ("pipeline_id", &pipeline)]);
        assert_eq!(told(&year, "pipeline"), pairs(&[("1405-Q1", "10.00"), ("1405-Q2", "1000.00")]));
        assert_eq!(year["periods"].as_array().unwrap().len(), 4);
    }

    fn the_fiscal_year_begins_when_the_organization_says(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, stages) = course(&owner);
        quarter(app, &pipeline, &stages);
        app.write(|conn| persistence::core::settings::set(conn, "fiscal_first_month", "4"));
        let found = ask(&owner, &[("from", "2026-03-20"), ("to", "2026-06-22"), ("pipeline_id", &pipeline)]);
        assert_eq!(told(&found, "pipeline"), pairs(&[("1404-Q3", "7000.00"), ("1404-Q4", "10.00"), ("1405-Q1", "1000.00")]));
        app.write(|conn| persistence::core::settings::set(conn, "fiscal_calendar", "gregorian"));
        let found = ask(&owner, &[("from", "2026-03-20"), ("to", "2026-06-22"), ("pipeline_id", &pipeline)]);
        assert_eq!((&found["calendar"], told(&found, "pipeline")), (&json!("gregorian"), pairs(&[("2025-Q4", "7010.00"), ("2026-Q1", "1000.00")])));
    }

    fn groups_are_owners_units_managers_regions_provinces_and_pipelines(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, stages) = course(&owner);
        quarter(app, &pipeline, &stages);
        let (a, b) = (app.people.units["A"], app.people.units["B"]);
        let branch = app.people.users[&Who::Branch].to_string();
        owner.patch(&format!("/units/{}", app.people.units["head"]), "*", json!({"region": "مرکز"})).is(200);
        owner.patch(&format!("/units/{b}"), "*", json!({"manager_id": branch, "region": "شرق"})).is(200);
        let by = |group: &str| {
            let found = ask(&owner, &[("period", "1405-Q1"), ("pipeline_id", &pipeline), ("group_by", group)]);
            assert_eq!(found["totals"][0]["open_forecast"], irr("170.50"), "{group}");
            let mut told = told(&found, "open_forecast");
            told.sort();
            told
        };
        let names = |object: &str, id: &str| owner.get(&format!("/{object}/{id}")).is(200).json()["name"].as_str().unwrap().to_owned();
        let sorted = |mut all: Vec<(String, String)>| { all.sort(); all };
        let (seller, rival) = (app.people.users[&Who::Seller].to_string(), app.people.users[&Who::Rival].to_string());
        assert_eq!(by("owner"), sorted(vec![(names("users", &seller), "130.50".into()), (names("users", &rival), "40.00".into())]));
        assert_eq!(by("unit"), sorted(vec![(names("units", &a.to_string()), "130.50".into()), (names("units", &b.to_string()), "40.00".into())]));
        assert_eq!(by("manager"), sorted(vec![("-".into(), "130.50".into()), (names("users", &branch), "40.00".into())]));
        assert_eq!(by("region"), sorted(pairs(&[("مرکز", "130.50"), ("شرق", "40.00")])));
        assert_eq!(by("pipeline"), vec![(names("pipelines", &pipeline), "170.50".into())]);
        assert_eq!(by("province"), pairs(&[("-", "170.50")]));
        assert_eq!(by("region,period"), sorted(pairs(&[("مرکز/1405-Q1", "130.50"), ("شرق/1405-Q1", "40.00")])));
        let below = ask(&owner, &[("period", "1405-Q1"), ("unit_id", &app.people.units["head"].to_string()), ("pipeline_id", &pipeline)]);
        assert_eq!(below["totals"][0]["open_forecast"], irr("170.50"), "a unit with all below it");
        let alone = ask(&owner, &[("period", "1405-Q1"), ("unit_id", &b.to_string()), ("pipeline_id", &pipeline)]);
        assert_eq!(alone["totals"][0]["open_forecast"], irr("40.00"));
        let one = ask(&owner, &[("period", "1405-Q1"), ("owner_id", &seller), ("pipeline_id", &pipeline)]);
        assert_eq!(one["totals"][0]["open_forecast"], irr("130.50"));
    }

    fn everyone_sees_what_they_see_of_deals(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, stages) = course(&owner);
        quarter(app, &pipeline, &stages);
        let sum = |who: Who| ask(&app.be(who), &[("period", "1405-Q1"), ("pipeline_id", &pipeline)])["totals"][0]["open_forecast"]["amount"].clone();
        assert_eq!([sum(Who::Seller), sum(Who::Rival), sum(Who::Branch), sum(Who::Viewer)], ["130.50", "40.00", "40.00", "130.50"].map(|t| json!(t)));
        // A deal in whose team one is counts too.
        let shared = deal(&owner, json!({"pipeline_id": pipeline, "amount": irr("9"), "close_date": "2026-05-05", "started_on": "2026-01-01", "team": [{"user_id": app.people.users[&Who::Seller], "role": "presales"}]}));
        assert_eq!(sum(Who::Seller), json!("139.50"), "{shared}");
        app.be(Who::Powerless).get("/forecasts").refuses(403, "forbidden");
        for (name, value) in [("group_by", "colour"), ("group_by", "owner,owner"), ("group_by", "owner,unit,region,period"), ("from", "1405-01-32"), ("calendar", "lunar")] {
            owner.list("/forecasts", &[(name, value)]).refuses(400, "invalid_parameter");
        }
        owner.list("/forecasts", &[("currency", "XXX")]).refuses(422, "invalid").blames("/currency", "not_allowed");
        owner.list("/forecasts", &[("period", "1405-Q5")]).refuses(400, "invalid_query");
        owner.list("/forecasts", &[("from", "2020-01-01"), ("to", "2030-01-01"), ("period_length", "month")]).refuses(422, "invalid");
        owner.list("/forecasts", &[("from", "2026-01-02"), ("to", "2026-01-01")]).refuses(422, "invalid");
        owner.list("/forecasts", &[("period", "1405"), ("to", "2026-01-01")]).refuses(422, "invalid");
    }

    fn currencies_are_never_added(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, _) = course(&owner);
        for amount in [json!({"amount": "7", "currency": "JPY"}), irr("999999999999999.99"), irr("999999999999999.99"), Value::Null] {
            deal(&owner, json!({"pipeline_id": pipeline, "amount": amount, "close_date": "2026-05-05", "started_on": "2026-01-01"}));
        }
        let found = ask(&owner, &[("period", "1405-Q1"), ("pipeline_id", &pipeline)]);
        let rows = found["totals"].as_array().unwrap();
        assert_eq!((&rows[0]["currency"], &rows[0]["pipeline"], &rows[0]["expected"]), (&Value::Null, &json!({"deals": 1, "amount": null}), &Value::Null));
        assert_eq!(rows[1]["pipeline"]["amount"], irr("1999999999999999.98"));
        // 20 % of it, to the cent; and of 7 yen, to the yen.
        assert_eq!((&rows[1]["weighted"], &rows[2]["weighted"]["amount"]), (&irr("400000000000000.00"), &json!("1")));
        let one = ask(&owner, &[("period", "1405-Q1"), ("pipeline_id", &pipeline), ("currency", "JPY")]);
        assert_eq!(one["totals"].as_array().unwrap().len(), 1);
    }

    fn by_product_the_lines_count_and_a_deal_counts_once_in_all(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, _) = course(&owner);
        let product = |name: &str| crate::catalog::products::product(&owner, json!({"name": name, "list_price": irr("100")}));
        let (desk, chair) = (product("میز"), product("صندلی"));
        let lines = json!([
            {"product_id": desk, "quantity": "2"}, {"product_id": desk, "discount_percent": "50"},
            {"product_id": chair, "unit_price": irr("30")}, {"description": "نصب", "amount": irr("20")}
        ]);
        let made = deal(&owner, json!({"pipeline_id": pipeline, "close_date": "2026-05-05", "started_on": "2026-01-01", "lines": lines}));
        assert_eq!(made["amount"], irr("300.00"), "{made}");
        deal(&owner, json!({"pipeline_id": pipeline, "close_date": "2026-05-05", "started_on": "2026-01-01", "amount": irr("1000")}));
        let by = |more: &[(&str, &str)]| {
            let mut all = vec![("period", "1405-Q1"), ("pipeline_id", pipeline.as_str()), ("group_by", "product")];
            all.extend(more);
            ask(&owner, &all)
        };
        let found = by(&[]);
        let mut rows = told(&found, "pipeline");
        rows.sort();
        let mut expected = pairs(&[("-", ""), ("صندلی", ""), ("میز", "")]);
        expected.sort();
        assert_eq!(rows.iter().map(|r| r.0.clone()).collect::<Vec<_>>(), expected.iter().map(|r| r.0.clone()).collect::<Vec<_>>());
        let of = |name: &str, found: &Value| found["rows"].as_array().unwrap().iter().find(|r| r["group"][0]["name"].as_str().unwrap_or("-") == name).unwrap()["numbers"]["pipeline"].clone();
        assert_eq!(of("میز", &found), json!({"deals": 1, "amount": irr("250.00")}));
        assert_eq!(of("صندلی", &found), json!({"deals": 1, "amount": irr("30.00")}));
        assert_eq!(of("-", &found), json!({"deals": 2, "amount": irr("1020.00")}), "what is in no catalogue, and deals without lines");
        assert_eq!(found["totals"][0]["pipeline"], json!({"deals": 2, "amount": irr("1300.00")}));
        assert_eq!(found["totals"][0]["weighted"], irr("260.00"));
        assert_eq!(by(&[("product_id", &desk)])["totals"][0]["pipeline"], json!({"deals": 1, "amount": irr("250.00")}));
        // What the lines come to goes with them, into the trash and back.
        owner.patch(&at(&made), "*", json!({"lines": [{"product_id": chair, "unit_price": irr("31")}]})).is(200);
        assert_eq!(by(&[])["totals"][0]["pipeline"]["amount"], irr("1031.00"));
        owner.delete(&at(&made), "*").is(204);
        assert_eq!(by(&[])["totals"][0]["pipeline"]["amount"], irr("1000.00"));
        owner.act(&format!("{}/restore", at(&made)), "*").is(200);
        assert_eq!(of("صندلی", &by(&[])), json!({"deals": 1, "amount": irr("31.00")}));
    }

    fn what_a_deal_is_worth_follows_its_lines(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = customer(&owner);
        let draft = product_of(&owner, "draft");
        let refuse = |more: Value, at: &str, code: &str| {
            let mut body = json!({"name": "میز", "customer_id": customer});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/opportunities", body).refuses(422, "invalid").blames(at, code);
        };
        let line = json!({"description": "میز", "unit_price": irr("100"), "quantity": "3"});
        refuse(json!({"lines": [line], "amount": irr("5")}), "/amount", "conflict");
        refuse(json!({"lines": [{"description": "میز"}]}), "/lines/0/unit_price", "required");
        refuse(json!({"lines": [{"unit_price": irr("5")}]}), "/lines/0/description", "required");
        refuse(json!({"lines": [{"product_id": customer}]}), "/lines/0/product_id", "not_found");
        refuse(json!({"lines": [{"product_id": draft}]}), "/lines/0/product_id", "conflict");
        refuse(json!({"lines": [line, {"description": "x", "amount": {"amount": "5", "currency": "EUR"}}]}), "/lines/1/amount/currency", "conflict");
        let made = deal(&owner, json!({"lines": [line], "amount": irr("300")}));
        assert_eq!((&made["amount"], &made["lines"][0]["amount"]), (&irr("300.00"), &irr("300.00")));
        let put = |body: Value| owner.patch(&at(&made), "*", body);
        put(json!({"amount": irr("7")})).refuses(422, "invalid").blames("/amount", "conflict");
        let mut line = made["lines"][0].clone();
        (line["quantity"], line["discount_percent"]) = (json!("2"), json!("12.5"));
        assert_eq!(put(json!({"lines": [line]})).is(200).json()["amount"], irr("175.00"));
        // Without lines the number is the seller's own again: the last one, until they say another.
        assert_eq!(put(json!({"lines": []})).is(200).json()["amount"], irr("175.00"));
        assert_eq!(put(json!({"amount": irr("7")})).is(200).json()["amount"], irr("7.00"));
    }
}

fn product_of(client: &Client<'_>, status: &str) -> String {
    crate::catalog::products::product(client, json!({"status": status}))
}
