//! The catalogue: products, their variants and bundles.
mod configuration;
mod prices;
pub mod products;
mod quotes;
mod samples;
