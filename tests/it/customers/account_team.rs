//! The account team: whoever is in it sees and changes the customer, and whoever leaves it does not.
use crate::bulk;
use serde_json::{Value, json};
use tests::{Who, both};

both! {
    fn whoever_is_in_the_account_team_sees_and_changes_the_customer(app: &App) {
        let (owner, rival) = (app.be(Who::Owner), app.be(Who::Rival));
        let user = json!(app.people.users[&Who::Rival]);
        let made = owner.post("/customers", json!({"kind": "organization", "organization_name": "کاشی میبد"})).is(201).json();
        let address = format!("/customers/{}", made["id"].as_str().unwrap());
        assert_eq!(made["account_team"], json!([]));
        rival.get(&address).refuses(404, "not_found");
        let team = json!([{"user_id": user, "role": "technical"}]);
        let told = owner.patch(&address, "*", json!({"account_team": team})).is(200).json();
        assert_eq!(told["account_team"], team);
        rival.get(&address).is(200);
        rival.patch(&address, "*", json!({"notes": "بازدید شد"})).is(200);
        rival.get(&format!("{address}/360")).is(200);
        rival.delete(&address, "*").refuses(403, "forbidden");
        assert_eq!(rival.list("/customers", &[]).is(200).ids(), [made["id"].as_str().unwrap()]);
        owner.patch(&address, "*", json!({"account_team": []})).is(200);
        rival.get(&address).refuses(404, "not_found");
        // Whoever is in it from the start, and comes back with the customer.
        let team = json!([{"user_id": user, "role": "sponsor"}]);
        let body = json!({"kind": "organization", "organization_name": "کاشی یزد", "account_team": team});
        let other = format!("/customers/{}", owner.post("/customers", body).is(201).id());
        rival.get(&other).is(200);
        owner.delete(&other, "*").is(204);
        rival.get(&other).refuses(404, "not_found");
        owner.act(&format!("{other}/restore"), "*").is(200);
        rival.get(&other).is(200);
    }

    fn nobody_is_in_it_twice_and_everybody_is_one_of_us(app: &App) {
        let owner = app.be(Who::Owner);
        let user = json!(app.people.users[&Who::Rival]);
        let made = owner.post("/customers", json!({"kind": "organization", "organization_name": "کاشی میبد"})).is(201).json();
        let address = format!("/customers/{}", made["id"].as_str().unwrap());
        let twice = json!([{"user_id": user, "role": "seller"}, {"user_id": user, "role": "service"}]);
        owner.patch(&address, "*", json!({"account_team": twice})).is(422).blames("/account_team/1/user_id", "duplicate");
        let stranger = json!([{"user_id": made["id"], "role": "seller"}]);
        owner.patch(&address, "*", json!({"account_team": stranger})).is(422).blames("/account_team/0/user_id", "not_found");
        assert_eq!(owner.get(&address).is(200).json()["version"], made["version"]);
    }

    /// Who may only look at a customer makes nobody, and not themselves, change it.
    fn who_may_not_change_the_customer_changes_no_team(app: &App) {
        let (owner, rival) = (app.be(Who::Owner), app.be(Who::Rival));
        let user = json!(app.people.users[&Who::Rival]);
        let made = owner.post("/customers", json!({"kind": "organization", "organization_name": "کاشی میبد"})).is(201).json();
        let share = json!({"object": "customers", "record_id": made["id"], "grantee_kind": "user", "grantee_id": user, "action": "read"});
        owner.post("/shares", share).is(201);
        let address = format!("/customers/{}", made["id"].as_str().unwrap());
        rival.get(&address).is(200);
        rival.patch(&address, "*", json!({"account_team": [{"user_id": user, "role": "seller"}]})).refuses(403, "forbidden");
        assert_eq!(owner.get(&address).is(200).json()["account_team"], json!([]));
    }
    /// The server knows callers for a moment, and whether anything is shared with them: no way of changing a team leaves it with what was so before.
    fn it_bites_at_once_whichever_way_it_came(app: &App) {
        let (owner, rival) = (app.be(Who::Owner), app.be(Who::Rival));
        let user = json!(app.people.users[&Who::Rival]);
        let sees = || rival.list("/customers", &[]).is(200).ids();
        let made = |body: Value| owner.post("/customers", body).is(201).id();
        let survivor = made(json!({"kind": "organization", "organization_name": "کاشی میبد"}));
        let merged = made(json!({"kind": "organization", "organization_name": "کاشی یزد", "account_team": [{"user_id": user, "role": "seller"}]}));
        assert_eq!(sees(), [merged.as_str()]);
        let merge = owner.post("/merges", json!({"survivor_id": survivor, "merged_ids": [merged]})).is(201).id();
        assert_eq!(sees(), [survivor.as_str()]);
        owner.act(&format!("/merges/{merge}/undo"), "*").is(200);
        assert_eq!(sees(), [merged.as_str()]);
        bulk::done(&owner, json!({"ids": [merged]}), json!({"change": {"account_team": []}}));
        assert!(sees().is_empty());
        let team = json!([{"user_id": user, "role": "technical"}]);
        bulk::done(&owner, json!({"ids": [survivor]}), json!({"change": {"account_team": team}}));
        assert_eq!(sees(), [survivor.as_str()]);
    }
}
