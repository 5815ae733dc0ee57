//! Erasure: what goes, what stays, and that nothing of it is left anywhere.
use super::{may, sara, says};
use crate::documents::{extracted, send, stored};
use crate::imports::{done, told};
use persistence::core::sql::Sql;
use serde_json::{Value, json};
use tests::engine::Engine;
use tests::{App, Who, both};

/// What a person could be told by. None of it may be anywhere in the database after an erasure.
const TRACES: [&str; 8] = [
    "کریمی",
    "sara@yazd",
    "9121234567",
    "0084575948",
    "محرمانه",
    "بلوار شیراز",
    "پیگیری‌اش",
    "رازِ نهفته",
];

/// Objects that refer to customers, of each of which it was decided what an erasure does with it: `treat` in
/// `persistence/src/privacy/treatment.rs` says what; those it does not name are kept.
const DECIDED: [&str; 29] = [
    "account_plans",
    "consents",
    "contracts",
    "coupon_redemptions",
    "coupons",
    "credit_accounts",
    "credit_notes",
    "customers",
    "documents",
    "duplicates",
    "erasures",
    "group_members",
    "interactions",
    "invoices",
    "leads",
    "ledger_entries",
    "merges",
    "opportunities",
    "opportunity_contacts",
    "orders",
    "payments",
    "purchase_requests",
    "quotes",
    "refunds",
    "relationships",
    "shares",
    "shipments",
    "suggestions",
    "tasks",
];

#[test]
fn it_was_decided_what_an_erasure_does_with_each_object_that_refers_to_customers() {
    let all = tests::records::mounted().into_iter();
    let referring = all.filter(|spec| !persistence::core::merged::fields_to(spec, "customers").is_empty());
    let mut referring: Vec<&str> = referring.map(|spec| spec.object).collect();
    referring.sort_unstable();
    assert_eq!(referring, DECIDED);
}

/// All that the database holds, as text: every row of every table, the text index aside.
fn everything(app: &App) -> Vec<(String, String)> {
    let tables = match app.engine {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%_search%' AND name NOT LIKE 'sqlite%'",
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        }
    };
    let tables: Vec<String> = app.rows(Sql::new(tables), |row| Ok(row.text(0)?.unwrap_or_default()));
    // Answers to repeated requests go by themselves within two days; nobody made any here.
    let mut all = Vec::new();
    for table in tables {
        let row = match app.engine {
            Engine::Postgres => "CAST(t AS TEXT)".to_owned(),
            Engine::Sqlite => {
                let columns = Sql::new(format!("SELECT name FROM pragma_table_info('{table}')"));
                let names: Vec<String> = app.rows(columns, |row| Ok(row.text(0)?.unwrap_or_default()));
                names
                    .iter()
                    .map(|n| format!("quote(t.{n})"))
                    .collect::<Vec<_>>()
                    .join(" || '|' || ")
            }
        };
        let rows = app.rows(Sql::new(format!("SELECT {row} FROM {table} AS t")), |row| {
            Ok(row.text(0)?.unwrap_or_default())
        });
        all.extend(rows.into_iter().map(|row| (table.clone(), row)));
    }
    all
}

fn traces(app: &App) -> Vec<String> {
    let all = everything(app);
    let found = TRACES.iter().flat_map(|trace| {
        all.iter()
            .filter(move |(_, row)| row.contains(trace))
            .map(move |(table, row)| format!("{trace} in {table}: {row}"))
    });
    found.collect()
}

fn verify(app: &App) -> Result<String, String> {
    let out = tests::binary::command(&["audit", "verify", "--database", &app.database()])
        .output()
        .unwrap();
    match out.status.success() {
        true => Ok(String::from_utf8(out.stdout).unwrap()),
        false => Err(String::from_utf8(out.stderr).unwrap()),
    }
}

/// A customer with something of everything; their id, and their document's.
fn full(app: &App) -> (String, String) {
    let owner = app.be(Who::Owner);
    let customer = sara(&owner, "sara@yazd.example");
    let address = format!("/customers/{customer}");
    let more = json!({"national_id": "0084575948", "notes": "محرمانه", "addresses": [{"street": "بلوار شیراز", "city": "یزد"}], "external_ids": {"erp": "محرمانه-1"}});
    owner.patch(&address, "*", more).is(200);
    owner
        .post(
            "/interactions",
            json!({"channel": "call", "address": "09121234567", "subject": "محرمانه", "body": "کریمی گفت", "keywords": ["محرمانه"]}),
        )
        .is(201);
    owner.post("/tasks", json!({"title": "پیگیری‌اش", "customer_id": customer})).is(201);
    let other = owner
        .post("/customers", json!({"kind": "organization", "organization_name": "فولاد"}))
        .is(201)
        .id();
    owner
        .post(
            "/relationships",
            json!({"from_id": other, "to_id": customer, "kind": "employer", "notes": "محرمانه"}),
        )
        .is(201);
    // What is about another, too, stays with them.
    owner
        .post(
            "/interactions",
            json!({"channel": "meeting", "customer_id": other, "participant_ids": [customer], "subject": "جلسه"}),
        )
        .is(201);
    says(&owner, &customer, "sara@yazd.example", "granted", json!({"proof": "محرمانه"}));
    let document = owner
        .post("/documents", json!({"name": "محرمانه.txt", "customer_id": customer}))
        .is(201)
        .id();
    let at = format!("/documents/{document}");
    send(&owner, &at, "text/plain", "رازِ نهفته".as_bytes()).is(200);
    extracted(&owner, &at);
    (customer, document)
}

fn counted(counts: &Value, object: &str) -> [i64; 4] {
    let of = counts
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["object"] == object)
        .unwrap_or_else(|| panic!("no {object}: {counts}"));
    ["deleted", "anonymized", "detached", "kept"].map(|name| of[name].as_i64().unwrap())
}

both! {
    fn nothing_personal_is_left_and_the_log_still_holds(app: &App) {
        let owner = app.be(Who::Owner);
        let (customer, document) = full(app);
        let address = format!("/customers/{customer}");
        assert!(traces(app).len() >= TRACES.len(), "the test would find nothing");
        app.write(|conn| persistence::core::seal::seal(conn, domain::core::instant::Instant::new(chrono::Utc::now())));
        let before = everything(app).len();
        let preview = owner.post("/erasures", json!({"customer_id": customer, "reason": "Request 17", "preview": true})).is(200).json();
        assert_eq!(everything(app).len(), before);
        let asked = json!({"customer_id": customer, "reason": "Request 17"});
        let erased = owner.post("/erasures", asked.clone()).is(201).json();
        assert_eq!(erased["counts"], preview["counts"]);
        for (object, count) in [("customers", [0, 1, 0, 0]), ("interactions", [0, 1, 1, 0]), ("tasks", [1, 0, 0, 0]), ("relationships", [1, 0, 0, 0]),
            ("documents", [1, 0, 0, 0]), ("consents", [0, 1, 0, 0])] {
            assert_eq!(counted(&erased["counts"], object), count, "{object}: {erased}");
        }
        assert_eq!(traces(app), Vec::<String>::new());
        assert!(stored(app).is_empty());
        owner.get(&format!("/documents/{document}")).refuses(404, "not_found");
        let now = owner.get(&address).is(200).json();
        assert_eq!((&now["display_name"], &now["contact_points"], &now["lifecycle_stage"]), (&json!("—"), &json!([]), &json!("former")));
        assert_eq!(may(&owner, &customer), (false, "erased".to_owned()));
        let consent = &owner.all("/consents", &[])[0];
        assert_eq!((consent["contact_hash"].as_str().unwrap().len(), &consent["contact_value"], &consent["status"]), (64, &json!(null), &json!("granted")));
        // No search finds them.
        for word in ["کریمی", "sara@yazd.example", "محرمانه"] {
            for path in ["/customers", "/interactions", "/documents"] {
                assert!(owner.list(path, &[("q", word)]).is(200).ids().is_empty(), "{path} finds {word}");
            }
        }
        // The audit says what happened, and not to whom.
        let audit = owner.list("/audit", &[("record_id", &customer)]).is(200).json();
        assert!(audit.to_string().contains("contact_points") && !audit.to_string().contains("sara"), "{audit}");
        assert!(verify(app).unwrap().contains("All is as it was written"));
        owner.post("/erasures", asked).refuses(409, "customer_erased");
        owner.patch(&address, "*", json!({"notes": "back"})).refuses(409, "customer_erased");
    }

    fn those_merged_into_the_customer_are_erased_with_them(app: &App) {
        let owner = app.be(Who::Owner);
        let other = sara(&owner, "sara@kerman.example");
        let more = json!({"notes": "محرمانه", "external_ids": {"erp": "محرمانه-2"}});
        owner.patch(&format!("/customers/{other}"), "*", more).is(200);
        let (customer, _) = full(app);
        let merge = owner.post("/merges", json!({"survivor_id": customer, "merged_ids": [other]})).is(201).id();
        let asked = json!({"customer_id": customer, "reason": "Request 18"});
        let erased = owner.post("/erasures", asked).is(201).json();
        assert_eq!(counted(&erased["counts"], "customers"), [0, 2, 0, 0], "{erased}");
        assert_eq!(traces(app), Vec::<String>::new());
        assert!(verify(app).unwrap().contains("All is as it was written"));
        owner.act(&format!("/merges/{merge}/undo"), "*").refuses(409, "merge_not_undoable");
    }

    fn who_was_erased_does_not_come_in_again(app: &App) {
        let owner = app.be(Who::Owner);
        let (customer, _) = full(app);
        owner.post("/erasures", json!({"customer_id": customer, "reason": "x"})).is(201);
        for body in [
            json!({"contact_points": [{"kind": "email", "value": "SARA@yazd.example"}]}),
            json!({"contact_points": [{"kind": "phone", "value": "0912 123 4567"}], "country": "IR"}),
            json!({"national_id": "0084575948"}),
        ] {
            let mut body = body;
            body["kind"] = json!("person");
            body["family_name"] = json!("Somebody");
            let refused = owner.with("Accept-Language", "fa").post("/customers", body).refuses(409, "identifier_erased");
            assert!(refused.json()["title"].as_str().unwrap().contains("پاک"), "{refused:?}");
        }
        let other = owner.post("/customers", json!({"kind": "person", "family_name": "Other"})).is(201).id();
        let point = json!({"contact_points": [{"kind": "email", "value": "sara@yazd.example"}]});
        owner.patch(&format!("/customers/{other}"), "*", point).refuses(409, "identifier_erased");
        let file = "Family Name,Mail\nAhmadi,new@example.ir\nKarimi,sara@yazd.example\n";
        let import = done(app, json!({"mapping": {"Mail": "contact_points[email]"}}), file.as_bytes());
        assert_eq!((&import["counts"]["created"], &import["counts"]["skipped"], &import["counts"]["failed"]), (&json!(1), &json!(1), &json!(0)), "{import}");
        let skipped = told(&owner, import["id"].as_str().unwrap(), "skipped");
        assert_eq!(skipped[0]["errors"][0]["code"], "identifier_erased", "{skipped:?}");
        // Who calls again is noted, and becomes no customer by that.
        let call = owner.post("/interactions", json!({"channel": "call", "address": "09121234567", "subject": "again"})).is(201).json();
        assert_eq!(call["customer_id"], json!(null));
        // The hashes say nothing by themselves.
        let kept: Vec<String> = app.rows(Sql::new("SELECT hash FROM erased_identifiers"), |row| Ok(row.text(0)?.unwrap_or_default()));
        assert_eq!(kept.len(), 3);
        let plain = |text: &str| {
            use sha2::Digest;
            sha2::Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect::<String>()
        };
        assert!(!kept.contains(&plain("phone:+989121234567")) && !kept.contains(&plain("+989121234567")));
    }

    fn a_hold_refuses_all_and_retention_keeps_its_document(app: &App) {
        let owner = app.be(Who::Owner);
        let (customer, document) = full(app);
        let at = format!("/documents/{document}");
        owner.patch(&at, "*", json!({"legal_hold": true})).is(200);
        let asked = json!({"customer_id": customer, "reason": "x"});
        let preview = owner.post("/erasures", json!({"customer_id": customer, "reason": "x", "preview": true})).is(200).json();
        assert_eq!(preview["held_document_ids"], json!([document]));
        let before = tests::probe::digest(app);
        let refused = owner.post("/erasures", asked.clone()).refuses(409, "erasure_held").json();
        assert_eq!((&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]), (&json!(at), &json!("document_held")), "{refused}");
        assert_eq!(tests::probe::digest(app), before);
        owner.patch(&at, "*", json!({"legal_hold": false, "retention_until": "2999-01-01"})).is(200);
        let erased = owner.post("/erasures", asked).is(201).json();
        assert_eq!(counted(&erased["counts"], "documents"), [0, 0, 0, 1]);
        assert_eq!(owner.get(&format!("{at}/content")).is(200).text(), "رازِ نهفته");
        verify(app).unwrap();
    }

    fn only_who_may_erases(app: &App) {
        let (customer, _) = full(app);
        let asked = json!({"customer_id": customer, "reason": "x"});
        for who in [Who::Seller, Who::Viewer, Who::Powerless] {
            app.be(who).post("/erasures", asked.clone()).refuses(403, "forbidden");
        }
        let mut preview = asked.clone();
        preview["preview"] = json!(true);
        for body in [asked, preview] {
            app.be(Who::Branch).post("/erasures", body).refuses(422, "invalid").blames("/customer_id", "not_found");
        }
        let owner = app.be(Who::Owner);
        let other = sara(&owner, "other@yazd.example");
        let erasure = owner.post("/erasures", json!({"customer_id": other, "reason": "x"})).is(201).id();
        app.be(Who::Branch).get(&format!("/erasures/{erasure}")).refuses(404, "not_found");
        assert!(app.be(Who::Branch).all("/erasures", &[]).is_empty());
        owner.post("/erasures", json!({"reason": "x"})).refuses(422, "invalid").blames("/customer_id", "required");
        owner.post("/erasures", json!({"customer_id": customer, "reason": ""})).refuses(422, "invalid").blames("/reason", "too_short");
        owner.post("/erasures", json!({"customer_id": customer, "reason": "x", "preview": "yes"})).refuses(422, "invalid").blames("/preview", "wrong_type");
    }

    /// Values can't be taken out of the log under the name of an erasure.
    fn the_audit_finds_what_was_emptied_without_an_erasure(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "sara@yazd.example");
        let id: uuid::Uuid = customer.parse().unwrap();
        app.write(move |conn| persistence::core::redact::empty(conn, "customers", id));
        let said = verify(app).unwrap_err();
        assert!(said.contains("was emptied without an erasure"), "{said}");
        // Nor by adding the record to an erasure that there was.
        let other = sara(&owner, "other@yazd.example");
        let erasure = owner.post("/erasures", json!({"customer_id": other, "reason": "x"})).is(201).id();
        let erasure: uuid::Uuid = erasure.parse().unwrap();
        app.write(move |conn| persistence::core::redact::note(conn, erasure, &vec![("customers".to_owned(), id)]));
        let said = verify(app).unwrap_err();
        assert!(said.contains("the records it names are not those that it erased"), "{said}");
        assert!(!said.contains("emptied without"), "{said}");
        // And an emptied entry says nothing but names.
        app.write(move |conn| conn.execute(&persistence::sql!("UPDATE changes SET changed = ? WHERE record_id = ?", "{\"city\":[null,\"Rome\"]}", id)).map(|_| ()));
        assert!(verify(app).unwrap_err().contains("was edited"));
    }
}
