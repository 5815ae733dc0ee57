//! Invitations: how a user whom somebody made comes to a first password.
use super::passwords::reset;
use super::{sign_in_with, text};
use serde_json::{Value, json};
use tests::node::APP_URL;
use tests::{Answer, App, Who, both};

const EMAIL: &str = "mina@peyvand.test";
const FIRST: &str = "a first bridge, a first river";

/// A user without a password; the address of the record.
fn newcomer(app: &App, more: Value) -> String {
    let mut user = json!({"name": "مینا", "email": EMAIL});
    user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("/users/{}", app.be(Who::Owner).post("/users", user).is(201).id())
}

fn invite(app: &App, who: Who, user: &str) -> Answer {
    app.be(who).call("POST", &format!("{user}/invite"))
}

both! {
    fn an_invitation_brings_the_first_password(app: &App) {
        let user = newcomer(app, json!({"role_ids": [app.people.roles["Test seller"]]}));
        let owner = app.be(Who::Owner);
        let before = owner.get(&user).is(200).json();
        assert_eq!((&before["invited_at"], &before["password_set_at"]), (&Value::Null, &Value::Null));
        app.anyone().post("/auth/login", json!({"email": EMAIL, "password": FIRST})).refuses(401, "invalid_credentials");
        let invited = invite(app, Who::Owner, &user).is(202);
        assert!(invited.json()["invited_at"].is_string() && invited.etag() == "\"2\"", "{invited:?}");
        let mail = app.post().mail_to(EMAIL);
        // In their language, from right to left, with the inviter's name.
        assert_eq!(mail.header("Subject"), "دعوت به پیوند");
        assert!(mail.header("To").contains("مینا"), "{}", mail.header("To"));
        assert!(mail.text().starts_with("سلام مینا،\n\nowner شما را") && mail.text().contains(EMAIL), "{}", mail.text());
        assert!(mail.html().contains("<html lang=\"fa\" dir=\"rtl\">") && mail.html().contains("پذیرفتن دعوت"), "{}", mail.html());
        assert!(mail.link().starts_with(&format!("{APP_URL}/set-password#token=pvl_")), "{}", mail.link());
        let life = persistence::sql!("SELECT issued_at, expires_at FROM mailed_links");
        let life = app.rows(life, |row| Ok(row.instant(1)?.unwrap().micros() - row.instant(0)?.unwrap().micros()));
        assert_eq!(life, [7 * 86_400 * 1_000_000]);
        reset(app, &mail.token(), FIRST).is(204);
        reset(app, &mail.token(), FIRST).refuses(401, "invalid_link");
        let me = app.anyone().with_token(text(&sign_in_with(app, EMAIL, FIRST), "access_token"));
        assert_eq!(me.get("/auth/me").is(200).json()["user"]["name"], "مینا");
        assert!(owner.get(&user).is(200).json()["password_set_at"].is_string());
        // That is no news to who has just done it.
        super::settled(app, "send_mail");
        assert!(app.post().has_none_for(EMAIL));
        invite(app, Who::Owner, &user).refuses(409, "password_chosen");
        // A password of their own: from now on they ask for a link themselves.
        app.anyone().post("/auth/password/reset-request", json!({"email": EMAIL})).is(202);
        assert_eq!(app.post().mail_to(EMAIL).header("Subject"), "گذرواژهٔ تازه برای پیوند");
    }

    fn an_invitation_is_for_the_address_it_went_to(app: &App) {
        let user = newcomer(app, json!({}));
        invite(app, Who::Owner, &user).is(202);
        let token = app.post().mail_to(EMAIL).token();
        app.be(Who::Owner).patch(&user, "*", json!({"email": "right@peyvand.test"})).is(200);
        reset(app, &token, FIRST).refuses(401, "invalid_link");
        invite(app, Who::Owner, &user).is(202);
        reset(app, &app.post().mail_to("right@peyvand.test").token(), FIRST).is(204);
    }

    fn attack_42_an_invitation_is_as_far_from_strangers_as_the_user(app: &App) {
        let (own, other) = (newcomer(app, json!({"works_in_id": app.people.units["B"]})), json!({"works_in_id": app.people.units["A"]}));
        let other = newcomer(app, json!({"email": "other@peyvand.test", "works_in_id": other["works_in_id"]}));
        let role = app.people.roles["Test owner"];
        let above = json!({"email": "above@peyvand.test", "works_in_id": app.people.units["B"], "role_ids": [role]});
        let above = newcomer(app, above);
        // The head of unit B: their own people, nobody else's, and nobody who may do more than they.
        invite(app, Who::Branch, &above).refuses(403, "forbidden");
        let mut hidden = invite(app, Who::Branch, &other).refuses(404, "not_found").json();
        let mut absent = invite(app, Who::Branch, &format!("/users/{}", uuid::Uuid::now_v7())).refuses(404, "not_found").json();
        (hidden["instance"], absent["instance"]) = (Value::Null, Value::Null);
        assert_eq!(hidden, absent);
        invite(app, Who::Seller, &own).refuses(403, "forbidden");
        app.anyone().call("POST", &format!("{own}/invite")).refuses(401, "unauthorized");
        invite(app, Who::Branch, &own).is(202);
        app.post().mail_to(EMAIL);
        app.be(Who::Owner).patch(&own, "*", json!({"active": false})).is(200);
        invite(app, Who::Owner, &own).refuses(409, "user_inactive");
        for email in ["other@peyvand.test", "above@peyvand.test"] {
            assert!(app.post().has_none_for(email));
        }
    }
}
