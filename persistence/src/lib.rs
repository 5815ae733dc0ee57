//! How a CRM's records are kept: rows, reading, the change log and jobs, on SQLite and PostgreSQL alike.

pub mod access;
pub mod activities;
pub mod catalog;
pub mod core;
pub mod customers;
pub mod customize;
pub mod documents;
pub mod integration;
pub mod orders;
pub mod privacy;
pub mod quality;
pub mod sales;
pub mod templates;
