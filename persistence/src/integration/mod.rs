//! Keeping what comes in from other systems.
mod import;
pub mod rows;
