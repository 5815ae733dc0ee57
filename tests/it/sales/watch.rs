//! Deals that stand still: the job finds them, marks them and tells their owners once.
use super::{at, deal};
use persistence::sql;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{App, Client, Who, both};

/// The next round of the watch has come; waits until the deal has a mark.
fn watched(app: &App, client: &Client<'_>, deal: &Value, mark: &str) -> Value {
    app.write(|conn| {
        conn.execute(&sql!("UPDATE jobs SET run_at = created_at WHERE kind = 'watch_deals'"))
            .map(|_| ())
    });
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let now = client.get(&at(deal)).is(200).json();
        if !now[mark].is_null() {
            return now;
        }
        assert!(Instant::now() < end, "{mark} was not found: {now}");
        std::thread::yield_now();
    }
}

/// How often a user was told of a record, by kind.
fn told(app: &App, deal: &Value, kind: &'static str) -> usize {
    let id: uuid::Uuid = deal["id"].as_str().unwrap().parse().unwrap();
    app.rows(
        sql!("SELECT user_id FROM notifications WHERE record_id = ? AND kind = ?", id, kind),
        |row| row.uuid(0),
    )
    .len()
}

both! {
    fn a_deal_that_stands_still_is_told_of_once(app: &App) {
        let seller = app.be(Who::Seller);
        let made = deal(&seller, json!({}));
        assert!(made["stage_due_at"].is_string());
        let id: uuid::Uuid = made["id"].as_str().unwrap().parse().unwrap();
        app.write(move |conn| {
            conn.execute(&sql!("UPDATE opportunities SET stage_due_at = created_at WHERE id = ?", id)).map(|_| ())
        });
        let stuck = watched(app, &seller, &made, "stuck_at");
        assert_eq!((&stuck["version"], told(app, &made, "stuck")), (&json!(2), 1));
        // Another round finds nothing new; the next one that does shows that it has run.
        let late = deal(&seller, json!({"started_on": "2020-01-01", "close_date": "2020-02-01"}));
        watched(app, &seller, &late, "slipping_at");
        assert_eq!((told(app, &made, "stuck"), told(app, &late, "slipping")), (1, 1));
        assert_eq!(seller.get(&at(&made)).is(200).json()["version"], 2);
        let put_off = seller.patch(&at(&late), "*", json!({"close_date": "2031-01-01"})).is(200).json();
        assert_eq!((&put_off["slipping_at"], &put_off["close_date_moves"]), (&json!(null), &json!(1)));
        let found = seller.list("/opportunities", &[("filter", "stuck_at != null")]).is(200).ids();
        assert_eq!(found, [made["id"].as_str().unwrap()]);
    }
}
