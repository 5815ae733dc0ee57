//! Drill 4.18: an import whose server is killed at random rows does each row exactly once.
use super::{add_up, ended, uploaded};
use persistence::sql;
use serde_json::json;
use tests::{Who, both};

const ROWS: usize = 3000;

both! {
    fn each_row_is_done_exactly_once_whatever_is_killed(app: &App) {
        let owner = app.be(Who::Owner);
        let file: String = (0..ROWS).map(|n| format!("Name{n},{}\n", if n % 10 == 0 { "nowhere" } else { "" })).collect();
        let file = format!("family_name,lifecycle_stage\n{file}");
        let id = uploaded(&owner, json!({}), file.as_bytes());
        owner.send("POST", &format!("/imports/{id}/start"), "", b"").is(202);
        app.node().kill();
        // A node that is killed keeps its lease; the next one takes the job when that has run out.
        for round in 1_usize..=4 {
            app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'import_rows' AND state = 'running'")));
            let node = app.another(&[]);
            let client = owner.at(node.address());
            loop {
                let import = client.get(&format!("/imports/{id}")).is(200).json();
                let read = app.rows(sql!("SELECT COUNT(*) FROM import_rows"), |row| row.integer(0))[0];
                if import["state"] != "running" || read as usize > round * ROWS / 6 {
                    break;
                }
                std::thread::yield_now();
            }
            node.kill();
        }
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'import_rows' AND state = 'running'")));
        let node = app.another(&[]);
        let client = owner.at(node.address());
        let import = ended(&client, &id);
        assert_eq!(import["counts"], json!({"read": ROWS, "created": ROWS - 300, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 300}), "{import}");
        add_up(&import);
        let mut names: Vec<String> = client.all("/customers", &[("fields", "family_name")]).iter().map(|c| c["family_name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names.len(), ROWS - 300);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ROWS - 300, "none twice");
    }
}
