//! Orders, invoices and payments in what is shown of a customer: the view of everything, and the timeline.
use crate::core::conn::Conn;
use crate::core::record::pick;
use crate::core::sql::{Bind, Sql};
use crate::core::{read, search};
use crate::customers::overview::reads;
use crate::customers::timeline::{Ask, Source, tie};
use domain::core::actor::Actor;
use domain::core::error::Result;
use domain::orders::order::Order;
use uuid::Uuid;

/// A customer's orders that the actor sees, those that are still under way first, the latest first.
///
/// # Errors
/// `Error::Forbidden` where the actor may read no orders at all.
pub fn orders(conn: &mut Conn, actor: &Actor, customer: Uuid, limit: usize) -> Result<Vec<Order>> {
    let sight = reads(actor, "orders")?;
    let which = Sql::new("t0.deleted_at IS NULL AND t0.customer_id = ")
        .bind(customer)
        .also(read::sight(&sight))
        .text(" ORDER BY CASE WHEN t0.status IN ('closed', 'cancelled') THEN 1 ELSE 0 END, t0.created_at DESC, t0.id DESC LIMIT ")
        .bind(limit as i64);
    pick(conn, which)
}

/// Documents with a number, in a timeline.
#[derive(Debug)]
pub struct Papers {
    kind: &'static str,
    /// The object, and its table.
    object: &'static str,
    /// When it happened.
    at: &'static str,
    /// What exactly it is.
    word: &'static str,
    /// What it is told by beside its number.
    summary: &'static str,
}

/// Orders: when they were made, and where they stand.
pub const ORDERS: Papers = Papers {
    kind: "order",
    object: "orders",
    at: "t0.created_at",
    word: "t0.status",
    summary: "t0.reference",
};
/// Invoices: when they were issued, and where they stand. Drafts are nobody's business but ours.
pub const INVOICES: Papers = Papers {
    kind: "invoice",
    object: "invoices",
    at: "t0.issued_at",
    word: "t0.status",
    summary: "t0.reference",
};
/// Payments: when they were noted, and how they came.
pub const PAYMENTS: Papers = Papers {
    kind: "payment",
    object: "payments",
    at: "t0.created_at",
    word: "t0.method",
    summary: "t0.reference",
};

impl Source for Papers {
    fn kind(&self) -> &'static str {
        self.kind
    }
    fn select(&self, ask: &Ask<'_>) -> Option<Sql> {
        let sight = ask.actor.sight(self.object, "read").filter(|_| ask.channel.is_none())?;
        let mut all = vec![
            Sql::new("t0.customer_id IN ").list(ask.customers.iter().map(|id| Bind::from(*id))),
            Sql::new("t0.deleted_at IS NULL"),
            Sql::new(format!("{} IS NOT NULL", self.at)),
        ];
        all.extend(read::sight(&sight));
        all.extend(search::in_row(&ask.terms, ask.sqlite));
        all.extend(ask.person.map(|person| Sql::new("t0.created_by = ").bind(person)));
        let tie = tie("t0.id", ask.sqlite);
        let Papers {
            object, at, word, summary, ..
        } = self;
        let sql = Sql::new(format!(
            "SELECT {at} AS at, {tie} AS tie, t0.id AS record_id, t0.customer_id AS customer_id, {word} AS word, CAST(NULL AS TEXT) AS channel, \
             CAST(NULL AS TEXT) AS direction, t0.number AS title, {summary} AS summary, t0.created_by AS actor_id FROM {object} t0 WHERE "
        ));
        Some(sql.and(Sql::join(all, " AND ", "TRUE")))
    }
}
