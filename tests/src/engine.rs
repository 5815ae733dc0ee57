//! The two databases, and copies of one of their databases.
use persistence::core::database::Address;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Its name, as in the names of tests.
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }
}

/// The address of the PostgreSQL cluster that the tests may make databases in. Nothing is green because it was skipped: where there is
/// none, the tests that need one fail.
pub fn cluster() -> String {
    std::env::var("PEYVAND_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("PEYVAND_TEST_POSTGRES is not set. Run scripts/test, or: scripts/with-postgres cargo nextest run -p peyvand-tests")
    })
}

/// Runs statements on a PostgreSQL database, each in a transaction of its own.
pub fn administer(url: &str, statements: &[String]) {
    use diesel::connection::{Connection, SimpleConnection};
    let mut conn = diesel::PgConnection::establish(url).unwrap();
    for statement in statements {
        conn.batch_execute(statement).unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
}

/// Whether the cluster has a database of this name.
pub fn has_database(name: &str) -> bool {
    use diesel::connection::Connection;
    use diesel::{QueryableByName, RunQueryDsl, sql_types};
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = sql_types::BigInt)]
        n: i64,
    }
    let mut conn = diesel::PgConnection::establish(&cluster()).unwrap();
    let found: Found = diesel::sql_query("SELECT count(*) AS n FROM pg_database WHERE datname = $1")
        .bind::<sql_types::Text, _>(name)
        .get_result(&mut conn)
        .unwrap();
    found.n > 0
}

/// The address of a database of the cluster.
pub fn in_cluster(name: &str) -> String {
    let url = cluster();
    let (before, after) = match url.split_once('?') {
        Some((before, after)) => (before, format!("?{after}")),
        None => (url.as_str(), String::new()),
    };
    let (server, _) = before.rsplit_once('/').unwrap();
    format!("{server}/{name}{after}")
}

/// A database of one test, gone when this is dropped.
#[derive(Debug)]
pub enum Copy {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Copy {
    /// Copies a template: a file, or the database of this name.
    pub fn of_file(template: &Path, folder: &Path) -> Copy {
        let path = folder.join("peyvand.db");
        std::fs::copy(template, &path).unwrap();
        Copy::Sqlite(path)
    }
    /// Copies the database of this name.
    pub fn of_database(template: &str) -> Copy {
        let name = format!("peyvand_{}", Uuid::now_v7().simple());
        administer(
            &cluster(),
            &[format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY = file_copy")],
        );
        Copy::Postgres(name)
    }
    /// An empty database: a file that is not there yet, or a new one of the cluster.
    pub fn empty(engine: Engine, folder: &Path) -> Copy {
        let name = format!("peyvand_{}", Uuid::now_v7().simple());
        match engine {
            Engine::Sqlite => Copy::Sqlite(folder.join(format!("{name}.db"))),
            Engine::Postgres => {
                administer(&cluster(), &[format!("CREATE DATABASE {name}")]);
                Copy::Postgres(name)
            }
        }
    }
    /// As the program takes it.
    pub fn address(&self) -> String {
        match self {
            Copy::Sqlite(path) => format!("sqlite:{}", path.display()),
            Copy::Postgres(name) => in_cluster(name),
        }
    }
    /// As persistence takes it.
    pub fn parsed(&self) -> Address {
        self.address().parse().unwrap()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Copy::Postgres(name) = self
            && !std::thread::panicking()
        {
            administer(&cluster(), &[format!("DROP DATABASE {name} WITH (FORCE)")]);
        }
    }
}
