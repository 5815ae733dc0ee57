//! Selling: leads and what becomes of them, pipelines and their stages, deals on their way through them, what they are expected to bring, whom
//! we compete with.
pub mod account_plan;
pub mod accuracy;
pub mod adjustment;
pub mod assignment;
pub mod bridge;
pub mod competitor;
pub mod contact_role;
pub mod course;
pub mod criteria;
pub mod forecast;
pub mod lead;
mod lead_steps;
pub mod line;
pub mod market_indicator;
pub mod market_note;
pub mod opportunity;
pub mod period;
pub mod pipeline;
pub mod quota;
pub mod scoring;
pub mod snapshot;
pub mod stage;
pub mod template;
pub mod working_time;
