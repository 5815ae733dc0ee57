//! The order of the log, under writers that run at once and give up at random: a follower ends with exactly what a full read shows.
use domain::core::actor::{Actor, Via};
use domain::core::error::Error;
use domain::core::instant::Instant;
use domain::core::pipeline::{Context, Entry, Op};
use domain::core::resource::{Resource, Setting};
use domain::customers::customer::Customer;
use persistence::core::conn::Conn;
use persistence::core::database::Database;
use persistence::core::feed::{self, Ask, Specs};
use persistence::core::place::Place;
use persistence::core::{changes, seal, verify};
use persistence::sql;
use rand::RngExt;
use serde_json::Map;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::both;
use uuid::Uuid;

const WRITERS: usize = 8;
const TRANSACTIONS: usize = 40;

fn server() -> (Actor, Setting) {
    let now = Instant::new(chrono::Utc::now());
    let setting = Setting {
        now,
        default_region: "IR".to_owned(),
    };
    (Actor::server(Via::Console, now), setting)
}

/// A transaction of some entries that takes its time and may come to nothing.
fn transaction(conn: &mut Conn, entries: usize, aborts: bool) -> Result<(), Error> {
    let (actor, setting) = server();
    let context = Context {
        actor: &actor,
        setting: &setting,
        ids: &api::http::app::SystemIds,
        origin: Uuid::now_v7(),
    };
    for _ in 0..entries {
        let entry = Entry {
            object: Customer::SPEC.object,
            record: Uuid::now_v7(),
            op: Op::Created,
            version: 1,
            before: None,
            after: Some((None, None)),
            changed: Map::new(),
            context: &context,
        };
        changes::append(conn, &entry)?;
        if !conn.is_sqlite() {
            // Transactions that began first and end last are what the order is about.
            conn.row(&sql!("SELECT 1 FROM (SELECT pg_sleep(random() * 0.006)) s"), |_| Ok(()))?;
        }
    }
    if aborts { Err(Error::Conflict("given_up")) } else { Ok(()) }
}

fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

both! {
    fn a_follower_beside_many_writers_skips_nothing_and_doubles_nothing(app: &App) {
        let db = Database::open(&app.database().parse().unwrap(), 2).unwrap();
        let running = Arc::new(AtomicUsize::new(WRITERS));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (db, running) = (db.clone(), running.clone());
                std::thread::spawn(move || {
                    let mut kept = 0;
                    for _ in 0..TRANSACTIONS {
                        let (entries, aborts) = (rand::rng().random_range(1..5), rand::rng().random_bool(0.25));
                        let written = block(db.write(move |conn| transaction(conn, entries, aborts)));
                        kept += if written.is_ok() { entries } else { 0 };
                        assert_eq!(written.is_err(), aborts, "{written:?}");
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                    kept
                })
            })
            .collect();
        let specs: Specs = [(Customer::SPEC.object, &Customer::SPEC as &'static _)].into();
        let (mut followed, mut place, mut sealed) = (Vec::new(), Place::START, 0);
        loop {
            // Asked before the page is read: when nobody writes any more, a page that ends has shown all.
            let over = running.load(Ordering::SeqCst) == 0;
            let ask = Ask { after: place, objects: Default::default(), limit: rand::rng().random_range(1..9), examine: 1_000 };
            let specs = specs.clone();
            let page = block(db.read(move |conn| feed::page(conn, &server().0, &specs, &ask))).unwrap();
            assert!(page.next >= place);
            followed.extend(page.entries.iter().map(|(_, change)| change.seq));
            place = page.next;
            // Ranges are sealed meanwhile: nothing may come to stand in one afterwards.
            sealed += block(db.write(|conn| seal::seal(conn, Instant::new(chrono::Utc::now())))).unwrap();
            let last = app.rows(sql!("SELECT tx, seq FROM changes ORDER BY tx DESC, seq DESC LIMIT 1"), |row| {
                Ok(Place { tx: row.integer(0)?, seq: row.integer(1)? })
            });
            if over && page.end && place >= last[0] {
                break;
            }
        }
        let kept: usize = writers.into_iter().map(|w| w.join().unwrap()).sum();
        let full = block(db.read(all)).unwrap();
        assert_eq!(full.len(), kept);
        assert_eq!(followed, full);
        let rest = block(db.write(|conn| seal::seal(conn, Instant::new(chrono::Utc::now())))).unwrap();
        let all_entries = app.rows(sql!("SELECT COUNT(*) FROM changes"), |row| row.integer(0))[0];
        assert_eq!(sealed + rest, all_entries, "every entry is under one seal");
        let mut conn = persistence::core::database::connect(&app.database().parse().unwrap()).unwrap();
        let report = verify::verify(&mut conn, &[], &mut |_, _| {}).unwrap();
        assert_eq!(report.broken, []);
        assert_eq!(report.entries, all_entries as u64);
    }
}

/// The numbers of all entries of customers, in the order of the log.
fn all(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let mut all = Vec::new();
    conn.rows(
        &sql!("SELECT seq FROM changes WHERE object = 'customers' ORDER BY tx, seq"),
        |row| {
            all.push(row.integer(0)?);
            Ok(())
        },
    )?;
    Ok(all)
}
