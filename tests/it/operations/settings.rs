//! What an organization can set from the server's own machine.
use serde_json::json;
use tests::{Who, binary, both};

both! {
    fn what_is_set_holds_until_it_is_cleared(app: &App) {
        let database = app.database();
        let told = |action: &[&str]| binary::run(&[&["settings"], action, &["--database", &database]].concat());
        assert!(told(&["list"]).contains("default_region = IR\n") && told(&["list"]).contains("purge_days = 30 (usual)\n"), "{}", told(&["list"]));
        assert_eq!(told(&["set", "default_region", "gb"]), "default_region = GB\n");
        assert_eq!(told(&["set", "document_max_bytes", "۱۰۰۰"]), "document_max_bytes = 1000\n");
        // The country holds from the next start.
        let node = app.another(&[]);
        let owner = app.be(Who::Owner).at(node.address());
        let points = json!([{"kind": "phone", "value": "020 7946 0958"}]);
        let made = owner.post("/customers", json!({"kind": "person", "family_name": "x", "contact_points": points})).is(201).json();
        assert_eq!(made["contact_points"][0]["value"], "+442079460958");
        let document = format!("/documents/{}", owner.post("/documents", json!({"name": "a.txt"})).is(201).id());
        let send = |size: usize| owner.with("If-Match", "*").send("PUT", &format!("{document}/content"), "text/plain", &vec![b'a'; size]);
        send(1001).refuses(413, "payload_too_large");
        assert_eq!(told(&["clear", "document_max_bytes"]), "document_max_bytes = 104857600\n");
        send(1001).is(200);
        assert!(node.stop());
    }

    fn what_is_no_setting_is_refused(app: &App) {
        let database = app.database();
        let status = |action: &[&str]| {
            let out = binary::command(&[&["settings"], action, &["--database", &database]].concat()).output().unwrap();
            (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
        };
        for unknown in ["ready_probe", "colour", ""] {
            let (code, words) = status(&["set", unknown, "1"]);
            assert!(code == Some(2) && words.contains("settings list"), "{unknown}: {words}");
        }
        for (name, value) in [("default_region", "Iran"), ("purge_days", "0"), ("purge_days", "soon"), ("organization_name", &"n".repeat(201))] {
            let (code, words) = status(&["set", name, value]);
            assert!(code == Some(1) && words.contains(name), "{name}: {words}");
        }
    }
}
