//! Keeping the people who work here and what they may do.
mod unit;
mod user;
