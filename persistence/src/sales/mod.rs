//! Keeping deals, the pipelines they go through, and where they were.
pub mod assignment;
pub mod board;
mod competitor;
pub mod contact_role;
pub mod course;
pub mod history;
pub mod lead;
mod market_note;
pub mod opportunity;
pub mod overview;
pub mod pipeline;
pub mod results;
pub mod scoring;
mod stage;
mod team;
