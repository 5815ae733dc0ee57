//! What every record is made of, and the pipeline every write goes through.
pub mod actor;
pub mod base;
pub mod condition;
pub mod error;
pub mod field;
pub mod id;
pub mod identifiers;
pub mod input;
pub mod instant;
pub mod job;
pub mod money;
pub mod pipeline;
pub mod problem;
mod references;
pub mod resource;
pub mod schema;
pub mod store;
pub mod text;
