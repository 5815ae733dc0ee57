//! The schema: equal on both databases, and with a place for every field.
use domain::core::field::Kind;
use persistence::sql;
use std::collections::{BTreeMap, BTreeSet};
use tests::App;
use tests::records::mounted;

/// Column by column: its type in the terms of both, and whether it can be null.
type Columns = BTreeMap<String, (&'static str, bool)>;

/// What a declared type is on both databases.
fn common(declared: &str) -> &'static str {
    match declared.to_ascii_lowercase().as_str() {
        "blob" | "uuid" | "bytea" => "bytes",
        "integer" | "bigint" | "timestamp with time zone" => "number",
        "text" | "jsonb" => "text",
        "boolean" => "boolean",
        "date" => "date",
        "double precision" | "real" => "float",
        other => panic!("a column is {other}: say in this test what that is on the other database"),
    }
}

fn schema(app: &App) -> BTreeMap<String, Columns> {
    let sql = match app.engine {
        tests::engine::Engine::Sqlite => sql!(
            "SELECT m.name, c.name, c.type, CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN 'YES' ELSE 'NO' END FROM sqlite_schema m \
             JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' \
             AND m.name NOT LIKE '%\\_search%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ),
        tests::engine::Engine::Postgres => sql!(
            "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text), CAST(is_nullable AS text) \
             FROM information_schema.columns WHERE table_schema = 'public'"
        ),
    };
    let text = |row: &dyn persistence::core::cell::Cells, i| Ok::<_, domain::core::error::Error>(row.text(i)?.unwrap_or_default());
    let mut all: BTreeMap<String, Columns> = BTreeMap::new();
    for (table, column, kind, null) in app.rows(sql, move |row| Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?))) {
        if !table.starts_with("__diesel") {
            all.entry(table).or_default().insert(column, (common(&kind), null == "YES"));
        }
    }
    all
}

/// The unique indexes, which are rules, by their names.
fn unique(app: &App) -> BTreeSet<String> {
    let sql = match app.engine {
        tests::engine::Engine::Sqlite => sql!("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%'"),
        tests::engine::Engine::Postgres => sql!(
            "SELECT CAST(indexname AS text) FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%' \
             AND indexname NOT LIKE '%_pkey'"
        ),
    };
    app.rows(sql, |row| Ok(row.text(0)?.unwrap_or_default())).into_iter().collect()
}

#[test]
fn both_databases_have_the_same_tables_columns_and_unique_indexes() {
    let (sqlite, postgres) = (App::sqlite(), App::postgres());
    let (a, b) = (schema(&sqlite), schema(&postgres));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (table, columns) in &a {
        assert_eq!(columns, &b[table], "{table}");
    }
    assert_eq!(unique(&sqlite), unique(&postgres));
}

tests::both! {
    fn every_field_has_a_column_of_its_kind(app: &App) {
        let schema = schema(app);
        for spec in mounted() {
            let columns = &schema[spec.object];
            for field in spec.fields.iter() {
                let (kind, null) = columns.get(field.name).unwrap_or_else(|| panic!("{} has no column {}", spec.object, field.name));
                let expected = match field.kind {
                    Kind::Reference(_) => "bytes",
                    Kind::Integer | Kind::Instant => "number",
                    Kind::Boolean => "boolean",
                    Kind::Date => "date",
                    _ => "text",
                };
                assert_eq!((*kind, *null), (expected, field.nullable), "{}.{}", spec.object, field.name);
            }
        }
    }
}

/// The embedded library is ours: of a version without the known faults, and planning a bound LIMIT once.
#[test]
fn sqlite_is_the_bundled_one_built_as_we_need_it() {
    let app = App::sqlite();
    let options = app.rows(sql!("SELECT compile_options FROM pragma_compile_options"), |row| {
        Ok(row.text(0)?.unwrap_or_default())
    });
    for needed in ["ENABLE_QPSG", "ENABLE_FTS5"] {
        assert!(options.iter().any(|o| o == needed), "SQLite is built without {needed}: {options:?}");
    }
    let version = app.rows(sql!("SELECT sqlite_version()"), |row| Ok(row.text(0)?.unwrap_or_default()));
    let numbers: Vec<u32> = version[0].split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers >= vec![3, 51, 3], "SQLite is {}", version[0]);
    let settings = "SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT foreign_keys FROM pragma_foreign_keys)";
    let found = app.rows(persistence::core::sql::Sql::new(settings), |row| {
        Ok((row.text(0)?, row.integer(1)?))
    });
    assert_eq!(found, [(Some("wal".to_owned()), 1)]);
}
