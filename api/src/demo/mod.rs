//! A demo that a newcomer finds on the first start: an owner with a password of its own, and data written through the API as any
//! client would write it, so that what the demo shows is what the API does.
mod client;
mod configurable;
mod draw;
mod fill;
mod goods;
mod house;
mod names;
pub mod people;
mod places;
pub mod start;
mod trade;
mod trades;
