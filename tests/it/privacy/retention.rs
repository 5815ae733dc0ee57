//! Rules of retention: what they do, what is stronger than they are, and that a run which is cut off does each record once.
use super::sara;
use crate::documents::{filled, stored};
use persistence::sql;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{App, Client, Who, both};

/// Makes all records of an object so many days old.
fn age(app: &App, object: &'static str, days: i64) {
    let then = domain::core::instant::Instant::new(chrono::Utc::now()).after(-chrono::TimeDelta::days(days));
    let set = persistence::core::sql::Sql::new(format!("UPDATE {object} SET created_at = ")).bind(then);
    app.write(move |conn| conn.execute(&set));
}

fn rule(client: &Client<'_>, body: Value) -> String {
    let mut all = json!({"name": "Old ones", "date_field": "created_at", "age_days": 365, "active": true});
    for (name, value) in body.as_object().unwrap() {
        all[name] = value.clone();
    }
    format!("/retention-rules/{}", client.post("/retention-rules", all).is(201).id())
}

/// The runs of a rule, once the latest of them is over; `n` of them.
fn ran(client: &Client<'_>, rule: &str, n: usize) -> Vec<Value> {
    let filter = format!("rule_id = \"{}\"", rule.rsplit('/').next().unwrap());
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let runs = client
            .list("/retention-runs", &[("filter", &filter), ("sort", "created_at")])
            .is(200)
            .data();
        if runs.len() == n && runs.iter().all(|run| run["state"] != "running") {
            return runs;
        }
        assert!(Instant::now() < end, "{runs:?}");
        std::thread::yield_now();
    }
}

fn run(client: &Client<'_>, rule: &str) {
    let begun = client.call("POST", &format!("{rule}/run")).is(202);
    assert_eq!(
        begun.header("location"),
        format!("/api/v1/jobs/{}", begun.json()["job_id"].as_str().unwrap())
    );
}

both! {
    fn what_is_held_or_retained_stays_and_the_run_says_so(app: &App) {
        let owner = app.be(Who::Owner);
        let make = |name: &str, more: Value| {
            let document = filled(&owner, name, "text/plain", name.as_bytes());
            owner.patch(&document, "*", more).is(200);
            document
        };
        let gone = make("gone", json!({"tags": ["offer"]}));
        let held = make("held", json!({"tags": ["offer"], "legal_hold": true}));
        let retained = make("retained", json!({"tags": ["offer"], "retention_until": "2999-01-01"}));
        let other = make("other", json!({"tags": ["contract"]}));
        age(app, "documents", 400);
        let young = make("young", json!({"tags": ["offer"]}));
        let rule = rule(&owner, json!({"object": "documents", "action": "erase", "condition": "tags : \"offer\"", "active": false}));
        let preview = owner.get(&format!("{rule}/preview")).is(200).json();
        assert_eq!((&preview["count"], &preview["count_capped"]), (&json!(3), &json!(false)), "{preview}");
        assert_eq!(preview["records"][0]["name"], "gone");
        owner.call("POST", &format!("{rule}/run")).refuses(409, "retention_rule_inactive");
        assert_eq!(stored(app).len(), 5);
        owner.patch(&rule, "*", json!({"active": true})).is(200);
        run(&owner, &rule);
        let told = ran(&owner, &rule, 1).remove(0);
        let id = |address: &str| address.rsplit('/').next().unwrap().to_owned();
        assert_eq!((&told["state"], &told["applied"], &told["skipped"]), (&json!("done"), &json!(1), &json!(2)), "{told}");
        let skips = json!([{"code": "document_held", "count": 1, "record_ids": [id(&held)]}, {"code": "document_retained", "count": 1, "record_ids": [id(&retained)]}]);
        assert_eq!(told["skips"], skips);
        assert!(!told["ended_at"].is_null());
        owner.get(&gone).refuses(404, "not_found");
        for left in [&held, &retained, &other, &young] {
            owner.get(left).is(200);
        }
        assert_eq!(stored(app).len(), 4, "its content is gone with it");
        // For good: it is not in the trash either, and the change log says that the server did it.
        assert!(owner.list("/documents", &[("include_deleted", "true")]).is(200).data().iter().all(|d| d["name"] != "gone"));
        let op = app.rows(sql!("SELECT op FROM changes WHERE object = 'documents' AND record_id = ? ORDER BY seq DESC LIMIT 1", uuid::Uuid::try_parse(&id(&gone)).unwrap()), |row| row.text(0));
        assert_eq!(op, [Some("deleted".to_owned())]);
        // The next run finds nothing more to do.
        run(&owner, &rule);
        assert_eq!(ran(&owner, &rule, 2)[1]["applied"], 0);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn the_daily_job_anonymizes_customers_by_the_machinery_of_erasure(app: &App) {
        let owner = app.be(Who::Owner);
        let (gone, held) = (sara(&owner, "sara@yazd.example"), sara(&owner, "other@yazd.example"));
        let document = filled(&owner, "proof.txt", "text/plain", b"text");
        owner.patch(&document, "*", json!({"customer_id": held, "legal_hold": true})).is(200);
        age(app, "customers", 800);
        let young = sara(&owner, "young@yazd.example");
        let rule = rule(&owner, json!({"object": "customers", "action": "anonymize", "age_days": 730, "name": "Two years"}));
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'daily_retention' AND state = 'queued'")));
        let told = ran(&owner, &rule, 1).remove(0);
        assert_eq!((&told["applied"], &told["skips"]), (&json!(1), &json!([{"code": "erasure_held", "count": 1, "record_ids": [held]}])), "{told}");
        let name = |id: &str| owner.get(&format!("/customers/{id}")).is(200).json()["display_name"].clone();
        assert_eq!(name(&gone), "—");
        assert!(name(&held) != "—" && name(&young) != "—");
        let erasures = owner.get("/erasures").is(200).data();
        assert_eq!((erasures.len(), &erasures[0]["customer_id"], &erasures[0]["reason"]), (1, &json!(gone), &json!("Retention rule: Two years")));
        // Who was erased is not due once more.
        assert_eq!(owner.get(&format!("{rule}/preview")).is(200).json()["count"], 1);
    }

    fn a_rule_fits_its_object_and_its_maker(app: &App) {
        let owner = app.be(Who::Owner);
        let refused = |body: Value, pointer: &str, code: &str| {
            let mut all = json!({"name": "x", "object": "tasks", "date_field": "created_at", "age_days": 30, "action": "trash"});
            for (name, value) in body.as_object().unwrap() {
                all[name] = value.clone();
            }
            owner.post("/retention-rules", all).refuses(422, "invalid").blames(pointer, code);
        };
        refused(json!({"object": "users"}), "/object", "not_allowed");
        refused(json!({"action": "anonymize"}), "/action", "not_allowed");
        refused(json!({"object": "customers", "action": "erase"}), "/action", "not_allowed");
        refused(json!({"age_days": 0}), "/age_days", "out_of_range");
        refused(json!({"age_days": 40_000}), "/age_days", "out_of_range");
        refused(json!({"condition": "title ="}), "/condition", "syntax");
        refused(json!({"condition": "no_such = 1"}), "/condition", "unknown_field");
        refused(json!({"date_field": "no_such"}), "/date_field", "unknown_field");
        refused(json!({"date_field": "id"}), "/date_field", "wrong_type");
        let fine = json!({"name": "x", "object": "tasks", "date_field": "created_at", "age_days": 30, "action": "trash"});
        app.be(Who::Seller).post("/retention-rules", fine.clone()).refuses(403, "forbidden");
        // Who heads a branch may do everything there, and so not make the server delete elsewhere.
        app.be(Who::Branch).post("/retention-rules", fine.clone()).refuses(422, "invalid").blames("/action", "forbidden_field");
        let rule = format!("/retention-rules/{}", owner.post("/retention-rules", fine).is(201).id());
        for who in [Who::Seller, Who::Powerless] {
            app.be(who).get(&format!("{rule}/preview")).refuses(403, "forbidden");
            app.be(who).call("POST", &format!("{rule}/run")).refuses(403, "forbidden");
        }
        app.be(Who::Branch).get(&format!("{rule}/preview")).refuses(404, "not_found");
    }

    /// A run whose server is killed goes on where it was: each record once.
    fn a_run_that_is_cut_off_does_each_record_once(app: &App) {
        const TASKS: usize = 600;
        let owner = app.be(Who::Owner);
        let file = format!("title\n{}", (0..TASKS).map(|n| format!("Task {n}\n")).collect::<String>());
        let id = crate::imports::uploaded(&owner, json!({"object": "tasks"}), file.as_bytes());
        owner.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
        assert_eq!(crate::imports::ended(&owner, &id)["counts"]["created"], TASKS);
        age(app, "tasks", 400);
        let rule = rule(&owner, json!({"object": "tasks", "action": "trash"}));
        run(&owner, &rule);
        let trashed = || app.rows(sql!("SELECT COUNT(*) FROM tasks WHERE deleted_at IS NOT NULL"), |row| row.integer(0))[0];
        while trashed() < 100 {
            std::thread::yield_now();
        }
        app.node().kill();
        let done = trashed();
        assert!(done < TASKS as i64, "it was over before the server was killed");
        // A node that is killed keeps its lease, and the next one takes the job when that has run out: here, at once.
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE state = 'running'")));
        let next = app.another(&[]);
        let told = ran(&owner.at(next.address()), &rule, 1).remove(0);
        assert_eq!((&told["state"], &told["applied"], &told["skipped"]), (&json!("done"), &json!(TASKS), &json!(0)), "{told}");
        assert_eq!(trashed(), TASKS as i64);
        let twice = app.rows(sql!("SELECT COUNT(*) FROM changes WHERE object = 'tasks' AND op = 'deleted'"), |row| row.integer(0));
        assert_eq!(twice, [TASKS as i64], "each once");
    }

    /// Somebody who was erased came back.
    fn what_an_erasure_blocks_is_lifted_one_by_one(app: &App) {
        let owner = app.be(Who::Owner);
        let id = sara(&owner, "sara@yazd.example");
        let erasure = owner.post("/erasures", json!({"customer_id": id, "reason": "Request 1"})).is(201).id();
        let again = json!({"kind": "person", "family_name": "کریمی", "contact_points": [{"kind": "email", "value": "sara@yazd.example"}]});
        owner.post("/customers", again.clone()).refuses(409, "identifier_erased");
        let lift = |value: &str| json!({"kind": "email", "value": value, "reason": "They ordered again"});
        app.be(Who::Seller).post("/erasure-lifts", lift("sara@yazd.example")).refuses(403, "forbidden");
        owner.post("/erasure-lifts", lift("nobody@yazd.example")).refuses(422, "invalid").blames("/value", "not_found");
        owner.post("/erasure-lifts", lift("no address")).refuses(422, "invalid").blames("/value", "format");
        owner.post("/erasure-lifts", json!({"kind": "email", "reason": "x"})).refuses(422, "invalid").blames("/value", "required");
        owner.post("/erasure-lifts", json!({"value": "a@b.example", "reason": "x"})).refuses(422, "invalid").blames("/kind", "required");
        // Who heads a branch may lift, but not what they may not see.
        app.be(Who::Branch).post("/erasure-lifts", lift("sara@yazd.example")).refuses(422, "invalid").blames("/value", "not_found");
        // Another spelling of the same address.
        let lifted = owner.post("/erasure-lifts", lift("SARA@YAZD.example")).is(201);
        assert_eq!((&lifted.json()["erasure_id"], &lifted.json()["kind"]), (&json!(erasure), &json!("email")));
        assert!(!lifted.text().to_lowercase().contains("sara@"));
        owner.post("/erasure-lifts", lift("sara@yazd.example")).refuses(422, "invalid").blames("/value", "not_found");
        owner.post("/customers", again).is(201);
        // What was erased stays so, and their telephone is still blocked.
        assert_eq!(owner.get(&format!("/customers/{id}")).is(200).json()["display_name"], "—");
        let phone = json!({"kind": "person", "family_name": "دیگر", "contact_points": [{"kind": "mobile", "value": "09121234567"}]});
        owner.post("/customers", phone).refuses(409, "identifier_erased");
        let audit = app.rows(sql!("SELECT changed FROM changes WHERE object = 'erasure_lifts' AND op = 'created'"), |row| row.text(0));
        assert_eq!(audit.len(), 1);
        assert!(!audit[0].as_deref().unwrap_or_default().contains("yazd"));
    }
}
