//! Account plans: what is to be reached with a customer, in the view of them; and the numbers of the markets beside it.
use super::customer;
use serde_json::{Value, json};
use tests::{Who, both};

both! {
    fn a_plan_tells_how_far_it_is_and_stands_in_the_view_of_the_customer(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let body = |name: &str, year: i32, status: &str| json!({
            "customer_id": whom, "name": name, "starts_on": format!("{year}-03-21"), "ends_on": format!("{}-03-20", year + 1), "status": status,
            "revenue_target": {"amount": "20000000000", "currency": "IRR"},
            "objectives": [
                {"title": "یک کارخانهٔ دیگر از ما بخرد", "measure": "کارخانه", "target": "2", "current": "1", "due_on": "2026-09-22"},
                {"title": "قرارداد سالانه", "status": "reached"},
            ],
        });
        let closed = owner.post("/account-plans", body("سال ۱۴۰۶", 2027, "draft")).is(201).json();
        let made = owner.post("/account-plans", body("سال ۱۴۰۵", 2026, "active")).is(201).json();
        assert_eq!((&made["progress"], &made["objectives"][0]["status"]), (&json!(50), &json!("open")));
        let address = format!("/account-plans/{}", made["id"].as_str().unwrap());
        let mut objectives = made["objectives"].clone();
        objectives[0]["status"] = json!("reached");
        let on = owner.patch(&address, "*", json!({"objectives": objectives})).is(200).json();
        assert_eq!(on["progress"], 100);
        assert_eq!(owner.patch(&address, "*", json!({"objectives": []})).is(200).json()["progress"], json!(null));
        let early = json!({"ends_on": "2026-03-20"});
        owner.patch(&address, "*", early).is(422).blames("/ends_on", "out_of_range");
        let long = json!({"objectives": [{"title": "x".repeat(301)}]});
        owner.patch(&address, "*", long).is(422).blames("/objectives/0/title", "too_long");

        let view = |client: &tests::Client<'_>| client.get(&format!("/customers/{whom}/360?sections=account_plans")).is(200).json();
        let shown: Vec<Value> = view(&owner)["account_plans"]["data"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect();
        assert_eq!(shown, [made["id"].clone(), closed["id"].clone()]);
        let dear = owner.list("/account-plans", &[("filter", "revenue_target.amount >= 20000000000 AND status = \"active\"")]).is(200).ids();
        assert_eq!(dear, [made["id"].as_str().unwrap()]);
        // What we plan is not for everyone to see.
        app.be(Who::Rival).get(&address).refuses(403, "forbidden");
    }

    fn numbers_of_a_market_are_found_by_region_and_period(app: &App) {
        let owner = app.be(Who::Owner);
        let tell = |region: &str, from: &str, to: &str, value: &str| {
            let body = json!({"indicator": "نرخ تورم", "region": region, "from_date": from, "to_date": to, "value": value, "unit": "درصد"});
            owner.post("/market-indicators", body)
        };
        tell("یزد", "2026-03-21", "2026-06-21", "38.5").is(201);
        let next = tell("یزد", "2026-06-22", "2026-09-22", "-1.25").is(201).json();
        tell("تهران", "2026-06-22", "2026-09-22", "41").is(201);
        tell("یزد", "2026-06-22", "2026-06-21", "41").is(422).blames("/to_date", "out_of_range");
        assert_eq!(next["value"], "-1.25");
        let asked = "indicator = \"نرخ تورم\" AND region = \"یزد\" AND from_date <= \"2026-07-01\" AND to_date >= \"2026-07-01\"";
        assert_eq!(owner.list("/market-indicators", &[("filter", asked)]).is(200).ids(), [next["id"].as_str().unwrap()]);
    }
}
