//! What happens between us and our customers.
pub mod interaction;
pub mod task;
