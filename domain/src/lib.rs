//! What a CRM means: records, their inputs and their rules. No database, no HTTP, no clock, no randomness.
pub mod access;
pub mod activities;
pub mod catalog;
pub mod core;
pub mod customers;
pub mod customize;
pub mod documents;
pub mod integration;
pub mod mail;
pub mod orders;
pub mod privacy;
pub mod quality;
pub mod sales;
pub mod templates;
