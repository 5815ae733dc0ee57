//! A bulk action whose server is killed (SIGKILL) at random records does each exactly once, and so does its undo.
use super::import::{EACH, Work, end_again_and_again, expire_leases};
use super::rounds;
use crate::bulk::{ended, start, told, until};
use persistence::sql;
use serde_json::json;
use std::collections::BTreeSet;
use tests::{App, Who, both};

const CHANGING: Work = Work {
    path: "/bulk-actions",
    done: |app| {
        app.rows(
            sql!("SELECT COUNT(*) FROM work_rows w JOIN bulk_actions b ON b.id = w.work_id"),
            |row| row.integer(0),
        )[0]
    },
    goes_on: |action| action["state"] == "running",
};
const UNDOING: Work = Work {
    path: "/bulk-actions",
    done: |app| app.rows(sql!("SELECT COUNT(*) FROM work_rows WHERE undo IS NOT NULL"), |row| row.integer(0))[0],
    goes_on: |action| action["undo"]["done"] != json!(true),
};

/// Every customer has these tags and was written so many times.
fn each(app: &App, tags: &str, version: i64) {
    let wrong = app.rows(
        persistence::core::sql::Sql::new("SELECT COUNT(*) FROM customers WHERE version <> ")
            .bind(version)
            .text(" OR CAST(tags AS TEXT) <> ")
            .bind(tags),
        |row| row.integer(0),
    );
    assert_eq!(wrong, [0], "not all were done exactly once");
}

both! {
    fn drill_a_bulk_action_killed_at_random_records(app: &App) {
        let times = rounds(2, 10);
        let rows = EACH * times;
        let file: String = (0..rows).map(|n| format!("Name{n}\n")).collect();
        crate::imports::done(app, json!({}), format!("family_name\n{file}").as_bytes());
        let end = |node: &tests::node::Node| {
            node.kill();
            expire_leases(app);
        };
        let owner = app.be(Who::Owner);
        let id = start(&owner, json!({"condition": "family_name : \"Name\""}), json!({"tag": {"add": ["x"]}})).is(202).id();
        let (node, ends) = end_again_and_again(app, None, &id, &CHANGING, times, end);
        assert!(2 * ends >= times, "it ended {ends} times only");
        let client = owner.at(node.as_ref().unwrap().address());
        let action = ended(&client, &id);
        assert_eq!(action["counts"], json!({"tried": rows, "done": rows, "unchanged": 0, "skipped": 0, "failed": 0}), "{action}");
        each(app, "[\"x\"]", 2);
        let told: BTreeSet<String> = told(&client, &id, "done").iter().map(|r| r["record_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(told.len(), rows);
        client.act(&format!("/bulk-actions/{id}/undo"), "*").is(202);
        let (node, ends) = end_again_and_again(app, node, &id, &UNDOING, times, end);
        assert!(2 * ends >= times, "it ended {ends} times only");
        let client = owner.at(node.as_ref().unwrap().address());
        let after = until(&client, &id, |action| action["undo"]["done"] == json!(true));
        assert_eq!(after["undo"], json!({"done": true, "restored": rows, "conflicts": 0}));
        each(app, "[]", 3);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }
}
