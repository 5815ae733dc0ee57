//! Keeping templates, checked against what they may name, and reading what they are filled in with.
mod template;
pub mod values;
