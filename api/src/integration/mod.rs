//! How other systems reach this one.
pub mod import;
