//! Why somebody may, or may not.
use serde_json::{Value, json};
use tests::{App, Who, both};

fn explain(app: &App, who: Who, record: &str, action: &str) -> Value {
    let user = app.people.users[&who].to_string();
    let query = [
        ("user_id", user.as_str()),
        ("object", "customers"),
        ("record_id", record),
        ("action", action),
    ];
    let with = if record.is_empty() {
        vec![query[0], query[1], query[3]]
    } else {
        query.to_vec()
    };
    app.be(Who::Owner).list("/access/explain", &with).is(200).json()
}

both! {
    fn the_verdict_is_that_of_the_request_itself(app: &App) {
        let customer = app.be(Who::Seller).post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let address = format!("/customers/{customer}");
        for (who, because) in [
            (Who::Owner, "scope"), (Who::Seller, "scope"), (Who::Rival, "out_of_scope"), (Who::Viewer, "scope"),
            (Who::Powerless, "no_permission"), (Who::Branch, "out_of_scope"),
        ] {
            let told = explain(app, who, &customer, "read");
            assert_eq!(told["because"], because, "{told}");
            assert_eq!(told["allowed"], app.be(who).get(&address).status == 200, "{told}");
            let told = explain(app, who, &customer, "update");
            let may = app.be(who).patch(&address, "*", json!({"notes": format!("{who:?}")})).status == 200;
            assert_eq!(told["allowed"], may, "{told}");
        }
        let told = explain(app, Who::Viewer, &customer, "read");
        assert_eq!(told["scope"], "unit");
        assert_eq!(told["roles"][0]["name"], "Test viewer");
        assert_eq!((&told["record"]["own"], &told["record"]["unit"]), (&json!(false), &json!(true)));
        assert_eq!(explain(app, Who::Seller, "", "create")["because"], "permission");
        let share = json!({"object": "customers", "record_id": customer, "grantee_kind": "unit", "grantee_id": app.people.units["B"], "action": "read"});
        app.be(Who::Owner).post("/shares", share).is(201);
        let told = explain(app, Who::Rival, &customer, "read");
        assert_eq!((&told["because"], told["record"]["shares"].as_array().unwrap().len()), (&json!("share"), 1));
        app.be(Who::Rival).get(&address).is(200);
        app.be(Who::Owner).patch(&format!("/users/{}", app.people.users[&Who::Rival]), "*", json!({"active": false})).is(200);
        assert_eq!(explain(app, Who::Rival, &customer, "read")["because"], "inactive");
    }

    fn it_explains_nothing_that_its_reader_may_not_see(app: &App) {
        let query = |user: Who, object: &str, action: &str| {
            let user = app.people.users[&user].to_string();
            [("user_id".to_owned(), user), ("object".to_owned(), object.to_owned()), ("action".to_owned(), action.to_owned())]
        };
        let ask = |who: Who, all: [(String, String); 3]| {
            let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            app.be(who).list("/access/explain", &all)
        };
        ask(Who::Seller, query(Who::Seller, "customers", "read")).refuses(403, "forbidden");
        ask(Who::Branch, query(Who::Seller, "customers", "read")).refuses(404, "not_found");
        ask(Who::Branch, query(Who::Rival, "customers", "read")).is(200);
        ask(Who::Owner, query(Who::Rival, "nothings", "read")).refuses(404, "not_found");
        ask(Who::Owner, query(Who::Rival, "customers", "fly")).refuses(400, "invalid_parameter");
        app.be(Who::Owner).get("/access/explain").refuses(400, "invalid_parameter");
    }
}
