//! 4.19: fifty people change one record at once, each from the version they saw.
use super::caller::{Caller, Outcome, serial};
use super::checker::{Acks, check};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Barrier, Mutex};
use tests::{Who, both};

/// As many as one list of interests takes.
const PEOPLE: usize = 50;

both! {
    fn drill_4_19_concurrent_edits_of_one_record(app: &App) {
        let (server, caller) = (app.node().address(), Caller::new(app.token(Who::Owner)));
        let number = serial();
        let id = caller.create(server, number, &[]).id().unwrap();
        let path = format!("/customers/{id}");
        let (start, versions, stale) = (Barrier::new(PEOPLE), Mutex::new(BTreeSet::new()), Mutex::new(0));
        std::thread::scope(|scope| {
            for person in 0..PEOPLE {
                let (caller, path, start, versions, stale) = (caller.clone(), &path, &start, &versions, &stale);
                scope.spawn(move || {
                    start.wait();
                    loop {
                        // Reads, adds one thing to what is there, and writes it back: what a lost update would lose.
                        let Outcome::Answered(200, Some(version), mut seen, _) = caller.send(server, "GET", path, &[], &Value::Null) else {
                            panic!("a read failed");
                        };
                        let interests = seen["interests"].as_array_mut().unwrap();
                        interests.push(json!(format!("person {person}")));
                        let (tag, body) = (format!("\"{version}\""), json!({"interests": interests}));
                        match caller.send(server, "PATCH", path, &[("If-Match", &tag)], &body) {
                            Outcome::Answered(200, Some(made), ..) => {
                                assert_eq!(made, version + 1);
                                assert!(versions.lock().unwrap().insert(made), "version {made} was given to two");
                                break;
                            }
                            Outcome::Answered(412, ..) => *stale.lock().unwrap() += 1,
                            other => panic!("{other:?}"),
                        }
                    }
                });
            }
        });
        let client = app.be(Who::Owner);
        let now = client.get(&path).is(200).json();
        assert_eq!(now["version"], json!(PEOPLE + 1));
        let all: BTreeSet<String> = now["interests"].as_array().unwrap().iter().map(|i| i.as_str().unwrap().to_owned()).collect();
        assert_eq!(all, (0..PEOPLE).map(|person| format!("person {person}")).collect());
        assert_eq!(versions.into_inner().unwrap(), (2..=PEOPLE as i64 + 1).collect());
        eprintln!("{PEOPLE} changes kept, {} refused as stale and tried again", stale.into_inner().unwrap());
        check(app, &client, &Acks::from([(number, id)]));
    }
}
