//! Keeping whom we deal with.
pub mod candidate;
pub mod customer;
pub mod duplicate;
mod group;
pub mod merge;
pub mod names;
pub mod overview;
mod relationship;
mod steps;
pub mod timeline;
