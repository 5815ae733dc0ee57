//! The server on PostgreSQL, measured beside the other and reported. The cluster is the one of `scripts/with-postgres`.
use crate::fill;
use crate::site::{Engine, Known, Site};
use diesel::connection::Connection;
use diesel::{QueryableByName, RunQueryDsl, sql_types};
use std::path::Path;
use tests::engine::{self, Copy};
use tests::template::Template;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Text)]
    value: String,
}

fn texts(url: &str, statement: &str) -> Vec<String> {
    let mut conn = diesel::PgConnection::establish(url).unwrap();
    let rows: Vec<Text> = diesel::sql_query(statement).load(&mut conn).unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

/// A server on a database that is filled now and dropped at the end.
pub fn site(kept: &Path, size: u64) -> Site {
    let template = Template::of(engine::Engine::Postgres);
    let folder = tempfile::Builder::new().prefix("site-").tempdir_in(kept).unwrap();
    let copy: Copy = template.copy(folder.path());
    let address = copy.address();
    eprintln!("filling {size} customers into PostgreSQL");
    fill::fill(&copy.parsed(), &template.people, 0, size, 2);
    engine::administer(&address, &["VACUUM ANALYZE".to_owned()]);
    // The cluster is thrown away as a whole, and the server still needs the database.
    std::mem::forget(copy);
    let data = texts(&address, "SELECT setting AS value FROM pg_settings WHERE name = 'data_directory'").remove(0);
    let first = std::fs::read_to_string(Path::new(&data).join("postmaster.pid")).unwrap();
    let cluster = first.lines().next().unwrap().trim().parse().unwrap();
    let known = Known::new(|statement| {
        let all = texts(
            &address,
            &format!("SELECT CAST(value AS text) AS value FROM ({statement}) found (value)"),
        );
        all.iter().map(|id| Uuid::parse_str(id).unwrap()).collect()
    });
    let (data, people) = (folder.path().to_path_buf(), template.people.clone());
    Site::postgres(&address, data, people, Engine::Cluster(cluster), &known, size, folder)
}
