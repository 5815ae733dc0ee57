//! Pairs of customers that may be one, as the matcher found them.
use super::customer::Customer;
use crate::core::base::Base;
use crate::core::id::Id;
use crate::core::resource::Rules;
use derive::Record;
use rust_decimal::Decimal;

crate::choice! {
    /// What became of a pair: nobody looked, they are two, they were merged.
    #[derive(Default)]
    pub enum DuplicateState { #[default] Open = "open", Dismissed = "dismissed", Merged = "merged" }
}

/// Two customers that may be one. Who sees both sees the pair.
#[derive(Debug, Clone, Record)]
#[record(
    path = "/duplicates",
    one = "duplicate",
    many = "duplicates",
    tag = "Duplicates",
    fa = "مشتریان تکراری"
)]
pub struct Duplicate {
    #[record(base)]
    pub base: Base,
    /// One of them.
    #[record(fixed, fa = "مشتری یکم")]
    pub a_id: Id<Customer>,
    /// The other.
    #[record(fixed, example = r#""0198c2f4-5a30-7c11-9d0a-3f6b8f3f1a21""#, fa = "مشتری دوم")]
    pub b_id: Id<Customer>,
    /// How likely they are one: from 0 to 1, as a decimal.
    #[record(server, sort, example = r#""0.9731""#, fa = "امتیاز")]
    pub score: Decimal,
    /// What agrees (`birth_date`) or is close (`family_name_close`), the heaviest first.
    #[record(server, max = 20, example = r#"["birth_date", "family_name_close"]"#, fa = "دلیل‌ها")]
    pub reasons: Vec<String>,
    /// What became of it. What was dismissed stays so when the matcher finds it again.
    #[record(server, example = r#""open""#, fa = "وضعیت")]
    pub state: DuplicateState,
}

impl Rules for Duplicate {}
