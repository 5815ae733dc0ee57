//! Peyvand.
pub mod integration;
