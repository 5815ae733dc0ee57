//! Who reaches a document: attacks 7 and 8.
use super::{filled, send};
use serde_json::{Value, json};
use tests::{Answer, Who, both};
use uuid::Uuid;

/// A refusal without what is different each time.
fn bare(answer: &Answer) -> Value {
    let mut json = answer.json();
    json["instance"] = Value::Null;
    json
}

both! {
    fn attack_07_a_foreign_document_is_nowhere_by_any_path(app: &App) {
        let (owner, branch) = (app.be(Who::Owner), app.be(Who::Branch));
        let document = filled(&owner, "secret.txt", "text/plain", b"the secret");
        send(&owner, &document, "text/plain", b"the second secret").is(200);
        super::extracted(&owner, &document);
        let before = owner.get(&document).is(200).text();
        let nowhere = format!("/documents/{}", Uuid::now_v7());
        for path in ["", "/content", "/versions", "/versions/1/content", "/versions/1/compare", "/versions/1/compare?to=2"] {
            let ranged = branch.with("Range", "bytes=0-3").with("If-None-Match", "*");
            for client in [&branch, &ranged] {
                let real = client.get(&format!("{document}{path}")).refuses(404, "not_found");
                assert_eq!(bare(&real), bare(&client.get(&format!("{nowhere}{path}")).refuses(404, "not_found")), "{path}");
                let head = client.call("HEAD", &format!("{document}{path}")).is(404);
                assert!(head.bytes.is_empty() && head.header("etag").is_empty() && head.header("repr-digest").is_empty(), "{head:?}");
            }
        }
        let any = branch.with("If-Match", "*");
        any.send("PUT", &format!("{document}/content"), "text/plain", b"mine").refuses(404, "not_found");
        any.send("PUT", &format!("{document}/content"), "image/png", b"a lie").refuses(404, "not_found");
        any.call("POST", &format!("{document}/versions/1/restore")).refuses(404, "not_found");
        assert_eq!(owner.get(&document).is(200).text(), before);
        assert_eq!(super::stored(app).len(), 2);
    }

    fn attack_08_a_foreign_document_is_found_by_no_side_door(app: &App) {
        let (owner, branch) = (app.be(Who::Owner), app.be(Who::Branch));
        let customer = owner.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let document = owner.post("/documents", json!({"name": "پنهان.txt", "customer_id": customer})).is(201).id();
        let address = format!("/documents/{document}");
        send(&owner, &address, "text/plain", "رازِ نهفته".as_bytes()).is(200);
        super::extracted(&owner, &address);
        assert_eq!(owner.list("/documents", &[("q", "نهفته")]).is(200).ids(), [document.as_str()]);
        let unit = json!({"owner_id": app.people.users[&Who::Branch]});
        owner.patch(&format!("/customers/{customer}"), "*", unit).is(200);
        for (path, query) in [
            ("/documents", vec![("q", "نهفته")]),
            ("/documents", vec![("q", "پنهان")]),
            ("/changes", vec![]),
            (&*format!("/customers/{customer}/360"), vec![]),
        ] {
            let seen = branch.list(path, &query).is(200);
            assert!(!seen.text().contains(&document) && !seen.text().contains("پنهان"), "{seen:?}");
        }
        let file = branch.with("Accept", "text/csv").get("/documents");
        assert!(!file.text().contains(&document), "{file:?}");
    }

    fn to_see_is_not_to_change(app: &App) {
        let (owner, viewer) = (app.be(Who::Owner), app.be(Who::Viewer));
        let document = filled(&app.be(Who::Seller), "a.txt", "text/plain", b"text");
        viewer.get(&format!("{document}/content")).is(200);
        viewer.get(&format!("{document}/versions")).is(200);
        send(&viewer, &document, "text/plain", b"mine").refuses(403, "forbidden");
        viewer.act(&format!("{document}/versions/1/restore"), "*").refuses(403, "forbidden");
        // One document shown to another seller, to read and then to change.
        let share = |action: &str| json!({"object": "documents", "record_id": document.rsplit('/').next().unwrap(), "grantee_kind": "user",
            "grantee_id": app.people.users[&Who::Rival], "action": action});
        let rival = app.be(Who::Rival);
        rival.get(&format!("{document}/content")).refuses(404, "not_found");
        let shared = owner.post("/shares", share("read")).is(201).id();
        rival.get(&format!("{document}/content")).is(200);
        send(&rival, &document, "text/plain", b"theirs").refuses(403, "forbidden");
        owner.patch(&format!("/shares/{shared}"), "*", json!({"action": "update"})).is(200);
        send(&rival, &document, "text/plain", b"theirs").is(200);
        assert_eq!(super::stored(app).len(), 2);
    }
}
