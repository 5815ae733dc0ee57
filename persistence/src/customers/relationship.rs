//! Relationships.
use crate::core::columns::Word;
use crate::schema::relationships;
use chrono::NaiveDate;
use domain::core::id::Id;
use domain::customers::customer::Customer;
use domain::customers::relationship::{Relationship, RelationshipKind};

row! { RelationshipRow in relationships <=> Relationship {
    from_id: Id<Customer>,
    to_id: Id<Customer>,
    kind: Word<RelationshipKind>,
    from_date: Option<NaiveDate>,
    to_date: Option<NaiveDate>,
    notes: Option<String>,
} }
store! { Relationship, RelationshipRow in relationships }
