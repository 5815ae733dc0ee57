//! Mail as a job: it waits for its server, and is parked where it can't be sent.
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::engine::Engine;
use tests::{App, Who, both};

/// The newest job of a kind, as soon as it is so.
fn job(app: &App, kind: &str, so: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let found = app.be(Who::Owner).list("/jobs", &[("kind", kind), ("limit", "1")]).is(200).data();
        if let Some(job) = found.into_iter().find(|job| so(job)) {
            return job;
        }
        assert!(Instant::now() < end, "no job of {kind} comes to that");
        std::thread::yield_now();
    }
}

fn ask(app: &App, email: &str) {
    app.anyone().post("/auth/password/reset-request", json!({"email": email})).is(202);
}

/// A user without a password, invited.
fn invite(app: &App, email: &str) {
    let owner = app.be(Who::Owner);
    let user = owner
        .post("/users", json!({"name": "Mina", "email": email, "locale": "en"}))
        .is(201)
        .id();
    owner.call("POST", &format!("/users/{user}/invite")).is(202);
}

both! {
    fn a_mail_waits_until_its_server_is_back(app: &App) {
        app.post().close();
        ask(app, &Who::Seller.email());
        let waiting = job(app, "mail_password_reset", |job| job["error"] == "mail_server_away");
        assert_eq!((&waiting["state"], &waiting["attempts"]), (&json!("queued"), &json!(1)));
        app.post().reopen();
        let mail = app.post().mail_to(&Who::Seller.email());
        job(app, "mail_password_reset", |job| job["state"] == "done");
        let body = json!({"token": mail.token(), "new_password": "another bridge, another river"});
        app.anyone().post("/auth/password/reset", body).is(204);
    }

    fn a_mail_that_is_refused_for_good_is_parked_at_once(app: &App) {
        invite(app, "gone.away@peyvand.test");
        let parked = job(app, "mail_invitation", |job| job["state"] == "parked");
        assert_eq!((&parked["error"], &parked["attempts"]), (&json!("mail_refused"), &json!(1)));
        assert_eq!(parked["created_by"], json!(app.people.users[&Who::Owner]));
    }
}

/// Without a mail server the answers are the same. What is parked for that is one job for each user, however often it is asked for, and can be
/// tried again where there is one.
fn without_a_server(engine: Engine) {
    let app = App::with(engine, &[("PEYVAND_SMTP", "")]);
    ask(&app, &Who::Seller.email());
    ask(&app, "nobody@peyvand.test");
    ask(&app, &Who::Seller.email());
    invite(&app, "mina@peyvand.test");
    let parked = job(&app, "mail_invitation", |job| job["state"] == "parked");
    assert_eq!((&parked["error"], &parked["attempts"]), (&json!("mail_not_set_up"), &json!(1)));
    let owner = app.be(Who::Owner);
    let of = |state: &str| {
        owner
            .list("/jobs", &[("kind", "mail_password_reset"), ("state", state)])
            .is(200)
            .ids()
    };
    let end = Instant::now() + Duration::from_secs(30);
    while !(of("queued").is_empty() && of("running").is_empty()) {
        assert!(Instant::now() < end, "jobs do not end");
    }
    assert_eq!((of("parked").len(), of("done").len()), (1, 1));
    app.node().stop();
    let other = app.another(&[]);
    let retry = format!("/jobs/{}/retry", parked["id"].as_str().unwrap());
    owner.at(other.address()).call("POST", &retry).is(200);
    let mail = app.post().mail_to("mina@peyvand.test");
    assert_eq!(mail.header("Subject"), "You are invited to Peyvand");
}

#[test]
fn sqlite_without_a_server_mail_is_parked() {
    without_a_server(Engine::Sqlite);
}

#[test]
fn postgres_without_a_server_mail_is_parked() {
    without_a_server(Engine::Postgres);
}
