#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use super::*;
use proptest::prelude::*;
use rust_decimal::prelude::FromStr;
use serde_json::json;
use utoipa::PartialSchema;

fn money(text: &str) -> Money {
    let (amount, code) = text.split_once(' ').unwrap();
    Money::parse(amount, code).unwrap()
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

#[test]
fn reads_amounts() {
    let scale = |max| Err(MoneyError::Scale { max });
    let rows: [(&str, &str, Result<&str, MoneyError>); 26] = [
        ("1234.50", "IRR", Ok("1234.50")),
        ("1234.5", "EUR", Ok("1234.50")),
        ("7", "JPY", Ok("7")),
        ("0.125", "KWD", Ok("0.125")),
        ("1.2345", "CLF", Ok("1.2345")),
        ("-0.00", "EUR", Ok("0.00")),
        ("-999999999999999.99", "EUR", Ok("-999999999999999.99")),
        ("1.234", "EUR", scale(2)),
        ("1.000", "EUR", scale(2)),
        ("1.5", "JPY", scale(0)),
        ("1.2345678", "EUR", scale(6)),
        ("1000000000000000", "EUR", Err(MoneyError::OutOfRange)),
        ("1e3", "EUR", Err(MoneyError::Format)),
        ("+1", "EUR", Err(MoneyError::Format)),
        ("01", "EUR", Err(MoneyError::Format)),
        (".5", "EUR", Err(MoneyError::Format)),
        ("5.", "EUR", Err(MoneyError::Format)),
        ("--5", "EUR", Err(MoneyError::Format)),
        ("1,000", "EUR", Err(MoneyError::Format)),
        ("1_000", "EUR", Err(MoneyError::Format)),
        (" 1", "EUR", Err(MoneyError::Format)),
        ("", "EUR", Err(MoneyError::Format)),
        ("۱۲", "IRR", Err(MoneyError::Format)),
        ("1", "XAU", Err(MoneyError::Currency)),
        ("1", "eur", Err(MoneyError::Currency)),
        ("1", "IRT", Err(MoneyError::Currency)),
    ];
    for (amount, code, expected) in rows {
        let read = Money::parse(amount, code).map(|m| m.amount().to_string());
        assert_eq!(read.as_deref().map_err(|e| *e), expected, "{amount} {code}");
    }
    assert_eq!(Money::parse(&"9".repeat(100_000), "EUR"), Err(MoneyError::OutOfRange));
}

#[test]
fn json_is_strict() {
    assert_eq!(
        serde_json::to_value(money("1234.5 IRR")).unwrap(),
        json!({"amount": "1234.50", "currency": "IRR"})
    );
    assert_eq!(
        serde_json::from_value::<Money>(json!({"amount": "3", "currency": "EUR"})).unwrap(),
        money("3 EUR")
    );
    // Escapes make the string one that cannot be borrowed.
    assert_eq!(
        serde_json::from_str::<Money>(r#"{"amount":"\u0033","currency":"EUR"}"#).unwrap(),
        money("3 EUR")
    );
    for refused in [
        json!({"amount": 3, "currency": "EUR"}),
        json!({"amount": 3.5, "currency": "EUR"}),
        json!({"amount": "1e3", "currency": "EUR"}),
        json!({"amount": "3.001", "currency": "EUR"}),
        json!({"amount": "3"}),
        json!({"currency": "EUR"}),
        json!({"amount": "3", "currency": "EUR", "unit": 1}),
        json!({"amount": null, "currency": "EUR"}),
        json!("3 EUR"),
    ] {
        assert!(serde_json::from_value::<Money>(refused.clone()).is_err(), "{refused}");
    }
}

#[test]
fn prices_have_more_decimals() {
    let price = UnitPrice::parse("0.0125", "EUR").unwrap();
    assert_eq!(serde_json::to_value(price).unwrap(), json!({"amount": "0.0125", "currency": "EUR"}));
    assert_eq!(price.times(decimal("1000")).unwrap(), money("12.5 EUR"));
    assert_eq!(price.times(decimal("0.5")).unwrap(), money("0.01 EUR"));
    assert_eq!(UnitPrice::parse("2.500000", "EUR").unwrap().amount().to_string(), "2.50");
    assert_eq!(UnitPrice::parse("2.5", "JPY").unwrap().times(decimal("3")).unwrap(), money("8 JPY"));
    assert_eq!(UnitPrice::parse("0.0000001", "EUR"), Err(MoneyError::Scale { max: 6 }));
    assert_eq!(UnitPrice::from(money("5 EUR")).amount().to_string(), "5.00");
}

#[test]
fn calculates() {
    let mixed = Err(MoneyError::Mixed {
        left: Currency::EUR,
        right: Currency::IRR,
    });
    assert_eq!(money("1.10 EUR").checked_add(money("2.20 EUR")), Ok(money("3.30 EUR")));
    assert_eq!(money("1 EUR").checked_sub(money("1 EUR")).unwrap().amount().to_string(), "0.00");
    assert_eq!(money("1 EUR").checked_add(money("1 IRR")), mixed);
    assert_eq!(money("1 EUR").checked_sub(money("1 IRR")), mixed);
    assert_eq!(
        money("999999999999999.99 EUR").checked_add(money("0.01 EUR")),
        Err(MoneyError::OutOfRange)
    );
    assert_eq!(Money::sum(Currency::EUR, ["1 EUR", "2.5 EUR"].map(money)), Ok(money("3.50 EUR")));
    assert_eq!(Money::sum(Currency::EUR, []), Money::zero(Currency::EUR));
    assert_eq!(Money::sum(Currency::EUR, ["1 EUR", "2 IRR"].map(money)), mixed);
    assert!(money("-1 EUR").is_negative() && !money("0 EUR").is_negative());
    assert_eq!(money("1 EUR").compare(money("2 EUR")), Ok(std::cmp::Ordering::Less));
}

#[test]
fn rounds_half_away_from_zero() {
    let rows = [
        ("0.10 EUR", "0.25", "0.03 EUR"),
        ("-0.10 EUR", "0.25", "-0.03 EUR"),
        ("0.10 EUR", "0.249999", "0.02 EUR"),
        ("0.50 EUR", "0.25", "0.13 EUR"),
        ("0.30 EUR", "0.05", "0.02 EUR"),
        ("0.50 EUR", "0.05", "0.03 EUR"),
        ("5 JPY", "0.5", "3 JPY"),
        ("1 EUR", "-0.001", "0 EUR"),
        ("1850.37 EUR", "0.19", "351.57 EUR"),
        ("999999999999999.99 EUR", "0.0000001", "100000000.00 EUR"),
    ];
    for (amount, factor, product) in rows {
        assert_eq!(
            money(amount).checked_mul(decimal(factor)),
            Ok(money(product)),
            "{amount} × {factor}"
        );
    }
    assert_eq!(
        money("999999999999999 EUR").checked_mul(decimal("1.1")),
        Err(MoneyError::OutOfRange)
    );
}

#[test]
fn allocates() {
    let rows: [(&str, &[&str], &[&str]); 8] = [
        ("100 EUR", &["1", "1", "1"], &["33.34", "33.33", "33.33"]),
        ("0.05 EUR", &["3", "7"], &["0.02", "0.03"]),
        ("-100 EUR", &["1", "1", "1"], &["-33.34", "-33.33", "-33.33"]),
        ("10 EUR", &["0", "5", "0.0"], &["0.00", "10.00", "0.00"]),
        ("1 EUR", &["33.3", "66.7"], &["0.33", "0.67"]),
        ("0.01 EUR", &["1", "1.5"], &["0.00", "0.01"]),
        ("1001 JPY", &["50", "25", "25"], &["501", "250", "250"]),
        ("0 EUR", &["1", "2"], &["0.00", "0.00"]),
    ];
    for (whole, ratios, parts) in rows {
        let ratios: Vec<Decimal> = ratios.iter().map(|r| decimal(r)).collect();
        let split: Vec<String> = money(whole)
            .allocate(&ratios)
            .unwrap()
            .iter()
            .map(|m| m.amount().to_string())
            .collect();
        assert_eq!(split, parts, "{whole} by {ratios:?}");
    }
    for wrong in [&[][..], &["0"], &["1", "-1"]] {
        let ratios: Vec<Decimal> = wrong.iter().map(|r| decimal(r)).collect();
        assert_eq!(money("1 EUR").allocate(&ratios), Err(MoneyError::Ratios), "{wrong:?}");
    }
    assert_eq!(
        money("999999999999999.99 EUR").allocate(&[Decimal::MAX]),
        Err(MoneyError::OutOfRange)
    );
}

#[test]
fn contract_says_what_is_read() {
    let schema = serde_json::to_value(Money::schema()).unwrap();
    assert_eq!(schema["properties"]["amount"]["type"], "string");
    assert_eq!(
        schema["properties"]["amount"]["pattern"],
        r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?$"
    );
    assert_eq!(schema["properties"]["amount"]["maxLength"], "-999999999999999.9999".len());
    assert_eq!(schema["required"], json!(["amount", "currency"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(
        serde_json::to_value(UnitPrice::schema()).unwrap()["properties"]["amount"]["maxLength"],
        "-999999999999999.999999".len()
    );
}

prop_compose! {
    fn any_money()(cents in -9_999_999_999_999_i64..9_999_999_999_999, at in 0_usize..4) -> Money {
        let currency = [Currency::IRR, Currency::JPY, Currency::KWD, Currency::CLF][at];
        Money::new(Decimal::new(cents, decimals(currency).unwrap()), currency).unwrap()
    }
}

proptest! {
    #[test]
    fn parts_make_the_whole(whole in any_money(), ratios in prop::collection::vec((0_i64..1_000_000, 0_u32..4), 1..12)) {
        let ratios: Vec<Decimal> = ratios.into_iter().map(|(n, scale)| Decimal::new(n, scale)).collect();
        prop_assume!(ratios.iter().any(|r| !r.is_zero()));
        let parts = whole.allocate(&ratios).unwrap();
        prop_assert_eq!(parts.len(), ratios.len());
        prop_assert_eq!(Money::sum(whole.currency(), parts.iter().copied()), Ok(whole));
        // No part is a whole unit away from its exact share.
        let total: Decimal = ratios.iter().sum();
        let unit = Decimal::new(1, whole.amount().scale());
        for (part, ratio) in parts.iter().zip(&ratios) {
            prop_assert!((part.amount() - whole.amount() * ratio / total).abs() < unit);
        }
    }

    #[test]
    fn addition_is_associative(a in any_money(), b in -1_000_000_i64..1_000_000, c in -1_000_000_i64..1_000_000) {
        let of = |n| Money::new(Decimal::new(n, a.amount().scale()), a.currency()).unwrap();
        let (b, c) = (of(b), of(c));
        prop_assert_eq!(a.checked_add(b).unwrap().checked_add(c), a.checked_add(b.checked_add(c).unwrap()));
        prop_assert_eq!(a.checked_add(b).unwrap().checked_sub(b), Ok(a));
    }

    #[test]
    fn json_round_trip(a in any_money()) {
        let text = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), a);
        prop_assert_eq!(serde_json::to_string(&serde_json::from_str::<Money>(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.eE ]{0,25}") {
        if let Ok(read) = Money::parse(&text, "EUR") {
            prop_assert_eq!(read.amount(), decimal(&text));
        }
    }
}
