//! What the demo sells: office furniture and what belongs to it, with prices. Everything has the same id on every demo.
use super::configurable;
use super::house::{GROUPS, Made, id};
use serde_json::{Value, json};

/// Categories: what they are called in both languages, and which one they are in.
const CATEGORIES: [(&str, &str, Option<usize>); 6] = [
    ("مبلمان اداری", "Office furniture", None),
    ("میز", "Desks", Some(0)),
    ("صندلی", "Chairs", Some(0)),
    ("روشنایی", "Lighting", None),
    ("لوازم مصرفی", "Supplies", None),
    ("خدمات", "Services", None),
];

/// Goods and services: their number, what they are called, where they belong, kind, unit, and what one costs buyers and us in rials.
type Good = (
    &'static str,
    &'static str,
    &'static str,
    usize,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);
const GOODS: [Good; 14] = [
    ("DESK-120", "میز کار ۱۲۰", "Desk 120", 1, "good", "piece", "38500000", "24100000"),
    ("DESK-160", "میز کار ۱۶۰", "Desk 160", 1, "good", "piece", "48500000", "31000000"),
    (
        "DESK-180-M",
        "میز مدیریت ۱۸۰",
        "Executive desk 180",
        1,
        "good",
        "piece",
        "126000000",
        "79500000",
    ),
    (
        "DESK-CONF-8",
        "میز کنفرانس هشت‌نفره",
        "Conference table for eight",
        1,
        "good",
        "piece",
        "189000000",
        "121000000",
    ),
    (
        "CHAIR-STAFF",
        "صندلی کارمندی",
        "Staff chair",
        2,
        "good",
        "piece",
        "21900000",
        "13200000",
    ),
    (
        "CHAIR-EXEC",
        "صندلی مدیریت",
        "Executive chair",
        2,
        "good",
        "piece",
        "57800000",
        "36900000",
    ),
    (
        "CHAIR-CONF",
        "صندلی کنفرانس",
        "Conference chair",
        2,
        "good",
        "piece",
        "17400000",
        "10800000",
    ),
    ("LAMP-DESK", "چراغ رومیزی", "Desk lamp", 3, "good", "piece", "6900000", "3700000"),
    (
        "LAMP-STRIP",
        "ریسهٔ ال‌ای‌دی",
        "LED strip",
        3,
        "good",
        "metre",
        "780000.5",
        "410000.25",
    ),
    ("PAPER-A4", "کاغذ A4", "Paper A4", 4, "good", "pack", "3450000", "2900000"),
    ("PEN-BLUE", "خودکار آبی", "Blue pen", 4, "good", "box", "1980000", "1250000"),
    (
        "CLEAN-LIQ",
        "مایع پاک‌کننده",
        "Cleaning liquid",
        4,
        "good",
        "litre",
        "890000",
        "520000",
    ),
    (
        "ASSEMBLY",
        "نصب و راه‌اندازی",
        "Assembly",
        5,
        "service",
        "hour",
        "4200000",
        "2600000",
    ),
    ("DELIVERY", "ارسال", "Delivery", 5, "service", "flat", "9500000", "6000000"),
];

fn made(seed: u64, path: &'static str, n: usize, body: Value) -> Made {
    Made {
        path,
        id: id(seed, path, n as u64),
        body,
    }
}

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

/// Categories, those above first.
pub fn categories(seed: u64) -> Vec<Made> {
    let one = |(n, (fa, en, parent)): (usize, &(&str, &str, Option<usize>))| {
        let parent = parent.map(|p| id(seed, "/product-categories", p as u64).to_string());
        made(
            seed,
            "/product-categories",
            n,
            json!({"name": fa, "name_en": en, "parent_id": parent}),
        )
    };
    CATEGORIES.iter().enumerate().map(one).collect()
}

/// Goods and services, then a workplace that is made of some of them.
pub fn products(seed: u64) -> Vec<Made> {
    let one = |(n, (sku, fa, en, category, kind, unit, price, cost)): (usize, &Good)| {
        let body = json!({
            "sku": sku, "name": fa, "name_en": en, "kind": kind, "status": "active", "unit": unit, "whole_units": *unit == "piece",
            "stocked": *kind == "good", "category_id": id(seed, "/product-categories", *category as u64).to_string(),
            "list_price": irr(price), "cost": irr(cost),
        });
        made(seed, "/products", n, body)
    };
    let part = |n: u64| json!({"product_id": id(seed, "/products", n).to_string(), "quantity": "1"});
    let workplace = json!({
        "sku": "WORKPLACE", "name": "جای کار کامل", "name_en": "Complete workplace", "kind": "bundle", "status": "active", "unit": "set",
        "whole_units": true, "category_id": id(seed, "/product-categories", 0).to_string(), "parts": [part(1), part(4), part(7)],
    });
    let all = GOODS
        .iter()
        .enumerate()
        .map(one)
        .chain([made(seed, "/products", GOODS.len(), workplace)]);
    all.chain(configurable::products(seed)).collect()
}

/// Prices for trade, the rate of tax, terms of payment and a promotion.
pub fn prices(seed: u64) -> Vec<Made> {
    let book = json!({"name": "همکاران", "currency": "IRR", "customer_group": "trade", "priority": 10});
    let club = json!({"name": GROUPS[0].0, "currency": "IRR", "group_id": id(seed, "/groups", 0).to_string(), "priority": 20});
    let mut all = vec![made(seed, "/price-books", 0, book), made(seed, "/price-books", 1, club)];
    let entry = |n: usize, book: u64, product: u64, more: Value| {
        let mut body = json!({
            "price_book_id": id(seed, "/price-books", book).to_string(), "product_id": id(seed, "/products", product).to_string(),
        });
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        made(seed, "/price-book-entries", n, body)
    };
    let steps = json!([{"up_to": "10", "price": irr("45000000")}, {"up_to": "50", "price": irr("43000000")}, {"up_to": null, "price": irr("41000000")}]);
    all.push(entry(0, 0, 1, json!({"tier_mode": "graduated", "tiers": steps})));
    all.push(entry(1, 0, 4, json!({"price": irr("19500000")})));
    all.push(entry(2, 1, 5, json!({"price": irr("52000000")})));
    let tax = json!({"name": "مالیات بر ارزش افزوده", "country": "IR", "category": "standard", "percent": "10", "from_date": "2024-03-20"});
    all.push(made(seed, "/taxes", 0, tax));
    let thirds = json!([{"percent": "40"}, {"percent": "30", "after_months": 1}, {"percent": "30", "after_months": 2}]);
    let terms = json!({"name": "سه قسط", "name_en": "Three instalments", "instalments": thirds});
    all.push(made(seed, "/payment-terms", 0, terms));
    all.push(made(
        seed,
        "/payment-terms",
        1,
        json!({"name": "سی‌روزه", "name_en": "30 days", "net_days": 30}),
    ));
    let chairs = json!({
        "name": "چهار صندلی به بهای سه‌تا", "name_en": "Four chairs for the price of three", "kind": "buy_get", "buy_quantity": "3", "get_quantity": "1",
        "percent": "100", "product_ids": [id(seed, "/products", 6).to_string()],
    });
    all.push(made(seed, "/promotions", 0, chairs));
    all
}
