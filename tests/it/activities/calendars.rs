//! Calendar feeds: what they show, to whom, and how they end. What is written is read by another library than the one that wrote it.
use icalendar::{Calendar, CalendarComponent, Component};
use persistence::sql;
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Answer, Client, Who, both};

/// A feed of someone's: its record, and its path with the secret.
fn feed(client: &Client<'_>, more: Value) -> (Value, String) {
    let mut body = json!({"name": "Peyvand"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = client.post("/calendars", body).is(201).json();
    let path = path(&made);
    (made, path)
}

fn path(made: &Value) -> String {
    let url = made["url"].as_str().unwrap();
    url.strip_prefix(tests::node::BASE_URL)
        .unwrap_or_else(|| panic!("{url}"))
        .to_owned()
}

fn read(answer: &Answer) -> Calendar {
    answer.text().parse().unwrap_or_else(|e| panic!("{e}: {answer:?}"))
}

/// The events, or the tasks, by what they are called.
fn called(calendar: &Calendar) -> Vec<String> {
    let name = |c: &CalendarComponent| match c {
        CalendarComponent::Event(e) => e.property_value("SUMMARY").map(str::to_owned),
        CalendarComponent::Todo(t) => t.property_value("SUMMARY").map(str::to_owned),
        _ => None,
    };
    let mut names: Vec<String> = calendar.components.iter().filter_map(name).collect();
    names.sort();
    names
}

fn event<'a>(calendar: &'a Calendar, name: &str) -> &'a icalendar::Event {
    let mut events = calendar.components.iter().filter_map(CalendarComponent::as_event);
    events
        .find(|e| e.property_value("SUMMARY") == Some(name))
        .unwrap_or_else(|| panic!("no event {name}"))
}

fn task(client: &Client<'_>, title: &str, due: &str, more: Value) -> String {
    let mut body = json!({"title": title, "due_at": due});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/tasks", body).is(201).id()
}

/// The moments of an event that repeats, as its own lines say.
fn moments(event: &icalendar::Event, most: u16) -> Vec<String> {
    let start = &event.properties()["DTSTART"];
    let zone = start
        .params()
        .get("TZID")
        .map(|p| format!(";TZID={}", p.value()))
        .unwrap_or_default();
    let text = format!("DTSTART{zone}:{}\nRRULE:{}", start.value(), event.property_value("RRULE").unwrap());
    let set: rrule::RRuleSet = text.parse().unwrap_or_else(|e| panic!("{e}: {text}"));
    set.all(most)
        .dates
        .iter()
        .map(|at| at.to_utc().format("%Y-%m-%dT%H:%MZ").to_string())
        .collect()
}

both! {
    fn a_feed_shows_what_is_ones_own_to_a_program_that_knows_its_address(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let customer = seller.post("/customers", json!({"kind": "person", "given_name": "علی", "family_name": "کریمی"})).is(201).id();
        let members = json!([app.people.users[&Who::Seller], app.people.users[&Who::Viewer]]);
        let team = owner.post("/teams", json!({"name": "Calls", "member_ids": members})).is(201).id();
        let role = app.people.roles["Test seller"];
        let permissions: Vec<Value> = ["customers", "tasks", "interactions", "calendars"].iter()
            .map(|object| json!({"permission": format!("{object}:*"), "scope": "all"})).collect();
        owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": permissions})).is(200);
        owner.patch(&format!("/users/{}", app.people.users[&Who::Seller]), "*", json!({"locale": "fa"})).is(200);
        let notes = "سطر یک\nwith; signs, and \\ a\u{200c}mark";
        task(&seller, "تماس با کریمی", "2031-03-22T05:30:00Z", json!({
            "customer_id": customer, "description": notes, "priority": "urgent", "time_zone": "Asia/Tehran",
            "checklist": [{"text": "قیمت", "done": true}, {"text": "زمان", "done": false}]
        }));
        task(&owner, "Of the queue", "2031-03-23T05:30:00Z", json!({"team_id": team}));
        task(&owner, "Taken from the queue", "2031-03-23T05:30:00Z", json!({"team_id": team, "owner_id": app.people.users[&Who::Viewer]}));
        task(&owner, "Another's", "2031-03-24T05:30:00Z", json!({}));
        task(&seller, "Done", "2031-03-25T05:30:00Z", json!({"status": "done"}));
        seller.post("/tasks", json!({"title": "Someday"})).is(201);
        let meet = |client: &Client<'_>, more: Value| {
            let mut body = json!({"channel": "meeting"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            client.post("/interactions", body).is(201);
        };
        meet(&seller, json!({"started_at": "2031-04-01T09:00:00Z", "duration_seconds": 5400, "customer_id": customer, "other_participants": ["Dr. Rahimi"]}));
        meet(&owner, json!({"started_at": "2031-04-02T09:00:00Z", "subject": "With all of us", "user_ids": [app.people.users[&Who::Seller]]}));
        meet(&owner, json!({"started_at": "2031-04-02T09:00:00Z", "subject": "Without us"}));
        meet(&seller, json!({"started_at": "2020-04-02T09:00:00Z", "subject": "Long ago"}));
        meet(&seller, json!({"started_at": "2031-04-03T09:00:00Z", "subject": "Called off", "outcome": "cancelled", "channel": "visit"}));
        meet(&seller, json!({"channel": "call", "started_at": "2031-04-02T09:00:00Z", "subject": "A call"}));

        let (made, path) = feed(&seller, json!({"name": "کارهای من", "time_zone": "Asia/Tehran", "alarm_minutes": 30}));
        assert_eq!(made["user_id"], json!(app.people.users[&Who::Seller]));
        let answer = app.anyone().with("Accept", "text/calendar, */*;q=0.1").get(&path).is(200);
        assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        let text = answer.text();
        for line in text.split_inclusive("\r\n") {
            assert!(line.ends_with("\r\n") && line.len() <= 77 && !line.trim_end().contains(|c: char| c.is_control()), "{line:?}");
        }
        let calendar = read(&answer);
        assert_eq!(calendar.get_name(), Some("کارهای من"));
        assert_eq!(called(&calendar), ["Called off", "Of the queue", "With all of us", "تماس با کریمی", "نشست: علی کریمی"]);
        let call = event(&calendar, "تماس با کریمی");
        assert_eq!(call.property_value("DTSTART"), Some("20310322T053000Z"));
        assert_eq!(call.property_value("DTEND"), Some("20310322T060000Z"));
        assert_eq!(call.property_value("PRIORITY"), Some("1"));
        let said = call.property_value("DESCRIPTION").unwrap();
        let said = said.replace("\\n", "\n");
        assert!(said.starts_with("سطر یک\nwith"), "{said}");
        assert!(said.ends_with("☑ قیمت\n☐ زمان\nمشتری: علی کریمی"), "{said}");
        let alarm = &call.components()[0];
        assert_eq!((alarm.component_kind().as_str(), alarm.property_value("TRIGGER"), alarm.property_value("ACTION")), ("VALARM", Some("-PT30M"), Some("DISPLAY")));
        assert!(alarm.property_value("UID").is_none() && alarm.property_value("DTSTAMP").is_none());
        let meeting = event(&calendar, "نشست: علی کریمی");
        assert_eq!(meeting.property_value("DTEND"), Some("20310401T103000Z"));
        assert!(meeting.property_value("DESCRIPTION").unwrap().contains("Dr. Rahimi"));
        assert_eq!(event(&calendar, "Called off").property_value("STATUS"), Some("CANCELLED"));

        // Read again it is the same, and is not sent again.
        let again = app.anyone().with("If-None-Match", answer.etag()).get(&path).is(304);
        assert!(again.bytes.is_empty());
        assert!(app.anyone().call("HEAD", &path).is(200).bytes.is_empty());
        // As tasks, with dates of the Persian calendar.
        let todo = app.anyone().get(&format!("{path}?tasks=vtodo&calendar=jalali")).is(200);
        let calendar = read(&todo);
        let todos: Vec<_> = calendar.components.iter().filter_map(CalendarComponent::as_todo).collect();
        assert_eq!(todos.len(), 2);
        let call = todos.iter().find(|t| t.property_value("SUMMARY") == Some("تماس با کریمی")).unwrap();
        assert_eq!((call.property_value("DUE"), call.property_value("PERCENT-COMPLETE"), call.property_value("STATUS")), (Some("20310322T053000Z"), Some("50"), Some("NEEDS-ACTION")));
        assert!(call.property_value("DESCRIPTION").unwrap().ends_with("سررسید: شنبه ۲ فروردین ۱۴۱۰، ۰۹:۰۰"), "{call:?}");
        assert_eq!(call.components()[0].properties()["TRIGGER"].params()["RELATED"].value(), "END");
        app.anyone().get(&format!("{path}?tasks=all")).refuses(400, "invalid_parameter");
        app.anyone().get(&format!("{path}?token=x")).refuses(400, "unknown_parameter");
        let read = app.rows(sql!("SELECT last_used_at FROM calendars"), |row| row.instant(0));
        assert_eq!(read.len(), 1);
    }

    fn a_series_goes_by_the_clock_of_its_zone(app: &App) {
        let owner = app.be(Who::Owner);
        let series = |title: &str, due: &str, rule: &str, zone: &str| task(&owner, title, due, json!({"recurrence": rule, "time_zone": zone}));
        series("Tehran", "2031-03-22T05:30:00Z", "FREQ=WEEKLY;BYDAY=SA,MO;COUNT=4", "Asia/Tehran");
        series("Berlin", "2031-03-28T08:00:00Z", "FREQ=DAILY;UNTIL=20310401T235959Z", "Europe/Berlin");
        series("UTC", "2031-01-31T12:00:00Z", "FREQ=MONTHLY", "UTC");
        let (_, path) = feed(&owner, json!({}));
        let answer = app.anyone().get(&path).is(200);
        let calendar = read(&answer);
        let tehran = event(&calendar, "Tehran");
        let start = &tehran.properties()["DTSTART"];
        assert_eq!((start.value(), start.params()["TZID"].value()), ("20310322T090000", "Asia/Tehran"));
        assert_eq!(moments(tehran, 10), ["2031-03-22T05:30Z", "2031-03-24T05:30Z", "2031-03-29T05:30Z", "2031-03-31T05:30Z"]);
        // Summer time begins on 30 March: by the clock it stays nine.
        let berlin = event(&calendar, "Berlin");
        assert_eq!(moments(berlin, 10), ["2031-03-28T08:00Z", "2031-03-29T08:00Z", "2031-03-30T07:00Z", "2031-03-31T07:00Z", "2031-04-01T07:00Z"]);
        let utc = event(&calendar, "UTC");
        assert_eq!((utc.property_value("DTSTART"), utc.properties()["DTSTART"].params().len()), (Some("20310131T120000Z"), 0));
        assert_eq!(moments(utc, 2), ["2031-01-31T12:00Z", "2031-03-31T12:00Z"]);
        // The zones that are named are told, each once, and no other.
        let text = answer.text();
        assert_eq!(text.matches("BEGIN:VTIMEZONE\r\n").count(), 2);
        let zone = text.split("TZID:Europe/Berlin\r\n").nth(1).unwrap().split("END:VTIMEZONE").next().unwrap();
        assert!(zone.contains("BEGIN:DAYLIGHT\r\nDTSTART:20310330T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n"), "{zone}");
        assert!(text.contains("TZOFFSETTO:+0330"), "{text}");

        // What was put off is shown at its new time, and the series where it goes on.
        let moved = series("Put off", "2031-05-03T05:30:00Z", "FREQ=WEEKLY;COUNT=3", "Asia/Tehran");
        owner.patch(&format!("/tasks/{moved}"), "*", json!({"due_at": "2031-05-05T10:00:00Z"})).is(200);
        let calendar = read(&app.anyone().get(&path).is(200));
        let both: Vec<_> = calendar.components.iter().filter_map(CalendarComponent::as_event).filter(|e| e.property_value("SUMMARY") == Some("Put off")).collect();
        assert_eq!(both.len(), 2);
        assert_eq!((both[0].property_value("DTSTART"), both[0].property_value("RRULE")), (Some("20310505T100000Z"), None));
        assert_eq!(moments(both[1], 10), ["2031-05-10T05:30Z", "2031-05-17T05:30Z"]);
        assert_ne!(both[0].property_value("UID"), both[1].property_value("UID"));
    }

    fn a_feed_ends_at_once_with_all_that_it_hangs_on(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        task(&seller, "Mine", "2031-03-22T05:30:00Z", json!({}));
        let anyone = app.anyone();
        let gone = |path: &str| {
            let refused = anyone.get(path).refuses(404, "not_found");
            let (mut real, mut none) = (refused.json(), anyone.get("/nowhere").refuses(404, "not_found").json());
            (real["instance"], none["instance"]) = (Value::Null, Value::Null);
            assert_eq!((real, refused.header("cache-control")), (none, "no-store"));
        };
        let (made, path) = feed(&seller, json!({}));
        anyone.get(&path).is(200);
        // Guesses, and the secret of another.
        let (other, others) = feed(&seller, json!({"name": "Other"}));
        let secret = others.rsplit('/').next().unwrap();
        gone(&format!("/calendar-feeds/{}/{secret}", made["id"].as_str().unwrap()));
        gone(&format!("/calendar-feeds/{}/pvc_{}.ics", made["id"].as_str().unwrap(), "A".repeat(43)));
        gone(&format!("/calendar-feeds/{}/nothing.ics", made["id"].as_str().unwrap()));
        gone(&format!("/calendar-feeds/{}/{secret}", uuid::Uuid::now_v7()));
        // A new address in the place of the old one.
        let at = format!("/calendars/{}", made["id"].as_str().unwrap());
        seller.send("POST", &format!("{at}/renew"), "", b"").refuses(428, "precondition_required");
        let renewed = seller.act(&format!("{at}/renew"), "\"1\"").is(200).json();
        assert!(renewed["renewed_at"].is_string());
        gone(&path);
        let path = self::path(&renewed);
        anyone.get(&path).is(200);
        // Others see no address, and nobody is given another's eyes.
        assert!(owner.get(&at).is(200).json().get("url").is_none());
        owner.act(&format!("{at}/renew"), "*").refuses(403, "forbidden");
        app.be(Who::Rival).get(&at).refuses(404, "not_found");
        app.be(Who::Rival).delete(&at, "*").refuses(404, "not_found");
        app.be(Who::Powerless).post("/calendars", json!({"name": "x"})).refuses(403, "forbidden");
        // A permission that is lost takes its records, and the one for calendars everything.
        let role = format!("/roles/{}", app.people.roles["Test seller"]);
        let all = owner.get(&role).is(200).json()["permissions"].clone();
        let without = |object: &str| all.as_array().unwrap().iter().filter(|p| !p["permission"].as_str().unwrap().starts_with(object)).cloned().collect::<Value>();
        assert_eq!(called(&read(&anyone.get(&path).is(200))), ["Mine"]);
        owner.patch(&role, "*", json!({"permissions": without("tasks:")})).is(200);
        assert!(called(&read(&anyone.get(&path).is(200))).is_empty());
        owner.patch(&role, "*", json!({"permissions": without("calendars:")})).is(200);
        gone(&path);
        owner.patch(&role, "*", json!({"permissions": all})).is(200);
        anyone.get(&path).is(200);
        // The user, switched off and on again; then the feed itself.
        let user = format!("/users/{}", app.people.users[&Who::Seller]);
        owner.patch(&user, "*", json!({"active": false})).is(200);
        gone(&path);
        owner.patch(&user, "*", json!({"active": true})).is(200);
        anyone.get(&path).is(200);
        let seller = anyone.with_token(app.anyone().post("/auth/login", json!({"email": Who::Seller.email(), "password": PASSWORD})).is(200).json()["access_token"].as_str().unwrap());
        seller.delete(&at, "*").is(204);
        gone(&path);
        assert_eq!(app.rows(sql!("SELECT calendar_id FROM calendar_secrets"), |row| row.uuid(0)).len(), 1);
        anyone.get(&others).is(200);
        assert_eq!(seller.get("/calendars").is(200).ids(), [other["id"].as_str().unwrap()]);
    }

    fn a_feed_is_made_by_whom_it_is_for_alone(app: &App) {
        let owner = app.be(Who::Owner);
        let key = owner.post("/api-keys", json!({"name": "narrow", "permissions": [{"permission": "calendars:*", "scope": "own"}]})).is(201).json();
        let program = app.anyone().with_token(key["secret"].as_str().unwrap());
        program.post("/calendars", json!({"name": "x"})).refuses(403, "session_required");
        for (body, place, code) in [
            (json!({"name": ""}), "/name", "too_short"),
            (json!({"name": "x", "time_zone": "Mars/Olympus"}), "/time_zone", "format"),
            (json!({"name": "x", "alarm_minutes": -1}), "/alarm_minutes", "out_of_range"),
            (json!({"name": "x", "user_id": app.people.users[&Who::Rival]}), "/user_id", "read_only"),
        ] {
            owner.post("/calendars", body).refuses(422, "invalid").blames(place, code);
        }
        let (made, path) = feed(&owner, json!({"alarms": false}));
        program.act(&format!("/calendars/{}/renew", made["id"].as_str().unwrap()), "*").refuses(403, "session_required");
        task(&owner, "Silent", "2031-03-22T05:30:00Z", json!({}));
        let calendar = read(&app.anyone().get(&path).is(200));
        assert!(event(&calendar, "Silent").components().is_empty());
        // Asked again under its key it is the same feed, without the address.
        let keyed = owner.with("Idempotency-Key", "one-feed");
        let first = keyed.post("/calendars", json!({"name": "x"})).is(201).json();
        let second = keyed.post("/calendars", json!({"name": "x"})).is(201).json();
        assert_eq!((first["url"].is_string(), &second["id"], second.get("url")), (true, &first["id"], None));
        let kept = app.rows(sql!("SELECT body FROM idempotency_keys"), |row| row.bytes(0));
        assert!(kept.iter().flatten().all(|body| !String::from_utf8_lossy(body).contains("pvc_")));
    }

    fn the_secret_of_a_feed_is_in_no_log_and_guesses_are_counted(app: &App) {
        let node = app.another(&[("PEYVAND_LOG", "debug"), ("PEYVAND_RATE_LIMITS", "calendar=5/60,default=10000/1")]);
        let (_, path) = feed(&app.be(Who::Owner), json!({}));
        let anyone = app.anyone().at(node.address());
        let secret = path.rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
        let answer = anyone.get(&path).is(200);
        assert!(answer.header("ratelimit-policy").starts_with("\"calendar\""), "{answer:?}");
        // Mistyped ones are nearly secrets; these are not counted as feeds, but no more told for it.
        let mut asked = vec![answer.header("request-id").to_owned()];
        for wrong in [path.replace("pvc_", "pvc"), path.replace("/calendar-feeds/", "/Calendar-Feeds/"), path.replace(".ics", ""), path.replace("/calendar-feeds/", "//calendar-feeds//")] {
            asked.push(anyone.get(&wrong).is(404).header("request-id").to_owned());
        }
        while anyone.get(&path).status == 200 {}
        let refused = anyone.get(&path).refuses(429, "rate_limited");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
        asked.push(refused.header("request-id").to_owned());
        for id in asked {
            let line = node.logged(|line| line.contains(&id) && line.contains("\"path\""));
            assert!(line.contains("…"), "{line}");
        }
        for line in node.log() {
            assert!(!line.contains(&secret[4..]), "{line}");
        }
    }
}
