//! Models that are sound, and those that are refused.
use super::*;

#[test]
fn models_that_make_no_sense_are_refused_at_their_place() {
    let change = |pointer: &str, to: Value| {
        let mut body = desk();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        match body.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.insert(member.to_owned(), to)),
            list => *list.get_mut(member.parse::<usize>().unwrap()).unwrap() = to,
        }
        body
    };
    let rows = [
        (
            change("/groups/0/options/0/code", json!("Oak")),
            "/groups/0/options/0/code format; ",
        ),
        (
            change("/groups/2/options/2/code", json!("lamp")),
            "/groups/2/options/2/code duplicate; ",
        ),
        (
            change("/groups/0/min", json!(3)),
            "/groups/0/min out_of_range; /groups/0/max out_of_range; ",
        ),
        (change("/rules/0/others/0", json!("nuclear")), "/rules/0/others/0 not_found; "),
        (change("/rules/1/code", json!("electric_needs_power")), "/rules/1/code duplicate; "),
        (change("/rules/0/others", json!([])), "/rules/0/others too_short; "),
        (
            change("/attributes/0/code", json!("top")),
            "/attributes/0/code duplicate; /groups/0/options/0/values/0/attribute not_found; ",
        ),
        (
            change("/attributes/2/cases/0/when", json!("wheels = 1")),
            "/attributes/2/cases/0/when unknown_field; ",
        ),
        (
            change("/attributes/2/cases/0/when", json!("freight = 1")),
            "/attributes/2/cases/0/when unknown_field; ",
        ),
        (change("/attributes/1/aggregate", json!("max")), "/attributes/1/min conflict; "),
        (
            change(
                "/operations/0",
                json!({"code": "assembly", "name_en": "A", "name_fa": "A", "resource": "w", "hours": "1", "days": 1, "after": ["wiring"]}),
            ),
            "/operations/0/after conflict; /groups/1/options/1/operations/0/after conflict; ",
        ),
        (
            change("/components/0/quantity", json!("0")),
            "/components/0/quantity out_of_range; ",
        ),
        (
            change(
                "/components/0",
                json!({"product_id": Uuid::from_u128(10), "quantity": "1", "operation": "painting"}),
            ),
            "/components/0/operation not_found; ",
        ),
        // A limit that no whole-number sum of bearable size stands for: the solver's memory would grow with it.
        (
            change("/groups/2/options/0/values/0/value", json!("250.000001")),
            "/attributes/1 too_complex; ",
        ),
    ];
    for (body, expected) in rows {
        let (_, wrong) = written::<ConfigurationModel>(5, body);
        let start = |text: &str| text.chars().take(expected.len()).collect::<String>();
        assert_eq!(start(&wrong.to_string()), expected, "{wrong}");
    }
}

#[test]
fn a_model_that_nothing_satisfies_is_refused_with_the_rules_that_clash() {
    let mut body = desk();
    let rules = body["rules"].as_array_mut().unwrap();
    for (i, leg) in ["wooden_legs", "electric_legs"].iter().enumerate() {
        rules.push(json!({"code": format!("r{i}"), "kind": "requires", "options": [leg], "others": ["drawer"]}));
    }
    rules.push(json!({"code": "no_drawer", "kind": "excludes", "options": ["drawer"]}));
    let (_, wrong) = written::<ConfigurationModel>(5, body);
    let told: Vec<&str> = wrong.0.iter().map(|v| v.pointer.as_str()).collect();
    assert!(wrong.0.iter().all(|v| v.code.as_str() == "contradiction"), "{wrong}");
    for pointer in ["/groups/1/min", "/rules/2", "/rules/4"] {
        assert!(told.contains(&pointer), "{told:?}");
    }
    let mut body = desk();
    body["groups"][0]["options"][1]["default"] = json!(true);
    let (_, wrong) = written::<ConfigurationModel>(5, body);
    assert_eq!(
        wrong.to_string(),
        "/groups/0/max contradiction; /groups/0/options/0/default contradiction; /groups/0/options/1/default contradiction; "
    );
}
