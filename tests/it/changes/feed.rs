//! The feed: what it shows to whom, how it is resumed, and what it refuses.
use super::{follow, now, person};
use domain::core::actor::{Actor, Via};
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::core::pipeline::{Context, Entry, Op};
use domain::core::resource::Setting;
use persistence::core::columns::JsonText;
use persistence::core::conn::Conn;
use persistence::core::place::Place;
use persistence::core::{changes, seal, settings};
use persistence::sql;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant as Clock};
use tests::{App, Who, both, client::with_query};
use uuid::Uuid;

fn of<'a>(entries: &'a [Value], id: &str) -> Vec<&'a Value> {
    entries.iter().filter(|e| e["record_id"] == id).collect()
}
fn ops(entries: &[Value], id: &str) -> Vec<String> {
    of(entries, id).iter().map(|e| e["op"].as_str().unwrap().to_owned()).collect()
}

/// The number of the newest entry.
fn last(app: &App) -> i64 {
    app.rows(sql!("SELECT MAX(seq) FROM changes"), |row| row.integer(0))[0]
}

/// A share of a customer, written as its records are: a row, and its entries in the log.
#[derive(Clone, Copy)]
struct Share {
    id: Uuid,
    record: Uuid,
    to: Uuid,
}

impl Share {
    fn give(self, conn: &mut Conn) -> Result<()> {
        let now = Instant::new(chrono::Utc::now());
        let json = || JsonText("{}".to_owned());
        conn.execute(&sql!(
            "INSERT INTO shares (id, version, created_at, updated_at, object, record_id, grantee_kind, grantee_id, action, external_ids, custom) \
             VALUES (?, 1, ?, ?, 'customers', ?, 'user', ?, 'read', ?, ?)",
            self.id,
            now,
            now,
            self.record,
            self.to,
            json(),
            json()
        ))?;
        self.note(conn, Op::Created, 1)
    }
    fn take(self, conn: &mut Conn) -> Result<()> {
        let now = Instant::new(chrono::Utc::now());
        conn.execute(&sql!("UPDATE shares SET version = 2, deleted_at = ? WHERE id = ?", now, self.id))?;
        self.note(conn, Op::Deleted, 2)
    }
    fn note(self, conn: &mut Conn, op: Op, version: i64) -> Result<()> {
        let now = Instant::new(chrono::Utc::now());
        let actor = Actor::server(Via::Console, now);
        let setting = Setting {
            now,
            default_region: "IR".to_owned(),
        };
        let context = Context {
            actor: &actor,
            setting: &setting,
            ids: &api::http::app::SystemIds,
            origin: Uuid::now_v7(),
        };
        let (place, created) = (Some((None, None)), op == Op::Created);
        let entry = Entry {
            object: "shares",
            record: self.id,
            op,
            version,
            before: place.filter(|_| !created),
            after: place.filter(|_| created),
            changed: Map::new(),
            context: &context,
        };
        changes::append(conn, &entry)
    }
}

both! {
    fn each_change_comes_once_in_order_and_the_cursor_goes_on_behind_it(app: &App) {
        let owner = app.be(Who::Owner);
        let begin = now(&owner);
        let made = owner.post("/customers", person("کریمی")).is(201);
        let (id, address) = (made.id(), format!("/customers/{}", made.id()));
        let patched = owner.patch(&address, "\"1\"", json!({"city": "Yazd"})).is(200);
        owner.delete(&address, &patched.etag()).is(204);
        owner.act(&format!("{address}/restore"), "\"3\"").is(200);
        let (entries, end) = follow(&owner, &begin, |e| e["op"] == "restored");
        assert_eq!(ops(&entries, &id), ["created", "updated", "deleted", "restored"]);
        let seen = of(&entries, &id);
        assert_eq!(seen.iter().map(|e| e["version"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(seen[1]["changed"], json!(["city"]));
        assert_eq!(seen[1]["record"], Value::Null);
        assert_eq!(seen[1]["actor"], json!(app.people.users[&Who::Owner]));
        assert_eq!(seen[3]["record"], owner.get(&address).is(200).json());
        let again = owner.get(&with_query("/changes", &[("after", &begin), ("objects", "customers"), ("limit", "2")])).is(200).json();
        assert_eq!(again["data"].as_array().unwrap().len(), 2);
        assert_eq!(again["end_of_stream"], false);
        let rest = with_query("/changes", &[("after", again["next"].as_str().unwrap()), ("objects", "customers")]);
        let rest = owner.get(&rest).is(200).json();
        let both: Vec<Value> = [again, rest].iter().flat_map(|p| p["data"].as_array().unwrap().clone()).collect();
        assert_eq!(both.iter().map(|e| e["id"].clone()).collect::<Vec<_>>(), seen.iter().map(|e| e["id"].clone()).collect::<Vec<_>>());
        let after = owner.get(&with_query("/changes", &[("after", &end)])).is(200).json();
        assert_eq!((&after["data"], &after["end_of_stream"]), (&json!([]), &json!(true)));
        let elsewhere = with_query("/changes", &[("after", &begin), ("objects", "units")]);
        assert_eq!(owner.get(&elsewhere).is(200).data(), Vec::<Value>::new());
    }

    // Row 8 of the attacks, and what is told of a record that changes hands.
    fn a_record_that_leaves_sight_is_hidden_and_one_that_enters_is_created(app: &App) {
        let (owner, seller, rival, branch) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival), app.be(Who::Branch));
        let (sellers, rivals, branches) = (now(&seller), now(&rival), now(&branch));
        let body = json!({"kind": "person", "family_name": "Secret", "national_id": "0013542419", "owner_id": app.people.users[&Who::Seller]});
        let made = owner.post("/customers", body).is(201);
        let (id, address) = (made.id(), format!("/customers/{}", made.id()));
        let mine = follow(&seller, &sellers, |e| e["record_id"] == id);
        assert_eq!(mine.0[0]["record"]["family_name"], "Secret");
        let changed = mine.0[0]["changed"].as_array().unwrap();
        assert!(changed.contains(&json!("family_name")) && !changed.contains(&json!("national_id")), "{changed:?}");
        let to = json!({"owner_id": app.people.users[&Who::Rival]});
        owner.patch(&address, "\"1\"", to).is(200);
        let left = follow(&seller, &mine.1, |e| e["record_id"] == id).0;
        assert_eq!(ops(&left, &id), ["hidden"]);
        assert_eq!(left[0], json!({
            "seq": left[0]["seq"], "id": left[0]["id"], "object": "customers", "record_id": id, "op": "hidden", "version": null,
            "changed": [], "at": left[0]["at"], "actor": null, "tx_id": left[0]["tx_id"], "record": null,
        }));
        let (entries, rivals) = follow(&rival, &rivals, |e| e["record_id"] == id);
        assert_eq!(ops(&entries, &id), ["created"], "nothing of what was before it came");
        assert_eq!((&entries[0]["version"], &entries[0]["record"]["family_name"]), (&json!(2), &json!("Secret")));
        let (entries, _) = follow(&branch, &branches, |e| e["record_id"] == id);
        assert_eq!(ops(&entries, &id), ["created"]);
        owner.patch(&address, "\"2\"", json!({"owner_id": app.people.users[&Who::Owner]})).is(200);
        let (entries, rivals) = follow(&rival, &rivals, |e| e["record_id"] == id);
        assert_eq!(ops(&entries, &id), ["hidden"]);
        owner.patch(&address, "\"3\"", json!({"city": "Qom"})).is(200);
        rival.post("/customers", person("marker")).is(201);
        let (entries, _) = follow(&rival, &rivals, |e| e["record"]["family_name"] == "marker");
        assert_eq!(entries.len(), 1, "what goes on out of sight is not told");
        let whole = seller.get("/changes").is(200).text();
        assert!(!whole.contains("Secret"), "a body out of sight: {whole}");
    }

    fn a_share_brings_a_record_into_sight_and_its_end_takes_it_away(app: &App) {
        let (owner, rival) = (app.be(Who::Owner), app.be(Who::Rival));
        let begin = now(&rival);
        let made = owner.post("/customers", person("Shared")).is(201);
        let share = Share { id: Uuid::now_v7(), record: made.id().parse().unwrap(), to: app.people.users[&Who::Rival] };
        app.write(move |conn| share.give(conn));
        let (entries, next) = follow(&rival, &begin, |e| e["record_id"] == made.id() && e["seq"].as_i64() == Some(last(app)));
        // Once for its creation, which the share now shows, and once for the share, if both were read at once.
        assert!(ops(&entries, &made.id()).iter().all(|op| op == "created"), "{entries:?}");
        assert_eq!(entries[0]["record"]["family_name"], "Shared");
        owner.patch(&format!("/customers/{}", made.id()), "\"1\"", json!({"city": "Yazd"})).is(200);
        let (entries, next) = follow(&rival, &next, |e| e["record_id"] == made.id());
        assert_eq!(ops(&entries, &made.id()), ["updated"]);
        app.write(move |conn| share.take(conn));
        let (entries, _) = follow(&rival, &next, |e| e["record_id"] == made.id());
        assert_eq!(ops(&entries, &made.id()), ["hidden"]);
        assert_eq!(entries[0]["record"], Value::Null);
    }

    // Row 57 of the attacks.
    fn a_cursor_that_was_not_given_to_the_caller_is_refused(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let good = now(&owner);
        let list = owner.list("/customers", &[("limit", "1")]).is(200).json()["page"]["next_cursor"].as_str().map(str::to_owned);
        let other = if &good[10..11] == "A" { "B" } else { "A" };
        let forged = format!("{}{other}{}", &good[..10], &good[11..]);
        let long = "A".repeat(4_096);
        let bad = ["x", "yesterday", "0,0", &good[..good.len() - 1], forged.as_str(), long.as_str()];
        for text in bad.into_iter().chain(list.as_deref()) {
            owner.get(&with_query("/changes", &[("after", text)])).refuses(400, "cursor_mismatch");
            owner.with("Last-Event-ID", text).get("/changes").refuses(400, "cursor_mismatch");
        }
        owner.get(&with_query("/changes", &[("after", &"A".repeat(5_000))])).refuses(400, "invalid_parameter");
        seller.get(&with_query("/changes", &[("after", &good)])).refuses(400, "cursor_mismatch");
        owner.get("/changes?objects=nothing").refuses(400, "invalid_query").blames("objects", "unknown_field");
        owner.get("/changes?limit=1001").is(422);
        owner.get("/changes?wait=31").is(422);
        app.be(Who::Powerless).get("/changes").refuses(403, "forbidden");
        seller.get("/changes?objects=roles").refuses(403, "forbidden");
        owner.with("Accept", "image/png").get("/changes").refuses(406, "not_acceptable");
    }

    fn who_waits_is_woken_by_a_write_of_any_node(app: &App) {
        let other = app.another(&[]);
        for server in [app.node().address(), other.address()] {
            let begin = now(&app.be(Who::Owner));
            let started = Clock::now();
            let entries = std::thread::scope(|scope| {
                let waiting = scope.spawn(|| {
                    let owner = app.be(Who::Owner).at(server);
                    owner.get(&with_query("/changes", &[("after", &begin), ("wait", "30")])).is(200).data()
                });
                app.be(Who::Owner).post("/customers", person("Awaited")).is(201);
                waiting.join().unwrap()
            });
            assert_eq!(entries[0]["record"]["family_name"], "Awaited");
            assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        }
    }

    fn a_cursor_older_than_what_is_kept_is_gone_and_records_keep_their_last_entry(app: &App) {
        let owner = app.be(Who::Owner);
        let begin = now(&owner);
        let made = owner.post("/customers", person("Old")).is(201);
        let address = format!("/customers/{}", made.id());
        owner.patch(&address, "\"1\"", json!({"city": "Qom"})).is(200);
        let (_, middle) = follow(&owner, &begin, |e| e["op"] == "updated");
        let at = |days: i64| Instant::new(chrono::Utc::now() + chrono::TimeDelta::days(days));
        let entries = || app.rows(sql!("SELECT COUNT(*) FROM changes"), |row| row.integer(0))[0];
        let before = entries();
        app.write(move |conn| seal::seal(conn, at(0)));
        let prune = |days| app.write(move |conn| {
            let mut from = Some(Place::START);
            while let Some(place) = from {
                from = seal::prune(conn, at(days), place)?;
            }
            Ok(())
        });
        prune(1_000);
        assert_eq!(entries(), before, "without the setting all is kept");
        app.write(|conn| settings::set(conn, seal::RETENTION, "1"));
        prune(29);
        assert_eq!(entries(), before, "thirty days at least");
        owner.get(&with_query("/changes", &[("after", &begin)])).is(200);
        prune(31);
        assert_eq!(entries(), before - 1, "the one superseded entry went");
        let gone = owner.get(&with_query("/changes", &[("after", &begin)])).refuses(410, "cursor_expired");
        assert_eq!(gone.header("link"), "</api/v1/changes?after=now>; rel=\"start\"");
        owner.get(&with_query("/changes", &[("after", &middle)])).is(200);
        let id = made.id();
        let fresh = owner.get("/changes").is(200).data();
        assert_eq!(ops(&fresh, &id), ["updated"]);
        owner.patch(&address, "\"2\"", json!({"city": "Yazd"})).is(200);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn rights_that_change_make_a_follower_begin_anew(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let begin = now(&seller);
        let role = format!("/roles/{}", app.people.roles["Test seller"]);
        let tag = owner.get(&role).is(200).etag();
        owner.patch(&role, &tag, json!({"permissions": [{"permission": "customers:*", "scope": "unit"}]})).is(200);
        seller.get(&with_query("/changes", &[("after", &begin)])).refuses(410, "cursor_expired");
        let begin = now(&seller);
        seller.get(&with_query("/changes", &[("after", &begin)])).is(200);
    }
}
