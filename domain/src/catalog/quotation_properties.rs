//! What holds of every price, whatever is bought, offered and taken off.
use super::*;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn lines() -> impl Strategy<Value = Vec<(u128, i64)>> {
    prop::collection::vec((1_u128..=3, 1_i64..100_000), 1..8)
}

fn offers() -> impl Strategy<Value = Vec<Offered>> {
    let kinds = prop_oneof![
        (1_u32..=100).prop_map(|p| json!({"percent": p.to_string()})),
        (1_u32..=100).prop_map(|p| json!({"percent": p.to_string(), "applies_to": "document", "stacking": "exclusive"})),
        (1_u32..5000)
            .prop_map(|a| json!({"kind": "amount", "applies_to": "document", "amount": {"amount": a.to_string(), "currency": "EUR"}})),
        (1_u32..40).prop_map(|a| json!({"kind": "amount", "amount": {"amount": a.to_string(), "currency": "EUR"}})),
        (1_u32..5, 1_u32..5, 1_u32..=100).prop_map(|(b, g, p)| {
            json!({"kind": "buy_get", "buy_quantity": b.to_string(), "get_quantity": g.to_string(), "percent": p.to_string()})
        }),
        (1_u32..300).prop_map(|a| {
            let parts = json!([{"product_id": id(1), "quantity": "2"}, {"product_id": id(2), "quantity": "1"}]);
            json!({"kind": "bundle", "amount": {"amount": a.to_string(), "currency": "EUR"}, "parts": parts})
        }),
    ];
    prop::collection::vec(kinds, 0..6).prop_map(|all| (500..).zip(all).map(|(n, body)| promotion(n, body)).collect())
}

fn asked(lines: &[(u128, i64)]) -> PriceAsk {
    let lines: Vec<(u128, String)> = lines.iter().map(|(n, q)| (*n, Decimal::new(*q, 2).to_string())).collect();
    ask(&lines.iter().map(|(n, q)| (*n, q.as_str())).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn waterfalls_add_up_whatever_holds(lines in lines(), offers in offers(), percent in 0_u32..=100, whole in 0_u32..=100) {
        let mut ask = asked(&lines);
        ask.lines[0].discounts = vec![Adjustment::discount(Exact::from(percent), None)];
        ask.discounts = vec![Adjustment::discount(Exact::from(whole), None)];
        let quotation = quote(&ask, &with(offers), &buyer()).unwrap();
        for line in &quotation.lines {
            follows(&line.steps, line.net);
            prop_assert!(!line.net.is_negative() && line.net.amount() <= line.price.amount());
        }
        let sum = Money::sum(Currency::EUR, quotation.lines.iter().map(|l| l.net)).unwrap();
        prop_assert_eq!(sum, quotation.totals.lines);
        follows(&quotation.steps, quotation.totals.payable);
    }

    #[test]
    fn an_order_comes_to_what_its_quote_came_to(lines in lines(), offers in offers(), percent in 0_u32..=60, freight in 0_u32..10_000, step in 0_usize..3) {
        let mut ask = asked(&lines);
        ask.lines[0].discounts = vec![Adjustment::discount(Exact::from(percent), None), Adjustment::discount(Exact::from(7), None)];
        ask.discounts = vec![Adjustment::discount(Exact::from(3), Some("all".to_owned()))];
        let freight = Money::new(Decimal::new(i64::from(freight), 2), Currency::EUR).unwrap();
        ask.charges = vec![PriceAskCharge { reason: "freight".to_owned(), amount: freight, tax_category: crate::catalog::tax::TaxCategory::Standard }];
        ask.rounding_step = [None, Some(Exact::from(1)), Some(Exact::from(5))][step];
        let priced = quote(&ask, &with(offers), &buyer()).unwrap();
        let said: Vec<Value> = ask.lines.iter().map(|l| json!({"product_id": l.product_id, "quantity": l.quantity, "note": "by hand"})).collect();
        let mut offer: crate::catalog::quote::Quote = made(70, json!({"customer_id": id(71), "title": "x", "currency": "EUR", "lines": said}));
        offer.price(Some(priced.clone()), Vec::new());
        let taken = crate::orders::conversion::ordered(&offer, &[]).unwrap();
        let sums = crate::orders::line::Sums {
            currency: "EUR", lines: &taken.lines, adjustments: &taken.adjustments, prepaid: None, sense: Sense::Sale,
            rounding: ask.rounding_step.map_or(Rounding::None, Rounding::To),
        };
        let (counted, totals) = crate::orders::line::totals(sums).unwrap();
        prop_assert_eq!(&totals, &priced.totals);
        let nets: Vec<Money> = counted.iter().map(|l| l.net).collect();
        prop_assert_eq!(nets, priced.lines.iter().map(|l| l.net).collect::<Vec<_>>());
    }

    #[test]
    fn a_promotion_never_makes_it_dearer(lines in lines(), offers in offers()) {
        let ask = asked(&lines);
        let without = quote(&ask, &known(), &buyer()).unwrap().totals.payable;
        let with = quote(&ask, &with(offers), &buyer()).unwrap().totals.payable;
        prop_assert!(with.amount() <= without.amount());
    }

    #[test]
    fn instalments_are_the_sum(lines in lines(), shares in prop::collection::vec(1_u32..50, 1..10)) {
        let sum: u32 = shares.iter().sum();
        let last = 1000 - sum;
        let parts: Vec<Value> = shares.iter().chain([&last]).map(|s| json!({"percent": Decimal::new(i64::from(*s), 1).to_string(), "after_months": 1})).collect();
        let known = Known { term: Some(made(60, json!({"name": "x", "instalments": parts}))), ..known() };
        let quotation = quote(&asked(&lines), &known, &buyer()).unwrap();
        let sum = Money::sum(Currency::EUR, quotation.instalments.iter().map(|i| i.amount)).unwrap();
        prop_assert_eq!(sum, quotation.totals.payable);
    }
}
