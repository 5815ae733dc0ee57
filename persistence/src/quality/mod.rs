//! How good the data is: profiles and the scores that follow from them, the past of each value, suggestions, and what sources have given.
pub mod history;
pub mod profile;
pub mod source;
pub mod suggestion;
