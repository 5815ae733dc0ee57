//! The feed as a stream: events that go on and can be taken up again, lines that end, and a cap on both.
use super::{follow, now, person};
use serde_json::Value;
use tests::events::Events;
use tests::{App, Who, both};

fn open(app: &App, who: Who, last: Option<&str>) -> Events {
    Events::open(app.node().address(), &app.token(who), last)
}

both! {
    fn events_go_on_and_are_taken_up_behind_the_last_one(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/customers", person("First")).is(201);
        let mut events = open(app, Who::Owner, None);
        let text = events.until(|t| t.contains("\"First\"")).to_owned();
        assert!(text.to_lowercase().contains("content-type: text/event-stream"), "{text}");
        owner.post("/customers", person("Second")).is(201);
        events.until(|t| t.contains("\"Second\"") && t.ends_with("\n\n\r\n"));
        assert_eq!(events.names(), ["First", "Second"]);
        let first = events.ids()[0].clone();
        let mut again = open(app, Who::Owner, Some(&first));
        again.until(|t| t.contains("\"Second\""));
        assert_eq!(again.names(), ["Second"]);
        let mut rival = open(app, Who::Rival, None);
        app.be(Who::Rival).post("/customers", person("Own")).is(201);
        rival.until(|t| t.contains("\"Own\""));
        assert_eq!(rival.names(), ["Own"]);
        // Each goes with its session, and all with the server.
        let locked = app.people.users[&Who::Rival];
        let user = owner.get(&format!("/users/{locked}")).is(200);
        owner.patch(&format!("/users/{locked}"), &user.etag(), serde_json::json!({"active": false})).is(200);
        rival.until(|t| t.ends_with("0\r\n\r\n"));
        assert!(app.node().stop());
        events.until(|t| t.ends_with("0\r\n\r\n"));
    }

    fn lines_end_with_the_feed_and_tell_where_to_go_on(app: &App) {
        let owner = app.be(Who::Owner);
        let begin = now(&owner);
        for name in ["A", "B", "C"] {
            owner.post("/customers", person(name)).is(201);
        }
        follow(&owner, &begin, |e| e["record"]["family_name"] == "C");
        let address = format!("/changes?after={begin}&limit=2");
        let answer = owner.with("Accept", "application/x-ndjson").call("GET", &address).is(200);
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        let lines: Vec<Value> = answer.text().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let names: Vec<&str> = lines.iter().filter_map(|l| l["record"]["family_name"].as_str()).collect();
        assert_eq!(names, ["A", "B", "C"]);
        let last = lines.last().unwrap();
        assert_eq!(last["end_of_stream"], true);
        let rest = owner.get(&format!("/changes?after={}", last["next"].as_str().unwrap())).is(200);
        assert_eq!(rest.data(), Vec::<Value>::new());
    }

    // Row 62 of the attacks.
    fn one_caller_holds_so_many_streams_and_no_more(app: &App) {
        let limited = app.another(&[("PEYVAND_RATE_LIMITS", "stream=3/60,default=10000/1")]);
        let mut open: Vec<Events> = (0..3).map(|_| Events::open(limited.address(), &app.token(Who::Owner), None)).collect();
        for events in &mut open {
            assert!(events.until(|t| t.contains("\r\n\r\n")).starts_with("HTTP/1.1 200"));
        }
        let owner = app.be(Who::Owner).at(limited.address());
        let refused = owner.with("Accept", "text/event-stream").get("/changes").refuses(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), "5");
        let end = now(&owner);
        owner.get(&format!("/changes?after={end}&wait=30")).refuses(429, "rate_limited");
        owner.get("/customers").is(200);
        let mut other = Events::open(limited.address(), &app.token(Who::Branch), None);
        assert!(other.until(|t| t.contains("\r\n\r\n")).starts_with("HTTP/1.1 200"));
    }
}
