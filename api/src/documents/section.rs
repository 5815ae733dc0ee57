//! What documents show in the view of a customer.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use domain::core::error::Result;
use domain::core::instant::Instant;
use persistence::core::conn::Conn;
use persistence::documents::overview::of_record;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Documents];

/// A document that belongs to the customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerDocument {
    id: Uuid,
    #[schema(max_length = 255)]
    name: String,
    /// What its content is; null before the first.
    #[schema(max_length = 127)]
    media_type: Option<String>,
    /// How large its content is, in bytes.
    #[schema(minimum = 0)]
    size_bytes: Option<i64>,
    updated_at: Instant,
}

struct Documents;
impl Section for Documents {
    fn name(&self) -> &'static str {
        "documents"
    }
    fn doc(&self) -> &'static str {
        "Documents that belong to the customer or are linked to it, the latest made first."
    }
    fn item(&self) -> Item {
        schema::<CustomerDocument>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a24", "name": "قرارداد.pdf", "media_type": "application/pdf", "size_bytes": 48213,
            "updated_at": "2026-03-21T08:30:00.000Z"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = of_record(conn, ask.actor, "customers", ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|d| CustomerDocument {
            id: d.id,
            name: d.name,
            media_type: d.media_type,
            size_bytes: d.size_bytes,
            updated_at: d.updated_at,
        }))
    }
}
