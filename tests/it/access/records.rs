//! Units, users, teams, roles and shares.
use super::sign_in_with;
use serde_json::json;
use tests::{App, Who, both};

/// Makes a record; its id.
fn made(app: &App, path: &str, body: serde_json::Value) -> String {
    app.be(Who::Owner).post(path, body).is(201).id()
}

both! {
    fn units_are_a_tree(app: &App) {
        let owner = app.be(Who::Owner);
        let top = made(app, "/units", json!({"name": "Agencies"}));
        let below = made(app, "/units", json!({"name": "Yazd", "parent_id": top}));
        let lowest = made(app, "/units", json!({"name": "Meybod", "parent_id": below}));
        let at = |id: &str| format!("/units/{id}");
        for (unit, parent) in [(&top, &lowest), (&top, &below), (&top, &top)] {
            owner.patch(&at(unit), "*", json!({"parent_id": parent})).refuses(422, "invalid").blames("/parent_id", "conflict");
        }
        owner.delete(&at(&below), "*").refuses(409, "in_use");
        let gone = owner.delete(&at(&lowest), "*").is(204);
        drop(gone);
        owner.delete(&at(&below), "*").is(204);
        owner.act(&format!("{}/restore", at(&lowest)), "*").refuses(409, "parent_deleted");
        owner.delete(&at(&app.people.units["A"].to_string()), "*").refuses(409, "in_use");
    }

    fn a_user_is_made_with_a_first_password(app: &App) {
        let owner = app.be(Who::Owner);
        let role = app.people.roles["Test seller"];
        let body = json!({"name": "Sara", "email": " Sara@New.Example ", "works_in_id": app.people.units["A"], "role_ids": [role],
            "password": "seven tall cypresses of Abarkuh"});
        let user = owner.post("/users", body).is(201);
        assert_eq!(user.json()["email"], "sara@new.example");
        assert_eq!(user.json()["active"], true);
        assert_eq!(user.json()["unit_id"], json!(app.people.units["A"]));
        assert!(!user.text().contains("cypresses"));
        sign_in_with(app, "SARA@new.example", "seven tall cypresses of Abarkuh");
        let changed = app.rows(persistence::sql!("SELECT changed FROM changes WHERE object = ?", "users"), |row| row.text(0));
        assert!(changed.iter().flatten().all(|text| !text.contains("cypresses") && !text.contains("argon2")));
        owner.post("/users", json!({"name": "S", "email": "sara@NEW.example"})).refuses(409, "taken").blames("/email", "taken");
        let bad = owner.post("/users", json!({"name": "", "email": "no address", "password": "password", "works_in_id": uuid::Uuid::nil()}));
        bad.refuses(422, "invalid").blames("/name", "too_short").blames("/password", "too_weak");
        owner.post("/users", json!({"name": "S", "email": "no address", "password": 1})).refuses(422, "invalid").blames("/email", "format").blames("/password", "wrong_type");
        assert_eq!(owner.list("/users", &[("filter", "email = \"no address\"")]).is(200).data().len(), 0);
    }

    fn attack_12_what_the_server_sets_is_set_by_nobody_else(app: &App) {
        let owner = app.be(Who::Owner);
        let refuse = |more: (&str, serde_json::Value), code: &str| {
            let mut body = json!({"name": "S", "email": "s@new.example"});
            body[more.0] = more.1;
            owner.post("/users", body).refuses(422, "invalid").blames(&format!("/{}", more.0), code);
        };
        refuse(("role", json!("admin")), "unknown_field");
        refuse(("session_version", json!(7)), "unknown_field");
        refuse(("is_owner", json!(true)), "unknown_field");
        for (name, value) in [("id", json!(uuid::Uuid::nil())), ("version", json!(9)), ("unit_id", json!(app.people.units["A"])), ("created_at", json!("2020-01-01T00:00:00Z"))] {
            let address = format!("/users/{}", app.people.users[&Who::Seller]);
            owner.patch(&address, "*", json!({name: value})).refuses(422, "invalid").blames(&format!("/{name}"), "read_only");
        }
        let key = owner.post("/api-keys", json!({"name": "k"})).is(201);
        owner.post("/api-keys", json!({"name": "k", "prefix": "abcdefgh"})).refuses(422, "invalid").blames("/prefix", "read_only");
        // A key can't be changed: it is made anew.
        owner.patch(&format!("/api-keys/{}", key.id()), "*", json!({"name": "x"})).is(405);
    }

    fn nobody_lifts_themselves_or_others_above_what_they_hold(app: &App) {
        let branch = app.be(Who::Branch);
        let unit = app.people.units["B"];
        let user = |role: &str| json!({"name": "N", "email": "n@new.example", "works_in_id": unit, "role_ids": [app.people.roles[role]]});
        // The head of a branch does not even see the organization's roles.
        branch.post("/users", user("Test owner")).refuses(422, "invalid").blames("/role_ids/0", "not_found");
        let wide = json!({"name": "Wide", "permissions": [{"permission": "customers:read", "scope": "all"}]});
        branch.post("/roles", wide).refuses(422, "invalid").blames("/permissions/0/permission", "forbidden_field");
        let role = branch.post("/roles", json!({"name": "Narrow", "permissions": [{"permission": "customers:read", "scope": "unit"}]})).is(201);
        let at = format!("/roles/{}", role.id());
        branch.patch(&at, "*", json!({"permissions": [{"permission": "*:*", "scope": "unit_and_below"}]})).refuses(422, "invalid").blames("/permissions/0/permission", "forbidden_field");
        // And their own unit is the furthest they can place anybody.
        let new = |unit: &str| json!({"name": "N", "email": "n@new.example", "works_in_id": app.people.units[unit], "role_ids": [role.id()]});
        branch.post("/users", new("A")).refuses(422, "invalid").blames("/works_in_id", "not_found");
        branch.post("/users", json!({"name": "N", "email": "n@new.example"})).refuses(422, "invalid").blames("/works_in_id", "forbidden_field");
        branch.post("/units", json!({"name": "N"})).refuses(422, "invalid").blames("/parent_id", "forbidden_field");
        branch.post("/units", json!({"name": "N", "parent_id": app.people.units["B"]})).is(201);
        branch.post("/users", new("B")).is(201);
        app.be(Who::Owner).patch(&at, "*", json!({"permissions": [{"permission": "*:*", "scope": "all"}]})).is(200);
        // The role is now above its maker: neither it nor its holder is theirs to change.
        branch.patch(&at, "*", json!({"permissions": []})).refuses(403, "forbidden");
        let holder = branch.list("/users", &[("filter", "email = \"n@new.example\"")]).is(200).ids();
        branch.patch(&format!("/users/{}", holder[0]), "*", json!({"email": "mine@new.example"})).refuses(403, "forbidden");
    }

    fn permissions_are_of_things_that_are(app: &App) {
        let owner = app.be(Who::Owner);
        let make = |permission: &str| owner.post("/roles", json!({"name": permission, "permissions": [{"permission": permission, "scope": "unit"}]}));
        for good in ["customers:read", "customers:*", "*:read", "*:*", "customers.national_id:read", "jobs:read", "access:explain", "api_keys:create"] {
            make(good).is(201);
        }
        for unknown in ["customer:read", "customers:fly", "customers.name:read", "*:fly", "secrets:read"] {
            make(unknown).refuses(422, "invalid").blames("/permissions/0/permission", "not_found");
        }
    }

    fn a_role_that_is_held_stays_and_so_does_the_last_owner(app: &App) {
        let owner = app.be(Who::Owner);
        let role = |name: &str| format!("/roles/{}", app.people.roles[name]);
        owner.delete(&role("Test seller"), "*").refuses(409, "in_use");
        owner.patch(&role("Test owner"), "*", json!({"permissions": []})).refuses(409, "last_owner");
        let me = format!("/users/{}", app.people.users[&Who::Owner]);
        owner.patch(&me, "*", json!({"active": false})).refuses(409, "last_owner");
        owner.patch(&me, "*", json!({"role_ids": []})).refuses(409, "last_owner");
        owner.delete(&me, "*").refuses(409, "last_owner");
        made(app, "/users", json!({"name": "Second", "email": "second@new.example", "role_ids": [app.people.roles["Test owner"]]}));
        owner.patch(&me, "*", json!({"active": false})).is(200);
        owner.get("/customers").refuses(401, "unauthorized");
    }

    fn a_team_shows_its_members_each_others_records(app: &App) {
        let role = made(app, "/roles", json!({"name": "Team", "permissions": [{"permission": "customers:read", "scope": "team"}]}));
        let rival = format!("/users/{}", app.people.users[&Who::Rival]);
        app.be(Who::Owner).patch(&rival, "*", json!({"role_ids": [role]})).is(200);
        let customer = app.be(Who::Seller).post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let address = format!("/customers/{customer}");
        app.be(Who::Rival).get(&address).refuses(404, "not_found");
        let members = json!([app.people.users[&Who::Rival], app.people.users[&Who::Seller]]);
        let team = made(app, "/teams", json!({"name": "Key accounts", "member_ids": members}));
        app.be(Who::Rival).get(&address).is(200);
        let team = format!("/teams/{team}");
        app.be(Who::Owner).patch(&team, "*", json!({"member_ids": [uuid::Uuid::nil()]})).refuses(422, "invalid").blames("/member_ids/0", "not_found");
        app.be(Who::Owner).patch(&team, "*", json!({"member_ids": []})).is(200);
        app.be(Who::Rival).get(&address).refuses(404, "not_found");
    }

    fn a_share_shows_one_record_to_one_user(app: &App) {
        let role = app.people.roles["Test seller"];
        let sharing = json!({"permissions": [{"permission": "customers:*", "scope": "own"}, {"permission": "shares:*", "scope": "own"}]});
        app.be(Who::Owner).patch(&format!("/roles/{role}"), "*", sharing).is(200);
        let (seller, rival) = (app.be(Who::Seller), app.be(Who::Rival));
        let customer = seller.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let address = format!("/customers/{customer}");
        let share = |action: &str| json!({"object": "customers", "record_id": customer, "grantee_kind": "user", "grantee_id": app.people.users[&Who::Rival], "action": action});
        rival.post("/shares", share("update")).refuses(422, "invalid").blames("/record_id", "not_found");
        rival.get(&address).refuses(404, "not_found");
        let made = seller.post("/shares", share("read")).is(201);
        assert_eq!(made.json()["object"], "customers");
        rival.get(&address).is(200);
        assert_eq!(rival.get("/customers").is(200).ids(), [customer.as_str()]);
        rival.patch(&address, "*", json!({"notes": "x"})).refuses(403, "forbidden");
        let at = format!("/shares/{}", made.id());
        seller.patch(&at, "*", json!({"record_id": uuid::Uuid::nil()})).refuses(422, "invalid").blames("/record_id", "fixed");
        seller.patch(&at, "*", json!({"action": "update"})).is(200);
        rival.patch(&address, "*", json!({"notes": "x"})).is(200);
        seller.delete(&at, "*").is(204);
        rival.get(&address).refuses(404, "not_found");
        let of_user = json!({"object": "users", "record_id": app.people.users[&Who::Owner], "grantee_kind": "user", "grantee_id": app.people.users[&Who::Rival], "action": "read"});
        app.be(Who::Owner).post("/shares", of_user).refuses(422, "invalid").blames("/object", "not_found");
    }
}
