//! What a CRM means: records, their inputs and their rules. No database, no HTTP, no clock, no randomness.
pub mod core;
pub mod integration;
