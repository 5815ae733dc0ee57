#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use super::*;
use proptest::prelude::*;

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

fn euro(text: &str) -> Money {
    Money::parse(text, "EUR").unwrap()
}

const VAT: &str = "25";

fn rate(percent: &str) -> TaxRate {
    TaxRate {
        category: TaxCategory::Standard,
        percent: exact(percent),
    }
}

fn line(quantity: &str, price: &str) -> Line {
    Line {
        quantity: exact(quantity),
        unit_price: UnitPrice::parse(price, "EUR").unwrap(),
        price_quantity: Exact::ONE,
        adjustments: Vec::new(),
        tax: rate(VAT),
    }
}

fn document(sense: Sense, lines: Vec<Line>) -> Document {
    Document {
        currency: Currency::EUR,
        sense,
        lines,
        adjustments: Vec::new(),
        prepaid: None,
        rounding: Rounding::None,
    }
}

fn amount(kind: AdjustmentKind, text: &str) -> Adjustment {
    Adjustment {
        kind,
        reason: None,
        percent: None,
        base: None,
        amount: Some(euro(text)),
    }
}

fn blamed(document: &Document) -> Vec<(String, Code)> {
    count(document).unwrap_err().0.into_iter().map(|v| (v.pointer, v.code)).collect()
}

#[test]
fn a_line_is_its_price_less_allowances_plus_charges() {
    let mut one = line("3", "10.005");
    one.price_quantity = exact("2");
    one.adjustments = vec![
        Adjustment::discount(exact("10"), None),
        amount(AdjustmentKind::Charge, "0.50"),
        Adjustment {
            base: Some(euro("100")),
            ..Adjustment::discount(exact("1.5"), None)
        },
    ];
    let counted = count(&document(Sense::Sale, vec![one])).unwrap();
    let [total] = &counted.lines[..] else { panic!("one line") };
    // 3 × 10.005 ÷ 2 = 15.0075; a tenth of 15.01 is 1.501.
    assert_eq!(total.price, euro("15.01"));
    assert_eq!(total.adjustments, [euro("1.50"), euro("0.50"), euro("1.50")]);
    assert_eq!(total.net, euro("12.51"));
    assert_eq!(counted.totals.tax, euro("3.13"), "12.51 × 25 % = 3.1275");
}

#[test]
fn tax_is_worked_out_once_for_a_rate() {
    // Three times 0.1 cent of tax is nothing line by line.
    let mut lines = vec![line("1", "0.02"); 3];
    lines[2].tax = rate("10");
    let counted = count(&document(Sense::Sale, lines)).unwrap();
    let taxes: Vec<_> = counted.totals.taxes.iter().map(|t| (t.percent, t.taxable, t.tax)).collect();
    assert_eq!(
        taxes,
        [(exact("10"), euro("0.02"), euro("0.00")), (exact("25"), euro("0.04"), euro("0.01"))]
    );
}

#[test]
fn what_is_payable_is_rounded_where_asked() {
    let rows = [
        ("CHF", "10.03", Rounding::Cash, "0.02", "10.05"),
        ("CHF", "10.02", Rounding::Cash, "-0.02", "10.00"),
        ("EUR", "10.02", Rounding::Cash, "0.00", "10.02"),
        ("HUF", "1002.50", Rounding::Cash, "2.50", "1005.00"),
        ("IRR", "48500499.00", Rounding::To(exact("1000")), "-499.00", "48500000.00"),
        ("IRR", "48500500.00", Rounding::None, "0.00", "48500500.00"),
    ];
    for (code, price, rounding, by, payable) in rows {
        let one = Line {
            unit_price: UnitPrice::parse(price, code).unwrap(),
            tax: rate("0"),
            ..line("1", "0")
        };
        let document = Document {
            currency: Currency::from_code(code).unwrap(),
            rounding,
            ..document(Sense::Sale, vec![one])
        };
        let totals = count(&document).unwrap().totals;
        let told = (totals.rounding.amount().to_string(), totals.payable.amount().to_string());
        assert_eq!(told, (by.to_owned(), payable.to_owned()), "{price} {code}");
    }
    let given = Document {
        prepaid: Some(euro("4")),
        rounding: Rounding::Given(euro("0.01")),
        ..document(Sense::Sale, vec![line("1", "10")])
    };
    assert_eq!(count(&given).unwrap().totals.payable, euro("8.51"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let sale = |change: &dyn Fn(&mut Line)| {
        let mut one = line("2", "10");
        change(&mut one);
        blamed(&document(Sense::Sale, vec![line("1", "1"), one]))
    };
    let at = |member: &str, code| vec![(format!("/lines/1/{member}"), code)];
    assert_eq!(sale(&|l| l.quantity = exact("-1")), at("quantity", Code::OutOfRange));
    assert_eq!(sale(&|l| l.quantity = Exact::ZERO), at("quantity", Code::OutOfRange));
    assert_eq!(
        sale(&|l| l.unit_price = UnitPrice::parse("-1", "EUR").unwrap()),
        at("unit_price/amount", Code::OutOfRange)
    );
    assert_eq!(
        sale(&|l| l.unit_price = UnitPrice::parse("1", "IRR").unwrap()),
        at("unit_price/currency", Code::Conflict)
    );
    assert_eq!(sale(&|l| l.price_quantity = Exact::ZERO), at("price_quantity", Code::OutOfRange));
    assert_eq!(sale(&|l| l.tax = rate("100.1")), at("tax/percent", Code::OutOfRange));
    assert_eq!(sale(&|l| l.tax = rate("-1")), at("tax/percent", Code::OutOfRange));
    assert_eq!(sale(&|l| l.tax.category = TaxCategory::Exempt), at("tax/percent", Code::Conflict));
    let discount = |percent: &str| Adjustment::discount(exact(percent), None);
    assert_eq!(
        sale(&|l| l.adjustments = vec![discount("101")]),
        at("adjustments/0/percent", Code::OutOfRange)
    );
    assert_eq!(
        sale(&|l| l.adjustments = vec![discount("-1")]),
        at("adjustments/0/percent", Code::OutOfRange)
    );
    assert_eq!(
        sale(&|l| l.adjustments = vec![discount("60"), discount("60")]),
        at("adjustments", Code::OutOfRange)
    );
    assert_eq!(
        sale(&|l| l.adjustments = vec![amount(AdjustmentKind::Allowance, "20.01")]),
        at("adjustments", Code::OutOfRange)
    );
    assert_eq!(
        sale(&|l| l.adjustments = vec![amount(AdjustmentKind::Charge, "-1")]),
        at("adjustments/0/amount/amount", Code::OutOfRange)
    );
    let both = Adjustment {
        percent: Some(exact("1")),
        ..amount(AdjustmentKind::Charge, "1")
    };
    assert_eq!(
        sale(&|l| l.adjustments = vec![both.clone()]),
        at("adjustments/0/amount", Code::Conflict)
    );
    let neither = Adjustment {
        amount: None,
        ..both.clone()
    };
    let neither = Adjustment { percent: None, ..neither };
    assert_eq!(
        sale(&|l| l.adjustments = vec![neither.clone()]),
        at("adjustments/0/amount", Code::Required)
    );
    let much = Document {
        adjustments: vec![DocumentAdjustment {
            adjustment: amount(AdjustmentKind::Allowance, "10.01"),
            tax: rate(VAT),
        }],
        ..document(Sense::Sale, vec![line("1", "10")])
    };
    assert_eq!(blamed(&much), [("/adjustments".to_owned(), Code::OutOfRange)]);
    let prepaid = Document {
        prepaid: Some(Money::parse("1", "IRR").unwrap()),
        ..document(Sense::Sale, vec![line("1", "10")])
    };
    assert_eq!(blamed(&prepaid), [("/prepaid/currency".to_owned(), Code::Conflict)]);
    let huge = document(Sense::Sale, vec![line("999999999999999", "999999999999999")]);
    assert_eq!(blamed(&huge), [("/lines/0".to_owned(), Code::OutOfRange)]);
    // All at once.
    let all = document(Sense::Sale, vec![line("-1", "1"), line("1", "-1")]);
    assert_eq!(blamed(&all).len(), 2);
}

#[test]
fn an_invoice_may_take_back() {
    let counted = count(&document(Sense::Account, vec![line("7", "400"), line("-3", "500")])).unwrap();
    assert_eq!(counted.totals.lines, euro("1300"));
    assert_eq!(
        blamed(&document(Sense::Account, vec![line("1", "-1")])).len(),
        1,
        "but no price is below nothing"
    );
}

fn some_line() -> impl Strategy<Value = Line> {
    let percent = (0_u32..=10_000).prop_map(|n| Exact::new(Decimal::new(i64::from(n), 2)).unwrap());
    let adjustment = (percent, prop::bool::ANY).prop_map(|(percent, takes)| Adjustment {
        kind: if takes { AdjustmentKind::Allowance } else { AdjustmentKind::Charge },
        ..Adjustment::discount(percent, None)
    });
    (
        1_i64..10_000_000,
        0_i64..1_000_000_000,
        1_u32..1_000,
        prop::collection::vec(adjustment, 0..2),
        0_usize..3,
    )
        .prop_map(|(quantity, price, per, adjustments, tax)| Line {
            quantity: Exact::new(Decimal::new(quantity, 3)).unwrap(),
            unit_price: UnitPrice::new(Decimal::new(price, 4), Currency::EUR).unwrap(),
            price_quantity: Exact::from(per),
            adjustments,
            tax: rate(["0", "9", "25"][tax]),
        })
}

fn less_back(document: &Document) -> Document {
    let mut back = document.clone();
    for line in &mut back.lines {
        line.quantity = Exact::new(-line.quantity.value()).unwrap();
    }
    back
}

proptest! {
    #[test]
    fn sums_are_equal_by_construction(lines in prop::collection::vec(some_line(), 1..20)) {
        let counted = count(&document(Sense::Sale, lines)).unwrap();
        let totals = &counted.totals;
        let sum = |amounts: Vec<Money>| Money::sum(Currency::EUR, amounts).unwrap();
        prop_assert_eq!(sum(counted.lines.iter().map(|l| l.net).collect()), totals.lines);
        prop_assert_eq!(sum(totals.taxes.iter().map(|t| t.taxable).collect()), totals.net);
        prop_assert_eq!(sum(vec![totals.net, totals.tax]), totals.gross);
        prop_assert_eq!(sum(vec![totals.payable, totals.prepaid]), sum(vec![totals.gross, totals.rounding]));
    }

    #[test]
    fn the_order_of_lines_does_not_matter(mut lines in prop::collection::vec(some_line(), 1..10)) {
        let forth = count(&document(Sense::Sale, lines.clone())).unwrap().totals;
        lines.reverse();
        prop_assert_eq!(forth, count(&document(Sense::Sale, lines)).unwrap().totals);
    }

    #[test]
    fn what_is_taken_back_cancels_what_was_sold(lines in prop::collection::vec(some_line(), 1..10)) {
        let sold = document(Sense::Account, lines);
        let (there, back) = (count(&sold).unwrap().totals, count(&less_back(&sold)).unwrap().totals);
        prop_assert!(there.payable.checked_add(back.payable).unwrap().is_zero());
        prop_assert!(there.tax.checked_add(back.tax).unwrap().is_zero());
    }

    #[test]
    fn more_never_costs_less(one in some_line(), more in 1_i64..1_000_000) {
        let mut other = one.clone();
        other.quantity = Exact::new(one.quantity.value() + Decimal::new(more, 3)).unwrap();
        let of = |line: Line| count(&document(Sense::Sale, vec![line])).unwrap().totals.gross;
        prop_assert!(of(one).amount() <= of(other).amount());
    }
}
