//! What a body may not say (attack 12): unknown members, the server's own, what is fixed.
use domain::core::field::{Access, EXACT, Kind};
use serde_json::json;
use tests::records::{becomes, body, made, writable};
use tests::{Who, both};

both! {
    fn attack_12_unknown_members_are_refused_by_name(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let mut wrong = body(app, spec);
            wrong["no_such_member"] = json!(1);
            wrong["a/b~c"] = json!(1);
            let refused = owner.post(spec.path, wrong).refuses(422, "invalid");
            refused.blames("/no_such_member", "unknown_field").blames("/a~1b~0c", "unknown_field");
            let address = format!("{}/{}", spec.path, made(app, spec).id());
            owner.patch(&address, "*", json!({"no_such_member": null})).refuses(422, "invalid").blames("/no_such_member", "unknown_field");
            assert_eq!(owner.get(&address).is(200).json()["version"], 1);
        }
    }

    fn attack_12_what_the_server_sets_is_set_by_nobody_else(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let record = made(app, spec);
            let address = format!("{}/{}", spec.path, record.id());
            for field in spec.fields.iter().filter(|f| f.access == Access::Server) {
                let (at, value) = (format!("/{}", field.name), record.json()[field.name].clone());
                let value = if value.is_null() { json!("0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a20") } else { value };
                let mut wrong = body(app, spec);
                wrong[field.name] = value.clone();
                owner.post(spec.path, wrong).refuses(422, "invalid").blames(&at, "read_only");
                owner.patch(&address, "*", json!({field.name: value})).refuses(422, "invalid").blames(&at, "read_only");
            }
            let after = owner.get(&address).is(200);
            assert_eq!(after.text(), record.text());
        }
    }

    fn what_is_fixed_is_set_once_and_may_be_repeated(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let record = made(app, spec);
            let (address, json) = (format!("{}/{}", spec.path, record.id()), record.json());
            for field in spec.fields.iter().filter(|f| f.access == Access::Fixed) {
                let change = becomes(app, spec, field, &json[field.name]);
                let refused = owner.patch(&address, "*", json!({field.name: change.value})).refuses(422, "invalid");
                refused.blames(&format!("/{}", field.name), "fixed");
                let same = owner.patch(&address, "\"1\"", json!({field.name: json[field.name]})).is(200);
                assert_eq!(same.text(), record.text(), "{} {}", spec.object, field.name);
            }
        }
    }

    fn all_that_is_wrong_is_told_at_once(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let mut wrong = json!({});
            let mut expected = Vec::new();
            for field in spec.fields.iter().filter(|f| f.access != Access::Server) {
                let (value, code) = match &field.kind {
                    Kind::Text(max) => (json!("ا".repeat(*max as usize + 1)), "too_long"),
                    Kind::Choice(_) => (json!("no_such_word"), "not_allowed"),
                    Kind::Texts | Kind::References(_) | Kind::Structure => (json!(true), "wrong_type"),
                    Kind::Integer if field.range != EXACT => (json!(field.range.end() + 1), "out_of_range"),
                    Kind::Boolean | Kind::Integer => (json!("x"), "wrong_type"),
                    Kind::Reference(_) | Kind::Date | Kind::Instant | Kind::Decimal => (json!({"$ne": 1}), "wrong_type"),
                    Kind::Money => (json!(1.5), "wrong_type"),
                };
                wrong[field.name] = value;
                expected.push((format!("/{}", field.name), code));
            }
            let mut refused = owner.post(spec.path, wrong).refuses(422, "invalid");
            for (at, code) in expected {
                refused = refused.blames(&at, code);
            }
            if spec.fields.iter().any(|f| f.required && f.access != Access::Server) {
                let mut refused = owner.post(spec.path, json!({})).refuses(422, "invalid");
                for field in spec.fields.iter().filter(|f| f.required && f.access != Access::Server) {
                    refused = refused.blames(&format!("/{}", field.name), "required");
                }
            }
        }
    }

    fn of_very_much_that_is_wrong_a_hundred_are_told(app: &App) {
        // Each wrong in itself, and all but the first a duplicate.
        let points = vec![json!({"kind": "email", "value": "no address"}); 50];
        let accounts = vec![json!({"iban": "no account"}); 20];
        let wrong = json!({"kind": "person", "family_name": "x", "contact_points": points, "bank_accounts": accounts});
        let refused = app.be(Who::Owner).post("/customers", wrong).refuses(422, "invalid").json();
        assert_eq!(refused["errors"].as_array().unwrap().len(), 100);
    }

    fn a_text_of_the_longest_length_is_taken(app: &App) {
        let owner = app.be(Who::Owner);
        let free = ["name", "notes", "description", "display_name", "family_name"];
        for spec in writable(app) {
            for field in spec.fields.iter().filter(|f| free.contains(&f.name) && f.access == Access::Free) {
                let Kind::Text(max) = field.kind else { continue };
                let mut body = body(app, spec);
                // Counted in characters, not in bytes; a half-space is one.
                let text = format!("ا\u{200C}{}", "ب".repeat(max as usize - 2));
                body[field.name] = json!(text);
                let made = owner.post(spec.path, body).is(201);
                assert_eq!(made.json()[field.name], text);
            }
        }
    }
}
