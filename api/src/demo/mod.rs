//! A demo that a newcomer finds on the first start: an owner with a password of its own, and data written through the API as any
//! client would write it, so that what the demo shows is what the API does.
pub mod draw;
pub mod names;
pub mod people;
pub mod places;
pub mod trades;
