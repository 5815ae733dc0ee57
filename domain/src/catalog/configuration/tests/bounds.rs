//! What is too much for one answer ends in time, and says so.
use super::*;
use crate::catalog::configuration::constraint::constraints;
use crate::catalog::configuration::solver::{Budget, Found, Solver};
use std::time::Duration;

/// A pigeonhole problem: `n` + 1 pigeons, `n` holes. Proofs that it has no solution grow exponentially for solvers of this kind.
fn pigeons(n: usize) -> Value {
    let code = |p: usize, h: usize| format!("p{p}h{h}");
    let groups: Vec<Value> = (0..=n)
        .map(|p| {
            let options: Vec<Value> = (0..n).map(|h| option(&code(p, h), json!({}))).collect();
            json!({"code": format!("pigeon{p}"), "name_en": "P", "name_fa": "P", "min": 1, "options": options})
        })
        .collect();
    let mut rules = Vec::new();
    for h in 0..n {
        for (p, q) in (0..=n).flat_map(|p| (p + 1..=n).map(move |q| (p, q))) {
            rules.push(json!({"code": format!("r{h}x{p}x{q}"), "kind": "excludes", "options": [code(p, h)], "others": [code(q, h)]}));
        }
    }
    json!({"product_id": Uuid::from_u128(1), "groups": groups, "rules": rules})
}

#[test]
fn a_bomb_ends_with_the_budget_and_says_so() {
    let begun = std::time::Instant::now();
    let (model, wrong) = written::<ConfigurationModel>(5, pigeons(13));
    assert_eq!(wrong.to_string(), "/rules too_complex; ");
    let all = constraints(&model).unwrap();
    let budget = Budget {
        decisions: 20_000,
        time: Duration::from_secs(60),
    };
    let mut solver = Solver::new(&all, model.options().count(), budget).unwrap();
    assert_eq!(solver.possible(&[]).unwrap(), Found::Unknown);
    assert_eq!(solver.nearest(&vec![false; model.options().count()]).unwrap(), None);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn two_thousand_options_are_answered_and_more_are_refused() {
    let group = |g: usize, many: usize| {
        let options: Vec<Value> = (0..many).map(|o| option(&format!("o{g}x{o}"), json!({}))).collect();
        json!({"code": format!("g{g}"), "name_en": "G", "name_fa": "G", "min": 1, "max": 1, "options": options})
    };
    let rules: Vec<Value> = (0..1000)
        .map(|r| json!({"code": format!("r{r}"), "kind": "requires", "options": [format!("o0x{}", r % 500)], "others": [format!("o{}x{r}", 1 + r % 3).replace(&format!("x{r}"), &format!("x{}", r % 499))]}))
        .collect();
    let groups: Vec<Value> = (0..4).map(|g| group(g, 500)).collect();
    let model: ConfigurationModel = made(5, json!({"product_id": Uuid::from_u128(1), "groups": groups, "rules": rules}));
    let told = answer(&model, &ask(json!({"selected": ["o0x7"]})), &goods()).unwrap();
    assert_eq!((told.state, told.choices.len()), (ConfigurationState::Incomplete, 2000));
    assert!(told.repair.is_some());
    let groups: Vec<Value> = (0..5).map(|g| group(g, 401)).collect();
    let (_, wrong) = written::<ConfigurationModel>(5, json!({"product_id": Uuid::from_u128(1), "groups": groups}));
    assert_eq!(wrong.to_string(), "/groups too_long; ");
}
