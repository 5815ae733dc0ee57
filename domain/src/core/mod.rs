//! What every record is made of, and the pipeline every write goes through.
pub mod condition;
pub mod field;
pub mod problem;
