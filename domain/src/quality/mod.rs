//! How good the data is: how complete a record is and what to ask next, who supplied each value and when, what is worth knowing that
//! stands only in what happened, and what all of it cost to collect.
pub mod filled;
pub mod profile;
pub mod signature;
pub mod source;
pub mod suggestion;
pub mod trace;
