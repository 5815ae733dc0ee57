//! Lasting facts in what happened: found, accepted, dismissed, and never told to those who don't see the customer.
use super::{customer, job};
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn calls(client: &Client<'_>, customer: &str, number: &str, times: usize) {
    for n in 0..times {
        let at = format!("2026-03-{:02}T08:30:00.000Z", n + 1);
        let body = json!({"channel": "call", "direction": "inbound", "customer_id": customer, "address": number, "started_at": at});
        client.post("/interactions", body).is(201);
    }
}
fn mail(client: &Client<'_>, customer: &str, day: u32, signature: &str) {
    let body = json!({"channel": "email", "direction": "inbound", "customer_id": customer, "address": "ali@yazd.example",
        "started_at": format!("2026-04-{day:02}T08:30:00.000Z"), "body": format!("Hello,\nthe order 02188776655 is late.\n\n-- \nAli Karimi\n{signature}\n")});
    client.post("/interactions", body).is(201);
}
fn open(client: &Client<'_>, customer: &str) -> Vec<Value> {
    let filter = format!("customer_id = \"{customer}\" AND state = \"open\"");
    client
        .list("/suggestions", &[("filter", &filter), ("sort", "-occurrences")])
        .is(200)
        .data()
}

both! {
    fn a_number_that_calls_often_is_suggested_and_accepted(app: &App) {
        let owner = app.be(Who::Owner);
        let ali = customer(&owner, json!({"given_name": "Ali", "contact_points": [{"kind": "mobile", "value": "09121234567"}]}));
        let other = customer(&owner, json!({"given_name": "Sara", "contact_points": [{"kind": "mobile", "value": "09131234567"}]}));
        calls(&owner, &ali, "09351234567", 3);
        // Too seldom, known already, and another's own.
        calls(&owner, &ali, "09361234567", 2);
        calls(&owner, &ali, "09121234567", 4);
        calls(&owner, &ali, "09131234567", 4);
        assert_eq!(job(app, "/suggestions/scan"), json!({"customers": 1, "found": 1}));
        let found = open(&owner, &ali).remove(0);
        assert_eq!((&found["value"], &found["contact_kind"], &found["reasons"], &found["occurrences"]), (&json!("+989351234567"), &json!("mobile"), &json!(["calls"]), &json!(3)));
        assert_eq!(found["interaction_ids"].as_array().unwrap().len(), 3);
        assert_eq!((&found["first_seen_at"], &found["last_seen_at"]), (&json!("2026-03-01T08:30:00.000Z"), &json!("2026-03-03T08:30:00.000Z")));
        let shown = owner.list(&format!("/customers/{ali}/360"), &[("sections", "suggestions")]).is(200).json();
        assert_eq!(shown["suggestions"]["data"][0]["value"], "+989351234567");
        // Looking again finds nothing new.
        calls(&owner, &ali, "09351234567", 1);
        assert_eq!(job(app, "/suggestions/scan")["found"], 0);
        let again = open(&owner, &ali).remove(0);
        assert_eq!((&again["id"], &again["occurrences"]), (&found["id"], &json!(4)));
        let address = format!("/suggestions/{}", found["id"].as_str().unwrap());
        owner.act(&format!("{address}/accept"), "\"1\"").refuses(412, "stale");
        let accepted = owner.act(&format!("{address}/accept"), "*").is(200).json();
        assert_eq!((&accepted["state"], &accepted["decided_by"]), (&json!("accepted"), &json!(app.people.users[&Who::Owner])));
        let points = owner.get(&format!("/customers/{ali}")).is(200).json()["contact_points"].clone();
        assert_eq!((points[1]["value"].as_str(), points[1]["kind"].as_str(), &points[1]["primary"]), (Some("+989351234567"), Some("mobile"), &json!(false)));
        let told = owner.get(&format!("/customers/{ali}/quality")).is(200).json();
        let origin = told["values"].as_array().unwrap().iter().find(|v| v["value"] == "+989351234567").unwrap().clone();
        assert_eq!((&origin["source"], &origin["suggestion_id"]), (&json!("suggestion"), &found["id"]));
        owner.act(&format!("{address}/accept"), "*").refuses(409, "suggestion_decided");
        owner.act(&format!("{address}/dismiss"), "*").refuses(409, "suggestion_decided");
        assert_eq!(job(app, "/suggestions/scan")["found"], 0);
        drop(other);
        tests::binary::run(&["audit", "verify", "--database", &app.database()]);
    }

    fn a_changed_signature_is_noticed_and_ends_the_old_number(app: &App) {
        let owner = app.be(Who::Owner);
        let ali = customer(&owner, json!({"given_name": "Ali", "contact_points": [{"kind": "email", "value": "ali@yazd.example"}, {"kind": "mobile", "value": "09121234567"}]}));
        mail(&owner, &ali, 1, "Mobile: 0912 123 4567");
        mail(&owner, &ali, 2, "Mobile: 0912 123 4567");
        mail(&owner, &ali, 3, "Mobile: 0935 123 4567, Fax 035 3724 1235");
        assert_eq!(job(app, "/suggestions/scan")["found"], 0);
        mail(&owner, &ali, 4, "Mobile: 0935 123 4567");
        assert_eq!(job(app, "/suggestions/scan")["found"], 1);
        let found = open(&owner, &ali).remove(0);
        assert_eq!((&found["value"], &found["replaces"], &found["reasons"]), (&json!("+989351234567"), &json!("+989121234567"), &json!(["signature_changed"])));
        owner.act(&format!("/suggestions/{}/accept", found["id"].as_str().unwrap()), "*").is(200);
        let points = owner.get(&format!("/customers/{ali}")).is(200).json()["contact_points"].clone();
        assert!(points[1]["valid_until"].is_string() && points[2]["value"] == "+989351234567", "{points}");
    }

    fn what_is_dismissed_stays_away_and_what_is_settled_closes(app: &App) {
        let owner = app.be(Who::Owner);
        let ali = customer(&owner, json!({"given_name": "Ali"}));
        calls(&owner, &ali, "09351234567", 3);
        calls(&owner, &ali, "09361234567", 3);
        assert_eq!(job(app, "/suggestions/scan")["found"], 2);
        let all = open(&owner, &ali);
        let id = |value: &str| all.iter().find(|s| s["value"] == value).unwrap()["id"].as_str().unwrap().to_owned();
        owner.act(&format!("/suggestions/{}/dismiss", id("+989351234567")), "*").is(200);
        owner.patch(&format!("/customers/{ali}"), "*", json!({"contact_points": [{"kind": "mobile", "value": "09361234567"}]})).is(200);
        calls(&owner, &ali, "09351234567", 3);
        assert_eq!(job(app, "/suggestions/scan")["found"], 0);
        assert_eq!(open(&owner, &ali).len(), 0);
        let settled = owner.get(&format!("/suggestions/{}", id("+989361234567"))).is(200).json();
        assert_eq!((&settled["state"], &settled["decided_by"]), (&json!("accepted"), &Value::Null));
    }

    fn suggestions_are_seen_by_who_sees_the_customer_and_go_with_them(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let role = app.people.roles["Test seller"];
        owner.patch(&format!("/roles/{role}"), "*", json!({"permissions": [{"permission": "customers:*", "scope": "own"}, {"permission": "suggestions:*", "scope": "own"}, {"permission": "interactions:*", "scope": "own"}]})).is(200);
        let (mine, theirs) = (customer(&seller, json!({"given_name": "Ali"})), customer(&app.be(Who::Rival), json!({"given_name": "Reza"})));
        calls(&owner, &mine, "09351234567", 3);
        calls(&owner, &theirs, "09361234567", 3);
        assert_eq!(job(app, "/suggestions/scan")["found"], 2);
        let seen = seller.get("/suggestions").is(200).data();
        assert_eq!(seen.iter().map(|s| s["customer_id"].as_str().unwrap()).collect::<Vec<_>>(), [mine.as_str()]);
        let hidden = open(&owner, &theirs).remove(0);
        let address = format!("/suggestions/{}", hidden["id"].as_str().unwrap());
        seller.get(&address).refuses(404, "not_found");
        seller.act(&format!("{address}/accept"), "*").refuses(404, "not_found");
        app.be(Who::Viewer).send("POST", "/suggestions/scan", "", b"").refuses(403, "forbidden");
        // An erasure takes them along.
        let preview = owner.post("/erasures", json!({"customer_id": theirs, "reason": "asked", "preview": true})).is(200).json();
        let count = preview["counts"].as_array().unwrap().iter().find(|c| c["object"] == "suggestions").unwrap().clone();
        assert_eq!(count["deleted"], 1, "{count}");
        owner.post("/erasures", json!({"customer_id": theirs, "reason": "asked"})).is(201);
        owner.get(&address).refuses(404, "not_found");
    }
}
