//! Keeping whom we deal with.
pub mod candidate;
pub mod customer;
pub mod duplicate;
pub mod group;
pub mod members;
pub mod membership;
pub mod merge;
pub mod names;
pub mod overview;
pub mod rebuild;
mod relationship;
mod steps;
pub mod timeline;
