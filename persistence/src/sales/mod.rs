//! Keeping deals, the pipelines they go through, and where they were.
pub mod adjustment;
pub mod board;
mod competitor;
pub mod contact_role;
pub mod course;
pub mod forecast;
pub mod history;
mod line;
pub mod opportunity;
pub mod overview;
pub mod pipeline;
pub mod quota;
pub mod snapshot;
mod stage;
mod team;
