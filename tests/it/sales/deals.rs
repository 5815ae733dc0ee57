//! Deals: what they may say, who sees them, what is kept of their closing day, what history may be taken over.
use super::{at, course, customer, deal};
use serde_json::{Value, json};
use tests::records::fresh;
use tests::{Client, Who, both};

fn competitor(client: &Client<'_>) -> String {
    client
        .post("/competitors", json!({"name": format!("رقیب {}", fresh())}))
        .is(201)
        .id()
}

both! {
    fn each_move_of_the_closing_day_is_kept(app: &App) {
        let owner = app.be(Who::Owner);
        let made = deal(&owner, json!({"close_date": "2031-03-21"}));
        let mut last = made.clone();
        for day in [json!("2031-04-21"), json!("2031-04-21"), json!(null), json!("2031-05-21")] {
            last = owner.patch(&at(&made), "*", json!({"close_date": day})).is(200).json();
        }
        assert_eq!(last["close_date_moves"], 2, "from nothing to a day is no move");
        let moves: Vec<(&Value, &Value)> = last["close_dates"].as_array().unwrap().iter().map(|m| (&m["from"], &m["to"])).collect();
        assert_eq!(moves, [(&json!("2031-03-21"), &json!("2031-04-21")), (&json!("2031-04-21"), &json!(null))]);
        assert_eq!(last["close_dates"][0]["by"], json!(app.people.users[&Who::Owner]));
    }

    fn a_seller_judges_for_themselves_until_the_next_stage(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, _) = course(&owner);
        let made = deal(&owner, json!({"pipeline_id": pipeline, "own_probability": 55}));
        assert_eq!((&made["probability"], &made["forecast_category"]), (&json!(55), &json!("pipeline")));
        let judged = owner.patch(&at(&made), "*", json!({"own_probability": null, "own_forecast_category": "commit"})).is(200).json();
        assert_eq!((&judged["probability"], &judged["forecast_category"]), (&json!(10), &json!("commit")));
        let on = owner.act(&format!("{}/advance", at(&made)), "*").is(200).json();
        assert_eq!((&on["probability"], &on["own_forecast_category"], &on["forecast_category"]), (&json!(40), &json!(null), &json!("pipeline")));
    }

    fn the_team_sees_the_deal_and_whoever_leaves_it_does_not(app: &App) {
        let (owner, rival) = (app.be(Who::Owner), app.be(Who::Rival));
        let user = json!(app.people.users[&Who::Rival]);
        let made = deal(&owner, json!({}));
        let address = at(&made);
        rival.get(&address).refuses(404, "not_found");
        let member = json!([{"user_id": user, "role": "technical", "split_percent": null}]);
        owner.patch(&address, "*", json!({"team": member})).is(200);
        // At once, whatever was known of them a moment ago.
        rival.get(&address).is(200);
        let found = rival.list("/opportunities", &[]).is(200).ids();
        assert_eq!(found, [made["id"].as_str().unwrap()]);
        rival.patch(&address, "*", json!({"next_step": "بازدید"})).is(200);
        rival.get(&format!("{address}/guidance")).is(200);
        rival.delete(&address, "*").refuses(403, "forbidden");
        let why = [("user_id", user.as_str().unwrap()), ("object", "opportunities"), ("record_id", made["id"].as_str().unwrap()), ("action", "update")];
        assert_eq!(owner.list("/access/explain", &why).is(200).json()["because"], "share");
        owner.patch(&address, "*", json!({"team": []})).is(200);
        rival.get(&address).refuses(404, "not_found");
        // One that somebody made by hand stays.
        let share = json!({"object": "opportunities", "record_id": made["id"], "grantee_kind": "user", "grantee_id": user, "action": "read"});
        owner.post("/shares", share).is(201);
        owner.patch(&address, "*", json!({"team": member})).is(200);
        rival.patch(&address, "*", json!({"next_step": "تماس"})).is(200);
        owner.patch(&address, "*", json!({"team": []})).is(200);
        rival.get(&address).is(200);
        owner.patch(&address, "*", json!({"team": [{"user_id": made["id"], "role": "seller"}]})).is(422).blames("/team/0/user_id", "not_found");
        let half = json!({"team": [{"user_id": user, "role": "seller", "split_percent": "99.5"}]});
        owner.patch(&address, "*", half).is(422).blames("/team", "out_of_range");
    }

    fn history_is_taken_over_by_whoever_may(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let (pipeline, stages) = course(&owner);
        let whom = customer(&seller);
        let body = |more: Value| {
            let mut body = json!({"name": "x", "customer_id": whom, "pipeline_id": pipeline});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let won = json!({"stage_id": stages[3], "close_date": "2017-03-01", "started_on": "2016-10-20", "amount": {"amount": "1054", "currency": "USD"}});
        seller.post("/opportunities", body(won.clone())).is(422).blames("/stage_id", "forbidden_field");
        seller.post("/opportunities", body(json!({"status": "lost"}))).is(422).blames("/status", "forbidden_field");
        seller.post("/opportunities", body(json!({"stage_id": stages[1]}))).is(422).blames("/stage_id", "forbidden_field");
        seller.post("/opportunities", body(json!({"stage_id": stages[0]}))).is(201);
        let made = owner.post("/opportunities", body(won)).is(201).json();
        assert_eq!((&made["status"], &made["probability"], &made["forecast_category"]), (&json!("won"), &json!(100), &json!("closed")));
        assert!(made["closed_at"].as_str().unwrap().starts_with("2017-02-28T20:30"), "midnight in Tehran: {}", made["closed_at"]);
        let rival = competitor(&owner);
        let lost = json!({"status": "lost", "close_date": "2017-03-01", "close_reason": "price", "lost_to_id": rival});
        let made = owner.post("/opportunities", body(lost)).is(201).json();
        assert_eq!((&made["stage_id"], &made["competitor_ids"]), (&json!(stages[4]), &json!([rival])));
        for (more, at, code) in [
            (json!({"status": "won", "stage_id": stages[4]}), "/status", "conflict"),
            (json!({"close_reason": "price"}), "/close_reason", "conflict"),
            (json!({"status": "won", "close_date": "2999-01-01"}), "/close_date", "out_of_range"),
            (json!({"stage_id": super::course(&owner).1[0]}), "/stage_id", "conflict"),
        ] {
            owner.post("/opportunities", body(more)).is(422).blames(at, code);
        }
    }

    fn attack_56_what_is_closed_is_not_made_worth_more(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, _) = course(&owner);
        let amount = json!({"amount": "500", "currency": "IRR"});
        let made = deal(&owner, json!({"pipeline_id": pipeline, "amount": amount, "next_step": "x", "checklist_done": ["budget"]}));
        owner.post(&format!("{}/win", at(&made)), json!({})).refuses(428, "precondition_required");
        let act = |verb: &str, body: Value| owner.with("If-Match", "*").post(&format!("{}/{verb}", at(&made)), body);
        act("win", json!({"reason": "service"})).is(200);
        for change in [
            json!({"amount": {"amount": "5000000", "currency": "IRR"}}),
            json!({"amount": {"amount": "500", "currency": "USD"}}),
            json!({"close_date": "2020-01-01", "started_on": null}),
            json!({"customer_id": customer(&owner)}),
            json!({"own_probability": 1}),
        ] {
            owner.patch(&at(&made), "*", change.clone()).refuses(409, "opportunity_closed");
        }
        owner.patch(&at(&made), "*", json!({"description": "تحویل شد"})).is(200);
        owner.patch(&at(&made), "*", json!({"status": "open"})).is(422).blames("/status", "fixed");
        for (more, at) in [
            (json!({"amount": {"amount": "-1", "currency": "IRR"}}), "/amount/amount"),
            (json!({"own_probability": 101}), "/own_probability"),
        ] {
            let mut body = json!({"name": "x", "customer_id": made["customer_id"]});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/opportunities", body).is(422).blames(at, "out_of_range");
        }
    }

    fn those_who_take_part_are_seen_with_the_deal(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let made = deal(&seller, json!({}));
        let role = json!({"opportunity_id": made["id"], "customer_id": made["customer_id"], "role": "champion", "is_primary": true});
        let part = seller.post("/opportunity-contacts", role.clone()).is(201).id();
        seller.post("/opportunity-contacts", role.clone()).refuses(409, "taken").blames("/customer_id", "taken");
        owner.get(&format!("/opportunity-contacts/{part}")).is(200);
        rival.get(&format!("/opportunity-contacts/{part}")).refuses(404, "not_found");
        let theirs = json!({"opportunity_id": made["id"], "customer_id": customer(&rival), "role": "other"});
        rival.post("/opportunity-contacts", theirs).is(422).blames("/opportunity_id", "not_found");
        // Merged customers keep their part.
        let other = owner.post("/customers", json!({"kind": "organization", "organization_name": "فولاد مهر"})).is(201).id();
        owner.post("/merges", json!({"survivor_id": other, "merged_ids": [made["customer_id"]]})).is(201);
        assert_eq!(owner.get(&format!("/opportunity-contacts/{part}")).is(200).json()["customer_id"], json!(other));
        assert_eq!(owner.get(&at(&made)).is(200).json()["customer_id"], json!(other));
    }
}
