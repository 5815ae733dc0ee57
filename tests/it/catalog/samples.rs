//! The arithmetic of documents against figures of others: the examples of Peppol BIS Billing 3 (EN 16931).
use domain::catalog::line::{Adjustment, AdjustmentKind, Document, DocumentAdjustment, Line, Rounding, Sense, TaxRate, count};
use domain::catalog::tax::TaxCategory;
use domain::catalog::tier::{Tier, TierMode, price};
use domain::core::exact::Exact;
use domain::core::field::Choice;
use domain::core::money::{Money, UnitPrice, currency};
use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn exact(value: &Value) -> Exact {
    Exact::parse(text(value)).unwrap()
}

fn tax(of: &Value) -> TaxRate {
    let all = [
        TaxCategory::Standard,
        TaxCategory::Zero,
        TaxCategory::Exempt,
        TaxCategory::ReverseCharge,
        TaxCategory::OutsideScope,
    ];
    let category = all
        .into_iter()
        .find(|c| c.code() == of["tax_category"])
        .unwrap_or_else(|| panic!("{of}"));
    TaxRate {
        category,
        percent: exact(&of["tax_percent"]),
    }
}

fn adjustment(of: &Value, code: &str) -> Adjustment {
    let money = |value: &Value| value.as_str().map(|v| Money::parse(v, code).unwrap());
    let kind = if of["charge"] == true {
        AdjustmentKind::Charge
    } else {
        AdjustmentKind::Allowance
    };
    let percent = of["percent"].as_str().map(|p| Exact::parse(p).unwrap());
    // An example gives both: the amount is the percentage of the base.
    let amount = money(&of["amount"]).filter(|_| percent.is_none());
    Adjustment {
        kind,
        reason: None,
        percent,
        base: money(&of["base"]).filter(|_| percent.is_some()),
        amount,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[][..], Vec::as_slice)
}

fn document(input: &Value) -> Document {
    let code = text(&input["currency"]);
    let money = |value: &Value| Money::parse(text(value), code).unwrap();
    let line = |line: &Value| Line {
        quantity: exact(&line["quantity"]),
        unit_price: UnitPrice::parse(text(&line["unit_price"]), code).unwrap(),
        price_quantity: line["price_base_quantity"]
            .as_str()
            .map_or(Exact::ONE, |q| Exact::parse(q).unwrap()),
        adjustments: list(&line["allowances_charges"]).iter().map(|a| adjustment(a, code)).collect(),
        tax: tax(line),
    };
    let whole = |of: &Value| DocumentAdjustment {
        adjustment: adjustment(of, code),
        tax: tax(of),
    };
    Document {
        currency: currency(code).unwrap(),
        sense: Sense::Account,
        lines: list(&input["lines"]).iter().map(line).collect(),
        adjustments: list(&input["document_allowances_charges"]).iter().map(whole).collect(),
        prepaid: Some(money(&input["prepaid"])),
        rounding: Rounding::Given(money(&input["payable_rounding"])),
    }
}

fn invoice(id: &str, input: &Value, expect: &Value) {
    let code = text(&input["currency"]);
    let money = |value: &Value| Money::parse(text(value), code).unwrap();
    let counted = count(&document(input)).unwrap_or_else(|p| panic!("{id}: {p}"));
    let net: Vec<Money> = counted.lines.iter().map(|l| l.net).collect();
    assert_eq!(net, list(&expect["line_net"]).iter().map(money).collect::<Vec<_>>(), "{id}");
    let totals = counted.totals;
    assert_eq!(totals.taxes.len(), list(&expect["tax"]).len(), "{id}");
    for (ours, theirs) in totals.taxes.iter().zip(list(&expect["tax"])) {
        let told = (ours.category.code(), ours.percent, ours.taxable, ours.tax);
        let meant = (
            text(&theirs["category"]),
            exact(&theirs["percent"]),
            money(&theirs["taxable"]),
            money(&theirs["tax"]),
        );
        assert_eq!(told, meant, "{id}");
    }
    assert_eq!(totals.tax, money(&expect["tax_total"]), "{id}");
    for (name, value) in expect["totals"].as_object().unwrap() {
        let ours = match name.as_str() {
            "LineExtensionAmount" => totals.lines,
            "TaxExclusiveAmount" => totals.net,
            "TaxInclusiveAmount" => totals.gross,
            "AllowanceTotalAmount" => totals.allowances,
            "ChargeTotalAmount" => totals.charges,
            "PrepaidAmount" => totals.prepaid,
            "PayableRoundingAmount" => totals.rounding,
            "PayableAmount" => totals.payable,
            other => panic!("{id}: {other} is not known"),
        };
        assert_eq!(ours, money(value), "{id} {name}");
    }
}

fn tiered(id: &str, input: &Value, expect: &Value) {
    let mode = TierMode::of(text(&input["mode"])).unwrap();
    let tier = |t: &Value| Tier {
        up_to: t[0].as_u64().map(|n| Exact::from(n as u32)),
        price: UnitPrice::parse(text(&t[1]), "EUR").unwrap(),
    };
    let tiers: Vec<Tier> = list(&input["tiers"]).iter().map(tier).collect();
    let quantities = list(&input["quantity"]);
    assert_eq!(quantities.len(), list(expect).len());
    for (quantity, expected) in quantities.iter().zip(list(expect)) {
        let quantity = Exact::from(quantity.as_u64().unwrap() as u32);
        let costs = price(mode, &tiers, quantity, Exact::ONE).unwrap().unwrap();
        assert_eq!(costs, Money::parse(text(expected), "EUR").unwrap(), "{id} {quantity}");
    }
}

#[test]
fn samples_of_money_come_out_to_the_cent() {
    let file = tests::samples::folder().join("money/expected.json");
    let all: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let cases = list(&all["cases"]);
    assert!(!cases.is_empty());
    for case in cases {
        let (id, input, expect) = (text(&case["id"]), &case["input"], &case["expect"]);
        match text(&case["op"]) {
            "invoice.totals" => invoice(id, input, expect),
            "price.tiered" => tiered(id, input, expect),
            other => panic!("{id}: nobody knows {other}"),
        }
    }
}
