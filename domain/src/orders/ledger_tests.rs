#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::catalog::line::TaxRate;
use crate::catalog::tax::TaxCategory;
use crate::core::error::Error;
use crate::core::exact::Exact;
use crate::core::instant::Instant;
use crate::core::money::UnitPrice;
use crate::core::problem::Code;
use crate::orders::invoice::{InvoiceInstalment, InvoiceStatus};
use crate::orders::line::SalesLine;
use crate::orders::payment::{AllocateBy, PaymentMethod, PaymentStatus};
use proptest::prelude::*;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn euro(text: &str) -> Money {
    Money::parse(text, "EUR").unwrap()
}

fn invoice(price: &str) -> Invoice {
    let line = SalesLine {
        line: Some(1),
        product_id: None,
        description: Some("x".to_owned()),
        quantity: Exact::ONE,
        unit: None,
        unit_price: Some(UnitPrice::parse(price, "EUR").unwrap()),
        price_quantity: Some(Exact::ONE),
        adjustments: Vec::new(),
        tax: Some(TaxRate {
            category: TaxCategory::Zero,
            percent: Exact::ZERO,
        }),
        warehouse_id: None,
    };
    let mut invoice = Invoice {
        base: Base::new(Uuid::nil(), Instant::UNSET),
        number: None,
        customer_id: Id::from_uuid(Uuid::nil()),
        order_id: None,
        status: InvoiceStatus::Draft,
        currency: "EUR".to_owned(),
        lines: vec![line],
        adjustments: Vec::new(),
        prepaid: None,
        rounding: None,
        issued_on: None,
        payment_days: Some(30),
        payment_term_id: None,
        instalments: Vec::new(),
        reference: None,
        notes: None,
        line_totals: Vec::new(),
        totals: None,
        due: Vec::new(),
        due_on: None,
        issued_at: None,
        paid: None,
        credited: None,
        open: None,
        settled_on: None,
    };
    invoice.count().unwrap();
    invoice
}

fn payment(amount: Money) -> Payment {
    Payment {
        base: Base::new(Uuid::nil(), Instant::UNSET),
        number: None,
        customer_id: Id::from_uuid(Uuid::nil()),
        amount,
        method: PaymentMethod::Cash,
        received_on: None,
        reference: None,
        allocations: Vec::new(),
        allocate_by: AllocateBy::Nothing,
        notes: None,
        status: PaymentStatus::Received,
        unallocated: Some(amount),
        refunded: None,
        reversed_at: None,
        reversed_by: None,
        reversal_reason: None,
    }
}

fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Conflict(code)) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_way_of_an_invoice() {
    let today = day("2026-03-21");
    let mut one = invoice("100");
    assert_eq!(conflict(one.pay(euro("1"), today)), "invoice_draft");
    one.issue(today, None, Instant::UNSET).unwrap();
    assert_eq!(
        (one.status, one.due_on, one.open),
        (InvoiceStatus::Issued, Some(day("2026-04-20")), Some(euro("100")))
    );
    assert_eq!(conflict(one.issue(today, None, Instant::UNSET)), "invoice_issued");
    one.pay(euro("40"), today).unwrap();
    assert_eq!(one.status, InvoiceStatus::PartPaid);
    assert!(matches!(one.pay(euro("60.01"), today), Err(Error::Invalid(_))), "more than is owed");
    assert_eq!(one.credit(euro("10"), today).unwrap(), euro("0"));
    one.pay(euro("50"), day("2026-05-01")).unwrap();
    assert_eq!((one.status, one.settled_on), (InvoiceStatus::Paid, Some(day("2026-05-01"))));
    assert_eq!(conflict(one.pay(euro("1"), today)), "invoice_settled");
    // What is credited after it was paid is the customer's.
    assert_eq!(one.credit(euro("90"), today).unwrap(), euro("90"));
    assert!(
        matches!(one.credit(euro("0.01"), today), Err(Error::Invalid(_))),
        "more than it came to"
    );
    let mut two = invoice("100");
    two.issue(today, None, Instant::UNSET).unwrap();
    two.credit(euro("100"), today).unwrap();
    assert_eq!(two.status, InvoiceStatus::Credited);
}

#[test]
fn instalments_add_up() {
    let today = day("2026-03-21");
    let part = |on: &str, percent: Option<&str>, amount: Option<&str>| InvoiceInstalment {
        due_on: day(on),
        percent: percent.map(|p| Exact::parse(p).unwrap()),
        amount: amount.map(euro),
    };
    let mut one = invoice("100");
    one.instalments = vec![
        part("2026-04-01", Some("33.333333"), None),
        part("2026-05-01", Some("33.333333"), None),
        part("2026-06-01", Some("33.333334"), None),
    ];
    one.issue(today, None, Instant::UNSET).unwrap();
    assert_eq!(
        one.due.iter().map(|d| d.amount).collect::<Vec<_>>(),
        [euro("33.33"), euro("33.33"), euro("33.34")]
    );
    assert_eq!(one.due_on, Some(day("2026-06-01")));
    for (parts, at, code) in [
        (vec![part("2026-04-01", Some("50"), None)], "/instalments", Code::Conflict),
        (
            vec![part("2026-04-01", None, Some("60")), part("2026-05-01", None, Some("41"))],
            "/instalments",
            Code::Conflict,
        ),
        (
            vec![part("2026-03-01", None, Some("100"))],
            "/instalments/0/due_on",
            Code::OutOfRange,
        ),
    ] {
        let mut one = invoice("100");
        one.instalments = parts;
        let Err(Error::Invalid(problems)) = one.issue(today, None, Instant::UNSET) else {
            panic!("it was issued")
        };
        assert_eq!((problems.0[0].pointer.as_str(), problems.0[0].code), (at, code));
    }
}

#[test]
fn what_is_owed_ages_by_its_parts() {
    let parts = ["2026-01-01", "2026-03-01", "2026-05-01"].map(|on| DuePart {
        due_on: day(on),
        amount: euro("100"),
    });
    let mut ageing = Ageing::none(euro("0"));
    // The first part and a half were paid.
    ageing.add(&parts, euro("150"), day("2026-03-21")).unwrap();
    assert_eq!(
        (ageing.not_due, ageing.days_1_to_30, ageing.over_90_days),
        (euro("100"), euro("50"), euro("0"))
    );
    let mut ageing = Ageing::none(euro("0"));
    ageing.add(&parts, euro("300"), day("2026-05-31")).unwrap();
    let expected = Ageing {
        not_due: euro("0"),
        days_1_to_30: euro("100"),
        days_31_to_60: euro("0"),
        days_61_to_90: euro("0"),
        over_90_days: euro("200"),
    };
    // 1 January is 150 days before, 1 March 91, 1 May 30.
    assert_eq!(ageing, expected);
    assert_eq!(ageing.overdue().unwrap(), euro("300"));
    let behaviour = PaymentBehaviour::of(&[-3, 0, 10, 20]);
    assert_eq!(
        (
            behaviour.settled,
            behaviour.on_time,
            behaviour.mean_days_late.as_deref(),
            behaviour.most_days_late
        ),
        (4, 2, Some("6.8"), 20)
    );
    assert_eq!(PaymentBehaviour::of(&[]), PaymentBehaviour::default());
}

proptest! {
    /// Whatever is paid, credited and taken back: what is owed is what was billed less what was paid and credited, and the entries say the same.
    #[test]
    fn the_ledger_is_what_invoices_and_payments_come_to(moves in prop::collection::vec((0_u8..4, 1_i64..12_000), 1..30)) {
        let today = day("2026-03-21");
        let mut one = invoice("100");
        one.issue(today, None, Instant::UNSET).unwrap();
        let mut entries = vec![euro("100")];
        let mut payments: Vec<Payment> = Vec::new();
        for (what, cents) in moves {
            let amount = Money::new(Decimal::new(cents, 2), euro("0").currency()).unwrap();
            match what {
                0 | 1 => {
                    let mut paid = payment(amount);
                    entries.push(amount.negated());
                    let part = if amount.amount() < one.open.unwrap().amount() { amount } else { one.open.unwrap() };
                    if one.pay(part, today).is_ok() {
                        paid.allocate(Id::from_uuid(Uuid::nil()), part).unwrap();
                    }
                    payments.push(paid);
                }
                2 => {
                    let before = one.clone();
                    match one.credit(amount, today) {
                        Ok(_) => entries.push(amount.negated()),
                        Err(_) => one = before,
                    }
                }
                _ => if let Some(mut back) = payments.pop() {
                    let part = back.allocations.first().and_then(|a| a.amount);
                    back.reverse("x".to_owned(), None, Instant::UNSET).unwrap();
                    entries.push(back.amount);
                    if let Some(part) = part {
                        let before = one.clone();
                        // What was credited beyond what was owed stays the customer's: see the rule of reversals.
                        if one.pay(part.negated(), today).is_err() {
                            one = before;
                        }
                    }
                },
            }
            let owed = one.open.unwrap();
            prop_assert!(!owed.is_negative() && !one.paid.unwrap().is_negative());
            prop_assert_eq!(owed.is_zero(), one.settled_on.is_some());
            let balance = Money::sum(owed.currency(), entries.iter().copied()).unwrap();
            let free = Money::sum(owed.currency(), payments.iter().map(|p| p.unallocated.unwrap())).unwrap();
            let surplus = owed.checked_sub(free).unwrap().checked_sub(balance).unwrap();
            // Beside what is owed and what was not allocated there is only what was credited of what had been paid.
            prop_assert!(!surplus.is_negative(), "{:?}", surplus);
            let billed = euro("100").checked_sub(one.paid.unwrap()).unwrap().checked_sub(one.credited.unwrap()).unwrap();
            prop_assert_eq!(surplus, owed.checked_sub(billed).unwrap());
        }
    }
}
