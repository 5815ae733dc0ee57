//! What happens between us and our customers: every call, message, meeting and visit, and what there is to do.
pub mod calendar;
pub mod interaction;
pub mod recurrence;
pub mod task;
