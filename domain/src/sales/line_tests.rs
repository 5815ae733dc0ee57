#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use serde_json::{Value, json};

fn lines(all: Value) -> Vec<OpportunityLine> {
    serde_json::from_value(all).unwrap()
}

fn irr(amount: &str) -> Value {
    json!({"amount": amount, "currency": "IRR"})
}

#[test]
fn lines_come_to_price_times_quantity_less_the_discount() {
    let cases = [
        (
            json!([{"description": "a", "unit_price": irr("10.005"), "quantity": "2"}]),
            Some("20.01"),
        ),
        // Rounded once, halves away from zero: 3 × 0.335 less 10 % is 0.9045.
        (
            json!([{"description": "a", "unit_price": irr("0.335"), "quantity": "3", "discount_percent": "10"}]),
            Some("0.90"),
        ),
        (
            json!([{"description": "a", "unit_price": irr("100"), "discount_percent": "100"}]),
            Some("0.00"),
        ),
        // Where there is a price, an amount that is given is not read.
        (
            json!([{"description": "a", "unit_price": irr("7"), "amount": irr("99")}]),
            Some("7.00"),
        ),
        (
            json!([{"description": "a", "amount": irr("5")}, {"description": "b", "unit_price": irr("1.5"), "quantity": "1.5"}]),
            Some("7.25"),
        ),
        (json!([]), None),
    ];
    for (all, sum) in cases {
        let mut all = lines(all);
        let told = count(&mut all).unwrap().map(|money| money.amount().to_string());
        assert_eq!(told.as_deref(), sum, "{all:?}");
        let sums = by_product(&all).into_values().map(|m| m.amount()).sum::<Decimal>();
        assert_eq!(sums.to_string(), sum.unwrap_or("0"), "by product they come to the same");
    }
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    let cases = [
        (json!([{"description": "a"}]), "/lines/0/unit_price", Code::Required),
        (
            json!([{"description": "a", "amount": irr("5"), "discount_percent": "5"}]),
            "/lines/0/discount_percent",
            Code::Conflict,
        ),
        (
            json!([{"description": "a", "amount": irr("5")}, {"description": "b", "amount": {"amount": "5", "currency": "EUR"}}]),
            "/lines/1/amount/currency",
            Code::Conflict,
        ),
        (
            json!([{"description": "a", "unit_price": irr("999999999999999"), "quantity": "2"}]),
            "/lines/0/unit_price",
            Code::OutOfRange,
        ),
    ];
    for (all, at, code) in cases {
        let mut all = lines(all);
        let problems = count(&mut all).unwrap_err();
        assert_eq!((problems.0[0].pointer.as_str(), problems.0[0].code), (at, code), "{all:?}");
    }
    let cases = [
        (json!([{"unit_price": irr("5")}]), "/lines/0/description", Code::Required),
        (
            json!([{"description": "a", "quantity": "0", "amount": irr("5")}]),
            "/lines/0/quantity",
            Code::OutOfRange,
        ),
        (
            json!([{"description": "a", "discount_percent": "100.5", "unit_price": irr("5")}]),
            "/lines/0/discount_percent",
            Code::OutOfRange,
        ),
        (
            json!([{"description": "a", "unit_price": irr("-5")}]),
            "/lines/0/unit_price/amount",
            Code::OutOfRange,
        ),
        (
            json!([{"description": "a", "amount": irr("-5")}]),
            "/lines/0/amount/amount",
            Code::OutOfRange,
        ),
    ];
    for (all, at, code) in cases {
        let mut problems = Problems::default();
        check(&lines(all.clone()), &mut problems);
        assert_eq!((problems.0[0].pointer.as_str(), problems.0[0].code), (at, code), "{all}");
    }
}
