//! Keeping the people who work here, what they may do, and how they sign in.
pub mod actor;
pub mod credential;
pub mod device;
pub mod failures;
pub mod founding;
pub mod prune;
mod role;
pub mod session;
mod unit;
mod user;
