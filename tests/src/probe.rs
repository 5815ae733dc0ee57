//! A request for any operation of the contract, complete enough that only permission stands in its way; and a digest of the database,
//! to show that a refused one left nothing behind.
use crate::answer::Answer;
use crate::app::App;
use crate::client::{Client, encode};
use crate::contract::Operation;
use crate::records;
use persistence::core::sql::Sql;
use std::collections::BTreeMap;

/// What anyone who has signed in may do, because it is about themselves alone. Some of it would end the session of who tries it.
pub const ONES_OWN: [&str; 10] = [
    "changePassword",
    "confirmTotp",
    "enrollTotp",
    "getMe",
    "getObject",
    "listObjects",
    "listSessions",
    "logoutUser",
    "removeTotp",
    "revokeSession",
];

/// The operation's address with values for what stands in braces; `id` for `{id}`, the others by their names.
pub fn address(operation: &Operation<'_>, id: &str, others: &[(&str, &str)]) -> String {
    let mut address = operation.path.replace("{id}", id);
    for (name, value) in others {
        address = address.replace(&format!("{{{name}}}"), &encode(value));
    }
    // What nobody gave a value for names nothing.
    while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
        address.replace_range(from..=to, "nothing");
    }
    address
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

/// What the database holds of records and of changes: equal before and after what had no effect.
pub fn digest(app: &App) -> BTreeMap<String, (i64, i64)> {
    let mut all = BTreeMap::new();
    let mut tables: Vec<(&str, &str)> = records::mounted().iter().map(|s| (s.object, "version")).collect();
    // A refusal itself is noted, and is no change.
    tables.push(("changes WHERE op <> 'denied'", "seq"));
    for (table, column) in tables {
        // That something was denied is told, and is no effect.
        let which = if table == "changes" { " WHERE op <> 'denied'" } else { "" };
        let sql = Sql::new(format!(
            "SELECT COUNT(*), CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM {table}{which}"
        ));
        let found = app.rows(sql, |row| Ok((row.integer(0)?, row.integer(1)?)));
        all.insert(table.to_owned(), found[0]);
    }
    all
}
