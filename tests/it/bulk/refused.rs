//! What a bulk action may not do: nobody reaches by one what they could not reach record by record.
use super::{body, done, start, told};
use serde_json::{Value, json};
use tests::probe::digest;
use tests::{App, Client, Who, both};

fn person(client: &Client<'_>, city: &str) -> String {
    let body = json!({"kind": "person", "family_name": "کریمی", "city": city});
    client.post("/customers", body).is(201).id()
}

/// Lets sellers start bulk actions.
fn allow(app: &App) {
    let (owner, role) = (app.be(Who::Owner), app.people.roles["Test seller"]);
    let mut held = owner.get(&format!("/roles/{role}")).is(200).json()["permissions"]
        .as_array()
        .unwrap()
        .clone();
    held.push(json!({"permission": "bulk_actions:*", "scope": "own"}));
    owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": held})).is(200);
}

both! {
    fn a_body_that_says_something_wrong_is_refused_whole(app: &App) {
        let owner = app.be(Who::Owner);
        person(&owner, "یزد");
        let group = owner.post("/groups", json!({"name": "Static"})).is(201).id();
        let dynamic = owner.post("/groups", json!({"name": "Dynamic", "condition": "city = \"قم\""})).is(201).id();
        let before = digest(app);
        let all = json!({"condition": "city != null"});
        let refused = |which: &Value, action: Value, place: &str, code: &str| {
            for address in ["/bulk-actions", "/bulk-actions?preview=true"] {
                owner.post(address, body(which.clone(), action.clone())).refuses(422, "invalid").blames(place, code);
            }
        };
        let tag = json!({"tag": {"add": ["x"]}});
        // Attack 12: what a client may not set, it may not set to many either.
        for (member, code) in [("id", "read_only"), ("version", "read_only"), ("unit_id", "read_only"), ("created_at", "read_only"), ("kind", "fixed"), ("stars", "unknown_field")] {
            refused(&all, json!({"change": {member: "x"}}), &format!("/action/change/{member}"), code);
        }
        refused(&all, json!({"change": {"external_ids": {"erp": "1"}}}), "/action/change/external_ids", "forbidden_field");
        refused(&all, json!({"change": {"lifecycle_stage": "star"}}), "/action/change/lifecycle_stage", "not_allowed");
        refused(&all, json!({"change": {"custom": {"size": 1}}}), "/action/change/custom/size", "unknown_field");
        refused(&all, json!({"change": {"referrer_id": uuid::Uuid::now_v7()}}), "/action/change/referrer_id", "not_found");
        refused(&all, json!({"assign": {"owner_id": uuid::Uuid::now_v7()}}), "/action/assign/owner_id", "not_found");
        refused(&all, json!({"assign": {"team_id": uuid::Uuid::now_v7()}}), "/action/assign/team_id", "unknown_field");
        refused(&all, json!({}), "/action", "required");
        refused(&all, json!({"tag": {"add": []}}), "/action/tag", "required");
        refused(&all, json!({"tag": {"add": ["a"], "remove": ["a"]}}), "/action/tag/remove/0", "duplicate");
        refused(&all, json!({"tag": {"add": vec!["a"; 21]}}), "/action/tag/add", "too_long");
        refused(&all, json!({"tag": {"add": ["a"]}, "change": {"city": "x"}}), "/action/change", "conflict");
        refused(&all, json!({"group": {"add": group, "remove": group}}), "/action/group/remove", "conflict");
        refused(&all, json!({"group": {"add": uuid::Uuid::now_v7()}}), "/action/group/add", "not_found");
        refused(&all, json!({"erase": true}), "/action/erase", "unknown_field");
        refused(&json!({}), tag.clone(), "/condition", "required");
        refused(&json!({"condition": "city = \"x\"", "ids": [uuid::Uuid::now_v7()]}), tag.clone(), "/ids", "conflict");
        refused(&json!({"ids": []}), tag.clone(), "/ids", "too_short");
        let many: Vec<_> = (0..1001).map(|_| uuid::Uuid::now_v7()).collect();
        refused(&json!({"ids": many}), tag.clone(), "/ids", "too_long");
        refused(&json!({"condition": "stars = 3"}), tag.clone(), "/condition", "unknown_field");
        refused(&json!({"condition": "city = "}), tag.clone(), "/condition", "syntax");
        for object in ["users", "roles", "imports", "bulk_actions", "changes", "erasures", "consents", "merges", "nothing"] {
            refused(&json!({"object": object, "condition": "id != null"}), tag.clone(), "/object", "not_allowed");
        }
        refused(&json!({"object": "tasks", "condition": "id != null"}), tag.clone(), "/action/tag", "unknown_field");
        refused(&json!({"object": "tasks", "condition": "id != null"}), json!({"group": {"add": group}}), "/action/group", "not_allowed");
        start(&owner, all.clone(), json!({"group": {"add": dynamic}})).refuses(409, "group_is_dynamic");
        start(&owner, json!({"condition": "id != null", "state": "done"}), tag).refuses(422, "invalid").blames("/state", "read_only");
        assert_eq!(digest(app), before, "nothing was kept of any of it");
    }

    fn nobody_reaches_by_a_bulk_action_what_is_not_theirs(app: &App) {
        allow(app);
        let (seller, rival, owner) = (app.be(Who::Seller), app.be(Who::Rival), app.be(Who::Owner));
        let (mine, theirs) = (person(&seller, "یزد"), person(&rival, "یزد"));
        let group = seller.post("/groups", json!({"name": "Mine"})).is(201).id();
        // By a condition what is out of sight is not there; by its id it is as a random one.
        let action = done(&seller, json!({"condition": "city = \"یزد\""}), json!({"change": {"city": "قم"}}));
        assert_eq!((&action["matched"], &action["counts"]["tried"]), (&json!(1), &json!(1)));
        let by_id = done(&seller, json!({"ids": [mine, theirs, uuid::Uuid::now_v7()]}), json!({"tag": {"add": ["x"]}}));
        assert_eq!(by_id["matched"], 1);
        assert_eq!(by_id["counts"], json!({"tried": 3, "done": 1, "unchanged": 0, "skipped": 2, "failed": 0}));
        let codes: Vec<Value> = told(&seller, by_id["id"].as_str().unwrap(), "skipped").iter().map(|r| r["errors"].clone()).collect();
        assert_eq!(codes[0], codes[1]);
        let joined = done(&seller, json!({"ids": [theirs]}), json!({"group": {"add": group}}));
        assert_eq!(joined["counts"]["skipped"], 1);
        let untouched = owner.get(&format!("/customers/{theirs}")).is(200).json();
        assert_eq!((&untouched["city"], &untouched["version"]), (&json!("یزد"), &json!(1)));
        // To refer to what is out of sight, to give it to whom their sight does not reach, and to ask by a field they may not read.
        start(&seller, json!({"ids": [mine]}), json!({"change": {"referrer_id": theirs}})).refuses(422, "invalid").blames("/action/change/referrer_id", "not_found");
        let given = done(&seller, json!({"ids": [mine]}), json!({"assign": {"owner_id": app.people.users[&Who::Rival]}}));
        assert_eq!(told(&seller, given["id"].as_str().unwrap(), "failed")[0]["errors"][0]["pointer"], "/action/assign/owner_id");
        start(&seller, json!({"condition": "national_id = \"0013542419\""}), json!({"tag": {"add": ["x"]}})).refuses(422, "invalid").blames("/condition", "unknown_field");
        start(&seller, json!({"ids": [mine]}), json!({"change": {"national_id": "0013542419"}})).refuses(422, "invalid").blames("/action/change/national_id", "forbidden_field");
        // Another's action is theirs alone.
        let id = action["id"].as_str().unwrap();
        for below in ["", "/results"] {
            rival.get(&format!("/bulk-actions/{id}{below}")).refuses(404, "not_found");
        }
        for verb in ["cancel", "undo"] {
            rival.act(&format!("/bulk-actions/{id}/{verb}"), "*").refuses(404, "not_found");
        }
        app.be(Who::Viewer).post("/bulk-actions", body(json!({"ids": [mine]}), json!({"tag": {"add": ["x"]}}))).refuses(403, "forbidden");
    }

    fn rights_are_those_of_the_moment_it_runs(app: &App) {
        allow(app);
        let (seller, owner) = (app.be(Who::Seller), app.be(Who::Owner));
        let mine = person(&seller, "یزد");
        let action = done(&seller, json!({"ids": [mine]}), json!({"tag": {"add": ["x"]}}));
        // Whoever may no longer change them undoes nothing.
        let role = app.people.roles["Test seller"];
        let now = json!([{"permission": "customers:read", "scope": "own"}, {"permission": "bulk_actions:*", "scope": "own"}]);
        owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": now})).is(200);
        let id = action["id"].as_str().unwrap();
        assert_eq!(super::undone(&seller, id), json!({"done": true, "restored": 0, "conflicts": 1}));
        start(&seller, json!({"ids": [mine]}), json!({"tag": {"add": ["y"]}})).refuses(403, "forbidden");
        assert_eq!(owner.get(&format!("/customers/{mine}")).is(200).json()["tags"], json!(["x"]));
    }

    fn the_same_key_starts_one_action(app: &App) {
        let owner = app.be(Who::Owner).with("Idempotency-Key", "bulk-1");
        let mine = person(&app.be(Who::Owner), "یزد");
        let first = start(&owner, json!({"ids": [mine]}), json!({"tag": {"add": ["x"]}})).is(202);
        let again = start(&owner, json!({"ids": [mine]}), json!({"tag": {"add": ["x"]}})).is(202);
        assert_eq!((first.id(), again.header("idempotency-replayed"), again.header("location")), (again.id(), "true", first.header("location")));
        start(&owner, json!({"ids": [mine]}), json!({"tag": {"add": ["y"]}})).refuses(422, "idempotency_key_reused");
        assert_eq!(owner.get("/bulk-actions").is(200).data().len(), 1);
    }
}
