//! Keeping whom we deal with.
mod customer;
mod group;
pub mod merge;
pub mod overview;
mod relationship;
mod steps;
