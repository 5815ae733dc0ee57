//! The answers against those of trying every configuration.
use super::*;
use crate::catalog::configuration::constraint::constraints;
use proptest::prelude::*;

/// A small model, with what is chosen of it.
fn small() -> impl Strategy<Value = (Value, Vec<bool>)> {
    let groups = prop::collection::vec((1_usize..=3, 0_u32..=2, prop::option::of(0_u32..=2)), 1..=3);
    let codes = prop::collection::vec(0_usize..9, 1..=2);
    let rules = prop::collection::vec((any::<bool>(), codes, prop::collection::vec(0_usize..9, 0..=2)), 0..=5);
    let values = prop::collection::vec(-6_i32..=6, 9);
    let limits = (prop::option::of(-4_i32..=8), prop::option::of(-4_i32..=8));
    (groups, rules, values, limits, prop::collection::vec(any::<bool>(), 9)).prop_map(|(groups, rules, values, limits, chosen)| {
        let mut n = 0;
        let mut body_groups = Vec::new();
        for (g, (many, min, max)) in groups.iter().enumerate() {
            let options: Vec<Value> = (0..*many)
                .map(|_| {
                    n += 1;
                    option(&format!("o{}", n - 1), json!({"values": [{"attribute": "sum", "value": format!("{}.5", values[n - 1])}]}))
                })
                .collect();
            let min = (*min).min(*many as u32);
            body_groups.push(json!({"code": format!("g{g}"), "name_en": "G", "name_fa": "G", "min": min, "max": max.map(|m| m.max(min)), "options": options}));
        }
        let body_rules: Vec<Value> = rules
            .iter()
            .enumerate()
            .map(|(i, (requires, some, others))| {
                let codes = |of: &[usize]| of.iter().map(|c| format!("o{}", c % n)).collect::<std::collections::BTreeSet<_>>();
                let (some, others) = (codes(some), codes(others));
                let requires = *requires && !others.is_empty();
                json!({"code": format!("r{i}"), "kind": if requires { "requires" } else { "excludes" }, "options": some, "others": others})
            })
            .collect();
        let (min, max) = match limits {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            other => other,
        };
        let text = |limit: Option<i32>| limit.map(|l| format!("{l}.25"));
        let (min, max) = if min > max && max.is_some() { (max, min) } else { (min, max) };
        let attribute = json!({"code": "sum", "name_en": "S", "name_fa": "S", "base": "0.75", "min": text(min).filter(|_| min.is_none_or(|m| m >= 0)), "max": text(max).filter(|_| max.is_none_or(|m| m >= 0))});
        let body = json!({"product_id": Uuid::from_u128(1), "groups": body_groups, "rules": body_rules, "attributes": [attribute]});
        (body, chosen[..n].to_vec())
    })
}

fn all_choices(n: usize) -> impl Iterator<Item = Vec<bool>> {
    (0_u32..1 << n).map(move |bits| (0..n).map(|i| bits >> i & 1 == 1).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Against trying all configurations: what is said to be valid, possible, nearest, excluded and in conflict is.
    #[test]
    fn answers_are_those_of_trying_everything((body, asked) in small()) {
        let (model, wrong) = written::<ConfigurationModel>(5, body);
        let n = model.options().count();
        let all = constraints(&model).unwrap();
        let valid: Vec<Vec<bool>> = all_choices(n).filter(|c| all.iter().all(|one| one.demand.holds(c))).collect();
        prop_assert_eq!(wrong.0.is_empty(), !valid.is_empty(), "{}", wrong);
        if valid.is_empty() {
            prop_assert!(wrong.0.iter().all(|v| v.code.as_str() == "contradiction"));
            let named = |skip: Option<&str>| {
                let of: Vec<_> = all.iter().filter(|c| wrong.0.iter().any(|v| v.pointer == c.rule.pointer) && Some(c.rule.pointer.as_str()) != skip).collect();
                all_choices(n).any(|c| of.iter().all(|one| one.demand.holds(&c)))
            };
            prop_assert!(!named(None), "the rules that are told do not clash");
            for v in &wrong.0 {
                prop_assert!(named(Some(&v.pointer)), "{} has no part in it", v.pointer);
            }
            return Ok(());
        }
        let codes = model.codes(&asked);
        let told = answer(&model, &ask(json!({"selected": codes})), &goods()).unwrap();
        let within = |c: &[bool]| c.iter().zip(&asked).all(|(c, a)| *c || !*a);
        let state = if valid.contains(&asked) { ConfigurationState::Valid }
            else if valid.iter().any(|c| within(c)) { ConfigurationState::Incomplete }
            else { ConfigurationState::Invalid };
        prop_assert_eq!(told.state, state);
        prop_assert_eq!(told.violations.is_empty(), state == ConfigurationState::Valid);
        let apart = |c: &[bool]| c.iter().zip(&asked).filter(|(c, a)| c != a).count();
        let mut base = asked.clone();
        if state == ConfigurationState::Valid {
            prop_assert!(told.repair.is_none());
        } else {
            let repair = told.repair.clone().unwrap();
            let places = model.places();
            let mut near = vec![false; n];
            repair.selected.iter().for_each(|code| near[places[code.as_str()]] = true);
            prop_assert!(valid.contains(&near), "what is offered is valid");
            let least = valid.iter().map(|c| apart(c)).min().unwrap();
            prop_assert_eq!((apart(&near), repair.add.len() + repair.remove.len()), (least, least));
            prop_assert!(repair.smallest);
            if state == ConfigurationState::Invalid { base = near; }
        }
        if let Some(conflict) = &told.conflict {
            let rules: Vec<_> = all.iter().filter(|c| conflict.rules.contains(&c.rule)).collect();
            let chosen: Vec<usize> = conflict.options.iter().map(|code| model.places()[code.as_str()]).collect();
            let possible = |skip_rule: Option<usize>, skip_option: Option<usize>| all_choices(n).any(|c| {
                rules.iter().enumerate().all(|(i, r)| Some(i) == skip_rule || r.demand.holds(&c)) && chosen.iter().all(|i| Some(*i) == skip_option || c[*i])
            });
            prop_assert!(!possible(None, None));
            prop_assert!((0..rules.len()).all(|i| possible(Some(i), None)));
            prop_assert!(chosen.iter().all(|i| possible(None, Some(*i))));
        }
        prop_assert_eq!(told.conflict.is_some(), state == ConfigurationState::Invalid);
        let mut i = 0;
        for group in &model.groups {
            let range = i..i + group.options.len();
            let replaced = group.max == Some(1) && range.clone().any(|o| base[o]);
            for o in range.clone() {
                let fits = |c: &&Vec<bool>| (0..n).all(|k| !base[k] || (replaced && range.contains(&k)) || c[k]);
                let (with, without) = (valid.iter().filter(fits).any(|c| c[o]), valid.iter().filter(fits).any(|c| !c[o]));
                let expected = match (base[o], with, without) {
                    (true, ..) => OptionState::Selected,
                    (_, false, _) => OptionState::Excluded,
                    (_, true, false) if !replaced => OptionState::Forced,
                    _ => OptionState::Free,
                };
                prop_assert_eq!(told.choices[o].state, expected, "{}", o);
            }
            i = range.end;
        }
    }
}
