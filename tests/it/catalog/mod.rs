//! The catalogue: products, their variants and bundles.
mod configuration;
mod prices;
mod products;
mod quotes;
mod samples;
