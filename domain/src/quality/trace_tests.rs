#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::core::base::Base;
use crate::core::input::Members;
use crate::core::resource::{Input, Rules, Setting};
use crate::customers::customer::CustomerKind;
use chrono::TimeDelta;
use serde_json::json;

fn customer(body: Value) -> Customer {
    let mut members = Members::new(body.as_object().unwrap().clone(), &Customer::SPEC, false);
    let base = Base::new(Uuid::nil(), day(0));
    let mut made = Customer::new(<Customer as Resource>::Create::read(&mut members).unwrap(), base);
    let setting = Setting {
        now: day(0),
        default_region: "IR".to_owned(),
    };
    assert_eq!(made.check(&setting).0.len(), 0);
    made
}
fn day(n: i64) -> Instant {
    Instant::UNSET.after(TimeDelta::days(n))
}
fn entry(n: i64, via: &str, import: Option<(Uuid, Option<Uuid>)>, changed: Value) -> Entry {
    Entry::new(n, day(n), None, via, import, changed.as_object().unwrap().clone())
}
fn point(kind: &str, value: &str) -> Value {
    json!({"kind": kind, "value": value, "label": null, "primary": true, "verified": false, "valid_until": null, "do_not_use": false})
}

#[test]
fn each_value_is_traced_to_the_entry_that_gave_it() {
    let import = Uuid::from_u128(7);
    let (mobile, email) = (point("mobile", "+989121234567"), point("email", "a@b.example"));
    let now = customer(json!({"kind": "person", "given_name": "Ali", "city": "Yazd", "contact_points": [mobile, email]}));
    let mut relabelled = mobile.clone();
    relabelled["label"] = json!("work");
    let log = [
        entry(
            4,
            "session:x",
            None,
            json!({"contact_points": [[relabelled, email], [mobile, email]], "confirmed": [null, ["city"]]}),
        ),
        entry(
            3,
            "api_key:00000000-0000-0000-0000-000000000009",
            None,
            json!({"contact_points": [[relabelled], [relabelled, email]]}),
        ),
        entry(
            2,
            "job:x",
            Some((import, None)),
            json!({"city": ["Qom", "Yazd"], "contact_points": [[], [relabelled]]}),
        ),
        entry(1, "session:x", None, json!({"city": [null, "Qom"], "given_name": [null, "Ali"]})),
    ];
    let mut trace = Trace::of(&now, day(5)).unwrap();
    for entry in &log {
        assert!(!trace.done());
        trace.take(entry);
    }
    assert!(trace.done());
    let told: Vec<(String, SourceKind, Instant)> = trace
        .values
        .iter()
        .map(|v| (v.word.clone(), v.origin.as_ref().unwrap().1.kind, v.since().unwrap()))
        .collect();
    let expected = [
        ("given_name", SourceKind::ByHand, 1),
        ("city", SourceKind::Import, 4),
        ("contact_points.mobile", SourceKind::Import, 2),
        ("contact_points.email", SourceKind::Integration, 3),
    ];
    assert_eq!(told, expected.map(|(word, kind, n)| (word.to_owned(), kind, day(n))));
    // The relabelled number is the same number.
    assert_eq!(log.iter().map(Entry::gave).collect::<Vec<_>>(), [0, 1, 2, 2]);
}

#[test]
fn what_is_missing_run_out_or_stale_is_asked_for_by_weight() {
    let mut ali = customer(
        json!({"kind": "person", "given_name": "Ali", "family_name": "K", "birth_date": "1960-01-01", "national_id": "0012345679",
        "contact_points": [point("mobile", "+989121234567"), point("email", "a@b.example")]}),
    );
    ali.contact_points[1].valid_until = Some(day(9));
    let mut trace = Trace::of(&ali, day(1000)).unwrap();
    let gave = json!({"contact_points": [null, [point("mobile", "+989121234567"), point("email", "a@b.example")]]});
    trace.take(&entry(1, "session:x", None, gave));
    let profile = Profile::usual(CustomerKind::Person);
    let asks = ask_next(&profile, &ali, &trace, day(1000));
    let told: Vec<(&str, AskReason, Option<i64>)> = asks.iter().map(|a| (a.field.field.as_str(), a.reason, a.age_days)).collect();
    let expected = [
        ("contact_points.email", AskReason::Expired, None),
        ("contact_points.mobile", AskReason::Stale, Some(999)),
        ("addresses", AskReason::Missing, None),
        ("city", AskReason::Missing, None),
    ];
    assert_eq!(told, expected);
}
