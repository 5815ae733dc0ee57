//! The order of a list in columns: a field is sorted by its own, money by its currency, then by its amount ([`super::money`]).
use domain::core::field::{Field, Kind};
use std::borrow::Cow;

/// A column that a list is sorted by.
#[derive(Debug, Clone)]
pub struct By {
    /// Of the record's own table.
    pub column: Cow<'static, str>,
    pub kind: Kind,
    /// Null is the smallest value.
    pub nullable: bool,
    pub falls: bool,
}

/// The columns of fields, each with whether it falls.
pub fn columns(sort: &[(&'static Field, bool)]) -> Vec<By> {
    let mut all = Vec::with_capacity(sort.len() + 2);
    for (field, falls) in sort {
        let by = |column: Cow<'static, str>, kind| By {
            column,
            kind,
            nullable: field.nullable,
            falls: *falls,
        };
        match field.kind {
            Kind::Money => {
                all.push(by(format!("{}_currency", field.name).into(), Kind::Text(3)));
                all.extend(["units", "micros"].map(|part| by(format!("{}_{part}", field.name).into(), Kind::Integer)));
            }
            _ => all.push(by(field.name.into(), field.kind.clone())),
        }
    }
    all
}
