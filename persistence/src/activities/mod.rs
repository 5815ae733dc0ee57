//! What happens between us and our customers.
pub mod interaction;
