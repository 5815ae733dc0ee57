//! What became of deals, told apart by who competed for them and by where their customers are.
use super::{at, deal};
use serde_json::{Value, json};
use tests::records::fresh;
use tests::{Client, Who, both};

/// What the groups come to: name, won, lost, part won, and what the won ones were worth.
fn told(answer: &Value) -> Vec<(Value, i64, i64, Value, Value)> {
    let one = |row: &Value| {
        let count = |name: &str| row[name].as_i64().unwrap();
        (
            row["name"].clone(),
            count("won"),
            count("lost"),
            row["win_rate"].clone(),
            row["won_value"][0]["amount"].clone(),
        )
    };
    answer["data"].as_array().unwrap().iter().map(one).collect()
}

fn by(client: &Client<'_>, by: &str) -> Value {
    client.list("/sales-results", &[("by", by)]).is(200).json()
}

both! {
    fn rivals_and_provinces_have_results_of_their_own(app: &App) {
        let owner = app.be(Who::Owner);
        let rival = |name: &str| owner.post("/competitors", json!({"name": name})).is(201).id();
        let (ahan, foulad) = (rival("آهن‌گستر"), rival("فولادکار"));
        let live = |province: Value| {
            let body = json!({"kind": "organization", "organization_name": format!("مشتری {}", fresh()), "province": province});
            owner.post("/customers", body).is(201).id()
        };
        let (yazd, fars, nowhere) = (live(json!("یزد")), live(json!("فارس")), live(json!(null)));
        let ends = |customer: &str, rivals: &[&String], worth: i64, verb: &str| {
            let amount = json!({"amount": worth.to_string(), "currency": "EUR"});
            let made = deal(&owner, json!({"customer_id": customer, "competitor_ids": rivals, "amount": amount, "status": verb}));
            assert_eq!(owner.get(&at(&made)).is(200).json()["status"], verb);
        };
        ends(&yazd, &[&ahan, &foulad], 100, "won");
        ends(&yazd, &[&ahan], 10, "lost");
        ends(&fars, &[&foulad], 1, "won");
        ends(&nowhere, &[], 1000, "won");
        ends(&fars, &[&ahan], 5, "open");

        let rivals = by(&owner, "competitor");
        let half = (json!("آهن‌گستر"), 1, 1, json!("0.5000"), json!("100.00"));
        let all = (json!("فولادکار"), 2, 0, json!("1.0000"), json!("101.00"));
        assert_eq!(told(&rivals), [half, all], "a deal counts for each rival, and what nobody competed for for none");
        assert_eq!((&rivals["total"]["won"], &rivals["total"]["win_rate"]), (&json!(3), &json!("0.7500")), "and once in the total");
        let places = by(&owner, "province");
        let fars = (json!("فارس"), 1, 0, json!("1.0000"), json!("1.00"));
        let yazd = (json!("یزد"), 1, 1, json!("0.5000"), json!("100.00"));
        assert_eq!(told(&places), [fars, yazd, (json!(null), 1, 0, json!("1.0000"), json!("1000.00"))]);
        assert_eq!(places["data"][0]["open_value"], json!([{"amount": "5.00", "currency": "EUR"}]));
        // Nobody counts what they may not see.
        assert_eq!(told(&by(&app.be(Who::Rival), "province")), []);
        app.be(Who::Powerless).list("/sales-results", &[("by", "competitor")]).refuses(403, "forbidden");
    }
}
