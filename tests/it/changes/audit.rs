//! The audit: who may search it, what it tells, and what it hides.
use super::person;
use serde_json::{Value, json};
use tests::{Who, both, client::with_query};

both! {
    fn every_value_is_told_before_and_after_and_pages_join(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let made = seller.post("/customers", person("کریمی")).is(201);
        let address = format!("/customers/{}", made.id());
        seller.patch(&address, "\"1\"", json!({"city": "Yazd"})).is(200);
        seller.patch(&address, "\"2\"", json!({"city": "Qom"})).is(200);
        let id = made.id();
        let entries = owner.list("/audit", &[("record_id", &id)]).is(200).data();
        assert_eq!(entries.iter().map(|e| e["version"].clone()).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(entries[0]["changes"], json!([{"field": "city", "before": "Yazd", "after": "Qom"}]));
        assert_eq!(entries[0]["actor_id"], json!(app.people.users[&Who::Seller]));
        assert_eq!(entries[0]["via"], format!("session:{}", app.people.sessions[&Who::Seller]));
        let by = app.people.users[&Who::Seller].to_string();
        for query in [
            vec![("object", "customers")],
            vec![("actor_id", by.as_str())],
            vec![("object", "customers"), ("op", "updated")],
            vec![("from", "2020-01-01T00:00:00Z"), ("to", "2099-01-01T00:00:00Z"), ("object", "customers")],
        ] {
            let whole = owner.list("/audit", &query).is(200).data();
            assert!(whole.len() >= 2, "{query:?}: {whole:?}");
            assert_eq!(owner.pages("/audit", &query, 1).concat(), whole, "{query:?}");
        }
        assert_eq!(owner.list("/audit", &[("to", "2020-01-01T00:00:00Z")]).is(200).data(), Vec::<Value>::new());
        let cursor = owner.list("/audit", &[("limit", "1")]).is(200).json()["page"]["next_cursor"].as_str().unwrap().to_owned();
        owner.get(&with_query("/audit", &[("cursor", &cursor), ("op", "updated")])).refuses(400, "cursor_mismatch");
        owner.get("/audit?op=guessed").refuses(400, "invalid_query");
        owner.get("/audit?record_id=1").refuses(400, "invalid_parameter");
    }

    fn sensitive_values_are_masked_for_an_auditor_who_may_not_see_them(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/customers", json!({"kind": "person", "family_name": "x", "national_id": "0013542419"})).is(201);
        let role = json!({"name": "Auditor", "permissions": [{"permission": "audit:read", "scope": "all"}]});
        let role = owner.post("/roles", role).is(201).id();
        let user = format!("/users/{}", app.people.users[&Who::Powerless]);
        let tag = owner.get(&user).is(200).etag();
        owner.patch(&user, &tag, json!({"role_ids": [role]})).is(200);
        let shown = |who| {
            let entries = app.be(who).list("/audit", &[("object", "customers")]).is(200).data();
            let changes = entries[0]["changes"].as_array().unwrap().clone();
            changes.into_iter().find(|c| c["field"] == "national_id").unwrap()["after"].clone()
        };
        assert_eq!(shown(Who::Owner), "0013542419");
        assert_eq!(shown(Who::Powerless), "••••••2419");
    }

    // Row 14 of the attacks.
    fn who_tries_what_they_may_not_is_refused_and_noted(app: &App) {
        let (owner, seller, viewer) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Viewer));
        seller.post("/roles", json!({"name": "Mine", "permissions": []})).refuses(403, "forbidden");
        for _ in 0..20 {
            seller.get("/audit").refuses(403, "forbidden");
        }
        viewer.get("/audit").refuses(403, "forbidden");
        let denied = owner.list("/audit", &[("op", "denied")]).is(200).data();
        let told: Vec<(Value, Value, Value)> = denied.iter().map(|e| {
            let change = |name: &str| {
                let changes = e["changes"].as_array().unwrap();
                changes.iter().find(|c| c["field"] == name).unwrap()["after"].clone()
            };
            (e["actor_id"].clone(), change("permission"), change("request"))
        }).collect();
        let (seller, viewer) = (json!(app.people.users[&Who::Seller]), json!(app.people.users[&Who::Viewer]));
        assert_eq!(told, [
            (viewer, json!("audit:read"), json!("GET /api/v1/audit")),
            (seller.clone(), json!("audit:read"), json!("GET /api/v1/audit")),
            (seller, json!("roles:create"), json!("POST /api/v1/roles")),
        ], "once each, however often it was tried");
        assert_eq!((&denied[0]["object"], &denied[0]["record_id"], &denied[2]["object"]), (&json!("audit"), &Value::Null, &json!("roles")));
        assert_eq!(app.be(Who::Owner).get("/changes").is(200).data().iter().filter(|e| e["op"] == "denied").count(), 0);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }
}
