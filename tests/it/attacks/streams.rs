//! Streams and long polls: they end with what let them in, and one caller's do not take the others' place.
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::client::with_query;
use tests::events::Events;
use tests::people::PASSWORD;
use tests::{App, Client, Who, both};

/// How long what was revoked may still be good, and a moment for a busy machine.
const BITES: Duration = Duration::from_secs(5 + 2);

/// Someone signed in afresh, or by a key.
struct Guest {
    token: String,
    secret: Value,
}

fn signed_in(app: &App, who: Who) -> Guest {
    let body = json!({"email": who.email(), "password": PASSWORD});
    let secret = app.anyone().post("/auth/login", body).is(200).json();
    Guest {
        token: secret["access_token"].as_str().unwrap().to_owned(),
        secret,
    }
}

/// A way in which a credential ends, and who has it.
type Ending<'a> = (&'static str, Guest, Box<dyn Fn(&Client<'_>, &Value) + Send + Sync + 'a>);

fn endings(app: &App) -> Vec<Ending<'_>> {
    let owner = || app.be(Who::Owner);
    let user = |who| format!("/users/{}", app.people.users[&who]);
    let key = owner().post("/api-keys", json!({"name": "follower"})).is(201).json();
    let key = Guest {
        token: key["secret"].as_str().unwrap().to_owned(),
        secret: key,
    };
    vec![
        (
            "logout",
            signed_in(app, Who::Seller),
            Box::new(|me, _| drop(me.call("POST", "/auth/logout").is(204))),
        ),
        (
            "deactivation",
            signed_in(app, Who::Rival),
            Box::new(move |_, _| drop(owner().patch(&user(Who::Rival), "*", json!({"active": false})).is(200))),
        ),
        (
            "role removal",
            signed_in(app, Who::Viewer),
            Box::new(move |_, _| drop(owner().patch(&user(Who::Viewer), "*", json!({"role_ids": []})).is(200))),
        ),
        (
            "key revocation",
            key,
            Box::new(move |_, key| drop(owner().delete(&format!("/api-keys/{}", key["id"].as_str().unwrap()), "*").is(204))),
        ),
        (
            "password change",
            signed_in(app, Who::Branch),
            Box::new(|_, _| {
                let elsewhere = app.anyone().with_token(signed_in(app, Who::Branch).token);
                let change = json!({"current_password": PASSWORD, "new_password": "another bridge, another river"});
                elsewhere.post("/auth/password", change).is(204);
            }),
        ),
    ]
}

both! {
    fn attack_39_what_is_revoked_is_out_within_seconds_with_its_open_streams(app: &App) {
        let second = app.another(&[]);
        let nodes = [app.node().address(), second.address()];
        std::thread::scope(|scope| {
            for (name, guest, end) in endings(app) {
                scope.spawn(move || {
                    let me = app.anyone().with_token(&guest.token);
                    // On both nodes: a request, an event stream and a long poll, the latter two held open.
                    let mut open = Vec::new();
                    for node in nodes {
                        let page = me.at(node).get("/changes?after=now").is(200).json();
                        let mut events = Events::open(node, &guest.token, page["next"].as_str());
                        assert_eq!(events.status(), 200);
                        let wait = with_query("/changes", &[("after", page["next"].as_str().unwrap()), ("wait", "30"), ("objects", "customers")]);
                        open.push((events, Events::ask(node, &guest.token, &wait, "")));
                    }
                    let revoked = Instant::now();
                    end(&me, &guest.secret);
                    for (node, (mut events, mut poll)) in nodes.into_iter().zip(open) {
                        let status = poll.status();
                        assert!(matches!(status, 401 | 403), "the long poll after {name}: {}", poll.text());
                        events.ended();
                        assert!(revoked.elapsed() <= BITES, "{name}: streams ended after {:?}", revoked.elapsed());
                        assert!(!events.text().contains("event: change"), "{}", events.text());
                        assert!(matches!(me.at(node).get("/customers").status, 401 | 403), "{name}");
                        assert!(matches!(me.at(node).get("/changes").status, 401 | 403), "{name}");
                    }
                });
            }
        });
    }

    fn attack_62_one_callers_streams_do_not_take_the_others_place(app: &App) {
        const CAP: usize = 20;
        const TRIES: usize = 5_000;
        let owner = app.be(Who::Owner);
        let server = app.node().address();
        let key = owner.post("/api-keys", json!({"name": "hoarder"})).is(201).json()["secret"].as_str().unwrap().to_owned();
        let begin = owner.get("/changes?after=now").is(200).json()["next"].as_str().unwrap().to_owned();
        let mut held: Vec<Events> = (0..CAP).map(|_| Events::open(server, &key, Some(&begin))).collect();
        assert!(held.iter_mut().all(|events| events.status() == 200));
        let (before, refused) = (app.node().memory(), AtomicUsize::new(0));
        let forms = ["text/event-stream", "application/x-ndjson", "application/json"];
        let hoarder = app.anyone().with_token(&key);
        // Of units nothing is told meanwhile, so that each of them would have to wait.
        let wait = with_query("/changes", &[("after", &begin), ("wait", "30"), ("objects", "units")]);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (hoarder, wait, refused) = (&hoarder, &wait, &refused);
                scope.spawn(move || {
                    for n in 0..TRIES / 8 {
                        let answer = hoarder.with("Accept", forms[(n + thread) % 3]).get(wait).refuses(429, "rate_limited");
                        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{answer:?}");
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            // Meanwhile the others read, write and follow as ever.
            let mut branch = Events::open(server, &app.token(Who::Branch), None);
            assert_eq!(branch.status(), 200);
            for n in 0..20 {
                app.be(Who::Rival).post("/customers", json!({"kind": "person", "family_name": format!("Guest {n}")})).is(201);
                app.be(Who::Seller).get("/customers").is(200);
            }
            branch.until(|text| text.contains("\"Guest 19\""));
        });
        assert_eq!(refused.into_inner(), TRIES);
        let more = app.node().memory().saturating_sub(before);
        assert!(more < 64 << 20, "{more} bytes more for {TRIES} refusals");
        // Another key of the same user is the same user; what is not a stream still works; and whoever lets go may come again.
        let second = owner.post("/api-keys", json!({"name": "second"})).is(201).json()["secret"].as_str().unwrap().to_owned();
        app.anyone().with_token(&second).with("Accept", "text/event-stream").get("/changes").refuses(429, "rate_limited");
        hoarder.get("/customers").is(200);
        drop(held);
        let again = Instant::now();
        // The server notices with its next heartbeat that nobody reads any more.
        app.be(Who::Rival).post("/customers", json!({"kind": "person", "family_name": "Wake"})).is(201);
        while Events::open(server, &key, Some(&begin)).status() != 200 {
            assert!(again.elapsed() < Duration::from_secs(40), "places that were left are not given again");
            std::thread::yield_now();
        }
    }
}
