//! Whom we deal with: people and organizations, how to reach them, and how they belong together.
pub mod account_team;
pub mod address;
pub mod bank_account;
pub mod candidate;
pub mod contact_point;
pub mod customer;
pub mod duplicate;
pub mod group;
pub mod matching;
pub mod merge;
pub mod relationship;
