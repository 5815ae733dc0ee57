//! A product of the demo that is configured: a desk made to order, of tops, legs and extras.
use super::house::{Made, id};
use serde_json::{Value, json};

/// The number of the desk among the demo's products: the first of this file.
const DESK: u64 = 100;
/// What it is made of: number, name in both languages, unit, cost in rials.
type Part = (&'static str, &'static str, &'static str, &'static str, &'static str);
const PARTS: [Part; 8] = [
    ("PART-TOP-OAK", "صفحهٔ بلوط", "Oak top", "piece", "22000000"),
    ("PART-TOP-GLASS", "صفحهٔ شیشه‌ای", "Glass top", "piece", "31000000"),
    ("PART-LEG-WOOD", "پایهٔ چوبی", "Wooden leg", "piece", "1800000"),
    ("PART-LEG-LIFT", "ستون برقی", "Lifting column", "piece", "19500000"),
    ("PART-POWER-300", "منبع تغذیهٔ ۳۰۰ وات", "Power supply 300 W", "piece", "8700000"),
    ("PART-DRAWER", "کشو", "Drawer", "piece", "6400000"),
    ("PART-SCREWS", "پیچ و مهره", "Screws", "box", "640000"),
    ("PART-SOCKETS", "پریز رومیزی", "Desk sockets", "piece", "2100000"),
];

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

fn product(seed: u64, n: u64) -> Value {
    id(seed, "/products", n).to_string().into()
}

/// The desk and its parts. Parts are not sold by themselves.
pub fn products(seed: u64) -> Vec<Made> {
    let category = id(seed, "/product-categories", 1).to_string();
    let desk = json!({
        "sku": "DESK-CUSTOM", "name": "میز سفارشی", "name_en": "Desk made to order", "kind": "good", "status": "active", "unit": "piece",
        "whole_units": true, "category_id": category, "list_price": irr("42000000"),
    });
    let part = |(n, (sku, fa, en, unit, cost)): (u64, &Part)| Made {
        path: "/products",
        id: id(seed, "/products", DESK + 1 + n),
        body: json!({"sku": sku, "name": fa, "name_en": en, "kind": "good", "unit": unit, "category_id": category, "cost": irr(cost)}),
    };
    let desk = Made {
        path: "/products",
        id: id(seed, "/products", DESK),
        body: desk,
    };
    std::iter::once(desk).chain((0..).zip(&PARTS).map(part)).collect()
}

fn part(seed: u64, n: u64, quantity: &str, days: u32, operation: Option<&str>) -> Value {
    json!({"product_id": product(seed, DESK + 1 + n), "quantity": quantity, "lead_time_days": days, "operation": operation})
}

fn option(code: &str, en: &str, fa: &str, price: &str, more: Value) -> Value {
    let prices = if price == "0" { json!([]) } else { json!([irr(price)]) };
    let mut body = json!({"code": code, "name_en": en, "name_fa": fa, "prices": prices});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}

/// What can be chosen of the desk.
pub fn models(seed: u64) -> Vec<Made> {
    let weighs = |kg: &str, w: &str| json!([{"attribute": "weight_kg", "value": kg}, {"attribute": "power_w", "value": w}]);
    let wiring = json!([{
        "code": "wiring", "name_en": "Wiring", "name_fa": "سیم‌کشی", "resource": "برق‌کار", "hours": "0.75", "days": 2, "after": ["assembly"]
    }]);
    let tops = json!([
        option(
            "oak_top",
            "Oak top",
            "صفحهٔ بلوط",
            "0",
            json!({"default": true, "values": weighs("22.5", "0"), "components": [part(seed, 0, "1", 7, Some("assembly"))]})
        ),
        option(
            "glass_top",
            "Glass top",
            "صفحهٔ شیشه‌ای",
            "16000000",
            json!({"values": weighs("30", "0"), "components": [part(seed, 1, "1", 14, Some("assembly"))]})
        ),
    ]);
    let legs = json!([
        option(
            "wooden_legs",
            "Wooden legs",
            "پایهٔ چوبی",
            "0",
            json!({"default": true, "values": weighs("8", "0"), "components": [part(seed, 2, "4", 3, Some("assembly"))]})
        ),
        option(
            "electric_legs",
            "Electric legs",
            "پایهٔ برقی",
            "58000000",
            json!({"values": weighs("24", "-200"), "components": [part(seed, 3, "2", 21, Some("assembly"))], "operations": wiring})
        ),
    ]);
    let extras = json!([
        option(
            "power_supply",
            "Power supply 300 W",
            "منبع تغذیهٔ ۳۰۰ وات",
            "13500000",
            json!({"values": weighs("1.2", "300"), "components": [part(seed, 4, "1", 10, None)]})
        ),
        option(
            "lamp",
            "Built-in lamp",
            "چراغ توکار",
            "7200000",
            json!({"values": weighs("0.8", "-40"), "components": [{"product_id": product(seed, 7), "quantity": "1"}]})
        ),
        option(
            "sockets",
            "Desk sockets",
            "پریز رومیزی",
            "3900000",
            json!({"values": weighs("0.4", "-100"), "components": [part(seed, 7, "1", 2, None)]})
        ),
        option(
            "drawer",
            "Drawer",
            "کشو",
            "11000000",
            json!({"values": weighs("6", "0"), "components": [part(seed, 5, "1", 5, Some("assembly"))]})
        ),
    ]);
    let group = |code: &str, en: &str, fa: &str, min: u32, max: u32, options: Value| json!({"code": code, "name_en": en, "name_fa": fa, "min": min, "max": max, "options": options});
    let body = json!({
        "product_id": product(seed, DESK),
        "groups": [
            group("top", "Top", "صفحه", 1, 1, tops), group("legs", "Legs", "پایه", 1, 1, legs), group("extras", "Extras", "افزودنی", 0, 3, extras),
        ],
        "rules": [
            {"code": "electric_needs_power", "kind": "requires", "options": ["electric_legs"], "others": ["power_supply"],
             "text_en": "Electric legs need a power supply.", "text_fa": "پایهٔ برقی منبع تغذیه لازم دارد."},
            {"code": "no_glass_on_motors", "kind": "excludes", "options": ["glass_top"], "others": ["electric_legs", "drawer"],
             "text_en": "A glass top goes neither on electric legs nor above a drawer.", "text_fa": "صفحهٔ شیشه‌ای نه با پایهٔ برقی می‌شود و نه با کشو."},
        ],
        "attributes": [
            {"code": "weight_kg", "name_en": "Weight", "name_fa": "وزن", "unit": "kg", "base": "1.5"},
            {"code": "power_w", "name_en": "Power left", "name_fa": "توان مانده", "unit": "W", "min": "0"},
            {"code": "freight", "name_en": "Freight", "name_fa": "باربری", "cases": [
                {"when": "weight_kg > 40", "value": "دو نفره"}, {"when": "weight_kg > 0", "value": "یک‌نفره"}]},
        ],
        "components": [part(seed, 6, "0.1", 1, None)],
        "operations": [
            {"code": "assembly", "name_en": "Assembly", "name_fa": "مونتاژ", "resource": "کارگاه", "hours": "1.5", "setup_hours": "1", "days": 2},
            {"code": "packing", "name_en": "Packing", "name_fa": "بسته‌بندی", "resource": "انبار", "hours": "0.25", "days": 1, "after": ["assembly", "wiring"]},
        ],
    });
    vec![Made {
        path: "/configuration-models",
        id: id(seed, "/configuration-models", 0),
        body,
    }]
}
