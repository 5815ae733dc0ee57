//! What happens between us and our customers.
pub mod calendar;
pub mod events;
pub mod interaction;
pub mod task;
