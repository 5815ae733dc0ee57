//! Every content is a version.
use super::{filled, made, send};
use serde_json::{Value, json};
use tests::{Who, everywhere};

everywhere! {
    fn every_content_is_kept_and_can_come_back(app: &App) {
        let owner = app.be(Who::Owner);
        let document = made(&owner, "a.txt");
        for text in ["one\n", "two\n", "three\n"] {
            send(&owner, &document, "text/plain", text.as_bytes()).is(200);
        }
        let versions = owner.get(&format!("{document}/versions")).is(200);
        let numbers: Vec<Value> = versions.data().iter().map(|v| v["number"].clone()).collect();
        assert_eq!(numbers, [3, 2, 1]);
        assert_eq!(versions.data()[0]["created_by"], json!(app.people.users[&Who::Owner]));
        assert_eq!(owner.get(&format!("{document}/versions/1/content")).is(200).text(), "one\n");
        let part = owner.with("Range", "bytes=1-").get(&format!("{document}/versions/2/content")).is(206);
        assert_eq!(part.text(), "wo\n");
        assert_eq!(owner.call("HEAD", &format!("{document}/versions/2/content")).is(200).header("content-length"), "4");
        for none in ["0", "4", "01", "x", "-1", "99999999999999999999"] {
            owner.get(&format!("{document}/versions/{none}/content")).refuses(404, "not_found");
            owner.get(&format!("{document}/versions/{none}/compare")).refuses(404, "not_found");
            owner.act(&format!("{document}/versions/{none}/restore"), "*").refuses(404, "not_found");
        }
        let restore = format!("{document}/versions/1/restore");
        owner.call("POST", &restore).refuses(428, "precondition_required");
        owner.act(&restore, "\"1\"").refuses(412, "stale");
        let restored = owner.act(&restore, "*").is(200).json();
        assert_eq!((&restored["content_version"], &restored["size_bytes"]), (&json!(4), &json!(4)));
        assert_eq!(owner.get(&format!("{document}/content")).is(200).text(), "one\n");
        let latest = owner.get(&format!("{document}/versions")).is(200).data().remove(0);
        assert_eq!((&latest["number"], &latest["restored_from"]), (&json!(4), &json!(1)));
        assert_eq!(super::stored(app).len(), 3, "what came back is not kept twice");
        let pages = owner.pages(&format!("{document}/versions"), &[], 3);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        owner.list(&format!("{document}/versions"), &[("cursor", "forged")]).refuses(400, "cursor_mismatch");
    }

    fn two_texts_are_compared(app: &App) {
        let owner = app.be(Who::Owner);
        let document = filled(&owner, "a.txt", "text/plain", "سلام\nعلی\nیزد\n".as_bytes());
        send(&owner, &document, "text/plain", "سلام\nرضا\nیزد\n".as_bytes()).is(200);
        let compare = format!("{document}/versions/1/compare");
        let found = owner.get(&compare).is(200).json();
        assert_eq!(found, json!({"from": 1, "to": 2, "diff": "--- version 1\n+++ version 2\n@@ -1,3 +1,3 @@\n سلام\n-علی\n+رضا\n یزد\n"}));
        assert_eq!(owner.list(&compare, &[("to", "1")]).is(200).json()["diff"], "");
        owner.list(&compare, &[("to", "9")]).refuses(404, "not_found");
        send(&owner, &document, "", b"\x01\x02").is(200);
        owner.get(&compare).refuses(409, "not_comparable");
        // Attack 25: nothing that takes quadratic time.
        let lines = |seed: u64| (0..60_000_u64).map(|n| format!("{}\n", (n * seed) % 7919)).collect::<String>();
        send(&owner, &document, "text/plain", lines(3).as_bytes()).is(200);
        send(&owner, &document, "text/plain", lines(5).as_bytes()).is(200);
        let started = std::time::Instant::now();
        owner.get(&format!("{document}/versions/4/compare")).is(200);
        assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
        send(&owner, &document, "text/plain", &vec![b'a'; (1 << 20) + 1]).is(200);
        owner.get(&compare).refuses(409, "not_comparable");
    }
}
