//! Series of numbers: what they are made of, and that none is left out or given twice, however many ask at once and fail.
use chrono::{NaiveDate, Utc};
use domain::core::error::Error;
use domain::core::instant::Instant;
use domain::orders::series::Numbered;
use persistence::core::database::Database;
use persistence::orders::series::{given, take};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{App, Who, both};

fn now() -> Instant {
    Instant::new(Utc::now())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Takes a number for an invoice of a day, and keeps it.
fn number(app: &App, on: &'static str) -> String {
    app.write(move |conn| take(conn, Numbered::Invoice, day(on), now()))
}

both! {
    fn the_series_made_last_is_in_force(app: &App) {
        let owner = app.be(Who::Owner);
        assert_eq!([number(app, "2026-03-21"), number(app, "2026-03-21")], ["I-000001", "I-000002"]);
        let body = |more: Value| {
            let mut body = json!({"name": "Yazd", "kind": "invoice", "prefix": "YZ-", "restarts": "jalali_year", "digits": 4});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let first = owner.post("/number-series", body(json!({"first_number": 41}))).is(201).id();
        assert_eq!([number(app, "2026-03-21"), number(app, "2026-03-20")], ["YZ-1405-0041", "YZ-1404-0041"]);
        assert_eq!([number(app, "2026-05-01"), number(app, "2026-03-19")], ["YZ-1405-0042", "YZ-1404-0042"]);
        // Another kind goes its own way.
        assert_eq!(app.write(|conn| take(conn, Numbered::Order, day("2026-03-21"), now())), "O-000001");
        let second = owner.post("/number-series", body(json!({"prefix": "", "restarts": "never"}))).is(201).id();
        assert_eq!(number(app, "2026-03-21"), "0001");
        owner.patch(&format!("/number-series/{second}"), "*", json!({"active": false})).is(200);
        assert_eq!(number(app, "2026-03-21"), "YZ-1405-0043");
        owner.delete(&format!("/number-series/{first}"), "*").is(204);
        assert_eq!(number(app, "2026-03-21"), "I-000003");
        let told = owner.get(&format!("/number-series/{second}/counters")).is(200).json();
        let heads: Vec<(&str, i64)> = told["data"].as_array().unwrap().iter().map(|c| (c["head"].as_str().unwrap(), c["last_number"].as_i64().unwrap())).collect();
        assert_eq!(heads, [("", 1), ("I-", 3), ("YZ-1404-", 42), ("YZ-1405-", 43)]);
        owner.get(&format!("/number-series/{first}/counters")).refuses(404, "not_found");
        app.be(Who::Powerless).get(&format!("/number-series/{second}/counters")).refuses(403, "forbidden");
        owner.post("/number-series", body(json!({"prefix": "Y2"}))).refuses(422, "invalid").blames("/prefix", "format");
        owner.post("/number-series", body(json!({"digits": 13, "first_number": 0}))).refuses(422, "invalid").blames("/digits", "out_of_range").blames("/first_number", "out_of_range");
    }

    fn drill_4_21_numbers_have_no_gap_whatever_fails(app: &App) {
        // Two programs at once on a server; a file has one at a time.
        let programs = if app.database().starts_with("sqlite") { 1 } else { 2 };
        let address = app.database().parse().unwrap();
        let doors: Vec<Database> = (0..programs).map(|_| Database::open(&address, 1).unwrap()).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        let asked: Vec<_> = (0..500)
            .map(|n| {
                let (db, fate) = (doors[n % programs].clone(), rand::random::<u8>() % 4);
                runtime.spawn(async move {
                    let took = db.write(move |conn| {
                        let number = take(conn, Numbered::Invoice, day("2026-03-21"), now())?;
                        match fate {
                            0 => Err(Error::Conflict("in_use")),
                            1 => panic!("on purpose"),
                            _ => Ok(number),
                        }
                    });
                    (fate, took.await)
                })
            })
            .collect();
        let mut kept = BTreeSet::new();
        for task in asked {
            match runtime.block_on(task).unwrap() {
                (2.., took) => assert!(kept.insert(took.unwrap()), "a number was given twice"),
                (_, took) => assert!(took.is_err()),
            }
        }
        let expected: BTreeSet<String> = (1..=kept.len()).map(|n| format!("I-{n:06}")).collect();
        assert_eq!(kept, expected);
        let last: Vec<_> = app.read(|conn| given(conn, Numbered::Invoice)).into_iter().map(|(_, last, _)| last).collect();
        assert_eq!(last, [kept.len() as i64]);
    }
}
