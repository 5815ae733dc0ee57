#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use super::*;
use crate::catalog::adjustment::{Adjustment, AdjustmentKind};
use crate::core::base::Base;
use crate::core::input::Members;
use crate::core::instant::Instant;
use crate::core::resource::{Input, Resource, Setting};
use serde_json::json;

/// A record as its create would make it.
fn made<R: Resource>(n: u128, body: Value) -> R {
    let Value::Object(body) = body else { panic!("no object") };
    let mut members = Members::new(body, &R::SPEC, false);
    let input = R::Create::read(&mut members);
    let wrong = members.finish();
    assert!(wrong.0.is_empty(), "{wrong}");
    let now: Instant = serde_json::from_value(json!("2026-05-01T08:00:00Z")).unwrap();
    let mut record = R::new(input.unwrap(), Base::new(Uuid::from_u128(n), now));
    let setting = Setting {
        now,
        default_region: "IR".to_owned(),
    };
    let wrong = record.check(&setting);
    assert!(wrong.0.is_empty(), "{wrong}");
    record
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn product(n: u128, price: &str, more: Value) -> Product {
    let mut body = json!({"sku": format!("P{n}"), "name": format!("Product {n}"), "kind": "good", "status": "active",
        "list_price": {"amount": price, "currency": "EUR"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made(n, body)
}

fn promotion(n: u128, more: Value) -> Offered {
    let mut body = json!({"name": format!("Promotion {n}"), "kind": "percent"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Offered {
        promotion: made(n, body),
        coupon: None,
    }
}

/// Three products at 100.00, 20.00 and 0.33, taxed at a quarter.
fn known() -> Known {
    let products = [
        product(1, "100", json!({})),
        product(2, "20", json!({})),
        product(3, "0.33", json!({})),
    ];
    let tax: Tax = made(
        900,
        json!({"name": "VAT", "country": "DE", "category": "standard", "percent": "25"}),
    );
    Known {
        products: products.into_iter().map(|p| (p.base.id.uuid(), p)).collect(),
        taxes: vec![tax],
        ..Known::default()
    }
}

fn buyer() -> Buyer {
    Buyer {
        currency: Currency::EUR,
        on: "2026-05-01".parse().unwrap(),
        country: "DE".to_owned(),
        province: None,
        customer: json!({"city": "Bonn", "lifecycle_stage": "customer"}),
        customer_group: Some("trade".to_owned()),
        groups: [id(77)].into(),
    }
}

fn ask(lines: &[(u128, &str)]) -> PriceAsk {
    let lines: Vec<Value> = lines.iter().map(|(n, q)| json!({"product_id": id(*n), "quantity": q})).collect();
    serde_json::from_value(json!({"currency": "EUR", "lines": lines})).unwrap()
}

fn nets(quotation: &PriceQuotation) -> Vec<String> {
    quotation.lines.iter().map(|l| l.net.amount().to_string()).collect()
}

fn with(offers: Vec<Offered>) -> Known {
    Known { offers, ..known() }
}

fn blamed(ask: &PriceAsk, known: &Known) -> Vec<(String, Code)> {
    let wrong = quote(ask, known, &buyer()).unwrap_err();
    wrong.0.into_iter().map(|v| (v.pointer, v.code)).collect()
}

/// Steps follow each other from nothing to the end.
fn follows(steps: &[PriceStep], end: Money) {
    let mut now = Money::zero(end.currency()).unwrap();
    for step in steps {
        assert_eq!(step.before, now, "{steps:?}");
        now = step.after;
    }
    assert_eq!(now, end, "{steps:?}");
}

/// What it is called, the promotion, what is bought, and what each line comes to.
type Case = (&'static str, Value, &'static [(u128, &'static str)], &'static [&'static str]);

#[test]
fn promotions_by_their_kinds() {
    let rows: [Case; 10] = [
        (
            "percent of a line",
            json!({"percent": "10", "product_ids": [id(1)]}),
            &[(1, "2"), (2, "1")],
            &["180.00", "20.00"],
        ),
        (
            "an amount off each unit",
            json!({"kind": "amount", "amount": {"amount": "5", "currency": "EUR"}}),
            &[(2, "3")],
            &["45.00"],
        ),
        (
            "no more than it costs",
            json!({"kind": "amount", "amount": {"amount": "50", "currency": "EUR"}}),
            &[(2, "3")],
            &["0.00"],
        ),
        (
            "of another currency",
            json!({"kind": "amount", "amount": {"amount": "5", "currency": "IRR"}}),
            &[(2, "3")],
            &["60.00"],
        ),
        (
            "an amount off the whole, spread",
            json!({"kind": "amount", "applies_to": "document", "amount": {"amount": "10", "currency": "EUR"}}),
            &[(1, "1"), (2, "1")],
            &["91.67", "18.33"],
        ),
        (
            "three for the price of two",
            json!({"kind": "buy_get", "buy_quantity": "2", "get_quantity": "1", "percent": "100"}),
            &[(2, "7"), (1, "2")],
            &["100.00", "200.00"],
        ),
        (
            "together for less",
            json!({"kind": "bundle", "amount": {"amount": "110", "currency": "EUR"}, "parts": [{"product_id": id(1), "quantity": "1"}, {"product_id": id(2), "quantity": "2"}]}),
            &[(1, "2"), (2, "5")],
            &["157.14", "82.86"],
        ),
        (
            "together for more is nobody's wish",
            json!({"kind": "bundle", "amount": {"amount": "999", "currency": "EUR"}, "parts": [{"product_id": id(1), "quantity": "1"}, {"product_id": id(2), "quantity": "1"}]}),
            &[(1, "1"), (2, "1")],
            &["100.00", "20.00"],
        ),
        (
            "a condition that holds",
            json!({"percent": "50", "condition": "net >= 100 AND customer.city = \"Bonn\""}),
            &[(1, "1")],
            &["50.00"],
        ),
        (
            "a condition that does not",
            json!({"percent": "50", "condition": "quantity > 1 OR customer.city = \"Yazd\""}),
            &[(1, "1")],
            &["100.00"],
        ),
    ];
    for (what, more, lines, expected) in rows {
        let quotation = quote(&ask(lines), &with(vec![promotion(50, more)]), &buyer()).unwrap();
        assert_eq!(nets(&quotation), expected, "{what}");
    }
}

#[test]
fn promotions_go_together_or_alone() {
    let of = |a: Value, b: Value| {
        let offers = vec![promotion(51, a), promotion(52, b)];
        nets(&quote(&ask(&[(1, "1")]), &with(offers), &buyer()).unwrap()).remove(0)
    };
    let (ten, half) = (json!({"percent": "10"}), json!({"percent": "50"}));
    let alone = |of: &Value, priority: i64| {
        let mut of = of.clone();
        of["stacking"] = json!("exclusive");
        of["priority"] = json!(priority);
        of
    };
    assert_eq!(of(ten.clone(), half.clone()), "45.00", "one takes off what the other left");
    assert_eq!(
        of(ten.clone(), alone(&half, 5)),
        "50.00",
        "the exclusive one is first, and closes the line"
    );
    assert_eq!(of(ten, alone(&half, -5)), "90.00", "it comes second, and the line was touched");
}

#[test]
fn the_best_fitting_book_has_the_price() {
    let book = |n: u128, more: Value| -> PriceBook {
        let mut body = json!({"name": format!("Book {n}"), "currency": "EUR"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made(n, body)
    };
    let entry = |n: u128, book: u128, more: Value| -> PriceBookEntry {
        let mut body = json!({"price_book_id": id(book), "product_id": id(1)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made(n, body)
    };
    let price = |amount: &str| json!({"price": {"amount": amount, "currency": "EUR"}});
    let mut known = known();
    let costs = |known: &Known, quantity: &str| nets(&quote(&ask(&[(1, quantity)]), known, &buyer()).unwrap()).remove(0);
    assert_eq!(costs(&known, "1"), "100.00", "the list price, where no book holds");
    known.books = vec![
        book(101, json!({})),
        book(102, json!({"country": "DE"})),
        book(103, json!({"country": "IR", "priority": 9})),
        book(104, json!({"to_date": "2026-04-30", "priority": 9})),
        book(105, json!({"customer_group": "other", "priority": 9})),
        book(106, json!({"active": false, "priority": 9})),
    ];
    known.entries = (101..=106).map(|n| entry(n + 100, n, price(&n.to_string()))).collect();
    assert_eq!(costs(&known, "1"), "102.00", "the narrower of two");
    known.books.push(book(107, json!({"group_id": id(77), "priority": -1})));
    known.entries.push(entry(207, 107, price("90")));
    assert_eq!(costs(&known, "1"), "102.00", "priority comes first");
    known.books.push(book(108, json!({"customer_group": "trade", "priority": 1})));
    known.entries.push(entry(208, 108, price("95")));
    known.entries.push(entry(
        209,
        108,
        json!({"price": {"amount": "94", "currency": "EUR"}, "from_date": "2026-05-01"}),
    ));
    known.entries.push(entry(
        210,
        108,
        json!({"price": {"amount": "93", "currency": "EUR"}, "from_date": "2026-05-02"}),
    ));
    assert_eq!(costs(&known, "1"), "94.00", "the entry that began last");
    let tiers = json!([{"up_to": "100", "price": {"amount": "1.00", "currency": "EUR"}}, {"up_to": null, "price": {"amount": "0.80", "currency": "EUR"}}]);
    known.books.push(book(109, json!({"priority": 2})));
    known
        .entries
        .push(entry(211, 109, json!({"tier_mode": "graduated", "tiers": tiers})));
    assert_eq!(
        (costs(&known, "100"), costs(&known, "150")),
        ("100.00".to_owned(), "140.00".to_owned())
    );
    let line = quote(&ask(&[(1, "150")]), &known, &buyer()).unwrap().lines.remove(0);
    assert_eq!(
        (line.unit_price.amount().to_string(), line.price_quantity.to_string()),
        ("140.00".to_owned(), "150".to_owned())
    );
    follows(&line.steps, line.net);
}

#[test]
fn a_bundle_without_a_price_costs_what_its_parts_cost() {
    let parts = json!([{"product_id": id(1), "quantity": "1"}, {"product_id": id(3), "quantity": "4.5"}]);
    let mut known = known();
    let body = json!({"sku": "B", "name": "Bundle", "kind": "bundle", "status": "active", "parts": parts});
    known.products.insert(id(9), made(9, body));
    let quotation = quote(&ask(&[(9, "3")]), &known, &buyer()).unwrap();
    // 3 × 100 and 13.5 × 0.33 = 4.455.
    assert_eq!(nets(&quotation), ["304.46"]);
    known.products.remove(&id(3));
    assert_eq!(
        blamed(&ask(&[(9, "3")]), &known),
        [("/lines/0/product_id".to_owned(), Code::Conflict)]
    );
}

#[test]
fn discounts_charges_taxes_and_rounding_are_steps() {
    let mut ask = ask(&[(1, "1"), (2, "1")]);
    ask.lines[0].discounts = vec![Adjustment::discount(Exact::from(10), Some("Loyal".to_owned()))];
    ask.discounts = vec![Adjustment {
        amount: Some(Money::parse("11", "EUR").unwrap()),
        percent: None,
        ..Adjustment::discount(Exact::ZERO, None)
    }];
    ask.charges = vec![serde_json::from_value(json!({"reason": "Freight", "amount": {"amount": "5", "currency": "EUR"}})).unwrap()];
    ask.rounding_step = Some(Exact::from(5));
    let quotation = quote(&ask, &known(), &buyer()).unwrap();
    assert_eq!(nets(&quotation), ["81.00", "18.00"], "11 off 90 and 20");
    let totals = &quotation.totals;
    let told = [
        totals.lines,
        totals.charges,
        totals.net,
        totals.tax,
        totals.gross,
        totals.rounding,
        totals.payable,
    ];
    let told: Vec<String> = told.iter().map(|m| m.amount().to_string()).collect();
    assert_eq!(told, ["99.00", "5.00", "104.00", "26.00", "130.00", "0.00", "130.00"]);
    follows(&quotation.steps, totals.payable);
    quotation.lines.iter().for_each(|l| follows(&l.steps, l.net));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut known = known();
    known.products.insert(id(4), product(4, "1", json!({"status": "retired"})));
    known.products.insert(id(5), product(5, "1", json!({"whole_units": true})));
    known.products.insert(id(6), product(6, "1", json!({"variant_by": ["colour"]})));
    known.products.insert(id(7), product(7, "1", json!({"tax_category": "reduced"})));
    let at = |member: &str, code| vec![(format!("/lines/0/{member}"), code)];
    assert_eq!(blamed(&ask(&[(1, "-1")]), &known), at("quantity", Code::OutOfRange));
    assert_eq!(blamed(&ask(&[(99, "1")]), &known), at("product_id", Code::NotFound));
    assert_eq!(blamed(&ask(&[(4, "1")]), &known), at("product_id", Code::Conflict));
    assert_eq!(blamed(&ask(&[(5, "1.5")]), &known), at("quantity", Code::Format));
    assert_eq!(blamed(&ask(&[(6, "1")]), &known), at("product_id", Code::Conflict));
    assert_eq!(blamed(&ask(&[(7, "1")]), &known), at("tax", Code::Required));
    let mut much = ask(&[(1, "1")]);
    much.lines[0].discounts = vec![Adjustment::discount(Exact::from(101), None)];
    assert_eq!(blamed(&much, &known), at("discounts/0/percent", Code::OutOfRange));
    much.lines[0].discounts = vec![Adjustment {
        amount: Some(Money::parse("100.01", "EUR").unwrap()),
        percent: None,
        ..Adjustment::discount(Exact::ZERO, None)
    }];
    assert_eq!(blamed(&much, &known), at("discounts/0/amount/amount", Code::OutOfRange));
    much.lines[0].discounts[0].kind = AdjustmentKind::Charge;
    assert_eq!(blamed(&much, &known)[0], ("/lines/0/discounts/0/kind".to_owned(), Code::NotAllowed));
    let mut other = ask(&[(1, "1")]);
    other.charges = vec![serde_json::from_value(json!({"reason": "x", "amount": {"amount": "5", "currency": "IRR"}})).unwrap()];
    assert_eq!(blamed(&other, &known), [("/charges/0/amount/currency".to_owned(), Code::Conflict)]);
}

#[path = "quotation_properties.rs"]
mod properties;
