//! Keeping what comes in from other systems.
pub mod bulk;
mod import;
pub mod rows;
