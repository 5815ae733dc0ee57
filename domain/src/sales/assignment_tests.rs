#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::core::instant::Instant;
use crate::core::resource::Resource;
use serde_json::json;

fn record<R: Resource>(body: Value) -> R {
    use crate::core::input::Members;
    use crate::core::resource::Input;
    let mut members = Members::new(body.as_object().unwrap().clone(), &R::SPEC, false);
    let input = R::Create::read(&mut members).unwrap();
    assert_eq!(members.finish(), Problems::default());
    R::new(input, Base::new(Uuid::nil(), Instant::UNSET))
}
fn user(n: u128) -> Uuid {
    Uuid::from_u128(n)
}
fn rule(strategy: &str, candidates: Value) -> AssignmentRule {
    record(json!({"name": "r", "position": 1, "strategy": strategy, "candidates": candidates}))
}
fn loads(open: &[(u128, i64)]) -> BTreeMap<Uuid, Load> {
    open.iter()
        .map(|(n, open)| (user(*n), Load { active: true, open: *open }))
        .collect()
}

#[test]
fn why_somebody_is_passed_over_is_told() {
    let rule = rule(
        "round_robin",
        json!([
            {"user_id": user(1)},
            {"user_id": user(2), "territories": ["يزد"], "skills": ["English"], "max_open": 3},
            {"user_id": user(3), "territories": ["یزد"], "skills": ["english"], "max_open": 4},
            {"user_id": user(4), "territories": ["اصفهان"], "skills": ["english"]},
            {"user_id": user(5), "skills": ["english"]},
        ]),
    );
    let lead: Lead = record(json!({"family_name": "x", "province": "یزد", "needs_skills": ["English"]}));
    let asked = ask(&rule, None, &lead, &json!({}), &loads(&[(1, 0), (2, 3), (3, 3), (4, 0)]), None);
    let verdicts: Vec<Verdict> = asked.judged.iter().map(|j| j.verdict).collect();
    use Verdict::{Fits, Inactive, Load, Skill, Territory};
    assert_eq!(verdicts, [Skill, Load, Fits, Territory, Inactive]);
    assert_eq!(asked.chosen, Some(user(3)));
    let condition: Condition = "city = \"یزد\"".parse().unwrap();
    let other = ask(&rule, Some(&condition), &lead, &json!({"city": "قم"}), &loads(&[]), None);
    assert_eq!((other.fits, other.chosen), (false, None));
}

#[test]
fn each_gets_a_turn_or_the_one_with_the_fewest() {
    let all = json!([{"user_id": user(1)}, {"user_id": user(2), "max_open": 5}, {"user_id": user(3)}]);
    let lead: Lead = record(json!({"family_name": "x"}));
    let next = |strategy: &str, last: Option<u128>, open: &[(u128, i64)]| {
        let asked = ask(&rule(strategy, all.clone()), None, &lead, &json!({}), &loads(open), last.map(user));
        asked.chosen.map(|id| id.as_u128())
    };
    let free = [(1, 2), (2, 1), (3, 1)];
    for (strategy, last, open, expected) in [
        ("round_robin", None, &free[..], Some(1)),
        ("round_robin", Some(1), &free, Some(2)),
        ("round_robin", Some(3), &free, Some(1)),
        ("round_robin", Some(1), &[(1, 0), (2, 5), (3, 0)], Some(3)),
        ("round_robin", Some(99), &free, Some(1)),
        ("least_loaded", None, &free, Some(2)),
        ("least_loaded", Some(2), &free, Some(3)),
        ("least_loaded", None, &[], None),
    ] {
        assert_eq!(next(strategy, last, open), expected, "{strategy} behind {last:?}");
    }
}
