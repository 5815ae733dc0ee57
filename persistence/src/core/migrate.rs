//! Migrations, embedded in the program: run at start, each in a transaction of its own, under a lock so that two nodes may start at
//! once. A database that a newer program has migrated is refused.
use super::conn::fault;
use super::database::Address;
use super::{postgres, sqlite};
use crate::core::conn::Conn;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use domain::core::error::{Error, Result};
use std::fs::File;

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");
/// Any number, the same in every node: what the advisory lock is named.
const LOCK: i64 = 0x7065_7976;

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the schema could not be brought up to date: {error}"))
}

/// Brings the schema up to date; how many migrations that took.
pub fn run(address: &Address) -> Result<usize> {
    match address {
        Address::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(|e| broken(format!("{}: {e}", folder.display())))?;
            }
            let lock = File::create(path.with_extension("lock")).map_err(broken)?;
            lock.lock().map_err(broken)?;
            match sqlite::connect(path)? {
                Conn::Sqlite(mut conn) => pending(&mut conn, SQLITE),
                Conn::Postgres(_) => Err(broken("a file is no server")),
            }
        }
        Address::Postgres(url) => {
            let mut conn = postgres::connect(url)?;
            let work = |sql: String| diesel::sql_query(sql);
            use diesel::RunQueryDsl;
            work(format!("SELECT pg_advisory_lock({LOCK})")).execute(&mut conn).map_err(fault)?;
            // The lock goes with the connection, also when a migration fails.
            usable(&mut conn)?;
            pending(&mut conn, POSTGRES)
        }
    }
}

fn pending<DB, C>(conn: &mut C, source: EmbeddedMigrations) -> Result<usize>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB> + diesel::Connection<Backend = DB> + 'static,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = MigrationSource::<DB>::migrations(&source).map_err(broken)?;
    let ours: Vec<MigrationVersion<'static>> = known.iter().map(|m| m.name().version().as_owned()).collect();
    let applied = conn.applied_migrations().map_err(broken)?;
    if let Some(newer) = applied.iter().find(|version| !ours.contains(version)) {
        return Err(broken(format!(
            "it holds migration {newer}, which this program does not know; start a newer one"
        )));
    }
    Ok(conn.run_pending_migrations(source).map_err(broken)?.len())
}

/// Refuses a database whose character type can't fold or split Persian.
fn usable(conn: &mut diesel::PgConnection) -> Result<()> {
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Trigrams {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        n: i32,
    }
    diesel::sql_query("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        .execute(conn)
        .map_err(fault)?;
    let found: Trigrams = diesel::sql_query("SELECT cardinality(show_trgm('سلام')) AS n")
        .get_result(conn)
        .map_err(fault)?;
    match found.n {
        0 => Err(broken(
            "its character type (LC_CTYPE) is C, which can't search Persian; create it with C.UTF-8 or another UTF-8 locale",
        )),
        _ => Ok(()),
    }
}
