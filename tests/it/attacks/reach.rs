//! Reaching for what is not one's own: by writing, by reference, by expansion, by filter and sort.
use serde_json::{Value, json};
use std::collections::BTreeSet;
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
        let before = digest(app);
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
        assert_eq!(digest(app), before);
    }

    /// Files stand below imports so far: what was sent, and what became of it.
    fn attack_07_a_foreign_file_comes_through_no_side_door(app: &App) {
        let secret = "خاورزمین۷۷";
        let import = crate::imports::done(app, json!({}), format!("family_name,lifecycle_stage\n{secret},nowhere\n").as_bytes());
        let (id, none) = (import["id"].as_str().unwrap(), uuid::Uuid::now_v7().to_string());
        let (branch, owner) = (app.be(Who::Branch), app.be(Who::Owner));
        // The job that did it says so a moment later.
        while !owner.list("/jobs", &[("state", "running")]).is(200).data().is_empty() {
            std::thread::yield_now();
        }
        let before = digest(app);
        let doors = ["", "/results", "/results?status=failed&format=ndjson", "/results?status=failed&format=csv", "?expand=owner", "?include_deleted=true"];
        for door in doors {
            let (address, nowhere) = (format!("/imports/{id}{door}"), format!("/imports/{none}{door}"));
            assert!(owner.get(&address).status == 200 || door.contains("expand"), "{door}");
            for client in [branch.clone(), branch.with("Range", "bytes=0-9"), branch.with("Range", "bytes=-5"), branch.with("Accept", "text/csv")] {
                for method in ["GET", "HEAD"] {
                    let (real, nothing) = (client.call(method, &address), client.call(method, &nowhere));
                    assert_eq!((real.status, nothing.status), (404, 404), "{real:?}");
                    let plain = |answer: &tests::Answer, id: &str| answer.text().replace(answer.header("request-id"), "").replace(id, "");
                    assert_eq!(plain(&real, id), plain(&nothing, &none));
                    assert!(!real.text().contains(secret), "{real:?}");
                }
                app.be(Who::Seller).call("GET", &address).refuses(403, "forbidden");
            }
        }
        branch.send("PUT", &format!("/imports/{id}/data"), "text/csv", b"a\nb\n").refuses(404, "not_found");
        for action in ["start", "undo", "abort"] {
            branch.send("POST", &format!("/imports/{id}/{action}"), "", b"").refuses(404, "not_found");
        }
        assert_eq!(digest(app), before);
        assert!(owner.get(&format!("/imports/{id}/results?status=failed&format=csv")).is(200).text().contains(secret));
    }

    fn attack_08_a_foreign_record_comes_through_no_side_door(app: &App) {
        for (whose, who, secret) in [(Who::Rival, Who::Seller, "خاورزمین۷۷"), (Who::Seller, Who::Branch, "باختران۸۸")] {
            let owner = app.be(Who::Owner);
            let begin = app.be(who).get("/changes?after=now").is(200).json()["next"].as_str().unwrap().to_owned();
            let (theirs, mine) = (customer(app, whose, secret), customer(app, who, "خودم"));
            let group = owner.post("/groups", json!({"name": secret})).is(201).id();
            owner.post("/group-members", json!({"group_id": group, "customer_id": theirs})).is(201);
            // What is the reader's own names it: a relationship, a referrer, a membership.
            let own = json!({"owner_id": app.people.users[&who]});
            let tie = owner.post("/relationships", json!({"from_id": mine, "to_id": theirs, "kind": "relative"})).is(201).id();
            owner.patch(&format!("/relationships/{tie}"), "*", own).is(200);
            owner.patch(&format!("/customers/{mine}"), "*", json!({"referrer_id": theirs})).is(200);
            let (reader, found) = (app.be(who), format!("?q={}", tests::client::encode(secret)));
            let hides = |place: &str, text: &str| assert!(!text.contains(secret), "{place} tells: {text}");
            // Every read of the contract that takes no id, in every form, and every search: not even the id of what the reader's own do not name.
            let mut read = 0;
            for operation in app.contract().operations().iter().filter(|o| o.method == "GET" && !o.path.contains('{')) {
                for query in ["", "?include_deleted=true", &found, "?expand=customer,group", "?expand=referrer", "?expand=from,to", "?count=exact"] {
                    for accept in ["application/json", "text/csv", "application/x-ndjson"] {
                        let answer = reader.with("Accept", accept).get(&format!("{}{query}", operation.path));
                        hides(&format!("{} as {accept}", operation.id()), &answer.text());
                        read += usize::from(answer.status == 200);
                    }
                }
            }
            assert!(read > 40, "only {read} answers were read");
            for operation in app.contract().operations().iter().filter(|o| o.method == "POST" && o.path.ends_with("/search")) {
                for body in [json!({}), json!({"q": secret}), json!({"include_deleted": true})] {
                    hides(operation.id(), &reader.post(operation.path, body).text());
                }
            }
            // Every read around one's own record, and around the foreign one.
            for operation in app.contract().operations().iter().filter(|o| o.method == "GET" && o.path.starts_with("/api/v1/customers/{id}")) {
                for query in ["", "?expand=referrer", "?expand=referrer.referrer,owner"] {
                    let of = |id: &str| reader.get(&format!("{}{query}", operation.path.replace("{id}", id)));
                    let (mine, theirs) = (of(&mine), of(&theirs));
                    hides(operation.id(), &mine.text());
                    // What the reader may not do to any customer is refused before anyone is looked for.
                    let told = if mine.status == 403 { theirs.status == 403 } else { matches!(theirs.status, 400 | 404) };
                    assert!(told, "{theirs:?}");
                }
            }
            hides("the tie", &reader.get(&format!("/relationships/{tie}?expand=from,to")).text());
            // What happened to it, now and from the beginning, as pages, as lines and as events.
            let after = format!("/changes?after={begin}");
            for (accept, address) in [("application/json", "/changes"), ("application/x-ndjson", "/changes"), ("application/json", &after)] {
                let text = reader.with("Accept", accept).get(address).is(200).text();
                hides(address, &text);
                assert!(!text.contains(&format!("\"record_id\":\"{theirs}\"")), "{text}");
            }
            let mut events = tests::events::Events::open(app.node().address(), &app.token(who), None);
            customer(app, who, "تا اینجا");
            let text = events.until(|text| text.contains("تا اینجا")).to_owned();
            hides("the event stream", &text);
            assert!(!text.contains(&format!("\"record_id\":\"{theirs}\"")), "{text}");
            // And all of it is there for who may see it.
            assert!(owner.get(&format!("/customers{found}")).is(200).text().contains(&theirs));
            assert!(owner.get(&format!("/customers/{mine}/360")).is(200).text().contains(secret));
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
        let import = json!({"object": "customers", "format": "csv", "mode": "create"});
        seller.with("Idempotency-Key", "mine").post("/imports", import).refuses(403, "forbidden");
        seller.get("/audit").refuses(403, "forbidden");
        assert_eq!(digest(app), before);
        let audit = app.be(Who::Owner).all("/audit", &[("op", "denied")]);
        let mine = audit.iter().filter(|entry| entry["actor_id"] == json!(app.people.users[&Who::Seller]));
        let told: BTreeSet<&str> = mine.flat_map(|entry| entry["changes"].as_array().unwrap()).filter(|c| c["field"] == "permission").map(|c| c["after"].as_str().unwrap()).collect();
        let tried = ["audit:read", "custom_fields:create", "imports:create", "roles:create", "roles:update", "units:create", "users:create", "users:update"];
        assert_eq!(told.into_iter().collect::<Vec<_>>(), tried, "each refusal is in the audit");
    }
}
