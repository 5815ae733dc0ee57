//! Selling: pipelines and their stages, deals on their way through them, whom we compete with.
pub mod accuracy;
pub mod adjustment;
pub mod bridge;
pub mod competitor;
pub mod contact_role;
pub mod course;
pub mod criteria;
pub mod forecast;
pub mod line;
pub mod opportunity;
pub mod period;
pub mod pipeline;
pub mod quota;
pub mod snapshot;
pub mod stage;
pub mod template;
pub mod working_time;
