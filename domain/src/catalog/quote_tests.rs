#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use super::*;
use crate::catalog::approval::{ApprovalState, Decider};
use crate::core::field::Choice as _;
use crate::core::input::Members;
use crate::core::resource::{Input, Resource};
use proptest::prelude::*;
use serde_json::{Value, json};

fn now() -> Instant {
    serde_json::from_value(json!("2026-05-01T08:00:00Z")).unwrap()
}

fn quote() -> Quote {
    let body = json!({"customer_id": Uuid::from_u128(1), "title": "Desks", "currency": "EUR", "valid_until": "2026-05-31"});
    let Value::Object(body) = body else { panic!("no object") };
    let mut members = Members::new(body, &Quote::SPEC, false);
    let input = <Quote as Resource>::Create::read(&mut members);
    let mut quote = Quote::new(input.unwrap(), Base::new(Uuid::from_u128(2), now()));
    quote.price(Some(priced("100", "80")), Vec::new());
    quote
}

/// A price of one line, before and after a discount that was asked for.
fn priced(before: &str, after: &str) -> PriceQuotation {
    let euro = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let step =
        |kind: &str, from: &str, to: &str| json!({"kind": kind, "rule_id": null, "label": null, "before": euro(from), "after": euro(to)});
    let line = json!({
        "product_id": Uuid::from_u128(3), "sku": "D", "name": "Desk", "quantity": "1", "unit": "piece", "unit_price": euro(before), "price_quantity": "1",
        "price": euro(before), "net": euro(after), "tax": {"category": "exempt", "percent": "0"},
        "steps": [step("list_price", "0", before), step("discount", before, after)]
    });
    let nothing = euro("0");
    let totals = json!({
        "lines": euro(after), "allowances": nothing, "charges": nothing, "net": euro(after), "taxes": [], "tax": nothing, "gross": euro(after),
        "prepaid": nothing, "rounding": nothing, "payable": euro(after)
    });
    let all = json!({"currency": "EUR", "on": "2026-05-01", "lines": [line], "charges": [], "steps": [], "totals": totals, "coupons": [], "instalments": []});
    serde_json::from_value(all).unwrap()
}

fn waiting() -> Vec<Approval> {
    vec![Approval {
        role_id: Uuid::from_u128(50),
        max_percent: Exact::from(50),
        state: ApprovalState::Waiting,
        decided_by: None,
        on_behalf_of: None,
        decided_at: None,
        comment: None,
    }]
}

fn acceptance() -> Acceptance {
    Acceptance {
        method: AcceptanceMethod::ByHand,
        name: "Sara".to_owned(),
        at: now(),
        email: None,
        ip: None,
        link_id: None,
        noted_by: None,
        note: None,
        digest: String::new(),
    }
}

const ACTIONS: [&str; 9] = [
    "submit",
    "submit_for_approval",
    "approve",
    "reject",
    "send",
    "accept",
    "decline",
    "expire",
    "supersede",
];

fn act(quote: &mut Quote, action: &str) -> Result<()> {
    let by = Decider {
        user: Uuid::from_u128(11),
        roles: [Uuid::from_u128(50)].into(),
        delegators: Vec::new(),
    };
    let (me, today) = (Some(Uuid::from_u128(10)), now().utc().date_naive());
    match action {
        "submit" => quote.submit(Vec::new(), me, today),
        "submit_for_approval" => quote.submit(waiting(), me, today),
        "approve" => quote.decide(true, &by, None, now()),
        "reject" => quote.decide(false, &by, None, now()),
        "send" => quote.send("sara@yazd.example".to_owned(), now()),
        "accept" => quote.accept(acceptance()),
        "decline" => quote.decline(None),
        "expire" => quote.expire(),
        _ => quote.supersede(),
    }
}

/// Where each action leads from each status; nothing where it is refused.
fn leads(from: &str, action: &str) -> Option<&'static str> {
    Some(match (from, action) {
        ("draft", "submit") => "approved",
        ("draft", "submit_for_approval") => "pending_approval",
        ("pending_approval", "approve") => "approved",
        ("pending_approval", "reject") => "draft",
        ("approved" | "sent", "send") => "sent",
        ("approved" | "sent", "accept") => "accepted",
        ("approved" | "sent", "decline") => "declined",
        ("pending_approval" | "approved" | "sent", "expire") => "expired",
        ("pending_approval" | "approved" | "sent" | "declined" | "expired", "supersede") => "superseded",
        _ => return None,
    })
}

#[test]
fn the_share_of_discounts_is_of_what_it_would_cost_without_them() {
    assert_eq!(quote().discount_percent, Exact::from(20));
    let mut third = quote();
    third.price(Some(priced("3", "2")), Vec::new());
    assert_eq!(
        third.discount_percent.to_string(),
        "33.333334",
        "no discount is told smaller than it is"
    );
    third.price(None, Vec::new());
    assert_eq!((third.discount_percent, third.total), (Exact::ZERO, None));
}

#[test]
fn what_is_over_is_neither_submitted_nor_sent_nor_accepted() {
    let mut late = quote();
    late.valid_until = Some("2026-04-30".parse().unwrap());
    assert!(matches!(act(&mut late, "submit"), Err(Error::Conflict("quote_expired"))));
    late.status = QuoteStatus::Approved;
    for action in ["send", "accept"] {
        assert!(matches!(act(&mut late, action), Err(Error::Conflict("quote_expired"))), "{action}");
    }
    let mut empty = quote();
    empty.price(None, Vec::new());
    assert!(matches!(act(&mut empty, "submit"), Err(Error::Invalid(_))));
}

#[test]
fn who_wrote_it_does_not_let_it_through() {
    let mut own = quote();
    own.base.created_by = Some(Id::from_uuid(Uuid::from_u128(11)));
    act(&mut own, "submit_for_approval").unwrap();
    assert!(matches!(act(&mut own, "approve"), Err(Error::Conflict("self_approval"))));
    assert_eq!(own.status, QuoteStatus::PendingApproval);
}

proptest! {
    #[test]
    fn no_way_leads_where_the_rules_forbid(actions in prop::collection::vec(prop::sample::select(ACTIONS.to_vec()), 0..30)) {
        let mut quote = quote();
        for action in actions {
            let from = quote.status.word();
            let done = act(&mut quote, action);
            match leads(from, action) {
                Some(to) => prop_assert!(done.is_ok() && quote.status.word() == to, "{from} {action}: {done:?}"),
                None => prop_assert!(matches!(done, Err(Error::Conflict(_))) && quote.status.word() == from, "{from} {action}: {done:?}"),
            }
        }
    }
}
