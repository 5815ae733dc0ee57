//! The schema of a database, to compare one with another.
use crate::engine::Engine;
use persistence::core::database::connect;
use persistence::core::sql::Sql;

/// Every table, column, index and trigger as the database itself tells them, with the migrations that have run.
pub fn dump(engine: Engine, address: &str) -> Vec<String> {
    let statements = match engine {
        Engine::Sqlite => vec![
            "SELECT type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY 1",
            "SELECT version FROM __diesel_schema_migrations ORDER BY 1",
        ],
        Engine::Postgres => vec![
            "SELECT CONCAT_WS(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY 1",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "SELECT CONCAT_WS(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT CAST(version AS TEXT) FROM __diesel_schema_migrations ORDER BY 1",
        ],
    };
    let mut conn = connect(&address.parse().unwrap()).expect("the database");
    let mut all = Vec::new();
    for statement in statements {
        let read = |row: &dyn persistence::core::cell::Cells| {
            all.push(row.text(0)?.unwrap_or_default());
            Ok(())
        };
        conn.rows(&Sql::new(statement), read).expect("a schema that can be read");
    }
    all
}

/// Runs a statement on a database.
pub fn run(address: &str, statement: &str) {
    let mut conn = connect(&address.parse().unwrap()).expect("the database");
    conn.batch(statement).expect("a statement that runs");
}
