//! People who work here, and what they may do.
pub mod builtin;
pub mod role;
pub mod unit;
pub mod user;
