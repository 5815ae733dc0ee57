//! Selling: leads and what becomes of them, pipelines and their stages, deals on their way through them, whom we compete with.
pub mod assignment;
pub mod competitor;
pub mod contact_role;
pub mod course;
pub mod criteria;
pub mod lead;
mod lead_steps;
pub mod market_note;
pub mod opportunity;
pub mod pipeline;
pub mod scoring;
pub mod stage;
pub mod template;
pub mod working_time;
