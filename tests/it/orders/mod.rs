//! Orders, stock, invoices and payments, through the real program.
mod contracts;
mod conversion;
mod credit;
mod invoices;
mod numbers;
mod order;
mod payments;
mod refunds;
mod requests;
mod samples;
mod series;
mod shown;
pub mod stock;

use serde_json::{Value, json};
use tests::records::fresh;
use tests::{Answer, Client};

/// A customer; its id.
pub fn customer(client: &Client<'_>) -> String {
    let body = json!({"kind": "organization", "organization_name": format!("فولاد {}", fresh())});
    client.post("/customers", body).is(201).id()
}

/// Does an action to a record, whichever version it has.
pub fn act(client: &Client<'_>, path: &str, id: &str, verb: &str, body: Value) -> Answer {
    client.with("If-Match", "*").post(&format!("{path}/{id}/{verb}"), body)
}

/// A line of words alone.
pub fn line(quantity: &str, price: &str, currency: &str) -> Value {
    json!({"description": "خدمت", "quantity": quantity, "unit_price": {"amount": price, "currency": currency}, "tax": {"category": "zero", "percent": "0"}})
}

/// An order that was confirmed.
pub fn confirmed(client: &Client<'_>, customer: &str, lines: Value) -> Answer {
    let order = client
        .post("/orders", json!({"customer_id": customer, "currency": "EUR", "lines": lines}))
        .is(201);
    act(client, "/orders", &order.id(), "confirm", json!({}))
}

/// An invoice that was issued.
pub fn issued(client: &Client<'_>, customer: &str, lines: Value, more: Value) -> Answer {
    let mut body = json!({"customer_id": customer, "currency": "EUR", "lines": lines});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let invoice = client.post("/invoices", body).is(201);
    act(client, "/invoices", &invoice.id(), "issue", json!({})).is(200)
}

/// An amount of euros.
pub fn euro(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// One of each paper that follows from an order and an invoice of a customer, by their addresses: besides the order and the invoice, which the
/// caller has to count, a shipment, a credit note and three entries of the ledger.
pub fn papers(owner: &Client<'_>, customer: &str) -> Vec<String> {
    let order = confirmed(owner, customer, json!([line("2", "10", "EUR")])).is(200).id();
    let shipment = owner.post("/shipments", json!({"order_id": order})).is(201).id();
    let invoice = issued(owner, customer, json!([line("1", "100", "EUR")]), json!({})).id();
    let note = owner
        .post("/credit-notes", json!({"invoice_id": invoice, "reason": "برگشت"}))
        .is(201)
        .id();
    let filter = format!("customer_id = \"{customer}\"");
    let entries = owner.all("/ledger-entries", &[("filter", &filter)]);
    let entries = entries
        .iter()
        .map(|entry| format!("/ledger-entries/{}", entry["id"].as_str().unwrap()));
    let others = [
        format!("/orders/{order}"),
        format!("/invoices/{invoice}"),
        format!("/shipments/{shipment}"),
        format!("/credit-notes/{note}"),
    ];
    others.into_iter().chain(entries).collect()
}
