//! Peyvand from outside: through HTTP, against the real program, on both databases. Each module mirrors an area or a rule.
#![expect(clippy::unwrap_used, reason = "a test says by panicking that it failed, and where")]
mod access;
mod activities;
mod attacks;
mod bulk;
mod catalog;
mod changes;
mod contract;
mod customers;
mod demo;
mod documents;
mod drills;
mod guides;
mod harness;
mod imports;
mod operations;
mod orders;
mod privacy;
mod quality;
mod records;
mod sales;
mod storage;
mod templates;
