//! Keeping whom we deal with.
mod customer;
mod group;
pub mod overview;
mod relationship;
