//! What the catalogue shows in the view of a customer: the latest quotes.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use domain::catalog::quote::QuoteStatus;
use domain::core::error::Result;
use domain::core::money::Money;
use persistence::catalog::quote::of_customer;
use persistence::core::conn::Conn;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Quotes];

/// A quote in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerQuote {
    id: Uuid,
    #[schema(max_length = 60)]
    number: String,
    revision: i64,
    #[schema(max_length = 200)]
    title: String,
    status: QuoteStatus,
    total: Option<Money>,
    valid_until: Option<chrono::NaiveDate>,
    /// Who of us it belongs to.
    owner_id: Option<Uuid>,
}

struct Quotes;
impl Section for Quotes {
    fn name(&self) -> &'static str {
        "quotes"
    }
    fn doc(&self) -> &'static str {
        "Quotes to the customer in their newest versions, the latest made first."
    }
    fn item(&self) -> Item {
        schema::<CustomerQuote>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "number": "Q-2026-000012", "revision": 1, "title": "میزهای دفتر یزد", "status": "sent",
            "total": {"amount": "95628500.00", "currency": "IRR"}, "valid_until": "2027-03-20", "owner_id": null
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = of_customer(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|q| CustomerQuote {
            id: q.base.id.uuid(),
            number: q.number,
            revision: q.revision,
            title: q.title,
            status: q.status,
            total: q.total,
            valid_until: q.valid_until,
            owner_id: q.base.owner_id.map(|id| id.uuid()),
        }))
    }
}
