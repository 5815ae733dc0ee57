//! Keeping what people let us do with their data, and what is left of them when it is gone.
pub mod consent;
pub mod contact;
pub mod erasure;
pub mod held;
pub mod ledger;
pub mod lift;
pub mod retention;
mod treatment;
