//! What is done, what is told of it, and undoing it.
use super::{body, done, ended, start, told, undone, until};
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn person(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"kind": "person", "family_name": "کریمی"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/customers", body).is(201).id()
}

fn at(id: &str) -> String {
    format!("/customers/{id}")
}

fn see(client: &Client<'_>, id: &str, field: &str) -> Value {
    client.get(&at(id)).is(200).json()[field].clone()
}

both! {
    fn fields_are_changed_over_a_condition_and_come_back(app: &App) {
        let owner = app.be(Who::Owner);
        let all: Vec<String> = (0..5).map(|n| person(&owner, json!({"city": if n < 3 { "یزد" } else { "قم" }, "notes": format!("n{n}")}))).collect();
        owner.patch(&at(&all[1]), "*", json!({"lifecycle_stage": "customer"})).is(200);
        let made = start(&owner, json!({"condition": "city = \"یزد\""}), json!({"change": {"lifecycle_stage": "customer", "notes": null}})).is(202);
        assert_eq!(made.header("location"), format!("/api/v1/bulk-actions/{}", made.id()));
        assert_eq!((&made.json()["state"], &made.json()["matched"]), (&json!("running"), &json!(3)));
        let id = made.id();
        let action = ended(&owner, &id);
        assert_eq!((&action["state"], &action["counts"]), (&json!("done"), &json!({"tried": 3, "done": 3, "unchanged": 0, "skipped": 0, "failed": 0})));
        for id in &all[..3] {
            let now = owner.get(&at(id)).is(200).json();
            assert_eq!((&now["lifecycle_stage"], &now["notes"]), (&json!("customer"), &json!(null)));
        }
        assert_eq!((see(&owner, &all[3], "lifecycle_stage"), see(&owner, &all[3], "version")), (json!("prospect"), json!(1)));
        // Each is a change like any other: in the audit, under who asked for it, and in the feed.
        let log = owner.list("/audit", &[("record_id", &all[0]), ("op", "updated")]).is(200).data();
        assert_eq!((&log[0]["actor_id"], &log[0]["origin"]), (&json!(app.people.users[&Who::Owner]), &json!(id)));
        let numbers: Vec<i64> = told(&owner, &id, "done").iter().map(|r| r["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3]);
        let csv = owner.get(&format!("/bulk-actions/{id}/results")).is(200).text();
        assert!(csv.starts_with("number,record_id,outcome,undo,codes,pointers,detail\n1,") && csv.lines().count() == 4, "{csv}");
        // Again it finds all as it wants them.
        assert_eq!(done(&owner, json!({"condition": "city = \"یزد\""}), json!({"change": {"lifecycle_stage": "customer"}}))["counts"]["unchanged"], 3);
        // Undone, but for what somebody has changed since.
        owner.patch(&at(&all[2]), "*", json!({"notes": "mine"})).is(200);
        assert_eq!(undone(&owner, &id), json!({"done": true, "restored": 2, "conflicts": 1}));
        assert_eq!((see(&owner, &all[0], "lifecycle_stage"), see(&owner, &all[0], "notes")), (json!("prospect"), json!("n0")));
        assert_eq!((see(&owner, &all[1], "lifecycle_stage"), see(&owner, &all[1], "notes")), (json!("customer"), json!("n1")));
        assert_eq!((see(&owner, &all[2], "lifecycle_stage"), see(&owner, &all[2], "notes")), (json!("customer"), json!("mine")));
        let left: Vec<Value> = told(&owner, &id, "conflict").iter().map(|r| r["record_id"].clone()).collect();
        assert_eq!(left, [json!(all[2])]);
        owner.act(&format!("/bulk-actions/{id}/undo"), "*").refuses(409, "bulk_undone");
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn a_preview_shows_and_keeps_nothing(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let mine = person(&seller, json!({"city": "یزد"}));
        person(&owner, json!({"city": "یزد"}));
        owner.post("/shares", json!({"object": "customers", "record_id": person(&owner, json!({"city": "یزد"})), "grantee_kind": "user",
            "grantee_id": app.people.users[&Who::Seller], "action": "read"})).is(201);
        let role = app.people.roles["Test seller"];
        let held = owner.get(&format!("/roles/{role}")).is(200).json()["permissions"].clone();
        let mut more = held.as_array().unwrap().clone();
        more.push(json!({"permission": "bulk_actions:*", "scope": "own"}));
        owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": more})).is(200);
        let asked = body(json!({"condition": "city = \"یزد\""}), json!({"change": {"city": "قم"}}));
        let shown = seller.post("/bulk-actions?preview=true", asked).is(200).json();
        assert_eq!((&shown["matched"], &shown["changeable"]), (&json!(2), &json!(1)), "what is in sight, and what is theirs: {shown}");
        let of = |id: &str| shown["sample"].as_array().unwrap().iter().find(|s| s["record_id"] == id).cloned().unwrap();
        assert_eq!(of(&mine), json!({"record_id": mine, "outcome": "done", "before": {"city": "یزد"}, "after": {"city": "قم"}, "errors": []}));
        let other = shown["sample"].as_array().unwrap().iter().find(|s| s["record_id"] != mine.as_str()).unwrap();
        assert_eq!((&other["outcome"], &other["errors"][0]["code"]), (&json!("skipped"), &json!("forbidden")));
        assert_eq!((see(&seller, &mine, "city"), see(&seller, &mine, "version")), (json!("یزد"), json!(1)));
        assert!(owner.get("/bulk-actions").is(200).data().is_empty());
        // And so it comes about.
        let action = done(&seller, json!({"condition": "city = \"یزد\""}), json!({"change": {"city": "قم"}}));
        assert_eq!(action["counts"], json!({"tried": 2, "done": 1, "unchanged": 0, "skipped": 1, "failed": 0}));
        assert_eq!(owner.list("/customers", &[("filter", "city = \"یزد\"")]).is(200).ids().len(), 2);
    }

    fn records_are_assigned_and_tagged_by_their_ids(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b) = (person(&owner, json!({"tags": ["کهنه", "خوب"]})), person(&owner, json!({})));
        let nobody = uuid::Uuid::now_v7().to_string();
        let ids = json!({"ids": [b, a, nobody, a]});
        let seller = app.people.users[&Who::Seller];
        let assigned = done(&owner, ids.clone(), json!({"assign": {"owner_id": seller}}));
        assert_eq!(assigned["counts"], json!({"tried": 3, "done": 2, "unchanged": 0, "skipped": 1, "failed": 0}));
        assert_eq!((see(&owner, &a, "owner_id"), see(&owner, &a, "unit_id")), (json!(seller), json!(app.people.units["A"])));
        let missing = told(&owner, assigned["id"].as_str().unwrap(), "skipped");
        assert_eq!((&missing[0]["record_id"], &missing[0]["errors"][0]["code"]), (&json!(nobody), &json!("not_found")));
        let tagged = done(&owner, ids, json!({"tag": {"add": ["نو", "خوب"], "remove": ["کهنه"]}}));
        assert_eq!((see(&owner, &a, "tags"), see(&owner, &b, "tags")), (json!(["خوب", "نو"]), json!(["نو", "خوب"])));
        assert_eq!(owner.list("/customers", &[("filter", "tags : \"نو\"")]).is(200).ids().len(), 2);
        assert_eq!(owner.list("/customers", &[("q", "کهنه")]).is(200).ids().len(), 0, "search looks into tags");
        assert_eq!(owner.list("/customers", &[("q", "خوب")]).is(200).ids().len(), 2);
        assert_eq!(undone(&owner, tagged["id"].as_str().unwrap()), json!({"done": true, "restored": 2, "conflicts": 0}));
        assert_eq!((see(&owner, &a, "tags"), see(&owner, &b, "tags")), (json!(["کهنه", "خوب"]), json!([])));
        // An earlier action can't be undone where a later one has changed the record: only its own undo leaves it as it was then.
        assert_eq!(undone(&owner, assigned["id"].as_str().unwrap())["conflicts"], 2);
        // Documents have tags of their own, and tasks stand in queues.
        let paper = owner.post("/documents", json!({"name": "x.txt"})).is(201).id();
        let team = owner.post("/teams", json!({"name": "فروش", "member_ids": [seller]})).is(201).id();
        let task = owner.post("/tasks", json!({"title": "تماس"})).is(201).id();
        for (object, id, action) in [("documents", &paper, json!({"tag": {"add": ["نو"]}})), ("tasks", &task, json!({"assign": {"team_id": team}}))] {
            let made = owner.post("/bulk-actions", json!({"object": object, "ids": [id], "action": action})).is(202);
            assert_eq!(ended(&owner, &made.id())["counts"]["done"], 1, "{object}");
        }
        assert_eq!(owner.get(&format!("/tasks/{task}")).is(200).json()["team_id"], json!(team));
    }

    fn customers_are_put_into_groups_and_taken_out(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b) = (person(&owner, json!({"city": "یزد"})), person(&owner, json!({"city": "یزد"})));
        let group = owner.post("/groups", json!({"name": "باشگاه"})).is(201).id();
        owner.post(&format!("/groups/{group}/members"), json!({"customer_id": a})).is(201);
        let members = || owner.get(&format!("/groups/{group}/members")).is(200).ids().len();
        let which = json!({"condition": "city = \"یزد\""});
        let joined = done(&owner, which.clone(), json!({"group": {"add": group}}));
        assert_eq!((&joined["counts"], members()), (&json!({"tried": 2, "done": 1, "unchanged": 1, "skipped": 0, "failed": 0}), 2));
        assert_eq!(undone(&owner, joined["id"].as_str().unwrap()), json!({"done": true, "restored": 1, "conflicts": 0}));
        assert_eq!((members(), owner.get(&format!("/groups/{group}/members")).is(200).ids()), (1, vec![a.clone()]));
        owner.post(&format!("/groups/{group}/members"), json!({"customer_id": b})).is(201);
        let left = done(&owner, which, json!({"group": {"remove": group}}));
        assert_eq!((&left["counts"]["done"], members()), (&json!(2), 0));
        // One of them was put in by somebody since: that stays, and is told.
        owner.post(&format!("/groups/{group}/members"), json!({"customer_id": a})).is(201);
        let undo = undone(&owner, left["id"].as_str().unwrap());
        assert_eq!((&undo["restored"], &undo["conflicts"], members()), (&json!(1), &json!(1), 2));
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn what_a_rule_refuses_fails_alone(app: &App) {
        let owner = app.be(Who::Owner);
        let (plain, repeats) = (
            owner.post("/tasks", json!({"title": "a", "due_at": "2031-03-21T08:30:00Z"})).is(201).id(),
            owner.post("/tasks", json!({"title": "b", "due_at": "2031-03-21T08:30:00Z", "recurrence": "FREQ=WEEKLY"})).is(201).id(),
        );
        let made = owner.post("/bulk-actions", json!({"object": "tasks", "ids": [plain, repeats], "action": {"change": {"due_at": null}}})).is(202);
        let action = ended(&owner, &made.id());
        assert_eq!(action["counts"], json!({"tried": 2, "done": 1, "unchanged": 0, "skipped": 0, "failed": 1}));
        let failed = told(&owner, &made.id(), "failed");
        assert_eq!((&failed[0]["record_id"], &failed[0]["errors"][0]["pointer"]), (&json!(repeats), &json!("/action/change/due_at")));
        assert!(!failed[0]["errors"][0]["detail"].as_str().unwrap().is_empty());
        let fa = owner.with("Accept-Language", "fa").get(&format!("/bulk-actions/{}/results?status=failed", made.id())).is(200).text();
        assert!(fa.chars().any(|c| ('\u{600}'..='\u{6ff}').contains(&c)), "{fa}");
        // Two people can't have one national id: whoever is first keeps it.
        let (a, b) = (person(&owner, json!({})), person(&owner, json!({})));
        let same = done(&owner, json!({"ids": [a, b]}), json!({"change": {"national_id": "0013542419"}}));
        assert_eq!((&same["counts"]["done"], &same["counts"]["failed"]), (&json!(1), &json!(1)));
        assert_eq!(told(&owner, same["id"].as_str().unwrap(), "failed")[0]["errors"][0]["code"], "taken");
    }

    fn one_that_is_given_up_tells_what_it_did(app: &App) {
        let owner = app.be(Who::Owner);
        let rows: String = (0..3000).map(|n| format!("Name{n}\n")).collect();
        crate::imports::done(app, json!({}), format!("family_name\n{rows}").as_bytes());
        let id = start(&owner, json!({"condition": "family_name : \"Name\""}), json!({"tag": {"add": ["نو"]}})).is(202).id();
        until(&owner, &id, |_| !told(&owner, &id, "").is_empty());
        let at = format!("/bulk-actions/{id}");
        let given_up = owner.act(&format!("{at}/cancel"), "*");
        if given_up.status == 200 {
            assert_eq!(given_up.json()["state"], "cancelled");
        } else {
            given_up.refuses(409, "bulk_ended");
        }
        let action = ended(&owner, &id);
        let tagged = owner.all("/customers", &[("filter", "tags : \"نو\""), ("fields", "id")]).len();
        assert_eq!((action["counts"]["done"].as_i64().unwrap() as usize, told(&owner, &id, "done").len()), (tagged, tagged));
        owner.act(&format!("{at}/cancel"), "*").refuses(409, "bulk_ended");
        assert_eq!(undone(&owner, &id)["restored"].as_i64().unwrap() as usize, tagged);
        assert!(owner.list("/customers", &[("filter", "tags : \"نو\"")]).is(200).ids().is_empty());
    }
}
