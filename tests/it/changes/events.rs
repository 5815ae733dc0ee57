//! What people are told as it happens: assignments, reminders, calls; by the rights of that moment, for as long as they are signed in, and
//! to those who read.
use super::person;
use persistence::sql;
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tests::client::with_query;
use tests::events::Events;
use tests::people::PASSWORD;
use tests::{App, Client, Who, both};

fn open(app: &App, who: Who, last: Option<&str>) -> Events {
    let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
    let mut events = Events::ask(
        app.node().address(),
        &app.token(who),
        "/events",
        &format!("Accept: text/event-stream\r\n{last}"),
    );
    assert_eq!(events.status(), 200, "{}", events.text());
    events
}

/// The events that came so far.
fn told(events: &Events) -> Vec<Value> {
    let data = events.text().lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|json| serde_json::from_str(json).unwrap()).collect()
}

/// Asks until something was told that fits: all that was told. On PostgreSQL that may be a moment later.
#[track_caller]
fn until(client: &Client<'_>, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let data = client.get("/events").is(200).data();
        if fits(&data) {
            return data;
        }
        assert!(Instant::now() < end, "it was never told: {data:#?}");
        std::thread::yield_now();
    }
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

fn now_due(app: &App) {
    app.write(|conn| {
        conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'remind_of_tasks'"))
            .map(|_| ())
    });
}

both! {
    fn whoever_is_given_a_record_is_told_and_can_go_on_behind_what_came(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), json!(app.people.users[&Who::Seller]));
        let mut live = open(app, Who::Seller, None);
        let mut bystander = open(app, Who::Rival, None);
        let mut given = person("First");
        given["owner_id"] = seller.clone();
        let first = owner.post("/customers", given).is(201).id();
        live.until(|text| text.contains("\"assignment\"") && text.ends_with("\n\n\r\n"));
        let second = owner.post("/customers", person("Second")).is(201).id();
        owner.patch(&format!("/customers/{second}"), "*", json!({"owner_id": seller})).is(200);
        // What stays with its owner is no news; nor is what one takes or makes oneself.
        owner.patch(&format!("/customers/{second}"), "*", json!({"notes": "x"})).is(200);
        app.be(Who::Seller).post("/customers", person("Own")).is(201);
        let third = owner.post("/tasks", json!({"title": "Third", "customer_id": second, "owner_id": seller})).is(201).id();
        live.until(|text| text.contains(&third) && text.ends_with("\n\n\r\n"));
        let events = told(&live);
        assert_eq!(kinds(&events), ["assignment"; 3]);
        assert_eq!(events.iter().map(|e| e["record_id"].as_str().unwrap()).collect::<Vec<_>>(), [&first, &second, &third]);
        assert_eq!((&events[0]["object"], &events[0]["record"]["display_name"]), (&json!("customers"), &json!("First")));
        assert_eq!((&events[0]["record"]["object"], events[0]["record"].get("notes")), (&json!("customer"), None));
        assert_eq!(events[2]["customer"], json!({"id": second, "display_name": "Second"}));
        assert!(live.text().contains("event: notification\n"));
        // Another connection goes on behind the first; a page has them all.
        let mut again = open(app, Who::Seller, Some(&live.ids().into_iter().find(|id| live.text().contains(&format!("id: {id}\nevent"))).unwrap()));
        again.until(|text| text.contains(&third) && text.ends_with("\n\n\r\n"));
        assert_eq!(told(&again).iter().map(|e| e["id"].clone()).collect::<Vec<_>>(), [events[1]["id"].clone(), events[2]["id"].clone()]);
        let client = app.be(Who::Seller);
        let page = client.get("/events?limit=2").is(200).json();
        assert_eq!((page["data"].as_array().unwrap().len(), &page["end_of_stream"]), (2, &json!(false)));
        let rest = client.list("/events", &[("after", page["next"].as_str().unwrap())]).is(200).json();
        assert_eq!((kinds(rest["data"].as_array().unwrap()), &rest["end_of_stream"]), (vec!["assignment"], &json!(true)));
        // A cursor is good for whom it was told to, and in this log.
        let cursor = page["next"].as_str().unwrap();
        app.be(Who::Rival).list("/events", &[("after", cursor)]).refuses(400, "cursor_mismatch");
        client.list("/changes", &[("after", cursor)]).refuses(400, "cursor_mismatch");
        client.with("Accept", "application/x-ndjson").get("/events").refuses(406, "not_acceptable");
        owner.patch(&format!("/customers/{second}"), "*", json!({"owner_id": app.people.users[&Who::Rival]})).is(200);
        bystander.until(|text| text.contains(&second));
        assert_eq!(told(&bystander).len(), 1);
        assert!(app.be(Who::Owner).get("/events").is(200).data().is_empty());
    }

    // Row 8 of the attacks.
    fn what_is_out_of_sight_when_it_is_told_is_not_told(app: &App) {
        let owner = app.be(Who::Owner);
        let (seller, rival) = (json!(app.people.users[&Who::Seller]), json!(app.people.users[&Who::Rival]));
        let give = |name: &str| owner.post("/customers", json!({"kind": "person", "family_name": name, "owner_id": seller})).is(201).id();
        let (taken, deleted, kept) = (give("Taken"), give("Deleted"), give("Kept"));
        owner.patch(&format!("/customers/{taken}"), "*", json!({"owner_id": rival})).is(200);
        owner.delete(&format!("/customers/{deleted}"), "*").is(204);
        let task = owner.post("/tasks", json!({"title": "About it", "owner_id": seller, "customer_id": taken})).is(201).id();
        let events = until(&app.be(Who::Seller), |events| events.iter().any(|e| e["record_id"] == task.as_str()));
        assert_eq!(events.iter().map(|e| e["record_id"].as_str().unwrap()).collect::<Vec<_>>(), [&kept, &task]);
        assert_eq!(events[1]["customer"], Value::Null);
        let text = app.be(Who::Seller).get("/events").text();
        assert!(!text.contains("Taken") && !text.contains("Deleted"), "{text}");
        // Without the permission nothing of it is told any more.
        let role = format!("/roles/{}", app.people.roles["Test seller"]);
        owner.patch(&role, "*", json!({"permissions": [{"permission": "tasks:read", "scope": "own"}]})).is(200);
        let events = app.be(Who::Seller).get("/events").is(200).data();
        assert_eq!(events.iter().map(|e| e["record_id"].as_str().unwrap()).collect::<Vec<_>>(), [&task]);
        let key = owner.post("/api-keys", json!({"name": "k"})).is(201).json();
        assert!(app.anyone().with_token(key["secret"].as_str().unwrap()).get("/events").is(200).data().is_empty());
        assert!(app.be(Who::Powerless).get("/events").is(200).data().is_empty());
    }

    fn one_is_reminded_of_a_task_once(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let moment = |minutes: i64| json!((chrono::Utc::now() + chrono::TimeDelta::minutes(minutes)).format("%Y-%m-%dT%H:%M:%S.000Z").to_string());
        let make = |more: Value| {
            let mut body = json!({"title": "Call"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            seller.post("/tasks", body).is(201).json()
        };
        let due = make(json!({"due_at": moment(-1)}));
        let put_off = make(json!({"due_at": moment(-3000), "snoozed_until": moment(-2)}));
        let again_later = make(json!({"due_at": moment(-1), "snoozed_until": moment(60)}));
        make(json!({"due_at": moment(60)}));
        make(json!({"due_at": moment(-3000)}));
        make(json!({"due_at": moment(-1), "status": "done"}));
        let members = json!([app.people.users[&Who::Seller], app.people.users[&Who::Branch]]);
        let team = owner.post("/teams", json!({"name": "Queue", "member_ids": members})).is(201).id();
        let queued = owner.post("/tasks", json!({"title": "Whoever", "due_at": moment(-1), "team_id": team})).is(201).id();
        let unowned = queued.clone();
        app.write(move |conn| conn.execute(&sql!("UPDATE tasks SET owner_id = NULL WHERE id = ?", unowned.parse::<uuid::Uuid>().unwrap())).map(|_| ()));
        let role = format!("/roles/{}", app.people.roles["Test seller"]);
        owner.patch(&role, "*", json!({"permissions": [{"permission": "tasks:*", "scope": "all"}]})).is(200);
        let mut live = open(app, Who::Seller, None);
        now_due(app);
        live.until(|text| [&due["id"], &put_off["id"], &json!(queued)].iter().all(|id| text.contains(id.as_str().unwrap())));
        let of = |client: &Client<'_>| client.get("/events").is(200).data();
        let mut first = until(&seller, |events| events.len() >= 3);
        first.sort_by_key(|e| e["record_id"].to_string());
        let mut wanted = [due["id"].clone(), put_off["id"].clone(), json!(queued)];
        wanted.sort_by_key(ToString::to_string);
        assert_eq!(first.iter().map(|e| e["record_id"].clone()).collect::<Vec<_>>(), wanted);
        assert_eq!(kinds(&first), ["reminder"; 3]);
        let of_put_off = first.iter().find(|e| e["record_id"] == put_off["id"]).unwrap();
        assert_eq!(of_put_off["moment"], put_off["snoozed_until"]);
        // Another round reminds of nothing but what has come due since.
        let later = format!("/tasks/{}", again_later["id"].as_str().unwrap());
        seller.patch(&later, "*", json!({"snoozed_until": null})).is(200);
        now_due(app);
        let second = until(&seller, |events| events.len() >= 4);
        assert_eq!((second.len(), &second[3]["record_id"]), (4, &again_later["id"]));
        assert_eq!(of(&seller).len(), 4);
        // The head of branch is of the team too, and may not see the task of another unit: not told.
        assert!(of(&app.be(Who::Branch)).is_empty());
    }

    fn a_call_of_somebody_known_rings(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.people.users[&Who::Seller]);
        let known = owner.post("/customers", json!({"kind": "person", "family_name": "کریمی", "owner_id": seller,
            "contact_points": [{"kind": "phone", "value": "+989121234567"}]})).is(201).id();
        let call = |client: &Client<'_>, more: Value| {
            let mut body = json!({"channel": "call", "direction": "inbound", "address": "0912 123 4567"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            client.post("/interactions", body).is(201).id()
        };
        let mut live = open(app, Who::Seller, None);
        let ringing = call(&owner, json!({"owner_id": seller}));
        live.until(|text| text.contains("\"screen_pop\"") && text.ends_with("\n\n\r\n"));
        let event = told(&live).into_iter().find(|e| e["kind"] == "screen_pop").unwrap();
        assert_eq!((&event["record_id"], &event["record"]["address"]), (&json!(ringing), &json!("+989121234567")));
        assert_eq!(event["customer"], json!({"id": known, "display_name": "کریمی"}));
        // One's own line rings on one's own screen; who is a stranger, who is called, and what was long ago rings nowhere.
        call(&app.be(Who::Seller), json!({}));
        call(&owner, json!({"owner_id": seller, "address": "+989127654321"}));
        call(&owner, json!({"owner_id": seller, "direction": "outbound"}));
        call(&owner, json!({"owner_id": seller, "channel": "message"}));
        call(&owner, json!({"owner_id": seller, "started_at": "2020-01-01T00:00:00Z"}));
        let last = owner.post("/tasks", json!({"title": "last", "owner_id": seller})).is(201).id();
        let events = until(&app.be(Who::Seller), |events| events.iter().any(|e| e["record_id"] == last.as_str()));
        assert_eq!(events.iter().filter(|e| e["kind"] == "screen_pop").count(), 2, "{events:#?}");
    }

    // Rows 39 and 62 of the attacks.
    fn a_stream_ends_with_its_session_and_so_many_are_held(app: &App) {
        let login = app.anyone().post("/auth/login", json!({"email": Who::Seller.email(), "password": PASSWORD})).is(200).json();
        let token = login["access_token"].as_str().unwrap();
        let mut one = Events::ask(app.node().address(), token, "/events", "Accept: text/event-stream\r\n");
        assert_eq!(one.status(), 200);
        app.anyone().with_token(token).call("POST", "/auth/logout").is(204);
        one.ended();
        let mut other = open(app, Who::Rival, None);
        app.be(Who::Owner).patch(&format!("/users/{}", app.people.users[&Who::Rival]), "*", json!({"active": false})).is(200);
        other.ended();
        let limited = app.another(&[("PEYVAND_RATE_LIMITS", "stream=2/60,default=10000/1")]);
        let ask = || Events::ask(limited.address(), &app.token(Who::Owner), "/events", "Accept: text/event-stream\r\n");
        let mut held = [ask(), ask()];
        assert!(held.iter_mut().all(|events| events.status() == 200));
        assert_eq!(ask().status(), 429);
        app.be(Who::Owner).at(limited.address()).get("/events").is(200);
    }

    fn what_is_older_than_is_kept_is_gone_and_says_so(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let give = |name: &str| owner.post("/customers", json!({"kind": "person", "family_name": name, "owner_id": app.people.users[&Who::Seller]})).is(201).id();
        give("First");
        give("Second");
        until(&seller, |events| events.len() == 2);
        let page = seller.get("/events?limit=1").is(200).json();
        let (begin, first) = (page["next"].as_str().unwrap(), &page["data"][0]["id"]);
        app.write(|conn| {
            conn.execute(&sql!("UPDATE notifications SET created_at = ?", domain::core::instant::Instant::UNSET))?;
            conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'prune_notifications'"))
        });
        until(&seller, |events| events.is_empty());
        let third = give("Third");
        seller.list("/events", &[("after", begin)]).refuses(410, "cursor_expired");
        seller.with("Accept", "text/event-stream").get(&with_query("/events", &[("after", begin)])).refuses(410, "cursor_expired");
        let events = until(&seller, |events| !events.is_empty());
        assert_eq!((events.len(), &events[0]["record_id"]), (1, &json!(third)));
        assert_ne!(&events[0]["id"], first);
    }

    // Drill 4.9.
    fn who_does_not_read_is_cut_off_and_costs_little_until_then(app: &App) {
        const SLOW: usize = 20;
        let node = app.another(&[("PEYVAND_WRITE_TIMEOUT", "2"), ("PEYVAND_RATE_LIMITS", &format!("stream={SLOW}/60,default=100000/1"))]);
        let seller = app.people.users[&Who::Seller];
        app.be(Who::Owner).post("/customers", json!({"kind": "person", "family_name": "Much", "owner_id": seller})).is(201);
        until(&app.be(Who::Seller), |events| events.len() == 1);
        let begin = app.be(Who::Seller).get("/events").is(200).json()["next"].as_str().unwrap().to_owned();
        // Far more than what any connection holds on its way: some 40 MB for each reader.
        app.write(move |conn| {
            let double = sql!("INSERT INTO notifications (id, user_id, kind, object, record_id, created_at) SELECT id, user_id, kind, object, record_id, created_at FROM notifications");
            (0..16).try_for_each(|_| conn.execute(&double).map(|_| ()))
        });
        let before = node.memory();
        let slow: Vec<TcpStream> = (0..SLOW).map(|_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_recv_buffer_size(4096).unwrap();
            socket.connect(&node.address().into()).unwrap();
            let mut stream = TcpStream::from(socket);
            let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nAccept: text/event-stream\r\nLast-Event-ID: {begin}\r\n\r\n", app.token(Who::Seller));
            stream.write_all(head.as_bytes()).unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            assert_eq!(&status, b"HTTP/1.1 200");
            stream
        }).collect();
        let ask = || Events::ask(node.address(), &app.token(Who::Seller), "/events", "Accept: text/event-stream\r\n");
        // All places are taken while they wait, and free again once they are cut off, though they never read and never hang up.
        let end = Instant::now() + Duration::from_secs(60);
        let (mut full, mut most, mut held) = (false, 0, Vec::new());
        while held.len() < SLOW {
            let mut mine = ask();
            match mine.status() {
                429 => full = true,
                status => {
                    assert_eq!(status, 200, "{}", mine.text());
                    held.push(mine);
                }
            }
            most = most.max(node.memory().saturating_sub(before));
            assert!(Instant::now() < end, "they hold their places for ever: {} of {SLOW} are free", held.len());
            // Others are served as ever.
            app.be(Who::Rival).at(node.address()).get("/customers").is(200);
        }
        assert!(full, "they never held their places");
        assert!(most < 64 << 20, "{most} bytes for {SLOW} readers");
        for mut stream in slow {
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            // Nothing more is held for it, not even by the system. A reset may have been lost on its way to who takes nothing: say something,
            // and it comes again.
            let said = stream.write_all(b"\r\n");
            let mut got = Vec::new();
            match stream.read_to_end(&mut got) {
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{said:?}"),
            }
            assert!(got.len() < 64 << 10, "{} bytes came", got.len());
        }
    }
}
