//! What happens between us and our customers.
mod calendars;
mod interactions;
mod tasks;
mod timeline;
