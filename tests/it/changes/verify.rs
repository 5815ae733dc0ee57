//! `peyvand audit verify`: it finds what was edited, cut or slipped in, and nothing else.
use super::person;
use domain::core::instant::Instant;
use persistence::core::seal;
use persistence::core::sql::Sql;
use persistence::sql;
use serde_json::json;
use tests::{App, Who, both};

/// Verifies, and what it says when it finds something.
fn verify(app: &App, more: &[&str]) -> Result<String, String> {
    let database = app.database();
    let mut action = vec!["audit", "verify", "--database", &database];
    action.extend(more);
    let out = tests::binary::command(&action).output().unwrap();
    match out.status.code() {
        Some(0) => Ok(String::from_utf8(out.stdout).unwrap()),
        Some(1) => Err(String::from_utf8(out.stderr).unwrap()),
        code => panic!("{code:?}"),
    }
}

fn numbers(app: &App, id: &str) -> Vec<i64> {
    let id: uuid::Uuid = id.parse().unwrap();
    app.rows(sql!("SELECT seq FROM changes WHERE record_id = ? ORDER BY version", id), |row| {
        row.integer(0)
    })
}
fn seal(app: &App) -> i64 {
    app.write(|conn| seal::seal(conn, Instant::new(chrono::Utc::now())))
}
fn run(app: &App, sql: Sql) {
    app.write(move |conn| conn.execute(&sql));
}

both! {
    fn an_entry_that_was_edited_or_cut_is_named(app: &App) {
        let owner = app.be(Who::Owner);
        let made = owner.post("/customers", person("Ones")).is(201);
        let address = format!("/customers/{}", made.id());
        owner.patch(&address, "\"1\"", json!({"city": "Yazd"})).is(200);
        owner.patch(&address, "\"2\"", json!({"city": "Qom"})).is(200);
        let single = owner.post("/customers", person("Single")).is(201);
        assert!(verify(app, &[]).unwrap().contains("All is as it was written"));
        let (entries, lone) = (numbers(app, &made.id()), numbers(app, &single.id())[0]);
        // An edit.
        let changed = app.rows(sql!("SELECT changed FROM changes WHERE seq = ?", entries[1]), |row| row.text(0))[0].clone().unwrap();
        run(app, sql!("UPDATE changes SET changed = ? WHERE seq = ?", changed.replace("Yazd", "Rome"), entries[1]));
        let said = verify(app, &[]).unwrap_err();
        assert!(said.contains(&format!("entry {} (customers {}) was edited", entries[1], made.id())), "{said}");
        run(app, sql!("UPDATE changes SET changed = ? WHERE seq = ?", changed, entries[1]));
        verify(app, &[]).unwrap();
        // Seals: nothing is cut without a trace, even a record's only entry together with the record.
        assert!(seal(app) > 0);
        assert_eq!(seal(app), 0);
        let said = verify(app, &[]).unwrap();
        let newest = said.split("The newest seal is ").nth(1).and_then(|s| s.split(". ").next()).unwrap().to_owned();
        assert!(newest.starts_with("1:"), "{said}");
        verify(app, &["--seal", &newest]).unwrap();
        let last = *entries.last().unwrap();
        // The last entry, cut: the row tells, and so does the seal.
        app.write(move |conn| conn.batch(&format!("CREATE TABLE kept AS SELECT * FROM changes WHERE seq IN ({last}, {lone}); DELETE FROM changes WHERE seq = {last}")));
        let said = verify(app, &[]).unwrap_err();
        assert!(said.contains(&format!("customers {} is of version 3; its last entry is of version 2", made.id())), "{said}");
        assert!(said.contains("seal 1: it covers"), "{said}");
        // Cut in the middle: what follows it tells.
        let restore = "OVERRIDING SYSTEM VALUE ";
        app.write(move |conn| {
            let restore = if conn.is_sqlite() { "" } else { restore };
            conn.batch(&format!("INSERT INTO changes {restore}SELECT * FROM kept WHERE seq = {last}"))
        });
        verify(app, &[]).unwrap();
        run(app, sql!("DELETE FROM changes WHERE seq = ?", entries[1]));
        let said = verify(app, &[]).unwrap_err();
        assert!(said.contains(&format!("entry {last} (customers {}): version 2 before it is missing", made.id())), "{said}");
        // All of a record, rows and entries.
        let id: uuid::Uuid = single.id().parse().unwrap();
        run(app, sql!("DELETE FROM changes WHERE seq = ?", lone));
        run(app, sql!("DELETE FROM customers WHERE id = ?", id));
        let said = verify(app, &[]).unwrap_err();
        assert!(said.contains("seal 1: it covers"), "{said}");
        // The seal itself, made to fit.
        run(app, sql!("DELETE FROM change_seals WHERE number = 1"));
        seal(app);
        let said = verify(app, &["--seal", &newest]).unwrap_err();
        assert!(said.contains("rewritten"), "{said}");
    }

    fn a_row_that_changed_beside_the_log_is_named(app: &App) {
        let owner = app.be(Who::Owner);
        let made = owner.post("/customers", person("Row")).is(201);
        let id: uuid::Uuid = made.id().parse().unwrap();
        run(app, sql!("UPDATE customers SET version = 7 WHERE id = ?", id));
        let said = verify(app, &[]).unwrap_err();
        assert!(said.contains(&format!("customers {id} is of version 7; its last entry is of version 1")), "{said}");
        run(app, sql!("UPDATE customers SET version = 1 WHERE id = ?", id));
        run(app, sql!("DELETE FROM changes WHERE record_id = ?", id));
        let said = verify(app, &[]).unwrap_err();
        assert!(said.contains(&format!("customers {id} has no entry at all")), "{said}");
    }
}
