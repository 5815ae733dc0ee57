//! Leads: from the form to a customer and a deal.
use super::customer;
use persistence::core::sql::Sql;
use persistence::sql;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::answer::Answer;
use tests::engine::Engine;
use tests::records::fresh;
use tests::{Client, Who, both};

fn lead(client: &Client<'_>, more: Value) -> Value {
    let mut body = json!({"family_name": "اصفهانی", "contact_points": [{"kind": "mobile", "value": format!("0913{:07}", fresh())}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/leads", body).is(201).json()
}

fn at(lead: &Value) -> String {
    format!("/leads/{}", lead["id"].as_str().unwrap())
}

fn act(client: &Client<'_>, lead: &Value, verb: &str, body: Value) -> Answer {
    client.with("If-Match", "*").post(&format!("{}/{verb}", at(lead)), body)
}

both! {
    fn a_score_explains_itself_and_follows_its_rules(app: &App) {
        let owner = app.be(Who::Owner);
        let rule = |name: &str, condition: &str, points: i64| {
            owner.post("/scoring-rules", json!({"name": name, "condition": condition, "points": points})).is(201).id()
        };
        let form = rule("1 form", "channel = \"form\"", 20);
        rule("2 large", "amount.amount >= 1000 AND amount.currency = \"IRR\"", 30);
        rule("3 far", "province = \"قم\" OR NOT interests : \"کاشی\"", -5);
        owner.post("/scoring-rules", json!({"name": "x", "condition": "colour = 1", "points": 1})).is(422).blames("/condition", "unknown_field");
        owner.post("/scoring-rules", json!({"name": "x", "condition": "channel = \"form\"", "points": 1001})).is(422).blames("/points", "out_of_range");
        let made = lead(&owner, json!({"channel": "form", "amount": {"amount": "1000", "currency": "IRR"}}));
        let parts = |lead: &Value| -> Vec<(String, i64)> {
            let all = lead["score_parts"].as_array().unwrap().iter();
            all.map(|p| (p["name"].as_str().unwrap().to_owned(), p["points"].as_i64().unwrap())).collect()
        };
        assert_eq!((&made["score"], parts(&made)), (&json!(45), vec![("1 form".to_owned(), 20), ("2 large".to_owned(), 30), ("3 far".to_owned(), -5)]));
        let better = owner.patch(&at(&made), "*", json!({"interests": ["کاشی"]})).is(200).json();
        assert_eq!(better["score"], 50);
        // A rule that changes is told to those that are there.
        owner.patch(&format!("/scoring-rules/{form}"), "*", json!({"points": 7})).is(200);
        let end = Instant::now() + Duration::from_secs(60);
        while owner.get(&at(&made)).is(200).json()["score"] != 37 {
            assert!(Instant::now() < end, "the score did not follow");
            std::thread::yield_now();
        }
    }

    fn leads_go_to_whom_the_rules_say(app: &App) {
        let owner = app.be(Who::Owner);
        let user = |who: Who| json!(app.people.users[&who]);
        let rule = json!({"name": "یزد", "position": 1, "condition": "province = \"یزد\"", "candidates": [
            {"user_id": user(Who::Seller), "max_open": 2}, {"user_id": user(Who::Rival), "skills": ["انگلیسی"]}
        ]});
        owner.post("/assignment-rules", rule).is(201);
        let all = json!({"name": "همه", "position": 2, "strategy": "least_loaded", "candidates": [{"user_id": user(Who::Viewer), "territories": ["DE"]}]});
        owner.post("/assignment-rules", all).is(201);
        let given = |more: Value| {
            let mut body = json!({"auto_assign": true, "province": "یزد"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            lead(&owner, body)["owner_id"].clone()
        };
        assert_eq!([given(json!({})), given(json!({})), given(json!({}))], [user(Who::Seller), user(Who::Rival), user(Who::Seller)]);
        // The seller has two, and the other one knows what is needed.
        assert_eq!([given(json!({})), given(json!({"needs_skills": ["انگلیسی"]}))], [user(Who::Rival), user(Who::Rival)]);
        assert_eq!(given(json!({"province": "قم", "country": "DE"})), user(Who::Viewer));
        // Whoever takes it in need not be one who could give it away.
        let seller = app.be(Who::Seller);
        let far = lead(&seller, json!({"province": "یزد", "needs_skills": ["انگلیسی"], "auto_assign": true}));
        assert_eq!((&far["owner_id"], far["assigned_by_id"].is_string()), (&user(Who::Rival), true));
        seller.get(&at(&far)).refuses(404, "not_found");
        app.be(Who::Rival).get(&at(&far)).is(200);
        let taken = owner.patch(&at(&far), "*", json!({"owner_id": user(Who::Seller)})).is(200).json();
        assert_eq!((&taken["assigned_by_id"], &taken["assigned_at"]), (&json!(null), &json!(null)));
        owner.delete(&at(&far), "*").is(204);
        let nobodys = lead(&owner, json!({"province": "قم", "auto_assign": true}));
        assert_eq!(nobodys["owner_id"], user(Who::Owner), "nobody is for it: it stays with whoever made it");
        let before = lead(&owner, json!({"province": "یزد", "needs_skills": ["آلمانی"]}));
        let told = owner.get(&format!("{}/assignment", at(&before))).is(200).json();
        assert_eq!(told["user_id"], json!(null));
        let verdicts: Vec<&Value> = told["asked"][0]["candidates"].as_array().unwrap().iter().map(|c| &c["verdict"]).collect();
        assert_eq!(verdicts, [&json!("skill"), &json!("skill")]);
        assert_eq!((&told["asked"][1]["fits"], &told["asked"][1]["candidates"][0]["verdict"]), (&json!(true), &json!("territory")));
        owner.act(&format!("{}/assign", at(&before)), "*").refuses(409, "nobody_to_assign");
        owner.patch(&at(&before), "*", json!({"needs_skills": []})).is(200);
        let told = owner.get(&format!("{}/assignment", at(&before))).is(200).json();
        assert_eq!(told["user_id"], user(Who::Rival), "a look takes nobody's turn");
        assert_eq!(owner.act(&format!("{}/assign", at(&before)), "*").is(200).json()["owner_id"], user(Who::Rival));
    }

    fn a_lead_is_turned_down_taken_up_again_and_left_to_ripen(app: &App) {
        let owner = app.be(Who::Owner);
        let made = lead(&owner, json!({}));
        assert_eq!(act(&owner, &made, "work", json!({})).is(200).json()["status"], "working");
        act(&owner, &made, "recycle", json!({})).refuses(409, "lead_open");
        act(&owner, &made, "disqualify", json!({"reason": "weather"})).is(422).blames("/reason", "not_allowed");
        let down = act(&owner, &made, "disqualify", json!({"reason": "no_budget", "note": "سال آینده"})).is(200).json();
        assert_eq!((&down["status"], &down["disqualify_reason"], &down["status_note"]), (&json!("disqualified"), &json!("no_budget"), &json!("سال آینده")));
        act(&owner, &made, "work", json!({})).refuses(409, "lead_disqualified");
        act(&owner, &made, "convert", json!({})).refuses(409, "lead_disqualified");
        let again = act(&owner, &made, "recycle", json!({})).is(200).json();
        assert_eq!((&again["status"], &again["recycled"], &again["disqualify_reason"]), (&json!("new"), &json!(1), &json!(null)));
        act(&owner, &made, "nurture", json!({"until": "2020-01-01"})).is(422).blames("/until", "out_of_range");
        act(&owner, &made, "nurture", json!({"until": "2999-01-01"})).is(200);
        let id: uuid::Uuid = made["id"].as_str().unwrap().parse().unwrap();
        app.write(move |conn| {
            let day = persistence::core::sql::Bind::Date("2020-01-01".parse().unwrap());
            let past = persistence::core::sql::Sql::new("UPDATE leads SET nurture_until = ").bind(day).text(" WHERE id = ").bind(id);
            conn.execute(&past)?;
            conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'ripen_leads'")).map(|_| ())
        });
        let end = Instant::now() + Duration::from_secs(60);
        while owner.get(&at(&made)).is(200).json()["status"] != "new" {
            assert!(Instant::now() < end, "it did not come back");
            std::thread::yield_now();
        }
        let told = app.rows(sql!("SELECT user_id FROM notifications WHERE record_id = ? AND kind = 'reminder'", id), |row| row.uuid(0));
        assert_eq!(told, [Some(app.people.users[&Who::Owner])]);
    }

    fn who_may_be_the_same_is_found_among_leads_and_customers(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let point = json!([{"kind": "mobile", "value": "0913 555 0101"}, {"kind": "email", "value": "Maryam@Naghsh.example"}]);
        let first = lead(&owner, json!({"contact_points": point}));
        let known = owner.post("/customers", json!({"kind": "person", "family_name": "اصفهانی", "contact_points": [{"kind": "email", "value": "maryam@naghsh.example"}]})).is(201).id();
        let second = lead(&seller, json!({"contact_points": [{"kind": "phone", "value": "+98 913 555 0101"}]}));
        let found = |client: &Client<'_>, of: &Value| -> BTreeMap<String, String> {
            let all = client.get(&format!("{}/duplicates", at(of))).is(200).data();
            all.iter().map(|m| (m["object"].as_str().unwrap().to_owned(), m["id"].as_str().unwrap().to_owned())).collect()
        };
        let both = BTreeMap::from([("leads".to_owned(), second["id"].as_str().unwrap().to_owned()), ("customers".to_owned(), known.clone())]);
        assert_eq!(found(&owner, &first), both);
        assert_eq!(found(&seller, &second), BTreeMap::new(), "what is out of sight is nobody's double");
        let refused = act(&owner, &first, "convert", json!({})).refuses(409, "duplicate").json();
        assert_eq!(refused["matches"][0]["id"], json!(known));
        assert_eq!(owner.get(&at(&first)).is(200).json()["status"], "new");
        let into = act(&owner, &first, "convert", json!({"customer_id": known})).is(200).json();
        assert_eq!((&into["customer_id"], &into["contact_id"]), (&json!(known), &json!(null)));
    }

    fn a_lead_becomes_a_customer_a_person_there_and_a_deal_once(app: &App) {
        let owner = app.be(Who::Owner);
        let made = lead(&owner, json!({
            "organization_name": "هتل شاه عباس", "given_name": "مریم", "city": "اصفهان", "source": "فرم وب", "message": "دو هزار متر کاشی",
            "amount": {"amount": "700", "currency": "IRR"}
        }));
        let address = format!("{}/convert", at(&made));
        let key = owner.with("If-Match", "\"1\"").with("Idempotency-Key", "convert-1");
        let into = key.post(&address, json!({"opportunity": {"name": "کاشی برای هتل", "close_date": "2031-03-21"}})).is(200);
        let lead = into.json();
        assert_eq!((&lead["status"], &lead["version"]), (&json!("converted"), &json!(2)));
        let again = key.post(&address, json!({"opportunity": {"name": "کاشی برای هتل", "close_date": "2031-03-21"}})).is(200);
        assert_eq!((again.text(), again.header("idempotency-replayed")), (into.text(), "true"));
        let get = |object: &str, id: &Value| owner.get(&format!("/{object}/{}", id.as_str().unwrap())).is(200).json();
        let (customer, contact, deal) = (get("customers", &lead["customer_id"]), get("customers", &lead["contact_id"]), get("opportunities", &lead["opportunity_id"]));
        assert_eq!((&customer["kind"], &customer["display_name"], &customer["city"]), (&json!("organization"), &json!("هتل شاه عباس"), &json!("اصفهان")));
        assert_eq!((&contact["kind"], &contact["display_name"]), (&json!("person"), &json!("مریم اصفهانی")));
        assert_eq!(contact["contact_points"].as_array().unwrap().len(), 1);
        let ties = owner.all("/relationships", &[("filter", &format!("from_id = {} AND to_id = {}", contact["id"], customer["id"]))]);
        assert_eq!(ties.len(), 1);
        let parts = owner.all("/opportunity-contacts", &[("filter", &format!("opportunity_id = {}", deal["id"]))]);
        assert_eq!((parts.len(), &parts[0]["customer_id"], &parts[0]["is_primary"]), (1, &contact["id"], &json!(true)));
        assert_eq!((&deal["lead_id"], &deal["customer_id"], &deal["name"]), (&lead["id"], &customer["id"], &json!("کاشی برای هتل")));
        assert_eq!((&deal["amount"], &deal["source"], &deal["description"]), (&json!({"amount": "700.00", "currency": "IRR"}), &json!("فرم وب"), &json!("دو هزار متر کاشی")));
        for verb in ["work", "recycle", "convert"] {
            act(&owner, &lead, verb, json!({})).refuses(409, "lead_converted");
        }
        owner.patch(&at(&lead), "*", json!({"city": "قم"})).refuses(409, "lead_converted");
        // Who has it may change all the same.
        owner.patch(&at(&lead), "*", json!({"owner_id": app.people.users[&Who::Seller]})).is(200);
        // Both sides tell of it.
        for whom in [&customer, &contact] {
            let view = owner.get(&format!("/customers/{}/360?sections=leads", whom["id"].as_str().unwrap())).is(200).json();
            assert!(view.to_string().contains(lead["id"].as_str().unwrap()), "{view}");
        }
        let timeline = owner.list(&format!("/customers/{}/timeline", customer["id"].as_str().unwrap()), &[("kinds", "lead,opportunity")]).is(200).data();
        let mut kinds: Vec<&str> = timeline.iter().map(|i| i["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["lead", "opportunity"]);
    }

    fn what_a_lead_becomes_may_be_there_or_not_be_wanted(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let (known, other) = (customer(&owner), customer(&owner));
        let deal = owner.post("/opportunities", json!({"name": "x", "customer_id": known})).is(201).id();
        let made = lead(&owner, json!({}));
        act(&owner, &made, "convert", json!({"customer_id": other, "opportunity_id": deal})).is(422).blames("/opportunity_id", "conflict");
        act(&owner, &made, "convert", json!({"customer_id": deal})).is(422).blames("/customer_id", "not_found");
        act(&owner, &made, "convert", json!({"opportunity_id": deal, "without_opportunity": true})).is(422).blames("/without_opportunity", "conflict");
        act(&owner, &made, "convert", json!({"opportunity": {"close_date": "1999-01-01", "pipeline_id": deal}})).is(422).blames("/opportunity/pipeline_id", "not_found");
        assert_eq!(owner.all("/customers", &[]).len(), 2, "nothing was made for nothing");
        let into = act(&owner, &made, "convert", json!({"customer_id": known, "opportunity_id": deal})).is(200).json();
        // A person of the lead is one more at the organization.
        assert!(into["contact_id"].is_string());
        let alone = act(&owner, &lead(&owner, json!({})), "convert", json!({"without_opportunity": true})).is(200).json();
        assert_eq!((&alone["opportunity_id"], &alone["contact_id"]), (&json!(null), &json!(null)));
        // Whoever may not see a customer does not learn of it.
        let theirs = lead(&seller, json!({}));
        act(&seller, &theirs, "convert", json!({"customer_id": known})).is(422).blames("/customer_id", "not_found");
        act(&app.be(Who::Rival), &theirs, "convert", json!({})).refuses(404, "not_found");
        act(&seller, &theirs, "convert", json!({})).is(200);
    }

    fn leads_of_another_unit_are_not_seen_and_unknown_members_are_refused(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let point = json!([{"kind": "mobile", "value": "0913 555 0303"}]);
        let theirs = lead(&rival, json!({"contact_points": point}));
        let ours = lead(&seller, json!({"contact_points": point}));
        assert_eq!(seller.list("/leads", &[]).is(200).ids(), [ours["id"].as_str().unwrap()]);
        assert_eq!(seller.list("/leads", &[("q", "اصفهانی")]).is(200).ids(), [ours["id"].as_str().unwrap()]);
        for path in ["", "/duplicates"] {
            seller.get(&format!("{}{path}", at(&theirs))).refuses(404, "not_found");
        }
        assert_eq!(owner.get(&format!("{}/duplicates", at(&ours))).is(200).data().len(), 1);
        assert!(seller.get(&format!("{}/duplicates", at(&ours))).is(200).data().is_empty());
        for (verb, body) in [("work", json!({})), ("nurture", json!({"until": "2999-01-01"})), ("disqualify", json!({"reason": "spam"})), ("recycle", json!({})), ("convert", json!({}))] {
            act(&seller, &theirs, verb, body.clone()).refuses(404, "not_found");
            act(&app.be(Who::Viewer), &ours, verb, body.clone()).refuses(403, "forbidden");
            act(&app.be(Who::Powerless), &ours, verb, body.clone()).refuses(403, "forbidden");
            let mut more = body;
            more["status"] = json!("converted");
            act(&seller, &ours, verb, more).is(422).blames("/status", "unknown_field");
        }
        seller.act(&format!("{}/assign", at(&theirs)), "*").refuses(404, "not_found");
        // What the server writes is not for others to say.
        for (member, value) in [("score", json!(900)), ("status", json!("converted")), ("customer_id", ours["id"].clone()), ("assigned_by_id", ours["id"].clone())] {
            let mut body = json!({"family_name": "x"});
            body[member] = value.clone();
            assert!(seller.post("/leads", body).status == 422, "{member}");
            assert!(seller.patch(&at(&ours), "*", json!({member: value})).status == 422, "{member}");
        }
        act(&seller, &ours, "convert", json!({"opportunity": {"stage_id": ours["id"]}})).is(422).blames("/opportunity/stage_id", "unknown_field");
        seller.post("/scoring-rules", json!({"name": "x", "condition": "channel = \"form\"", "points": 1})).refuses(403, "forbidden");
        assert_eq!(owner.get(&at(&ours)).is(200).json()["version"], 1);
    }

    fn who_is_erased_is_forgotten_in_leads_too(app: &App) {
        let owner = app.be(Who::Owner);
        let point = json!([{"kind": "mobile", "value": "0913 555 0404"}]);
        let became = lead(&owner, json!({"contact_points": point, "message": "رازِ نهفته"}));
        let known = act(&owner, &became, "convert", json!({})).is(200).json()["customer_id"].clone();
        let other = lead(&owner, json!({"contact_points": point}));
        let brought = lead(&owner, json!({"partner_id": known}));
        let [thrown, back] = [(); 2].map(|()| lead(&owner, json!({"contact_points": point, "message": "رازِ نهفته"})));
        for one in [&thrown, &back] {
            owner.delete(&at(one), "*").is(204);
        }
        owner.act(&format!("{}/restore", at(&back)), "*").is(200);
        // As an older program left the one in the trash, and as an upgrade finds it.
        let upgrade = match app.engine {
            Engine::Sqlite => include_str!("../../../migrations/sqlite/20260102000600_lead_keys/up.sql"),
            Engine::Postgres => include_str!("../../../migrations/postgres/20260102000600_lead_keys/up.sql"),
        };
        let left: uuid::Uuid = thrown["id"].as_str().unwrap().parse().unwrap();
        app.write(move |conn| {
            assert_eq!(conn.execute(&sql!("DELETE FROM lead_keys WHERE lead_id = ?", left))?, 1);
            conn.batch(upgrade)
        });
        owner.post("/erasures", json!({"customer_id": known, "reason": "Request 17"})).is(201);
        let keys = app.rows(Sql::new("SELECT value FROM lead_keys"), |row| row.text(0));
        assert!(keys.iter().flatten().all(|key| !key.ends_with("9135550404")), "{keys:?}");
        // Nor does it come back from the trash.
        owner.act(&format!("{}/restore", at(&thrown)), "*").is(200);
        for gone in [&became, &other, &thrown, &back] {
            let now = owner.get(&at(gone)).is(200).json();
            assert_eq!((&now["display_name"], &now["contact_points"], &now["message"]), (&json!("—"), &json!([]), &json!(null)));
        }
        let now = owner.get(&at(&brought)).is(200).json();
        assert_eq!((&now["partner_id"], &now["display_name"]), (&json!(null), &json!("اصفهانی")));
        // Nor do they come back by a form.
        let again = json!({"family_name": "x", "contact_points": point});
        owner.post("/leads", again).refuses(409, "identifier_erased");
    }

    fn attack_55_a_lead_that_many_convert_at_once_becomes_one_customer(app: &App) {
        let owner = app.be(Who::Owner);
        let made = lead(&owner, json!({}));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let one = || act(&app.be(Who::Owner), &made, "convert", json!({})).status;
            let all: Vec<_> = (0..30).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|s| matches!(s, 200 | 409)), "{statuses:?}");
        assert_eq!((owner.all("/customers", &[]).len(), owner.all("/opportunities", &[]).len()), (1, 1));
    }
}
