//! What the table promises, on both databases.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::core::database::{Address, Database};
use domain::core::job::State;
use serde_json::json;

const LEASE: TimeDelta = TimeDelta::seconds(60);
const KINDS: &[&str] = &["work", "other"];

fn at(seconds: i64) -> Instant {
    Instant::from_micros((1_800_000_000 + seconds) * 1_000_000).unwrap()
}

fn new(key: &str) -> New {
    New {
        kind: "work",
        key: key.to_owned(),
        payload: json!({"of": key}),
        run_at: at(0),
        max_attempts: 3,
        created_by: None,
        origin: Uuid::nil(),
    }
}

fn database(address: &str) -> Database {
    Database::open(&address.parse::<Address>().unwrap(), 2).unwrap()
}

/// Runs a test on each database there is, each time on tables of its own.
async fn on_each<F: Future<Output = ()>>(name: &str, test: impl Fn(Database) -> F) {
    let folder = std::env::temp_dir().join(format!("peyvand-jobs-{}-{name}", std::process::id()));
    test(database(&format!("sqlite:{}/db", folder.display()))).await;
    std::fs::remove_dir_all(&folder).unwrap();
    // Nothing is green because it was skipped.
    let server = std::env::var("PEYVAND_TEST_POSTGRES").expect("PEYVAND_TEST_POSTGRES names no server: run scripts/test");
    let own = format!("jobs_{}_{name}", std::process::id());
    let mut conn = crate::core::postgres::connect(&server).unwrap();
    let mut run = |sql: String| {
        use diesel::connection::SimpleConnection;
        conn.batch_execute(&sql).unwrap();
    };
    run(format!("CREATE DATABASE {own}"));
    let (before, options) = server.split_once('?').map_or((server.as_str(), ""), |(b, o)| (b, o));
    let (host, _) = before.rsplit_once('/').unwrap();
    test(database(&format!("{host}/{own}?{options}"))).await;
    run(format!("DROP DATABASE {own} WITH (FORCE)"));
}

async fn put(db: &Database, job: New) -> Enqueued {
    db.write(move |conn| enqueue(conn, Uuid::now_v7(), &job, at(0))).await.unwrap()
}
async fn take(db: &Database, now: Instant) -> Option<Job> {
    db.write(move |conn| claim(conn, KINDS, now, LEASE)).await.unwrap()
}
async fn see(db: &Database, id: Uuid) -> Shown {
    db.read(move |conn| find(conn, id, None)).await.unwrap().unwrap()
}
async fn try_to<T: Send + 'static>(db: &Database, body: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
    db.write(body).await
}
fn lost<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::Conflict("job_lost"))), "{result:?}");
}

#[tokio::test]
async fn one_open_job_has_a_key_and_a_finished_one_frees_it() {
    on_each("dedupe", async |db| {
        let first = put(&db, new("a")).await;
        assert_eq!(
            put(&db, new("a")).await,
            Enqueued {
                id: first.id,
                fresh: false
            }
        );
        assert!(put(&db, new("b")).await.fresh);
        let job = take(&db, at(1)).await.unwrap();
        assert_eq!((job.claim.id, job.payload), (first.id, json!({"of": "a"})));
        assert!(!put(&db, new("a")).await.fresh, "a running job has its key still");
        try_to(&db, move |c| finish(c, job.claim, &json!({"n": 1}), at(2))).await.unwrap();
        assert!(put(&db, new("a")).await.fresh);
        let over = see(&db, first.id).await;
        assert_eq!(
            (over.state, over.result, over.finished_at),
            (State::Done, json!({"n": 1}), Some(at(2)))
        );
    })
    .await;
}

#[tokio::test]
async fn a_paused_workers_late_writes_are_refused() {
    on_each("fence", async |db| {
        let id = put(&db, new("a")).await.id;
        let paused = take(&db, at(1)).await.unwrap();
        assert!(take(&db, at(60)).await.is_none(), "the lease holds");
        let next = take(&db, at(62)).await.unwrap();
        assert_eq!((next.claim.id, next.attempts), (id, 2));
        let stale = paused.claim;
        lost(try_to(&db, move |c| hold(c, stale)).await);
        lost(try_to(&db, move |c| extend(c, stale, at(63), LEASE)).await);
        lost(try_to(&db, move |c| checkpoint(c, stale, 9, None, &json!(9), at(63))).await);
        lost(try_to(&db, move |c| finish(c, stale, &Value::Null, at(63))).await);
        lost(try_to(&db, move |c| release(c, stale, at(63))).await);
        let late = paused.clone();
        lost(try_to(&db, move |c| fail(c, &late, "internal", at(63), 0.5)).await);
        // A write of its own beside the refused proof goes with it.
        let both = try_to(&db, move |c| {
            crate::core::settings::set(c, "from_the_dead", "1")?;
            hold(c, stale)
        });
        lost(both.await);
        let kept = db.read(|c| crate::core::settings::get(c, "from_the_dead")).await.unwrap();
        assert_eq!(kept, None);
        try_to(&db, move |c| finish(c, next.claim, &Value::Null, at(64))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn failures_wait_longer_each_time_and_then_park() {
    on_each("park", async |db| {
        let id = put(&db, new("a")).await.id;
        let mut now = at(0);
        for (attempt, wait) in [(1, 5), (2, 10)] {
            let job = take(&db, now).await.unwrap();
            assert_eq!(job.attempts, attempt);
            assert!(!try_to(&db, move |c| fail(c, &job, "internal", now, 0.5)).await.unwrap());
            let waits = see(&db, id).await;
            assert_eq!((waits.state, waits.run_at), (State::Queued, now.after(TimeDelta::seconds(wait))));
            assert!(take(&db, now.after(TimeDelta::seconds(wait - 1))).await.is_none());
            now = now.after(TimeDelta::seconds(wait));
        }
        let job = take(&db, now).await.unwrap();
        assert!(try_to(&db, move |c| fail(c, &job, "crashed", now, 0.5)).await.unwrap());
        let parked = see(&db, id).await;
        assert_eq!((parked.state, parked.error.as_deref()), (State::Parked, Some("crashed")));
        assert!(take(&db, at(100_000)).await.is_none());
        // A person may try again; unless its work is being done by another job.
        let other = put(&db, new("a")).await.id;
        let refused = try_to(&db, move |c| retry(c, id, now)).await;
        assert!(matches!(refused, Err(Error::Conflict("job_key_open"))), "{refused:?}");
        try_to(&db, move |c| cancel(c, other, now)).await.unwrap();
        try_to(&db, move |c| retry(c, id, now)).await.unwrap();
        assert_eq!(take(&db, now).await.unwrap().attempts, 1);
        let refused = try_to(&db, move |c| retry(c, id, now)).await;
        assert!(matches!(refused, Err(Error::Conflict("job_not_stopped"))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_given_up_and_the_rest_go_on() {
    on_each("killer", async |db| {
        let id = put(&db, new("killer")).await.id;
        for n in 0..3 {
            assert_eq!(take(&db, at(n * 100)).await.unwrap().claim.id, id);
        }
        put(
            &db,
            New {
                run_at: at(10),
                ..new("good")
            },
        )
        .await;
        assert_eq!(take(&db, at(300)).await.unwrap().key, "good");
        let given_up = db.write(|c| give_up(c, KINDS, at(300))).await.unwrap().unwrap();
        assert_eq!(given_up.claim.id, id);
        assert!(db.write(|c| give_up(c, KINDS, at(300))).await.unwrap().is_none());
        let parked = see(&db, id).await;
        assert_eq!((parked.state, parked.error.as_deref()), (State::Parked, Some("worker_lost")));
    })
    .await;
}

#[tokio::test]
async fn getting_further_gives_the_attempts_back_and_the_next_run_begins_there() {
    on_each("checkpoint", async |db| {
        put(&db, new("a")).await;
        for round in 1..=5 {
            let job = take(&db, at(round * 10_000)).await.unwrap();
            assert_eq!(
                (job.done, &job.checkpoint),
                (round - 1, &if round > 1 { json!(round - 1) } else { Value::Null })
            );
            let parked = try_to(&db, move |c| {
                checkpoint(c, job.claim, round, Some(10), &json!(round), at(round * 10_000))?;
                fail(c, &job, "internal", at(round * 10_000), 0.0)
            });
            assert!(!parked.await.unwrap(), "round {round}");
        }
        let job = take(&db, at(90_000)).await.unwrap();
        try_to(&db, move |c| release(c, job.claim, at(90_001))).await.unwrap();
        lost(try_to(&db, move |c| hold(c, job.claim)).await);
        let again = take(&db, at(90_001)).await.unwrap();
        assert_eq!((again.attempts, again.checkpoint), (job.attempts, json!(5)));
    })
    .await;
}

#[tokio::test]
async fn many_workers_never_have_the_same_job() {
    on_each("workers", async |db| {
        for n in 0..40 {
            put(&db, new(&n.to_string())).await;
        }
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    while let Some(at) = db.read(|c| next_due(c, KINDS)).await.unwrap().filter(|t| *t <= at(1)) {
                        assert_eq!(at, self::at(0));
                        mine.extend(take(&db, self::at(1)).await.map(|job| job.claim.id));
                    }
                    mine
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 40);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 40, "a job was claimed twice");
    })
    .await;
}

#[tokio::test]
async fn cancelling_takes_a_running_job_from_its_worker_and_old_jobs_are_forgotten() {
    on_each("cancel", async |db| {
        let id = put(&db, new("a")).await.id;
        let job = take(&db, at(1)).await.unwrap();
        try_to(&db, move |c| cancel(c, id, at(2))).await.unwrap();
        lost(try_to(&db, move |c| hold(c, job.claim)).await);
        let again = try_to(&db, move |c| cancel(c, id, at(2))).await;
        assert!(matches!(again, Err(Error::Conflict("job_over"))), "{again:?}");
        let found = db
            .read(|c| list(c, Some(State::Cancelled), Some("work"), None, None, 10))
            .await
            .unwrap();
        assert_eq!(found.iter().map(|j| j.id).collect::<Vec<_>>(), [id]);
        assert!(
            db.read(|c| list(c, None, None, Some(Uuid::max()), None, 10))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(db.write(|c| prune(c, at(2), 10)).await.unwrap(), 0);
        assert_eq!(db.write(|c| prune(c, at(3), 10)).await.unwrap(), 1);
    })
    .await;
}

#[test]
fn pauses_double_up_to_an_hour_and_are_spread() {
    let seconds = |n, chance| back_off(n, chance).num_milliseconds() as f64 / 1000.0;
    assert_eq!([1, 2, 3, 10, 63].map(|n| seconds(n, 0.5)), [5.0, 10.0, 20.0, 2560.0, 3600.0]);
    assert_eq!((seconds(1, 0.0), seconds(1, 1.0)), (4.0, 6.0));
}
