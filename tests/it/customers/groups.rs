//! Groups: by hand and by condition.
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tests::records::fresh;
use tests::{Client, Who, both};

pub fn person(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"kind": "person", "family_name": "کریمی"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/customers", body).is(201).id()
}

/// Makes a group of those who fit, and waits until they are in.
pub fn group(client: &Client<'_>, condition: &str) -> String {
    let made = client
        .post("/groups", json!({"name": format!("Group {}", fresh()), "condition": condition}))
        .is(201);
    assert_eq!(made.json()["kind"], "dynamic");
    current(client, &made.id());
    made.id()
}

/// How the group stands, once its members are those of its condition.
pub fn current(client: &Client<'_>, group: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let state = client.get(&format!("/groups/{group}/state")).is(200).json();
        if state["state"] != "rebuilding" {
            return state;
        }
        assert!(Instant::now() < end, "it is not rebuilt: {state}");
        std::thread::yield_now();
    }
}

pub fn members(client: &Client<'_>, group: &str) -> BTreeSet<String> {
    let all = client.all(&format!("/groups/{group}/members"), &[("fields", "id")]);
    all.iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect()
}

pub fn found(client: &Client<'_>, condition: &str) -> BTreeSet<String> {
    let all = client.all("/customers", &[("filter", condition), ("fields", "id")]);
    all.iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect()
}

fn set(ids: &[&String]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).clone()).collect()
}

pub fn events(client: &Client<'_>, group: &str, query: &[(&str, &str)]) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let all = client.all(&format!("/groups/{group}/history"), query);
    all.iter().map(|e| (text(&e["event"]), text(&e["cause"]))).collect()
}

pub fn pair(event: &str, cause: &str) -> (String, String) {
    (event.to_owned(), cause.to_owned())
}

both! {
    fn who_fits_is_in_with_every_write(app: &App) {
        let owner = app.be(Who::Owner);
        let field = json!({"object": "customers", "name": "level", "label_en": "Level", "label_fa": "سطح", "kind": "number"});
        owner.post("/custom-fields", field).is(201);
        let before = person(&owner, json!({"city": "یزد", "custom": {"level": 3}}));
        let id = group(&owner, "city = \"یزد\" AND custom.level >= 2");
        assert_eq!(members(&owner, &id), set(&[&before]));
        let here = person(&owner, json!({"city": "یزد", "custom": {"level": "2.0"}}));
        let other = person(&owner, json!({"city": "قم", "custom": {"level": 2}}));
        assert_eq!(members(&owner, &id), set(&[&before, &here]), "created");
        let at = |id: &str| format!("/customers/{id}");
        owner.patch(&at(&other), "*", json!({"city": "یزد"})).is(200);
        owner.patch(&at(&here), "*", json!({"custom": {"level": 1}})).is(200);
        owner.patch(&at(&before), "*", json!({"notes": "nothing to do with it"})).is(200);
        assert_eq!(members(&owner, &id), set(&[&before, &other]), "patched");
        owner.delete(&at(&before), "*").is(204);
        assert_eq!(members(&owner, &id), set(&[&other]), "deleted");
        owner.act(&format!("{}/restore", at(&before)), "*").is(200);
        assert_eq!(members(&owner, &id), set(&[&before, &other]), "restored");
        let merge = json!({"survivor_id": here, "merged_ids": [other]});
        let merge = owner.post("/merges", merge).is(201).id();
        assert_eq!(members(&owner, &id), found(&owner, "city = \"یزد\" AND custom.level >= 2"), "merged");
        owner.act(&format!("/merges/{merge}/undo"), "*").is(200);
        assert_eq!(members(&owner, &id), set(&[&before, &other]), "taken apart again");
        owner.post("/erasures", json!({"customer_id": other, "reason": "asked for"})).is(201);
        assert_eq!(members(&owner, &id), set(&[&before]), "erased");
        assert!(events(&owner, &id, &[("customer_id", &other)]).is_empty(), "nothing tells where who was erased has been");
        assert_eq!(current(&owner, &id)["members"], 1);
    }

    fn a_condition_is_checked_when_it_is_saved(app: &App) {
        let owner = app.be(Who::Owner);
        let refused = |condition: &str, code: &str| {
            owner.post("/groups", json!({"name": "x", "condition": condition})).refuses(422, "invalid").blames("/condition", code);
        };
        refused("city = ", "syntax");
        refused("shoe_size = 3", "unknown_field");
        refused("custom.shoe_size = 3", "unknown_field");
        refused("kind = \"robot\"", "not_allowed");
        refused("birth_date > \"yesterday\"", "format");
        refused("contact_points = null", "unknown_field");
        refused("", "syntax");
        refused(&vec!["city = \"x\""; 51].join(" OR "), "too_complex");
        let many = "a".repeat(4097);
        owner.post("/groups", json!({"name": "x", "condition": many})).refuses(422, "invalid").blames("/condition", "too_long");
        owner.post("/groups", json!({"name": "x", "kind": "dynamic"})).refuses(422, "invalid").blames("/kind", "read_only");
        let id = group(&owner, "city = \"یزد\"");
        let at = format!("/groups/{id}");
        owner.patch(&at, "*", json!({"condition": "stars = 3"})).refuses(422, "invalid").blames("/condition", "unknown_field");
        let by_hand = owner.post("/groups", json!({"name": "By hand"})).is(201);
        assert_eq!(by_hand.json()["kind"], "static");
        owner.patch(&format!("/groups/{}", by_hand.id()), "*", json!({"condition": "city = \"یزد\""})).refuses(422, "invalid").blames("/condition", "fixed");
        owner.act(&format!("/groups/{}/rebuild", by_hand.id()), "*").refuses(409, "group_is_static");
        // Who may not read a field can't find out by a group what it holds.
        let seller = app.be(Who::Seller);
        seller.post("/groups", json!({"name": "Oracle", "condition": "national_id = \"0013542419\""})).refuses(422, "invalid").blames("/condition", "unknown_field");
    }

    fn a_new_condition_is_built_and_a_broken_one_stands_still(app: &App) {
        let owner = app.be(Who::Owner);
        let (yazd, qom) = (person(&owner, json!({"city": "یزد"})), person(&owner, json!({"city": "قم"})));
        let id = group(&owner, "city = \"یزد\"");
        assert_eq!(members(&owner, &id), set(&[&yazd]));
        owner.patch(&format!("/groups/{id}"), "*", json!({"condition": "city = \"قم\""})).is(200);
        assert_eq!(current(&owner, &id)["state"], "current");
        assert_eq!(members(&owner, &id), set(&[&qom]));
        owner.patch(&format!("/groups/{id}"), "*", json!({"description": "nothing to rebuild"})).is(200);
        assert_eq!(owner.get(&format!("/groups/{id}/state")).is(200).json()["state"], "current");
        assert_eq!(events(&owner, &id, &[]), [pair("left", "rebuild"), pair("joined", "rebuild"), pair("joined", "rebuild")]);
        let begun = owner.act(&format!("/groups/{id}/rebuild"), "*").is(202);
        assert_eq!(begun.header("location"), format!("/api/v1/jobs/{}", begun.json()["job_id"].as_str().unwrap()));
        current(&owner, &id);
        assert_eq!(events(&owner, &id, &[]).len(), 3, "a rebuild of what is in step changes nothing");
        // A field that goes takes no members along, and brings them up to date when it comes back.
        let field = json!({"object": "customers", "name": "vip", "label_en": "VIP", "label_fa": "ویژه", "kind": "boolean"});
        let field = owner.post("/custom-fields", field).is(201).id();
        let vip = group(&owner, "custom.vip = true");
        let one = person(&owner, json!({"custom": {"vip": true}}));
        owner.delete(&format!("/custom-fields/{field}"), "*").is(204);
        assert_eq!(current(&owner, &vip)["state"], "broken");
        assert_eq!(members(&owner, &vip), set(&[&one]));
        owner.act(&format!("/custom-fields/{field}/restore"), "*").is(200);
        assert_eq!(current(&owner, &vip)["state"], "current");
        assert_eq!(members(&owner, &vip), set(&[&one]));
        // In the trash it follows nobody; when it comes back it is up to date again.
        owner.delete(&format!("/groups/{id}"), "*").is(204);
        let late = person(&owner, json!({"city": "قم"}));
        owner.act(&format!("/groups/{id}/restore"), "*").is(200);
        current(&owner, &id);
        assert_eq!(members(&owner, &id), set(&[&qom, &late]));
    }

    fn by_hand_means_by_hand(app: &App) {
        let owner = app.be(Who::Owner);
        let who = person(&owner, json!({"city": "یزد"}));
        let by_hand = owner.post("/groups", json!({"name": "By hand"})).is(201).id();
        let (at, body) = (format!("/groups/{by_hand}/members"), json!({"customer_id": who}));
        let one = format!("{at}?customer_id={who}");
        let put = owner.post(&at, body.clone()).is(201);
        assert_eq!(put.header("location"), format!("/api/v1/group-members/{}", put.id()));
        assert_eq!(owner.post(&at, body.clone()).is(200).id(), put.id());
        assert_eq!(members(&owner, &by_hand), set(&[&who]));
        owner.delete(&one, "\"7\"").refuses(412, "stale");
        owner.call("DELETE", &one).is(204);
        owner.call("DELETE", &one).refuses(404, "not_found");
        assert_eq!(events(&owner, &by_hand, &[]), [pair("left", "hand"), pair("joined", "hand")]);
        owner.post(&at, body.clone()).is(201);
        let dynamic = group(&owner, "city = \"قم\"");
        let there = format!("/groups/{dynamic}/members");
        owner.post(&there, body).refuses(409, "group_is_dynamic");
        owner.call("DELETE", &format!("{there}?customer_id={who}")).refuses(409, "group_is_dynamic");
        owner.post("/group-members", json!({"group_id": dynamic, "customer_id": who})).refuses(409, "group_is_dynamic");
        for (body, code) in [
            (json!({"customer_id": uuid::Uuid::now_v7()}), "not_found"),
            (json!({"customer_id": "none"}), "format"),
            (json!({"customer_id": 7}), "wrong_type"),
            (json!({}), "required"),
        ] {
            owner.post(&at, body).refuses(422, "invalid").blames("/customer_id", code);
        }
        owner.post(&at, json!({"customer_id": who, "owner_id": who})).refuses(422, "invalid").blames("/owner_id", "unknown_field");
        owner.call("DELETE", &at).is(400);
        owner.call("DELETE", &format!("{at}?customer_id=none")).is(400);
        owner.call("DELETE", &format!("{at}?customer_id={}", uuid::Uuid::now_v7())).refuses(404, "not_found");
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn a_condition_that_is_cleared_leaves_its_members_to_be_kept_by_hand(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let all: Vec<String> = (0..120).map(|_| person(&seller, json!({"city": "یزد"}))).collect();
        let id = group(&seller, "city = \"یزد\"");
        let cleared = seller.patch(&format!("/groups/{id}"), "*", json!({"condition": null})).is(200).json();
        assert_eq!((&cleared["kind"], &cleared["condition"]), (&json!("static"), &json!(null)));
        assert_eq!(members(&seller, &id).len(), 120, "nobody is out meanwhile");
        assert_eq!(current(&seller, &id), json!({"group_id": id, "kind": "static", "members": 120, "state": "current", "rebuilt_at": current(&seller, &id)["rebuilt_at"]}));
        assert_eq!(seller.all("/group-members", &[("filter", &format!("group_id = \"{id}\""))]).len(), 120);
        owner.patch(&format!("/customers/{}", all[0]), "*", json!({"city": "قم"})).is(200);
        seller.call("DELETE", &format!("/groups/{id}/members?customer_id={}", all[1])).is(204);
        let now = members(&seller, &id);
        assert!(now.len() == 119 && now.contains(&all[0]) && !now.contains(&all[1]));
        assert_eq!(events(&seller, &id, &[("event", "joined")]).len(), 120, "to be kept by hand is not to join");
        assert_eq!(events(&seller, &id, &[("event", "left")]), [pair("left", "hand")]);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn members_are_a_list_of_customers(app: &App) {
        let owner = app.be(Who::Owner);
        let id = group(&owner, "interests : \"فولاد\"");
        let all: Vec<String> = (0..5)
            .map(|n| person(&owner, json!({"family_name": format!("Name {n}"), "city": if n < 3 { "یزد" } else { "قم" }, "interests": ["فولاد"]})))
            .collect();
        person(&owner, json!({"family_name": "Name 9"}));
        let at = format!("/groups/{id}/members");
        let names = |query: &[(&str, &str)]| owner.list(&at, query).is(200).data().iter().map(|c| c["family_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&[("filter", "city = \"یزد\""), ("sort", "display_name")]), ["Name 0", "Name 1", "Name 2"]);
        assert_eq!(names(&[("q", "name 4")]), ["Name 4"]);
        assert_eq!(owner.list(&at, &[("count", "exact"), ("limit", "2")]).is(200).json()["page"]["count"], 5);
        let pages = owner.pages(&at, &[("sort", "display_name")], 2);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
        let cursor = owner.list(&at, &[("limit", "2")]).is(200).json()["page"]["next_cursor"].as_str().unwrap().to_owned();
        // A cursor of one group is none of another list.
        let other = group(&owner, "interests : \"مس\"");
        for stranger in [format!("/groups/{other}/members"), "/customers".to_owned()] {
            owner.list(&stranger, &[("limit", "2"), ("cursor", &cursor)]).refuses(400, "cursor_mismatch");
        }
        owner.list(&at, &[("filter", "stars = 3")]).is(400);
        owner.list(&at, &[("limit", "201")]).is(422);
        let csv = owner.with("Accept", "text/csv").get(&at).is(200).text();
        assert_eq!(csv.lines().count(), 6, "{csv}");
        assert_eq!(members(&owner, &id), all.into_iter().collect());
        // The view of everything shows both kinds, and the timeline tells of both.
        let who = owner.list(&at, &[("q", "name 0")]).is(200).ids().remove(0);
        let by_hand = owner.post("/groups", json!({"name": "By hand"})).is(201).id();
        owner.post(&format!("/groups/{by_hand}/members"), json!({"customer_id": who})).is(201);
        let shown = owner.get(&format!("/customers/{who}/360?sections=groups")).is(200).json();
        let kinds: BTreeSet<(&str, &str)> = shown["groups"]["data"].as_array().unwrap().iter().map(|g| (g["id"].as_str().unwrap(), g["kind"].as_str().unwrap())).collect();
        assert_eq!(kinds, [(id.as_str(), "dynamic"), (by_hand.as_str(), "static")].into());
        owner.patch(&format!("/customers/{who}"), "*", json!({"interests": []})).is(200);
        let told = owner.get(&format!("/customers/{who}/timeline?kinds=group")).is(200).data();
        let told: Vec<(&str, &str)> = told.iter().map(|i| (i["word"].as_str().unwrap(), i["record_id"].as_str().unwrap())).collect();
        assert_eq!(told, [("left", id.as_str()), ("joined", by_hand.as_str()), ("joined", id.as_str())]);
        // The history in pages.
        assert_eq!(owner.pages(&format!("/groups/{id}/history"), &[("event", "joined")], 2).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(events(&owner, &id, &[("customer_id", &who)]), [pair("left", "rule"), pair("joined", "rule")]);
        owner.get(&format!("/groups/{id}/history?event=gone")).is(400);
    }

    fn nobody_learns_by_a_group_of_customers_they_may_not_see(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let (mine, theirs) = (person(&seller, json!({"city": "یزد"})), person(&rival, json!({"city": "یزد"})));
        let id = group(&seller, "city = \"یزد\"");
        assert_eq!(members(&seller, &id), set(&[&mine]));
        assert_eq!(members(&owner, &id), set(&[&mine, &theirs]));
        assert_eq!((&current(&seller, &id)["members"], &current(&owner, &id)["members"]), (&json!(1), &json!(2)));
        assert_eq!(seller.get(&format!("/groups/{id}/members?count=exact")).is(200).json()["page"]["count"], 1);
        let told = seller.get(&format!("/groups/{id}/history")).is(200);
        assert!(told.data().len() == 1 && !told.text().contains(&theirs), "{told:?}");
        assert!(events(&seller, &id, &[("customer_id", &theirs)]).is_empty());
        for below in ["members", "state", "history"] {
            rival.get(&format!("/groups/{id}/{below}")).refuses(404, "not_found");
            app.be(Who::Powerless).get(&format!("/groups/{id}/{below}")).refuses(403, "forbidden");
        }
        rival.act(&format!("/groups/{id}/rebuild"), "*").refuses(404, "not_found");
        let by_hand = seller.post("/groups", json!({"name": "Mine"})).is(201).id();
        seller.post(&format!("/groups/{by_hand}/members"), json!({"customer_id": theirs})).refuses(422, "invalid").blames("/customer_id", "not_found");
        rival.post(&format!("/groups/{by_hand}/members"), json!({"customer_id": theirs})).refuses(404, "not_found");
        rival.post("/group-members", json!({"group_id": id, "customer_id": theirs})).refuses(422, "invalid").blames("/group_id", "not_found");
        // A membership that somebody else made shows in the group to those who see that membership.
        owner.post(&format!("/groups/{by_hand}/members"), json!({"customer_id": mine})).is(201);
        assert!(members(&seller, &by_hand).is_empty() && events(&seller, &by_hand, &[]).is_empty());
        assert_eq!(members(&owner, &by_hand), set(&[&mine]));
        let shown = seller.get(&format!("/customers/{mine}/timeline?kinds=group")).is(200).data();
        assert_eq!(shown.iter().map(|i| &i["record_id"]).collect::<Vec<_>>(), [&json!(id)]);
    }
}
