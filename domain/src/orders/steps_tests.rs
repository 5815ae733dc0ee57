#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed")]
use super::*;
use crate::catalog::line::TaxRate;
use crate::catalog::tax::TaxCategory;
use crate::core::base::Base;
use crate::core::money::UnitPrice;
use proptest::prelude::*;
use uuid::Uuid;

fn exact(n: i64) -> Exact {
    Exact::new(rust_decimal::Decimal::from(n)).unwrap()
}

fn user(n: u128) -> Option<Id<User>> {
    Some(Id::from_uuid(Uuid::from_u128(n)))
}

fn line(number: i64, quantity: i64) -> SalesLine {
    SalesLine {
        line: Some(number),
        product_id: None,
        description: Some("میز".to_owned()),
        quantity: exact(quantity),
        unit: None,
        unit_price: Some(UnitPrice::parse("10", "EUR").unwrap()),
        price_quantity: Some(Exact::ONE),
        adjustments: Vec::new(),
        tax: Some(TaxRate {
            category: TaxCategory::Standard,
            percent: exact(10),
        }),
        warehouse_id: None,
    }
}

fn order(lines: Vec<SalesLine>) -> Order {
    let mut base = Base::new(Uuid::nil(), Instant::UNSET);
    (base.owner_id, base.created_by) = (user(1), user(1));
    let mut order = Order {
        base,
        number: None,
        customer_id: Id::from_uuid(Uuid::nil()),
        opportunity_id: None,
        quote_id: None,
        purchase_request_id: None,
        status: OrderStatus::Draft,
        hold_reason: None,
        currency: "EUR".to_owned(),
        lines,
        adjustments: Vec::new(),
        reference: None,
        requested_on: None,
        payment_days: 0,
        payment_term_id: None,
        rounding_step: None,
        warehouse_id: None,
        ship_to: None,
        notes: None,
        line_totals: Vec::new(),
        totals: None,
        progress: Vec::new(),
        invoiced: None,
        revision: 0,
        confirmed_at: None,
        confirmed_by: None,
        released_by: None,
        reason: None,
    };
    order.count().unwrap();
    order
}

fn conflict<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Conflict(code)) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_way_of_an_order() {
    let mut one = order(vec![line(1, 3), line(2, 1)]);
    assert_eq!(one.total().unwrap().amount().to_string(), "44.00");
    assert_eq!(one.open_units(), 0, "a draft is not owed");
    assert_eq!(conflict(one.ship(&[(1, exact(1))])), "order_not_open");
    one.confirm(None, user(1), Instant::UNSET).unwrap();
    assert_eq!((one.status, one.open_units()), (OrderStatus::Confirmed, 4400));
    assert_eq!(conflict(one.confirm(None, user(1), Instant::UNSET)), "order_not_draft");
    assert_eq!(conflict(one.close(None)), "order_not_shipped");
    one.ship(&[(1, exact(2))]).unwrap();
    assert_eq!(one.status, OrderStatus::PartlyShipped);
    assert!(one.ship(&[(1, exact(2))]).is_err(), "more than is left");
    assert!(one.ship(&[(3, exact(1))]).is_err(), "no such line");
    assert_eq!(conflict(one.cancel(None)), "order_shipped");
    // Less than went out can't be agreed on any more.
    assert!(one.amend(Some(vec![line(1, 1), line(2, 1)]), None, None).is_err());
    assert!(one.amend(Some(vec![line(2, 1)]), None, None).is_err());
    one.amend(Some(vec![line(1, 2), line(2, 4)]), None, None).unwrap();
    assert_eq!((one.status, one.revision), (OrderStatus::PartlyShipped, 1));
    one.deliver(&[(1, exact(2))]);
    assert_eq!(one.status, OrderStatus::PartlyShipped);
    one.ship(&[(2, exact(4))]).unwrap();
    assert_eq!(one.status, OrderStatus::Shipped);
    one.deliver(&[(2, exact(4))]);
    assert_eq!(one.status, OrderStatus::Delivered);
    one.close(None).unwrap();
    assert_eq!((one.status, one.open_units()), (OrderStatus::Closed, 0));
    assert_eq!(conflict(one.close(None)), "order_not_open");
}

#[test]
fn attack_56_what_waits_for_credit_is_let_go_by_somebody_else() {
    let mut one = order(vec![line(1, 3)]);
    one.confirm(Some(HoldReason::CreditLimit), user(2), Instant::UNSET).unwrap();
    assert_eq!((one.status, one.open_units()), (OrderStatus::OnHold, 0));
    assert_eq!(conflict(one.ship(&[(1, exact(1))])), "order_held");
    assert_eq!(conflict(one.release(user(1))), "self_approval");
    assert_eq!(conflict(one.release(user(2))), "self_approval");
    one.release(user(3)).unwrap();
    assert_eq!(
        (one.status, one.released_by, one.hold_reason),
        (OrderStatus::Confirmed, user(3), None)
    );
    assert_eq!(conflict(one.release(user(3))), "order_not_held");
    // What was stopped by hand may go on by the same hand.
    one.hold("تا فردا".to_owned()).unwrap();
    one.release(user(1)).unwrap();
    assert_eq!(one.status, OrderStatus::Confirmed);
}

#[derive(Debug, Clone)]
enum Step {
    Confirm(bool),
    Hold,
    Release(u128),
    Cancel,
    Close,
    Ship(i64, i64),
    Deliver,
    Amend(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<bool>().prop_map(Step::Confirm),
        Just(Step::Hold),
        (1_u128..4).prop_map(Step::Release),
        Just(Step::Cancel),
        Just(Step::Close),
        (1_i64..3, 1_i64..4).prop_map(|(line, n)| Step::Ship(line, n)),
        Just(Step::Deliver),
        (1_i64..6).prop_map(Step::Amend),
    ]
}

proptest! {
    #[test]
    fn no_order_comes_where_the_rules_do_not_lead(steps in prop::collection::vec(step(), 1..40)) {
        let mut one = order(vec![line(1, 3), line(2, 2)]);
        for step in steps {
            let before = one.clone();
            let done = match step {
                Step::Confirm(hold) => one.confirm(hold.then_some(HoldReason::CreditLimit), user(1), Instant::UNSET),
                Step::Hold => one.hold("x".to_owned()),
                Step::Release(by) => one.release(user(by)),
                Step::Cancel => one.cancel(None),
                Step::Close => one.close(None),
                Step::Ship(line, n) => one.ship(&[(line, exact(n))]),
                Step::Deliver => {
                    let parts: Vec<_> = one.progress.iter().map(|p| (p.line, Exact::new(p.shipped.value() - p.delivered.value()).unwrap())).collect();
                    one.deliver(&parts);
                    Ok(())
                }
                Step::Amend(n) => one.amend(Some(vec![line(1, n), line(2, 2)]), None, None),
            };
            use OrderStatus::*;
            if done.is_err() {
                // What was refused left no trace where the order is kept: a failed change is never written.
                one = before;
                continue;
            }
            let way = (before.status, one.status);
            let allowed = before.status == one.status || matches!(way,
                (Draft, Confirmed | OnHold | Cancelled)
                | (OnHold, Confirmed | PartlyShipped | Shipped | Delivered | Cancelled | Closed)
                | (Confirmed, OnHold | PartlyShipped | Shipped | Cancelled)
                | (PartlyShipped, OnHold | Shipped | Delivered | Closed)
                | (Shipped, PartlyShipped | Delivered | Closed)
                | (Delivered, Closed));
            prop_assert!(allowed, "{way:?}");
            for p in &one.progress {
                let ordered = one.lines.iter().find(|l| l.line == Some(p.line)).unwrap().quantity;
                prop_assert!(p.shipped <= ordered && p.delivered <= p.shipped);
            }
            prop_assert_eq!(one.hold_reason.is_some(), one.status == OnHold);
        }
    }
}
