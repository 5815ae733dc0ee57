//! The runner with kinds of a test: one that panics, one that works, one that is long.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking that it failed")]
use super::runner::Runner;
use super::*;
use domain::core::job::State;
use persistence::core::jobs::Shown;
use persistence::core::settings;
use serde_json::json;
use std::time::Duration;

struct Poison;
impl JobKind for Poison {
    fn kind(&self) -> &'static str {
        "poison"
    }
    fn run<'a>(&'a self, _: &'a JobContext) -> Run<'a> {
        Box::pin(async { panic!("as ever") })
    }
    fn parked(&self, conn: &mut Conn, job: &Job, error: &str, _: Instant) -> Result<()> {
        settings::set(conn, &format!("parked {}", job.key), error)
    }
}

struct Good;
impl JobKind for Good {
    fn kind(&self) -> &'static str {
        "good"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async {
            let key = job.job.key.clone();
            job.write(move |conn| settings::set(conn, &format!("done {key}"), "1")).await?;
            Ok(Outcome::Done(json!({"of": job.job.payload})))
        })
    }
}

/// Counts until the server stops, a step in each transaction.
struct Long;
impl JobKind for Long {
    fn kind(&self) -> &'static str {
        "long"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async {
            let mut n = job.job.checkpoint.as_i64().unwrap_or_default();
            while !job.stopping() {
                n += 1;
                let progress = Progress {
                    done: n,
                    total: None,
                    checkpoint: json!(n),
                };
                job.step(move |conn| Ok((settings::set(conn, "counted", &n.to_string())?, progress)))
                    .await?;
            }
            Ok(Outcome::Paused)
        })
    }
}

const KINDS: [&dyn JobKind; 3] = [&Poison, &Good, &Long];

async fn put(app: &Data<App>, kind: &'static str, key: &'static str, attempts: i64) -> Uuid {
    let (now, id) = (app.now(), Uuid::now_v7());
    let job = New {
        kind,
        key: key.to_owned(),
        payload: json!(key),
        run_at: now,
        max_attempts: attempts,
        created_by: None,
        origin: Uuid::nil(),
    };
    app.db.write(move |conn| jobs::enqueue(conn, id, &job, now)).await.unwrap();
    app.jobs.wake();
    id
}

/// Waits, write by write, until a job stands as it should.
async fn until(app: &Data<App>, id: Uuid, fits: impl Fn(&Shown) -> bool) -> Shown {
    let waiting = async {
        let mut written = app.db.watch();
        loop {
            written.borrow_and_update();
            let shown = app.db.read(move |conn| jobs::find(conn, id, None)).await.unwrap().unwrap();
            if fits(&shown) {
                return shown;
            }
            written.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap()
}

async fn setting(app: &Data<App>, name: &'static str) -> Option<String> {
    app.db.read(move |conn| settings::get(conn, name)).await.unwrap()
}

#[actix_web::test]
async fn a_poison_job_is_parked_and_the_rest_go_on() {
    let (app, _folder) = crate::testing::app(KINDS);
    let runner = Runner::start(app.clone());
    let poison = put(&app, "poison", "p", 1).await;
    let tried = put(&app, "poison", "q", 2).await;
    let good = put(&app, "good", "g", 1).await;
    let parked = until(&app, poison, |j| j.state == State::Parked).await;
    assert_eq!(parked.error.as_deref(), Some("crashed"));
    assert_eq!(setting(&app, "parked p").await.as_deref(), Some("crashed"));
    let again = until(&app, tried, |j| j.attempts == 1 && j.state == State::Queued).await;
    assert!(
        again.run_at > again.updated_at && again.error.as_deref() == Some("crashed"),
        "{again:?}"
    );
    let done = until(&app, good, |j| j.state == State::Done).await;
    assert_eq!(done.result, json!({"of": "g"}));
    assert_eq!(setting(&app, "done g").await.as_deref(), Some("1"));
    runner.stop(Duration::from_secs(5)).await;
}

#[actix_web::test]
async fn a_stop_comes_at_a_checkpoint_and_the_job_waits_for_another_worker() {
    let (app, _folder) = crate::testing::app(KINDS);
    let runner = Runner::start(app.clone());
    let id = put(&app, "long", "l", 3).await;
    until(&app, id, |j| j.done >= 3).await;
    runner.stop(Duration::from_secs(5)).await;
    let waits = until(&app, id, |j| j.state == State::Queued).await;
    assert_eq!(
        setting(&app, "counted").await,
        Some(waits.done.to_string()),
        "steps and progress are one"
    );
    assert!(waits.attempts < 1 && waits.run_at <= app.now(), "{waits:?}");
}

#[actix_web::test]
async fn a_job_of_an_unknown_kind_is_left_to_a_server_that_knows_it() {
    let (app, _folder) = crate::testing::app([&Good as &'static dyn JobKind]);
    let runner = Runner::start(app.clone());
    let unknown = put(&app, "long", "l", 3).await;
    let good = put(&app, "good", "g", 3).await;
    until(&app, good, |j| j.state == State::Done).await;
    assert_eq!(until(&app, unknown, |_| true).await.state, State::Queued);
    runner.stop(Duration::from_secs(5)).await;
}
