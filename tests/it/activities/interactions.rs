//! Interactions: whom they were with, found by the address of the other side.
use serde_json::json;
use tests::{Client, Who, both};

fn person(client: &Client<'_>, name: &str, mobile: &str) -> String {
    let body = json!({"kind": "person", "family_name": name, "contact_points": [{"kind": "mobile", "value": mobile}]});
    client.post("/customers", body).is(201).id()
}

both! {
    fn a_number_finds_its_customer_in_any_spelling(app: &App) {
        let owner = app.be(Who::Owner);
        let karimi = person(&owner, "کریمی", "0912 345 6789");
        for address in ["+989123456789", "۰۹۱۲۳۴۵۶۷۸۹", "0098 912 345 6789"] {
            let call = owner.post("/interactions", json!({"channel": "call", "direction": "inbound", "address": address})).is(201).json();
            assert_eq!((&call["customer_id"], &call["address"]), (&json!(karimi), &json!("+989123456789")), "{address}");
        }
        let written = owner.post("/interactions", json!({"channel": "message", "address": "09123456789", "subject": "قیمت"})).is(201).json();
        assert_eq!(written["customer_id"], json!(karimi));
    }

    fn an_unknown_address_becomes_a_customer_to_be_completed(app: &App) {
        let owner = app.be(Who::Owner);
        let mail = json!({"channel": "email", "direction": "inbound", "address": "New.Person@Leeds.example", "subject": "A question"});
        let first = owner.post("/interactions", mail.clone()).is(201).json();
        let made = owner.get(&format!("/customers/{}", first["customer_id"].as_str().unwrap())).is(200).json();
        assert_eq!(made["contact_points"][0]["value"], first["address"]);
        assert_eq!(made["display_name"], first["address"]);
        let again = owner.post("/interactions", mail).is(201).json();
        assert_eq!(again["customer_id"], first["customer_id"], "the second time it is known");
    }

    fn whoever_may_make_no_customers_notes_the_call_all_the_same(app: &App) {
        let owner = app.be(Who::Owner);
        let role = json!({"name": "calls alone", "permissions": [
            {"permission": "interactions:*", "scope": "own"}, {"permission": "customers:read", "scope": "own"}
        ]});
        let role = owner.post("/roles", role).is(201).id();
        let seller = app.people.users[&Who::Seller].to_string();
        owner.patch(&format!("/users/{seller}"), "*", json!({"role_ids": [role]})).is(200);
        let hers = person(&owner, "دیگری", "09351112233");
        let call = app.be(Who::Seller).post("/interactions", json!({"channel": "call", "address": "09351112233"})).is(201);
        assert_eq!(call.json()["customer_id"], json!(null), "a customer out of sight is not named");
        assert!(!call.text().contains(&hers));
    }

    fn what_does_not_fit_the_channel_is_refused(app: &App) {
        let owner = app.be(Who::Owner);
        let wrong = json!({
            "channel": "email", "address": "not an address", "recording_url": "ftp://x.example/a", "keywords": ["a", "a"]
        });
        let refused = owner.post("/interactions", wrong).refuses(422, "invalid").json();
        let mut pointers: Vec<String> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap().to_owned()).collect();
        pointers.sort();
        assert_eq!(pointers, ["/address", "/keywords/1", "/recording_url"]);
        let wrong = json!({"channel": "call", "duration_seconds": -1});
        owner.post("/interactions", wrong).refuses(422, "invalid").blames("/duration_seconds", "out_of_range");
        owner.post("/interactions", json!({"channel": "call", "customer_id": uuid::Uuid::now_v7()})).refuses(422, "invalid");
    }

    fn words_in_any_spelling_find_it(app: &App) {
        let owner = app.be(Who::Owner);
        let body = json!({"channel": "meeting", "subject": "قرارداد سال ۱۴۰۵", "keywords": ["تمدید"], "result": "می‌خواهد بیندیشد"});
        let id = owner.post("/interactions", body).is(201).id();
        for q in ["1405", "قرارداد", "تمديد", "میخواهد"] {
            let found = owner.list("/interactions", &[("q", q)]).is(200).data();
            assert_eq!(found.iter().map(|f| f["id"].as_str().unwrap()).collect::<Vec<_>>(), [id.as_str()], "{q}");
        }
    }
}
