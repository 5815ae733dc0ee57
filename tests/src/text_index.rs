//! Whether the text indexes of SQLite agree with the rows.
use persistence::core::text_index::entries;
use rusqlite::Connection;

/// The text indexes of a database hold what others made anew from the rows would hold.
///
/// # Panics
/// Where one does not.
pub fn agrees(conn: &Connection) {
    // Nobody writes between an index and its rows.
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut all = conn
        .prepare(
            "SELECT substr(name, 1, length(name) - length('_search')), sql FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'",
        )
        .unwrap();
    let all = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let all: Vec<(String, String)> = all.map(Result::unwrap).collect();
    assert!(all.len() > 30, "only {} text indexes", all.len());
    all.iter().for_each(|(object, made)| agrees_on(conn, object, made));
    conn.execute_batch("ROLLBACK").unwrap();
}

fn agrees_on(conn: &Connection, object: &str, made: &str) {
    let index = format!("{object}_search");
    let check = format!("INSERT INTO {index} ({index}) VALUES ('integrity-check')");
    conn.execute(&check, []).unwrap();
    let anew = made.replacen(&index, "temp.anew", 1);
    conn.execute_batch(&anew).unwrap();
    let mut rows = conn
        .prepare(&format!("SELECT rowid, search FROM {object} ORDER BY rowid DESC"))
        .unwrap();
    let rows = rows
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .unwrap();
    for (row, text) in rows.map(Result::unwrap) {
        let entry = (-row, entries(&text));
        conn.execute("INSERT INTO temp.anew (rowid, search) VALUES (?1, ?2)", entry)
            .unwrap();
    }
    let words = format!(
        "CREATE VIRTUAL TABLE temp.kept_words USING fts5vocab ('main', '{index}', 'instance'); \
         CREATE VIRTUAL TABLE temp.new_words USING fts5vocab ('temp', 'anew', 'instance')"
    );
    conn.execute_batch(&words).unwrap();
    for (one, other) in [("kept_words", "new_words"), ("new_words", "kept_words")] {
        let sql = format!("SELECT count(*) FROM (SELECT term, doc FROM temp.{one} EXCEPT SELECT term, doc FROM temp.{other})");
        let differ: i64 = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(differ, 0, "the text index of {object} and its rows differ: {one}");
    }
    conn.execute_batch("DROP TABLE temp.kept_words; DROP TABLE temp.new_words; DROP TABLE temp.anew")
        .unwrap();
}
