//! Keeping the people who work here and what they may do.
pub mod actor;
pub mod prune;
mod role;
mod unit;
mod user;
