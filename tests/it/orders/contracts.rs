//! Contracts: their steps and dates, and that a due renewal becomes one deal and one call, whatever clocks and restarts do.
use super::stock::product;
use super::{act, customer, euro};
use api::http::app::SystemIds;
use chrono::{Days, NaiveDate, Utc};
use domain::core::actor::{Actor, Via};
use domain::core::error::Error;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::resource::Setting;
use persistence::core::conn::Conn;
use persistence::core::database::Database;
use persistence::orders::contract;
use persistence::sql;
use serde_json::{Value, json};
use std::sync::Barrier;
use tests::records::fresh;
use tests::{Answer, App, Client, Who, both};
use uuid::Uuid;

/// A draft contract.
fn draft(client: &Client<'_>, whom: &str, more: Value) -> Value {
    let mut body = json!({"customer_id": whom, "name": "پشتیبانی", "currency": "EUR", "starts_on": "2026-01-31", "value": euro("1200")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/contracts", body).is(201).json()
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

fn step(client: &Client<'_>, contract: &Value, verb: &str, body: Value) -> Answer {
    act(client, "/contracts", id(contract), verb, body)
}

fn read(client: &Client<'_>, contract: &str) -> Value {
    client.get(&format!("/contracts/{contract}")).is(200).json()
}

fn day(ahead: i64) -> NaiveDate {
    // By the clock of the organization, which is Tehran's unless it says otherwise.
    let today = (Utc::now() + chrono::TimeDelta::minutes(210)).date_naive();
    let days = Days::new(ahead.unsigned_abs());
    if ahead < 0 { today - days } else { today + days }
}

/// A contract that holds and ends so many days from today.
fn held(client: &Client<'_>, whom: &str, ends: i64, more: Value) -> Value {
    let mut body = json!({"starts_on": day(ends - 365), "ends_on": day(ends), "renewal": "manual", "renewal_term_months": 12});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = draft(client, whom, body);
    step(client, &made, "activate", json!({})).is(200).json()
}

/// A write of the job.
type Body = Box<dyn FnOnce(&mut Conn, &Context<'_>) -> Result<Vec<Uuid>, Error> + Send>;

/// What the job does, by a clock that stands so many days from ours: how many renewals it told of, and how many contracts went on or ended.
fn round(db: &Database, ahead: i64) -> (usize, usize) {
    let now = Instant::new(Utc::now() + chrono::TimeDelta::days(ahead));
    let (actor, setting) = (
        Actor::server(Via::Console, now),
        Setting {
            now,
            default_region: "IR".to_owned(),
        },
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let write = |body: Body| {
        let (actor, setting) = (actor.clone(), setting.clone());
        runtime.block_on(db.write(move |conn| {
            let context = Context {
                actor: &actor,
                setting: &setting,
                ids: &SystemIds,
                origin: Uuid::now_v7(),
            };
            body(conn, &context)
        }))
    };
    let due = write(Box::new(|conn, context| {
        let today = contract::today(conn, context)?;
        contract::due(conn, today, Uuid::nil(), 1000)
    }));
    let told = due.unwrap().into_iter().filter(|id| {
        let id = *id;
        loop {
            match write(Box::new(move |conn, context| {
                Ok(contract::raise(conn, context, id)?.then_some(id).into_iter().collect())
            })) {
                Ok(done) => break !done.is_empty(),
                Err(Error::Unavailable(_)) => std::thread::yield_now(),
                Err(other) => panic!("{other}"),
            }
        }
    });
    let told = told.count();
    let over = write(Box::new(|conn, context| {
        let today = contract::today(conn, context)?;
        contract::over(conn, today, Uuid::nil(), 1000)
    }));
    let passed = over.unwrap().into_iter().filter(|id| {
        let id = *id;
        loop {
            let done = write(Box::new(move |conn, context| {
                let passed = contract::pass(conn, context, id)? != contract::Passed::Nothing;
                Ok(passed.then_some(id).into_iter().collect())
            }));
            match done {
                Ok(done) => break !done.is_empty(),
                Err(Error::Unavailable(_)) => std::thread::yield_now(),
                Err(other) => panic!("{other}"),
            }
        }
    });
    (told, passed.count())
}

/// The deals and the calls of renewals that a customer has.
fn renewals(client: &Client<'_>, whom: &str) -> (Vec<Value>, Vec<Value>) {
    let of = format!("customer_id = \"{whom}\"");
    let deals = client.all("/opportunities", &[("filter", &format!("{of} AND kind = \"renewal\""))]);
    (deals, client.all("/tasks", &[("filter", &format!("{of} AND kind = \"call\""))]))
}

fn storage(app: &App) -> Database {
    Database::open(&app.database().parse().unwrap(), 2).unwrap()
}

both! {
    fn a_contract_goes_by_its_steps(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let made = draft(&owner, &whom, json!({"term_months": 1, "renewal": "automatic", "renewal_percent": "8", "notice_days": 10}));
        let at = format!("/contracts/{}", id(&made));
        // A month from 31 January ends on 27 February.
        assert_eq!((&made["ends_on"], &made["renewal_due_on"], &made["number"]), (&json!("2026-02-27"), &json!("2026-01-18"), &json!(null)));
        owner.patch(&at, "*", json!({"term_months": 2})).is(200);
        assert_eq!(owner.patch(&at, "*", json!({"term_months": 1, "calendar": "jalali"})).is(200).json()["ends_on"], "2026-03-01");
        owner.patch(&at, "*", json!({"calendar": "gregorian"})).is(200);
        step(&owner, &made, "renew", json!({})).refuses(409, "contract_status");
        step(&owner, &made, "notice", json!({"reason": "x"})).refuses(409, "contract_status");
        owner.keyless().with("If-Match", "*").call("POST", &format!("{at}/activate")).refuses(400, "idempotency_required");
        let active = step(&owner, &made, "activate", json!({})).is(200).json();
        assert_eq!((&active["number"], &active["status"]), (&json!("C-000001"), &json!("active")));
        step(&owner, &made, "activate", json!({})).refuses(409, "contract_status");
        for edit in [json!({"value": euro("1")}), json!({"ends_on": "2030-01-01", "term_months": null, "renewal_term_months": 1}), json!({"renewal": "none"}), json!({"name": "x"})] {
            owner.patch(&at, "*", edit).refuses(409, "contract_not_draft");
        }
        owner.patch(&at, "*", json!({"status": "ended"})).refuses(422, "invalid").blames("/status", "read_only");
        owner.patch(&at, "*", json!({"notes": "زنگ بزنید", "renewal_lead_days": 5})).is(200);
        owner.delete(&at, "*").refuses(409, "contract_not_draft");
        // Whoever gives notice too late goes on.
        step(&owner, &made, "notice", json!({"reason": "گران"})).refuses(409, "contract_notice_late");
        let old = step(&owner, &made, "renew", json!({})).is(200).json();
        assert_eq!((&old["status"], &old["closed_on"]), (&json!("renewed"), &json!("2026-02-27")));
        step(&owner, &made, "renew", json!({})).refuses(409, "contract_status");
        step(&owner, &made, "cancel", json!({"reason": "x"})).refuses(409, "contract_status");
        // The next begins the day after, dearer, and is counted from the first: 31 March, not 28.
        let next = read(&owner, old["next_id"].as_str().unwrap());
        assert_eq!((&next["starts_on"], &next["ends_on"], &next["value"]), (&json!("2026-02-28"), &json!("2026-03-30"), &euro("1296.00")));
        assert_eq!((&next["previous_id"], &next["number"], &next["status"]), (&made["id"], &json!("C-000002"), &json!("active")));
        let third = step(&owner, &next, "renew", json!({"term_months": 2, "value": euro("2000")})).is(200).json()["next_id"].clone();
        let third = read(&owner, third.as_str().unwrap());
        assert_eq!((&third["starts_on"], &third["ends_on"], &third["value"]), (&json!("2026-03-31"), &json!("2026-05-30"), &euro("2000.00")));
        step(&owner, &third, "cancel", json!({"reason": "x", "on": "2999-01-01"})).refuses(422, "invalid").blames("/on", "out_of_range");
        let over = step(&owner, &third, "cancel", json!({"reason": "انبار فروخته شد"})).is(200).json();
        assert_eq!((&over["status"], &over["reason"]), (&json!("cancelled"), &json!("انبار فروخته شد")));
        // One without a last day runs until notice was given.
        let open = draft(&owner, &whom, json!({"notice_days": 30}));
        step(&owner, &open, "activate", json!({})).is(200);
        step(&owner, &open, "renew", json!({})).refuses(422, "invalid").blames("/ends_on", "required");
        let ending = step(&owner, &open, "notice", json!({"reason": "گران"})).is(200).json();
        assert_eq!((&ending["status"], &ending["ends_on"]), (&json!("in_notice"), &json!(day(30))));
        app.be(Who::Viewer).with("If-Match", "*").post(&format!("{at}/renew"), json!({})).refuses(403, "forbidden");
        let view = owner.get(&format!("/customers/{whom}/360")).is(200).json();
        assert!(view.to_string().contains("C-000001"), "{view}");
        let timeline = owner.get(&format!("/customers/{whom}/timeline")).is(200).json();
        assert!(timeline.to_string().contains("C-000002"), "{timeline}");
    }

    fn attack_56_what_makes_no_sense_in_a_contract(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let refused = |more: Value| {
            let mut body = json!({"customer_id": whom, "name": "x", "currency": "EUR", "starts_on": "2026-01-31"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            owner.post("/contracts", body).refuses(422, "invalid")
        };
        refused(json!({"value": euro("-1")})).blames("/value/amount", "out_of_range");
        refused(json!({"value": {"amount": "1", "currency": "IRR"}})).blames("/value/currency", "conflict");
        refused(json!({"term_months": 0})).blames("/term_months", "out_of_range");
        refused(json!({"term_months": 1201})).blames("/term_months", "out_of_range");
        refused(json!({"ends_on": "2026-01-30"})).blames("/ends_on", "out_of_range");
        refused(json!({"renewal": "automatic"})).blames("/ends_on", "required").blames("/renewal_term_months", "required");
        refused(json!({"renewal_percent": "-101"})).blames("/renewal_percent", "out_of_range");
        refused(json!({"notice_days": -1})).blames("/notice_days", "out_of_range");
        refused(json!({"currency": "XXX"})).blames("/currency", "not_allowed");
        let deal = owner.post("/opportunities", json!({"name": "x", "customer_id": customer(&owner)})).is(201).id();
        refused(json!({"opportunity_id": deal})).blames("/opportunity_id", "conflict");
        let good = product(&owner, json!({"list_price": euro("10"), "tax_category": "exempt", "stocked": false}));
        let lines = draft(&owner, &whom, json!({"value": null, "lines": [{"product_id": good, "quantity": "3"}], "term_months": 12, "renewal_percent": "-10"}));
        assert_eq!(lines["totals"]["payable"], euro("30.00"));
        step(&owner, &lines, "activate", json!({})).is(200);
        let next = step(&owner, &lines, "renew", json!({})).is(200).json()["next_id"].clone();
        assert_eq!(read(&owner, next.as_str().unwrap())["totals"]["payable"], euro("27.00"));
    }

    fn a_due_renewal_becomes_one_deal_and_one_call(app: &App) {
        let owner = app.be(Who::Owner);
        let pipeline = owner.post("/pipelines", json!({"name": format!("بیمه {}", fresh()), "template": "insurance_policy"})).is(201).id();
        let whom = customer(&owner);
        let made = held(&owner, &whom, 60, json!({"kind": "policy", "notice_days": 20, "renewal_lead_days": 30, "renewal_percent": "10"}));
        let (db, later) = (storage(app), 10);
        // Nothing is due before its day, by which clock ever.
        assert_eq!((round(&db, 0), round(&db, later - 1), round(&db, -4000)), ((0, 0), (0, 0), (0, 0)));
        assert_eq!(round(&db, later), (1, 0));
        let now = read(&owner, id(&made));
        let (deals, calls) = renewals(&owner, &whom);
        assert_eq!((deals.len(), calls.len()), (1, 1));
        assert_eq!((&deals[0]["id"], &calls[0]["id"]), (&now["renewal_opportunity_id"], &now["renewal_task_id"]));
        assert_eq!((&deals[0]["amount"], &deals[0]["pipeline_id"], &deals[0]["close_date"]), (&euro("1320.00"), &json!(pipeline), &json!(day(60))));
        assert_eq!((&deals[0]["owner_id"], &calls[0]["owner_id"]), (&made["owner_id"], &made["owner_id"]));
        assert!(deals[0]["name"].as_str().unwrap().contains(made["number"].as_str().unwrap()));
        // The clock jumps forward and back, and the job runs again and again; deals and calls are thrown away.
        owner.delete(&format!("/opportunities/{}", id(&deals[0])), "*").is(204);
        owner.delete(&format!("/tasks/{}", id(&calls[0])), "*").is(204);
        for ahead in [later, 0, 59, -400, later, 30, 60] {
            assert_eq!(round(&db, ahead), (0, 0), "{ahead}");
        }
        let key: Uuid = id(&made).parse().unwrap();
        // Even where the record has lost what it knew of it, as after a restore of one table.
        app.write(move |conn| conn.execute(&sql!("UPDATE contracts SET renewal_opportunity_id = NULL WHERE id = ?", key)).map(|_| ()));
        assert_eq!(round(&db, later), (0, 0));
        assert_eq!(renewals(&owner, &whom).0.len(), 0);
        // Its last day passes: nobody has renewed it. Then the clock goes back.
        assert_eq!((round(&db, 61), round(&db, 61), round(&db, 0)), ((0, 1), (0, 0), (0, 0)));
        assert_eq!(read(&owner, id(&made))["status"], "ended");
    }

    fn attack_55_however_many_look_at_once_a_renewal_is_told_of_once(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/opportunities", json!({"name": "x", "customer_id": customer(&owner)})).is(201);
        let customers: Vec<String> = (0..6).map(|_| customer(&owner)).collect();
        let made: Vec<Value> = customers.iter().map(|whom| held(&owner, whom, 15, json!({"renewal": "automatic"}))).collect();
        let (start, databases) = (Barrier::new(4), (0..4).map(|_| storage(app)).collect::<Vec<_>>());
        // The clocks of the servers do not agree either.
        let count = |clocks: [i64; 4]| {
            std::thread::scope(|scope| {
                let threads: Vec<_> = databases.iter().zip(clocks).map(|(db, ahead)| {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        round(db, ahead)
                    })
                }).collect();
                threads.into_iter().map(|t| t.join().unwrap()).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
            })
        };
        assert_eq!(count([0, 1, 5, 10]), (6, 0));
        assert_eq!(count([10, 0, -30, 3]), (0, 0));
        // All go on by themselves when their last day has passed, each once.
        assert_eq!(count([16, 16, 17, 20]), (0, 6));
        for (whom, made) in customers.iter().zip(&made) {
            let all = owner.all("/contracts", &[("filter", &format!("customer_id = \"{whom}\""))]);
            assert_eq!(all.len(), 2);
            let next = all.iter().find(|c| c["id"] != made["id"]).unwrap();
            assert_eq!((&next["previous_id"], &next["starts_on"], &next["status"]), (&made["id"], &json!(day(16)), &json!("active")));
            let (deals, calls) = renewals(&owner, whom);
            assert_eq!((deals.len(), calls.len()), (1, 1));
        }
    }

    fn the_job_looks_by_itself(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let due = held(&owner, &whom, 20, json!({}));
        let over = held(&owner, &whom, -1, json!({"renewal": "automatic"}));
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'renew_contracts'")).map(|_| ()));
        while read(&owner, id(&over))["next_id"].is_null() {
            assert!(std::time::Instant::now() < end, "it does not look");
            std::thread::yield_now();
        }
        assert!(read(&owner, id(&due))["renewal_task_id"].is_string());
        assert_eq!(read(&owner, id(&due))["status"], "active");
    }
}
