//! Invoices, credit notes, payments and the ledger over HTTP.
use crate::http::action::{Action, Asked, Because};
use crate::http::crud::{Crud, Has};
use domain::core::error::Result;
use domain::core::input::whole;
use domain::core::pipeline::{Context, Done, Expect};
use domain::core::problem::{Code, Problems};
use domain::orders::credit_note::CreditNote;
use domain::orders::invoice::Invoice;
use domain::orders::ledger::LedgerEntry;
use domain::orders::payment::{Allocation, Payment};
use domain::orders::refund::Refund;
use persistence::core::conn::Conn;
use persistence::core::object::{Object, Of, allow};
use persistence::orders::{credit_note, invoice, payment};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

const INVOICES: &dyn Object = &Of::<Invoice>::NEW;
const CREDIT_NOTES: &dyn Object = &Of::<CreditNote>::NEW;
const PAYMENTS: &dyn Object = &Of::<Payment>::NEW;

/// For which invoices what is left of a payment is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocatePayment {
    /// For these; for those due first where there are none.
    #[serde(default)]
    #[schema(max_items = 200)]
    allocations: Vec<Allocation>,
}
impl Asked for AllocatePayment {
    const SHOWN: Option<(&'static str, &'static str)> = Some((
        "AllocatePayment",
        r#"{"allocations": [{"invoice_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21", "amount": {"amount": "100.00", "currency": "EUR"}}]}"#,
    ));
    fn read(members: Map<String, Value>) -> Result<Self, Problems> {
        let asked: AllocatePayment = whole(members)?;
        let mut problems = Problems::default();
        if asked.allocations.len() > 200 {
            problems.with("/allocations", Code::TooLong, vec![("max", "200".to_owned())]);
        }
        problems.or(asked)
    }
}

fn issue(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, (): ()) -> Result<Done> {
    invoice::issue(conn, context, id, expect)
}
fn allocate(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: AllocatePayment) -> Result<Done> {
    payment::allocate(conn, context, (id, expect), &asked.allocations)
}
fn allocate_credit(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, asked: AllocatePayment) -> Result<Done> {
    credit_note::allocate(conn, context, (id, expect), &asked.allocations)
}
fn reverse(conn: &mut Conn, context: &Context<'_>, id: Uuid, expect: Expect, why: Because) -> Result<Done> {
    payment::reverse(conn, context, (id, expect), why.reason)
}

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    allow("payments", &["reverse"]);
    let issuing = Action {
        path: "/invoices/{id}/issue",
        id: "issueInvoice",
        summary: "Issue an invoice",
        doc: "The draft gets its number, without a gap; it is owed from now on, and stays as it is: what was wrong is put right by a credit note. 422 where its \
              instalments do not add up to it. 409 `invoice_issued`; `order_invoiced` where more than its order comes to would be invoiced.",
        done: "It is issued.",
        object: INVOICES,
        permission: "update",
        keyed: true,
    };
    let allocating = Action {
        path: "/payments/{id}/allocate",
        id: "allocatePayment",
        summary: "Say for what a payment is",
        doc: "What is left of the payment is for these invoices, or without any named for those that are due first. 409 `invoice_settled` where nothing is owed \
              any more: nobody pays twice; `payment_allocated` where nothing is left or owed; `payment_reversed`, `invoice_draft`.",
        done: "It is allocated.",
        object: PAYMENTS,
        permission: "update",
        keyed: true,
    };
    let reversing = Action {
        path: "/payments/{id}/reverse",
        id: "reversePayment",
        summary: "Take a payment back",
        doc: "The cheque bounced, or the money was paid back: what it was for is owed again, and the ledger has an entry of it. 409 `payment_reversed`.",
        done: "It is taken back.",
        object: PAYMENTS,
        permission: "reverse",
        keyed: true,
    };
    let crediting = Action {
        path: "/credit-notes/{id}/allocate",
        id: "allocateCreditNote",
        summary: "Say for what a credit note's surplus is",
        doc: "What of the credit note was not owed any more is for these invoices, or without any named for those that are due first. 409 \
              `invoice_settled` where nothing is owed any more, `payment_allocated` where nothing is left or owed, `invoice_draft`.",
        done: "It is allocated.",
        object: CREDIT_NOTES,
        permission: "update",
        keyed: true,
    };
    config.service(crediting.on(allocate_credit));
    config.service(issuing.on(issue));
    config.service(allocating.told(allocate));
    config.service(reversing.on(reverse));
    config.service(Crud::<Invoice>::new());
    config.service(Crud::<CreditNote>::only(Has::ReadsAndCreate));
    config.service(Crud::<Payment>::only(Has::ReadsAndCreate));
    config.service(Crud::<Refund>::only(Has::ReadsAndCreate));
    config.service(Crud::<LedgerEntry>::only(Has::Reads));
}
