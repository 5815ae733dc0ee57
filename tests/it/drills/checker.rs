//! What must be true after any fault: what was acknowledged is there, nothing twice and nothing in part, versions rise by one, and the
//! change log tells how each record became what it is.
use super::caller::marker;
use persistence::sql;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use tests::{App, Client, text_index};
use uuid::Uuid;

/// Acknowledged creates: serial number and id.
pub type Acks = BTreeMap<u64, Uuid>;

#[derive(Debug)]
struct Customer {
    id: Uuid,
    version: i64,
    name: String,
    keys: i64,
    external: i64,
}

#[derive(Debug)]
struct Change {
    op: String,
    version: i64,
    changed: String,
    previous: String,
    hash: String,
}

/// Checks everything. `app` needs a node that runs: `client` is signed in to it.
pub fn check(app: &App, client: &Client<'_>, acks: &Acks) {
    check_new(app, client, acks, &mut BTreeSet::new());
}

/// The same, but the histories of only those customers that were not checked before: what a drill of many rounds does after each, with
/// a [`check`] of all at its end.
pub fn check_new(app: &App, client: &Client<'_>, acks: &Acks, checked: &mut BTreeSet<Uuid>) {
    let customers = customers(app);
    let mut by_name: BTreeMap<&str, Vec<&Customer>> = BTreeMap::new();
    for customer in &customers {
        by_name.entry(&customer.name).or_default().push(customer);
    }
    for (serial, id) in acks {
        let found = by_name.get(marker(*serial).as_str()).map(Vec::as_slice).unwrap_or_default();
        assert!(!found.is_empty(), "the acknowledged customer {serial} ({id}) is not there");
        assert_eq!(found[0].id, *id, "customer {serial} has another id than was acknowledged");
    }
    for (name, found) in by_name {
        assert_eq!(found.len(), 1, "{name} is there more than once: {found:?}");
    }
    let mut log = changes(app);
    for customer in &customers {
        let told = log.remove(&customer.id).unwrap_or_default();
        if checked.insert(customer.id) {
            history(client, customer, &told);
        }
    }
    assert!(
        log.is_empty(),
        "the change log tells of customers that are not there: {:?}",
        log.keys()
    );
    if let Some(path) = app.database().strip_prefix("sqlite:") {
        let conn = rusqlite::Connection::open(path).unwrap();
        let found: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(found, "ok");
        text_index::agrees(&conn);
    }
}

/// One customer: whole in all tables, and as its history tells.
fn history(client: &Client<'_>, customer: &Customer, told: &[Change]) {
    let versions: Vec<i64> = told.iter().map(|c| c.version).collect();
    assert_eq!(versions, (1..=customer.version).collect::<Vec<_>>(), "{customer:?}");
    assert_eq!(told[0].op, "created", "{customer:?}");
    assert_eq!((customer.keys, customer.external), (2, 1), "in part: {customer:?}");
    let (mut state, mut previous) = (Map::new(), "");
    for change in told {
        assert_eq!(
            change.previous, previous,
            "the chain is broken at version {}: {customer:?}",
            change.version
        );
        previous = &change.hash;
        let changed: Map<String, Value> = serde_json::from_str(&change.changed).unwrap();
        for (field, values) in &changed {
            let before = state.get(field).cloned().unwrap_or_default();
            assert_eq!(
                before, values[0],
                "version {} changes what was not so: {field} of {customer:?}",
                change.version
            );
            state.insert(field.clone(), values[1].clone());
        }
    }
    let now = client.get(&format!("/customers/{}", customer.id)).is(200).json();
    for (field, value) in now.as_object().unwrap() {
        // What the log tells by itself, and what follows from the record.
        let outside = [
            "id",
            "object",
            "version",
            "created_at",
            "updated_at",
            "created_by",
            "updated_by",
            "completeness",
        ];
        if !outside.contains(&field.as_str()) {
            let told = state.get(field).cloned().unwrap_or_default();
            assert_eq!(*value, told, "the change log tells otherwise of {field} of {customer:?}");
        }
    }
}

fn customers(app: &App) -> Vec<Customer> {
    let all = sql!(
        "SELECT c.id, c.version, c.family_name, (SELECT COUNT(*) FROM customer_keys k WHERE k.customer_id = c.id), \
         (SELECT COUNT(*) FROM external_ids e WHERE e.record_id = c.id) FROM customers c WHERE c.deleted_at IS NULL"
    );
    app.rows(all, |row| {
        Ok(Customer {
            id: row.uuid(0)?.unwrap(),
            version: row.integer(1)?,
            name: row.text(2)?.unwrap(),
            keys: row.integer(3)?,
            external: row.integer(4)?,
        })
    })
}

fn changes(app: &App) -> BTreeMap<Uuid, Vec<Change>> {
    let all = sql!(
        "SELECT record_id, op, version, changed, previous_hash, hash FROM changes WHERE object = 'customers' ORDER BY record_id, version, seq"
    );
    let rows = app.rows(all, |row| {
        let change = Change {
            op: row.text(1)?.unwrap(),
            version: row.integer(2)?,
            changed: row.text(3)?.unwrap(),
            previous: row.text(4)?.unwrap(),
            hash: row.text(5)?.unwrap(),
        };
        Ok((row.uuid(0)?.unwrap(), change))
    });
    let mut all: BTreeMap<Uuid, Vec<Change>> = BTreeMap::new();
    for (id, change) in rows {
        all.entry(id).or_default().push(change);
    }
    all
}
