#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use super::answer::{ChoiceOf, ConfigurationAsk, ConfigurationState, OptionState, ProductConfiguration, answer, valid};
use super::bill::Goods;
use super::lead::{Wait, schedule};
use super::model::ConfigurationModel;
use crate::catalog::product::Product;
use crate::core::base::Base;
use crate::core::error::Error;
use crate::core::input::Members;
use crate::core::instant::Instant;
use crate::core::problem::Problems;
use crate::core::resource::{Input, Resource, Setting};
use serde_json::{Value, json};
use uuid::Uuid;

mod bounds;
mod models;
mod property;

/// A record as its create would make it, and what is wrong with it.
fn written<R: Resource>(n: u128, body: Value) -> (R, Problems) {
    let Value::Object(body) = body else { panic!("no object") };
    let mut members = Members::new(body, &R::SPEC, false);
    let input = R::Create::read(&mut members);
    let wrong = members.finish();
    assert!(wrong.0.is_empty(), "{wrong}");
    let now: Instant = serde_json::from_value(json!("2026-05-01T08:00:00Z")).unwrap();
    let mut record = R::new(input.unwrap(), Base::new(Uuid::from_u128(n), now));
    let wrong = record.check(&Setting {
        now,
        default_region: "IR".to_owned(),
    });
    (record, wrong)
}

fn made<R: Resource>(n: u128, body: Value) -> R {
    let (record, wrong) = written(n, body);
    assert!(wrong.0.is_empty(), "{wrong}");
    record
}

fn option(code: &str, more: Value) -> Value {
    let mut body = json!({"code": code, "name_en": code, "name_fa": code});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A desk: a top, legs, extras. Electric legs need power, a glass top takes no electric legs, and what is on it must be carried.
fn desk() -> Value {
    let eur = |amount: &str| json!([{"amount": amount, "currency": "EUR"}]);
    json!({
        "product_id": Uuid::from_u128(1),
        "groups": [
            {"code": "top", "name_en": "Top", "name_fa": "صفحه", "min": 1, "max": 1, "options": [
                option("oak_top", json!({"default": true, "values": [{"attribute": "weight_kg", "value": "22.5"}],
                    "components": [{"product_id": Uuid::from_u128(11), "quantity": "1", "lead_time_days": 10, "operation": "assembly"}]})),
                option("glass_top", json!({"prices": eur("80"), "values": [{"attribute": "weight_kg", "value": "30"}]})),
            ]},
            {"code": "legs", "name_en": "Legs", "name_fa": "پایه", "min": 1, "max": 1, "options": [
                option("wooden_legs", json!({"default": true, "values": [{"attribute": "weight_kg", "value": "8"}],
                    "components": [{"product_id": Uuid::from_u128(12), "quantity": "4"}]})),
                option("electric_legs", json!({"prices": eur("240.50"), "values": [{"attribute": "weight_kg", "value": "24"}, {"attribute": "power_w", "value": "-200"}],
                    "operations": [{"code": "wiring", "name_en": "Wiring", "name_fa": "سیم‌کشی", "resource": "electrician", "hours": "0.5", "days": 3, "after": ["assembly"]}]})),
            ]},
            {"code": "extras", "name_en": "Extras", "name_fa": "افزودنی", "max": 2, "options": [
                option("power_supply", json!({"prices": eur("35"), "values": [{"attribute": "power_w", "value": "250"}]})),
                option("lamp", json!({"prices": eur("20"), "values": [{"attribute": "power_w", "value": "-60"}]})),
                option("drawer", json!({"prices": eur("-5")})),
            ]},
        ],
        "rules": [
            {"code": "electric_needs_power", "kind": "requires", "options": ["electric_legs"], "others": ["power_supply"],
             "text_en": "Electric legs need a power supply.", "text_fa": "پایهٔ برقی منبع تغذیه لازم دارد."},
            {"code": "no_glass_on_motors", "kind": "excludes", "options": ["glass_top"], "others": ["electric_legs"]},
        ],
        "attributes": [
            {"code": "weight_kg", "name_en": "Weight", "name_fa": "وزن", "unit": "kg", "base": "1.5"},
            {"code": "power_w", "name_en": "Power left", "name_fa": "توان مانده", "unit": "W", "min": "0"},
            {"code": "freight", "name_en": "Freight", "name_fa": "باربری", "cases": [
                {"when": "legs : \"electric_legs\" AND weight_kg > 40", "value": "two people"},
                {"when": "weight_kg > 0", "value": "one person"}]},
        ],
        "components": [{"product_id": Uuid::from_u128(10), "quantity": "12"}],
        "operations": [{"code": "assembly", "name_en": "Assembly", "name_fa": "مونتاژ", "resource": "workshop", "hours": "1.25", "setup_hours": "2", "days": 2}],
    })
}

fn product(n: u128, cost: Option<&str>, more: Value) -> Product {
    let mut body = json!({"sku": format!("P{n}"), "name": format!("Product {n}"), "kind": "good", "status": "active",
        "cost": cost.map(|c| json!({"amount": c, "currency": "EUR"}))});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made(n, body)
}

fn goods() -> Goods {
    let products = [
        product(1, None, json!({})),
        product(10, Some("4"), json!({"price_quantity": "100"})),
        product(11, Some("90"), json!({})),
        product(12, Some("5.25"), json!({})),
    ];
    Goods {
        products: products.into_iter().map(|p| (p.base.id.uuid(), p)).collect(),
        ..Goods::default()
    }
}

fn ask(body: Value) -> ConfigurationAsk {
    let mut whole = json!({"product_id": Uuid::from_u128(1)});
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn told(selected: &[&str]) -> ProductConfiguration {
    let model: ConfigurationModel = made(5, desk());
    answer(
        &model,
        &ask(json!({"selected": selected, "currency": "EUR", "quantity": "2"})),
        &goods(),
    )
    .unwrap()
}

fn state(told: &ProductConfiguration, option: &str) -> OptionState {
    told.choices.iter().find(|c| c.option == option).unwrap().state
}

#[test]
fn choices_are_valid_incomplete_or_invalid_and_are_repaired_by_the_smallest_change() {
    use ConfigurationState::{Incomplete, Invalid, Valid};
    // What is chosen; how it stands; the rules broken; what to add; what to take back.
    type Row = (
        &'static [&'static str],
        ConfigurationState,
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
    );
    let rows: [Row; 6] = [
        (&["oak_top", "wooden_legs"], Valid, &[], &[], &[]),
        (&["oak_top", "electric_legs", "power_supply"], Valid, &[], &[], &[]),
        (&["oak_top"], Incomplete, &["legs"], &["wooden_legs"], &[]),
        (
            &["oak_top", "electric_legs"],
            Incomplete,
            &["electric_needs_power", "power_w"],
            &["power_supply"],
            &[],
        ),
        (
            &["glass_top", "electric_legs", "power_supply"],
            Invalid,
            &["no_glass_on_motors"],
            &["oak_top"],
            &["glass_top"],
        ),
        (
            &["oak_top", "wooden_legs", "power_supply", "lamp", "drawer"],
            Invalid,
            &["extras"],
            &[],
            &["drawer"],
        ),
    ];
    for (selected, state, broken, add, remove) in rows {
        let told = told(selected);
        assert_eq!(told.state, state, "{selected:?}");
        assert_eq!(
            told.violations.iter().map(|v| v.code.as_str()).collect::<Vec<_>>(),
            broken,
            "{selected:?}"
        );
        let Some(repair) = told.repair else {
            assert_eq!(state, Valid);
            continue;
        };
        assert!(repair.smallest);
        let size = repair.add.len() + repair.remove.len();
        assert_eq!(size, add.len() + remove.len(), "{selected:?}: {repair:?}");
        if add.len() + remove.len() == 1 && selected.len() < 5 {
            assert_eq!(
                (repair.add, repair.remove),
                (
                    add.iter().map(|s| (*s).to_owned()).collect(),
                    remove.iter().map(|s| (*s).to_owned()).collect()
                )
            );
        }
    }
}

#[test]
fn what_is_still_possible_is_told_and_why_not() {
    let told = told(&["oak_top", "electric_legs"]);
    assert_eq!(state(&told, "electric_legs"), OptionState::Selected);
    assert_eq!(state(&told, "power_supply"), OptionState::Forced, "the legs need it");
    assert_eq!(state(&told, "lamp"), OptionState::Excluded, "200 W and 60 W are more than 250 W");
    assert_eq!(state(&told, "drawer"), OptionState::Free);
    assert_eq!(state(&told, "wooden_legs"), OptionState::Free, "one may take them instead");
    assert_eq!(state(&told, "glass_top"), OptionState::Excluded);
    assert_eq!(told.choices_of, ChoiceOf::Asked);

    let model: ConfigurationModel = made(5, desk());
    let why = |option: &str| {
        let ask = ask(json!({"selected": ["oak_top", "electric_legs"], "why": option}));
        answer(&model, &ask, &goods()).unwrap().explanation
    };
    let lamp = why("lamp").unwrap();
    assert_eq!(lamp.rules.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["power_w"]);
    assert_eq!(lamp.options, ["electric_legs", "lamp"]);
    assert!(lamp.minimal);
    let glass = why("glass_top").unwrap();
    assert_eq!(
        glass.rules.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(),
        ["no_glass_on_motors"]
    );
    assert_eq!(why("drawer"), None, "it can be chosen or not");
    assert!(why("power_supply").is_some());
}

#[test]
fn an_invalid_choice_is_explained_by_rules_and_choices_that_clash() {
    let told = told(&["glass_top", "electric_legs"]);
    assert_eq!(told.state, ConfigurationState::Invalid);
    let conflict = told.conflict.unwrap();
    assert_eq!(conflict.options, ["glass_top", "electric_legs"]);
    let [rule] = &conflict.rules[..] else {
        panic!("{:?}", conflict.rules)
    };
    assert_eq!((rule.code.as_str(), rule.pointer.as_str()), ("no_glass_on_motors", "/rules/1"));
    assert_eq!(rule.text_en, "With glass_top, none of these goes: electric_legs.");
    assert_eq!(told.choices_of, ChoiceOf::Nearest);
}

#[test]
fn prices_attributes_and_the_bill_follow_from_the_choice() {
    let told = told(&["oak_top", "electric_legs", "power_supply", "drawer"]);
    assert_eq!(told.price_adjustment.unwrap().amount().to_string(), "270.50");
    let value = |code: &str| told.attributes.iter().find(|a| a.code == code).unwrap().value.clone().unwrap();
    assert_eq!((value("weight_kg").as_str(), value("power_w").as_str()), ("48", "50"));
    assert_eq!(value("freight"), "two people");
    let bill = &told.bill;
    let lines: Vec<(u128, String, Option<String>)> = bill
        .lines
        .iter()
        .map(|l| {
            (
                l.product_id.as_u128(),
                l.quantity.to_string(),
                l.cost.map(|c| c.amount().to_string()),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (10, "24".to_owned(), Some("0.96".to_owned())),
            (11, "2".to_owned(), Some("180.00".to_owned()))
        ]
    );
    assert_eq!(bill.costs.as_ref().unwrap()[0].amount().to_string(), "180.96");
    assert!(bill.cost_complete);
    let hours: Vec<(&str, String)> = bill.capacity.iter().map(|c| (c.resource.as_str(), c.hours.to_string())).collect();
    assert_eq!(hours, [("electrician", "1".to_owned()), ("workshop", "4.5".to_owned())]);
    // The top comes after ten days, two days of assembly, three of wiring.
    assert_eq!(bill.lead_time_days, 15);
    let path: Vec<(i64, i64)> = bill.critical_path.iter().map(|s| (s.from_day, s.to_day)).collect();
    assert_eq!(path, [(0, 10), (10, 12), (12, 15)]);
    let light = super::tests::told(&["glass_top", "wooden_legs"]);
    assert_eq!(light.attributes[2].value.as_deref(), Some("one person"));
    assert_eq!(light.bill.lead_time_days, 2);
}

#[test]
fn parts_of_parts_are_exploded_and_a_circle_is_refused() {
    let model: ConfigurationModel = made(5, desk());
    let mut goods = goods();
    let leg = |part: u128| {
        json!({"product_id": Uuid::from_u128(12),
            "groups": [{"code": "foot", "name_en": "Foot", "name_fa": "پا", "options": [
                option("rubber", json!({"default": true, "components": [{"product_id": Uuid::from_u128(part), "quantity": "0.5"}]})),
                option("steel", json!({"components": [{"product_id": Uuid::from_u128(10), "quantity": "7"}]}))]}],
            "operations": [{"code": "turning", "name_en": "Turning", "name_fa": "تراش", "resource": "workshop", "hours": "0.1", "days": 6}]})
    };
    goods.models.insert(Uuid::from_u128(12), made(6, leg(11)));
    let asked = ask(json!({"quantity": "3"}));
    let bill = answer(&model, &asked, &goods).unwrap().bill;
    let lines: Vec<(u128, u32, String, bool)> = bill
        .lines
        .iter()
        .map(|l| (l.product_id.as_u128(), l.level, l.quantity.to_string(), l.made))
        .collect();
    let row = |n, level, many: &str, made| (n, level, many.to_owned(), made);
    assert_eq!(
        lines,
        [
            row(10, 1, "36", false),
            row(11, 1, "3", false),
            row(12, 1, "12", true),
            row(11, 2, "6", false)
        ]
    );
    // Assembly of three with its setup, and the turning of twelve legs; the legs take six days and nothing begins without them.
    assert_eq!(bill.capacity[0].hours.to_string(), "6.95");
    assert_eq!(bill.lead_time_days, 12);

    goods.models.insert(Uuid::from_u128(12), made(6, leg(1)));
    let Err(Error::Invalid(wrong)) = answer(&model, &asked, &goods) else {
        panic!("no refusal")
    };
    assert_eq!(wrong.to_string(), "/product_id conflict; ");
}

#[test]
fn the_longest_chain_decides_whatever_the_order() {
    let step = |code: &str, days: i64, after: &[&str]| -> super::model::WorkStep {
        serde_json::from_value(
            json!({"code": code, "name_en": code, "name_fa": code, "resource": "r", "hours": "1", "days": days, "after": after}),
        )
        .unwrap()
    };
    // Steps; waits as days and operation; the days it takes; the chain.
    let steps = [step("c", 1, &["a", "b"]), step("a", 5, &[]), step("b", 2, &["x"])];
    type Row = (&'static [(i64, Option<&'static str>)], i64, &'static [&'static str]);
    let rows: [Row; 4] = [
        (&[], 6, &["a", "c"]),
        (&[(4, Some("b"))], 7, &["-", "b", "c"]),
        (&[(3, None)], 9, &["-", "a", "c"]),
        (&[(9, Some("c")), (1, None)], 10, &["-", "c"]),
    ];
    for (waits, days, chain) in rows {
        let waits: Vec<Wait<'_>> = waits
            .iter()
            .map(|(days, operation)| Wait {
                product_id: Uuid::nil(),
                days: *days,
                operation: *operation,
            })
            .collect();
        let told = schedule(&steps.each_ref(), &waits).unwrap();
        let names: Vec<&str> = told.path.iter().map(|l| l.operation.as_deref().unwrap_or("-")).collect();
        assert_eq!((told.days, &names[..]), (days, chain), "{waits:?}");
        assert!(told.path.windows(2).all(|w| w[0].to_day == w[1].from_day));
    }
    assert_eq!(schedule(&[&step("a", 1, &["b"]), &step("b", 1, &["a"])], &[]), None);
}

#[test]
fn a_line_with_an_invalid_choice_is_refused_with_the_way_out() {
    let model: ConfigurationModel = made(5, desk());
    let selected = ["oak_top", "electric_legs"].map(str::to_owned);
    let wrong = valid(&model, Some(&selected), true, "/lines/0/configuration/selected").unwrap_err();
    let texts: Vec<&str> = wrong.0.iter().map(|v| v.params[0].1.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Electric legs need a power supply.",
            "Power left must be at least 0 W.",
            "The nearest valid configuration: add power_supply; remove nothing."
        ]
    );
    assert!(valid(&model, None, true, "").is_ok(), "what is chosen by default is valid");
}
