//! HTTP as it should be: HEAD, OPTIONS, 405, conditional reads, preferences.
use serde_json::json;
use tests::records::{body, fresh, made, mounted, writable};
use tests::{Who, both};

both! {
    fn head_is_get_without_its_body(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let record = made(app, spec);
            for address in [spec.path.to_owned(), format!("{}/{}", spec.path, record.id()), format!("{}/{}", spec.path, uuid::Uuid::nil())] {
                let (get, head) = (owner.get(&address), owner.call("HEAD", &address));
                assert_eq!(head.status, get.status);
                assert!(head.bytes.is_empty());
                for name in ["etag", "content-type", "content-length"] {
                    assert_eq!(head.header(name), get.header(name), "{name} of {address}");
                }
            }
        }
    }

    fn what_is_known_is_not_sent_again(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let record = made(app, spec);
            let address = format!("{}/{}", spec.path, record.id());
            for address in [spec.path.to_owned(), address.clone(), format!("{address}?expand=owner")] {
                let etag = owner.get(&address).is(200).etag();
                let same = owner.with("If-None-Match", &etag).get(&address).is(304);
                assert!(same.bytes.is_empty());
                assert_eq!(same.etag(), etag);
                owner.with("If-None-Match", format!("\"zzz\", {etag}")).get(&address).is(304);
                owner.with("If-None-Match", "\"zzz\"").get(&address).is(200);
                owner.with("If-None-Match", "not a tag").get(&address).is(200);
                owner.with("If-None-Match", "x".repeat(201)).get(&address).refuses(400, "invalid_parameter");
            }
            let known = owner.with("If-None-Match", record.etag());
            owner.patch(&address, "*", json!({"external_ids": {"erp": format!("K-{}", fresh())}})).is(200);
            known.get(&address).is(200);
        }
    }

    fn methods_are_told_and_others_refused(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in mounted() {
            let one = format!("{}/{}", spec.path, uuid::Uuid::now_v7());
            for address in [spec.path.to_owned(), one.clone(), format!("{}/search", spec.path)] {
                let told = owner.call("OPTIONS", &address).is(204);
                for method in ["GET", "PUT", "POST", "PATCH", "DELETE", "TRACE", "QUERY", "BREW"] {
                    if told.header("allow").split(", ").all(|allowed| allowed != method) {
                        let refused = owner.call(method, &address).is(405);
                        assert_eq!(refused.header("allow"), told.header("allow"), "{method} {address}");
                    }
                }
            }
        }
    }

    fn a_writer_can_ask_for_less(app: &App) {
        let brief = app.be(Who::Owner).with("Prefer", "return=minimal");
        for spec in writable(app) {
            let made = brief.post(spec.path, body(app, spec)).is(201);
            assert_eq!((made.bytes.len(), made.header("preference-applied"), made.etag().as_str()), (0, "return=minimal", "\"1\""));
            let address = made.header("location").to_owned();
            let patch = json!({"external_ids": {"erp": format!("M-{}", fresh())}});
            let patched = brief.patch(&address, "\"1\"", patch).is(200);
            assert_eq!((patched.bytes.len(), patched.etag().as_str()), (0, "\"2\""));
        }
    }

    fn bodies_of_another_kind_are_refused(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let body = body(app, spec).to_string();
            for kind in ["", "text/plain", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=utf-16"] {
                let refused = owner.send("POST", spec.path, kind, body.as_bytes()).refuses(415, "unsupported_media_type");
                assert_eq!(refused.header("accept-post"), "application/json");
            }
            owner.send("POST", spec.path, "application/json; charset=UTF-8", body.as_bytes()).is(201);
            let address = format!("{}/{}", spec.path, made(app, spec).id());
            let refused = owner.with("If-Match", "*").send("PATCH", &address, "text/plain", b"{}").is(415);
            assert_eq!(refused.header("accept-patch"), "application/merge-patch+json");
        }
    }
}
