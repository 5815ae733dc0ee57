//! Databases of a size, filled through the product's own way of writing, without HTTP, thousands to a commit: so each table, index and log
//! entry is as the product makes them. What was filled is kept in `out/bench` for the next run.
use crate::customers;
use crate::deals::{self, Course};
use crate::names::Dice;
use crate::rich;
use api::http::app::SystemIds;
use chrono::{DateTime, TimeDelta};
use domain::core::actor::{Actor, Via};
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::core::pipeline::Context;
use domain::core::resource::Setting;
use domain::customers::customer::Customer;
use domain::customers::relationship::Relationship;
use persistence::access::actor;
use persistence::core::conn::Conn;
use persistence::core::database::{Address, Database};
use persistence::core::object::{Object, Of};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tests::engine::Engine;
use tests::template::Template;
use tests::{People, Who};
use uuid::Uuid;

/// How many customers one commit takes, each with what is theirs.
const CHUNK: u64 = 500;

/// A filled database that is kept, and who may sign in to it.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The folder that holds it, with its keys.
    pub folder: PathBuf,
    pub people: People,
}

/// The database of a size, in SQLite; filled now unless it is kept from before.
pub fn sqlite(kept: &Path, size: u64) -> Filled {
    let template = Template::of(Engine::Sqlite);
    // Kept databases are of one schema and one kind of rows.
    let folder = kept.join(format!("{}-{size}", schema(&template)));
    let done = folder.join("people.json");
    if !done.is_file() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        eprintln!("filling {size} customers into {}", folder.display());
        // The file stays when its handle goes.
        drop(template.copy(&folder));
        let address = Address::Sqlite(folder.join("peyvand.db"));
        fill(&address, &template.people, 0, size, 1);
        // One file, without a log beside it.
        crate::bare::open(&folder.join("peyvand.db"))
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")
            .unwrap();
        std::fs::write(&done, template.people.to_json().to_string()).unwrap();
    }
    let people: Value = serde_json::from_slice(&std::fs::read(&done).unwrap()).unwrap();
    Filled {
        folder,
        people: People::from_json(&people),
    }
}

/// Names a schema.
fn schema(template: &Template) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let copy = template.copy(scratch.path());
    let database = scratch.path().join("peyvand.db");
    let mut parts: Vec<String> = crate::bare::column(&database, "SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY name");
    parts.extend([include_str!("customers.rs"), include_str!("rich.rs"), include_str!("deals.rs")].map(String::from));
    drop(copy);
    crate::bare::name(parts)
}

/// Fills a database from one serial number to another, by so many writers at once.
pub fn fill(address: &Address, people: &People, from: u64, to: u64, writers: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let db = Database::open(address, 1).expect("a database");
        // Before anybody fills anything at once with others.
        let all = people.clone();
        let made = db.write(move |conn| with(conn, &all, start(0), deals::course));
        let course = made.await.expect("pipelines");
        let mut next = from;
        while next < to {
            let chunks = (0..writers).map(|n| next + n * CHUNK).filter(|start| *start < to);
            let work: Vec<_> = chunks
                .map(|start| {
                    let end = (start + CHUNK).min(to);
                    let (people, course) = (people.clone(), course.clone());
                    db.write(move |conn| chunk(conn, start, end, (to / rich::HOW_MANY).max(1), &people, &course))
                })
                .collect();
            for work in work {
                work.await.expect("a filled chunk");
            }
            next += writers * CHUNK;
            if next.is_multiple_of(100_000) {
                eprintln!("  {next}");
            }
        }
        db.write(|conn| conn.batch(deals::WATCHED)).await.expect("watched deals");
    });
}

/// The moment of a serial number: a customer every minute up to the first of 2026, so that the order of time is that of the rows.
fn start(serial: u64) -> Instant {
    let end = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    Instant::new(end - TimeDelta::minutes(2_000_000 - serial as i64))
}

/// Runs a body as the owner at a moment.
fn with<T>(conn: &mut Conn, people: &People, now: Instant, body: impl FnOnce(&mut Conn, &Context<'_>) -> Result<T>) -> Result<T> {
    let (owner, session) = (people.users[&Who::Owner], people.sessions[&Who::Owner]);
    let account = actor::load(conn, owner, Via::Session(session), now)?.unwrap();
    let setting = Setting {
        now,
        default_region: "IR".to_owned(),
    };
    let context = Context {
        actor: &account.actor,
        setting: &setting,
        ids: &SystemIds,
        origin: Uuid::now_v7(),
    };
    body(conn, &context)
}

/// Writes customers from one serial number to another; one of every so many is given a long file.
fn chunk(conn: &mut Conn, from: u64, to: u64, every: u64, people: &People, course: &Course) -> Result<()> {
    let mut dice = Dice(from);
    let mut firm = None;
    let (owner, session) = (people.users[&Who::Owner], people.sessions[&Who::Owner]);
    let mut actor: Option<Actor> = None;
    for serial in from..to {
        let now = start(serial);
        let setting = Setting {
            now,
            default_region: "IR".to_owned(),
        };
        if actor.is_none() {
            actor = actor::load(conn, owner, Via::Session(session), now)?.map(|account| account.actor);
        }
        let context = Context {
            actor: actor.as_ref().unwrap(),
            setting: &setting,
            ids: &SystemIds,
            origin: Uuid::now_v7(),
        };
        let Value::Object(body) = customers::next(&mut dice, serial) else {
            continue;
        };
        let person = body["kind"] == "person";
        let id = Of::<Customer>::NEW.create(conn, &context, None, body)?.id;
        if serial.is_multiple_of(every) {
            rich::fill(conn, &context, &mut dice, id)?;
        }
        deals::fill(conn, &context, &mut dice, course, people, (serial, id))?;
        match firm {
            // One in four people works for a firm we know.
            Some(firm) if person && serial.is_multiple_of(4) => {
                let Value::Object(body) = json!({"from_id": id, "to_id": firm, "kind": "employee"}) else {
                    continue;
                };
                Of::<Relationship>::NEW.create(conn, &context, None, body)?;
            }
            _ if !person => firm = Some(id),
            _ => {}
        }
    }
    Ok(())
}
