//! What consents show in the view of a customer.
use crate::customers::overview::{Ask, Item, Section};
use crate::customers::sections::{schema, texts};
use domain::core::error::Result;
use domain::core::instant::Instant;
use domain::privacy::consent::{ConsentStatus, Reach};
use persistence::core::conn::Conn;
use persistence::privacy::consent::standing;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The area's sections.
pub const ALL: &[&dyn Section] = &[&Consents];

/// How a consent stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerConsent {
    /// The row of the ledger that says so.
    consent_id: Uuid,
    #[schema(max_length = 50)]
    purpose: String,
    channel: Reach,
    /// The contact point; null for all by which the channel reaches the customer.
    #[schema(max_length = 500)]
    contact_value: Option<String>,
    status: ConsentStatus,
    /// Whether it has ended by itself.
    expired: bool,
    given_at: Instant,
    expires_at: Option<Instant>,
}

struct Consents;
impl Section for Consents {
    fn name(&self) -> &'static str {
        "consents"
    }
    fn doc(&self) -> &'static str {
        "What the customer lets us do now: the latest word on each contact point, purpose and channel, the latest first."
    }
    fn item(&self) -> Item {
        schema::<CustomerConsent>()
    }
    fn example(&self) -> Value {
        json!({
            "consent_id": "0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a27", "purpose": "newsletter", "channel": "email",
            "contact_value": "sara@yazd.example", "status": "granted", "expired": false, "given_at": "2026-03-21T08:30:00.000Z", "expires_at": null
        })
    }
    fn read(&self, conn: &mut Conn, ask: &Ask<'_>) -> Result<Vec<String>> {
        let found = standing(conn, ask.actor, ask.customer, ask.limit + 1)?;
        texts(found.into_iter().map(|s| CustomerConsent {
            consent_id: s.consent_id,
            purpose: s.purpose,
            channel: s.channel,
            contact_value: s.contact_value,
            status: s.status,
            expired: s.expires_at.is_some_and(|at| at <= ask.now),
            given_at: s.given_at,
            expires_at: s.expires_at,
        }))
    }
}
