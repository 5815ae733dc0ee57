//! Lists: pages, sorts, fields, filters, search.
use domain::core::field::Kind;
use domain::core::resource::Spec;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use tests::records::{becomes, body, filter, made, mounted, writable};
use tests::{App, Who, both};

fn ids(records: &[Value]) -> Vec<&str> {
    records.iter().map(|r| r["id"].as_str().unwrap()).collect()
}

/// How two values of a field stand in a sort: null before all, texts by code point.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => a.is_null().cmp(&b.is_null()).reverse(),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        // Money goes by its currency, then by its amount.
        (Value::Object(a), Value::Object(b)) => {
            let amount = |money: &Map<String, Value>| money["amount"].as_str().unwrap().parse::<Decimal>().unwrap();
            order(&a["currency"], &b["currency"]).then_with(|| amount(a).cmp(&amount(b)))
        }
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
    }
}

/// A handful of records that differ in what can be sorted by.
fn some(app: &App, spec: &'static Spec) {
    let owner = app.be(Who::Owner);
    for n in 0..5 {
        let first = made(app, spec);
        let json = first.json();
        let sortable = spec
            .fields
            .iter()
            .filter(|f| f.sortable && f.access == domain::core::field::Access::Free);
        for field in sortable.take(n) {
            let change = becomes(app, spec, field, &json[field.name]);
            if change.with == json!({}) {
                owner
                    .patch(&format!("{}/{}", spec.path, first.id()), "*", json!({field.name: change.value}))
                    .is(200);
            }
        }
    }
}

both! {
    fn pages_and_sorts_show_each_record_once_and_in_order(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in mounted() {
            if writable(app).iter().any(|w| w.object == spec.object) {
                some(app, spec);
            }
            let all = owner.all(spec.path, &[]);
            let mut plain: Vec<_> = ids(&all);
            plain.sort_unstable();
            for field in spec.fields.iter().filter(|f| f.sortable) {
                let pages = owner.pages(spec.path, &[("sort", field.name)], 2);
                assert!(pages.iter().rev().skip(1).all(|page| page.len() == 2), "{} by {}", spec.object, field.name);
                let rising = pages.concat();
                let mut found = ids(&rising);
                let falling = owner.pages(spec.path, &[("sort", &format!("-{}", field.name))], 2).concat();
                assert_eq!(ids(&falling).into_iter().rev().collect::<Vec<_>>(), found, "{} by {}", spec.object, field.name);
                for pair in rising.windows(2) {
                    let by_field = order(&pair[0][field.name], &pair[1][field.name]);
                    let whole = by_field.then_with(|| order(&pair[0]["id"], &pair[1]["id"]));
                    assert_eq!(whole, Ordering::Less, "{} by {}: {pair:?}", spec.object, field.name);
                }
                found.sort_unstable();
                assert_eq!(found, plain, "{} by {}", spec.object, field.name);
            }
            owner.list(spec.path, &[("sort", "no_such_field")]).refuses(400, "invalid_query").blames("sort", "unknown_field");
            owner.list(spec.path, &[("limit", "201")]).is(422);
            owner.list(spec.path, &[("limit", "0")]).is(422);
            let counted = owner.list(spec.path, &[("count", "exact"), ("limit", "1")]).is(200).json();
            assert_eq!(counted["page"]["count"], all.len(), "{}", spec.object);
        }
    }

    fn each_field_is_shown_alone(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let whole = made(app, spec);
            let (address, json) = (format!("{}/{}", spec.path, whole.id()), whole.json());
            for field in spec.fields.iter() {
                let one = owner.list(&address, &[("fields", field.name)]).is(200).json();
                let mut expected = json!({"id": json["id"], "object": json["object"], field.name: json[field.name]});
                if !spec.says_its_kind() && field.name != "object" {
                    expected.as_object_mut().unwrap().remove("object");
                }
                assert_eq!(one, expected, "{} {}", spec.object, field.name);
            }
            owner.list(&address, &[("fields", "id,no_such_field")]).refuses(400, "invalid_query").blames("fields", "unknown_field");
            owner.list(&address, &[("no_such_parameter", "1")]).refuses(400, "unknown_parameter");
            owner.get(&format!("{address}?fields=id&fields=id")).refuses(400, "repeated_parameter");
        }
    }

    fn each_field_finds_its_record(app: &App) {
        let owner = app.be(Who::Owner);
        for spec in writable(app) {
            let first = made(app, spec);
            let (mut made_of, mut address) = (body(app, spec), String::new());
            // As many values as one record can hold at once.
            for field in spec.fields.iter().filter(|f| f.access != domain::core::field::Access::Server && f.name != "custom") {
                let change = becomes(app, spec, field, &first.json()[field.name]);
                if change.with == json!({}) && made_of.get(field.name).is_none() {
                    made_of[field.name] = change.value;
                }
            }
            address.push_str(spec.path);
            let full = owner.post(&address, made_of).is(201).json();
            let id = full["id"].as_str().unwrap();
            for field in spec.fields.iter().filter(|f| f.filterable) {
                for record in [&full, &first.json()] {
                    let Some(text) = filter(field, &record[field.name]) else { continue };
                    let found = owner.all(&address, &[("filter", &text)]);
                    assert!(ids(&found).contains(&record["id"].as_str().unwrap()), "{} by {text}", spec.object);
                    let others = owner.all(&address, &[("filter", &format!("NOT ({text})"))]);
                    assert!(!ids(&others).contains(&record["id"].as_str().unwrap()), "{} by NOT {text}", spec.object);
                    let both = format!("{text} AND id = \"{id}\"");
                    assert!(owner.all(&address, &[("filter", &both)]).len() <= 1);
                    if field.kind == Kind::Boolean || matches!(field.kind, Kind::Reference(_)) {
                        let order = format!("{} < {}", field.name, record[field.name]);
                        owner.list(&address, &[("filter", &order)]).refuses(400, "invalid_query").blames("filter", "not_allowed");
                    }
                }
            }
            for field in spec.fields.iter().filter(|f| f.searchable) {
                let Some(text) = full[field.name].as_str() else { continue };
                let found = owner.all(&address, &[("q", text)]);
                assert!(ids(&found).contains(&id), "{} q={text} ({})", spec.object, field.name);
                let body = json!({"q": text, "filter": {"field": "id", "op": "=", "value": id}});
                assert_eq!(owner.post(&format!("{address}/search"), body).is(200).ids(), [id]);
            }
            owner.list(&address, &[("filter", "no_such_field = 1")]).refuses(400, "invalid_query").blames("filter", "unknown_field");
            // To the contract's pattern (ECMA-262) a byte order mark is space.
            for q in ["x", " x ", "\u{85}x", "\u{FEFF}x"] {
                owner.list(&address, &[("q", q)]).refuses(400, "invalid_parameter");
            }
            // A whole number to JSON Schema, and so to the contract.
            let search = |limit| owner.send("POST", &format!("{address}/search"), "application/json", format!("{{\"limit\": {limit}}}").as_bytes());
            for limit in ["20", "20.0", "2e1"] {
                search(limit).is(200);
            }
            search("20.5").refuses(400, "invalid_parameter");
            owner.post(&format!("{address}/search"), json!({"q": "ab\0cd"})).refuses(400, "invalid_parameter");
        }
    }

    fn what_a_record_refers_to_is_shown_beside_it(app: &App) {
        let (owner, mut shown) = (app.be(Who::Owner), 0);
        for spec in writable(app) {
            let record = made(app, spec);
            for field in spec.fields.iter().filter(|f| matches!(f.kind, Kind::Reference(object) if !object.is_empty())) {
                let Some(member) = field.name.strip_suffix("_id") else { continue };
                let address = format!("{}/{}", spec.path, record.id());
                let answer = owner.list(&address, &[("expand", member)]);
                let Some(wanted) = record.json()[field.name].as_str().map(str::to_owned) else { continue };
                let json = answer.is(200).json();
                assert_eq!(json[member]["id"], wanted, "{} expand={member}", spec.object);
                let listed = owner.list(spec.path, &[("expand", member), ("filter", &format!("id = \"{}\"", record.id()))]);
                assert_eq!(listed.is(200).data()[0][member]["id"], wanted);
                shown += 1;
            }
        }
        assert!(shown >= 10, "only {shown} references were followed");
    }
}
