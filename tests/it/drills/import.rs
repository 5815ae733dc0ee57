//! 4.18: an import whose server is killed (SIGKILL) at random rows, or asked to stop at one (4.30), does each row exactly once.
use super::{any_below, rounds};
use crate::imports::{add_up, ended, told, until, uploaded};
use persistence::sql;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::node::Node;
use tests::{App, Client, Who, both};

/// Rows for each time that the server ends: more than it does in a moment.
pub const EACH: usize = 600;
/// Of so many rows one is wrong.
const WRONG: usize = 10;

/// Uploads and starts an import of so many rows: its id. The name of a row is its number, so that one that is done twice shows.
fn started(owner: &Client<'_>, rows: usize) -> String {
    let row = |n| format!("Name{n},{}\n", if n % WRONG == 0 { "nowhere" } else { "" });
    let file = format!("family_name,lifecycle_stage\n{}", (0..rows).map(row).collect::<String>());
    let id = uploaded(owner, json!({}), file.as_bytes());
    owner.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
    id
}

/// What is interrupted: how far it is, by the ledger, and whether it goes on.
pub struct Work {
    pub path: &'static str,
    pub done: fn(&App) -> i64,
    pub goes_on: fn(&Value) -> bool,
}

const TAKING_IN: Work = Work {
    path: "/imports",
    done: |app| app.rows(sql!("SELECT COUNT(*) FROM work_rows"), |row| row.integer(0))[0],
    goes_on: |import| import["state"] == "running",
};
const TAKING_BACK: Work = Work {
    path: "/imports",
    done: |app| app.rows(sql!("SELECT COUNT(*) FROM work_rows WHERE undo IS NOT NULL"), |row| row.integer(0))[0],
    goes_on: |import| import["undo"]["done"] != json!(true),
};

/// Ends the server at random rows, again and again, and leaves one running. How many times it ended before the work did.
pub fn end_again_and_again(
    app: &App,
    mut node: Option<Node>,
    id: &str,
    work: &Work,
    times: usize,
    end: impl Fn(&Node),
) -> (Option<Node>, usize) {
    for ends in 0..times {
        let running = node.as_ref().unwrap_or(app.node());
        let enough = (work.done)(app) + 1 + any_below(EACH as u64) as i64;
        let client = app.be(Who::Owner).at(running.address());
        while (work.done)(app) < enough {
            if !(work.goes_on)(&client.get(&format!("{}/{id}", work.path)).is(200).json()) {
                return (node, ends);
            }
            std::thread::yield_now();
        }
        end(running);
        eprintln!("end {}: after {} rows", ends + 1, (work.done)(app));
        node = Some(app.another(&[]));
    }
    (node, times)
}

/// Takes a file in and back again while the server ends, `times` each.
fn interrupted(app: &App, times: usize, end: impl Fn(&Node)) {
    let rows = EACH * times;
    let id = started(&app.be(Who::Owner), rows);
    let (node, ends) = end_again_and_again(app, None, &id, &TAKING_IN, times, &end);
    assert!(2 * ends >= times, "it ended {ends} times only");
    exactly_once(app, node.as_ref().unwrap(), &id, rows);
    let client = app.be(Who::Owner).at(node.as_ref().unwrap().address());
    client.send("POST", &format!("/imports/{id}/undo"), "", b"").is(202);
    let (node, ends) = end_again_and_again(app, node, &id, &TAKING_BACK, times, &end);
    assert!(2 * ends >= times, "it ended {ends} times only");
    let client = app.be(Who::Owner).at(node.as_ref().unwrap().address());
    let after = until(&client, &id, |import| import["undo"]["done"] == json!(true));
    assert_eq!(
        after["undo"],
        json!({"done": true, "deleted": rows - rows / WRONG, "restored": 0, "conflicts": 0})
    );
    assert!(client.all("/customers", &[]).is_empty());
    tests::binary::run(&["audit", "verify", "--database", &app.database()]);
}

/// Counts, ledger, records and results agree, and each row is there once.
fn exactly_once(app: &App, node: &Node, id: &str, rows: usize) {
    let client = app.be(Who::Owner).at(node.address());
    let import = ended(&client, id);
    let (good, bad) = (rows - rows / WRONG, rows / WRONG);
    let counts = json!({"read": rows, "created": good, "updated": 0, "unchanged": 0, "skipped": 0, "failed": bad});
    assert_eq!((&import["state"], &import["counts"]), (&json!("done"), &counts), "{import}");
    add_up(&import);
    let names = |records: &[Value]| {
        records
            .iter()
            .map(|c| c["family_name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let wanted: BTreeSet<String> = (0..rows).filter(|n| n % WRONG > 0).map(|n| format!("Name{n}")).collect();
    let found = names(&client.all("/customers", &[("fields", "family_name")]));
    assert_eq!(found.len(), good, "none twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    let numbers = |status: &str| {
        told(&client, id, status)
            .iter()
            .map(|row| row["number"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let (succeeded, failed) = (numbers("succeeded"), numbers("failed"));
    assert_eq!((succeeded.len(), failed.len()), (good, bad), "the results tell of each row once");
    let each: BTreeSet<u64> = succeeded.into_iter().chain(failed).collect();
    assert_eq!(each, (1..=rows as u64).collect());
}

/// A node that is killed keeps its lease, and the next one takes the job when that has run out: here, at once.
pub fn expire_leases(app: &App) {
    app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE state = 'running'")));
}

both! {
    fn drill_4_18_an_import_killed_at_random_rows(app: &App) {
        interrupted(app, rounds(2, 20), |node| {
            node.kill();
            expire_leases(app);
        });
    }

    fn drill_4_30_an_import_goes_on_behind_a_graceful_stop(app: &App) {
        interrupted(app, rounds(2, 10), |node| {
            assert!(node.stop(), "the node did not end well");
            // Nobody has to wait for a lease of a server that went in peace.
            let left = app.rows(sql!("SELECT COUNT(*) FROM jobs WHERE state = 'running'"), |row| row.integer(0));
            assert_eq!(left, [0]);
        });
    }
}
