//! The board: what it adds up, and for whom.
use super::{course, deal};
use serde_json::{Value, json};
use tests::{Who, both};

fn money(amount: &str, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}

both! {
    fn the_board_adds_up_what_its_reader_sees(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let (pipeline, stages) = course(&owner);
        let address = format!("/pipelines/{pipeline}/board");
        let empty = owner.get(&address).is(200).json();
        assert_eq!((&empty["deals"], &empty["amounts"]), (&json!(0), &json!([])));
        assert_eq!(empty["columns"].as_array().unwrap().len(), 3, "won and lost are no columns");
        let make = |client: &tests::Client<'_>, amount: Value, more: Value| {
            let mut body = json!({"pipeline_id": pipeline, "amount": amount});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            deal(client, body)
        };
        make(&seller, money("1000.10", "IRR"), json!({"close_date": "2031-05-01"}));
        make(&seller, money("0.25", "IRR"), json!({"own_probability": 50}));
        make(&seller, Value::Null, json!({"close_date": "2031-04-01"}));
        make(&rival, money("999999999999999.99", "IRR"), json!({}));
        make(&owner, money("7", "JPY"), json!({"stage_id": stages[2]}));
        make(&owner, money("7", "JPY"), json!({"status": "won"}));
        let all = owner.get(&address).is(200).json();
        assert_eq!(all["deals"], 5);
        assert_eq!(all["amounts"], json!([money("1000000000001000.34", "IRR"), money("7", "JPY")]));
        // 10 % of 1000.10 and of 999999999999999.99, half of 0.25; and 70 % of 7, to the yen.
        assert_eq!(all["weighted"], json!([money("100000000000100.13", "IRR"), money("5", "JPY")]));
        let own = seller.get(&address).is(200).json();
        assert_eq!((&own["deals"], &own["amounts"]), (&json!(3), &json!([money("1000.35", "IRR")])));
        let column = &own["columns"][0];
        assert_eq!((&column["stage_id"], &column["name"], &column["deals"]), (&json!(stages[0]), &json!("New"), &json!(3)));
        let days: Vec<&Value> = column["cards"].as_array().unwrap().iter().map(|c| &c["close_date"]).collect();
        assert_eq!(days, [&json!("2031-04-01"), &json!("2031-05-01"), &json!(null)], "what closes first, what has no day last");
        assert_eq!(column["cards"][1]["amount"], money("1000.10", "IRR"));
        let by = owner.list(&address, &[("owner_id", &app.people.users[&Who::Rival].to_string()), ("limit", "0")]).is(200).json();
        assert_eq!((&by["deals"], &by["columns"][0]["cards"]), (&json!(1), &json!([])));
        rival.list(&address, &[("limit", "101")]).refuses(422, "invalid");
        app.be(Who::Powerless).get(&address).refuses(403, "forbidden");
        owner.get(&format!("/pipelines/{}/board", stages[0])).refuses(404, "not_found");
    }

    fn deals_are_found_by_what_they_are_worth(app: &App) {
        let owner = app.be(Who::Owner);
        for (amount, currency) in [("-0.00", "IRR"), ("99.99", "IRR"), ("100.00", "IRR"), ("100", "JPY"), ("999999999999999.99", "IRR")] {
            deal(&owner, json!({"name": amount, "amount": money(amount, currency)}));
        }
        deal(&owner, json!({"name": "none"}));
        for (filter, names) in [
            ("amount.amount > 100", vec!["999999999999999.99"]),
            ("amount.amount >= 100 AND amount.currency = \"JPY\"", vec!["100"]),
            ("amount.amount IN (99.99, \"999999999999999.99\")", vec!["99.99", "999999999999999.99"]),
            ("amount.amount < 100 AND amount.currency != \"JPY\"", vec!["-0.00", "99.99"]),
            ("amount.amount = null", vec!["none"]),
            ("amount.amount != 100", vec!["-0.00", "99.99", "999999999999999.99", "none"]),
            ("amount.currency : \"JP\"", vec!["100"]),
            ("NOT amount.currency IN (\"IRR\", null)", vec!["100"]),
        ] {
            let found = owner.list("/opportunities", &[("filter", filter), ("sort", "name")]).is(200).data();
            let found: Vec<&str> = found.iter().map(|d| d["name"].as_str().unwrap()).collect();
            assert_eq!(found, names, "{filter}");
        }
        owner.list("/opportunities", &[("filter", "amount = 5")]).refuses(400, "invalid_query");
    }
}
