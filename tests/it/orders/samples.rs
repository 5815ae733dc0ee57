//! Invoices of others: what is known of them comes out to the cent.
use super::invoices::balance;
use super::{act, customer};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tests::samples::folder;
use tests::{Who, binary, both};

fn number(value: &Value) -> Decimal {
    match value {
        Value::String(text) => text.parse().unwrap(),
        other => other.to_string().parse().unwrap(),
    }
}

/// An amount in the currency's own decimals.
fn money(text: &Value, currency: &str) -> Value {
    json!({"amount": text.as_str().unwrap(), "currency": currency})
}

/// The category as we call it.
fn category(code: &str) -> &'static str {
    match code {
        "S" => "standard",
        "Z" => "zero",
        "E" => "exempt",
        "AE" => "reverse_charge",
        "K" => "intra_community",
        "G" => "export",
        "O" => "outside_scope",
        other => panic!("say here what {other} is"),
    }
}

fn adjustments(all: &Value, currency: &str, taxed: bool) -> Value {
    let one = |a: &Value| {
        let kind = if a["charge"] == true { "charge" } else { "allowance" };
        let mut out = json!({"kind": kind, "reason": a["reason"]});
        match a["percent"].as_str() {
            Some(percent) => {
                out["percent"] = json!(percent);
                if a["base"].is_string() {
                    out["base"] = money(&a["base"], currency);
                }
            }
            None => out["amount"] = money(&a["amount"], currency),
        }
        if taxed {
            out["tax"] = json!({"category": category(a["tax_category"].as_str().unwrap()), "percent": a["tax_percent"]});
        }
        out
    };
    all.as_array().unwrap().iter().map(one).collect()
}

both! {
    fn samples_of_electronic_invoices_come_out_to_the_cent(app: &App) {
        let owner = app.be(Who::Owner);
        let whom = customer(&owner);
        let known: Value = serde_json::from_slice(&std::fs::read(folder().join("money/expected.json")).unwrap()).unwrap();
        let cases: Vec<&Value> = known["cases"].as_array().unwrap().iter().filter(|case| case["op"] == "invoice.totals").collect();
        assert!(cases.len() >= 3);
        for case in cases {
            let (input, expect, id) = (&case["input"], &case["expect"], &case["id"]);
            let currency = input["currency"].as_str().unwrap();
            let lines: Value = input["lines"].as_array().unwrap().iter().map(|line| json!({
                "description": format!("سطر {}", line["id"]), "quantity": line["quantity"], "unit_price": money(&line["unit_price"], currency),
                "price_quantity": line["price_base_quantity"], "adjustments": adjustments(&line["allowances_charges"], currency, false),
                "tax": {"category": category(line["tax_category"].as_str().unwrap()), "percent": line["tax_percent"]}
            })).collect();
            let body = json!({
                "customer_id": whom, "currency": currency, "lines": lines, "prepaid": money(&input["prepaid"], currency), "rounding": money(&input["payable_rounding"], currency),
                "adjustments": adjustments(&input["document_allowances_charges"], currency, true)
            });
            let draft = owner.post("/invoices", body).is(201).id();
            let invoice = act(&owner, "/invoices", &draft, "issue", json!({})).is(200).json();
            let totals = &invoice["totals"];
            for (i, net) in expect["line_net"].as_array().unwrap().iter().enumerate() {
                assert_eq!(number(&invoice["line_totals"][i]["net"]["amount"]), number(net), "{id} line {i}");
            }
            let taxes = totals["taxes"].as_array().unwrap();
            assert_eq!(taxes.len(), expect["tax"].as_array().unwrap().len(), "{id}");
            for tax in expect["tax"].as_array().unwrap() {
                let found = taxes.iter().find(|t| t["category"] == category(tax["category"].as_str().unwrap()) && number(&t["percent"]) == number(&tax["percent"])).unwrap();
                assert_eq!((number(&found["taxable"]["amount"]), number(&found["tax"]["amount"])), (number(&tax["taxable"]), number(&tax["tax"])), "{id}");
            }
            assert_eq!(number(&totals["tax"]["amount"]), number(&expect["tax_total"]), "{id}");
            let names = [("LineExtensionAmount", "lines"), ("TaxExclusiveAmount", "net"), ("TaxInclusiveAmount", "gross"), ("AllowanceTotalAmount", "allowances"),
                ("ChargeTotalAmount", "charges"), ("PrepaidAmount", "prepaid"), ("PayableRoundingAmount", "rounding"), ("PayableAmount", "payable")];
            for (theirs, amount) in expect["totals"].as_object().unwrap() {
                let ours = names.iter().find(|(name, _)| name == theirs).unwrap_or_else(|| panic!("say here what {theirs} is")).1;
                assert_eq!(number(&totals[ours]["amount"]), number(amount), "{id} {theirs}");
            }
            assert_eq!(invoice["open"], totals["payable"]);
        }
    }

    fn samples_of_a_shop_add_up(app: &App) {
        let owner = app.be(Who::Owner);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let take = || {
            let script = Command::new(root.join("scripts/demo-chinook"))
                .env("PEYVAND", binary::path())
                .env("PEYVAND_URL", format!("http://{}", app.node().address()))
                .env("PEYVAND_TOKEN", app.token(Who::Owner))
                .env("SAMPLES", folder())
                .output()
                .unwrap();
            assert!(script.status.success(), "{}{}", String::from_utf8_lossy(&script.stdout), String::from_utf8_lossy(&script.stderr));
        };
        take();
        let known: Value = serde_json::from_slice(&std::fs::read(folder().join("chinook/expected.json")).unwrap()).unwrap();
        let invoices = owner.all("/invoices", &[]);
        assert_eq!(json!(invoices.len()), known["invoices"]);
        let lines: usize = invoices.iter().map(|i| i["lines"].as_array().unwrap().len()).sum();
        assert_eq!(json!(lines), known["invoice_lines"]);
        let payable = |i: &Value| number(&i["totals"]["payable"]["amount"]);
        assert_eq!(invoices.iter().map(payable).sum::<Decimal>(), number(&known["total"]));
        // Each invoice comes to what the shop says.
        let mut reader = csv::Reader::from_path(folder().join("chinook/invoice.csv")).unwrap();
        let theirs: BTreeMap<String, Decimal> = reader.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[8].parse().unwrap())).collect();
        for invoice in &invoices {
            assert_eq!(payable(invoice), theirs[invoice["external_ids"]["chinook"].as_str().unwrap()]);
            assert_eq!((&invoice["status"], &invoice["open"]), (&json!("issued"), &invoice["totals"]["payable"]));
        }
        // Numbered in the order of their days.
        let mut numbers: Vec<(u32, String)> = invoices.iter().map(|i| (i["external_ids"]["chinook"].as_str().unwrap().parse().unwrap(), i["number"].as_str().unwrap().to_owned())).collect();
        numbers.sort();
        assert!(numbers.iter().all(|(n, number)| *number == format!("I-{n:06}")));
        // By customer, by the ledger, and by how long it has been due.
        let customers = owner.all("/customers", &[("filter", "lifecycle_stage = \"customer\"")]);
        assert_eq!(json!(customers.len()), known["customers"]);
        let mut best = (Decimal::ZERO, String::new());
        for customer in &customers {
            let id = customer["id"].as_str().unwrap();
            let told = owner.list(&format!("/customers/{id}/balance"), &[("as_of", "2999-01-01")]).is(200).json();
            let owed = &told["balances"][0];
            let theirs: Decimal = invoices.iter().filter(|i| i["customer_id"] == id).map(payable).sum();
            assert_eq!((number(&owed["balance"]["amount"]), number(&owed["overdue"]["amount"])), (theirs, theirs));
            assert_eq!(number(&owed["ageing"][4]["amount"]["amount"]), theirs);
            best = best.max((theirs, customer["display_name"].as_str().unwrap().to_owned()));
        }
        assert_eq!(json!(best.1), known["top_customer"][0]);
        assert_eq!(best.0, number(&known["top_customer"][1]));
        let one = customers[0]["id"].as_str().unwrap();
        assert!(balance(&owner, one, "2999-01-01").is_null(), "they are dollars");
        // Once more, and nothing is there twice.
        take();
        assert_eq!(owner.all("/invoices", &[]).len(), invoices.len());
        assert_eq!(owner.all("/ledger-entries", &[]).len(), invoices.len());
    }
}
