//! The timeline: one stream over all areas, in order, to both ends, through the caller's own sight.
use serde_json::{Value, json};
use tests::{App, Client, Who, both};

fn customer(client: &Client<'_>, name: &str) -> String {
    client
        .post("/customers", json!({"kind": "person", "family_name": name}))
        .is(201)
        .id()
}

fn call(client: &Client<'_>, customer: &str, at: &str, more: Value) -> String {
    let mut body = json!({"channel": "call", "customer_id": customer, "started_at": at, "subject": format!("call of {at}")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/interactions", body).is(201).id()
}

fn ids(page: &Value) -> Vec<String> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["record_id"].as_str().unwrap().to_owned())
        .collect()
}

/// A customer with ten calls: the ids, the newest first.
fn called(app: &App) -> (String, Vec<String>) {
    let owner = app.be(Who::Owner);
    let id = customer(&owner, "کریمی");
    // Two at one moment, so that a page can end between them.
    let calls = (0..10).map(|n| call(&owner, &id, &format!("2025-01-0{}T08:00:00Z", n / 2 + 1), json!({})));
    let mut calls: Vec<String> = calls.collect();
    calls.reverse();
    (id, calls)
}

both! {
    fn it_is_read_to_the_beginning_and_back_without_a_gap(app: &App) {
        let (id, calls) = called(app);
        let owner = app.be(Who::Owner);
        let address = format!("/customers/{id}/timeline");
        let whole = owner.list(&address, &[("kinds", "interaction")]).is(200).json();
        assert_eq!(ids(&whole).len(), 10);
        let moments: Vec<&str> = whole["data"].as_array().unwrap().iter().map(|i| i["at"].as_str().unwrap()).collect();
        assert!(moments.is_sorted_by(|a, b| a >= b), "{moments:?}");
        let (mut down, mut cursor) = (Vec::new(), None::<String>);
        let mut last;
        loop {
            let mut query = vec![("kinds", "interaction"), ("limit", "3")];
            query.extend(cursor.as_deref().map(|c| ("cursor", c)));
            let page = owner.list(&address, &query).is(200).json();
            down.extend(ids(&page));
            cursor = page["page"]["next_cursor"].as_str().map(str::to_owned);
            last = page;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(down, ids(&whole));
        let mut up = ids(&last);
        while let Some(cursor) = last["page"]["previous_cursor"].as_str() {
            last = owner.list(&address, &[("kinds", "interaction"), ("limit", "3"), ("cursor", cursor)]).is(200).json();
            up.splice(0..0, ids(&last));
        }
        assert_eq!(up, down);
        assert!(calls.iter().all(|c| down.contains(c)));
    }

    fn what_has_happened_since_is_read_on_from_the_top(app: &App) {
        let (id, _) = called(app);
        let owner = app.be(Who::Owner);
        let address = format!("/customers/{id}/timeline");
        let first = owner.list(&address, &[("limit", "2")]).is(200).json();
        let newest = first["page"]["previous_cursor"].as_str().unwrap();
        owner.patch(&format!("/customers/{id}"), "*", json!({"city": "یزد"})).is(200);
        let since = owner.list(&address, &[("cursor", newest)]).is(200).json();
        let told: Vec<_> = since["data"].as_array().unwrap().iter().map(|i| (i["kind"].clone(), i["fields"].clone())).collect();
        assert_eq!(told, [(json!("change"), json!(["city"]))]);
    }

    fn filters_narrow_it(app: &App) {
        let (id, _) = called(app);
        let owner = app.be(Who::Owner);
        let mail = json!({"channel": "email", "customer_id": id, "started_at": "2025-02-01T00:00:00Z", "subject": "پیشنهاد كتبي", "body": "متن"});
        let mail = owner.post("/interactions", mail).is(201).id();
        let address = format!("/customers/{id}/timeline");
        let found = |query: &[(&str, &str)]| ids(&owner.list(&address, query).is(200).json());
        assert_eq!(found(&[("channel", "email")]), std::slice::from_ref(&mail));
        assert_eq!(found(&[("q", "کتبی")]), std::slice::from_ref(&mail));
        assert_eq!(found(&[("since", "2025-01-31T00:00:00Z"), ("until", "2025-02-02T00:00:00Z")]), [mail]);
        assert_eq!(found(&[("kinds", "change")]), std::slice::from_ref(&id));
        assert!(found(&[("user_id", &app.people.users[&Who::Seller].to_string())]).is_empty());
        owner.list(&address, &[("kinds", "secret")]).is(400);
        owner.list(&address, &[("channel", "pigeon")]).is(400);
        owner.list(&address, &[("cursor", "x")]).is(400);
        let cursor = owner.list(&address, &[("limit", "1")]).is(200).json()["page"]["next_cursor"].as_str().unwrap().to_owned();
        owner.list(&address, &[("limit", "1"), ("channel", "call"), ("cursor", &cursor)]).is(400);
    }

    fn related_parties_are_shown_when_asked_and_each_item_once(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b) = (customer(&owner, "A"), customer(&owner, "B"));
        owner.post("/relationships", json!({"from_id": a, "kind": "relative", "to_id": b})).is(201);
        let both = call(&owner, &a, "2025-01-01T08:00:00Z", json!({"participant_ids": [b]}));
        let theirs = call(&owner, &b, "2025-01-02T08:00:00Z", json!({}));
        let found = |query: &[(&str, &str)]| ids(&owner.list(&format!("/customers/{a}/timeline"), query).is(200).json());
        assert_eq!(found(&[("kinds", "interaction")]), std::slice::from_ref(&both));
        assert_eq!(found(&[("kinds", "interaction"), ("related", "true")]), [theirs, both]);
    }

    fn tasks_and_documents_stand_in_it_each_once(app: &App) {
        let owner = app.be(Who::Owner);
        let (a, b) = (customer(&owner, "A"), customer(&owner, "B"));
        owner.post("/relationships", json!({"from_id": a, "kind": "relative", "to_id": b})).is(201);
        let task = owner.post("/tasks", json!({"title": "پیگیری", "customer_id": a})).is(201).id();
        let links = json!([{"object": "customers", "record_id": b}]);
        let document = owner.post("/documents", json!({"name": "قرارداد", "customer_id": a, "links": links})).is(201).id();
        let found = |query: &[(&str, &str)]| ids(&owner.list(&format!("/customers/{a}/timeline"), query).is(200).json());
        assert_eq!(found(&[("kinds", "task,document")]), [document.clone(), task.clone()]);
        assert_eq!(found(&[("kinds", "task,document"), ("related", "true")]), [document.clone(), task.clone()]);
        assert_eq!(found(&[("q", "قرارداد")]), [document]);
        owner.patch(&format!("/tasks/{task}"), "*", json!({"status": "done"})).is(200);
        let done = owner.list(&format!("/customers/{a}/timeline"), &[("kinds", "task")]).is(200).json();
        assert_eq!((&done["data"][0]["word"], &done["data"][0]["title"]), (&json!("done"), &json!("پیگیری")));
    }

    fn it_shows_only_what_the_caller_may_see(app: &App) {
        let (owner, seller) = (app.be(Who::Owner), app.be(Who::Seller));
        let id = customer(&seller, "Mine");
        let mine = call(&seller, &id, "2025-01-01T08:00:00Z", json!({}));
        let secret = call(&owner, &id, "2025-01-02T08:00:00Z", json!({"subject": "hidden from sellers"}));
        let address = format!("/customers/{id}/timeline");
        assert_eq!(ids(&owner.list(&address, &[("kinds", "interaction")]).is(200).json()), [secret.clone(), mine.clone()]);
        let seen = seller.list(&address, &[("kinds", "interaction")]).is(200);
        assert_eq!(ids(&seen.json()), [mine]);
        let overview = seller.get(&format!("/customers/{id}/360")).is(200);
        assert!(!overview.text().contains(&secret) && !seen.text().contains("hidden"));
        assert_eq!(overview.json()["interactions"]["data"].as_array().unwrap().len(), 1);
        app.be(Who::Rival).get(&address).refuses(404, "not_found");
        app.be(Who::Powerless).get(&address).refuses(403, "forbidden");
        // What is deleted is gone from it.
        owner.delete(&format!("/interactions/{secret}"), "*").is(204);
        assert_eq!(ids(&owner.list(&address, &[("kinds", "interaction")]).is(200).json()).len(), 1);
    }
}
