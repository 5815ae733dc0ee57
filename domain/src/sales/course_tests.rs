#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::core::base::Base;
use crate::sales::stage::ForecastCategory;
use proptest::prelude::*;
use uuid::Uuid;

fn now() -> Instant {
    Instant::from_micros(1_775_000_000_000_000).unwrap()
}
fn base(n: u128) -> Base {
    Base::new(Uuid::from_u128(n), now())
}
fn pipeline(going_back: GoingBack, reopen_within_days: Option<i64>) -> Pipeline {
    Pipeline {
        base: base(1_000),
        name: "p".to_owned(),
        description: None,
        template: None,
        is_default: false,
        going_back,
        reopen_within_days,
        stuck_after_days: None,
    }
}
fn stage(n: u128, kind: StageKind, next: &[u128]) -> Stage {
    Stage {
        base: base(n),
        pipeline_id: Id::from_uuid(Uuid::from_u128(1_000)),
        name: n.to_string(),
        kind,
        position: n as i64,
        probability: 0,
        forecast_category: ForecastCategory::Pipeline,
        required_fields: Vec::new(),
        checklist: Vec::new(),
        guidance_en: None,
        guidance_fa: None,
        exit_condition: None,
        allowed_next_ids: next.iter().map(|n| id(*n)).collect(),
        time_limit_seconds: None,
    }
}
fn id(n: u128) -> Id<Stage> {
    Id::from_uuid(Uuid::from_u128(n))
}

/// Three open stages, then won (8) and lost (9). From 2 it goes to 3 or straight to won.
fn course(going_back: GoingBack) -> Course {
    let stages = vec![
        stage(9, StageKind::Lost, &[]),
        stage(2, StageKind::Open, &[3, 8]),
        stage(1, StageKind::Open, &[]),
        stage(8, StageKind::Won, &[]),
        stage(3, StageKind::Open, &[]),
    ];
    Course::new(pipeline(going_back, Some(10)), stages)
}

/// Where it went, and through which stages.
fn told(step: Result<Step<'_>, Refusal>) -> Result<(String, String), Refusal> {
    step.map(|step| {
        (
            step.to.name.clone(),
            step.through.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(" "),
        )
    })
}
fn to(stage: &str, through: &str) -> Result<(String, String), Refusal> {
    Ok((stage.to_owned(), through.to_owned()))
}

#[test]
fn a_deal_goes_forward_through_the_stages_between() {
    let course = course(GoingBack::WithReason);
    for (at, wanted, expected) in [
        (1, None, to("2", "1")),
        (1, Some(3), to("3", "1 2")),
        (2, None, to("3", "2")),
        (3, None, Err(Refusal::NotAllowed)),
        (1, Some(1), Err(Refusal::There)),
        (1, Some(8), Err(Refusal::Closing)),
        (1, Some(9), Err(Refusal::Closing)),
        (1, Some(77), Err(Refusal::Unknown)),
        (8, Some(1), Err(Refusal::Closed)),
        (9, None, Err(Refusal::Closed)),
        (3, Some(1), Err(Refusal::Reason)),
    ] {
        assert_eq!(told(course.advance(id(at), wanted.map(id), None)), expected, "{at} {wanted:?}");
    }
    assert_eq!(told(course.win(id(1))), to("8", "1 2 3"));
    assert_eq!(told(course.win(id(2))), to("8", "2"), "a stage that names it leads straight there");
    assert_eq!(told(course.win(id(8))), Err(Refusal::Closed));
    assert_eq!(told(course.lose(id(1))), to("9", ""));
    assert_eq!(told(course.lose(id(9))), Err(Refusal::Closed));
}

#[test]
fn what_a_stage_does_not_name_is_not_next() {
    let stages = vec![
        stage(1, StageKind::Open, &[2]),
        stage(2, StageKind::Open, &[]),
        stage(3, StageKind::Open, &[]),
        stage(8, StageKind::Won, &[]),
    ];
    let course = Course::new(pipeline(GoingBack::Free, None), stages);
    assert_eq!(told(course.advance(id(1), Some(id(3)), None)), Err(Refusal::NotAllowed));
    assert_eq!(told(course.win(id(1))), Err(Refusal::NotAllowed));
    assert_eq!(
        told(course.lose(id(1))),
        Err(Refusal::NotAllowed),
        "there is no stage for what is lost"
    );
    assert_eq!(course.next(id(2)).iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["3", "8"]);
}

#[test]
fn going_back_is_as_the_pipeline_says() {
    for (rule, note, expected) in [
        (GoingBack::Free, None, to("1", "")),
        (GoingBack::WithReason, None, Err(Refusal::Reason)),
        (GoingBack::WithReason, Some("  "), Err(Refusal::Reason)),
        (GoingBack::WithReason, Some("the budget was cut"), to("1", "")),
        (GoingBack::Never, Some("the budget was cut"), Err(Refusal::Back)),
    ] {
        assert_eq!(told(course(rule).advance(id(3), Some(id(1)), note)), expected, "{rule:?} {note:?}");
    }
}

#[test]
fn reopening_has_its_time_and_its_stage() {
    let course = course(GoingBack::Never);
    let closed = |days: i64| Some(now().after(TimeDelta::days(-days)));
    for (at, closed, wanted, was, expected) in [
        (8, closed(9), None, Some(2), to("2", "")),
        (9, closed(9), None, None, to("1", "")),
        (9, closed(9), Some(3), Some(2), to("3", "")),
        (9, closed(9), Some(8), Some(2), Err(Refusal::Closing)),
        (9, closed(11), None, Some(2), Err(Refusal::Reopening)),
        (2, None, None, None, Err(Refusal::Open)),
        (8, closed(1), Some(77), None, Err(Refusal::Unknown)),
    ] {
        assert_eq!(
            told(course.reopen(id(at), closed, now(), wanted.map(id), was.map(id))),
            expected,
            "{at} {closed:?}"
        );
    }
    let never = Course::new(pipeline(GoingBack::Free, Some(0)), course.stages().to_vec());
    assert_eq!(told(never.reopen(id(8), Some(now()), now(), None, None)), Err(Refusal::Reopening));
}

/// What is tried with a deal.
#[derive(Debug, Clone)]
enum Try {
    Advance(Option<u128>, bool),
    Win,
    Lose,
    Reopen(Option<u128>),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let some = || prop::option::of(1_u128..12);
    let one = prop_oneof![
        4 => (some(), any::<bool>()).prop_map(|(to, note)| Try::Advance(to, note)),
        1 => Just(Try::Win),
        1 => Just(Try::Lose),
        1 => some().prop_map(Try::Reopen),
    ];
    prop::collection::vec(one, 1..40)
}

fn any_course() -> impl Strategy<Value = Course> {
    let open = prop::collection::vec((1_i64..6, prop::collection::vec(1_u128..12, 0..3)), 1..8);
    let rule = prop_oneof![Just(GoingBack::Free), Just(GoingBack::WithReason), Just(GoingBack::Never)];
    (open, rule, prop::option::of(0_i64..3), any::<bool>(), any::<bool>()).prop_map(|(open, rule, days, won, lost)| {
        let mut stages: Vec<Stage> = (1..)
            .zip(open)
            .map(|(n, (position, next))| Stage {
                position,
                ..stage(n, StageKind::Open, &next)
            })
            .collect();
        stages.extend(won.then(|| stage(10, StageKind::Won, &[])));
        stages.extend(lost.then(|| stage(11, StageKind::Lost, &[])));
        Course::new(pipeline(rule, days), stages)
    })
}

proptest! {
    /// Whatever is tried in whatever order: a deal is never anywhere that the rules forbid, and never gets there another way.
    #[test]
    fn a_deal_never_comes_where_the_rules_forbid(course in any_course(), tries in tries()) {
        let mut at = course.first(StageKind::Open).unwrap().id();
        let mut was = None;
        for one in tries {
            let from = course.stage(at).unwrap().clone();
            let (step, note) = match &one {
                Try::Advance(to, note) => (course.advance(at, to.map(id), note.then_some("why")), *note),
                Try::Win => (course.win(at), false),
                Try::Lose => (course.lose(at), false),
                Try::Reopen(to) => (course.reopen(at, Some(now()), now(), to.map(id), was), false),
            };
            let Ok(step) = step else { continue };
            let to = step.to.clone();
            // One of its own stages, and another one.
            prop_assert!(course.stage(to.id()).is_some() && to.id() != at);
            match one {
                Try::Advance(..) => prop_assert_eq!(to.kind, StageKind::Open),
                Try::Win => prop_assert_eq!(to.kind, StageKind::Won),
                Try::Lose => prop_assert_eq!(to.kind, StageKind::Lost),
                Try::Reopen(_) => {
                    prop_assert_eq!(to.kind, StageKind::Open);
                    prop_assert_ne!(from.kind, StageKind::Open);
                    prop_assert_ne!(course.pipeline.reopen_within_days, Some(0));
                }
            }
            if !matches!(one, Try::Reopen(_)) {
                prop_assert_eq!(from.kind, StageKind::Open, "what is closed stays closed");
                let named = from.allowed_next_ids.contains(&to.id());
                let forward = to.kind == StageKind::Won || to.kind == StageKind::Open && course.is_behind(&from, &to);
                if forward {
                    prop_assert!(named || from.allowed_next_ids.is_empty());
                    // The stage it leaves, and all open ones between unless the way is straight.
                    let between = |s: &&Stage| s.kind == StageKind::Open && course.is_behind(&from, s) && (to.kind == StageKind::Won || course.is_behind(s, &to));
                    let passed = if named { 0 } else { course.stages().iter().filter(between).count() };
                    prop_assert_eq!(step.through.len(), 1 + passed);
                    prop_assert_eq!(step.through[0].id(), at);
                } else if to.kind == StageKind::Open && !named {
                    prop_assert_ne!(course.pipeline.going_back, GoingBack::Never);
                    prop_assert!(note || course.pipeline.going_back == GoingBack::Free);
                }
            }
            was = Some(at);
            at = to.id();
        }
    }
}
