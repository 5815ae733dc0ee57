//! The text indexes of SQLite, made anew for a database that an older program has filled.
use rusqlite::Connection;
use serde_json::json;
use tests::engine::{Copy, Engine};
use tests::{App, Who, binary, schema, text_index};

const VERSION: &str = "20260102000500";
const BACK: &str = include_str!("../../../migrations/sqlite/20260102000500_text_index/down.sql");

#[test]
fn indexes_of_an_older_program_are_made_anew() {
    let app = App::sqlite();
    let owner = app.be(Who::Owner);
    let made = |name: &str| {
        owner
            .post("/customers", json!({"kind": "organization", "organization_name": name}))
            .is(201)
            .id()
    };
    let (first, second) = (made("شرکت پارس 9123456789"), made("Parsian 02188001234"));
    made("Tehran Paper 12");
    owner
        .patch(
            &format!("/customers/{first}"),
            "*",
            json!({"organization_name": "شرکت پارس 7776665554"}),
        )
        .is(200);
    owner.delete(&format!("/customers/{second}"), "*").is(204);
    let older = Copy::empty(Engine::Sqlite, app.data());
    let path = older.address()["sqlite:".len()..].to_owned();
    let running = Connection::open(&app.database()["sqlite:".len()..]).unwrap();
    running.backup("main", &path, None).unwrap();
    let wanted = schema::dump(Engine::Sqlite, &older.address());
    let conn = Connection::open(&path).unwrap();
    text_index::agrees(&conn);
    conn.execute_batch(BACK).unwrap();
    let forgotten = conn.execute("DELETE FROM __diesel_schema_migrations WHERE version = ?1", [VERSION]);
    assert_eq!(forgotten.unwrap(), 1);
    assert_ne!(schema::dump(Engine::Sqlite, &older.address()), wanted);
    binary::run(&["migrate", "--database", &older.address()]);
    assert_eq!(schema::dump(Engine::Sqlite, &older.address()), wanted);
    text_index::agrees(&Connection::open(&path).unwrap());
}
