#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::core::input::Members;
use crate::core::resource::{Input, Resource};
use proptest::prelude::*;
use serde_json::{Value, json};

fn deal(more: Value) -> Result<Opportunity, Problems> {
    let mut body = json!({"name": "x", "customer_id": Uuid::nil()});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut members = Members::new(body.as_object().unwrap().clone(), &Opportunity::SPEC, false);
    let input = <Opportunity as Resource>::Create::read(&mut members);
    members.finish().or(())?;
    let mut deal = Opportunity::new(input.unwrap(), Base::new(Uuid::nil(), Instant::UNSET));
    let setting = Setting {
        now: Instant::UNSET,
        default_region: "IR".to_owned(),
    };
    let problems = deal.check(&setting);
    problems.or(deal)
}

fn team(splits: &[Option<&str>]) -> Value {
    let one = |(n, split): (u128, &Option<&str>)| json!({"user_id": Uuid::from_u128(n), "role": "seller", "split_percent": split});
    json!({"team": (1..).zip(splits).map(one).collect::<Vec<_>>()})
}

#[test]
fn what_can_not_be_is_refused_where_it_stands() {
    for (more, at) in [
        (json!({"amount": {"amount": "-1", "currency": "IRR"}}), "/amount/amount"),
        (json!({"own_probability": 101}), "/own_probability"),
        (json!({"own_forecast_category": "closed"}), "/own_forecast_category"),
        (json!({"started_on": "2026-03-21", "close_date": "2026-03-20"}), "/close_date"),
        (team(&[Some("60"), Some("39.99")]), "/team"),
        (team(&[Some("101"), None]), "/team/0/split_percent"),
        (team(&[Some("33.333"), Some("66.667")]), "/team/0/split_percent"),
        (team(&[Some("-5"), Some("105")]), "/team/0/split_percent"),
    ] {
        let problems = deal(more.clone()).unwrap_err();
        assert_eq!(problems.0[0].pointer, at, "{more}");
    }
    let twice = json!({"user_id": Uuid::nil(), "role": "seller"});
    assert_eq!(deal(json!({"team": [twice, twice]})).unwrap_err().0[0].pointer, "/team/1/user_id");
    assert!(deal(team(&[Some("33.34"), Some("33.33"), Some("33.33"), None])).is_ok());
    assert!(deal(team(&[None, None])).is_ok());
}

#[test]
fn each_move_of_the_closing_day_is_counted_and_the_latest_are_kept() {
    let day = |n: i64| NaiveDate::default().checked_add_signed(TimeDelta::days(n)).unwrap();
    let mut deal = deal(json!({})).unwrap();
    deal.close_date = Some(day(0));
    deal.moved(None, Instant::UNSET, None, day(0));
    assert_eq!(deal.close_date_moves, 0, "a first day is no move");
    for n in 1..=60 {
        let before = deal.close_date.replace(day(n));
        deal.slipping_at = Some(Instant::UNSET);
        deal.moved(before, Instant::UNSET, None, day(10));
        assert_eq!(deal.slipping_at.is_some(), n < 10);
    }
    assert_eq!((deal.close_date_moves, deal.close_dates.len()), (60, MOVES));
    assert_eq!(deal.close_dates.last().unwrap().to, Some(day(60)));
}

proptest! {
    #[test]
    fn splits_are_taken_only_where_they_are_the_whole(parts in prop::collection::vec(0_u32..=10_000, 1..6)) {
        let texts: Vec<String> = parts.iter().map(|p| Decimal::new(i64::from(*p), 2).to_string()).collect();
        let taken = deal(team(&texts.iter().map(|t| Some(t.as_str())).collect::<Vec<_>>())).is_ok();
        prop_assert_eq!(taken, parts.iter().sum::<u32>() == 10_000);
    }
}
