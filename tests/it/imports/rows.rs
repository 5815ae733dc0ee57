//! What becomes of rows.
use super::{add_up, announce, done, ended, told, uploaded};
use serde_json::json;
use tests::{Who, both};

const BAD: &str = "Given Name,Family Name,Mail,national_id\nAli,Karimi,ali@example.ir,\nSara,Ahmadi,no-address,\n,,,\nMina,Azizi,mina@example.ir,0084575948\nMina,Azizi,mina2@example.ir,0084575948\n,Ragged\n";

both! {
    fn a_bad_row_fails_alone_and_the_counts_add_up(app: &App) {
        let owner = app.be(Who::Owner);
        let import = done(app, json!({"mapping": {"Mail": "contact_points[email]"}}), BAD.as_bytes());
        assert_eq!(import["state"], "done", "{import}");
        assert_eq!(import["counts"], json!({"read": 6, "created": 2, "updated": 0, "unchanged": 0, "skipped": 1, "failed": 3}));
        add_up(&import);
        assert_eq!(owner.all("/customers", &[]).len(), 2);
        let failed = told(&owner, import["id"].as_str().unwrap(), "failed");
        let codes: Vec<_> = failed.iter().map(|row| (row["number"].as_i64().unwrap(), row["errors"][0]["code"].as_str().unwrap(), row["errors"][0]["column"].clone())).collect();
        assert_eq!(codes, [(2, "format", json!("Mail")), (5, "taken", json!("national_id")), (6, "ragged_row", json!(null))]);
        let csv = owner.get(&format!("/imports/{}/results?status=failed&format=csv", import["id"].as_str().unwrap())).is(200).text();
        assert!(csv.starts_with("Given Name,Family Name,Mail,national_id,import_outcome,import_record_id,import_codes,import_column,import_detail\nSara,Ahmadi,no-address,,failed,,format,Mail,"), "{csv}");
    }

    fn an_upsert_changes_adds_and_leaves_alone(app: &App) {
        let owner = app.be(Who::Owner);
        let made = owner.post("/customers", json!({"kind": "person", "family_name": "Karimi", "contact_points": [
            {"kind": "mobile", "value": "+989121234567"}, {"kind": "email", "value": "ali@example.ir"}]})).is(201);
        let file = "Given Name,Family Name,E-mail\nAli,Karimi,ALI@example.ir\nNew,One,new@example.ir\n";
        let import = done(app, json!({"mode": "upsert", "match_on": "email", "mapping": {"E-mail": "contact_points[email]"}}), file.as_bytes());
        assert_eq!(import["counts"], json!({"read": 2, "created": 1, "updated": 1, "unchanged": 0, "skipped": 0, "failed": 0}), "{import}");
        let now = owner.get(&format!("/customers/{}", made.id())).is(200).json();
        assert_eq!(now["given_name"], "Ali");
        assert_eq!(now["contact_points"].as_array().unwrap().len(), 2, "the telephone stays: {now}");
        let again = done(app, json!({"mode": "upsert", "match_on": "email", "mapping": {"E-mail": "contact_points[email]"}}), file.as_bytes());
        assert_eq!(again["counts"]["unchanged"], 2, "{again}");
        let other = owner.with("Skip-Duplicate-Check", "true").post("/customers", json!({"kind": "person", "family_name": "Twin", "contact_points": [{"kind": "email", "value": "ali@example.ir"}]})).is(201);
        let twins = done(app, json!({"mode": "update", "match_on": "email", "mapping": {"E-mail": "contact_points[email]"}}), file.as_bytes());
        assert_eq!(told(&owner, twins["id"].as_str().unwrap(), "failed")[0]["errors"][0]["code"], "ambiguous_match");
        assert_eq!(owner.get(&format!("/customers/{}", other.id())).is(200).json()["version"], 1);
    }

    fn a_dry_run_says_the_same_and_writes_nothing(app: &App) {
        let import = done(app, json!({"dry_run": true, "mapping": {"Mail": "contact_points[email]"}}), BAD.as_bytes());
        assert_eq!(import["counts"], json!({"read": 6, "created": 2, "updated": 0, "unchanged": 0, "skipped": 1, "failed": 3}));
        assert!(app.be(Who::Owner).all("/customers", &[]).is_empty());
    }

    fn attack_10_nothing_is_smuggled_into_another_unit(app: &App) {
        let (branch, owner) = (app.be(Who::Branch), app.people.users[&Who::Owner]);
        let unit = app.be(Who::Owner).get(&format!("/users/{owner}")).is(200).json()["works_in_id"].clone();
        let file = format!("family_name,owner_id,unit_id\nOne,{owner},\nTwo,,{}\nThree,,\n", unit.as_str().unwrap());
        let id = uploaded(&branch, json!({}), file.as_bytes());
        branch.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
        let import = ended(&branch, &id);
        assert_eq!((&import["counts"]["created"], &import["counts"]["failed"]), (&json!(1), &json!(2)), "{import}");
        let failed = told(&branch, &id, "failed");
        for row in &failed {
            assert_eq!(row["errors"][0]["code"], "forbidden_field", "{row}");
        }
        app.be(Who::Rival).get(&format!("/imports/{id}")).refuses(403, "forbidden");
        announce(&app.be(Who::Powerless), json!({})).refuses(403, "forbidden");
    }

    fn relationships_name_their_parties(app: &App) {
        let owner = app.be(Who::Owner);
        for name in ["Acme", "Daughter"] {
            owner.post("/customers", json!({"kind": "organization", "organization_name": name})).is(201);
        }
        let file = "account,subsidiary_of\nDaughter,Acme\nAcme,\nDaughter,Nobody\n";
        let more = json!({"object": "relationships", "defaults": {"kind": "subsidiary"}, "mapping": {"account": "from_id@name", "subsidiary_of": "to_id@name"}});
        let import = done(app, more, file.as_bytes());
        assert_eq!((&import["counts"]["created"], &import["counts"]["failed"]), (&json!(1), &json!(2)), "{import}");
        let failed = told(&owner, import["id"].as_str().unwrap(), "failed");
        assert_eq!(failed[0]["errors"][0]["code"], "required");
        assert_eq!((&failed[1]["errors"][0]["code"], &failed[1]["errors"][0]["column"]), (&json!("not_found"), &json!("subsidiary_of")));
    }
}
