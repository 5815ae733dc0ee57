//! Everything about a customer in one call, and the group it belongs to.
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn organization(client: &Client<'_>, name: &str) -> String {
    client
        .post("/customers", json!({"kind": "organization", "organization_name": name}))
        .is(201)
        .id()
}
fn relate(client: &Client<'_>, from: &str, kind: &str, to: &str) {
    client
        .post("/relationships", json!({"from_id": from, "kind": kind, "to_id": to}))
        .is(201);
}
fn names(list: &Value, pointer: &str) -> Vec<String> {
    let all = list.as_array().unwrap();
    all.iter()
        .map(|i| i.pointer(pointer).unwrap().as_str().unwrap().to_owned())
        .collect()
}

both! {
    fn relationships_are_told_from_the_customers_side(app: &App) {
        let owner = app.be(Who::Owner);
        let (works, person) = (organization(&owner, "فولاد"), organization(&owner, "کریمی"));
        relate(&owner, &works, "employer", &person);
        let seen = |id: &str| owner.get(&format!("/customers/{id}/360")).is(200).json()["relationships"]["data"][0].clone();
        let (of_person, of_works) = (seen(&person), seen(&works));
        assert_eq!((&of_person["kind"], &of_person["inverse"], &of_person["party"]["id"]), (&json!("employer"), &json!("employee"), &json!(works)));
        assert_eq!((&of_works["kind"], &of_works["inverse"], &of_works["party"]["display_name"]), (&json!("employee"), &json!("employer"), &json!("کریمی")));
    }

    fn sections_are_chosen_limited_and_tagged(app: &App) {
        let owner = app.be(Who::Owner);
        let hub = organization(&owner, "Hub");
        for n in 0..3 {
            relate(&owner, &organization(&owner, &format!("Spoke {n}")), "agent_of", &hub);
        }
        let group = owner.post("/groups", json!({"name": "باشگاه"})).is(201).id();
        owner.post("/group-members", json!({"group_id": group, "customer_id": hub})).is(201);
        let address = format!("/customers/{hub}/360");
        let all = owner.get(&address).is(200);
        let json = all.json();
        assert_eq!(json["record"], owner.get(&format!("/customers/{hub}")).is(200).json());
        assert_eq!(names(&json["groups"]["data"], "/name"), ["باشگاه"]);
        assert_eq!(names(&json["changes"]["data"], "/op"), ["created"]);
        assert_eq!((&json["relationships"]["truncated"], json["relationships"]["data"].as_array().unwrap().len()), (&json!(false), 3));
        assert!(all.etag().starts_with("W/"));
        owner.with("If-None-Match", all.etag()).get(&address).is(304);
        let few = owner.list(&address, &[("sections", "relationships"), ("limit", "2")]).is(200).json();
        assert_eq!((&few["relationships"]["truncated"], few["relationships"]["data"].as_array().unwrap().len()), (&json!(true), 2));
        assert!(few.get("record").is_none() && few.get("groups").is_none(), "{few}");
        owner.list(&address, &[("sections", "secrets")]).is(400);
        owner.list(&address, &[("limit", "51")]).is(422);
        owner.get(&format!("/customers/{}/360", uuid::Uuid::now_v7())).refuses(404, "not_found");
    }

    fn what_is_out_of_sight_is_never_named(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let (mine, secret) = (organization(&seller, "Mine"), organization(&rival, "Hidden"));
        relate(&owner, &secret, "parent", &mine);
        // The relationship itself belongs to the seller, so that only the party is out of sight.
        let related = owner.list("/relationships", &[("filter", &format!("to_id = \"{mine}\""))]).is(200).data().remove(0);
        let address = format!("/relationships/{}", related["id"].as_str().unwrap());
        owner.patch(&address, "*", json!({"owner_id": app.people.users[&Who::Seller]})).is(200);
        seller.get(&address).is(200);
        let shown = seller.get(&format!("/customers/{mine}/360")).is(200);
        assert_eq!(shown.json()["relationships"], json!({"data": [], "truncated": false}));
        assert!(!shown.text().contains("Hidden") && !shown.text().contains(&secret), "{shown:?}");
        let tree = seller.get(&format!("/customers/{mine}/hierarchy")).is(200);
        assert_eq!((&tree.json()["root_id"], tree.text().contains("Hidden")), (&json!(mine), false));
        seller.get(&format!("/customers/{secret}/360")).refuses(404, "not_found");
        app.be(Who::Powerless).get(&format!("/customers/{mine}/360")).refuses(403, "forbidden");
    }

    fn a_group_of_organizations_is_rolled_up_from_any_of_them(app: &App) {
        let owner = app.be(Who::Owner);
        let [top, left, right, leaf, former] = ["Top", "Left", "Right", "Leaf", "Former"].map(|n| organization(&owner, n));
        relate(&owner, &left, "subsidiary", &top);
        relate(&owner, &top, "parent", &right);
        relate(&owner, &leaf, "subsidiary", &left);
        owner.post("/relationships", json!({"from_id": former, "kind": "subsidiary", "to_id": top, "from_date": "2019-01-01", "to_date": "2020-01-01"})).is(201);
        for from in [&top, &left, &leaf, &right] {
            let tree = owner.get(&format!("/customers/{from}/hierarchy")).is(200).json();
            assert_eq!(tree["root_id"], json!(top));
            assert_eq!(names(&tree["members"], "/display_name"), ["Top", "Left", "Right", "Leaf"]);
            assert_eq!(tree["members"][3]["parent_id"], json!(left));
            assert_eq!(tree["rollup"], json!({"members": 4, "by_lifecycle_stage": {"prospect": 4}}));
        }
        // Two that own each other are a circle, not an endless way.
        relate(&owner, &top, "subsidiary", &leaf);
        assert_eq!(owner.get(&format!("/customers/{top}/hierarchy")).is(200).json()["members"].as_array().unwrap().len(), 4);
    }
}
