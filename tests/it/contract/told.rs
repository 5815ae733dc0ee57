//! What the contract says of itself holds: examples fit their schemas, and whatever a client may send or get has bounds.
use serde_json::{Value, json};
use tests::engine::Engine;
use tests::template::Template;

/// Calls back with each object below a value, and where it is.
fn walk(value: &Value, at: &str, each: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            each(at, value);
            // What stands in an example is no schema.
            let below = members
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "example" | "examples" | "default"));
            below.for_each(|(name, below)| walk(below, &format!("{at}/{name}"), each));
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, below)| walk(below, &format!("{at}/{i}"), each)),
        _ => {}
    }
}

#[test]
fn examples_fit_their_schemas() {
    let contract = Template::of(Engine::Sqlite).contract();
    let (mut seen, mut wrong) = (0, Vec::new());
    walk(&contract["paths"], "", &mut |at, one| {
        let (Some(example), Some(schema)) = (one.get("example"), one.get("schema")) else {
            return;
        };
        let whole = json!({"allOf": [schema], "components": contract["components"]});
        let judge = jsonschema::draft202012::new(&whole).unwrap();
        seen += 1;
        wrong.extend(judge.iter_errors(example).map(|e| format!("{at}: {} {e}", e.instance_path())));
    });
    assert!(seen > 300, "{seen} examples");
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn texts_and_lists_are_bounded() {
    let contract = Template::of(Engine::Sqlite).contract();
    let is = |schema: &Value, kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&json!(kind)));
    let mut free = Vec::new();
    walk(&contract["components"]["schemas"], "", &mut |at, schema| {
        let told = |names: &[&str]| names.iter().any(|name| schema.get(name).is_some());
        if is(schema, "string") && !told(&["maxLength", "enum", "const"]) || is(schema, "array") && !told(&["maxItems"]) {
            free.push(at.to_owned());
        }
    });
    assert_eq!(free, [""; 0]);
}

#[test]
fn chapters_are_in_order() {
    let contract = Template::of(Engine::Sqlite).contract();
    let names: Vec<&str> = contract["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
}
