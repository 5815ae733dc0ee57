//! Scores and profiles, what to ask next, and where values come from.
use super::{customer, until};
use crate::imports;
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn score(client: &Client<'_>, id: &str) -> i64 {
    client.get(&format!("/customers/{id}")).is(200).json()["completeness"]
        .as_i64()
        .unwrap()
}
fn quality(client: &Client<'_>, id: &str) -> Value {
    client.get(&format!("/customers/{id}/quality")).is(200).json()
}
/// The origin of a value.
fn of<'a>(quality: &'a Value, field: &str) -> &'a Value {
    let all = quality["values"].as_array().unwrap();
    all.iter()
        .find(|v| v["field"] == field)
        .unwrap_or_else(|| panic!("no {field} in {quality}"))
}
fn asked(quality: &Value) -> Vec<(&str, &str)> {
    let all = quality["ask_next"].as_array().unwrap();
    all.iter()
        .map(|a| (a["field"].as_str().unwrap(), a["reason"].as_str().unwrap()))
        .collect()
}

both! {
    fn a_customer_is_scored_as_it_is_written(app: &App) {
        let owner = app.be(Who::Owner);
        let ali = customer(&owner, json!({"given_name": "علی", "contact_points": [{"kind": "mobile", "value": "09121234567"}]}));
        let full = customer(&owner, json!({"given_name": "سارا", "family_name": "کریمی", "city": "یزد"}));
        assert_eq!((score(&owner, &ali), score(&owner, &full)), (30, 25));
        let address = format!("/customers/{ali}");
        owner.patch(&address, "*", json!({"completeness": 100})).refuses(422, "invalid").blames("/completeness", "read_only");
        owner.patch(&address, "*", json!({"family_name": "کریمی", "birth_date": "1984-05-12"})).is(200);
        assert_eq!(score(&owner, &ali), 50);
        // A number that must not be used reaches nobody.
        owner.patch(&address, "*", json!({"contact_points": [{"kind": "mobile", "value": "09121234567", "do_not_use": true}]})).is(200);
        assert_eq!(score(&owner, &ali), 30);
        let found = owner.list("/customers", &[("filter", "completeness >= 30"), ("sort", "-completeness")]).is(200).data();
        assert_eq!(found.iter().map(|c| c["id"].as_str().unwrap()).collect::<Vec<_>>(), [ali.as_str()]);
        let shown = owner.list(&format!("{address}/360"), &[("sections", "quality"), ("limit", "2")]).is(200).json();
        let missing = json!([{"field": "contact_points.mobile", "weight": 20}, {"field": "contact_points.email", "weight": 20}]);
        assert_eq!(shown["quality"], json!({"data": missing, "truncated": true}));
    }

    fn a_profile_says_what_counts_and_the_scores_follow_it(app: &App) {
        let owner = app.be(Who::Owner);
        let ali = customer(&owner, json!({"given_name": "علی", "custom": {}}));
        let trashed = customer(&owner, json!({"given_name": "رضا"}));
        owner.delete(&format!("/customers/{trashed}"), "*").is(204);
        let before = owner.get(&format!("/customers/{ali}")).is(200).json();
        let body = json!({"name": "People", "customer_kind": "person", "fields": [{"field": "given_name", "weight": 3}, {"field": "city", "weight": 1}]});
        let profile = owner.post("/quality-profiles", body.clone()).is(201).id();
        until(|| match score(&owner, &ali) { 75 => Ok(()), n => Err(n.to_string()) });
        // Told as a change by the server, in a version of its own, though nobody touched the customer.
        let now = owner.get(&format!("/customers/{ali}")).is(200).json();
        assert_eq!((&now["version"], &now["updated_at"], &now["updated_by"]), (&json!(2), &before["updated_at"], &before["updated_by"]));
        let told = owner.list("/changes", &[("objects", "customers")]).is(200).data();
        let mine = told.iter().rev().find(|c| c["record_id"] == ali.as_str()).unwrap();
        assert_eq!((&mine["changed"], &mine["actor"]), (&json!(["completeness"]), &Value::Null));
        owner.act(&format!("/customers/{trashed}/restore"), "*").is(200);
        assert_eq!(score(&owner, &trashed), 75);
        // A new customer is scored by it at once, an organization is not.
        assert_eq!(score(&owner, &customer(&owner, json!({"given_name": "مریم", "city": "یزد"}))), 100);
        let works = owner.post("/customers", json!({"kind": "organization", "organization_name": "فولاد"})).is(201).json();
        assert_eq!(works["completeness"], 15);
        assert_eq!(quality(&owner, &ali)["profile_id"], json!(profile));
        // Without it, the usual one holds again.
        owner.patch(&format!("/quality-profiles/{profile}"), "*", json!({"active": false})).is(200);
        until(|| match score(&owner, &ali) { 10 => Ok(()), n => Err(n.to_string()) });
        let wrong = json!({"name": "x", "customer_kind": "person", "fields": [{"field": "legal_id", "weight": 1}, {"field": "city", "weight": 0}]});
        owner.post("/quality-profiles", wrong).refuses(422, "invalid").blames("/fields/0/field", "unknown_field").blames("/fields/1/weight", "out_of_range");
        owner.post("/quality-profiles", body).refuses(409, "taken").blames("/name", "taken");
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn every_value_says_where_it_comes_from(app: &App) {
        let owner = app.be(Who::Owner);
        let key = owner.post("/api-keys", json!({"name": "Shop", "permissions": []})).is(201).json();
        let file = b"Email,First Name,City\nali@yazd.example,Ali,Yazd\n";
        let import = imports::done(app, json!({"mode": "create"}), file);
        assert_eq!(import["counts"]["created"], 1, "{import}");
        let found = owner.list("/customers", &[("q", "ali@yazd.example")]).is(200).data().remove(0);
        let id = found["id"].as_str().unwrap();
        let address = format!("/customers/{id}");
        let shop = app.anyone().with_token(key["secret"].as_str().unwrap());
        shop.patch(&address, "*", json!({"job_title": "Engineer"})).is(200);
        let mut points = found["contact_points"].as_array().unwrap().clone();
        points.push(json!({"kind": "mobile", "value": "09121234567"}));
        app.be(Who::Owner).patch(&address, "*", json!({"city": "Qom", "contact_points": points})).is(200);
        let told = quality(&owner, id);
        let sources: Vec<&Value> = ["given_name", "contact_points.email", "job_title", "city", "contact_points.mobile"].map(|f| &of(&told, f)["source"]).to_vec();
        assert_eq!(sources, ["import", "import", "integration", "by_hand", "by_hand"].map(|s| json!(s)).iter().collect::<Vec<_>>());
        let email = of(&told, "contact_points.email");
        assert_eq!((&email["import_id"], &email["value"], &email["actor_id"]), (&import["id"], &json!("ali@yazd.example"), &json!(app.people.users[&Who::Owner])));
        assert_eq!(of(&told, "job_title")["api_key_id"], key["id"]);
        assert_eq!(of(&told, "contact_points.mobile")["value"], "+989121234567");
        // Nothing is told of the values of sensitive fields, and nothing at all to those who don't see the customer.
        app.be(Who::Rival).get(&format!("{address}/quality")).refuses(404, "not_found");
        app.be(Who::Powerless).get(&format!("{address}/quality")).refuses(403, "forbidden");
        let answer = owner.get(&format!("{address}/quality")).is(200);
        owner.with("If-None-Match", answer.etag()).get(&format!("{address}/quality")).is(304);
    }

    fn what_has_stood_for_long_is_asked_for_until_it_is_confirmed(app: &App) {
        let owner = app.be(Who::Owner);
        let body = json!({"name": "People", "customer_kind": "person", "fields": [{"field": "given_name", "weight": 1}, {"field": "city", "weight": 3, "stale_after_days": 30},
            {"field": "contact_points.email", "weight": 2}, {"field": "contact_points.mobile", "weight": 9}]});
        owner.post("/quality-profiles", body).is(201);
        let ali = customer(&owner, json!({"given_name": "Ali", "city": "Yazd", "contact_points": [{"kind": "mobile", "value": "09121234567", "valid_until": "2020-01-01T00:00:00Z"}]}));
        assert_eq!(asked(&quality(&owner, &ali)), [("contact_points.mobile", "expired"), ("contact_points.email", "missing")]);
        let entry = persistence::sql!("SELECT at FROM changes WHERE record_id = ?", ali.parse::<uuid::Uuid>().unwrap());
        let at = app.rows(entry, |row| row.instant(0)).remove(0).unwrap();
        let old = at.after(-chrono::TimeDelta::days(100));
        let age = persistence::sql!("UPDATE changes SET at = ? WHERE record_id = ?", old, ali.parse::<uuid::Uuid>().unwrap());
        app.write(move |conn| conn.execute(&age));
        let told = quality(&owner, &ali);
        assert_eq!(asked(&told), [("contact_points.mobile", "expired"), ("city", "stale"), ("contact_points.email", "missing")]);
        assert_eq!(told["ask_next"][1]["age_days"], 100);
        let address = format!("/customers/{ali}/confirm-values");
        owner.post(&address, json!({"fields": ["city", "contact_points.email", "planet"]})).refuses(422, "invalid")
            .blames("/fields/1", "not_found").blames("/fields/2", "unknown_field");
        owner.post(&address, json!({"fields": [], "more": 1})).refuses(422, "invalid").blames("/fields", "too_short").blames("/more", "unknown_field");
        app.be(Who::Viewer).post(&address, json!({"fields": ["city"]})).refuses(403, "forbidden");
        let confirmed = owner.post(&address, json!({"fields": ["city"]})).is(200).json();
        assert_eq!(confirmed["version"], 2);
        let told = quality(&owner, &ali);
        assert_eq!(asked(&told), [("contact_points.mobile", "expired"), ("contact_points.email", "missing")]);
        assert_eq!(of(&told, "city")["at"], json!(old));
        assert_eq!(of(&told, "city")["confirmed_at"], confirmed["updated_at"]);
    }
}
