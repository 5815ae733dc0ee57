//! Keeping whom we deal with.
pub mod customer;
mod group;
pub mod names;
pub mod overview;
mod relationship;
pub mod timeline;
