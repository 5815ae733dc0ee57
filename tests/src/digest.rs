//! What a database holds, as text that can be compared: before and after something that is to leave no trace.
use crate::app::App;
use crate::engine::Engine;
use persistence::core::sql::Sql;
use persistence::sql;
use std::collections::BTreeMap;

/// The columns of each table, in order, each with whether it holds ids or other bytes.
pub fn columns(app: &App) -> BTreeMap<String, Vec<(String, bool)>> {
    let sql = match app.engine {
        Engine::Sqlite => sql!(
            "SELECT m.name, c.name, lower(c.type) FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' \
             AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name NOT LIKE '%\\_search%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY m.name, c.cid"
        ),
        Engine::Postgres => sql!(
            "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text) FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        ),
    };
    let text = |row: &dyn persistence::core::cell::Cells, i| Ok::<_, domain::core::error::Error>(row.text(i)?.unwrap_or_default());
    let mut all: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for (table, column, kind) in app.rows(sql, move |row| Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?))) {
        if !table.starts_with("__diesel") {
            all.entry(table)
                .or_default()
                .push((column, matches!(kind.as_str(), "blob" | "uuid")));
        }
    }
    all
}

/// Every row of every table as text, sorted, without the tables named, and without the columns named in any table.
pub fn of(app: &App, tables: &[&str], without: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in columns(app) {
        if tables.contains(&table.as_str()) {
            continue;
        }
        let names = columns
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !without.contains(&name.as_str()));
        let row = match app.engine {
            Engine::Sqlite => names.map(|n| format!("quote({n})")).collect::<Vec<_>>().join(" || ',' || "),
            Engine::Postgres => format!("CAST(ROW({}) AS text)", names.cloned().collect::<Vec<_>>().join(", ")),
        };
        let mut rows = app.rows(Sql::new(format!("SELECT {row} FROM {table}")), |row| {
            Ok(row.text(0)?.unwrap_or_default())
        });
        rows.sort_unstable();
        all.insert(table, rows);
    }
    all
}

/// Fails with the first rows in which two digests differ.
#[track_caller]
pub fn same(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) {
    for (table, rows) in before {
        let now = &after[table];
        let gone: Vec<&String> = rows.iter().filter(|r| !now.contains(r)).take(3).collect();
        let new: Vec<&String> = now.iter().filter(|r| !rows.contains(r)).take(3).collect();
        assert!(
            rows.len() == now.len() && gone.is_empty() && new.is_empty(),
            "{table} differs: gone {gone:#?}, new {new:#?}"
        );
    }
}
