//! Lifting what an erasure blocks: somebody who was erased came back, and may be entered again by what they are known by.
use super::erasure::Erasure;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::identifiers::iran;
use crate::core::instant::Instant;
use crate::core::problem::Code;
use crate::core::resource::Rules;
use crate::customers::contact_point::{ContactKind, known_by, normal};
use derive::Record;

crate::choice! {
    /// By what people are known.
    pub enum IdentifierKind {
        Email = "email",
        Phone = "phone",
        Website = "website",
        Social = "social",
        NationalId = "national_id",
        LegalId = "legal_id",
    }
}

impl IdentifierKind {
    /// The identifier as the ledger of erasures hashes it; see [`Customer::identifiers`](crate::customers::customer::Customer::identifiers).
    /// `region` is where a telephone number without country code is read.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn key(self, value: &str, region: &str) -> Result<String, Code> {
        let contact = |kind: ContactKind| normal(kind, value, region).map(|value| known_by(kind, &value));
        match self {
            IdentifierKind::Email => contact(ContactKind::Email),
            IdentifierKind::Phone => contact(ContactKind::Phone),
            IdentifierKind::Website => contact(ContactKind::Website),
            IdentifierKind::Social => contact(ContactKind::Social),
            IdentifierKind::NationalId => iran::national_id(value).map(|id| format!("national_id:{id}")),
            IdentifierKind::LegalId => iran::legal_id(value).map(|id| format!("legal_id:{id}")),
        }
    }
}

/// That something an erased person was known by is no longer blocked: by whom and why. What it was does not stand here.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/erasure-lifts",
    one = "erasure_lift",
    many = "erasure_lifts",
    tag = "Privacy",
    fa = "رفع انسدادها"
)]
pub struct ErasureLift {
    #[record(base)]
    pub base: Base,
    /// What kind of identifier it was.
    #[record(fixed, example = r#""email""#, fa = "نوع شناسه")]
    pub kind: IdentifierKind,
    /// Why, such as the order by which they came back. Name nobody here: it stays.
    #[record(
        fixed,
        min = 1,
        max = 1000,
        example = r#""They became a customer again, order 2026-311""#,
        fa = "دلیل"
    )]
    pub reason: String,
    /// The erasure that had blocked it.
    #[record(server, fa = "پاک‌سازی")]
    pub erasure_id: Option<Id<Erasure>>,
    /// When that was.
    #[record(server, example = r#""2026-03-21T08:30:00.000Z""#, fa = "زمان پاک‌سازی")]
    pub erased_at: Option<Instant>,
}

impl Rules for ErasureLift {}
