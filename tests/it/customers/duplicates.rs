//! The matcher: what it finds, who hears of it, and what stays dismissed.
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{App, Client, Who, both};

fn person(client: &Client<'_>, given: &str, family: &str, more: Value) -> String {
    let mut body = json!({"kind": "person", "given_name": given, "family_name": family});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.with("Skip-Duplicate-Check", "true").post("/customers", body).is(201).id()
}
/// Runs the matcher to its end; what it says of itself.
fn scan(app: &App) -> Value {
    let owner = app.be(Who::Owner);
    let begun = owner.send("POST", "/duplicates/scan", "", b"").is(202);
    let place = begun.header("location").to_owned();
    assert_eq!(place, format!("/api/v1/jobs/{}", begun.json()["job_id"].as_str().unwrap()));
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let job = owner.get(&place).is(200).json();
        if job["state"] == "done" {
            return job["result"].clone();
        }
        assert!(Instant::now() < end, "the matcher does not come to its end: {job}");
        std::thread::yield_now();
    }
}
fn pair(record: &Value) -> [String; 2] {
    let mut ids = ["a_id", "b_id"].map(|name| record[name].as_str().unwrap().to_owned());
    ids.sort_unstable();
    ids
}
fn sorted(a: &str, b: &str) -> [String; 2] {
    let mut ids = [a.to_owned(), b.to_owned()];
    ids.sort_unstable();
    ids
}

both! {
    fn what_is_written_otherwise_is_found_and_what_is_another_is_not(app: &App) {
        let owner = app.be(Who::Owner);
        let born = |date: &str| json!({"birth_date": date, "city": "یزد"});
        let ali = person(&owner, "علی", "کریمی", born("1984-05-12"));
        let arabic = person(&owner, "علي", "كريمي", born("1984-05-12"));
        person(&owner, "رضا", "کریمی", born("1986-01-30"));
        person(&owner, "مریم", "نوری", json!({}));
        let company = |name: &str| owner.post("/customers", json!({"kind": "organization", "organization_name": name, "city": "یزد"})).is(201).id();
        let (steel, same) = (company("شرکت فولاد یزد (سهامی خاص)"), company("فولاد یزد"));
        let result = scan(app);
        assert_eq!((&result["customers"], &result["found"]), (&json!(6), &json!(2)), "{result}");
        let found = owner.list("/duplicates", &[("sort", "-score")]).is(200).data();
        let pairs: Vec<[String; 2]> = found.iter().map(pair).collect();
        assert_eq!(pairs, [sorted(&ali, &arabic), sorted(&steel, &same)]);
        assert_eq!(found[0]["reasons"], json!(["birth_date", "family_name", "given_name", "city"]));
        assert_eq!(owner.list("/duplicates", &[("filter", "score >= 0.99")]).is(200).data().len(), 1);
        assert_eq!(owner.list("/duplicates", &[("filter", "score < 0.5")]).is(200).data().len(), 0);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn what_was_dismissed_or_merged_stays_so(app: &App) {
        let owner = app.be(Who::Owner);
        let same = json!({"birth_date": "1984-05-12", "contact_points": [{"kind": "mobile", "value": "+989121234567"}]});
        let [a, b, c] = [0, 1, 2].map(|_| person(&owner, "علی", "کریمی", same.clone()));
        assert_eq!(scan(app)["found"], 3);
        let of = |x: &str, y: &str| {
            let all = owner.get("/duplicates").is(200).data();
            all.into_iter().find(|d| pair(d) == sorted(x, y)).unwrap()
        };
        let first = of(&a, &b)["id"].as_str().unwrap().to_owned();
        assert_eq!(owner.act(&format!("/duplicates/{first}/dismiss"), "*").is(200).json()["state"], "dismissed");
        assert_eq!(scan(app)["found"], 0);
        assert_eq!(of(&a, &b)["state"], "dismissed");
        assert_eq!(owner.act(&format!("/duplicates/{first}/reopen"), "*").is(200).json()["state"], "open");
        let merge = owner.post("/merges", json!({"survivor_id": a, "merged_ids": [b]})).is(201).id();
        assert_eq!((&of(&a, &b)["state"], &of(&b, &c)["state"], &of(&a, &c)["state"]), (&json!("merged"), &json!("merged"), &json!("open")));
        owner.act(&format!("/duplicates/{first}/dismiss"), "*").refuses(409, "merged");
        owner.act(&format!("/merges/{merge}/undo"), "*").is(200);
        assert_eq!((&of(&a, &b)["state"], &of(&b, &c)["state"]), (&json!("open"), &json!("open")));
    }

    fn a_pair_is_seen_by_who_sees_both(app: &App) {
        let (seller, rival, owner) = (app.be(Who::Seller), app.be(Who::Rival), app.be(Who::Owner));
        let role = app.people.roles["Test seller"];
        owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": [
            {"permission": "customers:*", "scope": "own"}, {"permission": "duplicates:*", "scope": "all"}, {"permission": "shares:*", "scope": "all"},
        ]})).is(200);
        let same = json!({"birth_date": "1984-05-12", "city": "یزد"});
        let (mine, second) = (person(&seller, "علی", "کریمی", same.clone()), person(&seller, "علی", "کریمی", same.clone()));
        let theirs = person(&rival, "علی", "کریمی", same);
        assert_eq!(scan(app)["found"], 3);
        let seen = |who: Who| app.be(who).get("/duplicates").is(200).data();
        assert_eq!(seen(Who::Owner).len(), 3);
        assert_eq!(seen(Who::Seller).iter().map(pair).collect::<Vec<_>>(), [sorted(&mine, &second)]);
        assert_eq!(seen(Who::Rival).len(), 0);
        let hidden = owner.get("/duplicates").is(200).data().into_iter().find(|d| pair(d) == sorted(&mine, &theirs)).unwrap();
        let address = format!("/duplicates/{}", hidden["id"].as_str().unwrap());
        seller.get(&address).refuses(404, "not_found");
        seller.act(&format!("{address}/dismiss"), "*").refuses(404, "not_found");
        let told = seller.list("/changes", &[("objects", "duplicates")]).is(200).data();
        assert_eq!(told.len(), 0, "{told:?}");
        // With the other one shared, it is in sight.
        owner.post("/shares", json!({"object": "customers", "record_id": theirs, "grantee_kind": "user", "grantee_id": app.people.users[&Who::Seller], "action": "read"})).is(201);
        seller.get(&address).is(200);
        app.be(Who::Powerless).get("/duplicates").refuses(403, "forbidden");
        app.be(Who::Viewer).send("POST", "/duplicates/scan", "", b"").refuses(403, "forbidden");
    }
}
