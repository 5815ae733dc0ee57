//! Every operation of the contract as nobody, as someone without any permission, and as someone of another unit. Generated: an
//! operation is tested by being in the contract.
use serde_json::{Value, json};
use tests::probe::{ONES_OWN, address, call, digest};
use tests::records::{made, writable};
use tests::{Answer, App, Who, both};
use uuid::Uuid;

/// A refusal without what is different each time.
fn bare(answer: &Answer) -> Value {
    let mut json = answer.json();
    json["instance"] = Value::Null;
    json
}

/// The records of the owner by the path of their collection, each with an external id.
fn theirs(app: &App) -> Vec<(String, String)> {
    let named = |spec| {
        let id = made(app, spec).id();
        let name = json!({"external_ids": {"erp": "theirs"}});
        app.be(Who::Owner).patch(&format!("{}/{id}", spec.path), "*", name).is(200);
        (format!("/api/v1{}", spec.path), id)
    };
    writable(app).into_iter().map(named).collect()
}

both! {
    fn nobody_gets_in_without_a_credential(app: &App) {
        let at = |operation| address(operation, &Uuid::now_v7().to_string(), &[]);
        // The open ones first: a request for a lost password leaves a mail to be sent.
        let (open, closed): (Vec<_>, Vec<_>) = app.contract().operations().into_iter().partition(|o| o.is_open());
        for operation in &open {
            let answer = call(&app.anyone(), operation, &at(operation));
            assert_ne!((answer.status, answer.json()["code"].as_str()), (401, Some("unauthorized")), "{answer:?}");
        }
        let before = digest(app);
        for operation in &closed {
            let at = at(operation);
            let refused = call(&app.anyone(), operation, &at).refuses(401, "unauthorized");
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused:?}");
            call(&app.anyone().with_token("not-a-token"), operation, &at).refuses(401, "unauthorized");
        }
        assert_eq!(digest(app), before);
    }

    fn without_a_permission_everything_is_refused(app: &App) {
        let theirs = theirs(app);
        let before = digest(app);
        let powerless = app.be(Who::Powerless);
        for operation in app.contract().operations().iter().filter(|o| !o.is_open()) {
            if ONES_OWN.contains(&operation.id()) {
                continue;
            }
            let id = theirs.iter().find(|(path, _)| operation.path.starts_with(&format!("{path}/"))).map(|(_, id)| id.clone());
            let at = address(operation, &id.unwrap_or_else(|| Uuid::now_v7().to_string()), &[]);
            let answer = call(&powerless, operation, &at);
            answer.refuses(403, "forbidden");
        }
        assert_eq!(digest(app), before);
    }

    fn attack_01_and_02_what_is_another_units_is_as_if_it_were_not_there(app: &App) {
        let theirs = theirs(app);
        let before = digest(app);
        let branch = app.be(Who::Branch);
        let mut tried = 0;
        for (path, id) in &theirs {
            let below = |o: &&tests::contract::Operation<'_>| o.path.starts_with(&format!("{path}/{{id}}"));
            // To bring an id that is in use says so, whoever uses it; that is no way to read or to change it.
            for operation in app.contract().operations().iter().filter(below).filter(|o| o.method != "PUT") {
                let real = call(&branch, operation, &address(operation, id, &[]));
                let none = call(&branch, operation, &address(operation, &Uuid::now_v7().to_string(), &[]));
                assert_eq!(real.status, 404, "{real:?}");
                assert_eq!(bare(&real), bare(&none), "{real:?}");
                tried += 1;
            }
            assert!(branch.all(path, &[]).iter().all(|r| r["id"] != id.as_str()), "{path} lists {id}");
            let trash = branch.all(path, &[("include_deleted", "true")]);
            assert!(trash.iter().all(|r| r["id"] != id.as_str()), "{path} lists {id} with its trash");
            let filter = format!("id = \"{id}\"");
            assert_eq!(branch.list(path, &[("filter", &filter), ("count", "exact")]).is(200).json()["page"]["count"], 0);
            let body = json!({"filter": {"field": "id", "op": "=", "value": id}});
            assert!(branch.post(&format!("{path}/search"), body).is(200).ids().is_empty());
        }
        assert!(tried >= 4 * theirs.len(), "only {tried} operations were tried");
        assert_eq!(digest(app), before);
    }

    fn attack_11_an_external_id_out_of_sight_is_not_taken_over(app: &App) {
        let theirs = theirs(app);
        let before = digest(app);
        let branch = app.be(Who::Branch);
        for (path, id) in theirs {
            let at = format!("{path}/by-external-id/erp/theirs");
            let none = format!("{path}/by-external-id/erp/nobodys");
            let refused = branch.get(&at).refuses(404, "not_found");
            assert_eq!(bare(&refused), bare(&branch.get(&none).refuses(404, "not_found")));
            let taken = branch.send("PATCH", &at, "application/merge-patch+json", b"{}").refuses(409, "external_id_taken");
            assert!(!taken.text().contains(&id), "{taken:?}");
        }
        assert_eq!(digest(app), before);
    }
}
