//! Forecasts as they were: what is kept, the bridge to another one, and how accurate they were.
use super::{at, deal, pipeline, stages};
use serde_json::{Value, json};
use tests::{Client, Who, both};

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// A pipeline that counts on deals little at first, and then surely.
fn selling(client: &Client<'_>) -> (String, Vec<String>) {
    let made = pipeline(client, json!({}));
    let stage = |percent: i64, category: &str| json!({"probability": percent, "forecast_category": category});
    let all = stages(
        client,
        &made,
        &[
            ("New", stage(20, "pipeline")),
            ("Offer", stage(90, "commit")),
            ("Won", json!({"kind": "won", "probability": 100, "forecast_category": "closed"})),
            ("Lost", json!({"kind": "lost", "forecast_category": "omitted"})),
        ],
    );
    (made, all)
}

/// This fiscal year: its name, its last day, and that day a year later.
fn this_year(client: &Client<'_>) -> (String, String, String) {
    let found = client.list("/forecasts", &[("period_length", "year")]).is(200).json();
    let text = |member: &str| found["periods"][0][member].as_str().unwrap().to_owned();
    let (key, ends) = (text("key"), text("ends_on"));
    let year: i32 = ends[..4].parse().unwrap();
    (key, ends.clone(), format!("{}{}", year + 1, &ends[4..]))
}

fn snapshot(client: &Client<'_>, period: &str) -> String {
    client
        .post("/forecast-snapshots", json!({"period": period, "note": "جلسهٔ هفته"}))
        .is(201)
        .id()
}

/// The steps of a row: name, deals, amount.
fn steps(row: &Value) -> Vec<(String, i64, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let one = |s: &Value| (text(&s["step"]), s["deals"].as_i64().unwrap(), text(&s["amount"]["amount"]));
    row["steps"].as_array().unwrap().iter().map(one).collect()
}

fn named(all: &[(&str, i64, &str)]) -> Vec<(String, i64, String)> {
    all.iter().map(|(a, b, c)| ((*a).to_owned(), *b, (*c).to_owned())).collect()
}

/// Amounts in hundredths.
fn cents(value: &Value) -> i64 {
    value["amount"].as_str().unwrap().replace('.', "").parse().unwrap()
}

fn close(client: &Client<'_>, deal: &Value, verb: &str, body: Value) {
    client.with("If-Match", "*").post(&format!("{}/{verb}", at(deal)), body).is(200);
}

both! {
    fn the_bridge_tells_what_became_of_each_deal(app: &App) {
        let (owner, branch) = (app.be(Who::Owner), app.be(Who::Branch));
        let (pipeline, _) = selling(&owner);
        let (year, last, later) = this_year(&owner);
        let make = |amount: &str, on: &str| {
            deal(&owner, json!({"pipeline_id": pipeline, "amount": irr(amount), "close_date": on, "owner_id": app.people.users[&Who::Rival]}))
        };
        let here = |amount: &str| make(amount, &last);
        let (grows, rises, is_won, is_lost, leaves, goes, changes_hands) = (here("10"), here("20"), here("30"), here("40"), here("50"), here("60"), here("70"));
        here("80");
        let comes = make("5", &later);
        let first = snapshot(&branch, &year);
        assert_eq!(branch.get(&format!("/forecast-snapshots/{first}")).is(200).json()["deals"], 8);
        owner.patch(&at(&grows), "*", json!({"amount": irr("12.50")})).is(200);
        close(&owner, &rises, "advance", json!({}));
        close(&owner, &is_won, "win", json!({}));
        close(&owner, &is_lost, "lose", json!({"reason": "price"}));
        owner.patch(&at(&leaves), "*", json!({"close_date": later})).is(200);
        owner.patch(&at(&comes), "*", json!({"close_date": last})).is(200);
        owner.delete(&at(&goes), "*").is(204);
        owner.patch(&at(&changes_hands), "*", json!({"owner_id": app.people.users[&Who::Seller]})).is(200);
        here("7");
        let second = snapshot(&branch, &year);
        let bridge = |client: &Client<'_>, more: &[(&str, &str)]| client.list(&format!("/forecast-snapshots/{first}/bridge"), more).is(200).json();
        for found in [bridge(&owner, &[("to", &second)]), bridge(&owner, &[])] {
            let total = &found["totals"][0];
            let expected = [
                ("new", 1, "7.00"), ("moved_in", 1, "5.00"), ("changed_amount", 0, "2.50"), ("changed_category", 0, "0.00"), ("won", -1, "-30.00"),
                ("lost", -1, "-40.00"), ("moved_out", -1, "-50.00"), ("removed", -1, "-60.00"),
            ];
            assert_eq!(steps(total), named(&expected), "{found}");
            assert_eq!((cents(&total["opening"]["amount"]), cents(&total["closing"]["amount"])), (36_000, 19_450));
            let rows = found["rows"].as_array().unwrap();
            let commit = rows.iter().find(|r| r["category"] == "commit").unwrap();
            assert_eq!(steps(commit), named(&[("changed_category", 1, "20.00")]));
            for row in rows.iter().chain([total]) {
                let sum: i64 = row["steps"].as_array().unwrap().iter().map(|step| cents(&step["amount"])).sum();
                assert_eq!(cents(&row["opening"]["amount"]) + sum, cents(&row["closing"]["amount"]), "{row}");
            }
        }
        // Whoever no longer sees a deal hears that it went to others, and not what became of it.
        let seen = bridge(&branch, &[("to", &second)]);
        let expected = [
            ("new", 1, "7.00"), ("moved_in", 1, "5.00"), ("changed_amount", 0, "2.50"), ("changed_category", 0, "0.00"), ("won", -1, "-30.00"),
            ("lost", -1, "-40.00"), ("moved_out", -1, "-50.00"), ("transferred_out", -1, "-70.00"), ("removed", -1, "-60.00"),
        ];
        assert_eq!(steps(&seen["totals"][0]), named(&expected));
        let of_seller = bridge(&owner, &[("to", &second), ("owner_id", &app.people.users[&Who::Seller].to_string())]);
        assert_eq!(steps(&of_seller["totals"][0]), named(&[("transferred_in", 1, "70.00")]));

        // The forecast as it was then.
        let then = owner.list("/forecasts", &[("snapshot_id", &first), ("group_by", "owner")]).is(200).json();
        assert_eq!((&then["totals"][0]["open_forecast"], then["rows"].as_array().unwrap().len()), (&irr("360.00"), 1));
        owner.list("/forecasts", &[("snapshot_id", &first), ("group_by", "product")]).refuses(422, "invalid");
        owner.list("/forecasts", &[("snapshot_id", &first), ("period", &year)]).refuses(422, "invalid");
        // Only a later one of the same period, and only one that there is.
        let address = format!("/forecast-snapshots/{second}/bridge");
        owner.list(&address, &[("to", &first)]).refuses(422, "invalid");
        let other = snapshot(&owner, "1404");
        owner.list(&address, &[("to", &other)]).refuses(422, "invalid");
        branch.list(&address, &[("to", &other)]).refuses(422, "invalid");
        branch.get(&format!("/forecast-snapshots/{other}/bridge")).refuses(404, "not_found");
        app.be(Who::Seller).get(&address).refuses(403, "forbidden");
    }

    fn accuracy_is_told_of_what_was_won_afterwards(app: &App) {
        let owner = app.be(Who::Owner);
        let (pipeline, _) = selling(&owner);
        let (year, last, _) = this_year(&owner);
        let make = |amount: &str, who: Who| {
            deal(&owner, json!({"pipeline_id": pipeline, "amount": irr(amount), "close_date": last, "owner_id": app.people.users[&who]}))
        };
        let (a, b) = (make("100", Who::Seller), make("200", Who::Rival));
        make("500", Who::Rival);
        close(&owner, &a, "advance", json!({}));
        let taken = snapshot(&owner, &year);
        close(&owner, &a, "win", json!({}));
        close(&owner, &b, "win", json!({}));
        let found = owner.list(&format!("/forecast-snapshots/{taken}/accuracy"), &[("group_by", "owner")]).is(200).json();
        assert_eq!((&found["over"], &found["period"]["key"]), (&json!(false), &json!(year)));
        let row = |who: Who| found["rows"].as_array().unwrap().iter().find(|r| r["group"]["id"] == json!(app.people.users[&who])).unwrap().clone();
        // 90 % of 100 against 100; 20 % of 700 against 200.
        assert_eq!(row(Who::Seller)["expected"], json!({"forecast": irr("90.00"), "error": irr("-10.00"), "absolute_percent": "10.00"}));
        assert_eq!(row(Who::Rival)["expected"], json!({"forecast": irr("140.00"), "error": irr("-60.00"), "absolute_percent": "30.00"}));
        assert_eq!(row(Who::Rival)["open_forecast"]["error"], irr("500.00"));
        let total = &found["totals"][0];
        assert_eq!(total["actual"], irr("300.00"));
        assert_eq!(total["expected"], json!({"forecast": irr("230.00"), "wape": "23.33", "mape": "20.00", "bias": "-23.33"}));
        assert_eq!(total["open_forecast"], json!({"forecast": irr("800.00"), "wape": "166.67", "mape": "125.00", "bias": "166.67"}));
        owner.list(&format!("/forecast-snapshots/{taken}/accuracy"), &[("group_by", "product")]).refuses(400, "invalid_parameter");
    }

    fn the_server_keeps_forecasts_once_a_week(app: &App) {
        let owner = app.be(Who::Owner);
        let (_, from, to) = this_year(&owner);
        let periods = owner.list("/forecasts", &[("to", &to)]).is(200).json()["periods"].clone();
        for period in periods.as_array().unwrap() {
            deal(&owner, json!({"close_date": period["ends_on"]}));
        }
        assert!(periods.as_array().unwrap().len() >= 8, "this year and the next, from {from}: {periods}");
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        for _ in 0..2 {
            app.write(|conn| conn.execute(&persistence::sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'snapshot_forecasts'")).map(|_| ()));
            loop {
                let found = owner.all("/forecast-snapshots", &[]);
                if found.len() == 2 {
                    let mut keys: Vec<&str> = found.iter().map(|s| s["period"].as_str().unwrap()).collect();
                    keys.dedup();
                    assert!(keys.len() == 2 && keys.iter().all(|key| key.contains("-Q")), "{found:?}");
                    break;
                }
                assert!(found.len() < 2 && std::time::Instant::now() < end, "{found:?}");
                std::thread::yield_now();
            }
        }
        owner.post("/forecast-snapshots", json!({"period": "1404-13"})).refuses(422, "invalid").blames("/period", "format");
        app.be(Who::Seller).post("/forecast-snapshots", json!({"period": "1404"})).refuses(403, "forbidden");
    }
}
