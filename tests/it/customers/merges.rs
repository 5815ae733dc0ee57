//! Merging customers and taking it back.
use crate::changes;
use serde_json::{Value, json};
use tests::{App, Client, Who, both, digest};

/// Tables that tell what happened, and columns that only grow: everything else is as it was once a merge is undone.
pub const HISTORY: [&str; 6] = ["changes", "change_seals", "merges", "merge_steps", "idempotency_keys", "jobs"];
pub const GROWING: [&str; 3] = ["version", "updated_at", "updated_by"];

fn person(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"kind": "person", "family_name": "کریمی"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.with("Skip-Duplicate-Check", "true").post("/customers", body).is(201).id()
}
fn merge(client: &Client<'_>, survivor: &str, merged: &[&String]) -> String {
    client
        .post("/merges", json!({"survivor_id": survivor, "merged_ids": merged}))
        .is(201)
        .id()
}
fn undo(client: &Client<'_>, merge: &str) {
    assert_eq!(client.act(&format!("/merges/{merge}/undo"), "*").is(200).json()["state"], "undone");
}
fn at(id: &str) -> String {
    format!("/customers/{id}")
}
fn relate(client: &Client<'_>, from: &str, kind: &str, to: &str) -> String {
    client
        .post("/relationships", json!({"from_id": from, "kind": kind, "to_id": to}))
        .is(201)
        .id()
}
fn verified(app: &App) {
    tests::binary::run(&["audit", "verify", "--database", &app.database()]);
}

both! {
    fn one_customer_takes_what_the_other_had(app: &App) {
        let owner = app.be(Who::Owner);
        let a = person(&owner, json!({
            "city": "یزد", "interests": ["فولاد"], "external_ids": {"erp": "A"},
            "contact_points": [{"kind": "mobile", "value": "+989121234567"}],
        }));
        let b = person(&owner, json!({
            "city": "شیراز", "province": "فارس", "interests": ["مس", "فولاد"], "external_ids": {"erp": "B", "shop": "9"}, "national_id": "0013542419",
            "contact_points": [{"kind": "mobile", "value": "+989121234567"}, {"kind": "email", "value": "b@yazd.example"}],
            "bank_accounts": [{"iban": "IR062960000000100324200001"}],
        }));
        let body = json!({"survivor_id": a, "merged_ids": [b], "fields": {"city": b}});
        let preview = owner.post("/merges?preview=true", body.clone()).is(200).json();
        assert_eq!(owner.get(&at(&b)).is(200).json()["id"], json!(b), "a preview keeps nothing");
        assert_eq!(owner.get("/merges").is(200).data().len(), 0);
        let done = owner.post("/merges", body).is(201);
        let now = owner.get(&at(&a)).is(200).json();
        for (field, value) in preview["record"].as_object().unwrap().iter().filter(|(f, _)| *f != "updated_at") {
            assert_eq!(&now[field], value, "{field} was previewed otherwise");
        }
        assert_eq!((&now["city"], &now["province"], &now["interests"]), (&json!("شیراز"), &json!("فارس"), &json!(["فولاد", "مس"])));
        assert_eq!((&now["external_ids"], &now["national_id"]), (&json!({"erp": "A", "shop": "9"}), &json!("0013542419")));
        assert_eq!((now["contact_points"].as_array().unwrap().len(), now["bank_accounts"].as_array().unwrap().len()), (2, 1));
        assert_eq!(owner.get(&format!("/merges/{}", done.id())).is(200).json(), done.json());
        verified(app);
    }

    fn the_old_id_answers_with_the_survivor(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b, c) = (person(&owner, json!({"external_ids": {"erp": "A"}})), person(&owner, json!({"external_ids": {"erp": "B"}})), person(&owner, json!({})));
        merge(&owner, &a, &[&b]);
        merge(&owner, &c, &[&a]);
        for address in [at(&a), at(&b), "/customers/by-external-id/erp/A".to_owned(), "/customers/by-external-id/erp/B".to_owned()] {
            let answer = owner.get(&address).is(200);
            assert_eq!((answer.id(), answer.header("content-location")), (c.clone(), format!("/api/v1/customers/{c}").as_str()), "{address}");
            owner.with("If-None-Match", answer.etag()).get(&address).is(304);
        }
        assert_eq!(owner.get(&at(&c)).is(200).header("content-location"), "");
        assert_eq!(owner.get(&format!("{}/360", at(&b))).is(200).id(), c);
        let told = owner.get(&format!("{}/timeline", at(&b))).is(200).data();
        assert_eq!(told, owner.get(&format!("{}/timeline", at(&c))).is(200).data());
        assert_eq!(owner.get("/customers").is(200).ids(), std::slice::from_ref(&c));
        owner.patch(&at(&b), "*", json!({"city": "قم"})).refuses(409, "merged");
        owner.delete(&at(&b), "*").refuses(409, "merged");
        owner.act(&format!("{}/restore", at(&b)), "*").refuses(409, "merged");
        owner.patch("/customers/by-external-id/erp/B", "*", json!({"city": "قم"})).is(200);
        assert_eq!(owner.get(&at(&c)).is(200).json()["city"], "قم");
        // Who does not see the survivor learns nothing.
        let seller = app.be(Who::Seller);
        for address in [at(&b), format!("{}/360", at(&b)), format!("{}/timeline", at(&b))] {
            seller.get(&address).refuses(404, "not_found");
        }
        seller.patch(&at(&b), "*", json!({"city": "قم"})).refuses(404, "not_found");
        owner.delete(&at(&c), "*").is(204);
        owner.get(&at(&b)).refuses(404, "not_found");
        verified(app);
    }

    fn the_timeline_tells_of_both_from_the_beginning(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b, c) = (person(&owner, json!({})), person(&owner, json!({})), person(&owner, json!({})));
        owner.patch(&at(&b), "*", json!({"city": "یزد"})).is(200);
        let created = |of: &str| {
            let told = owner.get(&format!("/customers/{of}/timeline?kinds=change")).is(200).json();
            let all = told["data"].as_array().unwrap().iter().filter(|item| item["word"] == "created");
            let mut all: Vec<String> = all.map(|item| item["record_id"].as_str().unwrap().to_owned()).collect();
            all.sort();
            all
        };
        let sorted = |mut all: Vec<String>| {
            all.sort();
            all
        };
        merge(&owner, &b, &[&c]);
        let second = merge(&owner, &a, &[&b]);
        assert_eq!(created(&a), sorted(vec![a.clone(), b.clone(), c.clone()]));
        assert_eq!(created(&c), created(&a), "the old id answers alike");
        undo(&owner, &second);
        assert_eq!((created(&a), created(&b)), (vec![a], sorted(vec![b, c])));
    }

    fn what_would_be_there_twice_goes_to_the_trash(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b, friend) = (person(&owner, json!({})), person(&owner, json!({})), person(&owner, json!({})));
        let referred = person(&owner, json!({"referrer_id": b}));
        owner.patch(&at(&a), "*", json!({"referrer_id": b})).is(200);
        let itself = relate(&owner, &a, "relative", &b);
        let (kept, twice) = (relate(&owner, &a, "employee", &friend), relate(&owner, &b, "employee", &friend));
        let group = owner.post("/groups", json!({"name": "باشگاه"})).is(201).id();
        let member = |customer: &str| owner.post("/group-members", json!({"group_id": group, "customer_id": customer})).is(201).id();
        let (mine, theirs) = (member(&a), member(&b));
        let before = digest::of(app, &HISTORY, &GROWING);
        let merge = merge(&owner, &a, &[&b]);
        for gone in [format!("/relationships/{itself}"), format!("/relationships/{twice}"), format!("/group-members/{theirs}")] {
            owner.get(&gone).refuses(404, "not_found");
        }
        for stays in [format!("/relationships/{kept}"), format!("/group-members/{mine}")] {
            owner.get(&stays).is(200);
        }
        assert_eq!(owner.get(&at(&referred)).is(200).json()["referrer_id"], json!(a));
        assert_eq!(owner.get(&at(&a)).is(200).json()["referrer_id"], Value::Null);
        verified(app);
        undo(&owner, &merge);
        digest::same(&before, &digest::of(app, &HISTORY, &GROWING));
        verified(app);
    }

    fn undoing_leaves_no_trace_and_keeps_what_was_edited(app: &App) {
        let owner = app.be(Who::Owner);
        let a = person(&owner, json!({"interests": ["فولاد"], "external_ids": {"erp": "A"}}));
        let b = person(&owner, json!({
            "city": "شیراز", "notes": "theirs", "interests": ["مس"], "external_ids": {"erp": "B", "shop": "9"}, "national_id": "0013542419",
            "contact_points": [{"kind": "email", "value": "b@yazd.example"}],
        }));
        let friend = person(&owner, json!({}));
        let child = relate(&owner, &friend, "agent_of", &b);
        let before = digest::of(app, &HISTORY, &GROWING);
        let first = merge(&owner, &a, &[&b]);
        undo(&owner, &first);
        digest::same(&before, &digest::of(app, &HISTORY, &GROWING));
        owner.act(&format!("/merges/{first}/undo"), "*").refuses(409, "merge_undone");

        let second = merge(&owner, &a, &[&b]);
        owner.patch(&at(&a), "*", json!({"notes": "mine", "interests": ["فولاد", "مس", "روی"]})).is(200);
        owner.patch(&format!("/relationships/{child}"), "*", json!({"notes": "edited"})).is(200);
        undo(&owner, &second);
        let (a, b) = (owner.get(&at(&a)).is(200).json(), owner.get(&at(&b)).is(200).json());
        assert_eq!((&a["notes"], &a["city"], &a["interests"]), (&json!("mine"), &Value::Null, &json!(["فولاد", "روی"])));
        assert_eq!((&b["notes"], &b["city"], &b["national_id"]), (&json!("theirs"), &json!("شیراز"), &json!("0013542419")));
        let child = owner.get(&format!("/relationships/{child}")).is(200).json();
        assert_eq!((&child["to_id"], &child["notes"]), (&b["id"], &json!("edited")));
        verified(app);
    }

    fn calls_tasks_and_documents_move_and_come_home(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b, friend) = (person(&owner, json!({})), person(&owner, json!({})), person(&owner, json!({})));
        let link = |id: &str| json!({"object": "customers", "record_id": id});
        let made = |path: &str, body: Value| format!("{path}/{}", owner.post(path, body).is(201).id());
        let call = |more: Value| {
            let mut body = json!({"channel": "call", "started_at": "2026-03-21T08:30:00.000Z"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            made("/interactions", body)
        };
        let theirs = call(json!({"customer_id": b, "subject": "theirs"}));
        let meeting = call(json!({"customer_id": friend, "participant_ids": [b, a], "subject": "all of them"}));
        let between = call(json!({"customer_id": a, "participant_ids": [b], "subject": "between the two"}));
        let task = made("/tasks", json!({"title": "Call back", "customer_id": b}));
        let paper = made("/documents", json!({"name": "Contract", "customer_id": b}));
        let both = made("/documents", json!({"name": "Minutes", "links": [link(&b), link(&a), link(&friend)]}));
        let before = digest::of(app, &HISTORY, &GROWING);
        let body = json!({"survivor_id": a, "merged_ids": [b]});
        let preview = owner.post("/merges?preview=true", body).is(200).json();
        assert_eq!(preview["moved"], json!([{"object": "documents", "count": 2}, {"object": "interactions", "count": 3}, {"object": "tasks", "count": 1}]));
        digest::same(&before, &digest::of(app, &HISTORY, &GROWING));

        let merge = merge(&owner, &a, &[&b]);
        let read = |address: &str| owner.get(address).is(200).json();
        for address in [&theirs, &task, &paper] {
            assert_eq!(read(address)["customer_id"], json!(a), "{address}");
        }
        assert_eq!(read(&meeting)["participant_ids"], json!([a]), "once, although both took part");
        assert_eq!(read(&between)["participant_ids"], json!([a]));
        assert_eq!(read(&both)["links"], json!([link(&a), link(&friend)]));
        let stream = owner.list(&format!("{}/timeline", at(&a)), &[("kinds", "interaction,task,document"), ("limit", "50")]).is(200).data();
        let told: Vec<&str> = stream.iter().filter_map(|item| item["record_id"].as_str()).collect();
        for address in [&theirs, &meeting, &between, &task, &paper, &both] {
            let id = address.rsplit('/').next().unwrap();
            assert_eq!(told.iter().filter(|t| **t == id).count(), 1, "{address} in the survivor's timeline: {stream:?}");
        }
        // Made for the survivor meanwhile, and edited: both stay.
        let later = call(json!({"customer_id": a, "subject": "later"}));
        undo(&owner, &merge);
        assert_eq!(read(&later)["customer_id"], json!(a));
        owner.delete(&later, "*").is(204);
        app.write(move |conn| conn.execute(&persistence::sql!("DELETE FROM interactions WHERE deleted_at IS NOT NULL")).map(drop));
        digest::same(&before, &digest::of(app, &HISTORY, &GROWING));
        verified(app);
    }

    fn a_merge_is_refused_where_it_does_not_fit(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b) = (person(&owner, json!({})), person(&owner, json!({})));
        let company = owner.post("/customers", json!({"kind": "organization", "organization_name": "فولاد"})).is(201).id();
        let post = |body: Value| owner.post("/merges", body);
        post(json!({"survivor_id": a})).refuses(422, "invalid").blames("/merged_ids", "required");
        post(json!({"survivor_id": a, "merged_ids": [a]})).refuses(422, "invalid").blames("/merged_ids/0", "conflict");
        post(json!({"survivor_id": a, "merged_ids": [b, b]})).refuses(422, "invalid").blames("/merged_ids/1", "duplicate");
        post(json!({"survivor_id": a, "merged_ids": [company]})).refuses(422, "invalid").blames("/merged_ids/0", "conflict");
        post(json!({"survivor_id": a, "merged_ids": [uuid::Uuid::now_v7()]})).refuses(422, "invalid").blames("/merged_ids/0", "not_found");
        post(json!({"survivor_id": a, "merged_ids": [b], "fields": {"version": b}})).refuses(422, "invalid").blames("/fields/version", "unknown_field");
        post(json!({"survivor_id": a, "merged_ids": [b], "fields": {"city": company}})).refuses(422, "invalid").blames("/fields/city", "not_allowed");
        let first = merge(&owner, &a, &[&b]);
        post(json!({"survivor_id": a, "merged_ids": [b]})).refuses(422, "invalid").blames("/merged_ids/0", "not_found");
        let c = person(&owner, json!({}));
        let second = merge(&owner, &c, &[&a]);
        owner.act(&format!("/merges/{first}/undo"), "*").refuses(409, "merged");
        undo(&owner, &second);
        app.write(|conn| persistence::core::settings::set(conn, "merge_undo_days", "0"));
        undo(&owner, &first);
        let third = merge(&owner, &a, &[&b]);
        owner.act(&format!("/merges/{third}/undo"), "*").refuses(409, "undo_expired");
    }

    fn merging_needs_the_right_to_change_one_and_delete_the_other(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let role = app.people.roles["Test seller"];
        let roles = |more: Value| {
            let all = [json!([{"permission": "customers:*", "scope": "own"}]), more].into_iter().flat_map(|v| v.as_array().unwrap().clone());
            owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": all.collect::<Vec<_>>()})).is(200);
        };
        let (mine, second, theirs) = (person(&seller, json!({})), person(&seller, json!({})), person(&rival, json!({})));
        let body = |a: &str, b: &str| json!({"survivor_id": a, "merged_ids": [b]});
        seller.post("/merges", body(&mine, &second)).refuses(403, "forbidden");
        roles(json!([{"permission": "merges:*", "scope": "own"}]));
        seller.post("/merges", body(&mine, &theirs)).refuses(422, "invalid").blames("/merged_ids/0", "not_found");
        seller.post("/merges", body(&theirs, &mine)).refuses(422, "invalid").blames("/survivor_id", "not_found");
        // In sight, not theirs to delete.
        roles(json!([{"permission": "merges:*", "scope": "own"}, {"permission": "customers:read", "scope": "all"}]));
        seller.post("/merges", body(&mine, &theirs)).refuses(403, "forbidden");
        seller.post("/merges", body(&theirs, &mine)).refuses(403, "forbidden");
        seller.post("/merges?preview=true", body(&theirs, &mine)).refuses(403, "forbidden");
        // A child out of sight moves too: nobody is left behind.
        let child = relate(&owner, &second, "relative", &theirs);
        let merge = merge(&seller, &mine, &[&second]);
        assert_eq!(owner.get(&format!("/relationships/{child}")).is(200).json()["from_id"], json!(mine));
        rival.get(&format!("/merges/{merge}")).refuses(404, "not_found");
        rival.act(&format!("/merges/{merge}/undo"), "*").refuses(404, "not_found");
        app.be(Who::Powerless).post("/merges", json!({})).refuses(403, "forbidden");
        undo(&seller, &merge);
    }

    fn the_feed_and_the_audit_tell_of_it(app: &App) {
        let owner = app.be(Who::Owner);
        let begin = changes::now(&owner);
        let (a, b) = (person(&owner, json!({})), person(&owner, json!({})));
        let merge = merge(&owner, &a, &[&b]);
        undo(&owner, &merge);
        let (all, _) = changes::follow(&owner, &begin, |e| e["record_id"] == b.as_str() && e["op"] == "restored");
        let ops = |id: &str| -> Vec<&Value> { all.iter().filter(|e| e["record_id"] == id).map(|e| &e["op"]).collect() };
        assert_eq!(ops(&a), ["created", "updated", "updated"]);
        assert_eq!(ops(&b), ["created", "merged", "restored"]);
        let told = owner.list("/audit", &[("op", "merged")]).is(200).data();
        assert_eq!(told[0]["changes"], json!([{"field": "merged_into", "before": null, "after": a}]));
    }
}
