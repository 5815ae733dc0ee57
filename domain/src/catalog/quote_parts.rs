//! What a quote is made of: its status, its lines, the evidence of its acceptance.
use super::adjustment::Adjustment;
use super::configuration::quoted::LineConfiguration;
use super::tax::TaxRate;
use crate::core::exact::Exact;
use crate::core::instant::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

crate::choice! {
    /// How far a quote is. Only a draft can be changed; what comes later is a new version.
    #[derive(Default)]
    pub enum QuoteStatus {
        /// It is being written.
        #[default]
        Draft = "draft",
        /// Its discount waits for approval.
        PendingApproval = "pending_approval",
        /// It may be sent.
        Approved = "approved",
        /// It was sent to the customer.
        Sent = "sent",
        /// The customer has accepted it.
        Accepted = "accepted",
        /// The customer has declined it.
        Declined = "declined",
        /// Its last day has passed.
        Expired = "expired",
        /// A newer version has taken its place.
        Superseded = "superseded",
    }
}
crate::choice! {
    /// How an acceptance was given: by the link that was mailed, or noted by somebody of us.
    pub enum AcceptanceMethod { Link = "link", ByHand = "by_hand" }
}

/// A line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteLine {
    /// What.
    pub product_id: Uuid,
    /// How much; above nothing.
    pub quantity: Exact,
    /// What is chosen of a configurable product; what is chosen by default unless given. What that was when the quote was priced stands in
    /// `pricing`.
    #[serde(default)]
    pub configuration: Option<LineConfiguration>,
    /// Whether it is offered beside the rest and not counted in it.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub optional: bool,
    /// Discounts, taken off one after the other from what promotions have left.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub discounts: Vec<Adjustment>,
    /// How it is taxed, where that is not to be found by product, place and date.
    #[serde(default)]
    pub tax: Option<TaxRate>,
    /// What else the customer should read about it.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// The evidence of an acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acceptance {
    pub method: AcceptanceMethod,
    /// Who accepted, in their own words.
    #[schema(max_length = 200)]
    pub name: String,
    pub at: Instant,
    /// The address that the link was mailed to.
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// From which network address the link was opened.
    #[schema(max_length = 45)]
    pub ip: Option<String>,
    /// The mailed link.
    pub link_id: Option<Uuid>,
    /// Who of us noted it.
    pub noted_by: Option<Uuid>,
    /// What it is known by, such as a letter or a call.
    #[schema(max_length = 1000)]
    pub note: Option<String>,
    /// The SHA-256 of what was accepted: number, version, lines and prices.
    #[schema(max_length = 64)]
    pub digest: String,
}
