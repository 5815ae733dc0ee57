//! Selling: pipelines and their stages, deals on their way through them, whom we compete with.
pub mod competitor;
pub mod contact_role;
pub mod course;
pub mod criteria;
pub mod forecast;
pub mod line;
pub mod opportunity;
pub mod period;
pub mod pipeline;
pub mod stage;
pub mod template;
pub mod working_time;
