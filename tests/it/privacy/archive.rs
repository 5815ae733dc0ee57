//! The archive of everything held on a customer.
use super::{sara, says};
use crate::documents::{extracted, send};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use tests::{Answer, Who, both};
use zip::ZipArchive;

/// The files of an archive.
fn unpacked(answer: &Answer) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(answer.bytes.clone())).unwrap();
    let mut files = BTreeMap::new();
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(
            !name.starts_with('/') && !name.split(['/', '\\']).any(|part| part == ".."),
            "{name} leaves the folder"
        );
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
}

both! {
    fn everything_is_in_it_and_the_audit_tells(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "sara@yazd.example");
        let employer = owner.post("/customers", json!({"kind": "organization", "organization_name": "فولاد یزد"})).is(201).id();
        owner.post("/relationships", json!({"from_id": employer, "to_id": customer, "kind": "employer"})).is(201);
        let group = owner.post("/groups", json!({"name": "باشگاه"})).is(201).id();
        owner.post("/group-members", json!({"group_id": group, "customer_id": customer})).is(201);
        // Attack 29.
        let evil = "<img src=x onerror=alert(1)>";
        owner.post("/interactions", json!({"channel": "call", "customer_id": customer, "subject": evil, "body": "گفت‌وگو"})).is(201);
        let trashed = owner.post("/tasks", json!({"title": "پیگیری", "customer_id": customer})).is(201).id();
        owner.delete(&format!("/tasks/{trashed}"), "*").is(204);
        says(&owner, &customer, "sara@yazd.example", "granted", json!({}));
        owner.patch(&format!("/customers/{customer}"), "*", json!({"city": "تفت"})).is(200);
        // Attack 27: the name climbs out of no folder.
        let document = owner.post("/documents", json!({"name": "..\\..\\قرارداد.txt", "customer_id": customer})).is(201).id();
        let address = format!("/documents/{document}");
        send(&owner, &address, "text/plain", b"the first").is(200);
        send(&owner, &address, "text/plain", b"the second").is(200);
        extracted(&owner, &address);
        // Somebody else's.
        owner.post("/interactions", json!({"channel": "call", "customer_id": employer, "subject": "another"})).is(201);
        let path = format!("/customers/{customer}/privacy-export");
        let head = owner.call("HEAD", &path).is(200);
        assert_eq!(head.header("content-type"), "application/zip");
        let answer = owner.with("Accept", "application/zip").get(&path).is(200);
        assert!(answer.header("content-disposition").starts_with("attachment"), "{answer:?}");
        let files = unpacked(&answer);
        let of = |name: &str| serde_json::from_slice::<Value>(&files[name]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(of("record.json")["city"], "تفت");
        for (name, records) in [("relationships", 1), ("group_members", 1), ("interactions", 1), ("tasks", 1), ("documents", 1), ("consents", 1)] {
            assert_eq!(of(&format!("{name}.json")).as_array().unwrap().len(), records, "{name}");
        }
        assert_eq!(of("interactions.json")[0]["subject"], evil);
        let changes = of("changes.json");
        assert!(changes.as_array().unwrap().iter().any(|c| c["op"] == "updated" && c["changes"][0]["after"] == "تفت"), "{changes}");
        assert_eq!(of("manifest.json")["complete"], true);
        let contents: Vec<&[u8]> = files.iter().filter(|(name, _)| name.starts_with("documents/")).map(|(_, b)| b.as_slice()).collect();
        assert_eq!(contents.len(), 2, "{:?}", files.keys());
        assert!(contents.contains(&b"the first".as_slice()) && contents.contains(&b"the second".as_slice()));
        let page = String::from_utf8(files["index.html"].clone()).unwrap();
        for part in ["سارا کریمی", "فولاد یزد", "باشگاه", "گفت‌وگو", "sara@yazd.example", "This archive is all that we hold", "رضایت‌ها", "newsletter"] {
            assert!(page.contains(part), "no {part}: {page}");
        }
        assert!(!page.contains(evil) && page.contains("&lt;img src=x onerror=alert(1)&gt;"), "{page}");
        // It was told once: a HEAD makes no archive.
        let audit = owner.list("/audit", &[("op", "exported"), ("object", "customers")]).is(200).data();
        assert_eq!(audit.len(), 1, "{audit:?}");
        assert_eq!((&audit[0]["record_id"], &audit[0]["actor_id"]), (&json!(customer), &json!(app.people.users[&Who::Owner])));
        let out = tests::binary::command(&["audit", "verify", "--database", &app.database()]).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        // Neither the feed nor the timeline takes it for a change.
        assert!(!owner.get("/changes?limit=1000").is(200).text().contains("exported"));
        assert!(!owner.get(&format!("/customers/{customer}/timeline")).is(200).text().contains("exported"));
    }

    fn it_needs_its_own_permission_and_shows_no_more_than_its_maker_sees(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let customer = sara(&seller, "sara@yazd.example");
        owner.post("/interactions", json!({"channel": "call", "customer_id": customer, "subject": "a secret of the owner"})).is(201);
        app.be(Who::Viewer).get(&format!("/customers/{customer}/privacy-export")).refuses(403, "forbidden");
        let path = format!("/customers/{customer}/privacy-export");
        app.be(Who::Branch).get(&path).refuses(404, "not_found");
        // A seller may, with all they may do with customers; but they see their own alone, and the archive says so.
        let files = unpacked(&seller.get(&path).is(200));
        let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        assert_eq!(manifest["complete"], false);
        assert!(manifest["partial"].as_array().unwrap().contains(&json!("interactions")), "{manifest}");
        assert!(!files.values().any(|bytes| String::from_utf8_lossy(bytes).contains("a secret of the owner")));
        assert!(String::from_utf8_lossy(&files["index.html"]).contains("may not be complete"));
    }
}
