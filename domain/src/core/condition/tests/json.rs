use serde_json::{Value, json};
use utoipa::openapi::{Components, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};

use super::super::{MAX_DEPTH, MAX_TERMS, MAX_TEXT, MAX_VALUES};
use super::*;

fn term() -> Value {
    json!({"field": "a", "op": "=", "value": 1})
}

#[test]
fn one_tree_in_both_forms() {
    let table = [
        ("city = \"یزد\"", json!({"field": "city", "op": "=", "value": "یزد"})),
        (
            "stage IN (\"a\", null)",
            json!({"field": "stage", "op": "in", "value": ["a", null]}),
        ),
        ("tags : \"vip\"", json!({"field": "tags", "op": "has", "value": "vip"})),
        ("NOT a != true", json!({"not": {"field": "a", "op": "!=", "value": true}})),
        (
            "a < -3 AND b >= 2.5",
            json!({"all": [{"field": "a", "op": "<", "value": -3}, {"field": "b", "op": ">=", "value": 2.5}]}),
        ),
        (
            "a <= 1 OR a > 2",
            json!({"any": [{"field": "a", "op": "<=", "value": 1}, {"field": "a", "op": ">", "value": 2}]}),
        ),
    ];
    for (text, json) in table {
        let condition = parse(text);
        assert_eq!(serde_json::to_value(&condition).unwrap(), json);
        assert_eq!(Condition::from_json(&json).unwrap(), condition);
        assert_eq!(serde_json::from_value::<Condition>(json).unwrap(), condition);
    }
}

#[test]
fn members_stand_in_any_order_and_a_group_of_one_is_its_part() {
    let condition: Condition = serde_json::from_str(r#"{"any": [{"value": 1, "op": "=", "field": "a"}]}"#).unwrap();
    assert_eq!(condition, parse("a = 1"));
}

#[test]
fn numbers_are_exact_or_refused() {
    let read = |value: &str| {
        Condition::from_json(&mut serde_json::Deserializer::from_str(&format!(
            r#"{{"field":"a","op":"=","value":{value}}}"#
        )))
    };
    for (value, text) in [
        ("12.50", "12.5"),
        ("5.0", "5"),
        ("1e3", "1000"),
        ("0.1", "0.1"),
        ("-0.000001", "-0.000001"),
    ] {
        assert_eq!(read(value).unwrap(), parse(&format!("a = {text}")), "{value}");
    }
    for value in ["9007199254740992", "18446744073709551615", "1e300", "0.0000001", "1e-9"] {
        assert_eq!(first(&read(value).unwrap_err(), "").0, Code::OutOfRange, "{value}");
    }
    // More digits than a double keeps: written as a string, which a decimal field takes.
    let fine = parse("amount.amount = 123456789012345.123456");
    let written = serde_json::to_value(&fine).unwrap();
    assert_eq!(written["value"], "123456789012345.123456");
    assert_eq!(Condition::from_json(&written).unwrap().check(&Deal), fine.check(&Deal));
}

#[test]
fn says_what_is_wrong_and_where() {
    let nest = |c: Value| json!({"all": [term(), {"not": c}]});
    let table = [
        (json!([]), "", Code::WrongType),
        (json!("a = 1"), "", Code::WrongType),
        (json!({}), "", Code::Required),
        (json!({"field": "a", "op": "="}), "", Code::Required),
        (json!({"all": []}), "/all", Code::TooShort),
        (json!({"all": term()}), "/all", Code::WrongType),
        (json!({"all": [1]}), "/all/0", Code::WrongType),
        (json!({"all": [term()], "any": [term()]}), "", Code::Conflict),
        (json!({"not": term(), "field": "a"}), "", Code::Conflict),
        (json!({"and": [term()]}), "/and", Code::UnknownField),
        (
            nest(json!({"field": "a", "op": "=", "value": 1, "x": 1})),
            "/all/1/not/x",
            Code::UnknownField,
        ),
        (
            nest(json!({"field": "a b", "op": "=", "value": 1})),
            "/all/1/not/field",
            Code::UnknownField,
        ),
        (
            nest(json!({"field": "not", "op": "=", "value": 1})),
            "/all/1/not/field",
            Code::UnknownField,
        ),
        (
            nest(json!({"field": 1, "op": "=", "value": 1})),
            "/all/1/not/field",
            Code::WrongType,
        ),
        (
            nest(json!({"field": "a", "op": "OR 1=1", "value": 1})),
            "/all/1/not/op",
            Code::NotAllowed,
        ),
        (
            nest(json!({"field": "a", "op": "IN", "value": [1]})),
            "/all/1/not/op",
            Code::NotAllowed,
        ),
        (json!({"field": "a", "op": "=", "value": {"$ne": 1}}), "/value", Code::WrongType),
        (json!({"field": "a", "op": "=", "value": [1]}), "", Code::WrongType),
        (json!({"field": "a", "op": "has", "value": ["x"]}), "", Code::WrongType),
        (json!({"field": "a", "op": "in", "value": 1}), "", Code::WrongType),
        (json!({"field": "a", "op": "in", "value": []}), "/value", Code::TooShort),
        (json!({"field": "a", "op": "in", "value": [[1]]}), "/value/0", Code::WrongType),
        (json!({"field": "a", "op": "=", "value": "x\0"}), "/value", Code::Character),
        (
            json!({"field": "a", "op": "=", "value": "x".repeat(MAX_TEXT + 1)}),
            "/value",
            Code::TooLong,
        ),
    ];
    for (json, pointer, code) in table {
        let problems = Condition::from_json(&json).unwrap_err();
        let found: Vec<_> = problems.0.iter().map(|v| (v.pointer.as_str(), v.code)).collect();
        assert_eq!(found, [(pointer, code)], "{json}");
        assert!(serde_json::from_value::<Condition>(json).is_err());
    }
    let twice = r#"{"field": "a", "field": "b", "op": "=", "value": 1}"#;
    assert!(
        serde_json::from_str::<Condition>(twice)
            .unwrap_err()
            .to_string()
            .starts_with("duplicate")
    );
}

#[test]
fn keeps_the_limits_of_the_text() {
    let nots = |n: usize| (0..n).fold(term(), |inner, _| json!({"not": inner}));
    let values = |n: usize| json!({"field": "a", "op": "in", "value": vec![1; n]});
    let terms = |n: usize| json!({"any": vec![term(); n]});
    let wide = |n: usize| json!({"all": vec![json!({"field": "a", "op": "=", "value": "x".repeat(n)}); 8]});
    let table = [
        (nots(MAX_DEPTH - 1), nots(MAX_DEPTH), "depth"),
        (values(MAX_VALUES), values(MAX_VALUES + 1), "values"),
        (terms(MAX_TERMS), terms(MAX_TERMS + 1), "terms"),
        (wide(490), wide(510), "bytes"),
    ];
    for (good, bad, limit) in table {
        assert_eq!(
            Condition::from_json(&good).unwrap().to_string().parse(),
            Condition::from_json(&good)
        );
        assert_eq!(
            first(&Condition::from_json(&bad).unwrap_err(), "limit"),
            (Code::TooComplex, limit.to_owned())
        );
    }
}

#[test]
fn refuses_bombs_at_once() {
    let bombs = [
        r#"{"not":"#.repeat(500),
        r#"{"all":["#.repeat(100_000),
        format!(r#"{{"any":[{}]}}"#, vec![r#"{"field":"a","op":"=","value":1}"#; 30_000].join(",")),
        format!(r#"{{"field":"a","op":"in","value":[{}]}}"#, vec!["1"; 500_000].join(",")),
        format!(r#"{{"field":"a","op":"=","value":{}}}"#, "[".repeat(1 << 20)),
        format!(r#"{{"field":"a","op":"=","value":"{}"}}"#, "x".repeat(1 << 20)),
        format!(r#"{{"{}":1}}"#, "x".repeat(1 << 20)),
    ];
    for bomb in bombs {
        assert!(serde_json::from_str::<Condition>(&bomb).is_err());
        let time = fastest(|| drop(serde_json::from_str::<Condition>(&bomb)));
        assert!(time < Duration::from_millis(20), "{time:?} for {}", bomb.get(..30).unwrap());
    }
}

#[test]
fn the_schema_is_closed_and_every_reference_leads_somewhere() {
    let mut schemas = vec![(Condition::name().into_owned(), Condition::schema())];
    Condition::schemas(&mut schemas);
    let names: Vec<String> = schemas.iter().map(|(name, _)| format!("#/components/schemas/{name}")).collect();
    let components = schemas.into_iter().fold(Components::new(), |mut c, (name, schema)| {
        c.schemas.insert(name, schema);
        c
    });
    let api = serde_json::to_value(OpenApiBuilder::new().components(Some(components)).build()).unwrap();
    let mut open = vec![&api["components"]["schemas"]];
    let mut refs = 0;
    while let Some(node) = open.pop() {
        let Value::Object(members) = node else {
            open.extend(node.as_array().into_iter().flatten());
            continue;
        };
        assert!(!members.contains_key("anyOf"));
        let kind = members.get("type").map(Value::to_string).unwrap_or_default();
        if kind.contains("string") {
            assert!(members.contains_key("maxLength") || members.contains_key("enum"), "{node}");
        }
        if kind.contains("array") {
            assert!(members.contains_key("maxItems"), "{node}");
        }
        if kind.contains("object") {
            assert_eq!(members["additionalProperties"], false);
        }
        if let Some(Value::String(target)) = members.get("$ref") {
            assert!(names.contains(target), "{target}");
            refs += 1;
        }
        open.extend(members.values());
    }
    assert_eq!(refs, 9);
}

proptest! {
    #[test]
    fn what_is_written_reads_back(condition in condition()) {
        let text = serde_json::to_string(&condition).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Condition>(&text).unwrap(), &condition);
        let value = serde_json::to_value(&condition).unwrap();
        prop_assert_eq!(Condition::from_json(&value).unwrap(), condition);
    }
}
