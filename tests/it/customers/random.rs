//! Merges and undos at random, with edits between them: nobody is orphaned, and nothing is lost.
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{App, Client, Who};

/// How many merges a run makes.
const MERGES: usize = 200;
const CUSTOMERS: usize = 24;

struct Run<'a> {
    client: Client<'a>,
    random: StdRng,
    /// All customers there ever were.
    customers: Vec<String>,
    /// The merges that stand: id, survivor, merged.
    standing: Vec<(String, String, Vec<String>)>,
    /// Every child by its address, with what it referred to when it was made.
    children: BTreeMap<String, Vec<(&'static str, Value)>>,
    /// What was last written into the text of a customer or child, by address.
    notes: BTreeMap<String, String>,
}

impl Run<'_> {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())].clone()
    }
    /// Customers that were not merged.
    fn live(&self) -> Vec<String> {
        let gone: Vec<&String> = self.standing.iter().flat_map(|(_, _, merged)| merged).collect();
        self.customers.iter().filter(|c| !gone.contains(c)).cloned().collect()
    }
    fn pair(&mut self) -> (String, String) {
        let live = self.live();
        let a = self.pick(&live);
        let others: Vec<String> = live.into_iter().filter(|c| *c != a).collect();
        let b = self.pick(&others);
        (a, b)
    }

    fn child(&mut self, groups: &[String]) {
        let (a, b) = self.pair();
        let (made, refers) = match self.random.random_range(0..10) {
            0..4 => {
                let kind = self.pick(&["relative", "agent_of", "guarantor"]);
                let made = self.client.post("/relationships", json!({"from_id": a, "to_id": b, "kind": kind}));
                (made, vec![("from_id", json!(a)), ("to_id", json!(b))])
            }
            4..6 => {
                let group = self.pick(groups);
                let made = self.client.post("/group-members", json!({"group_id": group, "customer_id": a}));
                (made, vec![("customer_id", json!(a))])
            }
            6..8 => {
                let refers = vec![("customer_id", json!(a)), ("participant_ids", json!([b, a]))];
                let body = json!({"channel": "meeting", "customer_id": a, "participant_ids": [b, a]});
                (self.client.post("/interactions", body), refers)
            }
            8 => {
                let made = self.client.post("/tasks", json!({"title": "Call back", "customer_id": a}));
                (made, vec![("customer_id", json!(a))])
            }
            _ => {
                let links = json!([{"object": "customers", "record_id": a}, {"object": "customers", "record_id": b}]);
                let made = self.client.post("/documents", json!({"name": "Letter", "links": links}));
                (made, vec![("links", links)])
            }
        };
        // The same one may be there already.
        if made.status == 409 {
            return;
        }
        let path = made.address.trim_start_matches("/api/v1").to_owned();
        self.children.insert(format!("{path}/{}", made.is(201).id()), refers);
    }

    fn merge(&mut self) {
        let (survivor, other) = self.pair();
        let mut merged = vec![other];
        let third = self.pair().1;
        if self.random.random_bool(0.3) && third != survivor && !merged.contains(&third) {
            merged.push(third);
        }
        let made = self
            .client
            .post("/merges", json!({"survivor_id": survivor, "merged_ids": merged}))
            .is(201);
        self.standing.push((made.id(), survivor, merged));
    }

    /// Undoes one whose survivor still stands, not always the last.
    fn undo(&mut self) {
        let live = self.live();
        let may: Vec<usize> = (0..self.standing.len()).filter(|i| live.contains(&self.standing[*i].1)).collect();
        if may.is_empty() {
            return;
        }
        let at = self.pick(&may);
        let undone = self.client.act(&format!("/merges/{}/undo", self.standing[at].0), "*");
        if at + 1 < self.standing.len() && undone.status == 409 {
            // A later one is in the way, and says so.
            undone.refuses(409, "later_merge");
        } else {
            undone.is(200);
            self.standing.remove(at);
        }
    }

    fn edit(&mut self) {
        let (live, children) = (self.live(), self.children.keys().cloned().collect::<Vec<_>>());
        let address = if self.random.random_bool(0.5) || children.is_empty() {
            format!("/customers/{}", self.pick(&live))
        } else {
            self.pick(&children)
        };
        if address.starts_with("/group-members") {
            return;
        }
        let text = format!("edit {}", tests::records::fresh());
        let edited = self.client.patch(&address, "*", json!({text_of(&address): text}));
        // A child may be in the trash because its twin stands for it.
        if edited.status == 200 {
            self.notes.insert(address, text);
        } else {
            assert_eq!(edited.status, 404, "{edited:?}");
        }
    }

    /// No record names a customer that is not there.
    fn nobody_is_orphaned(&self) {
        let live = self.live();
        assert_eq!(self.client.all("/customers", &[]).len(), live.len());
        for (path, fields) in [
            ("/relationships", &["from_id", "to_id"][..]),
            ("/group-members", &["customer_id"]),
            ("/interactions", &["customer_id", "participant_ids"]),
            ("/tasks", &["customer_id"]),
            ("/documents", &["links"]),
        ] {
            for record in self.client.all(path, &[]) {
                for id in fields.iter().flat_map(|field| named(&record[*field])) {
                    assert!(live.contains(&id), "an orphan: {record}");
                }
            }
        }
    }
}

/// The member of a record that is only text, by its address.
fn text_of(address: &str) -> &'static str {
    match address.split('/').nth(1) {
        Some("interactions") => "subject",
        Some("tasks" | "documents") => "description",
        _ => "notes",
    }
}

/// The customers that a reference, a list of them or a list of links names.
fn named(value: &Value) -> Vec<String> {
    match value {
        Value::String(id) => vec![id.clone()],
        Value::Array(items) => items.iter().flat_map(named).collect(),
        Value::Object(link) => named(&link["record_id"]),
        _ => Vec::new(),
    }
}

fn merges_and_undos_interleaved_with_edits_lose_nothing(app: &App, seed: u64) {
    let client = app.be(Who::Owner);
    let mut run = Run {
        random: StdRng::seed_from_u64(seed),
        customers: Vec::new(),
        standing: Vec::new(),
        children: BTreeMap::new(),
        notes: BTreeMap::new(),
        client,
    };
    for n in 0..CUSTOMERS {
        let body = json!({
            "kind": "person", "family_name": format!("Customer {n}"), "external_ids": {"erp": format!("E{n}")}, "interests": [format!("thing {}", n % 5)],
            "contact_points": [{"kind": "email", "value": format!("c{n}@yazd.example")}],
        });
        run.customers.push(run.client.post("/customers", body).is(201).id());
    }
    let groups: Vec<String> = (0..3)
        .map(|n| run.client.post("/groups", json!({"name": format!("Group {n}")})).is(201).id())
        .collect();
    for _ in 0..60 {
        run.child(&groups);
    }
    let mut merges = 0;
    while merges < MERGES {
        match run.random.random_range(0..10) {
            0..4 if run.live().len() > 6 => {
                run.merge();
                merges += 1;
            }
            0..7 => run.undo(),
            7 => run.child(&groups),
            _ => run.edit(),
        }
        if merges % 40 == 0 {
            run.nobody_is_orphaned();
        }
    }
    while !run.standing.is_empty() {
        run.undo();
    }
    run.nobody_is_orphaned();
    assert_eq!(run.live().len(), CUSTOMERS);
    for (address, refers) in &run.children {
        let child: Value = run.client.get(address).is(200).json();
        for (field, customer) in refers {
            assert_eq!(child[*field], *customer, "{address} did not come home (seed {seed})");
        }
    }
    for (address, text) in &run.notes {
        assert_eq!(
            run.client.get(address).is(200).json()[text_of(address)],
            json!(text),
            "{address} lost an edit (seed {seed})"
        );
    }
    for (n, id) in run.customers.iter().enumerate() {
        let customer = run.client.get(&format!("/customers/{id}")).is(200).json();
        assert_eq!(customer["external_ids"]["erp"], json!(format!("E{n}")), "(seed {seed})");
        assert_eq!(run.client.get(&format!("/customers/by-external-id/erp/E{n}")).is(200).id(), *id);
    }
    tests::binary::run(&["audit", "verify", "--database", &app.database()]);
}

#[test]
fn sqlite() {
    merges_and_undos_interleaved_with_edits_lose_nothing(&App::sqlite(), 1);
}

#[test]
fn postgres() {
    merges_and_undos_interleaved_with_edits_lose_nothing(&App::postgres(), 2);
}
