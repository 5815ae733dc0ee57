//! Orders, invoices and payments in what is shown of a customer: the view of everything, and the timeline.
use crate::core::conn::Conn;
use crate::customers::overview::of_customer;
use crate::customers::timeline::Records;
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::orders::order::Order;
use domain::orders::request::PurchaseRequest;
use uuid::Uuid;

/// A customer's orders that the actor sees, those that are still under way first, the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no orders at all.
pub fn orders(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Order>> {
    let order = "CASE WHEN t0.status IN ('closed', 'cancelled') THEN 1 ELSE 0 END, t0.created_at DESC, t0.id DESC";
    of_customer(conn, actor, customer, order, limit)
}

/// What a customer asked for and the actor sees, what still waits for us first, the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no purchase requests at all.
pub fn requests(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<PurchaseRequest>> {
    let order = "CASE WHEN t0.status IN ('open', 'approved') THEN 0 ELSE 1 END, t0.created_at DESC, t0.id DESC";
    of_customer(conn, actor, customer, order, limit)
}

/// Purchase requests in a timeline: when they were made, and where they stand.
pub const REQUESTS: Records = Records {
    kind: "purchase_request",
    object: "purchase_requests",
    at: "t0.created_at",
    word: "t0.status",
    title: "t0.number",
    summary: "t0.reference",
    by: "t0.created_by",
};
/// Orders: when they were made, and where they stand.
pub const ORDERS: Records = Records {
    kind: "order",
    object: "orders",
    at: "t0.created_at",
    word: "t0.status",
    title: "t0.number",
    summary: "t0.reference",
    by: "t0.created_by",
};
/// Contracts: when they were made, and where they stand.
pub const CONTRACTS: Records = Records {
    kind: "contract",
    object: "contracts",
    at: "t0.created_at",
    word: "t0.status",
    title: "t0.number",
    summary: "t0.name",
    by: "t0.created_by",
};
/// Invoices: when they were issued, and where they stand. Drafts are nobody's business but ours.
pub const INVOICES: Records = Records {
    kind: "invoice",
    object: "invoices",
    at: "t0.issued_at",
    word: "t0.status",
    title: "t0.number",
    summary: "t0.reference",
    by: "t0.created_by",
};
/// Payments: when they were noted, and how they came.
pub const PAYMENTS: Records = Records {
    kind: "payment",
    object: "payments",
    at: "t0.created_at",
    word: "t0.method",
    title: "t0.number",
    summary: "t0.reference",
    by: "t0.created_by",
};
/// Credit notes: when they were issued, and why.
pub const CREDIT_NOTES: Records = Records {
    kind: "credit_note",
    object: "credit_notes",
    at: "t0.created_at",
    word: "'issued'",
    title: "t0.number",
    summary: "t0.reason",
    by: "t0.created_by",
};
/// Refunds: when they were noted, and how they went.
pub const REFUNDS: Records = Records {
    kind: "refund",
    object: "refunds",
    at: "t0.created_at",
    word: "t0.method",
    title: "t0.number",
    summary: "t0.reference",
    by: "t0.created_by",
};
