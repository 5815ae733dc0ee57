//! People who work here, and what they may do.
pub mod api_key;
pub mod builtin;
pub mod letters;
pub mod role;
pub mod share;
pub mod team;
pub mod unit;
pub mod user;
