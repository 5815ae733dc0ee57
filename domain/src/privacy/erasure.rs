//! Erasure: taking everything personal out of what is held on a customer, or deleting it, by what the kind of record allows.
use crate::activities::interaction::Interaction;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::Rules;
use crate::customers::customer::{Customer, LifecycleStage};
use crate::privacy::consent::Consent;
use derive::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What an erasure does with the records of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureCount {
    /// The object, such as `interactions`.
    #[schema(max_length = 60, example = "interactions")]
    pub object: String,
    /// Records that are gone for good.
    #[schema(minimum = 0)]
    pub deleted: i64,
    /// Records that stay without anything personal.
    #[schema(minimum = 0)]
    pub anonymized: i64,
    /// Records that stay and no longer name the customer.
    #[schema(minimum = 0)]
    pub detached: i64,
    /// Records that stay as they are: documents whose retention is not over, and what accounting law keeps. They name a customer of whom nothing is known.
    #[schema(minimum = 0)]
    pub kept: i64,
}

/// That a customer was erased: by whom, why, and what became of each kind of record. Nothing personal stands in it.
#[derive(Debug, Clone, Record)]
#[record(path = "/erasures", one = "erasure", many = "erasures", tag = "Privacy", fa = "پاک‌سازی‌ها")]
pub struct Erasure {
    #[record(base)]
    pub base: Base,
    /// Whom: the record stays, without anything personal.
    #[record(fixed, fa = "مشتری")]
    pub customer_id: Id<Customer>,
    /// Why, such as the request that asked for it. Name nobody here: it stays.
    #[record(fixed, min = 1, max = 1000, example = r#""Request 2026-17""#, fa = "دلیل")]
    pub reason: String,
    /// What was done, by kind of record.
    #[record(server, items = ErasureCount, max = 100, example = r#"[{"object": "interactions", "deleted": 0, "anonymized": 12, "detached": 0, "kept": 0}]"#, fa = "شمار")]
    pub counts: Vec<ErasureCount>,
    /// The SHA-256 over which records were erased: the audit checks them against it.
    #[record(server, max = 64, fa = "چکیدهٔ رکوردها")]
    pub records_digest: String,
}

impl Rules for Erasure {}

/// What an erased customer is called.
pub const NOBODY: &str = "—";

fn bare(base: &mut Base) {
    base.external_ids.clear();
    base.custom.clear();
}

impl Customer {
    /// By what this customer is known, and nobody else: contact points, and the ids of the state. Each with its kind before it.
    pub fn identifiers(&self) -> BTreeSet<String> {
        let known = self.contact_points.iter().map(|p| p.known_by());
        let ids = [("national_id", &self.national_id), ("legal_id", &self.legal_id)];
        let ids = ids.into_iter().filter_map(|(kind, id)| Some(format!("{kind}:{}", id.as_ref()?)));
        known.chain(ids).collect()
    }

    /// Forgets everything personal.
    pub fn erase(&mut self) {
        bare(&mut self.base);
        // Field by field, so that one that is added later is thought of here.
        let Customer {
            base: _,
            kind: _,
            given_name,
            family_name,
            organization_name,
            display_name,
            national_id,
            legal_id,
            birth_date,
            gender,
            identifying_features,
            lifecycle_stage,
            province,
            city,
            district,
            country,
            interests,
            tags,
            tastes,
            tendencies,
            buying_habits,
            field_of_work,
            job_class,
            job_title,
            credit_class,
            access_class,
            customer_group,
            language: _,
            notes,
            marketer_id,
            referrer_id,
            liaison_id,
            account_team,
            contact_points,
            addresses,
            bank_accounts,
            completeness,
        } = self;
        let texts = [
            given_name,
            family_name,
            organization_name,
            national_id,
            legal_id,
            identifying_features,
            province,
            city,
            district,
            country,
            tastes,
            tendencies,
            buying_habits,
            field_of_work,
            job_class,
            job_title,
            access_class,
            customer_group,
            notes,
        ];
        texts.into_iter().for_each(|text| *text = None);
        NOBODY.clone_into(display_name);
        *lifecycle_stage = LifecycleStage::Former;
        (*birth_date, *gender, *credit_class) = (None, None, None);
        (*marketer_id, *referrer_id, *liaison_id) = (None, None, None);
        interests.clear();
        tags.clear();
        account_team.clear();
        contact_points.clear();
        addresses.clear();
        bank_accounts.clear();
        *completeness = 0;
    }

    /// Whether it looks as an erased customer does.
    pub fn looks_erased(&self) -> bool {
        self.display_name == NOBODY && self.contact_points.is_empty()
    }
}

impl Interaction {
    /// Whether it is about this customer alone, as far as customers took part.
    pub fn is_of(&self, customer: Id<Customer>) -> bool {
        self.customer_id.is_none_or(|id| id == customer) && self.parties().iter().all(|id| *id == customer)
    }

    /// Forgets everything that was said, and where.
    pub fn erase(&mut self) {
        bare(&mut self.base);
        (self.address, self.subject, self.body, self.result, self.recording_url) = (None, None, None, None, None);
        self.other_participants.clear();
        self.keywords.clear();
    }

    /// Forgets that a customer took part in what is about others, too.
    pub fn detach(&mut self, customer: Id<Customer>) {
        self.participant_ids.retain(|id| *id != customer);
        if self.customer_id == Some(customer) {
            self.customer_id = None;
            self.address = None;
        }
    }
}

impl Consent {
    /// Keeps that it was said and how it was known, without to whom: `hash` stands for the contact point.
    pub fn erase(&mut self, hash: Option<String>) {
        bare(&mut self.base);
        (self.contact_kind, self.contact_value, self.proof, self.proof_document_id) = (None, None, None, None);
        self.contact_hash = hash;
    }
}

crate::choice! {
    /// What an erasure does with a record.
    pub enum Treatment {
        Delete = "delete",
        Anonymize = "anonymize",
        Detach = "detach",
        Keep = "keep",
    }
}

impl ErasureCount {
    /// Counts one more record.
    pub fn add(&mut self, treatment: Treatment) {
        match treatment {
            Treatment::Delete => self.deleted += 1,
            Treatment::Anonymize => self.anonymized += 1,
            Treatment::Detach => self.detached += 1,
            Treatment::Keep => self.kept += 1,
        }
    }
    /// Nothing yet, of an object.
    pub fn of(object: &str) -> Self {
        ErasureCount {
            object: object.to_owned(),
            ..ErasureCount::default()
        }
    }
}
