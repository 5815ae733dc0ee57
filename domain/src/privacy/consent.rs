//! The ledger of consents: who let us reach them, by which address and channel, for what, and how we know. Its rows are never changed: who
//! withdraws adds a row. What follows from them is [`judge`](super::verdict::judge).
use crate::core::base::Base;
use crate::core::field::Choice;
use crate::core::id::Id;
use crate::core::instant::Instant;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use crate::customers::contact_point::{self, ContactKind};
use crate::customers::customer::Customer;
use crate::documents::document::Document;
use derive::Record;

crate::choice! {
    /// A way by which people can be reached.
    pub enum Reach {
        Email = "email",
        Message = "message",
        Call = "call",
        Fax = "fax",
        Letter = "letter",
        Social = "social",
    }
}

impl Reach {
    /// The kinds of contact points that it uses; a letter uses postal addresses.
    pub const fn kinds(self) -> &'static [ContactKind] {
        match self {
            Reach::Email => &[ContactKind::Email],
            Reach::Message => &[ContactKind::Mobile, ContactKind::Phone, ContactKind::Social],
            Reach::Call => &[ContactKind::Mobile, ContactKind::Phone],
            Reach::Fax => &[ContactKind::Fax],
            Reach::Letter => &[],
            Reach::Social => &[ContactKind::Social],
        }
    }
}

crate::choice! {
    /// What a row of the ledger says.
    pub enum ConsentStatus {
        Granted = "granted",
        Withdrawn = "withdrawn",
        /// Asked for, and not confirmed yet by whom the address belongs to.
        Pending = "pending",
    }
}

crate::choice! {
    /// What makes it lawful (GDPR, article 6).
    #[derive(Default)]
    pub enum LegalBasis {
        #[default]
        Consent = "consent",
        Contract = "contract",
        LegalObligation = "legal_obligation",
        VitalInterests = "vital_interests",
        PublicTask = "public_task",
        LegitimateInterests = "legitimate_interests",
    }
}

/// What a customer lets us do: one row for each time they said so, or took it back. Rows are added and read, never changed.
#[derive(Debug, Clone, Record)]
#[record(path = "/consents", one = "consent", many = "consents", tag = "Privacy", fa = "رضایت‌ها")]
pub struct Consent {
    #[record(base)]
    pub base: Base,
    /// Whose it is.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// What kind of contact point it is about; null for all by which the channel reaches the customer.
    #[record(fixed, example = r#""email""#, fa = "نوع راه تماس")]
    pub contact_kind: Option<ContactKind>,
    /// The contact point, kept in the normal form of its kind; null for all by which the channel reaches the customer.
    #[record(fixed, max = 500, min = 1, example = r#""sara@yazd.example""#, fa = "راه تماس")]
    pub contact_value: Option<String>,
    /// By which way we would reach them.
    #[record(fixed, example = r#""email""#, fa = "کانال")]
    pub channel: Reach,
    /// For what, in lower-case letters, digits and `_`, such as `newsletter`. `service` stands for answers to what the customer asked for and what
    /// a contract obliges us to: that needs no consent, but it can be withdrawn.
    #[record(fixed, min = 1, max = 50, example = r#""newsletter""#, fa = "هدف")]
    pub purpose: String,
    /// What this row says. A pending row about an email address has a link mailed there, by which it is confirmed.
    #[record(fixed, example = r#""granted""#, fa = "وضعیت")]
    pub status: ConsentStatus,
    /// What makes it lawful.
    #[record(fixed, default, example = r#""consent""#, fa = "مبنای قانونی")]
    pub legal_basis: LegalBasis,
    /// Where it was said, such as `web_form` or `call`.
    #[record(fixed, min = 1, max = 100, example = r#""web_form""#, fa = "منبع")]
    pub source: String,
    /// How we know: what was said, or where it is written.
    #[record(fixed, max = 5000, fa = "گواه")]
    pub proof: Option<String>,
    /// The document that proves it.
    #[record(fixed, fa = "سند گواه")]
    pub proof_document_id: Option<Id<Document>>,
    /// The version of the text that they agreed to.
    #[record(fixed, max = 100, example = r#""2026-03""#, fa = "نگارش متن")]
    pub text_version: Option<String>,
    /// When they said so; now, unless given. The latest word counts.
    #[record(fixed, default = Instant::UNSET, sort, example = r#""2026-03-21T08:30:00.000Z""#, fa = "زمان")]
    pub given_at: Instant,
    /// When it ends by itself; null for never.
    #[record(fixed, example = r#""2036-03-21T08:30:00.000Z""#, fa = "پایان")]
    pub expires_at: Option<Instant>,
    /// The pending row that this one confirms.
    #[record(server, fa = "تأیید")]
    pub confirms_id: Option<Id<Consent>>,
    /// What is left of the contact point after an erasure: its keyed hash, by which a known address can be found again.
    #[record(server, max = 64, fa = "چکیدهٔ راه تماس")]
    pub contact_hash: Option<String>,
}

/// The purpose that needs no consent.
pub const SERVICE: &str = "service";

/// Whether a text is a purpose: 1 to 50 of `a-z`, `0-9` and `_`, a letter first.
pub fn is_purpose(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=50).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(word)
}

impl Consent {
    /// Brings the contact point into its normal form, a telephone without country code read in `region`.
    pub fn normalize(&mut self, region: &str) -> Problems {
        let mut problems = Problems::default();
        if let (Some(kind), Some(value)) = (self.contact_kind, &mut self.contact_value) {
            match contact_point::normal(kind, value, region) {
                Ok(normal) => *value = normal,
                Err(code) => problems.add("/contact_value", code),
            }
        }
        problems
    }

    /// The key by which its contact point is found; empty for a row about all of them.
    pub fn key(&self) -> String {
        match (self.contact_kind, &self.contact_value) {
            (Some(kind), Some(value)) => contact_point::known_by(kind, value),
            _ => String::new(),
        }
    }
}

impl Rules for Consent {
    fn check(&mut self, setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.given_at == Instant::UNSET {
            self.given_at = setting.now;
        }
        if self.given_at > setting.now {
            problems.with(
                "/given_at",
                Code::OutOfRange,
                vec![("min", String::new()), ("max", setting.now.to_string())],
            );
        }
        if self.expires_at.is_some_and(|at| at <= self.given_at) {
            problems.with(
                "/expires_at",
                Code::OutOfRange,
                vec![("min", self.given_at.to_string()), ("max", String::new())],
            );
        }
        if !is_purpose(&self.purpose) {
            problems.with("/purpose", Code::Format, vec![("format", "a-z, 0-9, _".to_owned())]);
        }
        match (self.contact_kind, &self.contact_value) {
            (Some(_), None) => problems.add("/contact_value", Code::Required),
            (None, Some(_)) => problems.add("/contact_kind", Code::Required),
            (Some(kind), _) if !self.channel.kinds().contains(&kind) => {
                let fit: Vec<&str> = self.channel.kinds().iter().map(|k| k.word()).collect();
                problems.with("/contact_kind", Code::NotAllowed, vec![("allowed", fit.join(", "))]);
            }
            _ => {}
        }
        // What nobody could confirm would wait for ever.
        if self.status == ConsentStatus::Pending && self.contact_kind.is_none() {
            problems.add("/contact_kind", Code::Required);
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_a_word_of_a_program() {
        for good in ["newsletter", "a", "offers_2026", SERVICE] {
            assert!(is_purpose(good), "{good}");
        }
        for bad in [
            "",
            "Newsletter",
            "2offers",
            "news letter",
            "خبرنامه",
            "a\r\nBcc: x",
            &"a".repeat(51),
        ] {
            assert!(!is_purpose(bad), "{bad:?}");
        }
    }
}
