//! Peyvand.
pub mod access;
