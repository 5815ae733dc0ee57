//! Stock: the ledger and the levels it comes to, reservations, and that nothing is promised twice.
use persistence::sql;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use tests::engine::Engine;
use tests::records::fresh;
use tests::{App, Client, Who, both};

/// A product whose stock is kept; its id.
pub fn product(client: &Client<'_>, more: Value) -> String {
    let mut body = json!({"sku": format!("SKU-{}", fresh()), "name": "میز", "kind": "good", "status": "active", "stocked": true});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/products", body).is(201).id()
}

/// A warehouse; its id.
pub fn warehouse(client: &Client<'_>, priority: i64) -> String {
    let body = json!({"code": format!("W-{}", fresh()), "name": "انبار", "priority": priority});
    client.post("/warehouses", body).is(201).id()
}

/// Enters a movement.
pub fn moves(client: &Client<'_>, kind: &str, product: &str, warehouse: &str, quantity: &str) -> tests::Answer {
    client.post(
        "/stock-movements",
        json!({"kind": kind, "product_id": product, "warehouse_id": warehouse, "quantity": quantity}),
    )
}

/// On hand, reserved, available and incoming.
pub fn level(client: &Client<'_>, product: &str, warehouse: &str) -> [String; 4] {
    let filter = format!("product_id = \"{product}\" AND warehouse_id = \"{warehouse}\"");
    let found = client.list("/stock", &[("filter", &filter)]).is(200).data();
    assert!(found.len() <= 1);
    ["on_hand", "reserved", "available", "incoming"]
        .map(|name| found.first().map_or("0".to_owned(), |l| l[name].as_str().unwrap().to_owned()))
}

fn is(found: [String; 4], expected: [&str; 4]) {
    assert_eq!(found, expected.map(str::to_owned));
}

/// The sums of the ledger are the level, of every product in every warehouse.
pub fn balanced(app: &App) {
    let owner = app.be(Who::Owner);
    let mut sums: BTreeMap<(String, String), [rust_decimal::Decimal; 3]> = BTreeMap::new();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let number = |v: &Value| v.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    for entry in owner.all("/stock-movements", &[]) {
        let sum = sums.entry((text(&entry["product_id"]), text(&entry["warehouse_id"]))).or_default();
        for (i, name) in ["on_hand_change", "reserved_change", "incoming_change"].iter().enumerate() {
            sum[i] += number(&entry[*name]);
        }
    }
    let levels = owner.all("/stock", &[]);
    assert_eq!(levels.len(), sums.len());
    for level in levels {
        let sum = sums[&(text(&level["product_id"]), text(&level["warehouse_id"]))];
        assert_eq!(
            [number(&level["on_hand"]), number(&level["reserved"]), number(&level["incoming"])],
            sum
        );
        assert_eq!(number(&level["available"]), sum[0] - sum[1]);
    }
}

both! {
    fn the_ledger_makes_the_level(app: &App) {
        let owner = app.be(Who::Owner);
        let (desk, here, there) = (product(&owner, json!({})), warehouse(&owner, 10), warehouse(&owner, 20));
        let receipt = moves(&owner, "receipt", &desk, &here, "100").is(201).json();
        assert_eq!((&receipt["on_hand_change"], &receipt["on_hand_after"]), (&json!("100"), &json!("100")));
        moves(&owner, "issue", &desk, &here, "12.5").is(201);
        moves(&owner, "expect", &desk, &here, "40").is(201);
        owner.post("/stock-movements", json!({"kind": "receipt", "expected": true, "product_id": desk, "warehouse_id": here, "quantity": "30"})).is(201);
        is(level(&owner, &desk, &here), ["117.5", "0", "117.5", "10"]);
        let out = owner.post("/stock-movements", json!({"kind": "transfer", "product_id": desk, "warehouse_id": here, "to_warehouse_id": there, "quantity": "17.5"})).is(201).json();
        let pair = owner.get(&format!("/stock-movements/{}", out["pair_id"].as_str().unwrap())).is(200).json();
        assert_eq!((&pair["kind"], &pair["pair_id"], &pair["on_hand_after"]), (&json!("transfer_in"), &out["id"], &json!("17.5")));
        is(level(&owner, &desk, &there), ["17.5", "0", "17.5", "0"]);
        let counted = moves(&owner, "count", &desk, &here, "98").is(201).json();
        assert_eq!(counted["on_hand_change"], json!("-2"));
        is(level(&owner, &desk, &here), ["98", "0", "98", "10"]);
        moves(&owner, "issue", &desk, &here, "98.000001").refuses(409, "stock_insufficient");
        moves(&owner, "unexpect", &desk, &here, "11").refuses(409, "stock_not_expected");
        moves(&owner, "unexpect", &desk, &here, "10").is(201);
        is(level(&owner, &desk, &here), ["98", "0", "98", "0"]);
        balanced(app);
        // An entry stays as it is.
        owner.patch(&format!("/stock-movements/{}", receipt["id"].as_str().unwrap()), "*", json!({"note": "x"})).is(405);
        owner.delete(&format!("/stock-movements/{}", receipt["id"].as_str().unwrap()), "*").is(405);
        // What lies somewhere keeps its warehouse.
        owner.delete(&format!("/warehouses/{here}"), "*").refuses(409, "in_use");
    }

    fn attack_56_no_trick_makes_stock(app: &App) {
        let owner = app.be(Who::Owner);
        let (desk, here, there) = (product(&owner, json!({"whole_units": true})), warehouse(&owner, 10), warehouse(&owner, 20));
        let service = owner.post("/products", json!({"sku": format!("S-{}", fresh()), "name": "نصب", "kind": "service"})).is(201).id();
        for quantity in ["-5", "0", "1000000000001"] {
            moves(&owner, "receipt", &desk, &here, quantity).refuses(422, "invalid").blames("/quantity", "out_of_range");
            owner.post("/stock-reservations", json!({"product_id": desk, "warehouse_id": here, "quantity": quantity})).refuses(422, "invalid").blames("/quantity", "out_of_range");
        }
        moves(&owner, "receipt", &desk, &here, "1.5").refuses(422, "invalid").blames("/quantity", "format");
        moves(&owner, "receipt", &service, &here, "1").refuses(422, "invalid").blames("/product_id", "conflict");
        moves(&owner, "receipt", &uuid::Uuid::now_v7().to_string(), &here, "1").refuses(422, "invalid").blames("/product_id", "not_found");
        moves(&owner, "receipt", &desk, &uuid::Uuid::now_v7().to_string(), "1").refuses(422, "invalid").blames("/warehouse_id", "not_found");
        for kind in ["transfer_in", "reserve", "release", "fulfil"] {
            moves(&owner, kind, &desk, &here, "1").refuses(422, "invalid").blames("/kind", "not_allowed");
        }
        moves(&owner, "transfer", &desk, &here, "1").refuses(422, "invalid").blames("/to_warehouse_id", "required");
        let around = |to: &str| json!({"kind": "transfer", "product_id": desk, "warehouse_id": here, "to_warehouse_id": to, "quantity": "1"});
        owner.post("/stock-movements", around(&here)).refuses(422, "invalid").blames("/to_warehouse_id", "conflict");
        owner.post("/stock-movements", around(&there)).refuses(409, "stock_insufficient");
        let mut wrong = json!({"kind": "receipt", "product_id": desk, "warehouse_id": here, "quantity": "1", "on_hand_change": "100"});
        owner.post("/stock-movements", wrong.clone()).refuses(422, "invalid").blames("/on_hand_change", "read_only");
        wrong.as_object_mut().unwrap().remove("on_hand_change");
        owner.patch(&format!("/warehouses/{here}"), "*", json!({"active": false})).is(200);
        owner.post("/stock-movements", wrong).refuses(422, "invalid").blames("/warehouse_id", "conflict");
        assert_eq!(owner.all("/stock-movements", &[]).len(), 0);
    }

    fn a_reservation_keeps_stock_until_it_ends(app: &App) {
        let owner = app.be(Who::Owner);
        let (desk, far, near) = (product(&owner, json!({})), warehouse(&owner, 50), warehouse(&owner, 5));
        moves(&owner, "receipt", &desk, &far, "10").is(201);
        moves(&owner, "receipt", &desk, &near, "4").is(201);
        let reserve = |quantity: &str| owner.post("/stock-reservations", json!({"product_id": desk, "quantity": quantity}));
        let first = reserve("3").is(201);
        assert_eq!(first.json()["warehouse_id"], json!(near), "the nearest that has enough");
        let second = reserve("3").is(201);
        assert_eq!(second.json()["warehouse_id"], json!(far));
        reserve("8").refuses(409, "stock_insufficient");
        is(level(&owner, &desk, &near), ["4", "3", "1", "0"]);
        moves(&owner, "issue", &desk, &near, "2").refuses(409, "stock_insufficient");
        moves(&owner, "count", &desk, &near, "2").refuses(409, "stock_insufficient");
        let at = |answer: &tests::Answer, verb: &str| format!("/stock-reservations/{}/{verb}", answer.id());
        owner.call("POST", &at(&first, "release")).refuses(428, "precondition_required");
        owner.act(&at(&first, "release"), "\"9\"").refuses(412, "stale");
        let released = owner.act(&at(&first, "release"), &first.etag()).is(200).json();
        assert_eq!((&released["status"], &released["open_quantity"]), (&json!("released"), &json!("0")));
        owner.act(&at(&first, "release"), "*").refuses(409, "reservation_over");
        is(level(&owner, &desk, &near), ["4", "0", "4", "0"]);
        let fulfil = |body: Value| owner.with("If-Match", "*").post(&at(&second, "fulfil"), body);
        fulfil(json!({"quantity": "3.5"})).refuses(422, "invalid").blames("/quantity", "out_of_range");
        fulfil(json!({"amount": "3.5"})).refuses(422, "invalid");
        assert_eq!(fulfil(json!({"quantity": "1"})).is(200).json()["open_quantity"], "2");
        is(level(&owner, &desk, &far), ["9", "2", "7", "0"]);
        assert_eq!(fulfil(json!({})).is(200).json()["status"], "fulfilled");
        is(level(&owner, &desk, &far), ["7", "0", "7", "0"]);
        balanced(app);
        let past = json!({"product_id": desk, "quantity": "1", "expires_at": "2020-01-01T00:00:00Z"});
        owner.post("/stock-reservations", past).refuses(422, "invalid").blames("/expires_at", "out_of_range");
    }

    fn a_promise_runs_out(app: &App) {
        let owner = app.be(Who::Owner);
        let (desk, here) = (product(&owner, json!({})), warehouse(&owner, 5));
        moves(&owner, "receipt", &desk, &here, "5").is(201);
        let reserve = |until: &str| owner.post("/stock-reservations", json!({"product_id": desk, "quantity": "2", "expires_at": until})).is(201);
        let (soon, later) = (reserve("2031-03-21T08:30:00Z"), reserve("2032-03-21T08:30:00Z"));
        let id: uuid::Uuid = soon.id().parse().unwrap();
        // Its time has come, and that of the job.
        app.write(move |conn| conn.execute(&sql!("UPDATE stock_reservations SET expires_at = created_at WHERE id = ?", id)).map(|_| ()));
        app.write(|conn| conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'expire_reservations'")).map(|_| ()));
        let end = Instant::now() + Duration::from_secs(60);
        while owner.get(&format!("/stock-reservations/{}", soon.id())).is(200).json()["status"] != "expired" {
            assert!(Instant::now() < end, "the reservation did not run out");
            std::thread::yield_now();
        }
        assert_eq!(owner.get(&format!("/stock-reservations/{}", later.id())).is(200).json()["status"], "active");
        is(level(&owner, &desk, &here), ["5", "2", "3", "0"]);
        balanced(app);
    }

    /// Whoever deletes a product or a warehouse and whoever brings some in at the same moment: one of them is refused.
    fn nothing_comes_into_what_is_being_deleted(app: &App) {
        let owner = app.be(Who::Owner);
        let (known, place) = (product(&owner, json!({})), warehouse(&owner, 1));
        let mut met = [false; 2];
        let end = Instant::now() + Duration::from_secs(60);
        for turn in 0.. {
            // Where one writes at a time, it may always be the same one that is first.
            if turn >= 30 && (met == [true; 2] || app.engine == Engine::Sqlite) {
                break;
            }
            assert!(Instant::now() < end, "the same one is first always: {met:?}");
            let (what, into, gone) = match turn % 2 {
                0 => {
                    let new = product(&owner, json!({}));
                    (new.clone(), place.clone(), format!("/products/{new}"))
                }
                _ => {
                    let new = warehouse(&owner, 2);
                    (known.clone(), new.clone(), format!("/warehouses/{new}"))
                }
            };
            let start = Barrier::new(2);
            let (moved, deleted) = std::thread::scope(|scope| {
                let deletes = scope.spawn(|| {
                    let other = app.be(Who::Owner);
                    start.wait();
                    other.delete(&gone, "*").status
                });
                start.wait();
                (moves(&owner, "receipt", &what, &into, "1").status, deletes.join().unwrap())
            });
            assert!(matches!((moved, deleted), (201, 409) | (422, 204)), "{gone}: {moved} and {deleted}");
            met[usize::from(moved == 201)] = true;
        }
    }

    fn drill_4_20_a_thousand_want_a_hundred(app: &App) {
        let owner = app.be(Who::Owner);
        let (desk, here) = (product(&owner, json!({})), warehouse(&owner, 5));
        moves(&owner, "receipt", &desk, &here, "100").is(201);
        // Two servers on one database; a file has one.
        let second = (!app.database().starts_with("sqlite")).then(|| app.another(&[]));
        let servers = [app.node().address(), second.as_ref().map_or(app.node().address(), |node| node.address())];
        let start = Barrier::new(1000);
        let answers: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..1000)
                .map(|n| {
                    let (client, start, body) = (owner.at(servers[n % 2]), &start, json!({"product_id": desk, "warehouse_id": here, "quantity": "1"}));
                    let ask = move || {
                        start.wait();
                        loop {
                            let answer = client.post("/stock-reservations", body.clone());
                            match answer.status {
                                // Too many at once: whoever is told so comes again.
                                503 => std::thread::yield_now(),
                                409 => { answer.refuses(409, "stock_insufficient"); break 409 }
                                status => break status,
                            }
                        }
                    };
                    std::thread::Builder::new().stack_size(512 << 10).spawn_scoped(scope, ask).unwrap()
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let made = answers.iter().filter(|status| **status == 201).count();
        let refused = answers.iter().filter(|status| **status == 409).count();
        assert_eq!((made, refused), (100, 900), "{answers:?}");
        is(level(&owner, &desk, &here), ["100", "100", "0", "0"]);
        assert_eq!(owner.all("/stock-reservations", &[]).len(), 100);
        balanced(app);
        // Past all code, the table itself refuses.
        let sold = app.write(|conn| {
            let more = sql!("UPDATE stock SET reserved_millionths = reserved_millionths + 1, available_millionths = available_millionths - 1");
            Ok(conn.savepoint(|conn| conn.execute(&more)).is_err())
        });
        assert!(sold, "the table let more be promised than there is");
    }
}
