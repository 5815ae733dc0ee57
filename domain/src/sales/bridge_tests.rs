use super::*;
use ForecastCategory as C;
use OpportunityStatus as S;
use proptest::prelude::*;

fn state(status: S, category: C, amount: i64) -> State {
    State {
        within: true,
        status,
        category,
        currency: Some("IRR".to_owned()),
        amount: amount.into(),
    }
}

fn open(category: C, amount: i64) -> Option<State> {
    Some(state(S::Open, category, amount))
}

/// The steps of one deal in one category: name, deals and amount.
fn steps(deal: &Course, category: C) -> Vec<(BridgeStep, i64, i64)> {
    let mut bridges = Bridges::default();
    bridges.add(deal);
    let found = bridges.0.remove(&(Some("IRR".to_owned()), category)).unwrap_or_default();
    let one = |(step, delta): (BridgeStep, Delta)| (step, delta.deals, delta.amount.try_into().unwrap_or_default());
    found.steps.into_iter().map(one).collect()
}

#[test]
fn each_deal_takes_the_step_that_became_of_it() {
    let away = |status, amount| {
        Some(State {
            within: false,
            ..state(status, C::Commit, amount)
        })
    };
    let cases = [
        (None, open(C::Commit, 5), true, false, vec![(BridgeStep::New, 1, 5)]),
        (None, open(C::Commit, 5), false, false, vec![(BridgeStep::MovedIn, 1, 5)]),
        (
            away(S::Open, 4),
            open(C::Commit, 5),
            false,
            false,
            vec![(BridgeStep::TransferredIn, 1, 5)],
        ),
        (
            Some(state(S::Lost, C::Omitted, 4)),
            open(C::Commit, 5),
            false,
            false,
            vec![(BridgeStep::Reopened, 1, 5)],
        ),
        (
            open(C::Commit, 5),
            Some(state(S::Won, C::Closed, 9)),
            false,
            false,
            vec![(BridgeStep::Won, -1, -5)],
        ),
        (
            open(C::Commit, 5),
            Some(state(S::Lost, C::Omitted, 9)),
            false,
            false,
            vec![(BridgeStep::Lost, -1, -5)],
        ),
        (open(C::Commit, 5), None, false, false, vec![(BridgeStep::MovedOut, -1, -5)]),
        (open(C::Commit, 5), None, false, true, vec![(BridgeStep::Removed, -1, -5)]),
        (
            open(C::Commit, 5),
            away(S::Open, 5),
            false,
            false,
            vec![(BridgeStep::TransferredOut, -1, -5)],
        ),
        // What is won elsewhere is somebody else's.
        (
            open(C::Commit, 5),
            away(S::Won, 5),
            false,
            false,
            vec![(BridgeStep::TransferredOut, -1, -5)],
        ),
        (
            open(C::Commit, 5),
            open(C::Commit, 7),
            false,
            false,
            vec![(BridgeStep::ChangedAmount, 0, 2)],
        ),
        (open(C::Commit, 5), open(C::Commit, 5), false, false, vec![]),
        (
            open(C::Commit, 5),
            open(C::Pipeline, 7),
            false,
            false,
            vec![(BridgeStep::ChangedCategory, -1, -5)],
        ),
        // The change of category moves what it was worth; what it is worth more is a step of its own.
        (
            open(C::Pipeline, 5),
            open(C::Commit, 7),
            false,
            false,
            vec![(BridgeStep::ChangedAmount, 0, 2), (BridgeStep::ChangedCategory, 1, 5)],
        ),
        (
            Some(state(S::Won, C::Closed, 5)),
            Some(state(S::Won, C::Closed, 5)),
            false,
            false,
            vec![],
        ),
    ];
    for (before, after, born, gone, expected) in cases {
        let deal = Course { before, after, born, gone };
        assert_eq!(steps(&deal, C::Commit), expected, "{deal:?}");
    }
}

fn states() -> impl Strategy<Value = Option<State>> {
    let status = prop::sample::select(vec![S::Open, S::Open, S::Won, S::Lost]);
    let category = prop::sample::select(vec![C::Omitted, C::Pipeline, C::BestCase, C::Commit, C::Closed]);
    let currency = prop::sample::select(vec![None, Some("IRR"), Some("EUR")]);
    let one =
        (any::<bool>(), status, category, currency, 0_i64..1_000_000_000).prop_map(|(within, status, category, currency, cents)| State {
            within,
            status,
            category,
            currency: currency.map(ToOwned::to_owned),
            amount: if currency.is_some() {
                Decimal::new(cents, 2)
            } else {
                Decimal::ZERO
            },
        });
    prop::option::weighted(0.8, one)
}

fn courses() -> impl Strategy<Value = Course> {
    (states(), states(), any::<bool>(), any::<bool>()).prop_map(|(before, after, born, gone)| Course { before, after, born, gone })
}

/// What is open among states, counted without the bridge.
fn counted(all: &[Course], of: impl Fn(&Course) -> Option<&State>, key: &(Option<String>, C)) -> Delta {
    let found = all
        .iter()
        .filter_map(of)
        .filter(|s| s.within && s.status == S::Open && (&s.currency, &s.category) == (&key.0, &key.1));
    found.fold(Delta::default(), |mut sum, state| {
        sum.add(1, state.amount);
        sum
    })
}

fn walked(bridge: &Bridge) -> Delta {
    bridge.steps.values().fold(bridge.opening, |mut sum, step| {
        sum.add(step.deals, step.amount);
        sum
    })
}

proptest! {
    #[test]
    fn opening_and_steps_are_the_closing(all in prop::collection::vec(courses(), 0..40)) {
        let mut bridges = Bridges::default();
        all.iter().for_each(|deal| bridges.add(deal));
        for (key, bridge) in &bridges.0 {
            prop_assert_eq!(bridge.opening, counted(&all, |deal| deal.before.as_ref(), key));
            prop_assert_eq!(bridge.closing, counted(&all, |deal| deal.after.as_ref(), key));
            prop_assert_eq!(walked(bridge), bridge.closing);
        }
        for (currency, total) in bridges.totals() {
            prop_assert_eq!(walked(&total), total.closing);
            let parts = bridges.0.iter().filter(|((c, category), _)| *c == currency && *category != C::Omitted);
            prop_assert_eq!(parts.map(|(_, b)| b.closing.amount).sum::<Decimal>(), total.closing.amount);
        }
    }
}
