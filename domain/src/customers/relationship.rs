//! How parties belong together: typed, directed, each with its inverse, for a time.
use super::customer::Customer;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::problem::{Code, Problems};
use crate::core::resource::{Rules, Setting};
use chrono::NaiveDate;
use derive::Record;

crate::choice! {
    /// What `from` is to `to`.
    pub enum RelationshipKind {
        Relative = "relative",
        Employer = "employer",
        Employee = "employee",
        Subsidiary = "subsidiary",
        Parent = "parent",
        Household = "household",
        Referrer = "referrer",
        Referred = "referred",
        DecisionMaker = "decision_maker",
        DecidedBy = "decided_by",
        Influencer = "influencer",
        InfluencedBy = "influenced_by",
        Guarantor = "guarantor",
        Guaranteed = "guaranteed",
        AgentOf = "agent_of",
        Principal = "principal",
    }
}

impl RelationshipKind {
    /// What `to` is to `from`.
    pub const fn inverse(self) -> Self {
        use RelationshipKind::*;
        match self {
            Relative => Relative,
            Household => Household,
            Employer => Employee,
            Employee => Employer,
            Subsidiary => Parent,
            Parent => Subsidiary,
            Referrer => Referred,
            Referred => Referrer,
            DecisionMaker => DecidedBy,
            DecidedBy => DecisionMaker,
            Influencer => InfluencedBy,
            InfluencedBy => Influencer,
            Guarantor => Guaranteed,
            Guaranteed => Guarantor,
            AgentOf => Principal,
            Principal => AgentOf,
        }
    }
}

/// How one party stands to another: `from` is the `kind` of `to`, so that a subsidiary is told by `from` the subsidiary `to` its parent.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/relationships",
    one = "relationship",
    many = "relationships",
    tag = "Customers",
    fa = "روابط"
)]
pub struct Relationship {
    #[record(base)]
    pub base: Base,
    /// The party that is something to the other.
    #[record(fixed, fa = "از")]
    pub from_id: Id<Customer>,
    /// The party that it is something to.
    #[record(fixed, fa = "به")]
    pub to_id: Id<Customer>,
    /// What `from` is to `to`.
    #[record(fixed, example = r#""subsidiary""#, fa = "نوع رابطه")]
    pub kind: RelationshipKind,
    /// Since when; null where it is not known.
    #[record(example = r#""2020-03-20""#, fa = "از تاریخ")]
    pub from_date: Option<NaiveDate>,
    /// Until when; null while it lasts.
    #[record(fa = "تا تاریخ")]
    pub to_date: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[record(max = 1000, fa = "یادداشت")]
    pub notes: Option<String>,
}

impl Rules for Relationship {
    fn check(&mut self, _setting: &Setting) -> Problems {
        let mut problems = Problems::default();
        if self.from_id == self.to_id {
            problems.with("/to_id", Code::Conflict, vec![("with", "/from_id".to_owned())]);
        }
        problems.dates(self.from_date, self.to_date);
        problems
    }
}
