//! Relationships.
use crate::{row, store};
use domain::customers::relationship::Relationship;

row! { Relationship in relationships {
    from_id: Plain,
    to_id: Plain,
    kind: Word,
    from_date: Maybe,
    to_date: Maybe,
    notes: Maybe,
} }
store! { Relationship }
