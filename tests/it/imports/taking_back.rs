//! Taking an import back.
use super::{done, told, until};
use serde_json::json;
use tests::{Who, both};

both! {
    fn what_was_made_goes_and_what_was_changed_returns(app: &App) {
        let owner = app.be(Who::Owner);
        let old = |name: &str, id: &str| owner.post("/customers", json!({"kind": "person", "family_name": name, "external_ids": {"erp": id}})).is(201);
        let (kept, touched) = (old("Before", "1"), old("Other", "2"));
        let file = "family_name,city,external_ids.erp\nAfter,Yazd,1\nAfter2,,1\nChanged,,2\nNew,,3\n";
        let import = done(app, json!({"mode": "upsert", "match_on": "external_id:erp"}), file.as_bytes());
        assert_eq!(import["counts"], json!({"read": 4, "created": 1, "updated": 3, "unchanged": 0, "skipped": 0, "failed": 0}), "{import}");
        let address = |id: &str| format!("/customers/{id}");
        owner.patch(&address(&touched.id()), "*", json!({"notes": "mine"})).is(200);
        let id = import["id"].as_str().unwrap();
        owner.send("POST", &format!("/imports/{id}/undo"), "", b"").is(202);
        let after = until(&owner, id, |import| import["undo"]["done"] == json!(true));
        assert_eq!(after["undo"], json!({"done": true, "deleted": 1, "restored": 2, "conflicts": 1}));
        let now = owner.get(&address(&kept.id())).is(200).json();
        assert_eq!((&now["family_name"], &now["city"]), (&json!("Before"), &json!(null)));
        assert_eq!(owner.get(&address(&touched.id())).is(200).json()["family_name"], "Changed");
        assert_eq!(owner.all("/customers", &[]).len(), 2);
        assert_eq!(told(&owner, id, "conflict").len(), 1);
        owner.send("POST", &format!("/imports/{id}/undo"), "", b"").refuses(409, "import_undone");
    }
}
