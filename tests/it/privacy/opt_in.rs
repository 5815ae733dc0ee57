//! Double opt-in: a mail asks, and what it carries confirms once.
use super::{may, sara, says};
use persistence::sql;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{App, Who, both};

/// Waits until as many confirmations were looked after.
fn mailed(app: &App, n: usize) {
    let end = Instant::now() + Duration::from_secs(60);
    let done = || {
        app.be(Who::Owner)
            .list("/jobs", &[("kind", "mail_consent_confirmation"), ("state", "done")])
            .is(200)
            .data()
    };
    while done().len() < n {
        assert!(Instant::now() < end, "the jobs do not end");
        std::thread::yield_now();
    }
}

fn confirm(app: &App, token: &str) -> tests::Answer {
    app.anyone().post("/consents/confirm", json!({"token": token}))
}

both! {
    fn a_pending_consent_is_confirmed_by_its_mail_once(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "sara@yazd.example");
        let pending = says(&owner, &customer, "sara@yazd.example", "pending", json!({"text_version": "7"}));
        assert_eq!(may(&owner, &customer), (false, "pending".to_owned()));
        let mail = app.post().mail_to("sara@yazd.example");
        assert!(mail.link().contains("/confirm-consent#token=pvc_"), "{}", mail.link());
        // Nothing that was written into the form is mailed to whoever has the address.
        assert!(!mail.text().contains("سارا") && !mail.text().contains("کریمی") && mail.html().contains("dir=\"rtl\""), "{}", mail.text());
        confirm(app, &mail.token()).is(204);
        assert_eq!(may(&owner, &customer), (true, "granted".to_owned()));
        let rows = owner.list("/consents", &[("filter", "status = \"granted\"")]).is(200).data();
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((&row["confirms_id"], &row["source"], &row["text_version"]), (&pending["id"], &json!("double_opt_in"), &json!("7")));
        assert!(row["proof"].as_str().unwrap().contains("sara@yazd.example") && row["created_by"] == Value::Null, "{row}");
        // Once.
        confirm(app, &mail.token()).refuses(401, "invalid_link");
        assert_eq!(owner.all("/consents", &[]).len(), 2);
        // No table holds the secret.
        assert!(app.rows(sql!("SELECT hash FROM mailed_links WHERE purpose = 'consent'"), |row| row.uuid(0).map(|_| ())).is_empty());
    }

    fn an_old_mail_wins_nobody_back(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "sara@yazd.example");
        says(&owner, &customer, "sara@yazd.example", "pending", json!({}));
        let mail = app.post().mail_to("sara@yazd.example");
        says(&owner, &customer, "sara@yazd.example", "withdrawn", json!({}));
        confirm(app, &mail.token()).refuses(401, "invalid_link");
        assert_eq!(may(&owner, &customer), (false, "withdrawn".to_owned()));
        // Too old.
        says(&owner, &customer, "sara@yazd.example", "pending", json!({}));
        let mail = app.post().mail_to("sara@yazd.example");
        app.write(|conn| conn.execute(&sql!("UPDATE mailed_links SET expires_at = issued_at")).map(|_| ()));
        confirm(app, &mail.token()).refuses(401, "invalid_link");
        assert_eq!(may(&owner, &customer), (false, "pending".to_owned()));
        confirm(app, "pvc_nonsense").refuses(401, "invalid_link");
    }

    fn a_mailbox_is_not_flooded_and_a_marked_address_not_written_to(app: &App) {
        let owner = app.be(Who::Owner);
        let customer = sara(&owner, "sara@yazd.example");
        for purpose in ["one", "two", "three", "four", "five"] {
            says(&owner, &customer, "sara@yazd.example", "pending", json!({"purpose": purpose}));
        }
        mailed(app, 5);
        for _ in 0..3 {
            app.post().mail_to("sara@yazd.example");
        }
        assert!(app.post().has_none_for("sara@yazd.example"));
        let marked = json!({"kind": "person", "family_name": "x", "contact_points": [{"kind": "email", "value": "no@yazd.example", "do_not_use": true}]});
        let marked = owner.post("/customers", marked).is(201).id();
        says(&owner, &marked, "no@yazd.example", "pending", json!({}));
        mailed(app, 6);
        assert!(app.post().has_none_for("no@yazd.example"));
    }
}
