//! What documents are beyond their contents: what they belong to, and what keeps them.
use super::{filled, made};
use persistence::sql;
use serde_json::{Value, json};
use tests::{Who, both};
use uuid::Uuid;

both! {
    fn what_is_held_or_retained_stays(app: &App) {
        let owner = app.be(Who::Owner);
        let held = made(&owner, "a");
        owner.patch(&held, "*", json!({"legal_hold": true})).is(200);
        owner.delete(&held, "*").refuses(409, "document_held");
        owner.get(&held).is(200);
        let retained = made(&owner, "b");
        owner.patch(&retained, "*", json!({"retention_until": "2999-01-01"})).is(200);
        owner.delete(&retained, "*").refuses(409, "document_retained");
        owner.patch(&retained, "*", json!({"retention_until": "2020-01-01"})).is(200);
        owner.delete(&retained, "*").is(204);
        owner.patch(&held, "*", json!({"legal_hold": false})).is(200);
        owner.delete(&held, "*").is(204);
    }

    fn only_who_may_hold_lets_go(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let role = json!({"permissions": [{"permission": "documents:create", "scope": "own"}, {"permission": "documents:read", "scope": "own"},
            {"permission": "documents:update", "scope": "own"}, {"permission": "documents:delete", "scope": "own"}]});
        owner.patch(&format!("/roles/{}", app.people.roles["Test seller"]), "*", role).is(200);
        let document = made(&seller, "a");
        seller.patch(&document, "*", json!({"legal_hold": true, "retention_until": "2999-01-01"})).is(200);
        for loose in [json!({"legal_hold": false}), json!({"retention_until": "2998-12-31"}), json!({"retention_until": null})] {
            seller.patch(&document, "*", loose).refuses(403, "forbidden");
        }
        seller.patch(&document, "*", json!({"retention_until": "2999-12-31"})).is(200);
        owner.patch(&document, "*", json!({"legal_hold": false, "retention_until": null})).is(200);
        seller.delete(&document, "*").is(204);
    }

    fn a_document_belongs_to_what_its_maker_sees(app: &App) {
        let (owner, seller, rival) = (app.be(Who::Owner), app.be(Who::Seller), app.be(Who::Rival));
        let person = |client: &tests::Client<'_>| client.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let (mine, theirs) = (person(&seller), person(&rival));
        let link = |object: &str, id: &str| json!({"object": object, "record_id": id});
        let make = |links: Value| seller.post("/documents", json!({"name": "a", "links": links}));
        make(json!([link("customers", &theirs)])).refuses(422, "invalid").blames("/links/0/record_id", "not_found");
        make(json!([link("customers", &Uuid::now_v7().to_string())])).refuses(422, "invalid").blames("/links/0/record_id", "not_found");
        make(json!([link("planets", &mine)])).refuses(422, "invalid").blames("/links/0/object", "not_found");
        make(json!([link("roles", &app.people.roles["Test owner"].to_string())])).refuses(422, "invalid").blames("/links/0/record_id", "not_found");
        make(json!([link("customers", &mine), link("customers", &mine)])).refuses(422, "invalid").blames("/links/1", "duplicate");
        make(json!([{"object": "customers", "record_id": mine, "more": 1}])).refuses(422, "invalid").blames("/links/0/more", "unknown_field");
        seller.post("/documents", json!({"name": "a", "customer_id": theirs})).refuses(422, "invalid").blames("/customer_id", "not_found");
        let document = make(json!([link("customers", &mine)])).is(201);
        let at = format!("/documents/{}", document.id());
        // A link that was there stays when what it names goes out of sight, and one who may may add to it.
        owner.patch(&format!("/customers/{mine}"), "*", json!({"owner_id": app.people.users[&Who::Rival]})).is(200);
        seller.patch(&at, "*", json!({"description": "x"})).is(200);
        seller.patch(&at, "*", json!({"links": []})).is(200);
        seller.patch(&at, "*", json!({"links": [link("customers", &mine)]})).refuses(422, "invalid");
        seller.post("/documents", json!({"name": "a", "tags": ["x", " x "]})).refuses(422, "invalid").blames("/tags/1", "duplicate");
    }

    fn a_customers_view_shows_its_documents_to_who_may_see_them(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let customer = seller.post("/customers", json!({"kind": "person", "family_name": "کریمی"})).is(201).id();
        let make = |client: &tests::Client<'_>, name: &str, more: Value| {
            let mut body = more;
            body["name"] = json!(name);
            client.post("/documents", body).is(201).id()
        };
        let own = make(&seller, "own.txt", json!({"customer_id": customer}));
        let linked = make(&seller, "linked.txt", json!({"links": [{"object": "customers", "record_id": customer}]}));
        let both = make(&seller, "both.txt", json!({"customer_id": customer, "links": [{"object": "customers", "record_id": customer}]}));
        let gone = make(&seller, "gone.txt", json!({"customer_id": customer}));
        make(&owner, "secret.txt", json!({"customer_id": customer}));
        make(&seller, "another.txt", json!({}));
        super::send(&seller, &format!("/documents/{own}"), "text/plain", b"text").is(200);
        seller.delete(&format!("/documents/{gone}"), "*").is(204);
        let address = format!("/customers/{customer}/360");
        let shown = seller.list(&address, &[("sections", "documents")]).is(200);
        let data = shown.json()["documents"]["data"].clone();
        let ids: Vec<&str> = data.as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [both.as_str(), &linked, &own]);
        assert_eq!((&data[2]["media_type"], &data[2]["size_bytes"]), (&json!("text/plain"), &json!(4)));
        assert!(!shown.text().contains("secret"), "{shown:?}");
        let few = seller.list(&address, &[("sections", "documents"), ("limit", "2")]).is(200).json();
        assert_eq!(few["documents"]["truncated"], true);
        seller.act(&format!("/documents/{gone}/restore"), "*").is(200);
        seller.patch(&format!("/documents/{own}"), "*", json!({"customer_id": null})).is(200);
        let now = seller.list(&address, &[("sections", "documents")]).is(200).json();
        let names: Vec<&str> = now["documents"]["data"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["gone.txt", "both.txt", "linked.txt"]);
    }

    fn what_is_erased_takes_its_versions_along(app: &App) {
        let owner = app.be(Who::Owner);
        let document = filled(&owner, "a.txt", "text/plain", b"text");
        super::extracted(&owner, &document);
        owner.delete(&document, "*").is(204);
        let id: Uuid = document.rsplit('/').next().unwrap().parse().unwrap();
        app.write(move |conn| conn.execute(&sql!("DELETE FROM documents WHERE id = ?", id)));
        for left in [
            sql!("SELECT COUNT(*) FROM document_versions"),
            sql!("SELECT COUNT(*) FROM document_texts"),
            sql!("SELECT COUNT(*) FROM document_links"),
        ] {
            assert_eq!(app.rows(left, |row| row.integer(0)), [0]);
        }
    }
}
