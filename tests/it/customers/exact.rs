//! A customer is not made twice unaware.
use serde_json::{Value, json};
use tests::{Who, both};

fn with(points: Value) -> Value {
    json!({"kind": "person", "family_name": "کریمی", "contact_points": points})
}
fn mobile(value: &str) -> Value {
    with(json!([{"kind": "mobile", "value": value}]))
}

both! {
    fn the_same_key_is_refused_with_who_has_it(app: &App) {
        let owner = app.be(Who::Owner);
        let first = owner.post("/customers", json!({
            "kind": "person", "family_name": "کریمی", "national_id": "0013542419",
            "contact_points": [{"kind": "mobile", "value": "0912 123 4567"}, {"kind": "email", "value": "Ali@Yazd.example"}, {"kind": "phone", "value": "+983531234567"}],
        })).is(201).id();
        for (body, reason) in [
            (mobile("۰۹۱۲۱۲۳۴۵۶۷"), "mobile"),
            (with(json!([{"kind": "phone", "value": "+989121234567"}])), "mobile"),
            (with(json!([{"kind": "email", "value": "ali@yazd.example"}])), "email"),
            (json!({"kind": "person", "family_name": "x", "national_id": "0013542419"}), "national_id"),
        ] {
            let refused = owner.post("/customers", body.clone()).refuses(409, "duplicate").json();
            assert_eq!(refused["matches"], json!([{"id": first, "display_name": "کریمی", "reasons": [reason]}]), "{body}");
        }
        assert_eq!(owner.get("/customers").is(200).data().len(), 1, "what was refused is not kept");
        // What offices and families share, and what a person shares with an organization, is no key.
        owner.post("/customers", with(json!([{"kind": "phone", "value": "+983531234567"}]))).is(201);
        owner.post("/customers", json!({"kind": "organization", "organization_name": "فولاد", "contact_points": [{"kind": "mobile", "value": "09121234567"}]})).is(201);
        // Numbers that are not valid any more are given to others.
        owner.post("/customers", with(json!([{"kind": "mobile", "value": "09121234567", "valid_until": "2020-01-01T00:00:00Z"}]))).is(201);
        owner.with("Skip-Duplicate-Check", "false").post("/customers", mobile("09121234567")).refuses(409, "duplicate");
        owner.with("Skip-Duplicate-Check", "yes").post("/customers", mobile("09121234567")).refuses(400, "invalid_parameter");
        owner.with("Skip-Duplicate-Check", "true").post("/customers", mobile("09121234567")).is(201);
        let id = uuid::Uuid::now_v7();
        owner.with("If-None-Match", "*").put(&format!("/customers/{id}"), mobile("09121234567")).refuses(409, "duplicate");
        let fa = owner.with("Accept-Language", "fa").post("/customers", mobile("09121234567")).refuses(409, "duplicate").json();
        assert_eq!(fa["title"], "مشتری دیگری همین شناسه، رایانامه یا شمارهٔ همراه را دارد");
    }

    fn a_change_is_refused_for_what_it_adds_alone(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/customers", mobile("09121234567")).is(201);
        let second = owner.with("Skip-Duplicate-Check", "true").post("/customers", mobile("09121234567")).is(201).id();
        let address = format!("/customers/{second}");
        // They share the number already: that was meant.
        owner.patch(&address, "*", json!({"city": "یزد"})).is(200);
        let mail = |value: &str| json!({"contact_points": [{"kind": "mobile", "value": "09121234567"}, {"kind": "email", "value": value}]});
        owner.patch(&address, "*", mail("new@yazd.example")).is(200);
        let third = owner.post("/customers", with(json!([{"kind": "email", "value": "third@yazd.example"}]))).is(201).id();
        let refused = owner.patch(&address, "*", mail("third@yazd.example")).refuses(409, "duplicate").json();
        assert_eq!(refused["matches"], json!([{"id": third, "display_name": "کریمی", "reasons": ["email"]}]));
        owner.with("Skip-Duplicate-Check", "true").patch(&address, "*", mail("third@yazd.example")).is(200);
        // By another system's id too.
        let made = owner.send("PATCH", "/customers/by-external-id/erp/1", "application/merge-patch+json", mobile("09121234567").to_string().as_bytes());
        made.refuses(409, "duplicate");
    }

    fn what_is_out_of_sight_is_not_told_of(app: &App) {
        let (seller, rival) = (app.be(Who::Seller), app.be(Who::Rival));
        let mine = seller.post("/customers", mobile("09121234567")).is(201).id();
        rival.post("/customers", mobile("09121234567")).is(201);
        // The seller hears of their own and not of the rival's.
        let refused = seller.post("/customers", mobile("09121234567")).refuses(409, "duplicate").json();
        assert_eq!(refused["matches"].as_array().unwrap().len(), 1);
        assert_eq!(refused["matches"][0]["id"], json!(mine));
        let owner = app.be(Who::Owner);
        for who in [Who::Owner, Who::Seller] {
            app.be(Who::Owner).with("Skip-Duplicate-Check", "true").post("/customers", json!({
                "kind": "person", "family_name": "Secret", "national_id": "0013542419", "owner_id": app.people.users[&who],
            })).is(201);
        }
        let all = owner.post("/customers", json!({"kind": "person", "family_name": "x", "national_id": "0013542419"})).refuses(409, "duplicate").json();
        assert_eq!(all["matches"].as_array().unwrap().len(), 2);
    }
}
