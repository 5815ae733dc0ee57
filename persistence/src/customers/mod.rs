//! Keeping whom we deal with.
mod customer;
mod group;
mod relationship;
