//! Creating and changing.
use domain::core::field::Access;
use persistence::sql;
use serde_json::{Value, json};
use tests::records::{becomes, body, example, fresh, made, writable};
use tests::{App, Who, both};
use uuid::Uuid;

/// The operations and versions of a record in the change log, with the fields that each changed.
fn log(app: &App, object: &str, id: &str) -> Vec<(String, i64, Value)> {
    let id: Uuid = id.parse().unwrap();
    let sql = sql!(
        "SELECT op, version, changed FROM changes WHERE object = ? AND record_id = ? ORDER BY version",
        object,
        id
    );
    app.rows(sql, |row| {
        let changed = serde_json::from_str(&row.text(2)?.unwrap_or_default()).unwrap();
        Ok((row.text(0)?.unwrap_or_default(), row.integer(1)?, changed))
    })
}

both! {
    fn the_contracts_example_creates_and_reads_back_byte_for_byte(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let body = example(app, spec).unwrap_or_else(|| body(app, spec));
            let created = owner.post(spec.path, body.clone()).is(201);
            let address = format!("{}/{}", spec.path, created.id());
            assert_eq!(created.header("location"), format!("/api/v1{address}"));
            assert_eq!(created.etag(), "\"1\"");
            let read = owner.get(&address).is(200);
            assert_eq!(read.text(), created.text());
            assert_eq!(read.etag(), created.etag());
            let json = created.json();
            for field in spec.fields.iter() {
                assert!(json.get(field.name).is_some(), "{} does not show {}", spec.one, field.name);
            }
            for (name, given) in body.as_object().unwrap().iter().filter(|(_, v)| !v.is_array() && !v.is_object()) {
                assert_eq!(&json[name], given, "{} {name}", spec.object);
            }
            assert_eq!(json["version"], 1);
            assert_eq!(json["created_by"], json!(app.people.users[&Who::Owner]));
            let log = log(app, spec.object, &created.id());
            assert_eq!((log.len(), log[0].0.as_str(), log[0].1), (1, "created", 1), "{}", spec.object);
        }
    }

    fn each_free_field_is_changed_cleared_and_logged(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let first = made(app, spec).json();
            for field in spec.fields.iter().filter(|f| f.access == Access::Free && f.name != "custom") {
                let change = becomes(app, spec, field, &first[field.name]);
                let mut made_of = body(app, spec);
                for (name, value) in change.with.as_object().unwrap() {
                    made_of[name] = value.clone();
                }
                let before = owner.post(spec.path, made_of).is(201);
                let address = format!("{}/{}", spec.path, before.id());
                let patched = owner.patch(&address, &before.etag(), json!({field.name: change.value})).is(200);
                let (old, new) = (before.json(), patched.json());
                assert_eq!(new["version"], 2, "{} {}", spec.object, field.name);
                assert_eq!(patched.etag(), "\"2\"");
                assert_ne!(new[field.name], old[field.name], "{} {}", spec.object, field.name);
                if !change.value.is_array() && !change.value.is_object() {
                    assert_eq!(new[field.name], change.value, "{} {}", spec.object, field.name);
                }
                assert_eq!(owner.get(&address).is(200).text(), patched.text());
                let log = log(app, spec.object, &before.id());
                assert_eq!((log[1].0.as_str(), log[1].1), ("updated", 2));
                assert_eq!(log[1].2[field.name], json!([old[field.name], new[field.name]]), "{}", spec.object);
                // A customer's name in lists follows the names, the place the first address.
                let follows = |kept: &str| {
                    let term = spec.object == "contracts" && field.name == "term_months" && kept == "ends_on";
                    term || spec.object == "customers"
                        && match field.name {
                            "given_name" | "family_name" | "organization_name" => kept == "display_name",
                            "addresses" => matches!(kept, "province" | "city" | "district" | "country"),
                            _ => false,
                        }
                };
                // What was not named stays, but for what the server keeps, and what follows the owner.
                for kept in spec.fields.iter().filter(|f| f.access != Access::Server && f.name != field.name && !follows(f.name)) {
                    assert_eq!(new[kept.name], old[kept.name], "{} {} by {}", spec.object, kept.name, field.name);
                }
                // Of these either the one or the other is needed.
                let either = spec.object == "quotas" && matches!(field.name, "amount" | "deals");
                if either {
                    let refused = owner.patch(&address, "\"2\"", json!({field.name: null})).refuses(422, "invalid");
                    refused.blames("/amount", "required");
                } else if field.nullable {
                    let cleared = owner.patch(&address, "\"2\"", json!({field.name: null})).is(200).json();
                    assert_eq!(cleared[field.name], Value::Null, "{} {}", spec.object, field.name);
                } else if field.required {
                    owner.patch(&address, "\"2\"", json!({field.name: null})).is(422).blames(&format!("/{}", field.name), "required");
                }
                // What it says may bind others, such as a custom field that is needed.
                owner.delete(&address, "*").is(204);
            }
        }
    }

    fn a_patch_that_changes_nothing_keeps_the_version(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let before = made(app, spec);
            let address = format!("{}/{}", spec.path, before.id());
            let json = before.json();
            let mut same = json!({});
            for field in spec.fields.iter().filter(|f| f.access == Access::Free) {
                same[field.name] = json[field.name].clone();
            }
            // Members of a contact point that the server writes can't be given back.
            if let Some(points) = same.get_mut("contact_points").and_then(Value::as_array_mut) {
                points.iter_mut().for_each(|p| { p.as_object_mut().unwrap().remove("written"); });
            }
            for patch in [json!({}), same] {
                let after = owner.patch(&address, &before.etag(), patch).is(200);
                assert_eq!(after.text(), before.text(), "{}", spec.object);
                assert_eq!(after.etag(), before.etag());
            }
            assert_eq!(log(app, spec.object, &before.id()).len(), 1);
        }
    }

    fn a_change_names_its_version(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let before = made(app, spec);
            let address = format!("{}/{}", spec.path, before.id());
            let kind = "application/merge-patch+json";
            owner.send("PATCH", &address, kind, b"{}").refuses(428, "precondition_required");
            owner.call("DELETE", &address).refuses(428, "precondition_required");
            let patch = json!({"external_ids": {"erp": format!("V-{}", fresh())}});
            for stale in ["\"7\"", "W/\"1\"", "\"x\"", "1"] {
                let refused = owner.patch(&address, stale, patch.clone()).refuses(412, "stale");
                assert_eq!(refused.etag(), "\"1\"");
                owner.delete(&address, stale).refuses(412, "stale");
            }
            owner.patch(&address, &"\"1\"".repeat(80), patch.clone()).refuses(400, "invalid_parameter");
            assert_eq!(owner.get(&address).is(200).text(), before.text());
            owner.patch(&address, "*", patch.clone()).is(200);
            assert_eq!(owner.patch(&address, "\"1\"", patch).refuses(412, "stale").etag(), "\"2\"");
        }
    }

    fn a_client_brings_its_own_id_once(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let (id, body) = (Uuid::now_v7().to_string(), body(app, spec));
            let address = format!("{}/{id}", spec.path);
            owner.put(&address, body.clone()).refuses(428, "precondition_required");
            let new = owner.with("If-None-Match", "*");
            let created = new.put(&address, body.clone()).is(201);
            assert_eq!(created.id(), id);
            assert_eq!(owner.get(&address).is(200).text(), created.text());
            new.put(&address, body).is(412);
            // What is wrong with a body is told before what is wrong with the moment.
            new.put(&address, json!({"no_such_member": 1})).refuses(422, "invalid").blames("/no_such_member", "unknown_field");
            new.put(&format!("{}/not-an-id", spec.path), json!({})).refuses(404, "not_found");
        }
    }

    fn an_upsert_creates_once_and_then_changes(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let (body, value) = (body(app, spec), format!("شمارهٔ {}/الف", fresh()));
            let address = format!("{}/by-external-id/erp/{}", spec.path, tests::client::encode(&value));
            owner.get(&address).refuses(404, "not_found");
            let kind = "application/merge-patch+json";
            let put = |client: &tests::Client<'_>, body: &Value| client.send("PATCH", &address, kind, body.to_string().as_bytes());
            put(&owner.with("If-Match", "*"), &body).refuses(412, "precondition_failed");
            let wrong = json!({"no_such_member": 1});
            put(&owner.with("If-Match", "*"), &wrong).refuses(422, "invalid").blames("/no_such_member", "unknown_field");
            let created = put(&owner, &body).is(201);
            assert_eq!(created.json()["external_ids"], json!({"erp": value}));
            assert_eq!(created.header("location"), format!("/api/v1{}/{}", spec.path, created.id()));
            put(&owner.with("If-None-Match", "*"), &body).refuses(412, "precondition_failed");
            put(&owner.with("If-None-Match", "*"), &wrong).refuses(422, "invalid").blames("/no_such_member", "unknown_field");
            let again = put(&owner, &json!({})).is(200);
            assert_eq!(again.text(), created.text());
            put(&owner.with("If-Match", "\"9\""), &json!({})).refuses(412, "stale");
            assert_eq!(owner.get(&address).is(200).text(), created.text());
        }
    }

    fn what_is_null_in_a_create_is_absent(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let mut nothing = body(app, spec);
            nothing["external_ids"] = json!({"erp": null, "shop": format!("N-{}", fresh())});
            nothing["custom"] = json!({"no_such_field": null});
            let created = owner.post(spec.path, nothing.clone()).is(201).json();
            assert_eq!(created["external_ids"], json!({"shop": nothing["external_ids"]["shop"]}));
            assert_eq!(created["custom"], json!({}));
        }
    }

    fn a_rule_of_a_body_is_told_before_its_precondition(app: &App) {
        let owner = app.be(Who::Owner);
        let wrong = json!({"kind": "person", "family_name": "x", "contact_points": [{"kind": "email", "value": "no address"}]});
        let wrong = wrong.to_string();
        let upsert = |client: tests::Client<'_>| {
            client.send("PATCH", "/customers/by-external-id/erp/nobody", "application/merge-patch+json", wrong.as_bytes())
        };
        upsert(owner.with("If-Match", "*")).refuses(422, "invalid").blames("/contact_points/0/value", "format");
    }

    fn a_repeated_request_has_one_effect(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let keyed = owner.with("Idempotency-Key", format!("key-{}", fresh()));
            let first_body = body(app, spec);
            let first = keyed.post(spec.path, first_body.clone()).is(201);
            assert_eq!(first.header("idempotency-replayed"), "");
            let again = keyed.post(spec.path, first_body).is(201);
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!((again.text(), again.etag(), again.header("location")), (first.text(), first.etag(), first.header("location")));
            let mut another = body(app, spec);
            another["external_ids"] = json!({"erp": "another"});
            keyed.post(spec.path, another).refuses(422, "idempotency_key_reused");
            let address = format!("{}/{}", spec.path, first.id());
            let deleting = owner.with("Idempotency-Key", format!("key-{}", fresh()));
            deleting.delete(&address, "\"1\"").is(204);
            assert_eq!(deleting.delete(&address, "\"1\"").is(204).header("idempotency-replayed"), "true");
        }
    }
}
