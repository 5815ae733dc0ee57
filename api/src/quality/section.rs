//! What data quality shows in the view of a customer: what to ask next, and what is suggested.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::quality::suggestion::SuggestionReason;
use persistence::core::conn::Conn;
use persistence::quality::profile::lacking;
use persistence::quality::suggestion::open;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Quality, &Suggestions];

/// A value that the customer's record lacks.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerLack {
    /// What it is, as the profile names it.
    #[schema(max_length = 80)]
    field: String,
    /// How much it counts.
    #[schema(minimum = 1, maximum = 1000)]
    weight: i64,
}

struct Quality;
impl Section for Quality {
    fn name(&self) -> &'static str {
        "quality"
    }
    fn doc(&self) -> &'static str {
        "What the record lacks by its profile of quality, the heaviest first: what to ask next. The record's `completeness` is the score; \
         `/customers/{id}/quality` tells what is stale, too."
    }
    fn item(&self) -> Item {
        schema::<CustomerLack>()
    }
    fn example(&self) -> Value {
        json!({"field": "contact_points.email", "weight": 20})
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = lacking(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|f| CustomerLack {
            field: f.field,
            weight: f.weight,
        }))
    }
}

/// A number or address that is suggested for the customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerSuggestion {
    id: Uuid,
    /// What kind of way to reach them it is.
    #[schema(max_length = 20)]
    contact_kind: String,
    #[schema(max_length = 254)]
    value: String,
    /// The contact point that it seems to have taken the place of.
    #[schema(max_length = 254)]
    replaces: Option<String>,
    /// Why it is suggested.
    #[schema(max_items = 10, value_type = Vec<SuggestionReason>)]
    reasons: Vec<String>,
    /// How often it turned up.
    #[schema(minimum = 1, maximum = 1000)]
    occurrences: i64,
    last_seen_at: Option<Instant>,
}

struct Suggestions;
impl Section for Suggestions {
    fn name(&self) -> &'static str {
        "suggestions"
    }
    fn doc(&self) -> &'static str {
        "Numbers and addresses that turn up in what happens with the customer and are not in the record, the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerSuggestion>()
    }
    fn example(&self) -> Value {
        json!({
            "id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a28", "contact_kind": "mobile", "value": "+989351234567", "replaces": null,
            "reasons": ["calls"], "occurrences": 4, "last_seen_at": "2026-03-21T08:30:00.000Z"
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = open(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|s| CustomerSuggestion {
            id: s.id,
            contact_kind: s.contact_kind,
            value: s.value,
            replaces: s.replaces,
            reasons: s.reasons,
            occurrences: s.occurrences,
            last_seen_at: s.last_seen_at,
        }))
    }
}
