//! What every record is made of, and the pipeline every write goes through.
pub mod field;
pub mod identifiers;
pub mod money;
pub mod problem;
pub mod text;
