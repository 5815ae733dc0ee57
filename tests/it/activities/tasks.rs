//! Tasks: order, repetition, lateness, and what the view of a customer shows of them.
use persistence::sql;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{Client, Who, both};

fn task(client: &Client<'_>, more: Value) -> Value {
    let mut body = json!({"title": "تماس"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/tasks", body).is(201).json()
}

fn address(task: &Value) -> String {
    format!("/tasks/{}", task["id"].as_str().unwrap())
}

both! {
    fn what_comes_first_must_be_done_first(app: &App) {
        let owner = app.be(Who::Owner);
        let first = task(&owner, json!({}));
        let second = task(&owner, json!({"depends_on_ids": [first["id"]]}));
        let done = json!({"status": "done"});
        let refused = owner.patch(&address(&second), "*", done.clone()).refuses(422, "invalid").json();
        assert_eq!((&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]), (&json!("/status"), &json!("conflict")));
        let circle = owner.patch(&address(&first), "*", json!({"depends_on_ids": [second["id"]]})).refuses(422, "invalid").json();
        assert_eq!(circle["errors"][0]["pointer"], "/depends_on_ids");
        let finished = owner.patch(&address(&first), "*", done.clone()).is(200).json();
        assert!(finished["completed_at"].is_string());
        owner.patch(&address(&second), "*", done).is(200);
        let reopened = owner.patch(&address(&second), "*", json!({"status": "open"})).is(200).json();
        assert_eq!(reopened["completed_at"], json!(null));
    }

    fn what_repeats_comes_again_once_it_is_done(app: &App) {
        let owner = app.be(Who::Owner);
        let weekly = json!({
            "due_at": "2031-03-22T05:30:00Z", "recurrence": "RRULE:FREQ=WEEKLY;BYDAY=SA;COUNT=2", "time_zone": "Asia/Tehran",
            "checklist": [{"text": "بپرس", "done": true}]
        });
        let first = task(&owner, weekly);
        assert_eq!((&first["recurrence"], &first["next_id"]), (&json!("FREQ=WEEKLY;BYDAY=SA;COUNT=2"), &json!(null)));
        let done = owner.patch(&address(&first), "*", json!({"status": "done"})).is(200).json();
        let second = owner.get(&format!("/tasks/{}", done["next_id"].as_str().unwrap())).is(200).json();
        assert_eq!((&second["due_at"], &second["status"]), (&json!("2031-03-29T05:30:00.000Z"), &json!("open")));
        assert_eq!(second["checklist"], json!([{"text": "بپرس", "done": false}]));
        assert_eq!(second["owner_id"], first["owner_id"]);
        // Done, reopened and done again: there is still one next.
        owner.patch(&address(&first), "*", json!({"status": "open"})).is(200);
        let again = owner.patch(&address(&first), "*", json!({"status": "done"})).is(200).json();
        assert_eq!(again["next_id"], done["next_id"]);
        let last = owner.patch(&address(&second), "*", json!({"status": "done"})).is(200).json();
        assert_eq!(last["next_id"], json!(null), "the second of two is the last");
        owner.post("/tasks", json!({"title": "x", "recurrence": "FREQ=DAILY"})).refuses(422, "invalid");
        owner.post("/tasks", json!({"title": "x", "recurrence": "FREQ=HOURLY", "due_at": "2031-01-01T00:00:00Z"})).refuses(422, "invalid");
        owner.post("/tasks", json!({"title": "x", "time_zone": "Mars/Olympus"})).refuses(422, "invalid");
    }

    fn what_is_late_goes_to_whom_it_says_once(app: &App) {
        let owner = app.be(Who::Owner);
        let to = json!(app.people.users[&Who::Seller]);
        let late = task(&owner, json!({"due_at": "2020-01-01T00:00:00Z", "escalate_to_id": to}));
        let waits = task(&owner, json!({"due_at": "2999-01-01T00:00:00Z", "escalate_to_id": to}));
        // Its minute has come.
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'escalate_tasks'")).map(|_| ()));
        let end = Instant::now() + Duration::from_secs(60);
        while owner.get(&address(&late)).is(200).json()["escalated_at"].is_null() {
            assert!(Instant::now() < end, "the late task was not handed over");
            std::thread::yield_now();
        }
        let now = owner.get(&address(&late)).is(200).json();
        assert_eq!((&now["owner_id"], &now["version"]), (&to, &json!(2)));
        assert_eq!(owner.get(&address(&waits)).is(200).json()["version"], 1);
    }

    fn the_view_of_a_customer_shows_what_is_open_in_its_order(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = owner.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let about = |more: Value| {
            let mut body = more;
            body["customer_id"] = json!(customer);
            task(&owner, body)["id"].clone()
        };
        let someday = about(json!({}));
        let late = about(json!({"due_at": "2030-02-01T00:00:00Z"}));
        let soon = about(json!({"due_at": "2030-01-01T00:00:00Z", "snoozed_until": "2020-01-01T00:00:00Z"}));
        about(json!({"snoozed_until": "2999-01-01T00:00:00Z"}));
        about(json!({"status": "cancelled"}));
        let whole = owner.get(&format!("/customers/{customer}/360")).is(200).json();
        let ids: Vec<Value> = whole["tasks"]["data"].as_array().unwrap().iter().map(|t| t["id"].clone()).collect();
        assert_eq!(ids, [soon, late, someday]);
    }
}
