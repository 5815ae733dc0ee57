//! Quotes: priced, approved, sent, accepted, replaced, ended.
use super::products::product;
use persistence::core::sql::Sql;
use persistence::sql;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::records::fresh;
use tests::{App, Client, Who, both};
use uuid::Uuid;

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// A product for 1000 rials, untaxed, that whoever is meant may see.
fn desk(client: &Client<'_>) -> String {
    product(
        client,
        json!({"list_price": irr("1000"), "tax_category": "exempt", "name_en": "Desk"}),
    )
}

fn customer(client: &Client<'_>) -> String {
    let body = json!({"kind": "person", "family_name": "کریمی", "contact_points": [{"kind": "email", "value": "sara@yazd.example"}]});
    client.with("Skip-Duplicate-Check", "true").post("/customers", body).is(201).id()
}

fn quote(client: &Client<'_>, more: Value) -> Value {
    let mut body = json!({"title": "میزها", "currency": "IRR", "customer_id": customer(client), "lines": [{"product_id": desk(client), "quantity": "10"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/quotes", body).is(201).json()
}

fn at(quote: &Value) -> String {
    format!("/quotes/{}", quote["id"].as_str().unwrap())
}

fn discount(percent: &str) -> Value {
    json!([{"kind": "allowance", "percent": percent}])
}

/// POST with a body on whichever version there is.
fn tell(client: &Client<'_>, address: &str, body: Value) -> tests::Answer {
    client.with("If-Match", "*").post(address, body)
}

fn role(owner: &Client<'_>, permissions: &[&str]) -> String {
    let all: Vec<Value> = permissions.iter().map(|p| json!({"permission": p, "scope": "all"})).collect();
    owner
        .post("/roles", json!({"name": format!("Role {}", fresh()), "permissions": all}))
        .is(201)
        .id()
}

fn holds(app: &App, who: Who, roles: &[&str]) {
    let owner = app.be(Who::Owner);
    owner
        .patch(&format!("/users/{}", app.people.users[&who]), "*", json!({"role_ids": roles}))
        .is(200);
}

/// Who sells, and two who may agree to discounts: up to 15 and up to 40 hundredths.
fn house(app: &App) {
    let owner = app.be(Who::Owner);
    let everyday = [
        "quotes:read",
        "quotes:create",
        "quotes:update",
        "products:*",
        "customers:*",
        "quotes:approve",
        "approval_delegations:*",
        "users:read",
    ];
    let (seller, head, director) = (role(&owner, &everyday), role(&owner, &everyday), role(&owner, &everyday));
    for (role, percent) in [(&seller, "5"), (&head, "15"), (&director, "40")] {
        owner
            .post("/discount-limits", json!({"role_id": role, "max_percent": percent}))
            .is(201);
    }
    holds(app, Who::Seller, &[&seller]);
    holds(app, Who::Rival, &[&head]);
    holds(app, Who::Branch, &[&director]);
}

both! {
    fn a_quote_is_priced_as_it_is_written(app: &App) {
        let owner = app.be(Who::Owner);
        let extra = desk(&owner);
        let lines = json!([{"product_id": desk(&owner), "quantity": "10", "discounts": discount("10")}, {"product_id": extra, "quantity": "1", "optional": true}]);
        let made = quote(&owner, json!({"lines": lines}));
        assert_eq!((&made["total"], &made["discount_percent"], &made["revision"]), (&irr("9000.00"), &json!("10"), &json!(1)));
        assert_eq!((made["pricing"]["lines"].as_array().unwrap().len(), made["options"][0]["net"].clone()), (1, irr("1000.00")));
        assert!(made["number"].as_str().unwrap().starts_with("Q-"), "{made}");
        let patched = owner.patch(&at(&made), "*", json!({"discounts": discount("50")})).is(200).json();
        assert_eq!((&patched["total"], &patched["discount_percent"]), (&irr("4500.00"), &json!("55")));
        let lines = json!([{"product_id": extra, "quantity": "1", "optional": true}, {"product_id": Uuid::now_v7(), "quantity": "1"}]);
        owner.patch(&at(&made), "*", json!({"lines": lines})).refuses(422, "invalid").blames("/lines/1/product_id", "not_found");
        owner.patch(&at(&made), "*", json!({"lines": [{"product_id": extra, "quantity": "-1"}]})).refuses(422, "invalid").blames("/lines/0/quantity", "out_of_range");
        owner.patch(&at(&made), "*", json!({"discounts": discount("101")})).refuses(422, "invalid").blames("/discounts/0/percent", "out_of_range");
        owner.patch(&at(&made), "*", json!({"currency": "EUR"})).refuses(422, "invalid").blames("/currency", "fixed");
        owner.patch(&at(&made), "*", json!({"total": irr("1")})).refuses(422, "invalid").blames("/total", "read_only");
        let empty = quote(&owner, json!({"lines": []}));
        owner.act(&format!("{}/submit", at(&empty)), "*").refuses(422, "invalid").blames("/lines", "required");
        // What is of the whole is judged without lines too.
        let long = json!({"discounts": [{"kind": "allowance", "percent": "1", "reason": "x".repeat(201)}]});
        owner.patch(&at(&empty), "*", long).refuses(422, "invalid").blames("/discounts/0/reason", "too_long");
        owner.patch(&at(&empty), "*", json!({"discounts": discount("101")})).refuses(422, "invalid").blames("/discounts/0/percent", "out_of_range");
        let unnamed = json!({"charges": [{"reason": "", "amount": irr("1")}]});
        owner.patch(&at(&empty), "*", unnamed).refuses(422, "invalid").blames("/charges/0/reason", "too_short");
        let next = quote(&owner, json!({}));
        assert_ne!(next["number"], made["number"]);
    }

    fn attack_56_discounts_need_those_who_may_agree_to_them(app: &App) {
        house(app);
        let (seller, head, director) = (app.be(Who::Seller), app.be(Who::Rival), app.be(Who::Branch));
        let small = quote(&seller, json!({"discounts": discount("5")}));
        assert_eq!(seller.act(&format!("{}/submit", at(&small)), "*").is(200).json()["status"], "approved");
        let large = quote(&seller, json!({"discounts": discount("30")}));
        let waiting = seller.act(&format!("{}/submit", at(&large)), "*").is(200).json();
        assert_eq!((&waiting["status"], waiting["approvals"].as_array().unwrap().len()), (&json!("pending_approval"), 2));
        let approve = format!("{}/approve", at(&large));
        tell(&seller, &approve, json!({})).refuses(409, "self_approval");
        tell(&director, &approve, json!({})).refuses(403, "forbidden");
        owner_sends_nothing(app, &large);
        assert_eq!(tell(&head, &approve, json!({"comment": "خوب"})).is(200).json()["status"], "pending_approval");
        tell(&head, &approve, json!({})).refuses(403, "forbidden");
        assert_eq!(tell(&director, &approve, json!({})).is(200).json()["status"], "approved");
        tell(&director, &approve, json!({})).refuses(409, "quote_status");
        // Nothing of it changes any more: what comes next is a new version.
        seller.patch(&at(&large), "*", json!({"discounts": discount("39")})).refuses(409, "quote_not_draft");
        seller.patch(&at(&large), "*", json!({"title": "x"})).refuses(409, "quote_not_draft");
        let next = seller.act(&format!("{}/revise", at(&large)), "*").is(201).json();
        assert_eq!((&next["number"], &next["revision"], &next["status"], &next["previous_id"]), (&large["number"], &json!(2), &json!("draft"), &large["id"]));
        assert_eq!((&next["approvals"], seller.get(&at(&large)).is(200).json()["status"].clone()), (&json!([]), json!("superseded")));
        seller.act(&format!("{}/revise", at(&large)), "*").refuses(409, "quote_status");
        // Beyond everybody's limit.
        let much = quote(&seller, json!({"discounts": discount("41")}));
        seller.act(&format!("{}/submit", at(&much)), "*").refuses(409, "no_approver");
        // Rejected: a draft again, with what was said.
        let other = quote(&seller, json!({"discounts": discount("10")}));
        seller.act(&format!("{}/submit", at(&other)), "*").is(200);
        let back = tell(&head, &format!("{}/reject", at(&other)), json!({"comment": "زیاد است"})).is(200).json();
        assert_eq!((&back["status"], &back["approvals"][0]["comment"]), (&json!("draft"), &json!("زیاد است")));
        seller.patch(&at(&other), "*", json!({"discounts": discount("5")})).is(200);
        assert_eq!(seller.act(&format!("{}/submit", at(&other)), "*").is(200).json()["status"], "approved");
    }

    fn somebody_stands_in_while_it_is_delegated(app: &App) {
        house(app);
        let (seller, head, director) = (app.be(Who::Seller), app.be(Who::Rival), app.be(Who::Branch));
        let [selling, heading, directing] = [Who::Seller, Who::Rival, Who::Branch].map(|who| app.people.users[&who]);
        let stands = |from: Uuid, to: Uuid, last: &str| json!({"from_user_id": from, "to_user_id": to, "from_date": "2020-01-01", "to_date": last});
        let asked = quote(&seller, json!({"discounts": discount("10")}));
        seller.act(&format!("{}/submit", at(&asked)), "*").is(200);
        let approve = format!("{}/approve", at(&asked));
        // Nobody gives another's say away, and nobody has it beyond its last day, nor by standing in for others what is their own.
        director.post("/approval-delegations", stands(heading, directing, "2090-01-01")).refuses(403, "forbidden");
        head.post("/approval-delegations", stands(heading, directing, "2020-01-02")).is(201);
        tell(&director, &approve, json!({})).refuses(403, "forbidden");
        head.post("/approval-delegations", stands(heading, selling, "2090-01-01")).is(201);
        tell(&seller, &approve, json!({})).refuses(409, "self_approval");
        head.post("/approval-delegations", stands(heading, directing, "2090-01-01")).is(201);
        let done = tell(&director, &approve, json!({})).is(200).json();
        assert_eq!((&done["status"], &done["approvals"][0]["decided_by"], &done["approvals"][0]["on_behalf_of"]), (&json!("approved"), &json!(directing), &json!(heading)));
        head.post("/approval-delegations", stands(heading, heading, "2090-01-01")).refuses(422, "invalid").blames("/to_user_id", "conflict");
    }

    fn attack_55_of_many_approvals_at_once_one_counts(app: &App) {
        house(app);
        let seller = app.be(Who::Seller);
        let asked = quote(&seller, json!({"discounts": discount("10")}));
        seller.act(&format!("{}/submit", at(&asked)), "*").is(200);
        let approve = format!("{}/approve", at(&asked));
        let statuses = std::sync::Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|| {
                    let answer = tell(&app.be(Who::Rival), &approve, json!({}));
                    statuses.lock().unwrap().push(answer.status);
                });
            }
        });
        let statuses = statuses.into_inner().unwrap();
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|s| matches!(s, 200 | 409)), "{statuses:?}");
        assert_eq!(seller.get(&at(&asked)).is(200).json()["version"], 3);
    }

    fn a_customer_accepts_by_the_address_that_was_mailed(app: &App) {
        let owner = app.be(Who::Owner);
        let offered = quote(&owner, json!({"valid_until": "2090-01-01"}));
        tell(&owner, &format!("{}/send", at(&offered)), json!({})).refuses(409, "quote_status");
        owner.act(&format!("{}/submit", at(&offered)), "*").is(200);
        let address = format!("buyer{}@yazd.example", fresh());
        tell(&owner, &format!("{}/send", at(&offered)), json!({"email": "no address"})).refuses(422, "invalid").blames("/email", "format");
        let sent = tell(&owner, &format!("{}/send", at(&offered)), json!({"email": address})).is(200).json();
        assert_eq!((&sent["status"], &sent["sent_to"]), (&json!("sent"), &json!(address)));
        let mail = app.post().mail_to(&address);
        assert!(mail.link().contains("/quote#token=pvq_") && mail.text().contains(offered["number"].as_str().unwrap()), "{}", mail.text());
        assert!(mail.html().contains("dir=\"rtl\""));
        let token = mail.token();
        let anyone = app.anyone();
        let seen = anyone.post("/offers/view", json!({"token": token})).is(200).json();
        assert_eq!((&seen["total"], &seen["status"]), (&irr("10000.00"), &json!("sent")));
        let pdf = anyone.post("/offers/pdf", json!({"token": token})).is(200);
        assert!(pdf.bytes.starts_with(b"%PDF-"), "{pdf:?}");
        anyone.post("/offers/accept", json!({"token": token})).refuses(422, "invalid").blames("/name", "required");
        anyone.post("/offers/accept", json!({"token": "pvq_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "name": "x"})).refuses(401, "invalid_link");
        anyone.post("/offers/accept", json!({"token": token, "name": "مریم کریمی"})).is(200);
        anyone.post("/offers/accept", json!({"token": token, "name": "مریم کریمی"})).refuses(409, "quote_status");
        anyone.post("/offers/decline", json!({"token": token})).refuses(409, "quote_status");
        let kept = owner.get(&at(&offered)).is(200).json();
        let evidence = &kept["acceptance"];
        assert_eq!((&kept["status"], &evidence["method"], &evidence["name"], &evidence["email"]), (&json!("accepted"), &json!("link"), &json!("مریم کریمی"), &json!(address)));
        assert_eq!(evidence["digest"].as_str().unwrap().len(), 64);
        assert!(evidence["ip"].is_string() && evidence["link_id"].is_string(), "{evidence}");
        // No table holds the secret.
        let hashes = app.rows(sql!("SELECT hash FROM mailed_links WHERE purpose = 'quote'"), |row| row.bytes(0));
        assert_eq!(hashes.len(), 1);
        assert!(hashes[0].as_ref().unwrap() != token.as_bytes());
    }

    fn a_replaced_version_can_not_be_accepted(app: &App) {
        let owner = app.be(Who::Owner);
        let offered = quote(&owner, json!({"language": "en"}));
        owner.act(&format!("{}/submit", at(&offered)), "*").is(200);
        let address = format!("buyer{}@yazd.example", fresh());
        tell(&owner, &format!("{}/send", at(&offered)), json!({"email": address})).is(200);
        let mail = app.post().mail_to(&address);
        assert!(mail.text().contains("The quote"), "{}", mail.text());
        owner.act(&format!("{}/revise", at(&offered)), "*").is(201);
        app.anyone().post("/offers/accept", json!({"token": mail.token(), "name": "x"})).refuses(401, "invalid_link");
        app.anyone().post("/offers/view", json!({"token": mail.token()})).refuses(401, "invalid_link");
        tell(&owner, &format!("{}/accept", at(&offered)), json!({"name": "x"})).refuses(409, "quote_status");
    }

    fn an_acceptance_is_noted_by_hand_and_a_refusal_too(app: &App) {
        let owner = app.be(Who::Owner);
        let submitted = || {
            let made = quote(&owner, json!({}));
            owner.act(&format!("{}/submit", at(&made)), "*").is(200);
            at(&made)
        };
        let one = submitted();
        let done = tell(&owner, &format!("{one}/accept"), json!({"name": "مریم", "note": "تلفنی"})).is(200).json();
        assert_eq!((&done["acceptance"]["method"], &done["acceptance"]["noted_by"]), (&json!("by_hand"), &json!(app.people.users[&Who::Owner])));
        tell(&owner, &format!("{one}/accept"), json!({"name": ""})).refuses(422, "invalid").blames("/name", "too_short");
        let other = submitted();
        assert_eq!(tell(&owner, &format!("{other}/decline"), json!({"comment": "گران"})).is(200).json()["declined_reason"], "گران");
        tell(&owner, &format!("{other}/accept"), json!({"name": "x"})).refuses(409, "quote_status");
        owner.delete(&other, "*").refuses(409, "quote_not_draft");
    }

    fn what_has_ended_is_not_accepted_any_more(app: &App) {
        let owner = app.be(Who::Owner);
        let made = quote(&owner, json!({"valid_until": "2090-01-01"}));
        owner.act(&format!("{}/submit", at(&made)), "*").is(200);
        // As if its last day had been long ago.
        let id: Uuid = made["id"].as_str().unwrap().parse().unwrap();
        app.write(move |conn| conn.execute(&Sql::new("UPDATE quotes SET valid_until = '2020-01-01' WHERE id = ").bind(id)));
        tell(&owner, &format!("{}/accept", at(&made)), json!({"name": "x"})).refuses(409, "quote_expired");
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'expire_quotes'")).map(|_| ()));
        let end = Instant::now() + Duration::from_secs(60);
        while owner.get(&at(&made)).is(200).json()["status"] != "expired" {
            assert!(Instant::now() < end, "it does not end");
            std::thread::yield_now();
        }
        let again = owner.act(&format!("{}/revise", at(&made)), "*");
        assert_eq!(again.is(201).json()["revision"], 2);
        let late = quote(&owner, json!({"valid_until": "2020-01-01"}));
        owner.act(&format!("{}/submit", at(&late)), "*").refuses(409, "quote_expired");
    }

    fn a_quote_reads_in_its_own_language(app: &App) {
        let owner = app.be(Who::Owner);
        for (language, word) in [("fa", "پیش‌فاکتور"), ("en", "Quote")] {
            let made = quote(&owner, json!({"language": language, "terms_text": "Delivered within 30 days."}));
            let pdf = owner.get(&format!("{}/pdf", at(&made))).is(200);
            assert_eq!(pdf.header("content-type"), "application/pdf");
            assert!(pdf.header("content-disposition").contains(made["number"].as_str().unwrap()), "{pdf:?}");
            assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.bytes.len() > 2000, "{word}");
        }
        app.be(Who::Powerless).get(&format!("{}/pdf", at(&quote(&owner, json!({}))))).refuses(403, "forbidden");
    }

    fn quotes_stand_in_the_view_of_their_customer(app: &App) {
        let owner = app.be(Who::Owner);
        let made = quote(&owner, json!({}));
        let customer = made["customer_id"].as_str().unwrap();
        let view = owner.get(&format!("/customers/{customer}/360")).is(200).json();
        assert!(view.to_string().contains(made["number"].as_str().unwrap()), "{view}");
        let timeline = owner.get(&format!("/customers/{customer}/timeline")).is(200).json();
        assert!(timeline.to_string().contains(made["number"].as_str().unwrap()), "{timeline}");
    }
}

/// What waits for approval is not sent.
fn owner_sends_nothing(app: &App, quote: &Value) {
    tell(&app.be(Who::Owner), &format!("{}/send", at(quote)), json!({})).refuses(409, "quote_status");
}
