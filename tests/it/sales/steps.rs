//! The steps of a deal, and what they leave behind.
use super::{at, course, deal};
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::{Client, Who, both};

fn act(client: &Client<'_>, deal: &Value, verb: &str, body: Value) -> Answer {
    client.with("If-Match", "*").post(&format!("{}/{verb}", at(deal)), body)
}

/// What an answer blames: the places and, of what is missing, the words.
fn blamed(refused: &Answer) -> Vec<(String, String)> {
    let json = refused.json();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (text(&e["pointer"]), text(&e["detail"])))
        .collect()
}

both! {
    fn a_deal_is_guided_from_stage_to_stage(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, stages) = course(&owner);
        let made = deal(&owner, json!({"pipeline_id": pipeline}));
        assert_eq!(made["stage_id"], json!(stages[0]));
        let second = act(&owner, &made, "advance", json!({"note": "به تماس ما پاسخ دادند"})).is(200).json();
        assert_eq!((&second["stage_id"], &second["version"], &second["probability"]), (&json!(stages[1]), &json!(2), &json!(40)));
        // What is missing is named, each piece in the language asked for.
        let refused = act(&owner, &made, "advance", json!({})).refuses(409, "criteria_unmet");
        assert_eq!(blamed(&refused), [
            ("/amount".to_owned(), "is missing before “Talks” is left: Amount".to_owned()),
            ("/checklist_done".to_owned(), "is missing before “Talks” is left: The budget is known".to_owned()),
            ("/stage_id".to_owned(), "is missing before “Talks” is left: next_step != null".to_owned()),
            ("/stage_id".to_owned(), "is missing before “Talks” is left: amount.amount >= 100".to_owned()),
        ]);
        let persian = act(&owner.with("Accept-Language", "fa"), &made, "advance", json!({})).refuses(409, "criteria_unmet");
        assert!(blamed(&persian)[1].1.contains("بودجه روشن است"), "{persian:?}");
        let guidance = |lang: &str| owner.with("Accept-Language", lang).get(&format!("{}/guidance", at(&made))).is(200).json();
        let (english, persian) = (guidance("en"), guidance("fa"));
        assert_eq!((&english["guidance"], &persian["guidance"]), (&json!("Talk to whoever decides."), &json!("با تصمیم‌گیرنده حرف بزنید.")));
        let kinds: Vec<&Value> = english["missing"].as_array().unwrap().iter().map(|m| &m["kind"]).collect();
        assert_eq!(kinds, [&json!("field"), &json!("item"), &json!("condition"), &json!("condition")]);
        assert_eq!(english["missing"][1]["key"], "budget");
        let items: Vec<(&Value, &Value)> = english["checklist"].as_array().unwrap().iter().map(|i| (&i["key"], &i["required"])).collect();
        assert_eq!(items, [(&json!("budget"), &json!(true)), (&json!("lunch"), &json!(false))]);
        let next: Vec<(&Value, &Value)> = english["next"].as_array().unwrap().iter().map(|n| (&n["name"], &n["ready"])).collect();
        assert_eq!(next, [(&json!("Offer"), &json!(false)), (&json!("Won"), &json!(false))]);
        // Closing before its criteria are met is no way around them.
        act(&owner, &made, "win", json!({})).refuses(409, "criteria_unmet");
        let complete = json!({"amount": {"amount": "250", "currency": "IRR"}, "next_step": "قرارداد", "checklist_done": ["budget"]});
        owner.patch(&at(&made), "*", complete).is(200);
        assert_eq!(guidance("en")["missing"], json!([]));
        let third = act(&owner, &made, "advance", json!({})).is(200).json();
        assert_eq!((&third["stage_id"], &third["forecast_category"]), (&json!(stages[2]), &json!("commit")));
        act(&owner, &made, "advance", json!({})).refuses(409, "stage_not_next");
        let won = act(&owner, &made, "win", json!({"reason": "service", "note": "خدمات پس از فروش", "close_date": "2026-10-01"}));
        // It began today, and was not won before.
        won.is(422).blames("/close_date", "out_of_range");
        let won = act(&owner, &made, "win", json!({"reason": "service"})).is(200).json();
        assert_eq!((&won["status"], &won["stage_id"], &won["close_reason"], &won["probability"]), (&json!("won"), &json!(stages[3]), &json!("service"), &json!(100)));
        assert_eq!(won["close_date_moves"], 0);
        act(&owner, &made, "win", json!({})).refuses(409, "opportunity_closed");
        act(&owner, &made, "lose", json!({"reason": "price"})).refuses(409, "opportunity_closed");
        act(&owner, &made, "advance", json!({})).refuses(409, "opportunity_closed");
    }

    fn where_a_deal_was_is_kept_with_when_and_by_whom(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let (pipeline, stages) = course(&owner);
        let made = deal(&seller, json!({"pipeline_id": pipeline}));
        act(&seller, &made, "advance", json!({})).is(200);
        act(&owner, &made, "advance", json!({"stage_id": stages[0]})).is(422).blames("/note", "required");
        act(&owner, &made, "advance", json!({"stage_id": stages[0], "note": "بودجه برداشته شد"})).is(200);
        act(&owner, &made, "lose", json!({})).is(422).blames("/reason", "required");
        act(&owner, &made, "lose", json!({"reason": "budget"})).is(200);
        act(&owner, &made, "reopen", json!({"note": "بودجه برگشت"})).is(200);
        let stays = seller.get(&format!("{}/stages", at(&made))).is(200).data();
        let names: Vec<&str> = stays.iter().map(|s| s["stage"].as_str().unwrap()).collect();
        assert_eq!(names, ["New", "Talks", "New", "Lost", "New"]);
        let who = |n: usize, member: &str| stays[n][member].clone();
        let (owner_id, seller_id) = (json!(app.people.users[&Who::Owner]), json!(app.people.users[&Who::Seller]));
        assert_eq!((who(0, "entered_by"), who(0, "left_by"), who(1, "left_by")), (seller_id.clone(), seller_id, owner_id));
        assert_eq!((&stays[2]["note"], &stays[2]["from_stage_id"]), (&json!("بودجه برداشته شد"), &json!(stages[1])));
        for pair in stays.windows(2) {
            assert_eq!(pair[0]["left_at"], pair[1]["entered_at"]);
            assert!(pair[0]["working_seconds"].as_i64() <= pair[0]["elapsed_seconds"].as_i64());
        }
        assert_eq!(stays[4]["left_at"], json!(null));
        app.be(Who::Rival).get(&format!("{}/stages", at(&made))).refuses(404, "not_found");
        // The reason and the day went with the reopening.
        let now = owner.get(&at(&made)).is(200).json();
        assert_eq!((&now["status"], &now["close_reason"], &now["closed_at"]), (&json!("open"), &json!(null), &json!(null)));
        act(&owner, &made, "reopen", json!({})).refuses(409, "opportunity_open");
    }

    fn a_deal_is_lost_to_somebody(app: &App) {
        let owner = app.be(Who::Owner);
        let rival = owner.post("/competitors", json!({"name": "فولاد کویر"})).is(201).id();
        let made = deal(&owner, json!({}));
        act(&owner, &made, "lose", json!({"reason": "competitor", "competitor_id": made["id"]})).is(422).blames("/competitor_id", "not_found");
        act(&owner, &made, "lose", json!({"reason": "weather"})).is(422).blames("/reason", "not_allowed");
        act(&owner, &made, "lose", json!({"reason": "price", "why": "x"})).is(422).blames("/why", "unknown_field");
        act(&owner, &made, "lose", json!({"reason": "price", "close_date": "2999-01-01"})).is(422).blames("/close_date", "out_of_range");
        let lost = act(&owner, &made, "lose", json!({"reason": "competitor", "competitor_id": rival, "note": "ارزان‌تر بودند"})).is(200).json();
        assert_eq!((&lost["lost_to_id"], &lost["competitor_ids"]), (&json!(rival), &json!([rival])));
        let found = owner.list("/opportunities", &[("filter", &format!("lost_to_id = \"{rival}\" AND status = \"lost\""))]).is(200).ids();
        assert_eq!(found, [made["id"].as_str().unwrap()]);
    }

    fn whoever_may_not_change_a_deal_moves_none(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let (pipeline, _) = course(&owner);
        let made = deal(&seller, json!({"pipeline_id": pipeline}));
        let body = || json!({"reason": "price"});
        app.anyone().with("If-Match", "*").post(&format!("{}/lose", at(&made)), body()).is(401);
        act(&app.be(Who::Powerless), &made, "lose", body()).refuses(403, "forbidden");
        act(&app.be(Who::Rival), &made, "lose", body()).refuses(404, "not_found");
        act(&app.be(Who::Viewer), &made, "lose", body()).refuses(403, "forbidden");
        for verb in ["advance", "win", "lose", "reopen"] {
            let stale = owner.with("If-Match", "\"7\"").post(&format!("{}/{verb}", at(&made)), if verb == "lose" { body() } else { json!({}) });
            assert_eq!(stale.refuses(412, "stale").etag(), "\"1\"");
        }
        // The same key, the same answer, one step.
        let once = seller.with("Idempotency-Key", "k-1").with("If-Match", "*");
        let first = once.post(&format!("{}/advance", at(&made)), json!({})).is(200);
        let again = once.post(&format!("{}/advance", at(&made)), json!({})).is(200);
        assert_eq!((again.text(), again.header("idempotency-replayed")), (first.text(), "true"));
    }

    fn attack_55_of_many_who_close_a_deal_at_once_one_does(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, stages) = course(&owner);
        let made = deal(&owner, json!({"pipeline_id": pipeline, "stage_id": stages[2]}));
        let tries = |n: usize| {
            let (verb, body) = if n.is_multiple_of(2) { ("win", json!({})) } else { ("lose", json!({"reason": "price"})) };
            app.be(Who::Owner).with("If-Match", "*").post(&format!("{}/{verb}", at(&made)), body).status
        };
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..100).map(|n| scope.spawn(move || tries(n))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|s| matches!(s, 200 | 409)), "{statuses:?}");
        let stays = owner.get(&format!("{}/stages", at(&made))).is(200).data();
        assert_eq!(stays.len(), 2, "{stays:?}");
        assert_eq!(owner.get(&at(&made)).is(200).json()["version"], 2);
    }
}
