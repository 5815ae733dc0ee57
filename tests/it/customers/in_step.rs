//! Groups with a condition never disagree with what is written: by many at once, and after edits of every kind at random.
use super::groups::{current, events, found, group, members, pair, person};
use persistence::sql;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tests::{App, Client, Who, both};

both! {
    fn a_group_in_use_by_many_at_once_has_nobody_twice(app: &App) {
        let owner = app.be(Who::Owner);
        let who = person(&owner, json!({}));
        let by_hand = owner.post("/groups", json!({"name": "By hand"})).is(201).id();
        let (at, body) = (format!("/groups/{by_hand}/members"), json!({"customer_id": who}));
        let answers: Vec<u16> = std::thread::scope(|threads| {
            let all: Vec<_> = (0..12).map(|_| threads.spawn(|| owner.post(&at, body.clone()).status)).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|s| **s == 201).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|s| matches!(s, 200 | 201)), "{answers:?}");
        assert_eq!(events(&owner, &by_hand, &[]), [pair("joined", "hand")]);
    }

    fn writers_and_changed_conditions_at_once_end_in_step(app: &App) {
        const CITIES: [&str; 3] = ["یزد", "قم", "شیراز"];
        let owner = app.be(Who::Owner);
        let all: Vec<String> = (0..12).map(|n| person(&owner, json!({"city": CITIES[n % 3]}))).collect();
        let (steady, moving) = (group(&owner, "city = \"یزد\""), group(&owner, "city = \"قم\""));
        std::thread::scope(|threads| {
            for seed in 0..4 {
                let (owner, all) = (owner.clone(), &all);
                threads.spawn(move || {
                    let mut random = StdRng::seed_from_u64(seed);
                    for _ in 0..30 {
                        let city = CITIES[random.random_range(0..3)];
                        match random.random_range(0..5) {
                            0 => {
                                person(&owner, json!({"city": city}));
                            }
                            _ => {
                                let at = format!("/customers/{}", all[random.random_range(0..all.len())]);
                                owner.patch(&at, "*", json!({"city": city})).is(200);
                            }
                        }
                    }
                });
            }
            let owner = owner.clone();
            let (steady, moving) = (&steady, &moving);
            threads.spawn(move || {
                for n in 0..12 {
                    let condition = format!("city = \"{}\"", CITIES[n % 3]);
                    owner.patch(&format!("/groups/{moving}"), "*", json!({"condition": condition})).is(200);
                    owner.act(&format!("/groups/{steady}/rebuild"), "*").is(202);
                }
            });
        });
        for (id, city) in [(&steady, "یزد"), (&moving, CITIES[11 % 3])] {
            assert_eq!(current(&owner, id)["state"], "current");
            assert_eq!(members(&owner, id), found(&owner, &format!("city = \"{city}\"")), "{city}");
        }
        in_step(app, &owner, &[steady, moving]);
    }
}

/// Each who joined and has not left is in, and nobody else; a rebuild finds nothing to do.
fn in_step(app: &App, owner: &Client<'_>, groups: &[String]) {
    for group in groups {
        let before = members(owner, group);
        let told = owner.all(&format!("/groups/{group}/history"), &[]).len();
        owner.act(&format!("/groups/{group}/rebuild"), "*").is(202);
        current(owner, group);
        assert_eq!(members(owner, group), before);
        assert_eq!(
            owner.all(&format!("/groups/{group}/history"), &[]).len(),
            told,
            "a rebuild found something"
        );
    }
    let sums = app.rows(
        sql!(
            "SELECT COUNT(*) FROM (SELECT group_id, customer_id, SUM(CASE event WHEN 'joined' THEN 1 ELSE -1 END) AS n FROM group_history \
             GROUP BY group_id, customer_id) h LEFT JOIN group_matches m ON m.group_id = h.group_id AND m.customer_id = h.customer_id \
             WHERE h.n <> CASE WHEN m.customer_id IS NULL THEN 0 ELSE 1 END"
        ),
        |row| row.integer(0),
    );
    assert_eq!(sums, [0], "the history does not add up to the members");
}

/// Random edits of every kind; after each few, all groups are what their conditions find.
fn random_edits_keep_every_group_in_step(app: &App, seed: u64) {
    let (owner, mut random) = (app.be(Who::Owner).with("Skip-Duplicate-Check", "true"), StdRng::seed_from_u64(seed));
    for (name, kind) in [("level", "number"), ("word", "text")] {
        let field = json!({"object": "customers", "name": name, "label_en": name, "label_fa": name, "kind": kind});
        owner.post("/custom-fields", field).is(201);
    }
    let conditions = [
        "city = \"یزد\"",
        "NOT city = \"یزد\"",
        "city IN (\"یزد\", null) OR custom.level > 1.5",
        "interests : \"فولاد\" AND birth_date < \"1990-01-01\"",
        "custom.word : \"ه\" OR custom.word = null AND lifecycle_stage != \"lead\"",
        "version >= 3",
        "NOT (custom.level IN (1, 2) AND notes = null)",
        "referrer_id != null OR gender = \"female\"",
        "updated_at > \"2020-01-01T00:00:00Z\" AND custom.level = null",
    ];
    let mut groups: Vec<(String, String)> = conditions.iter().map(|c| (group(&owner, c), (*c).to_owned())).collect();
    let (mut customers, mut merges) = (Vec::<String>::new(), Vec::<String>::new());
    let one = |random: &mut StdRng, of: &[String]| of[random.random_range(0..of.len())].clone();
    let values = |random: &mut StdRng, of: &[String]| {
        let mut body = json!({});
        for _ in 0..random.random_range(1..4) {
            let n = random.random_range(0..4_usize);
            let (field, value) = match random.random_range(0..9) {
                0 => ("city", [json!("یزد"), json!("قم"), json!(null), json!("يزد")][n].clone()),
                1 => (
                    "interests",
                    [json!([]), json!(["فولاد"]), json!(["مس", "فولاد"]), json!(["مس"])][n].clone(),
                ),
                2 => (
                    "birth_date",
                    [json!("1984-05-12"), json!("1995-01-01"), json!(null), json!("1989-12-31")][n].clone(),
                ),
                3 => ("custom", json!({"level": ([json!(1), json!("2.0"), json!(null), json!("1.6")][n])})),
                4 => (
                    "custom",
                    json!({"word": ([json!("راه"), json!("کار"), json!(null), json!("ه")][n])}),
                ),
                5 => ("lifecycle_stage", json!(["lead", "customer", "prospect", "former"][n])),
                6 => ("notes", [json!("یادداشت"), json!(null), json!("x"), json!(null)][n].clone()),
                7 => ("gender", [json!("female"), json!("male"), json!(null), json!("other")][n].clone()),
                _ => (
                    "referrer_id",
                    if of.is_empty() || n == 0 {
                        json!(null)
                    } else {
                        json!(of[random.random_range(0..of.len())])
                    },
                ),
            };
            body[field] = value;
        }
        body
    };
    for round in 0..120 {
        match random.random_range(0..20) {
            0..5 => customers.push(person(&owner, values(&mut random, &[]))),
            _ if customers.len() < 6 => customers.push(person(&owner, values(&mut random, &customers))),
            5..12 => {
                let at = format!("/customers/{}", one(&mut random, &customers));
                let body = values(&mut random, &[]);
                let answer = owner.patch(&at, "*", body);
                assert!(matches!(answer.status, 200 | 404 | 409), "{answer:?}");
            }
            12 => {
                owner.delete(&format!("/customers/{}", one(&mut random, &customers)), "*");
            }
            13 => {
                owner.act(&format!("/customers/{}/restore", one(&mut random, &customers)), "*");
            }
            14..16 => {
                let (a, b) = (one(&mut random, &customers), one(&mut random, &customers));
                let answer = owner.post("/merges", json!({"survivor_id": a, "merged_ids": [b]}));
                if answer.status == 201 {
                    merges.push(answer.id());
                }
            }
            16 if !merges.is_empty() => {
                owner.act(&format!("/merges/{}/undo", one(&mut random, &merges)), "*");
            }
            17 => {
                let at = random.random_range(0..groups.len());
                let condition = conditions[random.random_range(0..conditions.len())];
                owner
                    .patch(&format!("/groups/{}", groups[at].0), "*", json!({"condition": condition}))
                    .is(200);
                groups[at].1 = condition.to_owned();
            }
            _ => customers.push(person(&owner, values(&mut random, &[]))),
        }
        if round % 30 == 29 {
            for (id, condition) in &groups {
                assert_eq!(current(&owner, id)["state"], "current");
                assert_eq!(members(&owner, id), found(&owner, condition), "{condition} (seed {seed})");
            }
        }
    }
    in_step(app, &owner, &groups.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
}

#[test]
fn sqlite_random() {
    random_edits_keep_every_group_in_step(&App::sqlite(), 11);
}

#[test]
fn postgres_random() {
    random_edits_keep_every_group_in_step(&App::postgres(), 12);
}
