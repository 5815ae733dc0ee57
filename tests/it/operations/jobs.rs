//! Jobs as an operator sees them.
use chrono::Utc;
use domain::core::instant::Instant;
use persistence::core::jobs::{self, New};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{App, Who, both};
use uuid::Uuid;

/// A job that no kind of the server takes, so that it stands where the test puts it.
fn put(app: &App, key: &'static str, by: Option<Uuid>) -> Uuid {
    let now = Instant::new(Utc::now());
    app.write(move |conn| {
        let job = New {
            kind: "of_a_test",
            key: key.to_owned(),
            payload: json!({"secret": "payload-of-a-job"}),
            run_at: now,
            max_attempts: 1,
            created_by: by,
            origin: Uuid::nil(),
        };
        Ok(jobs::enqueue(conn, Uuid::now_v7(), &job, now)?.id)
    })
}

fn claim(app: &App) -> jobs::Claim {
    let now = Instant::new(Utc::now());
    app.write(move |conn| {
        Ok(jobs::claim(conn, &["of_a_test"], now, chrono::TimeDelta::minutes(1))?
            .unwrap()
            .claim)
    })
}

both! {
    fn recurring_work_waits_once_however_many_nodes_there_are(app: &App) {
        let owner = app.be(Who::Owner);
        let other = app.another(&[]);
        let waiting = owner.all("/jobs", &[("state", "queued")]);
        let kinds: Vec<&str> = waiting.iter().filter(|j| j["key"] == "recurring").map(|j| j["kind"].as_str().unwrap()).collect();
        let once: BTreeSet<&str> = kinds.iter().copied().collect();
        assert_eq!(kinds.len(), once.len(), "{kinds:?}");
        for kind in ["purge_idempotency_keys", "purge_trash", "prune_sessions", "prune_jobs", "seal_changes"] {
            assert!(once.contains(kind), "{kind} does not wait: {kinds:?}");
        }
        assert!(other.stop());
    }

    fn a_parked_job_is_seen_and_tried_again_and_a_waiting_one_cancelled(app: &App) {
        let owner = app.be(Who::Owner);
        let id = put(app, "parked", None);
        let held = claim(app);
        assert_eq!(owner.get(&format!("/jobs/{id}")).is(200).json()["state"], "running");
        owner.call("POST", &format!("/jobs/{id}/retry")).refuses(409, "job_not_stopped");
        let now = Instant::new(Utc::now());
        app.write(move |conn| {
            jobs::checkpoint(conn, held, 7, Some(9), &json!("here"), now)?;
            let job = jobs::Job {
                claim: held, kind: "of_a_test".to_owned(), key: "parked".to_owned(), payload: Value::Null, checkpoint: Value::Null,
                attempts: 1, max_attempts: 1, done: 7, total: Some(9), created_by: None, origin: Uuid::nil(),
            };
            jobs::fail(conn, &job, "crashed", now, 0.5)
        });
        let listed = owner.list("/jobs", &[("state", "parked"), ("kind", "of_a_test")]).is(200);
        assert_eq!(listed.ids(), [id.to_string()]);
        let shown = owner.get(&format!("/jobs/{id}")).is(200);
        let job = shown.json();
        assert_eq!((&job["error"], &job["progress"]), (&json!("crashed"), &json!({"done": 7, "total": 9})));
        assert!(!shown.text().contains("payload-of-a-job"), "{shown:?}");
        let again = owner.call("POST", &format!("/jobs/{id}/retry")).is(200).json();
        assert_eq!((&again["state"], &again["attempts"], &again["error"]), (&json!("queued"), &json!(0), &Value::Null));
        let keyed = owner.with("Idempotency-Key", "cancel-1");
        let cancelled = keyed.call("POST", &format!("/jobs/{id}/cancel")).is(200);
        assert_eq!(cancelled.json()["state"], "cancelled");
        let replayed = keyed.call("POST", &format!("/jobs/{id}/cancel")).is(200);
        assert_eq!((replayed.header("idempotency-replayed"), replayed.text()), ("true", cancelled.text()));
        owner.call("POST", &format!("/jobs/{id}/cancel")).refuses(409, "job_over");
    }

    fn cancelling_a_running_job_refuses_what_its_worker_writes_later(app: &App) {
        let id = put(app, "running", None);
        let held = claim(app);
        app.be(Who::Owner).call("POST", &format!("/jobs/{id}/cancel")).is(200);
        let late = app.write(move |conn| Ok(jobs::hold(conn, held).is_err()));
        assert!(late);
    }

    fn pages_of_jobs_are_whole_and_their_cursors_sealed(app: &App) {
        let owner = app.be(Who::Owner);
        let all: BTreeSet<String> = ["a", "b", "c", "d", "e"].map(|key| put(app, key, None).to_string()).into();
        let pages = owner.pages("/jobs", &[("kind", "of_a_test")], 2);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
        let seen: Vec<String> = pages.concat().iter().map(|j| j["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((seen.len(), seen.into_iter().collect()), (5, all));
        let first = owner.list("/jobs", &[("kind", "of_a_test"), ("limit", "2")]).is(200).json();
        let cursor = first["page"]["next_cursor"].as_str().unwrap().to_owned();
        owner.list("/jobs", &[("kind", "other"), ("cursor", &cursor)]).refuses(400, "cursor_mismatch");
        owner.list("/jobs", &[("state", "sleeping")]).refuses(400, "invalid_parameter");
        owner.list("/jobs", &[("limit", "201")]).is(422);
    }

    fn who_may_not_read_jobs_sees_none(app: &App) {
        let id = put(app, "secret", Some(app.people.users[&Who::Owner]));
        for who in [Who::Powerless, Who::Seller] {
            app.be(who).get("/jobs").refuses(403, "forbidden");
            app.be(who).get(&format!("/jobs/{id}")).refuses(403, "forbidden");
            app.be(who).call("POST", &format!("/jobs/{id}/cancel")).refuses(403, "forbidden");
        }
        // Who may read them in one unit alone sees only their own.
        let branch = app.be(Who::Branch);
        branch.get(&format!("/jobs/{id}")).refuses(404, "not_found");
        branch.call("POST", &format!("/jobs/{id}/cancel")).refuses(404, "not_found");
        let own = put(app, "own", Some(app.people.users[&Who::Branch]));
        assert_eq!(branch.get("/jobs").is(200).ids(), [own.to_string()]);
        app.anyone().get("/jobs").refuses(401, "unauthorized");
    }
}
