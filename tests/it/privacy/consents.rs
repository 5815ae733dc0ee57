//! The ledger, and what follows from it.
use super::{may, sara, says};
use serde_json::json;
use tests::contract::Found;
use tests::{Who, both};
use uuid::Uuid;

fn no(reason: &str) -> (bool, String) {
    (false, reason.to_owned())
}

both! {
    fn the_latest_word_decides_and_the_ledger_keeps_all(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "Sara@Yazd.example");
        assert_eq!(may(&owner, &customer), no("no_consent"));
        let granted = says(&owner, &customer, "sara@YAZD.example", "granted", json!({"given_at": "2026-01-01T00:00:00Z"}));
        assert_eq!(granted["contact_value"], "sara@yazd.example");
        assert_eq!(may(&owner, &customer), (true, "granted".to_owned()));
        says(&owner, &customer, "sara@yazd.example", "withdrawn", json!({"given_at": "2026-02-01T00:00:00Z"}));
        assert_eq!(may(&owner, &customer), no("withdrawn"));
        // Entered later, said earlier.
        says(&owner, &customer, "sara@yazd.example", "granted", json!({"given_at": "2026-01-15T00:00:00Z"}));
        assert_eq!(may(&owner, &customer), no("withdrawn"));
        says(&owner, &customer, "sara@yazd.example", "granted", json!({"given_at": "2026-03-01T00:00:00Z", "expires_at": "2026-03-02T00:00:00Z"}));
        assert_eq!(may(&owner, &customer), no("expired"));
        says(&owner, &customer, "sara@yazd.example", "granted", json!({}));
        assert_eq!(may(&owner, &customer), (true, "granted".to_owned()));
        let ledger = owner.list("/consents", &[("filter", &format!("customer_id = \"{customer}\"")), ("sort", "given_at")]).is(200).data();
        let status: Vec<_> = ledger.iter().map(|row| row["status"].as_str().unwrap()).collect();
        assert_eq!(status, ["granted", "granted", "withdrawn", "granted", "granted"]);
        // The view shows how things stand, the timeline what happened.
        let view = owner.get(&format!("/customers/{customer}/360?sections=consents")).is(200).json();
        let stands = view["consents"]["data"].as_array().unwrap();
        assert_eq!((stands.len(), &stands[0]["status"], &stands[0]["expired"]), (1, &json!("granted"), &json!(false)), "{view}");
        let past = owner.list(&format!("/customers/{customer}/timeline"), &[("kinds", "consent"), ("channel", "email")]).is(200).data();
        assert_eq!(past.len(), 5);
        assert_eq!((&past[0]["word"], &past[0]["title"], &past[0]["summary"]), (&json!("granted"), &json!("newsletter"), &json!("web_form")));
    }

    fn a_word_about_all_addresses_and_marks_of_one(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "sara@yazd.example");
        says(&owner, &customer, "sara@yazd.example", "granted", json!({"given_at": "2026-01-01T00:00:00Z"}));
        says(&owner, &customer, "x", "withdrawn", json!({"contact_kind": null, "contact_value": null, "given_at": "2026-02-01T00:00:00Z"}));
        assert_eq!(may(&owner, &customer), no("withdrawn"));
        says(&owner, &customer, "sara@yazd.example", "granted", json!({}));
        let address = format!("/customers/{customer}");
        let points = |more: serde_json::Value| {
            let mut email = json!({"kind": "email", "value": "sara@yazd.example"});
            email.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"contact_points": [email]})
        };
        owner.patch(&address, "*", points(json!({"do_not_use": true}))).is(200);
        assert_eq!(may(&owner, &customer), no("do_not_use"));
        owner.patch(&address, "*", points(json!({"valid_until": "2020-01-01T00:00:00Z"}))).is(200);
        assert_eq!(may(&owner, &customer), no("address_expired"));
        owner.patch(&address, "*", points(json!({}))).is(200);
        assert_eq!(may(&owner, &customer), (true, "granted".to_owned()));
        // No telephone any more; what is asked for service needs no consent.
        let ask = |query: &[(&str, &str)]| owner.list(&format!("{address}/may-contact"), query).is(200).json();
        assert_eq!(ask(&[("channel", "call"), ("purpose", "service")])["reason"], "no_address");
        let service = ask(&[("channel", "email"), ("purpose", "service"), ("address", "SARA@yazd.example")]);
        assert_eq!((&service["reason"], &service["address"]), (&json!("service"), &json!("sara@yazd.example")));
        assert_eq!(ask(&[("channel", "email"), ("purpose", "service"), ("address", "else@yazd.example")])["reason"], "no_address");
        owner.list(&format!("{address}/may-contact"), &[("channel", "email")]).refuses(400, "invalid_query");
        owner.delete(&address, "*").is(204);
        owner.list(&format!("{address}/may-contact"), &[("channel", "email"), ("purpose", "service")]).refuses(404, "not_found");
    }

    fn rows_are_made_and_read_and_never_changed(app: &App) {
        let (owner, branch) = (app.be(Who::Owner), app.be(Who::Branch));
        let customer = sara(&owner, "sara@yazd.example");
        let row = says(&owner, &customer, "sara@yazd.example", "granted", json!({"proof": "Form 7"}));
        let address = format!("/consents/{}", row["id"].as_str().unwrap());
        for method in ["PATCH", "DELETE", "PUT"] {
            assert!(!matches!(app.contract().find(method, "/api/v1/consents/x"), Found::Operation(_)), "{method}");
        }
        owner.with("If-Match", "*").send("PATCH", &address, "application/merge-patch+json", b"{}").is(405);
        owner.with("If-Match", "*").call("DELETE", &address).is(405);
        // Out of sight is nowhere.
        branch.get(&address).refuses(404, "not_found");
        assert!(branch.all("/consents", &[]).is_empty());
        branch.get(&format!("/customers/{customer}/may-contact?channel=email&purpose=newsletter")).refuses(404, "not_found");
        let body = |more: serde_json::Value| {
            let mut body = json!({"customer_id": customer, "contact_kind": "email", "contact_value": "sara@yazd.example", "channel": "email",
                "purpose": "newsletter", "status": "granted", "source": "call"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        branch.post("/consents", body(json!({}))).refuses(422, "invalid").blames("/customer_id", "not_found");
        let wrong = |more, place: &str, code: &str| { owner.post("/consents", body(more)).refuses(422, "invalid").blames(place, code); };
        wrong(json!({"customer_id": Uuid::now_v7()}), "/customer_id", "not_found");
        wrong(json!({"contact_value": "no-address"}), "/contact_value", "format");
        wrong(json!({"contact_value": "a@x.example\r\nBcc: b@x.example"}), "/contact_value", "forbidden_character");
        wrong(json!({"contact_kind": "mobile", "contact_value": "09121234567"}), "/contact_kind", "not_allowed");
        wrong(json!({"contact_value": null}), "/contact_value", "required");
        wrong(json!({"purpose": "News letter"}), "/purpose", "format");
        wrong(json!({"given_at": "2999-01-01T00:00:00Z"}), "/given_at", "out_of_range");
        wrong(json!({"confirms_id": row["id"]}), "/confirms_id", "read_only");
        // Nobody has mail sent to a stranger.
        wrong(json!({"status": "pending", "contact_value": "stranger@x.example"}), "/contact_value", "not_found");
        // A telephone is read in the customer's country.
        let made = owner.post("/consents", body(json!({"channel": "call", "contact_kind": "mobile", "contact_value": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}))).is(201);
        assert_eq!(made.json()["contact_value"], "+989121234567");
    }
}
