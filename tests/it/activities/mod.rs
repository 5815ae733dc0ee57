//! What happens between us and our customers.
mod interactions;
mod tasks;
mod timeline;
