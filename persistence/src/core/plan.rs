//! How SQLite goes about a statement, for tests that hold a statement to its index.
#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::database::Database;
use super::sql::Sql;

/// Fails unless the statement is one walk through this index, on a new database.
pub async fn takes(sql: Sql, index: &str) {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::open(&format!("sqlite:{}/db", folder.path().display()).parse().unwrap(), 1).unwrap();
    let sql = Sql::new("EXPLAIN QUERY PLAN ").and(sql);
    let plan = db.write(move |conn| {
        let mut plan = Vec::new();
        conn.rows(&sql, |row| {
            plan.extend(row.text(3)?);
            Ok(())
        })?;
        Ok(plan)
    });
    let plan = plan.await.unwrap();
    assert!(plan.len() == 1 && plan[0].contains(&format!("USING INDEX {index} (")), "{plan:?}");
}
