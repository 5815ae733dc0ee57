//! The trade of the demo: a little stock of its goods, and orders, invoices and payments as they are on an ordinary day.
use super::house::{Made, id};
use serde_json::{Value, json};

/// How many of the goods are kept in stock and sold: the first ones.
const STOCKED: u64 = 4;
/// Warehouses: code, name, city, priority.
const WAREHOUSES: [(&str, &str, &str, u64); 2] = [("DEMO-YZD", "انبار مرکزی یزد", "یزد", 10), ("DEMO-THR", "انبار تهران", "تهران", 20)];
/// How many orders and how many invoices.
const ORDERS: u64 = 12;
const INVOICES: u64 = 8;

/// Something that is done once.
#[derive(Debug)]
pub struct Step {
    /// Below `/api/v1`.
    pub path: String,
    pub body: Value,
}

fn made(seed: u64, path: &'static str, n: u64, body: Value) -> Made {
    Made {
        path,
        id: id(seed, path, n),
        body,
    }
}

/// Warehouses.
pub fn warehouses(seed: u64) -> Vec<Made> {
    let warehouse = |(n, (code, name, city, priority)): (u64, &(&str, &str, &str, u64))| {
        let body = json!({"code": code, "name": name, "city": city, "priority": priority});
        made(seed, "/warehouses", n, body)
    };
    (0..).zip(&WAREHOUSES).map(warehouse).collect()
}

/// A customer of the demo, another one for each of the first numbers.
fn customer(seed: u64, size: u64, n: u64) -> String {
    id(seed, "/customers", 1 + (n * 7) % size.max(1)).to_string()
}

fn line(seed: u64, n: u64) -> Value {
    let product = id(seed, "/products", n % STOCKED).to_string();
    json!({"product_id": product, "quantity": (1 + n % 3).to_string(), "tax": {"category": "standard", "percent": "10"}})
}

/// Orders and invoices, as they are written first.
pub fn papers(seed: u64, size: u64) -> Vec<Made> {
    let order = |n| {
        let body = json!({
            "customer_id": customer(seed, size, n), "currency": "IRR", "payment_days": 30, "reference": format!("PO-{}", 1400 + n),
            "lines": [line(seed, n), line(seed, n + 1)],
        });
        made(seed, "/orders", n, body)
    };
    let invoice = |n: u64| {
        let body = json!({
            "customer_id": customer(seed, size, n), "currency": "IRR", "payment_days": 30, "issued_on": format!("2026-0{}-15", 1 + n % 6),
            "lines": [line(seed, n)],
        });
        made(seed, "/invoices", n, body)
    };
    (0..ORDERS).map(order).chain((0..INVOICES).map(invoice)).collect()
}

/// What then happens: goods come in, most orders are confirmed and some shipped, invoices are issued and some paid.
pub fn steps(seed: u64, size: u64) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |path: String, body: Value| steps.push(Step { path, body });
    let text = |path: &str, n: u64| id(seed, path, n).to_string();
    for product in 0..STOCKED {
        let body = json!({
            "kind": "receipt", "product_id": text("/products", product), "warehouse_id": text("/warehouses", product % 2), "quantity": "60",
            "note": "موجودی آغازین",
        });
        step("/stock-movements".to_owned(), body);
    }
    for order in 0..ORDERS - 3 {
        step(format!("/orders/{}/confirm", text("/orders", order)), json!({}));
    }
    for order in 0..4 {
        step(
            "/shipments".to_owned(),
            json!({"order_id": text("/orders", order), "carrier": "تیپاکس"}),
        );
    }
    for invoice in 0..INVOICES {
        step(format!("/invoices/{}/issue", text("/invoices", invoice)), json!({}));
    }
    for n in 0..INVOICES / 2 {
        let body = json!({
            "customer_id": customer(seed, size, n), "amount": {"amount": "20000000.00", "currency": "IRR"}, "method": "bank_transfer",
            "reference": format!("DEMO-{}", 7000 + n),
        });
        step("/payments".to_owned(), body);
    }
    steps
}
