//! People who work here, and what they may do.
pub mod unit;
pub mod user;
