//! Reaching for what is not one's own: by writing, by reference, by expansion, by filter and sort.
use serde_json::{Value, json};
use tests::probe::digest;
use tests::{App, Who, both};

/// A customer of someone.
fn customer(app: &App, who: Who, name: &str) -> String {
    app.be(who)
        .post("/customers", json!({"kind": "person", "family_name": name}))
        .is(201)
        .id()
}

/// A valid national id, for a field that not everyone may see.
const NATIONAL_ID: &str = "0499370899";

both! {
    fn attack_02_what_one_may_read_one_may_not_therefore_change(app: &App) {
        let owner = app.be(Who::Owner);
        let permissions = json!([{"permission": "customers:read", "scope": "unit"}, {"permission": "customers:update", "scope": "own"}]);
        let role = owner.post("/roles", json!({"name": "Reads the unit", "permissions": permissions})).is(201).id();
        let viewer = format!("/users/{}", app.people.users[&Who::Viewer]);
        owner.patch(&viewer, "*", json!({"role_ids": [role]})).is(200);
        let (readable, invisible) = (customer(app, Who::Seller, "الف"), customer(app, Who::Rival, "ب"));
        let before = digest(app);
        let viewer = app.be(Who::Viewer);
        viewer.patch(&format!("/customers/{readable}"), "*", json!({"notes": "x"})).refuses(403, "forbidden");
        viewer.patch(&format!("/customers/{invisible}"), "*", json!({"notes": "x"})).refuses(404, "not_found");
        viewer.delete(&format!("/customers/{readable}"), "*").refuses(403, "forbidden");
        assert_eq!(digest(app), before);
    }

    fn attack_03_a_foreign_id_in_a_body_names_nothing(app: &App) {
        let (mine, theirs) = (customer(app, Who::Seller, "الف"), customer(app, Who::Rival, "ب"));
        let before = digest(app);
        let seller = app.be(Who::Seller);
        let none = uuid::Uuid::now_v7().to_string();
        for id in [&theirs, &none] {
            let body = json!({"from_id": mine, "to_id": id, "kind": "relative"});
            seller.post("/relationships", body).refuses(422, "invalid").blames("/to_id", "not_found");
            let body = json!({"kind": "person", "family_name": "پ", "referrer_id": id});
            seller.post("/customers", body).refuses(422, "invalid").blames("/referrer_id", "not_found");
            let patch = json!({"referrer_id": id});
            seller.patch(&format!("/customers/{mine}"), "*", patch).refuses(422, "invalid").blames("/referrer_id", "not_found");
        }
        // Nor is one's own given away to where one does not reach.
        let rival = json!({"owner_id": app.people.users[&Who::Rival]});
        seller.patch(&format!("/customers/{mine}"), "*", rival).refuses(422, "invalid").blames("/owner_id", "forbidden_field");
        assert_eq!(digest(app), before);
    }

    fn attack_04_expansion_shows_no_more_than_a_read(app: &App) {
        let (mine, theirs) = (customer(app, Who::Seller, "الف"), customer(app, Who::Rival, "ب"));
        let address = format!("/customers/{mine}");
        app.be(Who::Owner).patch(&address, "*", json!({"referrer_id": theirs})).is(200);
        for address in [format!("{address}?expand=referrer"), format!("/customers?expand=referrer&filter=id%20%3D%20%22{mine}%22")] {
            let json = app.be(Who::Seller).get(&address).is(200).json();
            let record = json.get("data").map_or(&json, |data| &data[0]);
            assert_eq!((&record["referrer"], &record["expand_denied"]), (&Value::Null, &json!(["referrer"])), "{json}");
            let json = app.be(Who::Owner).get(&address).is(200).json();
            let record = json.get("data").map_or(&json, |data| &data[0]);
            assert_eq!(record["referrer"]["id"], theirs);
        }
        app.be(Who::Seller).get(&format!("{address}?expand=referrer.referrer.referrer")).refuses(400, "invalid_query");
        app.be(Who::Seller).get(&format!("{address}?expand=notes")).refuses(400, "invalid_query").blames("expand", "unknown_field");
    }

    fn attack_05_and_06_a_hidden_field_is_no_oracle(app: &App) {
        let mine = customer(app, Who::Seller, "الف");
        let address = format!("/customers/{mine}");
        app.be(Who::Owner).patch(&address, "*", json!({"national_id": NATIONAL_ID})).is(200);
        let seller = app.be(Who::Seller);
        assert_eq!(seller.get(&address).is(200).json()["national_id"], "••••••0899");
        assert_eq!(seller.get(&format!("{address}?fields=national_id")).is(200).json()["national_id"], "••••••0899");
        for filter in [
            format!("national_id = \"{NATIONAL_ID}\""), "national_id : \"0\"".to_owned(), "NOT national_id = null".to_owned(),
            "national_id > \"05\"".to_owned(), "referrer.national_id = \"1\"".to_owned(), "password_hash = \"1\"".to_owned(),
            "search : \"x\"".to_owned(), "deleted_at = null".to_owned(),
        ] {
            seller.list("/customers", &[("filter", &filter)]).refuses(400, "invalid_query").blames("filter", "unknown_field");
        }
        for sort in ["national_id", "-password_hash", "search", "rowid", "id;drop", "1"] {
            seller.list("/customers", &[("sort", sort)]).refuses(400, "invalid_query").blames("sort", "unknown_field");
        }
        for fields in ["password_hash", "search", "deleted_at", "*", "id,1"] {
            seller.list("/customers", &[("fields", fields)]).refuses(400, "invalid_query").blames("fields", "unknown_field");
        }
        assert!(seller.all("/customers", &[("q", NATIONAL_ID)]).is_empty());
        // Nor may it be written by whom it is hidden from.
        seller.patch(&address, "*", json!({"national_id": "0012345679"})).refuses(422, "invalid").blames("/national_id", "forbidden_field");
        let shown = app.be(Who::Owner).list("/customers", &[("filter", &format!("national_id = \"{NATIONAL_ID}\""))]);
        assert_eq!(shown.is(200).ids(), [mine]);
    }

    fn attack_08_a_foreign_record_comes_through_no_side_door(app: &App) {
        for (whose, reader, secret) in [(Who::Rival, Who::Seller, "خاورزمین۷۷"), (Who::Seller, Who::Branch, "باختران۸۸")] {
            let theirs = customer(app, whose, secret);
            let owner = app.be(Who::Owner);
            let group = owner.post("/groups", json!({"name": secret})).is(201).id();
            owner.post("/group-members", json!({"group_id": group, "customer_id": theirs})).is(201);
            let (reader, found) = (app.be(reader), format!("?q={}", tests::client::encode(secret)));
            // Every read of the contract that takes no id shows neither its id nor its name: lists, feed, audit, jobs.
            for operation in app.contract().operations().iter().filter(|o| o.method == "GET" && !o.path.contains('{')) {
                for query in ["", "?include_deleted=true", &found, "?expand=customer,group", "?count=exact"] {
                    let text = reader.get(&format!("{}{query}", operation.path)).text();
                    assert!(!text.contains(&theirs) && !text.contains(secret), "{} tells: {text}", operation.id());
                }
            }
            assert!(app.be(Who::Owner).get(&format!("/customers{found}")).is(200).text().contains(&theirs));
        }
    }

    fn attack_14_the_administrators_doors_are_closed_to_sellers(app: &App) {
        let before = digest(app);
        let seller = app.be(Who::Seller);
        let role = json!({"name": "All", "permissions": [{"permission": "*:*", "scope": "all"}]});
        seller.post("/roles", role.clone()).refuses(403, "forbidden");
        let user = json!({"name": "x", "email": "x@y.example", "role_ids": [app.people.roles["Test owner"]], "active": true});
        seller.post("/users", user).refuses(403, "forbidden");
        let me = format!("/users/{}", app.people.users[&Who::Seller]);
        seller.patch(&me, "*", json!({"role_ids": [app.people.roles["Test owner"]]})).refuses(403, "forbidden");
        let own = format!("/roles/{}", app.people.roles["Test seller"]);
        seller.patch(&own, "*", role).refuses(403, "forbidden");
        seller.post("/custom-fields", json!({})).refuses(403, "forbidden");
        seller.post("/units", json!({"name": "x"})).refuses(403, "forbidden");
        seller.get("/audit").refuses(403, "forbidden");
        assert_eq!(digest(app), before);
        let audit = app.be(Who::Owner).all("/audit", &[("op", "denied")]);
        let mine = audit.iter().filter(|entry| entry["actor_id"] == json!(app.people.users[&Who::Seller]));
        assert!(mine.count() >= 6, "each refusal is in the audit: {audit:?}");
    }
}
