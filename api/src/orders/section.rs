//! What orders show in the view of everything about a customer: the orders, and what is owed.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use chrono::NaiveDate;
use domain::core::error::{Error, Result};
use domain::core::id::Id;
use domain::core::instant::Instant;
use domain::core::money::Money;
use domain::orders::contract::{ContractKind, ContractStatus, RenewalRule};
use domain::orders::order::{HoldReason, OrderStatus};
use domain::orders::request::RequestStatus;
use persistence::core::conn::Conn;
use persistence::orders::balance::balances;
use persistence::orders::contract;
use persistence::orders::overview::{orders, requests};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Requests, &Orders, &Balances, &Contracts];

/// A purchase request in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerPurchaseRequest {
    id: Uuid,
    #[schema(max_length = 60)]
    number: Option<String>,
    status: RequestStatus,
    /// What the customer calls it.
    #[schema(max_length = 100)]
    reference: Option<String>,
    /// By when the customer wants it.
    requested_on: Option<NaiveDate>,
    /// The order that it became.
    order_id: Option<Uuid>,
    created_at: Instant,
}

struct Requests;
impl Section for Requests {
    fn name(&self) -> &'static str {
        "purchase_requests"
    }
    fn doc(&self) -> &'static str {
        "What the customer asked for, what still waits for us first, the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerPurchaseRequest>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "number": "PR-000007", "status": "open", "reference": "PO-1042",
            "requested_on": "2026-04-01", "order_id": null, "created_at": "2026-03-21T08:30:00.000Z"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = requests(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|request| CustomerPurchaseRequest {
            id: request.base.id.uuid(),
            status: request.status,
            requested_on: request.requested_on,
            order_id: request.order_id.map(Id::uuid),
            created_at: request.base.created_at,
            number: request.number,
            reference: request.reference,
        }))
    }
}

/// An order in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerOrder {
    id: Uuid,
    #[schema(max_length = 60)]
    number: Option<String>,
    status: OrderStatus,
    /// Why it waits, where it does.
    hold_reason: Option<HoldReason>,
    /// What it comes to.
    total: Option<Money>,
    requested_on: Option<NaiveDate>,
    created_at: Instant,
}

struct Orders;
impl Section for Orders {
    fn name(&self) -> &'static str {
        "orders"
    }
    fn doc(&self) -> &'static str {
        "The customer's orders, those that are under way first, the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerOrder>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "number": "O-000042", "status": "confirmed", "hold_reason": null,
            "total": {"amount": "97000000.00", "currency": "IRR"}, "requested_on": "2026-04-01", "created_at": "2026-03-21T08:30:00.000Z"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = orders(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|order| CustomerOrder {
            id: order.base.id.uuid(),
            status: order.status,
            hold_reason: order.hold_reason,
            total: order.total(),
            requested_on: order.requested_on,
            created_at: order.base.created_at,
            number: order.number,
        }))
    }
}

/// A contract in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerContract {
    id: Uuid,
    #[schema(max_length = 60)]
    number: Option<String>,
    #[schema(max_length = 200)]
    name: String,
    kind: ContractKind,
    status: ContractStatus,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    renewal: RenewalRule,
    /// When its renewal is due.
    renewal_due_on: Option<NaiveDate>,
    /// What it is worth for its term.
    value: Option<Money>,
}

struct Contracts;
impl Section for Contracts {
    fn name(&self) -> &'static str {
        "contracts"
    }
    fn doc(&self) -> &'static str {
        "The customer's contracts, those that hold first, those that end first first."
    }
    fn item(&self) -> Item {
        schema::<CustomerContract>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "number": "C-000012", "name": "بیمهٔ آتش‌سوزی انبار یزد", "kind": "policy", "status": "active",
            "starts_on": "2026-03-21", "ends_on": "2027-03-20", "renewal": "automatic", "renewal_due_on": "2027-01-19",
            "value": {"amount": "480000000.00", "currency": "IRR"}
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = contract::of_customer(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|c| CustomerContract {
            id: c.base.id.uuid(),
            value: c.worth(),
            kind: c.kind,
            status: c.status,
            starts_on: c.starts_on,
            ends_on: c.ends_on,
            renewal: c.renewal,
            renewal_due_on: c.renewal_due_on,
            number: c.number,
            name: c.name,
        }))
    }
}

/// What the customer owes in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerOwes {
    #[schema(min_length = 3, max_length = 3, example = "IRR")]
    currency: String,
    /// The sum of the ledger; below nothing, it is theirs.
    balance: Money,
    /// What of it is due.
    overdue: Money,
    /// What they paid that is for no invoice yet.
    unallocated: Money,
    /// How many of their invoices are open.
    #[schema(minimum = 0)]
    open_invoices: usize,
}

struct Balances;
impl Section for Balances {
    fn name(&self) -> &'static str {
        "balances"
    }
    fn doc(&self) -> &'static str {
        "What the customer owes, by currency; `/customers/{id}/balance` says how long it has been due."
    }
    fn item(&self) -> Item {
        schema::<CustomerOwes>()
    }
    fn example(&self) -> Value {
        let rial = |amount: &str| json!({"amount": amount, "currency": "IRR"});
        json!({"currency": "IRR", "balance": rial("97000000.00"), "overdue": rial("0.00"), "unallocated": rial("0.00"), "open_invoices": 1})
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let today = ask.now.utc().date_naive();
        let found = balances(conn, ask.actor, Id::from_uuid(ask.customer), today)?;
        let owes = |(currency, found): (String, persistence::orders::balance::Balance)| {
            Ok(CustomerOwes {
                currency,
                balance: found.balance,
                overdue: found.ageing.overdue().map_err(|e| Error::Internal(e.to_string()))?,
                unallocated: found.unallocated,
                open_invoices: found.invoices.len(),
            })
        };
        let found = found.into_iter().take(ask.limit + 1).map(owes).collect::<Result<Vec<_>>>()?;
        texts(found.into_iter())
    }
}
