//! The catalogue: products, their variants and bundles.
mod prices;
pub mod products;
mod quotes;
mod samples;
