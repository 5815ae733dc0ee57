//! Keeping the people who work here and what they may do.
pub mod actor;
mod role;
mod unit;
mod user;
