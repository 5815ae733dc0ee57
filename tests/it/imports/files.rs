//! Files on their way in and out.
use super::{announce, done, told, uploaded};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Write;
use tests::{App, Who, both};

const FILE: &[u8] = b"given_name,family_name\nAli,Karimi\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn stored(app: &App) -> usize {
    std::fs::read_dir(app.data().join("imports")).map_or(0, Iterator::count)
}

both! {
    /// Drill 4.13.
    fn a_digest_that_does_not_hold_stores_nothing(app: &App) {
        let owner = app.be(Who::Owner);
        let id = announce(&owner, json!({})).is(201).id();
        let digest = |bytes: &[u8]| format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)));
        let address = format!("/imports/{id}/data");
        owner.with("Content-Digest", digest(b"other")).send("PUT", &address, "text/csv", FILE).refuses(400, "digest_mismatch");
        assert_eq!(owner.get(&format!("/imports/{id}")).json()["state"], "open");
        assert_eq!(stored(app), 0);
        let packed = gzip(FILE);
        let sent = owner.with("Content-Digest", digest(&packed)).with("Content-Encoding", "gzip").send("PUT", &address, "text/csv", &packed).is(200);
        assert_eq!((&sent.json()["state"], &sent.json()["digest"]), (&json!("uploaded"), &json!(digest(FILE))));
        assert_eq!(stored(app), 1);
    }

    fn attack_26_a_bomb_ends_at_its_cap(app: &App) {
        let owner = app.be(Who::Owner);
        let id = announce(&owner, json!({})).is(201).id();
        let bomb = gzip(&vec![b'a'; 64 << 20]);
        assert!(bomb.len() < 100_000);
        owner.with("Content-Encoding", "gzip").send("PUT", &format!("/imports/{id}/data"), "text/csv", &bomb).refuses(413, "payload_too_large");
        let cut = &gzip(FILE)[..20];
        owner.with("Content-Encoding", "gzip").send("PUT", &format!("/imports/{id}/data"), "text/csv", cut).refuses(400, "invalid_encoding");
        owner.with("Content-Encoding", "br").send("PUT", &format!("/imports/{id}/data"), "text/csv", FILE).refuses(415, "unsupported_media_type");
        assert_eq!(stored(app), 0);
    }

    fn attack_28_a_formula_goes_round_without_running(app: &App) {
        let owner = app.be(Who::Owner);
        let names = ["=HYPERLINK(\"http://x\")", "+1", "-1+1", "@SUM", "'=1", "plain"];
        for name in names {
            owner.post("/customers", json!({"kind": "person", "family_name": name})).is(201);
        }
        let before: Vec<Value> = owner.all("/customers", &[("sort", "created_at")]);
        let csv = owner.with("Accept", "text/csv").list("/customers", &[("sort", "created_at")]).is(200).text();
        assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\"") && csv.contains(",'+1,") && csv.contains(",''=1,"), "{csv}");
        let import = done(app, json!({"mode": "update", "match_on": "id"}), csv.as_bytes());
        assert_eq!(import["counts"]["unchanged"], 6, "{:?}", told(&owner, import["id"].as_str().unwrap(), "failed"));
        assert_eq!(owner.all("/customers", &[("sort", "created_at")]), before);
    }

    fn a_list_is_taken_away_whole_by_who_may(app: &App) {
        let owner = app.be(Who::Owner);
        let rows: String = (0..450).map(|n| format!("Name{n}\n")).collect();
        assert_eq!(done(app, json!({}), format!("family_name\n{rows}").as_bytes())["counts"]["created"], 450);
        let text = owner.with("Accept", "application/x-ndjson").get("/customers").is(200).text();
        let mut names: Vec<String> = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["family_name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 450);
        app.be(Who::Viewer).with("Accept", "text/csv").get("/customers").refuses(403, "forbidden");
    }

    fn an_import_is_announced_properly_or_not_at_all(app: &App) {
        let owner = app.be(Who::Owner);
        owner.keyless().post("/imports", json!({"object": "customers", "format": "csv", "mode": "create"})).refuses(400, "idempotency_required");
        announce(&owner, json!({"object": "users"})).refuses(422, "invalid").blames("/object", "not_allowed");
        announce(&owner, json!({"mode": "upsert"})).refuses(422, "invalid").blames("/match_on", "required");
        announce(&owner, json!({"match_on": "colour"})).refuses(422, "invalid").blames("/match_on", "not_allowed");
        let id = announce(&owner, json!({})).is(201).id();
        owner.send("POST", &format!("/imports/{id}/start"), "", b"").refuses(409, "import_without_data");
        owner.send("PUT", &format!("/imports/{id}/data"), "text/csv", b"\n\n").refuses(400, "unreadable_file");
        let id = uploaded(&owner, json!({}), FILE);
        let wrong = json!({"mapping": {"given_name": "planet"}}).to_string();
        owner.send("POST", &format!("/imports/{id}/start"), "application/json", wrong.as_bytes()).refuses(422, "invalid").blames("/mapping/given_name", "unknown_field");
        assert_eq!(owner.send("POST", &format!("/imports/{id}/abort"), "", b"").is(200).json()["state"], "aborted");
        owner.send("POST", &format!("/imports/{id}/start"), "", b"").refuses(409, "import_started");
        assert_eq!(told(&owner, &id, "unprocessed").len(), 1);
    }
}
