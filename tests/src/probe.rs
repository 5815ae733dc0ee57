//! A request for any operation of the contract, complete enough that only permission stands in its way; and a digest of the database,
//! to show that a refused one left nothing behind.
use crate::answer::Answer;
use crate::app::App;
use crate::client::{Client, encode, with_query};
use crate::contract::Operation;
use crate::engine::Engine;
use crate::records;
use persistence::core::sql::Sql;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

/// What anyone who has signed in may do, because it is about themselves alone. Some of it would end the session of who tries it.
pub const ONES_OWN: [&str; 11] = [
    "changePassword",
    "confirmTotp",
    "enrollTotp",
    "getMe",
    "getObject",
    "listEvents",
    "listObjects",
    "listSessions",
    "logoutUser",
    "removeTotp",
    "revokeSession",
];

/// The operation's address with values for what stands in braces; `id` for `{id}`, the others by their names. What its query must have is in it.
pub fn address(operation: &Operation<'_>, id: &str, others: &[(&str, &str)]) -> String {
    let mut address = operation.path.replace("{id}", id);
    for (name, value) in others {
        address = address.replace(&format!("{{{name}}}"), &encode(value));
    }
    // What nobody gave a value for names nothing.
    while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
        address.replace_range(from..=to, "nothing");
    }
    with_query(&address, &operation.needed_query())
}

/// Calls the operation at an address, with the example of its body and the headers it asks for.
#[track_caller]
pub fn call(client: &Client<'_>, operation: &Operation<'_>, address: &str) -> Answer {
    let mut client = client.clone();
    let headers = operation.parameters("header");
    if headers.contains(&"If-Match") {
        client = client.with("If-Match", "*");
    } else if headers.contains(&"If-None-Match") && operation.method == "PUT" {
        client = client.with("If-None-Match", "*");
    }
    if headers.contains(&"Idempotency-Key") {
        client = client.with("Idempotency-Key", format!("probe-{}", records::fresh()));
    }
    match operation.body() {
        Some((kind, example)) => client.send(operation.method, address, kind, example.to_string().as_bytes()),
        None if operation.method == "POST" => client.send("POST", address, "", b""),
        None => client.call(operation.method, address),
    }
}

/// What may change without anybody's doing: a refusal itself is noted; recurring work goes on, and says where it is.
const BESIDE: [(&str, &str); 6] = [
    ("changes", " WHERE t.op <> 'denied'"),
    ("jobs", " WHERE t.key <> 'recurring'"),
    ("change_seals", " WHERE FALSE"),
    ("settings", " WHERE FALSE"),
    ("sign_in_failures", " WHERE FALSE"),
    ("__diesel_schema_migrations", " WHERE FALSE"),
];

/// Waits until nothing that was asked for before is still to be done in the background, ten seconds at most: a lost password leaves a mail
/// to be sent, and a profile of quality has scores follow it after a moment.
fn settle(app: &App) {
    let soon = domain::core::instant::Instant::new(chrono::Utc::now()).after(chrono::TimeDelta::seconds(4));
    let due = Sql::new("SELECT COUNT(*) FROM jobs WHERE key <> 'recurring' AND (state = 'running' OR state = 'queued' AND run_at <= ")
        .bind(soon)
        .text(")");
    let patience = Instant::now() + Duration::from_secs(10);
    while app.rows(due.clone(), |row| row.integer(0)) != [0] && Instant::now() < patience {
        std::thread::yield_now();
    }
}

/// What the database holds, every row of every table: equal before and after what had no effect.
pub fn digest(app: &App) -> BTreeMap<String, (usize, u64)> {
    settle(app);
    let of = |table: &String| {
        let which = BESIDE.iter().find(|(name, _)| name == table).map_or("", |(_, which)| which);
        let row = whole_row(app, table);
        let rows = app.rows(Sql::new(format!("SELECT {row} FROM {table} AS t{which} ORDER BY 1")), |row| {
            row.text(0)
        });
        let mut hasher = DefaultHasher::new();
        rows.hash(&mut hasher);
        (table.clone(), (rows.len(), hasher.finish()))
    };
    tables(app).iter().map(of).collect()
}

/// The tables, without those in which SQLite keeps a text index.
fn tables(app: &App) -> Vec<String> {
    let all = match app.engine {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%_search%' AND name NOT LIKE 'sqlite%'",
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        }
    };
    app.rows(Sql::new(all), |row| Ok(row.text(0)?.unwrap_or_default()))
}

/// A whole row as one text.
fn whole_row(app: &App, table: &str) -> String {
    match app.engine {
        Engine::Postgres => "CAST(t AS TEXT)".to_owned(),
        Engine::Sqlite => {
            let columns = Sql::new(format!("SELECT name FROM pragma_table_info('{table}')"));
            let quoted = |name: Option<String>| format!("quote(t.{})", name.unwrap_or_default());
            let all: Vec<String> = app.rows(columns, |row| row.text(0)).into_iter().map(quoted).collect();
            all.join(" || '|' || ")
        }
    }
}
